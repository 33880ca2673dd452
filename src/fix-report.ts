import { lstatSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { Failure } from './failure.ts'
import type { Finding } from './finding.ts'
import { applyEdits, type Edit } from './fix/edit.ts'
import { type LintOptions, lintReport, type Outcome } from './lint.ts'
import { type ChangeSet, changesSince } from './read/change-set.ts'
import { disk } from './read/files.ts'
import { tryGit } from './read/git.ts'
import { withFile } from './read/overlay.ts'
import { fixOf } from './report/finding-fix.ts'
import { locationOf, placesIn } from './report/place.ts'
import type { Fixed, LintReport } from './report/report.ts'
import { replaceFiles } from './write/replace-files.ts'

type Report = LintReport & Outcome

/**
 * Judges, makes the edits that take findings away and change nothing else, writes the files, and reports what is left. Each edit is judged
 * before it is written: one that leaves its finding, adds another, or changes how a file is read is not made. Files that git has at the merge base
 * (without --since: in the last commit) are left alone, and so is, outside of a repository, what no path names. Throws a Failure where the
 * job cannot be done or a file cannot be written.
 */
export async function fixReport(options: LintOptions): Promise<Report> {
  if (options.paths?.includes('-')) throw new Failure('--fix writes to files, and the path - is none')
  if (options.staged === true) {
    throw new Failure('--fix writes to the working tree, and --staged reads the index: use --fix --since HEAD, then git add')
  }
  const cwd = resolve(options.cwd ?? process.cwd())
  const before = await lintReport(options)
  const isOpen = openFiles(before, options, cwd)
  const lint = (texts: Texts) =>
    lintReport(
      options,
      [...texts].reduce((files, [file, text]) => withFile(files, resolve(cwd, file), text), disk),
    )
  const { report, texts, fixed } = await settle({ report: before, texts: new Map(), fixed: [] }, isOpen, lint)
  write(texts, before, cwd)
  return { ...report, fixed: placed(fixed, before), notes: notesOn(report, texts, isOpen) }
}

/** What files (as shown) hold instead of what is on disk. */
type Texts = ReadonlyMap<string, string>

interface State {
  readonly report: Report
  readonly texts: Texts
  readonly fixed: readonly Finding[]
}

/** What is edited in one file at once. */
interface Candidate {
  readonly file: string
  readonly findings: readonly Finding[]
  readonly edits: readonly Edit[]
}

/** What was tried in a file without success: all of its edits together, and which of them alone, by fingerprint. */
type Refused = ReadonlyMap<string, ReadonlySet<string>>

/** Makes edits until none is left that helps: then a second run finds nothing to do. */
async function settle(start: State, isOpen: (file: string) => boolean, lint: (texts: Texts) => Promise<Report>): Promise<State> {
  let state = start
  const refused = new Map<string, ReadonlySet<string>>()
  const refuse = ({ file, findings }: Candidate) => {
    const [only, ...others] = findings
    refused.set(file, new Set([...(refused.get(file) ?? []), ...(others.length === 0 && only ? [only.fingerprint] : [])]))
  }
  const accept = (next: Report, texts: Texts, made: readonly Candidate[]) => {
    state = { report: next, texts, fixed: [...state.fixed, ...made.flatMap(({ findings }) => findings)] }
    // What was in the way of another edit may be gone.
    for (const { file } of made) refused.delete(file)
  }
  for (let round = roundOf(state, refused, isOpen); round.length > 0; round = roundOf(state, refused, isOpen)) {
    const texts = edited(state, round)
    const next = await lint(texts)
    const bad = round.filter((one) => !helps(one, state.report, next))
    const isQuiet = isNoWorse(state.report, next, new Set(round.map(({ file }) => file)))
    if (bad.length === 0 && isQuiet) {
      accept(next, texts, round)
      continue
    }
    for (const one of bad) refuse(one)
    if (bad.length > 0) continue
    // One of them makes another file worse: which, only trying tells.
    for (const one of round) {
      const alone = edited(state, [one])
      const judged = await lint(alone)
      if (helps(one, state.report, judged) && isNoWorse(state.report, judged, new Set([one.file]))) accept(judged, alone, [one])
      else refuse(one)
    }
  }
  return state
}

/** Of each file all edits; where they did not go together, the first that was not refused. */
function roundOf({ report }: State, refused: Refused, isOpen: (file: string) => boolean): readonly Candidate[] {
  const round = new Map<string, Candidate>()
  for (const finding of report.findings) {
    const { file, fingerprint } = finding
    const tried = refused.get(file)
    const others = round.get(file)
    if (finding.severity === 'note' || !isOpen(file) || tried?.has(fingerprint) || (tried && others)) continue
    const edits = fixOf(finding, report)
    if (edits.length === 0) continue
    round.set(file, { file, findings: [...(others?.findings ?? []), finding], edits: [...(others?.edits ?? []), ...edits] })
  }
  return [...round.values()]
}

function edited({ report, texts }: State, round: readonly Candidate[]): Texts {
  const places = placesIn(report.migrations)
  return new Map([...texts, ...round.map(({ file, edits }) => [file, applyEdits(places.textOf(file), edits)] as const)])
}

/** Whether the findings are gone from their file, nothing else came, and the file is still read the same way. */
function helps({ file, findings }: Candidate, before: Report, after: Report): boolean {
  const left = new Map(countsOf(before, file))
  for (const { rule } of findings) left.set(rule, (left.get(rule) ?? 0) - 1)
  return (
    [...countsOf(after, file)].every(([rule, count]) => count <= (left.get(rule) ?? 0)) &&
    readingOf(before, file) === readingOf(after, file)
  )
}

/** Whether nothing came in the files that were not edited. */
function isNoWorse(before: Report, after: Report, except: ReadonlySet<string>): boolean {
  const files = new Set([...before.migrations, ...after.migrations].map(({ file }) => file))
  return [...files].every((file) => {
    if (except.has(file)) return true
    const was = countsOf(before, file)
    return [...countsOf(after, file)].every(([rule, count]) => count <= (was.get(rule) ?? 0))
  })
}

/** Errors and warnings: what is only fine to know of NOT VALID was true before. */
function countsOf({ all }: Report, file: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const finding of all)
    if (finding.file === file && finding.severity !== 'note') counts.set(finding.rule, (counts.get(finding.rule) ?? 0) + 1)
  return counts
}

/** How a tool reads a file: its sections, what they run in, and what of them is not understood. */
function readingOf({ migrations }: Report, file: string): string {
  return migrations
    .flatMap((migration) => {
      if (migration.file !== file) return []
      const unknown = migration.statements.filter(({ commands }) =>
        commands.some(({ operation }) => operation.kind === 'Opaque' || operation.kind === 'Unparsed'),
      )
      return [`${migration.transaction} ${migration.down === true} ${migration.repeatable === true} ${unknown.length}`]
    })
    .join('\n')
}

/** Which files may be edited: those that git says nobody else can have run. */
function openFiles({ migrations }: Report, options: LintOptions, cwd: string): (file: string) => boolean {
  const named = new Set((options.paths ?? []).map((path) => resolve(cwd, path)))
  const changes = new Map<string, ChangeSet | undefined>()
  const changesAround = (directory: string) => {
    const root = repositoryAbove(directory)
    if (root !== undefined && !changes.has(root)) changes.set(root, hasCommit(root) ? changesSince('HEAD', root) : undefined)
    return root === undefined ? undefined : changes.get(root)
  }
  const open = new Map<string, boolean>()
  for (const { file, change, repeatable, text } of migrations) {
    const path = resolve(cwd, file)
    // graphile-migrate keeps the hash of a committed migration in its first lines, and refuses another text.
    const isHashed = /^--! Hash: /m.test(text)
    const around = options.since === undefined ? changesAround(dirname(path)) : undefined
    const since = options.since === undefined ? around?.changeOf(path) : change
    const isNew = since?.kind === 'added' || (since !== undefined && repeatable === true)
    const isNamed = options.since === undefined && around === undefined && named.has(path)
    open.set(file, !isHashed && (isNew || isNamed))
  }
  return (file) => open.get(file) ?? false
}

function hasCommit(repository: string): boolean {
  return tryGit(repository, 'rev-parse', '--verify', '--quiet', 'HEAD^{commit}') !== undefined
}

/** The repository or linked worktree around a directory, looked for without git: where it is not installed, that is a Failure later. */
function repositoryAbove(directory: string): string | undefined {
  if (lstatSync(resolve(directory, '.git'), { throwIfNoEntry: false }) !== undefined) return directory
  return dirname(directory) === directory ? undefined : repositoryAbove(dirname(directory))
}

function write(texts: Texts, before: Report, cwd: string): void {
  const places = placesIn(before.migrations)
  const roots = new Map<string, { path: string; before: string; after: string }[]>()
  for (const [file, after] of texts) {
    const path = resolve(cwd, file)
    // What no link may lead out of.
    const root = repositoryAbove(dirname(path)) ?? dirname(path)
    roots.set(root, [...(roots.get(root) ?? []), { path, before: places.textOf(file), after }])
  }
  for (const [root, replacements] of roots) replaceFiles(replacements, root, cwd)
}

/** Where they stood before anything was edited. */
function placed(fixed: readonly Finding[], { migrations, findings }: Report): readonly Fixed[] {
  const places = placesIn(migrations)
  const originals = new Map(findings.map((finding) => [finding.fingerprint, finding]))
  return fixed.map(({ rule, file, message, fingerprint, span }) => {
    const { line, column } = locationOf(places.linesOf(file), originals.get(fingerprint)?.span ?? span)
    return { rule, file, line, column, message }
  })
}

function notesOn(report: Report, texts: Texts, isOpen: (file: string) => boolean): readonly string[] {
  const closed = report.findings.filter((finding) => !isOpen(finding.file) && fixOf(finding, report).length > 0).length
  const what = closed === 1 ? '1 finding could be fixed in a migration' : `${closed} findings could be fixed in migrations`
  return [
    ...(closed === 0
      ? []
      : [`${what} that may have run: only what git has not at the merge base (--since <git-ref>) or in HEAD is edited`]),
    ...(report.tool === 'atlas' && texts.size > 0 ? ['atlas.sum does not match any more: run atlas migrate hash'] : []),
  ]
}
