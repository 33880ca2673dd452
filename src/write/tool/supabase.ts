import type { Form } from '../form.ts'
import { downAsComments, upText } from '../part.ts'
import { laidInSequence } from '../sequence.ts'

/**
 * Supabase CLI: up to 2.108 a file is a pipeline, in which LOCK TABLE fails and SET LOCAL is warned of unless the file begins a transaction (seen on 15);
 * later versions run a file with BEGIN as it is written. A statement that is alone runs outside of a transaction in every version.
 */
export const supabase: Form = {
  name: 'supabase',
  manner: () => ({ opens: 'file', free: 'alone', directions: 'apart' }),
  lay: (parts, place) => ({
    files: laidInSequence(parts, place, { order: 'number', separator: '_' }, (part, name) => [
      { path: `${name}.sql`, text: `${upText(part)}\n${downAsComments(part)}` },
    ]),
  }),
}
