import { byCodeUnit } from '../../read/files.ts'
import type { Form, Place } from '../form.ts'
import { downAsComments, psqlText, scriptText, upText } from '../part.ts'
import { scriptNames } from '../script-name.ts'

/** Plain SQL, whose runner is unknown: each file as psql sends it, unless the user says how. */
export const plain: Form = {
  name: 'plain',
  manner({ transaction }) {
    if (transaction === 'unit' || transaction === 'run') return { opens: 'tool', free: 'never', directions: 'apart' }
    const free = transaction === 'string' || transaction === 'pipeline' ? 'alone' : 'each'
    return { opens: 'file', free, directions: 'apart' }
  },
  lay(parts, place) {
    const back = downEnding(place)
    const ups = place.project.files.some((file) => file.endsWith('.up.sql')) ? '.up.sql' : '.sql'
    const files = scriptNames(parts, place, '').flatMap((name, index) => {
      const part = parts[index]
      if (part === undefined) return []
      if (part.beside) return [{ path: `${name}.psql`, text: psqlText(part) }]
      if (back === undefined) return [{ path: `${name}${ups}`, text: `${upText(part)}\n${downAsComments(part)}` }]
      return [
        { path: `${name}${ups}`, text: upText(part) },
        { path: `${name}${back}`, text: scriptText(part.down) },
      ]
    })
    return { files }
  },
}

/** How the newest way back is named, where they lie beside the steps. */
function downEnding({ project }: Place): string | undefined {
  const endings = project.files
    .toSorted(byCodeUnit)
    .flatMap((file) => /[._-](?:down|rollback|undo|revert)\.sql$/i.exec(file)?.[0] ?? [])
  return endings.at(-1)
}
