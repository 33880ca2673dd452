import type { Form } from '../form.ts'
import { lockNotes, scriptText, upText } from '../part.ts'
import { laidInSequence } from '../sequence.ts'

/** golang-migrate: a file is one message, so BEGIN and COMMIT are written: they hold with `x-multi-statement=true` too. */
export const golangMigrate: Form = {
  name: 'golang-migrate',
  manner: () => ({ opens: 'file', free: 'alone', directions: 'apart' }),
  lay(parts, place) {
    const files = laidInSequence(parts, place, { order: 'number', separator: '_' }, (part, name) => [
      { path: `${name}.up.sql`, text: upText(part) },
      { path: `${name}.down.sql`, text: scriptText(part.down) },
    ])
    const cut = parts.some(({ up, down }) => [...up.statements, ...down.statements].some((statement) => statement.includes(';')))
    const note =
      'with x-multi-statement=true golang-migrate cuts at every semicolon, in the bodies of functions too: run without it'
    return { files, notes: [...lockNotes(parts), ...(cut ? [note] : [])] }
  },
}
