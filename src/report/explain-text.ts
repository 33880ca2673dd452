import type { Judged } from '../analyze.ts'
import type { Effect } from '../effect/effect.ts'
import { printName } from '../name.ts'
import type { Statement } from '../operation.ts'
import { bySeverityOfLock, conflictsInWords, duration } from './consequence.ts'
import type { Paint } from './paint.ts'
import { printable, printableLine } from './printable.ts'
import { wrapProse } from './prose.ts'

/** What one statement locks and does, relation by relation, in words. */
export function statementPage({ statement, effects, known }: Judged, paint: Paint, columns: number): string {
  const parts = [paint.bold(printable(statement.sql.trim()))]
  if (!known) parts.push(paint.yellow('  not understood: it may lock and do more than is said here'))
  if (effects.length === 0 && known) parts.push('  locks no relation')
  for (const effect of [...effects].sort(bySeverityOfLock)) parts.push(effectPage(effect, statement, paint, columns))
  return `${parts.join('\n\n')}\n`
}

function effectPage(effect: Effect, statement: Statement, paint: Paint, columns: number): string {
  const kind = effect.kind === 'table' ? '' : ` (${effect.kind})`
  const name = printableLine(printName(effect.relation))
  if (!effect.existed)
    return `  ${paint.bold(name)}${kind}  ${effect.lock}, on a relation that the statement creates: nobody waits`
  const rows: (readonly [string, string])[] = []
  const { blocks, lets } = conflictsInWords(effect.lock)
  rows.push(['blocks', `${lets.length === 0 ? 'everything: ' : ''}${blocks.join(' · ')}`])
  rows.push(['waits for', 'every open transaction that has done one of these; meanwhile what it blocks queues up behind it'])
  if (lets.length > 0) rows.push(['lets pass', lets.join(' · ')])
  for (const reason of reasons(effect, statement)) rows.push(reason)
  return [
    `  ${paint.bold(name)}${kind}  ${effect.lock} ${duration(effect) ?? 'for a moment, whatever the size of the table'}`,
    ...rows.flatMap(([label, text]) => {
      const [first = '', ...rest] = printable(wrapProse(printableLine(text), Math.max(30, columns - 16))).split('\n')
      return [`    ${paint.dim(label.padEnd(10))}  ${first}`, ...rest.map((line) => `${' '.repeat(16)}${line}`)]
    }),
  ].join('\n')
}

/** Why there is work, or why there is none where many expect some. */
function reasons(effect: Effect, { commands }: Statement): readonly (readonly [string, string])[] {
  if (effect.because !== undefined) return [['because', effect.because]]
  if (effect.work.has('rewrite') || effect.kind === 'index') return []
  for (const { operation } of commands) {
    if (operation.kind !== 'AddColumn' || operation.table.name !== effect.relation.name) continue
    const value = operation.column.default
    if (value === undefined) continue
    const why =
      value.shape === 'constant' || value.shape === 'null' ? 'is a constant' : 'is not volatile, so it is evaluated once'
    return [
      ['no rewrite', `the default ${value.sql} ${why}; since PostgreSQL 11 it is kept in the catalog and no row is touched`],
    ]
  }
  return []
}
