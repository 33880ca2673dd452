import { byCodeUnit } from '../files.ts'
import type { Tool, Unit } from '../tool.ts'

/**
 * A directory of SQL files whose runner is unknown: in file-name order, each file as psql would send it.
 * Dumps and seeds beside the steps are no steps.
 */
export const plain: Tool = {
  name: 'plain',
  detect: (project) => (project.files.some((file) => /\.sql$/i.test(file)) ? { strength: 1, because: '*.sql' } : undefined),
  read: (project) =>
    project.files
      .filter((file) => /\.sql$/i.test(file) && !/(?:^|\/)(?:schema|structure|seeds?\b[^/]*)\.sql$/i.test(file))
      .sort(byCodeUnit)
      .map((file): Unit => ({ file, kind: isDown(file) ? 'down' : 'up', transaction: 'each', assumed: true })),
}

function isDown(file: string): boolean {
  return /(?:^|[/._-])(?:down|rollback|undo|revert)(?:\.sql$|\/)/i.test(file)
}
