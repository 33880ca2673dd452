import { byCodeUnit, type Tool } from './tool.ts'

/**
 * Prisma Migrate: `<directory>/migration.sql`, ordered by directory. Up to 7.3 the file is sent as one message; later 7.x send
 * statements one by one but fall back to one message, so that one message is what holds for every version.
 */
export const prisma: Tool = {
  name: 'prisma',
  assumed: false,
  detects: (files) => files.includes('migration_lock.toml') || files.some((file) => /^\d{14}_[^/]+\/migration\.sql$/.test(file)),
  order: (files) => files.filter((file) => /^[^/]+\/migration\.sql$/.test(file)).sort(byCodeUnit),
  units: (source) => [{ region: { start: 0, end: source.text.length }, transaction: 'string' }],
}
