import type { Form } from '../form.ts'
import { downAsComments, lockNotes, scriptText, upText } from '../part.ts'
import { laidInSequence } from '../sequence.ts'

/** sqlx: a file that begins with `-- no-transaction` is one message; a set is reversible or it is not. */
export const sqlx: Form = {
  name: 'sqlx',
  manner: () => ({ opens: 'tool', free: 'alone', directions: 'apart' }),
  lay(parts, place) {
    const pairs = place.project.files.some((file) => file.endsWith('.up.sql'))
    const mark = (transaction: boolean) => (transaction ? '' : '-- no-transaction\n')
    const files = laidInSequence(parts, place, { order: 'number', separator: '_' }, (part, name) => {
      const up = mark(part.up.transaction) + upText(part)
      if (!pairs) return [{ path: `${name}.sql`, text: `${up}\n${downAsComments(part)}` }]
      return [
        { path: `${name}.up.sql`, text: up },
        { path: `${name}.down.sql`, text: mark(part.down.transaction) + scriptText(part.down) },
      ]
    })
    return { files, notes: lockNotes(parts) }
  },
}
