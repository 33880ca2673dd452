import type { Form } from '../form.ts'
import type { Script } from '../part.ts'
import { laidInSequence } from '../sequence.ts'
import { lineStatements } from './line-statements.ts'

/** sql-migrate: `notransaction` frees one direction, statement by statement. */
export const sqlMigrate: Form = {
  name: 'sql-migrate',
  manner: () => ({ opens: 'tool', free: 'each', directions: 'apart' }),
  lay: (parts, place) => ({
    files: laidInSequence(parts, place, { order: 'number', separator: '-' }, (part, name) => [
      { path: `${name}.sql`, text: `${section('Up', part.comments, part.up)}\n${section('Down', [], part.down)}` },
    ]),
  }),
}

function section(direction: 'Up' | 'Down', head: readonly string[], { transaction, comments, statements }: Script): string {
  const marker = `-- +migrate ${direction}${transaction ? '' : ' notransaction'}`
  const sql = statements.length === 0 ? [] : [lineStatements(statements, 'migrate')]
  return [marker, ...head, ...comments, ...sql].map((line) => `${line}\n`).join('')
}
