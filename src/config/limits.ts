import type { TransactionMode } from '../migration.ts'

export const oldestPostgres = 12
export const newestPostgres = 18

/** How a runner can send migrations. */
export const transactionModes = ['each', 'unit', 'run', 'string', 'pipeline'] as const satisfies readonly TransactionMode[]
