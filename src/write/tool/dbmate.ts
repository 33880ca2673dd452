import type { Form } from '../form.ts'
import { scriptText, upText } from '../part.ts'
import { laidInSequence } from '../sequence.ts'

/** dbmate: a section per direction, each with its own `transaction:false`, without which it is one transaction and with which it is one message. */
export const dbmate: Form = {
  name: 'dbmate',
  manner: () => ({ opens: 'tool', free: 'alone', directions: 'apart' }),
  lay(parts, place) {
    const mark = (transaction: boolean) => (transaction ? '' : ' transaction:false')
    const files = laidInSequence(parts, place, { order: 'text', separator: '_' }, (part, name) => {
      const up = `-- migrate:up${mark(part.up.transaction)}\n${upText(part)}`
      const down = `-- migrate:down${mark(part.down.transaction)}\n${scriptText(part.down)}`
      return [{ path: `${name}.sql`, text: `${up}\n${down}` }]
    })
    return { files }
  },
}
