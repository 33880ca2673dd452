import { type Effect, mergeEffects } from '../effect/effect.ts'
import type { Finding } from '../finding.ts'
import type { Migration } from '../migration.ts'
import { printName } from '../name.ts'
import { placeOf, severityWord } from './compact.ts'
import { bySeverityOfLock, consequenceOf, workOf } from './consequence.ts'
import { excerpt } from './excerpt.ts'
import { planOf } from './finding-plan.ts'
import type { Paint } from './paint.ts'
import { type Places, placesIn } from './place.ts'
import { printable, printableLine } from './printable.ts'
import type { LintReport, LocksReport } from './report.ts'
import { pad, textWidth } from './width.ts'

/** The report for people: every finding with its source, what it locks, and what to do instead; then a summary line. */
export function lintText(report: LintReport, paint: Paint): string {
  const places = placesIn(report.migrations)
  const blocks = report.findings.map((finding, index) => {
    const previous = report.findings[index - 1]
    const repeated =
      previous !== undefined &&
      previous.file === finding.file &&
      previous.span.start === finding.span.start &&
      previous.span.end === finding.span.end
    return findingText(finding, places, paint, repeated)
  })
  return [...blocks, ...staleLines(report), ...fixedLines(report, paint), `${summaryLine(report, paint)}\n`].join('\n')
}

function findingText(finding: Finding, places: Places, paint: Paint, repeated: boolean): string {
  const mark = finding.severity === 'error' ? paint.red : finding.severity === 'warning' ? paint.yellow : paint.blue
  const rows = [
    `${paint.bold(placeOf({ file: finding.file, ...places.linesOf(finding.file).positionOf(finding.span.start) }))}  ${severityWord(finding.severity, paint)}  ${finding.rule}${phaseWord(finding, paint)}`,
    ...printable(finding.message)
      .split('\n')
      .map((line) => `  ${line}`),
  ]
  if (!repeated) {
    const statement = places.statementAt(finding.file, finding.span)?.span
    const text = places.textOf(finding.file)
    rows.push('', ...excerpt({ text, lines: places.linesOf(finding.file), span: finding.span, statement, paint, mark }))
    const effects = effectRows(finding, paint)
    if (effects.length > 0) rows.push('', ...effects)
  }
  if (finding.instead !== undefined && finding.instead.trim() !== '') rows.push('', ...insteadRows(finding.instead, paint))
  rows.push(...planRows(finding, paint))
  return `${rows.join('\n')}\n`
}

/** Which step of a change it is about: a contract step waits for the code, an expand step goes before it. */
function phaseWord({ phase, hazard }: Finding, paint: Paint): string {
  return phase === undefined || aboutText.has(hazard) ? '' : `  ${paint.dim(phase)}`
}

/** The first clause of a note. */
function gistOf(note: string): string {
  return note.split(/[;:]\s| \(/)[0] ?? note
}

/** The first step of the plan, and where the others are. */
function planRows(finding: Finding, paint: Paint): readonly string[] {
  const [first, ...others] = planOf(finding)
  if (first === undefined) return []
  const step = first.phase === 'deploy' ? `deploy ${gistOf(first.note)}` : `${first.phase}: ${first.title}`
  const more = others.length === 0 ? '' : `, then ${plural(others.length, 'more step')}`
  return [
    '',
    `  ${paint.green('plan')}     first ${printableLine(step)}${more}: ${printableLine(`phasewise plan ${finding.file}`)}`,
  ]
}

/** Locks and phases explain a finding about traffic or clients; beside a finding about style or a typing error they are noise. */
const aboutText: ReadonlySet<string> = new Set(['style', 'fails', 'not understood'])
const mostEffects = 6

function effectRows(finding: Finding, paint: Paint): readonly string[] {
  if (aboutText.has(finding.hazard)) return []
  const effects = mergeEffects(finding.effects.filter((effect) => effect.existed)).toSorted(bySeverityOfLock)
  const shown = effects.length > mostEffects + 1 ? effects.slice(0, mostEffects) : effects
  const rows = effectTable(shown, paint)
  const left = effects.length - shown.length
  return left > 0 ? [...rows, paint.dim(`  … and ${left} more relations: phasewise locks`)] : rows
}

/** Relation, lock, work and who waits, in columns. */
export function effectTable(effects: readonly Effect[], paint: Paint, indent = '  '): readonly string[] {
  const cells = effects.map((effect) => {
    const name = printableLine(printName(effect.relation))
    return {
      relation: effect.kind === 'table' ? name : `${name} (${effect.kind})`,
      lock: effect.lock,
      work: workOf(effect).join(', '),
      consequence: consequenceOf(effect, effects),
    }
  })
  const widest = (of: (cell: (typeof cells)[number]) => string) => Math.max(0, ...cells.map((cell) => textWidth(of(cell))))
  const columns = {
    relation: Math.min(
      widest((cell) => cell.relation),
      40,
    ),
    lock: widest((cell) => cell.lock),
    work: widest((cell) => cell.work),
  }
  return cells.map(({ relation, lock, work, consequence }) => {
    const parts = [paint.bold(pad(relation, columns.relation)), pad(lock, columns.lock)]
    if (columns.work > 0) parts.push(pad(work, columns.work))
    return `${indent}${parts.join('  ')}  ${paint.dim(consequence)}`
  })
}

function insteadRows(instead: string, paint: Paint): readonly string[] {
  const [first = '', ...rest] = printable(instead).trimEnd().split('\n')
  return [`  ${paint.green('instead')}  ${first}`, ...rest.map((line) => `           ${line}`.trimEnd())]
}

/** Accepted findings that are no more: the file should forget them, or it would hide their return. */
function staleLines({ baseline }: LintReport): readonly string[] {
  if (baseline === undefined || baseline.stale.length === 0) return []
  const lines = baseline.stale.map(({ file, rule, message }) => `  ${printableLine(`${file}  ${rule}  ${message}`)}`)
  const entries = baseline.stale.length === 1 ? '1 entry matches' : `${baseline.stale.length} entries match`
  return [
    `${printableLine(baseline.file)}: ${entries} nothing any more; drop what is mended with: phasewise baseline`,
    ...lines,
    '',
  ]
}

/** What --fix did and left. */
function fixedLines({ fixed = [], notes = [] }: LintReport, paint: Paint): readonly string[] {
  const lines = [
    ...fixed.map((one) => `${paint.green('fixed')}  ${printableLine(placeOf(one))}  ${one.rule}`),
    ...notes.map((note) => printableLine(note)),
  ]
  return lines.length === 0 ? [] : [...lines, '']
}

function summaryLine(report: LintReport, paint: Paint): string {
  const { findings, allowed, migrations } = report
  const counts = (['error', 'warning', 'note'] as const).flatMap((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length
    return count === 0 ? [] : [plural(count, severity)]
  })
  const files = new Set(migrations.map(({ file }) => file)).size
  const affected = new Set(findings.map(({ file }) => file)).size
  const found =
    counts.length === 0
      ? paint.green(`no findings in ${plural(files, 'migration')}`)
      : paint.bold(`${counts.join(', ')} in ${affected} of ${plural(files, 'migration')}`)
  const silenced = allowed.length === 0 ? [] : [`${allowed.length} allowed`]
  const mended = report.fixed === undefined ? [] : [`${report.fixed.length} fixed`]
  return [found, ...mended, ...silenced, ...contractSteps(report), ...circumstances(report)].join(' · ')
}

/** Which migrations take something away or tighten it: those that have to wait for the code. */
function contractSteps({ phases = [] }: LintReport): readonly string[] {
  const files = new Set(phases.filter((one) => one.phases.includes('contract')).map(({ migration }) => migration.file))
  return files.size === 0 ? [] : [`contract steps in ${files.size}`]
}

/** What a verdict rests on: tool, version, and what of it was assumed. */
export function circumstances(report: LocksReport): readonly string[] {
  const version = report.postgresAssumed
    ? `PostgreSQL ${report.postgres} assumed (set "postgres")`
    : `PostgreSQL ${report.postgres}`
  const sign = report.found === undefined || report.tool === 'plain' ? '' : ` (${report.found.because})`
  const tool = report.tool === 'plain' ? 'plain SQL files' : report.tool
  return [printableLine(`${tool}${sign}`), version, ...assumedTransaction(report.migrations)]
}

function assumedTransaction(migrations: readonly Migration[]): readonly string[] {
  return migrations.some((migration) => migration.transactionAssumed)
    ? ['each statement in its own transaction assumed (set "transaction")']
    : []
}

export function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`
}
