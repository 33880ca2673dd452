import { createHash } from 'node:crypto'
import { type Comment, type GitHub, Refusal } from './github.ts'

/** A comment is known again by its first line, which nobody sees. Steps that judge different things have each their own. */
export function markerFor(subject: readonly string[]): string {
  return `<!-- phasewise ${createHash('sha256').update(JSON.stringify(subject)).digest('hex').slice(0, 12)} -->`
}

export interface Post {
  readonly pullRequest: number
  /** The first line of the body. */
  readonly marker: string
  readonly body: string
  /** Whether to write one where there is none yet; false only brings one up to date that is there. */
  readonly create: boolean
}

const waits = [1000, 4000] as const

/**
 * Brings our comment up to date, or writes it. Returns its address; undefined where there is none and none was wanted.
 * What may pass is tried again, from the start: a request that got no answer may have been carried out. Throws a Refusal.
 */
export async function postComment(github: GitHub, post: Post): Promise<string | undefined> {
  for (const wait of waits) {
    try {
      return await tryPost(github, post)
    } catch (error) {
      if (!(error instanceof Refusal && error.isPassing)) throw error
      await new Promise((resolve) => setTimeout(resolve, wait))
    }
  }
  return tryPost(github, post)
}

async function tryPost(github: GitHub, { pullRequest, marker, body, create }: Post): Promise<string | undefined> {
  const own = await ownComment(github, pullRequest, marker)
  if (own !== undefined) return (await github.update(own.id, body)).url
  return create ? (await github.create(pullRequest, body)).url : undefined
}

/** Anybody can write our marker: a comment is ours where the author is who we are. */
async function ownComment(github: GitHub, pullRequest: number, marker: string): Promise<Comment | undefined> {
  const marked = (await github.comments(pullRequest)).filter(({ body }) => body.startsWith(marker))
  if (marked.length === 0) return undefined
  const self = (await selfOf(github)) ?? 'github-actions[bot]'
  return marked.find(({ author }) => author === self)
}

async function selfOf(github: GitHub): Promise<string | undefined> {
  try {
    return await github.self()
  } catch (error) {
    if (error instanceof Refusal && !error.isPassing) return undefined
    throw error
  }
}
