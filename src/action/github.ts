import * as v from 'valibot'

/** GitHub said no, or nothing that makes sense. `status` is 0 where there was no answer. */
export class Refusal extends Error {
  readonly status: number
  /** Whether it may go better after a while. */
  readonly isPassing: boolean
  constructor(status: number, message: string, isPassing: boolean) {
    super(message)
    this.status = status
    this.isPassing = isPassing
  }
}

export interface Comment {
  readonly id: number
  readonly body: string
  readonly author: string
  readonly url: string
}

/** The few requests that a comment takes. All throw a Refusal. */
export interface GitHub {
  /** Those of a pull request, oldest first. */
  comments(pullRequest: number): Promise<readonly Comment[]>
  create(pullRequest: number, body: string): Promise<Comment>
  update(id: number, body: string): Promise<Comment>
  /** Who the token stands for; undefined where GitHub does not tell. */
  self(): Promise<string | undefined>
}

export interface Access {
  /** `https://api.github.com` */
  readonly api: string
  readonly graphql: string
  /** `owner/name` */
  readonly repository: string
  readonly token: string
  readonly version: string
}

const commentSchema = v.object({
  id: v.pipe(v.number(), v.integer()),
  body: v.nullish(v.string(), ''),
  html_url: v.string(),
  user: v.nullish(v.object({ login: v.string() })),
})
const viewerSchema = v.object({ data: v.object({ viewer: v.object({ login: v.string() }) }) })

const patience = 20_000
const pageSize = 100
const mostPages = 50

/** https://docs.github.com/en/rest/issues/comments: a pull request's conversation is an issue's. */
export function gitHub({ api, graphql, repository, token, version }: Access): GitHub {
  async function ask(method: 'GET' | 'POST' | 'PATCH', url: string, body?: object): Promise<unknown> {
    let response: Response
    try {
      response = await fetch(url, {
        method,
        headers: {
          accept: 'application/vnd.github+json',
          authorization: `Bearer ${token}`,
          'user-agent': `phasewise/${version}`,
          'x-github-api-version': '2022-11-28',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(patience),
      })
      if (response.ok) return await response.json()
    } catch (error) {
      throw new Refusal(0, `GitHub did not answer (${reasonOf(error)})`, true)
    }
    const limited = response.status === 429 || response.headers.has('retry-after')
    throw new Refusal(response.status, `GitHub answered ${response.status}`, response.status >= 500 || limited)
  }
  const issues = `${api}/repos/${repository}/issues`
  return {
    async comments(pullRequest) {
      const all: Comment[] = []
      for (let page = 1; page <= mostPages; page++) {
        const some = read(
          v.array(commentSchema),
          await ask('GET', `${issues}/${pullRequest}/comments?per_page=${pageSize}&page=${page}`),
        )
        all.push(...some.map(commentOf))
        if (some.length < pageSize) break
      }
      return all
    },
    create: async (pullRequest, body) =>
      commentOf(read(commentSchema, await ask('POST', `${issues}/${pullRequest}/comments`, { body }))),
    update: async (id, body) => commentOf(read(commentSchema, await ask('PATCH', `${issues}/comments/${id}`, { body }))),
    async self() {
      // REST tells the tokens of apps, GitHub Actions' own among them, nothing about themselves.
      const answer = v.safeParse(viewerSchema, await ask('POST', graphql, { query: 'query { viewer { login } }' }))
      return answer.success ? answer.output.data.viewer.login : undefined
    },
  }
}

function read<Schema extends v.GenericSchema>(schema: Schema, value: unknown): v.InferOutput<Schema> {
  const result = v.safeParse(schema, value)
  if (result.success) return result.output
  throw new Refusal(0, 'GitHub answered something else than was asked for', false)
}

function commentOf({ id, body, html_url, user }: v.InferOutput<typeof commentSchema>): Comment {
  return { id, body: body ?? '', author: user?.login ?? '', url: html_url }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cause } = error
  return cause instanceof Error && cause.message !== '' ? cause.message : error.message
}
