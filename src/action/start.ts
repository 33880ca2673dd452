import { Failure } from '../failure.ts'
import type { Clone } from './clone.ts'
import type { Start } from './event.ts'

/**
 * The commit that the change set starts from, with the history between it and HEAD, fetched where the clone is too shallow.
 * undefined where what was there before is gone for good: then all is judged. Throws a Failure that says what to set.
 */
export function findStart(start: Start, clone: Clone): string | undefined {
  switch (start.kind) {
    case 'pull request':
      return startOfPullRequest(start, clone)
    case 'reference':
      return reach(referenceOf(start.name, clone), start.name, clone)
    case 'commit': {
      const commit = clone.commitOf(start.commit) ?? fetched(start.commit, clone)
      if (commit !== undefined) return reach(commit, start.commit, clone)
      // After a push by force nobody may have it any more.
      return start.branch === undefined ? undefined : reach(referenceOf(start.branch, clone), start.branch, clone)
    }
  }
}

/** A commit by any name, fetched where it is not there. Throws a Failure where the remote has none either. */
export function referenceOf(name: string, clone: Clone): string {
  const commit = clone.commitOf(name) ?? clone.commitOf(`refs/remotes/origin/${name}`)
  if (commit !== undefined) return commit
  if (name.startsWith('-')) throw new Failure(`git knows no commit ${JSON.stringify(name)}`)
  const bare = name.replace(/^origin\//, '')
  const refusal = clone.fetch(...depthOf(clone), bare)
  const tip = refusal === undefined ? clone.commitOf('FETCH_HEAD') : undefined
  if (tip !== undefined) return tip
  throw new Failure(`git knows no commit ${JSON.stringify(name)}, and it cannot be fetched (${refusal}); ${remedy}`)
}

type PullRequest = Extract<Start, { kind: 'pull request' }>

/** GitHub runs workflows on the merge of the pull request into its base: the first parent is the base, whatever came to it since. */
function startOfPullRequest(pull: PullRequest, clone: Clone): string {
  const head = clone.commitOf('HEAD')
  if (head === undefined) throw new Failure('there is no commit: run actions/checkout before phasewise')
  const [base, merged, ...more] = clone.parentsOf(head)
  if (base !== undefined && merged === pull.head && more.length === 0) {
    const refusal = clone.commitOf(base) === undefined ? clone.fetch('--depth=2', head) : undefined
    if (clone.commitOf(base) !== undefined) return base
    throw new Failure(`this clone is one commit deep, and more cannot be fetched (${refusal}); ${remedy}`)
  }
  if (!holds(head, pull.head, clone)) {
    throw new Failure(
      `the checked-out commit ${head.slice(0, 10)} is not the pull request's, so there is nothing of it to judge: give actions/checkout "ref: refs/pull/${pull.number}/merge" (under pull_request_target it takes the base branch otherwise)`,
    )
  }
  // The payload's base may be older than what the branch has merged meanwhile; the branch's tip may hold the pull request by now.
  const tips = [tipOf(pull.branch, clone), clone.commitOf(pull.base) ?? fetched(pull.base, clone)]
  const candidates = tips.filter((tip) => tip !== undefined && !clone.isAncestor(head, tip))
  const bases = candidates.flatMap((tip) => (tip === undefined ? [] : [mergeBaseOf(tip, head, clone)]))
  const latest = bases.find((one) => bases.every((other) => clone.isAncestor(other, one)))
  if (latest === undefined) throw new Failure(`the base of the pull request cannot be fetched; ${remedy}`)
  return latest
}

function holds(head: string, wanted: string, clone: Clone): boolean {
  if (head === wanted) return true
  // What was pushed since the event stands above it.
  if (clone.commitOf(wanted) === undefined && clone.isShallow()) clone.fetch(`--deepen=${steps[0]}`, head)
  return clone.commitOf(wanted) !== undefined && clone.isAncestor(wanted, head)
}

function tipOf(branch: string, clone: Clone): string | undefined {
  const known = clone.commitOf(`refs/remotes/origin/${branch}`)
  if (known !== undefined) return known
  return clone.fetch(...depthOf(clone), `refs/heads/${branch}`) === undefined ? clone.commitOf('FETCH_HEAD') : undefined
}

function fetched(commit: string, clone: Clone): string | undefined {
  return clone.fetch(...depthOf(clone), commit) === undefined ? clone.commitOf(commit) : undefined
}

/** A clone that has all of its history would lose it by a depth. */
function depthOf(clone: Clone): readonly string[] {
  return clone.isShallow() ? ['--depth=1'] : []
}

/** The commit itself: the analyzer looks for the merge base, which must be there to be found. */
function reach(commit: string, name: string, clone: Clone): string {
  const head = clone.commitOf('HEAD')
  if (head === undefined) throw new Failure('there is no commit: run actions/checkout before phasewise')
  mergeBaseOf(commit, head, clone, name)
  return commit
}

const steps = [50, 200, 1000] as const

/** Where the two parted; the clone is deepened until that is there. */
function mergeBaseOf(commit: string, head: string, clone: Clone, name = commit.slice(0, 10)): string {
  let refusal: string | undefined
  for (const option of ['', ...steps.map((count) => `--deepen=${count}`), '--unshallow']) {
    if (option !== '') {
      if (!clone.isShallow()) break
      refusal = clone.fetch(option, head, commit)
    }
    const base = clone.mergeBase(commit, head)
    if (base !== undefined) return base
    if (refusal !== undefined) break
  }
  if (refusal === undefined) throw new Failure(`the checked-out commit and ${name} have no commit in common`)
  throw new Failure(
    `this clone does not reach back to where the branch left ${name}, and more cannot be fetched (${refusal}); ${remedy}`,
  )
}

const remedy = 'give actions/checkout "fetch-depth: 0"'
