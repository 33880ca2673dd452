import { findTable, operationsIn, printName, type Report, rule } from '../src/rule.ts'

export default rule({
  on: ['Migration'],
  hazard: 'style',
  summary: 'a new table has no primary key at the end of the migration',
  why: `Without a key no row can be told from its copy, logical replication refuses updates and deletes, and tools that work through a table in batches
have nothing to go by. Judged when the migration is over: a key that is added later in it counts, and so does one that LIKE or a parent brings.`,
  instead: `Give the table a primary key; a UNIQUE constraint over NOT NULL columns does as well where there is a reason.`,
  references: ['https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-PRIMARY-KEYS'],
  knownAs: [
    'pg-migration-lint/PGM502',
    'pg-migration-lint/PGM503',
    'bytebase/TABLE_REQUIRE_PK',
    'migrationpilot/MP045',
    'migrationpilot/require-primary-key',
  ],
  check(migration, at) {
    return [...operationsIn(migration.statements)].flatMap(({ operation: op, span }): readonly Report[] => {
      if (op.kind !== 'CreateTable' && op.kind !== 'CreateTableAs') return []
      const table = findTable(at.after, op.table)
      if (op.persistence === 'temporary' || table === undefined || !at.isNew(table.name) || table.kind === 'foreign table')
        return []
      // A partition has what its parent has, and a template is no table of its own.
      if (table.partitionOf !== undefined || table.children.length > 0) return []
      const isKey = table.constraints.some(
        ({ definition, columns }) =>
          definition.kind === 'primary key' ||
          (definition.kind === 'unique' &&
            columns.every((name) => table.columns.some((column) => column.name === name && column.notNull))),
      )
      return isKey ? [] : [{ message: `${printName(table.name)} has no primary key`, span }]
    })
  },
})
