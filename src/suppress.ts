import { ruleHint } from './config/nearest.ts'
import type { Allowed, Certainty, Finding, Hazard, Severity } from './finding.ts'
import { fingerprints } from './fingerprint.ts'
import { split } from './grammar/split.ts'
import type { Comment, Migration } from './migration.ts'
import type { Rule } from './rule.ts'
import { Lines } from './span.ts'
import { codesOf, type Directive, directiveOf, names } from './suppress/directive.ts'
import { type CommentedFile, covers, type Placed, placeComment, type Target } from './suppress/target.ts'

/** Findings with those that comments silence taken out. */
export interface Suppressed {
  readonly findings: readonly Finding[]
  readonly allowed: readonly Allowed[]
}

export interface SuppressOptions {
  readonly rules: ReadonlyMap<string, Pick<Rule, 'knownAs' | 'hazard' | 'certainty'>>
  severityOf(rule: string, hazard: Hazard, certainty: Certainty, file: string): Severity
}

/** The rule behind findings about our own comments; they are made here, so its file only describes it. */
export const allowComment = 'allow-comment'

/**
 * Applies the allow comments of the migrations, and those of other linters, to the findings. Comments of ours that are wrong or
 * silence nothing become findings of `allow-comment`. Pure; the order of place is kept.
 */
export function suppress(findings: readonly Finding[], migrations: readonly Migration[], options: SuppressOptions): Suppressed {
  const byFile = groupByFile(findings)
  const kept: Finding[] = []
  const allowed: Allowed[] = []
  for (const file of filesOf(migrations)) {
    const marks = file.comments.flatMap((comment) => markOf(comment, file) ?? [])
    const here = byFile.get(file.file) ?? []
    byFile.delete(file.file)
    if (marks.length === 0) {
      kept.push(...here)
      continue
    }
    const used = new Set<string>()
    const left = here.filter((finding) => {
      const silencing = marks.flatMap((mark, index) =>
        idsThatSilence(finding, mark, file, options).map((id) => ({ mark, key: `${index} ${id}` })),
      )
      for (const { key } of silencing) used.add(key)
      const own = silencing.find(({ mark }) => mark.directive.tool === 'phasewise') ?? silencing[0]
      if (own !== undefined) allowed.push({ ...finding, reason: own.mark.directive.reason })
      return own === undefined
    })
    const complaints = marks.flatMap((mark, index) => complaintsAbout(mark, file, options, (id) => used.has(`${index} ${id}`)))
    kept.push(...merge(left, findingsFrom(complaints, file, options)))
  }
  // A finding in a file without a migration (none so far) is still a finding.
  for (const rest of byFile.values()) kept.push(...rest)
  return { findings: kept, allowed }
}

/** One directive and where it applies. */
interface Mark {
  readonly comment: Comment
  readonly directive: Directive
  readonly placed: Placed
  /** Before the first statement of the file. */
  readonly atTop: boolean
}

function markOf(comment: Comment, file: CommentedFile): Mark | undefined {
  const directive = directiveOf(comment.text)
  if (directive === undefined) return undefined
  const first = file.statements[0]?.span.start ?? Number.POSITIVE_INFINITY
  return { comment, directive, placed: placeComment(comment, file), atTop: comment.span.end <= first }
}

/** The ids of a comment that silence a finding (`*` for a comment without ids). */
function idsThatSilence(finding: Finding, mark: Mark, file: CommentedFile, { rules }: SuppressOptions): readonly string[] {
  const { directive } = mark
  if (directive.malformed !== undefined) return []
  const knownAs = rules.get(finding.rule)?.knownAs ?? []
  const ids =
    directive.ids === 'all'
      ? codesOf(directive, knownAs).length > 0
        ? ['*']
        : []
      : directive.ids.filter((id) => names(directive, id, finding.rule, knownAs))
  return ids.length > 0 && reachesFinding(finding, mark, file, knownAs) ? ids : []
}

function reachesFinding(
  finding: Finding,
  { comment, directive, placed, atTop }: Mark,
  file: CommentedFile,
  knownAs: readonly string[],
): boolean {
  switch (directive.scope) {
    case 'file':
      return true
    case 'file head':
      return atTop
    case 'end':
      return false
    case 'start': {
      const end = file.comments.find((other) => other.span.start > comment.span.start && directiveOf(other.text)?.scope === 'end')
      return finding.span.start > comment.span.start && finding.span.start < (end?.span.start ?? Number.POSITIVE_INFINITY)
    }
    case 'above':
      return placed.place === 'above'
        ? placed.targets.some((target) => covers(target, finding.span))
        : placed.place === 'detached' && atTop
    case 'line':
      return placed.targets.some((target) => covers(target, finding.span) && beginsBeside(finding, target, file))
    case 'here':
      if (placed.targets.some((target) => covers(target, finding.span))) return true
      // pgfence's policies about a whole file (missing lock_timeout and the like) are silenced at the first statement.
      return (
        directive.tool === 'pgfence' &&
        placed.targets.some(({ statement }) => statement === file.statements[0]) &&
        codesOf(directive, knownAs).some((code) => code.startsWith('missing-'))
      )
  }
}

/** squawk looks at the line where a thing begins: a comment above a statement of several commands is not about those on later lines. */
function beginsBeside(finding: Finding, { span, statement }: Target, { lines }: CommentedFile): boolean {
  if (statement.commands.length <= 1 || span !== statement.span) return true
  return lines.positionOf(finding.span.start).line === lines.positionOf(statement.span.start).line
}

/** What is wrong with a comment of ours. Peers' comments may well speak of rules that we do not have. */
function complaintsAbout(
  { comment, directive, placed, atTop }: Mark,
  file: CommentedFile,
  options: SuppressOptions,
  used: (id: string) => boolean,
): readonly { readonly comment: Comment; readonly message: string }[] {
  if (directive.tool !== 'phasewise' || directive.ids === 'all') return []
  if (directive.malformed !== undefined) return [{ comment, message: directive.malformed }]
  return directive.ids.flatMap((id) => {
    const complain = (message: string) => [{ comment, message }]
    if (!options.rules.has(id)) return complain(`unknown rule ${JSON.stringify(id)}${ruleHint(id, options.rules)}`)
    if (used(id)) return []
    if (directive.scope === 'file head' && !atTop) {
      return complain('`allow-file` has to stand before the first statement, so it allows nothing here')
    }
    if (directive.scope === 'here' && placed.targets.length === 0) {
      return complain(`the comment stands neither on a statement nor directly above one, so it allows nothing`)
    }
    if (isOff(id, file.file, options) || !judged(placed, directive)) return []
    return complain(`${id} finds nothing here, so there is nothing to allow; remove it from the comment`)
  })
}

function isOff(id: string, file: string, { rules, severityOf }: SuppressOptions): boolean {
  const rule = rules.get(id)
  return rule !== undefined && severityOf(id, rule.hazard, rule.certainty ?? 'certain', file) === 'off'
}

/** A statement that does not parse may hold what the comment speaks of. */
function judged({ targets }: Placed, { scope }: Directive): boolean {
  if (scope !== 'here') return true
  return !targets.some(({ statement }) => statement.commands.some(({ operation }) => operation.kind === 'Unparsed'))
}

function findingsFrom(
  complaints: readonly { readonly comment: Comment; readonly message: string }[],
  file: CommentedFile,
  options: SuppressOptions,
): readonly Finding[] {
  const { hazard, certainty = 'certain' } = options.rules.get(allowComment) ?? { hazard: 'not understood' }
  const severity = options.severityOf(allowComment, hazard, certainty, file.file)
  if (severity === 'off') return []
  const fingerprint = fingerprints()
  return complaints.map(({ comment, message }) => {
    const sql = file.text.slice(comment.span.start, comment.span.end)
    return {
      rule: allowComment,
      hazard,
      severity,
      message,
      file: file.file,
      span: comment.span,
      sql,
      effects: [],
      instead: undefined,
      fingerprint: fingerprint(allowComment, file.file, sql),
    }
  })
}

/** Two lists in order of place as one. */
function merge(findings: readonly Finding[], added: readonly Finding[]): readonly Finding[] {
  if (added.length === 0) return findings
  return [...findings, ...added].sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end)
}

/** The files of the migrations, each once, with the statements and comments of all its sections. */
function filesOf(migrations: readonly Migration[]): readonly CommentedFile[] {
  const files: CommentedFile[] = []
  const bySpan = (a: Pick<Comment, 'span'>, b: Pick<Comment, 'span'>) => a.span.start - b.span.start
  for (const [file, sections] of groupByFile(migrations)) {
    const text = sections[0]?.text ?? ''
    const statements = sections.flatMap((section) => section.statements).sort(bySpan)
    const ofSections = sections.flatMap((section) => section.comments).sort(bySpan)
    const head = Math.min(statements[0]?.span.start ?? text.length, ofSections[0]?.span.start ?? text.length)
    const comments = new Map([...headComments(text, head), ...ofSections].map((comment) => [comment.span.start, comment]))
    let lines: Lines | undefined
    files.push({
      file,
      text,
      statements,
      comments: [...comments.values()].sort(bySpan),
      get lines() {
        lines ??= new Lines(text)
        return lines
      },
    })
  }
  return files
}

/** Comments above a file's first section (`-- +goose Up`): no section has them, and they are the place to speak of the whole file. */
function headComments(text: string, end: number): readonly Comment[] {
  return text.slice(0, end).trim() === '' ? [] : split(text, { start: 0, end }, new Set()).comments
}

function groupByFile<Item extends { readonly file: string }>(items: readonly Item[]): Map<string, Item[]> {
  const groups = new Map<string, Item[]>()
  for (const item of items) {
    const group = groups.get(item.file)
    if (group === undefined) groups.set(item.file, [item])
    else group.push(item)
  }
  return groups
}
