import type { Debt } from '../debt.ts'
import { Lines } from '../span.ts'
import type { Paint } from './paint.ts'
import { locationOf } from './place.ts'
import { printableLine } from './printable.ts'
import { plural } from './text.ts'

/** What `debt --format json` prints. */
export function debtJson(debts: readonly Debt[]) {
  return {
    version: 1,
    debts: debts.map(({ kind, what, migration, span, age, pay }) => ({
      kind,
      what,
      file: migration.file,
      ...locationOf(new Lines(migration.text), span),
      age,
      pay,
    })),
  }
}

/** The list for people, oldest first. */
export function debtText(debts: readonly Debt[], paint: Paint): string {
  if (debts.length === 0) return `${paint.green('no contract debt')}\n`
  const rows = debts.flatMap(({ kind, what, migration, span, age, pay }) => [
    `${printableLine(migration.file)}:${new Lines(migration.text).positionOf(span.start).line}  ${paint.yellow(kind)}  ${paint.dim(`${plural(age, 'migration')} ago`)}`,
    `  ${printableLine(what)}`,
    ...pay.split('\n').map((line) => `  ${paint.green(printableLine(line))}`),
    '',
  ])
  return `${[...rows, `${plural(debts.length, 'thing')} left behind by expand steps`].join('\n')}\n`
}
