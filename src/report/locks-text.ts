import type { Judged } from '../analyze.ts'
import { whoWaits } from '../lock.ts'
import type { TransactionScope } from '../migration.ts'
import { printName } from '../name.ts'
import { bySeverityOfLock } from './consequence.ts'
import type { Paint } from './paint.ts'
import { type Places, placesIn } from './place.ts'
import { printableLine } from './printable.ts'
import type { LocksReport } from './report.ts'
import { circumstances, effectTable, plural } from './text.ts'

const longestStatement = 100

/** What each statement locks and does, statement by statement, for people. */
export function locksText(report: LocksReport, paint: Paint): string {
  const places = placesIn(report.migrations)
  const rows: string[] = []
  let file: string | undefined
  for (const judged of report.judged) {
    if (judged.migration.file !== file) {
      if (file !== undefined) rows.push('')
      file = judged.migration.file
      rows.push(paint.bold(printableLine(file)))
    }
    const { line, column } = places.linesOf(file).positionOf(judged.statement.span.start)
    rows.push('', `  ${paint.dim(`${line}:${column}`)}  ${oneLine(judged.statement.sql)}${scopeNote(judged.scope, paint)}`)
    rows.push(...effectLines(judged, paint), ...heldLines(judged, places, paint))
  }
  if (rows.length > 0) rows.push('')
  const files = new Set(report.migrations.map((migration) => migration.file)).size
  const summary = [`${plural(report.judged.length, 'statement')} in ${plural(files, 'migration')}`, ...circumstances(report)]
  return `${[...rows, summary.join(' · ')].join('\n')}\n`
}

function effectLines({ effects, known }: Judged, paint: Paint): readonly string[] {
  const rows = [...effectTable([...effects].sort(bySeverityOfLock), paint, '    ')]
  if (!known) rows.push(`    ${paint.yellow('not understood: it may lock and do more than is said here')}`)
  else if (rows.length === 0) rows.push(paint.dim('    locks no relation'))
  return rows
}

/** What earlier statements of the transaction took and traffic still waits for. */
function heldLines({ held, migration, statement }: Judged, places: Places, paint: Paint): readonly string[] {
  if (/^(?:commit|end|rollback)\b/i.test(statement.sql)) return []
  return [...held.values()].flatMap(({ lock, effect, since }) => {
    const waits = whoWaits(lock)
    if (waits === undefined || !effect.existed) return []
    const { line } = places.linesOf(migration.file).positionOf(since.span.start)
    return [paint.dim(`    held since line ${line}: ${printableLine(printName(effect.relation))}  ${lock}  ${waits} wait`)]
  })
}

const scopes: { readonly [S in TransactionScope]: string | undefined } = {
  none: undefined,
  explicit: 'in the transaction that BEGIN opened',
  unit: "in the migration's transaction",
  run: 'in one transaction with all pending migrations',
  string: "in the implicit transaction of the migration's one message",
  pipeline: 'in a pipeline',
}

export function scopeNote(scope: TransactionScope, paint: Paint): string {
  const note = scopes[scope]
  return note === undefined ? '' : paint.dim(`  (${note})`)
}

export function oneLine(sql: string): string {
  const line = printableLine(sql.length > 4 * longestStatement ? sql.slice(0, 4 * longestStatement) : sql).replace(/ {2,}/g, ' ')
  const characters = [...line]
  return characters.length > longestStatement ? `${characters.slice(0, longestStatement - 1).join('')}…` : line
}
