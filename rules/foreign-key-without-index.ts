import {
  advice,
  columnList,
  findTable,
  indexesOf,
  leadsWith,
  operationsIn,
  printName,
  type Report,
  rule,
  writtenConstraints,
} from '../src/rule.ts'

export default rule({
  on: ['Migration'],
  hazard: 'style',
  summary: 'a foreign key whose columns no index of its table begins with',
  why: `PostgreSQL makes no index for a foreign key. Every DELETE in the referenced table, and every UPDATE of its key, looks for rows that point at it, and
without an index it reads the whole referencing table for each; joins along the key do as well. Judged when the migration is over; any btree or
hash index serves whose first columns are those of the key, in whatever order, a unique one and one \`WHERE column IS NOT NULL\` too.`,
  instead: `Create an index on the columns of the foreign key, before the foreign key; on a table in use concurrently. Where the referenced rows never go and
nobody looks along the key, leave it.`,
  references: ['https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-FK'],
  knownAs: [
    'eugene/E15',
    'pgfence/fk-missing-index',
    'pg-migration-lint/PGM501',
    'migrationpilot/MP016',
    'migrationpilot/require-index-on-fk',
  ],
  check(migration, at) {
    return [...operationsIn(migration.statements)].flatMap(({ operation, span }) =>
      writtenConstraints(operation).flatMap(({ table: name, constraint }): readonly Report[] => {
        const table = findTable(at.after, name)
        // What the history did not make may have indexes that it does not tell of.
        if (constraint.kind !== 'foreign key' || table === undefined || !table.complete) return []
        const left = table.constraints.some(
          ({ definition, columns }) => definition.kind === 'foreign key' && columns.join() === constraint.columns.join(),
        )
        if (!left || indexesOf(at.after, table.name).some((index) => leadsWith(index, constraint.columns))) return []
        const columns = columnList(constraint.columns)
        return [
          {
            message: `no index of ${printName(table.name)} begins with ${columns}: each DELETE in ${printName(at.resolve(constraint.references))} reads the whole table`,
            span,
            instead: advice(
              'index the columns of the foreign key',
              `CREATE INDEX ${at.isNew(table.name) ? '' : 'CONCURRENTLY '}ON ${printName(name)} ${columns};`,
            ),
          },
        ]
      }),
    )
  },
})
