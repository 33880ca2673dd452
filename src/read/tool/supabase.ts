import { byNumber } from '../files.ts'
import type { Tool, Unit } from '../tool.ts'

const name = /^\d+_.*\.sql$/

/**
 * Supabase CLI: `supabase/migrations/<version>_x.sql`, statements in one pipeline up to 2.108; later versions run what refuses a
 * transaction alone. The pipeline is what holds for every version: a concurrent build passes only as the first statement.
 */
export const supabase: Tool = {
  name: 'supabase',
  detect(project) {
    if (!project.files.some((file) => name.test(file))) return undefined
    const config = project.above('config.toml')
    return config && /[\\/]supabase[\\/]config\.toml$/.test(config.path)
      ? { strength: 5, because: 'supabase/config.toml' }
      : undefined
  },
  read: (project) =>
    project.files
      .filter((file) => name.test(file))
      .sort(byNumber)
      .map(
        (file): Unit => ({
          file,
          kind: 'up',
          transaction: /^-- pg-delta: transaction=false/.test(project.text(file)) ? 'each' : 'pipeline',
        }),
      ),
}
