import type { Effect } from '../effect/effect.ts'
import { printName } from '../name.ts'
import { type Disagreement, isAside } from '../trace/compare.ts'
import type { ObservedEffect } from '../trace/observe.ts'
import type { Traced } from '../trace/trace.ts'
import { workOrder } from './consequence.ts'
import { oneLine, scopeNote } from './locks-text.ts'
import type { Paint } from './paint.ts'
import { type Places, placesIn } from './place.ts'
import { printableLine } from './printable.ts'
import { plural } from './text.ts'
import type { TraceReport } from './trace-report.ts'
import { pad, textWidth } from './width.ts'

export interface TraceTextOptions {
  readonly paint: Paint
  /** Only what disagrees, was refused or was not run. */
  readonly quiet: boolean
}

/** Predicted beside observed, statement by statement, for people. */
export function traceText(report: TraceReport, { paint, quiet }: TraceTextOptions): string {
  const places = placesIn(report.migrations)
  const rows: string[] = []
  let file: string | undefined
  for (const traced of report.statements) {
    if (quiet && traced.agrees !== false && !isFailure(traced)) continue
    if (traced.migration.file !== file) {
      if (file !== undefined) rows.push('')
      file = traced.migration.file
      rows.push(paint.bold(printableLine(file)))
    }
    const { line, column } = places.linesOf(file).positionOf(traced.statement.span.start)
    rows.push('', `  ${paint.dim(`${line}:${column}`)}  ${oneLine(traced.statement.sql)}${scopeNote(traced.scope, paint)}`)
    rows.push(...statementRows(traced, paint))
  }
  if (rows.length > 0) rows.push('')
  rows.push(...notes(report, places, paint), summary(report, paint))
  return `${rows.join('\n')}\n`
}

function isFailure({ outcome }: Traced): boolean {
  return outcome.kind === 'refused' || outcome.kind === 'not run'
}

function statementRows(traced: Traced, paint: Paint): readonly string[] {
  const { outcome, known } = traced
  switch (outcome.kind) {
    case 'refused':
      return [`    ${paint.red('failed')}  ${outcome.refusal.sqlstate}  ${printableLine(outcome.refusal.message)}`]
    case 'not run':
      return [`    ${paint.yellow('not run')}  ${printableLine(outcome.reason)}`]
    case 'ran':
      return [paint.dim('    locks no relation')]
    case 'observed': {
      const rows = comparisonRows(traced, outcome.observation.effects, paint)
      if (!known) rows.push(`    ${paint.yellow('not understood: nothing is predicted of it')}`)
      else if (rows.length === 0) rows.push(paint.dim('    locks no relation'))
      if (outcome.observation.locks === 'none') rows.push(`    ${paint.yellow(unobserved)}`)
      return rows
    }
  }
}

const unobserved =
  'its locks were not observed: it commits on its way, and only a server has a second connection (--database-url)'

interface Row {
  readonly relation: string
  readonly predicted: string
  readonly observed: string
  readonly mark: string
}

function comparisonRows(traced: Traced, observed: readonly ObservedEffect[], paint: Paint): string[] {
  const seen = new Map(observed.map((effect) => [printName(effect.relation), effect]))
  const predicted = new Map(traced.predicted.map((effect) => [printName(effect.relation), effect]))
  const disagreements = traced.comparison?.disagreements ?? []
  const names = new Set([...predicted.keys(), ...[...seen].flatMap(([name, effect]) => (isTold(effect) ? [name] : []))])
  const aside = (name: string) =>
    Number([predicted.get(name), seen.get(name)].some((effect) => effect !== undefined && isAside(effect)))
  const rows = [...names]
    .sort((a, b) => aside(a) - aside(b))
    .map((name): Row => {
      const effect = predicted.get(name) ?? seen.get(name)
      const label = printableLine(name)
      return {
        relation: effect === undefined || effect.kind === 'table' ? label : `${label} (${effect.kind})`,
        predicted: effectWords(predicted.get(name)),
        observed: observedWords(traced, name, seen.get(name)),
        mark: markOf(disagreements.filter(({ relation }) => relation === name)),
      }
    })
  if (rows.length === 0) return []
  const width = (of: (row: Row) => string, title: string) => Math.max(textWidth(title), ...rows.map((row) => textWidth(of(row))))
  const [first, second, third] = [
    Math.min(
      width((row) => row.relation, ''),
      50,
    ),
    width((row) => row.predicted, 'predicted'),
    width((row) => row.observed, 'observed'),
  ]
  const line = (row: Row) =>
    `    ${pad(row.relation, first)}  ${pad(row.predicted, second)}  ${pad(row.observed, third)}  ${row.mark}`
  return [
    paint.dim(line({ relation: '', predicted: 'predicted', observed: 'observed', mark: '' }).trimEnd()),
    ...rows.map((row) => (row.mark === '' ? line(row).trimEnd() : paint.red(line(row)))),
  ]
}

/** Every statement opens the indexes of its tables: those are told where something is built, or predicted. */
function isTold(effect: ObservedEffect): boolean {
  return !isAside(effect) || effect.work.size > 0
}

/** What was seen, and why less may have been seen than there was. */
function observedWords(traced: Traced, relation: string, effect: ObservedEffect | undefined): string {
  if (traced.outcome.kind !== 'observed') return ''
  const { observation } = traced.outcome
  const predicted = traced.predicted.find((each) => printName(each.relation) === relation)
  if (effect === undefined && observation.locks === 'none') return '(unobserved)'
  const held = predicted !== undefined && observation.held?.get(relation)?.has(predicted.lock) === true
  if (effect === undefined) return held ? '(held already)' : '–'
  const words = effectWords(effect, held ? `(${predicted.lock} held already)` : undefined)
  if (predicted === undefined) return words
  if (held && effect.lock !== undefined && predicted.lock !== effect.lock) return `${words} (${predicted.lock} held already)`
  return predicted.work.has('scan') && !effect.work.has('scan') ? `${words} (a scan does not show)` : words
}

function effectWords(effect: Effect | ObservedEffect | undefined, withoutLock = '(lock unobserved)'): string {
  if (effect === undefined) return ''
  return [
    effect.lock ?? withoutLock,
    ...workOrder.filter((work) => effect.work.has(work)),
    ...(effect.existed ? [] : ['new']),
  ].join(', ')
}

const marks: { readonly [A in Disagreement['about']]: string } = {
  missing: 'not predicted',
  imagined: 'not observed',
  lock: 'another lock',
  work: 'other work',
  kind: 'another kind of relation',
  existed: 'new or not',
}

function markOf(disagreements: readonly Disagreement[]): string {
  return disagreements.length === 0 ? '' : `← disagrees: ${disagreements.map(({ about }) => marks[about]).join(', ')}`
}

function notes(report: TraceReport, places: Places, paint: Paint): readonly string[] {
  const at = ({ migration, statement }: Pick<Traced, 'migration' | 'statement'>) =>
    `${printableLine(migration.file)}:${places.linesOf(migration.file).positionOf(statement.span.start).line}`
  return [
    ...report.unavailableExtensions.map(
      (name) =>
        `${paint.yellow('note')}  the extension ${printableLine(name)} does not come with ${report.engine}: what needs it fails; a server that has it can be given with --database-url`,
    ),
    ...(report.stubRoles.length === 0
      ? []
      : [`${paint.yellow('note')}  made up for the trace: the roles ${report.stubRoles.map(printableLine).join(', ')}`]),
    ...report.missingContext.map(({ outcome, ...one }) => {
      const why = outcome.kind === 'refused' ? outcome.refusal.message : outcome.kind === 'not run' ? outcome.reason : ''
      return `${paint.yellow('note')}  ${at(one)}: not there for what follows: ${printableLine(why)}`
    }),
    ...report.undone.map(
      ({ refusal, ...one }) =>
        `${paint.red('failed')}  ${at(one)}: the COMMIT of the transaction that begins here: ${refusal.sqlstate}  ${printableLine(refusal.message)}`,
    ),
  ]
}

function summary({ statements, tool, engine }: TraceReport, paint: Paint): string {
  const count = (test: (traced: Traced) => boolean) => statements.filter(test).length
  const wrong = count(({ agrees }) => agrees === false)
  const files = new Set(statements.map(({ migration }) => migration.file)).size
  const counts: readonly (readonly [number, string])[] = [
    [count(({ outcome, agrees }) => outcome.kind === 'observed' && agrees === undefined), 'not observed in full'],
    [count(({ outcome }) => outcome.kind === 'refused'), 'failed'],
    [count(({ outcome }) => outcome.kind === 'not run'), 'not run'],
  ]
  const agreed = `${count(({ agrees }) => agrees === true)} agree`
  return [
    wrong === 0 ? paint.green(agreed) : `${paint.red(`${wrong} of ${statements.length} disagree`)}, ${agreed}`,
    ...counts.flatMap(([number, word]) => (number === 0 ? [] : [`${number} ${word}`])),
    `${plural(statements.length, 'statement')} in ${plural(files, 'migration')}`,
    printableLine(tool === 'plain' ? 'plain SQL files' : tool),
    engine,
  ].join(' · ')
}
