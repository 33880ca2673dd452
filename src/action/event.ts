import { readFileSync } from 'node:fs'
import * as v from 'valibot'
import { Failure } from '../failure.ts'
import type { Environment } from './inputs.ts'

/** What the change set starts from, as the event tells it. Commits are full object names. */
export type Start =
  | {
      readonly kind: 'pull request'
      readonly number: number
      readonly head: string
      readonly base: string
      readonly branch: string
    }
  /** What was there before; where it cannot be had any more, a branch. */
  | { readonly kind: 'commit'; readonly commit: string; readonly branch: string | undefined }
  | { readonly kind: 'reference'; readonly name: string }

/** Why the workflow runs. */
export interface Event {
  readonly name: string
  /** undefined where nothing tells: all migrations are judged. */
  readonly start: Start | undefined
  readonly pullRequest: number | undefined
  /** Where the judged lines can be looked at. */
  readonly source: { readonly repository: string; readonly commit: string } | undefined
}

const commit = v.pipe(v.string(), v.regex(/^[0-9a-f]{40,64}$/))
const repository = v.object({ full_name: v.string() })
const payloadSchema = v.object({
  pull_request: v.optional(
    v.object({
      number: v.pipe(v.number(), v.integer()),
      base: v.object({ sha: commit, ref: v.string() }),
      // The repository of a fork may be gone.
      head: v.object({ sha: commit, repo: v.nullish(repository) }),
    }),
  ),
  merge_group: v.optional(v.object({ base_sha: commit })),
  before: v.optional(commit),
  ref: v.optional(v.nullable(v.string())),
  repository: v.optional(v.object({ default_branch: v.optional(v.string()) })),
})

/** Reads the payload that GITHUB_EVENT_PATH names. Throws a Failure where it is none. */
export function readEvent(env: Environment): Event {
  const { GITHUB_EVENT_NAME: name = '', GITHUB_EVENT_PATH: path, GITHUB_REPOSITORY, GITHUB_SHA } = env
  const payload = path === undefined ? {} : payloadOf(path)
  const pull = payload.pull_request
  const sha = pull?.head.sha ?? GITHUB_SHA
  const from = pull?.head.repo?.full_name ?? GITHUB_REPOSITORY
  return {
    name,
    start: startOf(name, payload),
    pullRequest: pull?.number,
    source: sha === undefined || from === undefined ? undefined : { repository: from, commit: sha },
  }
}

function startOf(name: string, payload: v.InferOutput<typeof payloadSchema>): Start | undefined {
  const { pull_request: pull, merge_group: group, before, ref, repository: { default_branch: main } = {} } = payload
  if (pull !== undefined) {
    return { kind: 'pull request', number: pull.number, head: pull.head.sha, base: pull.base.sha, branch: pull.base.ref }
  }
  if (group !== undefined) return { kind: 'commit', commit: group.base_sha, branch: undefined }
  if (name !== 'push' || before === undefined) return undefined
  // A branch is new where there was nothing before; against the main branch it is what it adds, and of that itself all is judged.
  const branch = main === undefined || ref === `refs/heads/${main}` ? undefined : main
  if (!/^0+$/.test(before)) return { kind: 'commit', commit: before, branch }
  return branch === undefined ? undefined : { kind: 'reference', name: branch }
}

function payloadOf(path: string): v.InferOutput<typeof payloadSchema> {
  try {
    return v.parse(payloadSchema, JSON.parse(readFileSync(path, 'utf8')))
  } catch (error) {
    throw new Failure(`the payload of the event cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  }
}
