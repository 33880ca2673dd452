import { byNumber } from '../files.ts'
import { sectionsOf } from '../section.ts'
import type { Tool, Unit } from '../tool.ts'

const marker = /^-- \+migrate (Up|Down)\b(.*)$/

/** sql-migrate (rubenv): `-- +migrate Up` and `Down`, one transaction each; the word `notransaction` sends the statements one by one. */
export const sqlMigrate: Tool = {
  name: 'sql-migrate',
  detect(project) {
    const marked = project.files.some(
      (file) => file.endsWith('.sql') && /^-- \+migrate (?:Up|Down)\b/m.test(project.sample(file)),
    )
    return marked ? { strength: 4, because: '-- +migrate Up' } : undefined
  },
  read: (project) =>
    project.files
      .filter((file) => /^[^/]+\.sql$/.test(file))
      .sort(byNumber)
      .flatMap((file) =>
        sectionsOf(project.text(file), (line) => marker.exec(line) ?? undefined).map(
          ({ marker: [, direction, options], region }): Unit => ({
            file,
            kind: direction === 'Down' ? 'down' : 'up',
            region,
            transaction: /\bnotransaction\b/.test(options ?? '') ? 'each' : 'unit',
          }),
        ),
      ),
}
