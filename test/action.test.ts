import { readFileSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { default as draft4 } from 'ajv-draft-04'
import { default as formats } from 'ajv-formats'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  type ActionRun,
  buildAction,
  checkOut,
  type FakeGitHub,
  type Files,
  makePullRequest,
  type PullRequest,
  runAction,
  startGitHub,
} from './action-run.ts'
import type { Repository } from './repository.ts'

const orders: Files = {
  'migrations/1_orders.sql': 'CREATE TABLE orders (id bigint PRIMARY KEY, region text);\n',
  // Only what the pull request adds is judged.
  'migrations/2_old.sql': 'CREATE INDEX orders_old_idx ON orders (region, id);\n',
}
const index: Files = { 'migrations/3_region.sql': 'CREATE INDEX orders_region_idx ON orders (region);\n' }
const table: Files = { 'migrations/3_items.sql': 'CREATE TABLE items (id bigint PRIMARY KEY);\n' }

const load = createRequire(import.meta.url)
const sarifSchema: object = load('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json')
const ajv = new draft4.default({ strict: false, allErrors: true, unicodeRegExp: false })
formats.default(ajv)
const isSarif = ajv.compile(sarifSchema)

let action: ReturnType<typeof buildAction>
let github: FakeGitHub
const made: Repository[] = []

beforeAll(() => {
  action = buildAction()
})
afterAll(() => action.remove())
beforeEach(async () => {
  github = await startGitHub()
})
afterEach(async () => {
  await github.close()
  for (const one of made.splice(0)) one.remove()
})

function pullRequest(before: Files, change: Files, later?: Files): PullRequest {
  const pull = makePullRequest(before, change, later)
  made.push(pull.remote)
  return pull
}

function checkedOut(remote: Repository, commit: string, depth?: number | 'all'): Repository {
  const clone = checkOut(remote, commit, depth)
  made.push(clone)
  return clone
}

async function judge(pull: PullRequest, more: Partial<ActionRun> = {}) {
  const workspace = more.workspace ?? checkedOut(pull.remote, pull.merge).directory
  return runAction({ main: action.main, workspace, event: 'pull_request', payload: pull.payload, api: github.url, ...more })
}

describe('a pull request', () => {
  it('with a finding: annotation, summary, comment, outputs, exit code', async () => {
    const { code, log, summary, outputs } = await judge(pullRequest(orders, index))
    expect(code).toBe(1)
    expect(log).toMatch(
      /^::error file=migrations\/3_region\.sql,line=1,endLine=1,col=1,endColumn=50,title=create-index-without-concurrently::/m,
    )
    expect(log).not.toContain('orders_old_idx')
    expect(summary).toContain('## phasewise: 1 error in 1 of 1 migration')
    expect(github.comments).toHaveLength(1)
    const [comment] = github.comments
    expect(comment?.body).toMatch(/^<!-- phasewise [0-9a-f]{12} -->\n## phasewise: 1 error/)
    expect(comment?.body).toContain('<details><summary>Plan: ')
    expect(comment?.body).toContain('<details><summary>Locks of 1 statement</summary>')
    expect(comment?.body).toMatch(
      /\[`migrations\/3_region\.sql:1`\]\(<https:\/\/github\.invalid\/acme\/shop\/blob\/[0-9a-f]{40}\/migrations\/3_region\.sql#L1>\)/,
    )
    expect(outputs).toEqual({ errors: '1', warnings: '0', notes: '0', sarif: '', 'comment-url': comment?.html_url })
    expect(github.requests.map(({ method, path, token }) => `${method} ${path} ${token}`)).toEqual([
      'GET /repos/acme/shop/issues/7/comments?per_page=100&page=1 Bearer t0ken',
      'POST /repos/acme/shop/issues/7/comments Bearer t0ken',
    ])
  })

  it('updates its comment, to the end that nothing is found', async () => {
    const pull = pullRequest(orders, index)
    await judge(pull)
    const before = github.comments[0]?.body
    await judge(pull)
    expect(github.comments).toHaveLength(1)
    expect(github.comments[0]?.body).toBe(before)
    expect(github.requests.at(-1)).toMatchObject({ method: 'PATCH', path: '/repos/acme/shop/issues/comments/1' })

    const { code, outputs } = await judge(pullRequest(orders, table))
    expect(code).toBe(0)
    expect(github.comments.map(({ body }) => body.split('\n')[1])).toEqual(['## phasewise: no findings in 1 migration'])
    expect(outputs['comment-url']).toBe(github.comments[0]?.html_url)
  })

  it('that is clean gets no comment, unless asked for', async () => {
    const pull = pullRequest(orders, table)
    const { code, log, summary } = await judge(pull)
    expect({ code, comments: github.comments }).toEqual({ code: 0, comments: [] })
    expect(log).not.toMatch(/^::(?:error|warning|notice)/m)
    expect(summary).toContain('no findings in 1 migration')
    await judge(pull, { inputs: { comment: 'true' } })
    expect(github.comments).toHaveLength(1)
  })

  it('with notes alone gets none either: they are on the lines and in the summary', async () => {
    const drop = { 'migrations/3_drop.sql': "SET lock_timeout = '1s';\nALTER TABLE orders DROP COLUMN region;\n" }
    const { code, log, outputs } = await judge(pullRequest({ ...orders, 'src/a.ts': 'SELECT id FROM orders' }, drop), {
      inputs: { app: 'src/**' },
    })
    expect({ code, notes: outputs.notes }, log).toEqual({ code: 0, notes: '1' })
    expect(log).toMatch(/^::notice file=migrations\/3_drop\.sql/m)
    expect(github.comments).toEqual([])
  })

  it('without migrations is clean', async () => {
    const { code, summary } = await judge(pullRequest(orders, { 'README.md': 'x' }))
    expect(code).toBe(0)
    expect(summary).toContain('no findings in 0 migrations')
  })

  it("knows its own comment among many, and touches nobody else's", async () => {
    const pull = pullRequest(orders, index)
    await judge(pull)
    const own = github.comments.splice(0)[0]
    const forged = { id: 900, body: own?.body ?? '', html_url: '', user: { login: 'mallory' } }
    const others = Array.from({ length: 130 }, (_, at) => ({ id: 1000 + at, body: 'LGTM', html_url: '', user: { login: 'ann' } }))
    github.comments.push(forged, ...others)
    if (own !== undefined) github.comments.push({ ...own, id: 901, body: own.body.replace('1 error', 'old') })
    await judge(pull)
    expect(github.comments).toHaveLength(132)
    expect(github.comments.at(-1)?.body).toBe(own?.body)
    expect(github.requests.at(-1)).toMatchObject({ method: 'PATCH', path: '/repos/acme/shop/issues/comments/901' })
    github.comments.pop()
    github.self = 'some-app[bot]'
    await judge(pull)
    expect(github.comments.at(-1)?.user.login).toBe('some-app[bot]')
    expect(github.comments.filter(({ user }) => user.login === 'mallory')).toEqual([forged])
  })

  it('has a comment for each step that judges something else', async () => {
    const pull = pullRequest(
      { 'a/migrations/1_a.sql': 'CREATE TABLE a (x int);', 'b/migrations/1_b.sql': 'CREATE TABLE b (x int);' },
      { 'a/migrations/2_a.sql': 'CREATE INDEX ON a (x);', 'b/migrations/2_b.sql': 'CREATE INDEX ON b (x);' },
    )
    const { log } = await judge(pull, { inputs: { 'working-directory': 'a' } })
    await judge(pull, { inputs: { 'working-directory': 'b' } })
    expect(log).toContain('::error file=a/migrations/2_a.sql,')
    expect(github.comments.map(({ body }) => body.split('\n')[1])).toEqual([
      '## phasewise: 1 error in 1 of 1 migration · `a`',
      '## phasewise: 1 error in 1 of 1 migration · `b`',
    ])
  })
})

describe('where the API does not help', () => {
  it.each([403, 404])('%i, as for forks: annotations and the summary stay', async (status) => {
    github.refusals.push({ status })
    const { code, log, summary } = await judge(pullRequest(orders, index))
    expect(code).toBe(1)
    expect(log).toContain('::error file=migrations/3_region.sql')
    expect(log).toContain(`no comment: GitHub answered ${status}: the token may not write comments`)
    expect(log).not.toMatch(/^::warning/m)
    expect(summary).toContain('1 error')
    expect(github.comments).toEqual([])
  })

  it('a fork, whose token may read comments and not write them', async () => {
    const pull = pullRequest(orders, index)
    const head = { sha: pull.head, repo: { full_name: 'mallory/shop' } }
    github.refusals.push({ status: 403, method: 'POST' })
    const { code, log, summary } = await judge(pull, {
      payload: { pull_request: { number: 7, base: { sha: pull.base, ref: 'main' }, head } },
    })
    expect({ code, comments: github.comments }).toEqual({ code: 1, comments: [] })
    expect(log).toContain('no comment: GitHub answered 403')
    expect(summary).toContain(`https://github.invalid/mallory/shop/blob/${pull.head}/migrations/3_region.sql#L1`)
  })

  it('403 decides nothing about the exit code, unless the comment is required', async () => {
    const pull = pullRequest(orders, index)
    github.refusals.push({ status: 403 })
    expect((await judge(pull, { inputs: { 'fail-on': 'never' } })).code).toBe(0)
    github.refusals.push({ status: 403 })
    const { code, log } = await judge(pull, { inputs: { 'fail-on': 'never', comment: 'true' } })
    expect(code).toBe(2)
    expect(log).toMatch(/^::error title=phasewise::no comment: GitHub answered 403/m)
  })

  it('nobody answers: still judged, and said', async () => {
    const { code, log } = await judge(pullRequest(orders, index), { api: 'http://127.0.0.1:9' })
    expect(code).toBe(1)
    expect(log).toContain('::error file=migrations/3_region.sql')
    expect(log).toMatch(/^::warning title=phasewise::no comment: GitHub did not answer/m)
  })

  it('tries again what may pass, and repeats no comment that was made although the answer was lost', async () => {
    github.refusals.push({ status: 502, method: 'GET' }, { status: 502, method: 'POST', onlyAfter: true })
    await judge(pullRequest(orders, index))
    expect(github.comments).toHaveLength(1)
    expect(github.requests.map(({ method }) => method)).toEqual(['GET', 'GET', 'POST', 'GET', 'POST', 'PATCH'])
  })

  it('says in the comment of an earlier commit that there is no verdict on this one', async () => {
    await judge(pullRequest(orders, index))
    const { code } = await judge(pullRequest(orders, { ...index, 'phasewise.json': '{ "rulez": "<script>" }' }))
    expect(code).toBe(2)
    expect(github.comments).toHaveLength(1)
    expect(github.comments[0]?.body).toMatch(/## phasewise: not judged at [0-9a-f]{10}/)
    expect(github.comments[0]?.body).not.toMatch(/rulez|script/)
  })
})

describe('inputs', () => {
  it.each([
    ['error', 1],
    ['never', 0],
  ])('fail-on %s', async (threshold, expected) => {
    const { code, outputs } = await judge(pullRequest(orders, index), { inputs: { 'fail-on': threshold } })
    expect({ code, errors: outputs.errors }).toEqual({ code: expected, errors: '1' })
  })

  it('fail-on warning, and what is only a warning', async () => {
    const pull = pullRequest(orders, {
      'migrations/3_drop.sql': "SET lock_timeout = '1s';\nALTER TABLE orders DROP COLUMN region;\n",
    })
    const { code, log, outputs } = await judge(pull)
    expect({ code, outputs }).toMatchObject({ code: 0, outputs: { errors: '0', warnings: '1' } })
    expect(log).toMatch(/^::warning file=migrations\/3_drop\.sql,line=2/m)
    expect((await judge(pull, { inputs: { 'fail-on': 'warning' } })).code).toBe(1)
  })

  it('the worst stands first in the comment', async () => {
    const drop = "SET lock_timeout = '1s';\nALTER TABLE orders DROP COLUMN region;\n"
    await judge(pullRequest(orders, { 'migrations/3_drop.sql': `${drop}CREATE INDEX orders_id_idx ON orders (id);\n` }))
    const rows = github.comments[0]?.body.match(/^\| (?:🔴 error|🟡 warning)/gm)
    expect(rows).toEqual(['| 🔴 error', '| 🟡 warning'])
  })

  it('the configuration has its say where no input has', async () => {
    const pull = pullRequest({ ...orders, 'phasewise.json': '{ "failOn": "never" }' }, index)
    expect((await judge(pull)).code).toBe(0)
    expect((await judge(pull, { inputs: { 'fail-on': 'error' } })).code).toBe(1)
  })

  it.each([
    ['postgres', '15.2', 'input postgres: "15.2" is no major version from 12 to 18; quote it in YAML'],
    ['fail-on', 'fatal', 'input fail-on: "fatal" is none of error, warning, note, never'],
    ['comment', 'yes', 'input comment: "yes" is none of auto, true, false'],
    ['transaction', 'all', 'input transaction: "all" is none of'],
    ['working-directory', 'nowhere', 'working-directory: nowhere is no directory'],
    ['paths', 'migrations\n-', 'input paths: - is standard input'],
    ['tool', 'flywheel', 'unknown tool "flywheel"'],
  ])('%s %s is refused', async (name, value, message) => {
    const { code, log } = await judge(pullRequest(orders, index), { inputs: { [name]: value } })
    expect(code).toBe(2)
    expect(log).toContain(`::error title=phasewise::${message}`)
  })

  it('paths, app and the others come through', async () => {
    const pull = pullRequest(
      { ...orders, 'src/a.ts': 'sql`SELECT region FROM orders`\n', 'db/1_x.sql': 'CREATE TABLE x (y int);' },
      {
        'migrations/3_drop.sql': "SET lock_timeout = '1s';\nALTER TABLE orders DROP COLUMN region;\n",
        'db/2_x.sql': 'CREATE INDEX ON x (y);',
      },
    )
    const { log, outputs } = await judge(pull, { inputs: { paths: 'migrations\n', app: 'src/**\nlib/**', postgres: '17' } })
    expect(outputs.errors).toBe('1')
    expect(log).toContain('src/a.ts:1')
    expect(log).not.toContain('db/2_x.sql')
    expect(log).toContain('PostgreSQL 17')
  })

  it('annotations: the worst first, no more than are shown, or none', async () => {
    const many = Array.from({ length: 14 }, (_, at) => `CREATE INDEX orders_${at}_idx ON orders (region);\n`).join('')
    const pull = pullRequest(orders, { 'migrations/3_many.sql': many })
    const { log, outputs } = await judge(pull)
    expect(log.match(/^::error file/gm)).toHaveLength(10)
    expect(Number(outputs.errors)).toBeGreaterThanOrEqual(14)
    expect(log).toMatch(/^\d+ more findings than GitHub shows on the lines/m)
    expect((await judge(pull, { inputs: { annotations: 'false' } })).log).not.toMatch(/^::error file/m)
  })

  it('comment false asks GitHub nothing', async () => {
    await judge(pullRequest(orders, index), { inputs: { comment: 'false' } })
    expect(github.requests).toEqual([])
  })

  it('sarif: named from the top of the repository', async () => {
    const pull = pullRequest(
      { 'a/migrations/1_a.sql': 'CREATE TABLE a (x int);' },
      { 'a/migrations/2_a.sql': 'CREATE INDEX ON a (x);' },
    )
    const workspace = checkedOut(pull.remote, pull.merge).directory
    const { outputs } = await judge(pull, { workspace, inputs: { 'working-directory': 'a', sarif: 'out.sarif' } })
    expect(outputs.sarif).toBe('a/out.sarif')
    const sarif = readFileSync(join(workspace, 'a/out.sarif'), 'utf8')
    expect(sarif).toContain('"uri": "a/migrations/2_a.sql"')
    expect(isSarif(JSON.parse(sarif)), JSON.stringify(isSarif.errors)).toBe(true)
  })
})

describe('hostile pull requests', () => {
  it('break out of nothing', async () => {
    const name = '"</details><img src=x onerror=alert(1)>@octocat [x](https://evil.example) `|\r\n::error::pwned"'
    const pull = pullRequest(orders, { 'migrations/3_%0A::warning::x.sql': `CREATE INDEX ${name} ON orders (region);\n` })
    const { log, summary } = await judge(pull)
    const body = github.comments[0]?.body ?? ''
    expect(log).not.toMatch(/^::(?:error|warning)::/m)
    for (const text of [body, summary]) {
      const prose = text.replace(/^(`{3,})[\s\S]*?^\1$/gm, '').replace(/(`+)[^`][\s\S]*?\1/g, '')
      expect(prose).not.toMatch(/<img|@octocat|\]\(https:\/\/evil/)
      expect(prose.match(/<details>/g)?.length).toBe(prose.match(/<\/details>/g)?.length)
    }
  })

  it('have a comment that GitHub takes, however much there is to say', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 150 }, (_, at) => [
        `migrations/3_${at}.sql`,
        `CREATE INDEX orders_${at}_idx ON orders (region, ${'id, '.repeat(200)} id);\n`,
      ]),
    )
    const { summary } = await judge(pullRequest(orders, files))
    const body = github.comments[0]?.body ?? ''
    expect(body.length).toBeLessThanOrEqual(65_536)
    expect(body).toContain('[the job summary](<https://github.invalid/acme/shop/actions/runs/42>) tells all')
    expect(summary.length).toBeGreaterThan(body.length)
    expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(1 << 20)
  })

  it('do not get shown what is not in the repository', async () => {
    const pull = pullRequest(orders, table)
    const secret = 'AUTHORIZATION: basic c2VjcmV0'
    const workspace = checkedOut(pull.remote, pull.merge)
    workspace.git('config', 'http.https://github.invalid/.extraheader', secret)
    symlinkSync('../.git/config', join(workspace.directory, 'migrations/4_link.sql'))
    for (const event of ['pull_request', 'pull_request_target']) {
      const { code, log, summary } = await judge(pull, { workspace: workspace.directory, event })
      expect(code).toBe(2)
      expect(log).toContain("migrations/4_link.sql: leads into git's own files, which are not shown")
      expect(log + summary + JSON.stringify(github.requests)).not.toContain('c2VjcmV0')
    }
    const outside = checkedOut(pull.remote, pull.merge)
    symlinkSync(join(workspace.directory, '.git/config'), join(outside.directory, 'migrations/4_link.sql'))
    expect((await judge(pull, { workspace: outside.directory })).log).toContain(
      'migrations/4_link.sql: leads out of the workspace',
    )
    const untracked = checkedOut(pull.remote, pull.merge)
    untracked.write({ 'migrations/4_credentials.sql': secret })
    const { log } = await judge(pull, { workspace: untracked.directory, event: 'pull_request_target' })
    expect(log).toContain('migrations/4_credentials.sql: is not in git')
    expect(log).not.toContain('c2VjcmV0')
  })

  it('do not choose where the SARIF file goes', async () => {
    const pull = pullRequest(orders, index)
    const workspace = checkedOut(pull.remote, pull.merge)
    const victim = checkedOut(pull.remote, pull.merge).directory
    symlinkSync(join(victim, 'migrations/1_orders.sql'), join(workspace.directory, 'a.sarif'))
    symlinkSync(victim, join(workspace.directory, 'out'))
    const attempt = (sarif: string) => judge(pull, { workspace: workspace.directory, inputs: { sarif } })
    expect((await attempt('a.sarif')).log).toContain('a.sarif: is a link')
    expect((await attempt('out/a.sarif')).log).toContain('out/a.sarif: is not in the workspace')
    expect(readFileSync(join(victim, 'migrations/1_orders.sql'), 'utf8')).toBe(orders['migrations/1_orders.sql'])
  })
})
