import type { FindingJson, LintJson, Severity } from '../contract.ts'
import { lockAndWork, whoWaitsFor } from './effect-line.ts'
import { codeBlock, codeSpan, escapeMarkdown } from './markdown-text.ts'

export interface MarkdownOptions {
  /** Where a finding's lines can be looked at; without it, or where it gives nothing, places are no links. */
  readonly link?: (finding: FindingJson) => string | undefined
  /** At most so many UTF-16 units: the details of the last findings, then their rows, are left out, and it is said. A comment on GitHub holds 65536. */
  readonly longest?: number
  /** What tells all of it where something is left out, as Markdown; `phasewise lint` by default. */
  readonly elsewhere?: string
}

const marks: { readonly [S in Severity]: string } = { error: '🔴 error', warning: '🟡 warning', note: '🔵 note', off: 'off' }

/**
 * The result for a pull-request comment or a job summary: a heading, a table of findings, and of each, folded, its SQL, locks and
 * what to do instead. Nothing from the migrations is obeyed as Markdown or HTML, becomes a link, or mentions anybody.
 */
export function lintMarkdown(
  result: LintJson,
  { link = () => undefined, longest = 60_000, elsewhere = '`phasewise lint`' }: MarkdownOptions = {},
): string {
  const head = `## phasewise: ${summaryOf(result)}\n`
  const foot = `\n${footOf(result)}\n`
  const { findings } = result
  if (findings.length === 0) return `${head}${foot}`
  const rows = findings.map((finding) => rowOf(finding, link(finding)))
  const details = findings.map(detailsOf)
  const room = longest - head.length - foot.length - tableHead.length - 2 * (longestNote + elsewhere.length)
  const shownRows = fitting(rows, room)
  const shownDetails = shownRows.length < rows.length ? [] : fitting(details, room - rows.join('').length)
  return [
    head,
    tableHead,
    ...shownRows,
    leftOut(rows.length - shownRows.length, 'not shown here', elsewhere),
    ...shownDetails,
    leftOut(shownRows.length - shownDetails.length, 'without details here', elsewhere),
    foot,
  ].join('')
}

const longestNote = 100

function leftOut(count: number, what: string, elsewhere: string): string {
  return count === 0 ? '' : `\n… and ${count} more, ${what}: ${elsewhere} tells all\n`
}

/** As many from the start as have room. */
function fitting(texts: readonly string[], room: number): readonly string[] {
  let length = 0
  const end = texts.findIndex((text) => {
    length += text.length
    return length > room
  })
  return end < 0 ? texts : texts.slice(0, end)
}

function summaryOf({ findings, files }: LintJson): string {
  const counts = (['error', 'warning', 'note'] as const).flatMap((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length
    return count === 0 ? [] : [plural(count, severity)]
  })
  if (counts.length === 0) return `no findings in ${plural(files, 'migration')}`
  return `${counts.join(', ')} in ${new Set(findings.map(({ file }) => file)).size} of ${plural(files, 'migration')}`
}

const tableHead = '\n|  | where | what |\n| --- | --- | --- |\n'

function rowOf(finding: FindingJson, link: string | undefined): string {
  const place = codeSpan(`${finding.file}:${finding.line}`)
  const where = link === undefined ? place : `[${place}](<${safeUrl(link)}>)`
  return `| ${marks[finding.severity]} | ${where} | ${escapeMarkdown(finding.message)} (\`${finding.rule}\`) |\n`
}

const mostEffects = 6

function detailsOf(finding: FindingJson): string {
  const { severity, file, line, rule, sql, effects, instead } = finding
  const relations = effects.filter(({ existed }) => existed)
  const shown = relations.length > mostEffects + 1 ? relations.slice(0, mostEffects) : relations
  const left = relations.length - shown.length
  const locks = [
    ...shown.map((effect) => `- ${codeSpan(effect.relation)} ${lockAndWork(effect)}: ${whoWaitsFor(effect, effects)}\n`),
    ...(left > 0 ? [`- … and ${left} more relations: \`phasewise locks\`\n`] : []),
  ]
  return [
    // HTML up to the blank line: entities are all that is obeyed there, and mentions, which escaping breaks.
    `\n<details><summary>${marks[severity]} · ${escapeMarkdown(`${file}:${line}`)} · ${rule}</summary>\n\n`,
    codeBlock(sql.trim(), 'sql'),
    ...(locks.length === 0 ? [] : ['\n', ...locks]),
    ...(instead === null ? [] : ['\nInstead:\n\n', codeBlock(instead.trim(), '')]),
    ...planOf(finding),
    '\n</details>\n',
  ].join('')
}

/** The safe sequence, folded: a line and a block of SQL for each step. */
function planOf({ plan }: FindingJson): readonly string[] {
  if (plan.length === 0) return []
  const steps = plan.map((step, index) => {
    const head = `${index + 1} · ${step.phase}`
    if (step.phase === 'deploy') return `\n${head}: ${escapeMarkdown(step.note)}\n`
    const mode = step.transaction ? 'in a transaction' : 'each statement by itself'
    return `\n${head} · ${mode}: ${escapeMarkdown(step.title)}\n\n${codeBlock(step.sql.trim(), 'sql')}`
  })
  return [`\n<details><summary>Plan: ${plural(plan.length, 'step')}</summary>\n`, ...steps, '\n</details>\n']
}

function footOf({ allowed, tool, postgres, phases }: LintJson): string {
  const contract = new Set(phases.filter((one) => one.phases.includes('contract')).map(({ file }) => file)).size
  return [
    ...(allowed.length === 0 ? [] : [`${allowed.length} allowed`]),
    ...(contract === 0 ? [] : [`contract steps in ${contract}`]),
    tool === 'plain' ? 'plain SQL files' : escapeMarkdown(tool),
    `PostgreSQL ${postgres}`,
  ].join(' · ')
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`
}

/** A link's target between angle brackets. */
function safeUrl(url: string): string {
  return encodeURI(url.replace(/\p{Surrogate}/gu, '\ufffd'))
    .replaceAll('%25', '%')
    .replaceAll('|', '%7C')
}
