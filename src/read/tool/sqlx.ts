import { byNumber } from '../files.ts'
import type { Tool, Unit } from '../tool.ts'

const name = /^(\d+)_(.*?)(\.up|\.down)?\.sql$/

/** sqlx: `1_x.sql` or `.up.sql` / `.down.sql`, in numeric order, one transaction each; a file whose first bytes are `-- no-transaction` is one message. */
export const sqlx: Tool = {
  name: 'sqlx',
  detect(project) {
    if (!project.files.some((file) => name.test(file))) return undefined
    return /^\s*(?:sqlx\b|\[(?:workspace\.)?dependencies\.sqlx\])/m.test(project.above('Cargo.toml')?.text ?? '')
      ? { strength: 2, because: 'sqlx in Cargo.toml' }
      : undefined
  },
  read: (project) =>
    project.files
      .filter((file) => name.test(file))
      .sort(byNumber)
      .map(
        (file): Unit => ({
          file,
          kind: file.endsWith('.down.sql') ? 'down' : 'up',
          transaction: project.text(file).startsWith('-- no-transaction') ? 'string' : 'unit',
        }),
      ),
}
