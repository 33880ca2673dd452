import { spawn } from 'node:child_process'
import { chownSync, existsSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type ActionRun, buildAction, checkOut, makePullRequest, runAction } from './action-run.ts'
import { makeRepository, type Repository } from './repository.ts'

const orders = { 'migrations/1_orders.sql': 'CREATE TABLE orders (id bigint PRIMARY KEY, region text);\n' }
const index = { 'migrations/3_region.sql': 'CREATE INDEX orders_region_idx ON orders (region);\n' }
/** What others merged into the base meanwhile is not the pull request's. */
const later = { 'migrations/2_later.sql': 'CREATE INDEX orders_later_idx ON orders (region, id);\n' }

let action: ReturnType<typeof buildAction>
const made: Repository[] = []

beforeAll(() => {
  action = buildAction()
})
afterAll(() => action.remove())
afterEach(() => {
  for (const one of made.splice(0)) one.remove()
})

function pullRequest() {
  const pull = makePullRequest(orders, index, later)
  made.push(pull.remote)
  return pull
}

function checkedOut(remote: Repository, commit: string, depth?: number | 'all'): Repository {
  const clone = checkOut(remote, commit, depth)
  made.push(clone)
  return clone
}

const judge = (workspace: Repository, event: string, payload: object, more: Partial<ActionRun> = {}) =>
  runAction({
    main: action.main,
    workspace: workspace.directory,
    event,
    payload,
    ...more,
    env: { GITHUB_SERVER_URL: 'http://127.0.0.1:9', ...more.env },
    inputs: { comment: 'false', ...more.inputs },
  })

const files = (log: string) => [...log.matchAll(/^::error file=([^,]+)/gm)].map(([, file]) => file)

describe('a pull request as it may be checked out', () => {
  it.each([
    ['its merge, one commit deep', 'merge', 1],
    ['its merge, two commits deep', 'merge', 2],
    ['its merge, with all history', 'merge', 'all'],
    ['its own commit, one deep', 'head', 1],
    ['its own commit, with all history', 'head', 'all'],
  ] as const)('%s', async (_, which, depth) => {
    const pull = pullRequest()
    const { code, log } = await judge(checkedOut(pull.remote, pull[which], depth), 'pull_request', pull.payload)
    expect({ code, files: files(log) }, log).toEqual({ code: 1, files: ['migrations/3_region.sql'] })
  })

  it('two commits deep, it needs no remote', async () => {
    const pull = pullRequest()
    const clone = checkedOut(pull.remote, pull.merge, 2)
    clone.git('remote', 'remove', 'origin')
    expect(files((await judge(clone, 'pull_request', pull.payload)).log)).toEqual(['migrations/3_region.sql'])
  })

  it.each(['merge', 'head'] as const)('one commit deep and no remote to ask: says what to set (%s)', async (which) => {
    const pull = pullRequest()
    const clone = checkedOut(pull.remote, pull[which])
    clone.git('remote', 'remove', 'origin')
    const { code, log, summary } = await judge(clone, 'pull_request', pull.payload)
    expect(code).toBe(2)
    expect(log).toMatch(/^::error title=phasewise::.*give actions\/checkout "fetch-depth: 0"/m)
    expect(summary).toContain('## phasewise: not judged')
  })

  it('far behind and far ahead of where it left', async () => {
    const pull = pullRequest()
    const { remote } = pull
    for (const branch of ['main', 'feature']) {
      remote.git('checkout', '-q', branch)
      for (let count = 0; count < 60; count++) remote.git('commit', '-q', '--allow-empty', '-m', `${count}`)
    }
    const head = remote.git('rev-parse', 'feature')
    const payload = {
      ...pull.payload,
      pull_request: { number: 7, base: { sha: pull.base, ref: 'main' }, head: { sha: head, repo: null } },
    }
    const { log } = await judge(checkedOut(remote, head), 'pull_request', payload)
    expect(files(log), log).toEqual(['migrations/3_region.sql'])
  })

  it('after it was merged, when the job runs again', async () => {
    const pull = pullRequest()
    pull.remote.git('checkout', '-q', 'main')
    pull.remote.git('merge', '-q', '--ff-only', pull.merge)
    for (const commit of [pull.merge, pull.head]) {
      const { log } = await judge(checkedOut(pull.remote, commit, 'all'), 'pull_request', pull.payload)
      expect(files(log), log).toEqual(['migrations/3_region.sql'])
    }
  })

  it('when it has merged its base, whose commit in the payload is older', async () => {
    const pull = pullRequest()
    const { remote } = pull
    remote.git('checkout', '-q', 'feature')
    remote.git('merge', '-q', '--no-ff', '-m', 'update', 'main')
    const head = remote.git('rev-parse', 'HEAD')
    const old = remote.git('rev-parse', 'main~1')
    const payload = { pull_request: { number: 7, base: { sha: old, ref: 'main' }, head: { sha: head, repo: null } } }
    for (const depth of [1, 'all'] as const) {
      const { log } = await judge(checkedOut(remote, head, depth), 'pull_request', payload)
      expect(files(log), log).toEqual(['migrations/3_region.sql'])
    }
  })

  it('is not taken for clean where the base is checked out, as under pull_request_target', async () => {
    const pull = pullRequest()
    const { code, log } = await judge(checkedOut(pull.remote, pull.base), 'pull_request_target', pull.payload)
    expect(code).toBe(2)
    expect(log).toContain('give actions/checkout "ref: refs/pull/7/merge"')
    const merged = await judge(checkedOut(pull.remote, pull.merge), 'pull_request_target', pull.payload)
    expect(files(merged.log)).toEqual(['migrations/3_region.sql'])
  })

  it('lies behind a link', async () => {
    const pull = pullRequest()
    const clone = checkedOut(pull.remote, pull.merge)
    const link = join(checkedOut(pull.remote, pull.merge).directory, 'link')
    symlinkSync(clone.directory, link)
    expect(files((await judge({ ...clone, directory: link }, 'pull_request', pull.payload)).log)).toEqual([
      'migrations/3_region.sql',
    ])
  })

  it('without its history is not judged', async () => {
    const pull = pullRequest()
    const clone = checkedOut(pull.remote, pull.merge)
    rmSync(join(clone.directory, '.git'), { recursive: true })
    const { code, log } = await judge(clone, 'pull_request', pull.payload)
    expect(code).toBe(2)
    expect(log).toContain('actions/checkout makes one where git is installed')
  })

  it.skipIf(process.getuid?.() !== 0)('belongs to another user, as in the container of a job', async () => {
    const pull = pullRequest()
    const clone = checkedOut(pull.remote, pull.merge, 2)
    for (const path of ['', '.git']) chownSync(join(clone.directory, path), 65534, 65534)
    expect(files((await judge(clone, 'pull_request', pull.payload)).log)).toEqual(['migrations/3_region.sql'])
  })
})

describe('other events', () => {
  const zeros = '0'.repeat(40)
  const push = (before: string, branch: string) => ({
    before,
    ref: `refs/heads/${branch}`,
    repository: { default_branch: 'main' },
  })

  it('push: what came since the last one', async () => {
    const { remote, merge, base, head } = pullRequest()
    const { log } = await judge(checkedOut(remote, merge), 'push', push(base, 'main'))
    expect(files(log), log).toEqual(['migrations/3_region.sql'])
    const more = await judge(checkedOut(remote, merge), 'push', push(head, 'feature'))
    expect(files(more.log), more.log).toEqual(['migrations/2_later.sql'])
  })

  it('the first push of a branch: what it adds to the main one; of that: everything', async () => {
    const { remote, head, merge } = pullRequest()
    const branch = await judge(checkedOut(remote, head), 'push', push(zeros, 'feature'))
    expect(files(branch.log), branch.log).toEqual(['migrations/3_region.sql'])
    const main = await judge(checkedOut(remote, merge), 'push', push(zeros, 'main'))
    expect(files(main.log)).toEqual(['migrations/2_later.sql', 'migrations/3_region.sql'])
    expect(main.log).toContain('all migrations are judged')
  })

  it('a push by force over commits that are gone: what the branch adds', async () => {
    const { remote, head } = pullRequest()
    const { log } = await judge(checkedOut(remote, head), 'push', push('1'.repeat(40), 'feature'))
    expect(files(log), log).toEqual(['migrations/3_region.sql'])
  })

  it('merge_group', async () => {
    const { remote, merge, base } = pullRequest()
    const { log } = await judge(checkedOut(remote, merge), 'merge_group', { merge_group: { base_sha: base } })
    expect(files(log), log).toEqual(['migrations/3_region.sql'])
  })

  it('workflow_dispatch: everything, or what the input since says', async () => {
    const { remote, merge, head } = pullRequest()
    const all = await judge(checkedOut(remote, merge), 'workflow_dispatch', {})
    expect(files(all.log)).toEqual(['migrations/2_later.sql', 'migrations/3_region.sql'])
    for (const since of ['main', 'origin/main', head]) {
      const { log } = await judge(checkedOut(remote, merge), 'workflow_dispatch', {}, { inputs: { since } })
      expect(files(log), log).toEqual([since === head ? 'migrations/2_later.sql' : 'migrations/3_region.sql'])
    }
    const trace = join(remote.directory, 'phasewise-was-here')
    for (const since of ['no-such-branch', `--upload-pack=touch ${trace}`]) {
      const { code, log } = await judge(checkedOut(remote, merge), 'workflow_dispatch', {}, { inputs: { since } })
      expect(code).toBe(2)
      expect(log).toContain(`::error title=phasewise::git knows no commit "${since}"`)
    }
    expect(existsSync(trace)).toBe(false)
  })

  it('deployed is fetched where it is not there', async () => {
    const drop = { 'migrations/3_drop.sql': "SET lock_timeout = '1s';\nALTER TABLE orders DROP COLUMN region;\n" }
    const { remote, merge, payload } = makePullRequest({ ...orders, 'src/a.ts': 'orders' }, drop, later)
    made.push(remote)
    remote.git('checkout', '-q', '-b', 'production', 'main~1')
    remote.write({ 'src/a.ts': 'SELECT region FROM orders' })
    remote.commit('deployed')
    const inputs = { app: 'src/**', deployed: 'production' }
    const { log } = await judge(checkedOut(remote, merge), 'pull_request', payload, { inputs })
    expect(log).toMatch(/^::error file=migrations\/3_drop\.sql.*src\/a\.ts:1/m)
    const clone = checkedOut(remote, merge)
    clone.write({ 'phasewise.json': '{ "app": { "paths": ["src/**"], "deployed": "origin/production" } }' })
    expect((await judge(clone, 'pull_request', payload)).log).toMatch(/^::error file=migrations\/3_drop\.sql.*src\/a\.ts:1/m)
  })

  it('a clone with all history keeps it', async () => {
    const { remote, merge, payload } = pullRequest()
    const clone = checkedOut(remote, merge, 'all')
    remote.git('checkout', '-q', 'main')
    remote.git('commit', '-q', '--allow-empty', '-m', 'newer')
    remote.git('branch', '-q', 'newer')
    await judge(clone, 'pull_request', payload, { inputs: { since: 'newer' } })
    expect(clone.git('rev-parse', '--is-shallow-repository', 'FETCH_HEAD')).toBe(`false\n${remote.git('rev-parse', 'newer')}`)
  })
})

describe('a private repository', () => {
  it.each([
    ['by what actions/checkout left', true],
    ['by the token where that left nothing', false],
  ])('is fetched %s', async (_, isPersisted) => {
    const pull = pullRequest()
    const server = await serve(pull.remote)
    try {
      const clone = checkedOut(pull.remote, pull.merge)
      clone.git('remote', 'set-url', 'origin', `${server.url}/acme/shop`)
      const right = `AUTHORIZATION: basic ${Buffer.from('x-access-token:t0ken').toString('base64')}`
      // One that no longer holds must not be sent along: GitHub refuses two.
      const persisted = isPersisted ? right : 'AUTHORIZATION: basic b2xk'
      clone.git('config', `http.${server.url}/.extraheader`, persisted)
      const { log } = await judge(clone, 'pull_request', pull.payload, { env: { GITHUB_SERVER_URL: server.url } })
      expect(files(log), log).toEqual(['migrations/3_region.sql'])
      expect(log).not.toContain('t0ken')
      expect(server.seen()).toContain(right.slice('AUTHORIZATION: '.length))
    } finally {
      await server.close()
    }
  })
})

describe('nothing of the checked-out project is executed', () => {
  it('not its packages, hooks, filters, nor a repository inside', async () => {
    const pull = pullRequest()
    const { remote, base } = pull
    const trap = makeRepository()
    made.push(trap)
    const spring = (name: string) => `require('fs').writeFileSync(${JSON.stringify(join(trap.directory, name))}, '')`
    const script = (name: string) => `touch ${join(trap.directory, name)}`
    remote.git('checkout', '-q', 'feature')
    remote.write({
      'package.json': JSON.stringify({ scripts: { prepare: script('script') }, phasewise: {} }),
      '.npmrc': `node-options=--require ./evil.js\n`,
      'evil.js': spring('npmrc'),
      'migrations/.gitattributes': '*.sql diff=evil filter=evil\n',
      'node_modules/libpg-query/index.js': spring('libpg-query'),
      'node_modules/pgsql-ast-parser/index.js': spring('pgsql-ast-parser'),
      'phasewise.config.js': spring('config'),
    })
    remote.git('add', '-A', '--force')
    const head = remote.commit('evil')
    remote.git('checkout', '-q', '--detach', base)
    remote.git('merge', '-q', '--no-ff', '-m', 'merge', head)
    const clone = checkedOut(remote, remote.git('rev-parse', 'HEAD'))
    for (const hook of ['post-checkout', 'reference-transaction', 'post-merge', 'pre-auto-gc']) {
      clone.write({ [`.git/hooks/${hook}`]: `#!/bin/sh\n${script(hook)}\n` })
    }
    clone.git('config', 'core.fsmonitor', script('fsmonitor'))
    const payload = { pull_request: { number: 7, base: { sha: base, ref: 'main' }, head: { sha: head, repo: null } } }
    for (const parser of ['postgres', 'pgsql-ast-parser']) {
      const { log } = await judge(clone, 'pull_request', payload, { inputs: { parser } })
      expect(files(log), log).toEqual(['migrations/3_region.sql'])
    }
    expect(readdirSync(trap.directory)).toEqual(['.git'])
  })
})

/** A server of one repository that wants the token, by git's own CGI program. */
async function serve(repository: Repository) {
  const seen: string[] = []
  const server = createServer((request, response) => {
    const { authorization = '' } = request.headers
    seen.push(authorization)
    const headers = request.rawHeaders.filter((name) => name.toLowerCase() === 'authorization').length
    if (headers > 1) return response.writeHead(400).end()
    if (authorization !== `basic ${Buffer.from('x-access-token:t0ken').toString('base64')}`) {
      return response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end()
    }
    const url = new URL(request.url ?? '', 'http://localhost')
    const child = spawn('git', ['-c', 'safe.directory=*', 'http-backend'], {
      env: {
        PATH: process.env.PATH,
        GIT_PROJECT_ROOT: join(repository.directory, '.git'),
        GIT_HTTP_EXPORT_ALL: '1',
        PATH_INFO: url.pathname.replace('/acme/shop', ''),
        QUERY_STRING: url.search.slice(1),
        REQUEST_METHOD: request.method,
        CONTENT_TYPE: request.headers['content-type'],
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'],
        GIT_PROTOCOL: request.headers['git-protocol']?.toString(),
      },
    })
    request.pipe(child.stdin)
    const chunks: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.on('close', () => {
      const all = Buffer.concat(chunks)
      const end = all.indexOf('\r\n\r\n')
      const lines = all.subarray(0, end).toString().split('\r\n')
      const fields = lines.map((line) => line.split(/: (.*)/s)).map(([name = '', value = '']) => [name.toLowerCase(), value])
      const { status = '200', ...rest } = Object.fromEntries(fields)
      response.writeHead(Number.parseInt(status, 10), rest).end(all.subarray(end + 4))
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    seen: () => seen,
    close: () => new Promise<void>((done) => server.close(() => done())),
  }
}
