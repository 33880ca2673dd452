import { byCodeUnit, type Tool } from './tool.ts'

/** A directory of SQL files whose runner is unknown: file-name order, each file as psql would send it. */
export const plain: Tool = {
  name: 'plain',
  assumed: true,
  detects: () => true,
  order: (files) => files.filter((file) => /\.sql$/i.test(file) && !isDown(file)).sort(byCodeUnit),
  units: (source) => [{ region: { start: 0, end: source.text.length }, transaction: 'each' }],
}

/** Down migrations are judged on request only. */
export function isDown(file: string): boolean {
  return /(?:^|[/._-])(?:down|rollback|undo|revert)(?:\.sql$|\/)/i.test(file)
}
