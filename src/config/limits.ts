import type { ParserName } from '../grammar/grammar.ts'
import type { TransactionMode } from '../migration.ts'

export const oldestPostgres = 12
export const newestPostgres = 18

/** What can parse the SQL. */
export const parserNames = ['postgres', 'pgsql-ast-parser'] as const satisfies readonly ParserName[]

/** How a runner can send migrations. */
export const transactionModes = ['each', 'unit', 'run', 'string', 'pipeline'] as const satisfies readonly TransactionMode[]
