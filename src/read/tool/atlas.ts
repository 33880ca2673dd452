import { byCodeUnit } from '../files.ts'
import type { Tool, Unit } from '../tool.ts'

/**
 * Atlas: `*.sql` by name beside `atlas.sum`, one transaction each. `-- atlas:txmode none` among the comment lines at the very top, followed by
 * an empty line, sends statements one by one; with CRLF or a byte order mark the directive is lost. Checkpoints restate the schema.
 */
export const atlas: Tool = {
  name: 'atlas',
  detect: (project) => (project.files.includes('atlas.sum') ? { strength: 5, because: 'atlas.sum' } : undefined),
  read: (project) =>
    project.files
      .filter((file) => /^[^/]+\.sql$/.test(file))
      .sort(byCodeUnit)
      .map((file): Unit => {
        const directives = /^(?:(?:--|#)[^\n]*\n)+(?=\n)/.exec(project.text(file))?.[0] ?? ''
        return {
          file,
          // `?format=golang-migrate` names files so, and sums the way up alone.
          kind: file.endsWith('.down.sql') ? 'down' : /^-- atlas:checkpoint\b/m.test(directives) ? 'baseline' : 'up',
          transaction: /^(?:--|#)\s*atlas:txmode\s+none\s*$/m.test(directives) ? 'each' : 'unit',
        }
      }),
}
