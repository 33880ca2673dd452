import { byNumber } from '../files.ts'
import { linesOf } from '../section.ts'
import type { Tool, Unit } from '../tool.ts'

const marker = /^\s*--[\s-]*(up|down)\s+migration/i

/**
 * node-pg-migrate's SQL files: all pending files share one transaction. Without markers the whole file is the up part; with only a Down
 * marker up runs the entire file, its down part included.
 */
export const nodePgMigrate: Tool = {
  name: 'node-pg-migrate',
  detect(project) {
    const sql = project.files.filter((file) => /^\d[^/]*\.sql$/.test(file))
    if (sql.some((file) => linesOf(project.sample(file)).some(({ text }) => marker.test(text))))
      return { strength: 4, because: '-- Up Migration' }
    return sql.length > 0 && /"node-pg-migrate"\s*:/.test(project.above('package.json')?.text ?? '')
      ? { strength: 2, because: 'node-pg-migrate in package.json' }
      : undefined
  },
  read: (project) =>
    project.files
      .filter((file) => /^\d[^/]*\.sql$/.test(file))
      .sort(byNumber)
      .flatMap((file): readonly Unit[] => {
        const text = project.text(file)
        const marks = linesOf(text).flatMap(({ text: line, span }) => {
          const direction = marker.exec(line)?.[1]?.toLowerCase()
          return direction === undefined ? [] : [{ direction, span }]
        })
        const up = marks.find(({ direction }) => direction === 'up')
        const down = marks.find(({ direction }) => direction === 'down')
        if (up === undefined) return [{ file, kind: 'up', transaction: 'run' }]
        const upEnd = down !== undefined && down.span.start > up.span.start ? down.span.start : text.length
        const units: Unit[] = [{ file, kind: 'up', region: { start: up.span.end, end: upEnd }, transaction: 'run' }]
        if (down) {
          const downEnd = up.span.start > down.span.start ? up.span.start : text.length
          units.push({ file, kind: 'down', region: { start: down.span.end, end: downEnd }, transaction: 'run' })
        }
        return units
      }),
}
