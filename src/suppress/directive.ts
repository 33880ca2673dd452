/** What one comment asks to silence. */
export interface Directive {
  /** Whose comment it is; a peer's name is also the prefix of its ids in `knownAs`. */
  readonly tool: 'phasewise' | 'squawk' | 'atlas' | 'pgfence' | 'eugene' | 'pgls' | 'pg-migration-lint' | 'migrationpilot'
  /**
   * `here`: the statement or command that the comment stands on or directly above; `above`: only directly above;
   * `line`: as `here`, but of a statement's several commands only those that begin on that line;
   * `file`: the whole file; `file head`: the file, and the comment has to stand before the first statement;
   * `start` and `end`: everything between the two.
   */
  readonly scope: 'here' | 'above' | 'line' | 'file' | 'file head' | 'start' | 'end'
  /** Ids as written, without duplicates; `all`: everything that the tool knows. */
  readonly ids: readonly string[] | 'all'
  /** Given by the author (ours), or the name of the comment (peers', which need none). Empty where it is missing. */
  readonly reason: string
  /** What is wrong with the comment's form. */
  readonly malformed?: string
}

/** Reads a comment's text, without its marks; undefined for a comment that asks for nothing. */
export function directiveOf(comment: string): Directive | undefined {
  const text = comment.trim()
  for (const read of readers) {
    const directive = read(text)
    if (directive !== undefined) return directive
  }
  return undefined
}

type Reader = (text: string) => Directive | undefined

/** `phasewise allow <rule>[, <rule>]: <reason>`, `phasewise allow-file …`. */
const phasewise: Reader = (text) => {
  const found = /^phasewise\b\s*(?::\s*)?([\w-]+)\s*([\s\S]*)$/i.exec(text)
  if (!found) return undefined
  const [, verb = '', rest = ''] = found
  const word = verb.toLowerCase()
  if (word === 'allow' || word === 'allow-file') {
    const colon = rest.indexOf(':')
    const ids = idsIn(colon < 0 ? rest : rest.slice(0, colon), /[\s,]+/)
    const reason =
      colon < 0
        ? ''
        : rest
            .slice(colon + 1)
            .replace(/\s+/g, ' ')
            .trim()
    const form = `-- phasewise ${word} <rule>: <reason>`
    const directive = { tool: 'phasewise', scope: word === 'allow' ? 'here' : 'file head', ids, reason } as const
    if (ids.length === 0) return { ...directive, malformed: `the comment names no rule; write \`${form}\`` }
    return reason === ''
      ? { ...directive, malformed: `the comment gives no reason, so it allows nothing; write \`${form}\`` }
      : directive
  }
  // Words that other linters use here: the author clearly wants something silenced, and would wait for it in vain.
  if (!/^(?:ignore|disable|nolint|suppress|skip|off|allow)(?:$|-)/.test(word)) return undefined
  const malformed = `the comment is not understood; write \`-- phasewise allow <rule>: <reason>\``
  return { tool: 'phasewise', scope: 'here', ids: [], reason: '', malformed }
}

/** `squawk-ignore rule[, rule]` and `squawk-ignore-file [rule, …]`; a second `--` starts a reason. The former without a rule does nothing there. */
const squawk: Reader = (text) => {
  const found = /^squawk-ignore(-file)?(?![\w-])\s*([\s\S]*)$/.exec(text)
  if (!found) return undefined
  const ids = idsIn((found[2] ?? '').replace(/--[\s\S]*$/, ''), /,/)
  if (found[1] === undefined) {
    return ids.length === 0 ? undefined : { tool: 'squawk', scope: 'line', ids, reason: 'squawk-ignore comment' }
  }
  return { tool: 'squawk', scope: 'file', ids: orAll(ids), reason: 'squawk-ignore-file comment' }
}

/** `atlas:nolint [name|code …]`, blank-separated, directly above the statement; at the very top and followed by an empty line, for the file. */
const atlas: Reader = (text) => {
  const found = /^atlas:nolint(?![\w-])([^\n]*)/.exec(text)
  if (!found) return undefined
  return { tool: 'atlas', scope: 'above', ids: orAll(idsIn(found[1] ?? '', /[\s,]+/)), reason: 'atlas:nolint comment' }
}

/** `pgfence-ignore`, `pgfence-ignore: id[, id]`, and the older `pgfence: ignore id[, id]`. */
const pgfence: Reader = (text) => {
  const found = /^(?:pgfence-ignore(?![\w-])\s*:?|pgfence:\s*ignore(?![\w-]))([^\n]*)/.exec(text)
  if (!found) return undefined
  return { tool: 'pgfence', scope: 'here', ids: orAll(idsIn(found[1] ?? '', /[\s,]+/)), reason: 'pgfence-ignore comment' }
}

/** `eugene: ignore` or `eugene: ignore E1[,E2]`. */
const eugene: Reader = (text) => {
  const found = /^eugene:\s*ignore(?![\w-])([^\n]*)/.exec(text)
  if (!found) return undefined
  return { tool: 'eugene', scope: 'here', ids: orAll(idsIn(found[1] ?? '', /[\s,]+/)), reason: 'eugene: ignore comment' }
}

/** `pgls-ignore lint/safety/rule[: reason]` (also `pgt-ignore`, or a whole group), `-all` at the very top, `-start` and `-end`. */
const pgls: Reader = (text) => {
  const found = /^(pgls|pgt)-ignore(-all|-start|-end)?(?![\w-])\s*([\w/-]+)/.exec(text)
  if (!found) return undefined
  const [, prefix = '', form = '', category = ''] = found
  const scopes = { '-all': 'file head', '-start': 'start', '-end': 'end' } as const
  const scope = form === '-all' || form === '-start' || form === '-end' ? scopes[form] : 'here'
  const ids = category === 'lint' || category === 'lint/safety' ? 'all' : [category.replace(/^lint\/safety\//, '')]
  return { tool: 'pgls', scope, ids, reason: `${prefix}-ignore${form} comment` }
}

/** `pgm-lint:suppress PGM001[,PGM501]` for the next statement, `pgm-lint:suppress-file …`. */
const pgMigrationLint: Reader = (text) => {
  const found = /^pgm-lint:suppress(-file)?(?![\w-])([^\n]*)/.exec(text)
  const ids = idsIn(found?.[2] ?? '', /[\s,]+/)
  if (!found || ids.length === 0) return undefined
  const reason = `pgm-lint:suppress${found[1] ?? ''} comment`
  return { tool: 'pg-migration-lint', scope: found[1] === undefined ? 'here' : 'file', ids, reason }
}

/** `migrationpilot-disable [MP001, MP002]` and `migrationpilot-disable-file …`; case does not matter, words behind the ids neither; a name in their place disables nothing there. */
const migrationpilot: Reader = (text) => {
  const found = /^migrationpilot-disable(-file)?(?![\w-])([^\n]*)/i.exec(text)
  if (!found) return undefined
  const ids = (found[2] ?? '').match(/\b(?:MP|SQ)\d+\b/gi) ?? []
  if (ids.length === 0 && /\w/.test(found[2] ?? '')) return undefined
  const reason = `migrationpilot-disable${(found[1] ?? '').toLowerCase()} comment`
  return { tool: 'migrationpilot', scope: found[1] === undefined ? 'here' : 'file', ids: orAll(ids), reason }
}

const readers: readonly Reader[] = [phasewise, squawk, atlas, pgfence, eugene, pgls, pgMigrationLint, migrationpilot]

function idsIn(text: string, separator: RegExp): readonly string[] {
  return [
    ...new Set(
      text
        .split(separator)
        .map((id) => id.trim())
        .filter((id) => id !== ''),
    ),
  ]
}

function orAll(ids: readonly string[]): readonly string[] | 'all' {
  return ids.length === 0 ? 'all' : ids
}

/** Names of Atlas's analyzers, which `nolint` takes beside codes, with the codes that they report. */
const analyzers: Readonly<Record<string, RegExp>> = {
  destructive: /^DS/,
  data_depend: /^MF/,
  incompatible: /^BC/,
  condrop: /^CD/,
  concurrent_index: /^PG10[1-58]$/,
  nestedtx: /^TX/,
  naming: /^NM/,
}

/** Whether a directive's id names a rule, by the rule's own id (ours) or one of the peers' names in `knownAs`. */
export function names(directive: Directive, id: string, rule: string, knownAs: readonly string[]): boolean {
  if (directive.tool === 'phasewise') return id === rule
  return codesOf(directive, knownAs).some(
    (code) =>
      code.toLowerCase() === id.toLowerCase() || (directive.tool === 'atlas' && analyzers[id.toLowerCase()]?.test(code) === true),
  )
}

/** The tool's own ids among a rule's peers' names. */
export function codesOf(directive: Directive, knownAs: readonly string[]): readonly string[] {
  const prefix = `${directive.tool}/`
  return knownAs.filter((known) => known.startsWith(prefix)).map((known) => known.slice(prefix.length))
}
