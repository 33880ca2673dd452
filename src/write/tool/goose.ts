import { sqlText } from '../../plan/sql.ts'
import type { Form } from '../form.ts'
import { type Part, type Script, scriptText } from '../part.ts'
import { laidInSequence } from '../sequence.ts'
import { lineStatements } from './line-statements.ts'

/**
 * goose: `-- +goose NO TRANSACTION` frees both directions, and then each statement is a message of its own. A way back that wants a transaction
 * all the same travels as one message, which PostgreSQL runs in one.
 */
export const goose: Form = {
  name: 'goose',
  manner: () => ({ opens: 'tool', free: 'each', directions: 'alike' }),
  lay: (parts, place) => ({
    files: laidInSequence(parts, place, { order: 'number', separator: '_' }, (part, name) => [
      { path: `${name}.sql`, text: textOf(part) },
    ]),
  }),
}

function textOf({ comments, up, down }: Part): string {
  const free = up.transaction ? '' : '-- +goose NO TRANSACTION\n'
  const head = comments.map((line) => `${line}\n`).join('')
  return `${free}-- +goose Up\n${head}${section(up, up)}\n-- +goose Down\n${section(down, up)}`
}

function section(script: Script, up: Script): string {
  if (script.transaction && !up.transaction && script.statements.length > 0) {
    return `-- +goose StatementBegin\n${sqlText(script.statements)}\n-- +goose StatementEnd\n`
  }
  if (script.statements.length === 0) return scriptText(script)
  return `${[...script.comments, lineStatements(script.statements, 'goose')].join('\n')}\n`
}
