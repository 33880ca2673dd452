import type { Form } from '../form.ts'
import { downAsComments, scriptText, upText } from '../part.ts'
import { laidInSequence } from '../sequence.ts'

/** Atlas: `-- atlas:txmode none` and an empty line at the very top. Its sum is the tool's to write. */
export const atlas: Form = {
  name: 'atlas',
  manner: () => ({ opens: 'tool', free: 'each', directions: 'apart' }),
  lay(parts, place) {
    // `?format=golang-migrate` has a file for each direction.
    const pairs = place.project.files.some((file) => file.endsWith('.up.sql'))
    const mark = (isFree: boolean) => (isFree ? '-- atlas:txmode none\n\n' : '')
    const files = laidInSequence(parts, place, { order: 'text', separator: '_' }, (part, name) => {
      const up = mark(!part.up.transaction) + upText(part)
      if (!pairs) return [{ path: `${name}.sql`, text: `${up}\n${downAsComments(part)}` }]
      return [
        { path: `${name}.up.sql`, text: up },
        { path: `${name}.down.sql`, text: mark(!part.down.transaction) + scriptText(part.down) },
      ]
    })
    return { files, notes: ['atlas.sum does not know these files: `atlas migrate hash` adds them'] }
  },
}
