import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { makeRepository, type Repository } from './repository.ts'

/** The Action, built as a release holds it. */
export function buildAction(): { main: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'phasewise-action-'))
  execFileSync(process.execPath, ['scripts/build-action.js', folder], { cwd: resolve(import.meta.dirname, '..') })
  return { main: join(folder, 'index.mjs'), remove: () => rmSync(folder, { recursive: true, force: true }) }
}

export interface FakeComment {
  id: number
  body: string
  html_url: string
  user: { login: string }
}

/** GitHub's API as far as the Action uses it, and what it was asked. */
export interface FakeGitHub {
  readonly url: string
  readonly comments: FakeComment[]
  readonly requests: { method: string; path: string; token: string; body: unknown }[]
  /** Answers that come before the usual ones. */
  readonly refusals: { status: number; headers?: Record<string, string>; method?: string; onlyAfter?: boolean }[]
  /** Who the token stands for. */
  self: string
  close(): Promise<void>
}

export async function startGitHub(): Promise<FakeGitHub> {
  const comments: FakeComment[] = []
  const requests: FakeGitHub['requests'] = []
  const refusals: FakeGitHub['refusals'] = []
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    const { method = '', url = '' } = request
    const body: { body?: string } = text === '' ? {} : JSON.parse(text)
    const answer = (status: number, value: unknown, headers: Record<string, string> = {}) =>
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value))
    requests.push({ method, path: url, token: request.headers.authorization ?? '', body })
    const at = refusals.findIndex((refusal) => refusal.method === undefined || refusal.method === method)
    const [refusal] = at < 0 ? [] : refusals.splice(at, 1)
    if (refusal !== undefined && refusal.onlyAfter !== true) {
      return answer(refusal.status, { message: 'Resource not accessible by integration' }, refusal.headers)
    }
    const reply = (status: number, value: unknown) =>
      refusal === undefined ? answer(status, value) : answer(refusal.status, { message: 'lost' })
    if (url === '/graphql') return reply(200, { data: { viewer: { login: fake.self } } })
    const path = new URL(url, 'http://localhost')
    const list = /^\/repos\/acme\/shop\/issues\/7\/comments$/.test(path.pathname)
    const one = /^\/repos\/acme\/shop\/issues\/comments\/(\d+)$/.exec(path.pathname)
    if (list && method === 'GET') {
      const size = Number(path.searchParams.get('per_page') ?? 30)
      const start = (Number(path.searchParams.get('page') ?? 1) - 1) * size
      return reply(200, comments.slice(start, start + size))
    }
    if (list && method === 'POST') {
      if ((body.body ?? '').length > 65_536) return answer(422, { message: 'Body is too long' })
      const id = comments.length + 1
      const made = {
        id,
        body: body.body ?? '',
        html_url: `https://github.com/acme/shop/pull/7#c${id}`,
        user: { login: fake.self },
      }
      comments.push(made)
      return reply(201, made)
    }
    const found = comments.find(({ id }) => id === Number(one?.[1]))
    if (found !== undefined && method === 'PATCH') {
      found.body = body.body ?? ''
      return reply(200, found)
    }
    return answer(404, { message: 'Not Found' })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const fake: FakeGitHub = {
    url: `http://127.0.0.1:${port}`,
    comments,
    requests,
    refusals,
    self: 'github-actions[bot]',
    close: () => new Promise((done) => server.close(() => done())),
  }
  return fake
}

/** The repository on GitHub with a pull request, number 7, and the merge of it that workflows run on. */
export interface PullRequest {
  readonly remote: Repository
  readonly base: string
  readonly head: string
  readonly merge: string
  readonly payload: object
}

export type Files = Readonly<Record<string, string>>

/** `later` is what came to the base branch after the pull request left it. */
export function makePullRequest(before: Files, change: Files, later: Files = { 'later.txt': 'x' }): PullRequest {
  const remote = makeRepository()
  remote.git('config', 'uploadpack.allowAnySHA1InWant', 'true')
  remote.write(before)
  remote.commit('base')
  remote.git('checkout', '-q', '-b', 'feature')
  remote.write(change)
  const head = remote.commit('change')
  remote.git('checkout', '-q', 'main')
  remote.write(later)
  const base = remote.commit('later')
  remote.git('checkout', '-q', '--detach')
  remote.git('merge', '-q', '--no-ff', '-m', 'merge', head)
  const merge = remote.git('rev-parse', 'HEAD')
  remote.git('update-ref', 'refs/pull/7/merge', merge)
  remote.git('checkout', '-q', 'main')
  return { remote, base, head, merge, payload: payloadFor(base, head) }
}

function payloadFor(base: string, head: string) {
  return {
    number: 7,
    pull_request: { number: 7, base: { sha: base, ref: 'main' }, head: { sha: head, repo: { full_name: 'acme/shop' } } },
    repository: { default_branch: 'main' },
  }
}

/** What actions/checkout leaves: one commit, or as deep as it is told, with the remote. */
export function checkOut(remote: Repository, commit: string, depth: number | 'all' = 1): Repository {
  const clone = makeRepository()
  clone.git('remote', 'add', 'origin', `file://${remote.directory}`)
  if (depth === 'all') clone.git('fetch', '-q', 'origin', '+refs/heads/*:refs/remotes/origin/*', commit)
  else clone.git('fetch', '-q', '--no-tags', `--depth=${depth}`, 'origin', commit)
  clone.git('checkout', '-q', '--detach', commit)
  return clone
}

export interface ActionRun {
  readonly main: string
  readonly workspace: string
  readonly event: string
  readonly payload: object
  readonly api?: string
  readonly inputs?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
}

export interface ActionResult {
  readonly code: number | null
  readonly log: string
  readonly summary: string
  readonly outputs: Readonly<Record<string, string>>
}

/** What the runner runs it with; where there is no Node 24, our own. */
const node = process.env.PHASEWISE_TEST_NODES?.split(':').find((path) => path.includes('node24')) ?? process.execPath

/** Runs it as the runner does: inputs, payload and files for results come by the environment, and nothing else does. */
export async function runAction({
  main,
  workspace,
  event,
  payload,
  api,
  inputs = {},
  env = {},
}: ActionRun): Promise<ActionResult> {
  const folder = mkdtempSync(join(tmpdir(), 'phasewise-runner-'))
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  try {
    const child = spawn(node, [main], {
      cwd: workspace,
      env: {
        PATH: process.env.PATH,
        HOME: folder,
        GITHUB_WORKSPACE: workspace,
        GITHUB_EVENT_NAME: event,
        GITHUB_EVENT_PATH: file('event.json', JSON.stringify(payload)),
        GITHUB_STEP_SUMMARY: file('summary.md', ''),
        GITHUB_OUTPUT: file('output', ''),
        GITHUB_REPOSITORY: 'acme/shop',
        GITHUB_SERVER_URL: 'https://github.invalid',
        GITHUB_API_URL: api ?? 'http://127.0.0.1:9',
        GITHUB_GRAPHQL_URL: `${api ?? 'http://127.0.0.1:9'}/graphql`,
        GITHUB_RUN_ID: '42',
        ...Object.fromEntries(
          Object.entries({ 'github-token': 't0ken', ...inputs }).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
        ),
        ...env,
      },
    })
    let log = ''
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (log += text))
    const code = await new Promise<number | null>((done) => child.on('close', done))
    const outputs = readFileSync(join(folder, 'output'), 'utf8').matchAll(/^(.+?)<<(.+)\n([\s\S]*?)\n\2$/gm)
    return {
      code,
      log,
      summary: readFileSync(join(folder, 'summary.md'), 'utf8'),
      outputs: Object.fromEntries([...outputs].map(([, name = '', , value = '']) => [name, value])),
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
