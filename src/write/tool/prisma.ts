import type { Form } from '../form.ts'
import { downAsComments, lockNotes, upText } from '../part.ts'
import { laidInSequence } from '../sequence.ts'

/**
 * Prisma Migrate: up to 7.3 a file is one message, later statements are sent one by one: BEGIN and COMMIT hold in both. One statement
 * is the form outside of a transaction that works in every version.
 */
export const prisma: Form = {
  name: 'prisma',
  manner: () => ({ opens: 'file', free: 'alone', directions: 'apart' }),
  lay: (parts, place) => ({
    files: laidInSequence(parts, place, { order: 'text', separator: '_', folders: true }, (part, name) => [
      { path: `${name}/migration.sql`, text: `${upText(part)}\n${downAsComments(part)}` },
    ]),
    notes: lockNotes(parts),
  }),
}
