import type { Form } from '../form.ts'
import { type Script, scriptText, upText } from '../part.ts'
import { laidInSequence } from '../sequence.ts'
import { dashedAfter } from '../version.ts'

/** Diesel: a folder per step; `metadata.toml` frees both directions, each of which is one message then. */
export const diesel: Form = {
  name: 'diesel',
  manner: () => ({ opens: 'tool', free: 'alone', directions: 'alike' }),
  lay(parts, place) {
    const style = { order: 'text', separator: '_', folders: true, after: dashedAfter } as const
    const files = laidInSequence(parts, place, style, (part, name) => [
      { path: `${name}/up.sql`, text: upText(part) },
      { path: `${name}/down.sql`, text: downText(part.down) },
      ...(part.up.transaction ? [] : [{ path: `${name}/metadata.toml`, text: 'run_in_transaction = false\n' }]),
    ])
    return { files }
  },
}

/** Diesel fails on an empty down.sql, which is right where there is no way back, and wrong where nothing is to be done. */
function downText(down: Script): string {
  const isIdle = down.statements.length === 0 && down.comments.some((line) => line.startsWith('-- nothing to undo'))
  return scriptText(isIdle ? { ...down, statements: ['SELECT 1'] } : down)
}
