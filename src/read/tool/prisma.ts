import { byCodeUnit } from '../files.ts'
import type { Project } from '../project.ts'
import type { Tool, Unit } from '../tool.ts'

/**
 * Prisma Migrate: `<directory>/migration.sql`, ordered by directory. Up to 7.3 the file is sent as one message; 7.4 and later 7.x send
 * statements one by one but fall back to one message when their splitter refuses a statement, so one message is what holds for all.
 */
export const prisma: Tool = {
  name: 'prisma',
  detect(project) {
    const lock = project.files.includes('migration_lock.toml')
    if (lock)
      return /provider\s*=\s*"(?:mysql|sqlite|sqlserver)"/.test(project.sample('migration_lock.toml'))
        ? undefined
        : { strength: 5, because: 'migration_lock.toml' }
    if (!steps(project).some((file) => /^\d{14}_/.test(file))) return undefined
    // Drizzle's newer layout has the same shape with a snapshot beside the SQL.
    return project.files.some((file) => /^[^/]+\/snapshot\.json$/.test(file))
      ? undefined
      : { strength: 3, because: '*/migration.sql' }
  },
  read: (project) => steps(project).map((file): Unit => ({ file, kind: 'up', transaction: 'string' })),
}

function steps(project: Project): readonly string[] {
  return project.files.filter((file) => /^[^/]+\/migration\.sql$/.test(file)).sort(byCodeUnit)
}
