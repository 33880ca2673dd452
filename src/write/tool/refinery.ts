import type { Form } from '../form.ts'
import { downAsComments, upText } from '../part.ts'
import { laidInSequence } from '../sequence.ts'

/** refinery: `V1__x.sql`, in one transaction with no way out, and no way back. `U` counts on in the same row. */
export const refinery: Form = {
  name: 'refinery',
  manner: () => ({ opens: 'tool', free: 'never', directions: 'apart' }),
  lay: (parts, place) => ({
    files: laidInSequence(
      parts,
      place,
      { order: 'number', separator: '__', prefix: { write: 'V', read: '[VU]' }, recursive: true },
      (part, name) => [{ path: `${name}.sql`, text: `${upText(part)}\n${downAsComments(part)}` }],
    ),
  }),
}
