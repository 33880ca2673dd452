import { byCodeUnit } from '../files.ts'
import { sectionsOf } from '../section.ts'
import type { Tool, Unit } from '../tool.ts'

const marker = /^--\s*migrate:(up|down)(\s.*)?$/

/** dbmate: `-- migrate:up` and `-- migrate:down`, several pairs allowed; one transaction each, or with `transaction:false` one message. */
export const dbmate: Tool = {
  name: 'dbmate',
  detect(project) {
    const marked = project.files.some(
      (file) => file.endsWith('.sql') && /^--\s*migrate:up(?:\s*$|\s+\S)/m.test(project.sample(file)),
    )
    return marked ? { strength: 4, because: '-- migrate:up' } : undefined
  },
  read: (project) =>
    project.files
      .filter((file) => /^\d+[^/]*\.sql$/.test(file))
      .sort(byCodeUnit)
      .flatMap((file) =>
        sectionsOf(project.text(file), (line) => marker.exec(line) ?? undefined).map(
          ({ marker: [, direction, options], region }): Unit => {
            // An option with a blank after the colon is ignored by dbmate without a word: the step stays transactional.
            const free = /(?:^|\s)transaction:false(?:\s|$)/.test(options ?? '')
            return { file, kind: direction === 'down' ? 'down' : 'up', region, transaction: free ? 'string' : 'unit' }
          },
        ),
      ),
}
