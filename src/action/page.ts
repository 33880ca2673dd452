import type { LintJson, LocksJson, Severity } from '../contract.ts'
import { locksMarkdown } from '../report/locks-markdown.ts'
import { lintMarkdown, type MarkdownOptions } from '../report/markdown.ts'
import { codeSpan } from '../report/markdown-text.ts'
import type { Event } from './event.ts'
import type { Environment } from './inputs.ts'

/** What a page about one run of the Action is made of. Files are named from the top of the repository. */
export interface PageSubject {
  readonly result: LintJson
  readonly locks: LocksJson
  readonly event: Event
  /** The working directory, from the top; empty for that. */
  readonly directory: string
  readonly env: Environment
}

/** GitHub takes 65,536 characters: https://docs.github.com/en/rest/issues/comments */
const longestComment = 65_000
const mostLocksInComment = 8_000

/** The comment: findings, with locks and plans folded; what has no room is in the summary. */
export function commentPage(subject: PageSubject, marker: string): string {
  const head = `${marker}\n`
  const run = runUrl(subject.env)
  const elsewhere = run === undefined ? 'the job summary' : `[the job summary](<${run}>)`
  return head + page(subject, elsewhere, longestComment - head.length, mostLocksInComment)
}

/** The runner takes 1 MiB; a character is at most three bytes per UTF-16 unit. */
const mostBytes = 1_000_000

/** The same for the job summary, in full as far as that takes it. */
export function summaryPage(subject: PageSubject): string {
  for (let longest = mostBytes; ; longest = Math.floor(longest / 2)) {
    const text = page(subject, '`phasewise lint`', longest, longest / 4)
    if (Buffer.byteLength(text) <= mostBytes || longest < 1000) return text
  }
}

/** Said in place of an earlier result when there is none this time: the reason may quote what only the log should. */
export function failurePage(env: Environment, { source }: Event, marker: string): string {
  const run = runUrl(env)
  const log = run === undefined ? 'The log of the job' : `[The log of the job](<${run}>)`
  const at = source === undefined ? '' : ` at ${source.commit.slice(0, 10)}`
  return `${marker}\n## phasewise: not judged${at}\n\n${log} says why. What stood here was about an earlier commit.\n`
}

function page(subject: PageSubject, elsewhere: string, longest: number, mostLocks: number): string {
  const { result, locks, event, directory, env } = subject
  const link: MarkdownOptions['link'] = ({ file, line, endLine }) => urlOf(file, line, endLine, event, env)
  const foot = footOf(subject)
  const folded = locksMarkdown(locks, {
    longest: mostLocks,
    link: ({ file, line, endLine }) => urlOf(file, line, endLine, event, env),
  })
  // What has no room is at the end: the worst stands first.
  const findings = result.findings.toSorted((one, other) => severities.indexOf(one.severity) - severities.indexOf(other.severity))
  const text = lintMarkdown({ ...result, findings }, { link, elsewhere, longest: longest - foot.length - folded.length })
  return `${directory === '' ? text : text.replace('\n', () => ` · ${codeSpan(directory)}\n`)}${folded}${foot}`
}

const severities: readonly Severity[] = ['error', 'warning', 'note', 'off']

function footOf({ event: { source }, env }: PageSubject): string {
  const run = runUrl(env)
  const parts = [
    ...(source === undefined ? [] : [`judged at ${source.commit.slice(0, 10)}`]),
    ...(run === undefined ? [] : [`[log and summary](<${run}>)`]),
  ]
  return parts.length === 0 ? '' : `\n<sub>${parts.join(' · ')}</sub>\n`
}

function urlOf(file: string, line: number, endLine: number, { source }: Event, { GITHUB_SERVER_URL: server }: Environment) {
  if (source === undefined || server === undefined || file.startsWith('../')) return undefined
  const path = file
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .split('/')
    .map(encodeURIComponent)
    .join('/')
  return `${server}/${source.repository}/blob/${source.commit}/${path}#L${line}${endLine === line ? '' : `-L${endLine}`}`
}

function runUrl({
  GITHUB_SERVER_URL: server,
  GITHUB_REPOSITORY: repository,
  GITHUB_RUN_ID: run,
}: Environment): string | undefined {
  return server === undefined || repository === undefined || run === undefined
    ? undefined
    : `${server}/${repository}/actions/runs/${run}`
}
