import type { Form } from '../form.ts'
import { scriptText, upText } from '../part.ts'
import { laidInSequence } from '../sequence.ts'

/** Pop: a file for each direction, in one transaction with no way out. */
export const pop: Form = {
  name: 'pop',
  manner: () => ({ opens: 'tool', free: 'never', directions: 'apart' }),
  lay(parts, place) {
    const dialect = /\.postgres(?:ql)?(?=\.(?:up|down)\.sql$)/.exec(place.replaced)?.[0] ?? ''
    const files = laidInSequence(parts, place, { order: 'text', separator: '_' }, (part, name) => [
      { path: `${name}${dialect}.up.sql`, text: upText(part) },
      { path: `${name}${dialect}.down.sql`, text: scriptText(part.down) },
    ])
    return { files }
  },
}
