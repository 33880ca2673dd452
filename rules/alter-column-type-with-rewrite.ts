import {
  advice,
  alterTable,
  beside,
  derivedName,
  findColumn,
  inLaterMigration,
  type Operation,
  otherCommands,
  printName,
  printType,
  quoteIdentifier,
  rule,
  type Site,
  sayBecause,
  waitFor,
} from '../src/rule.ts'

export default rule({
  on: ['AlterColumnType'],
  hazard: 'blocks reads',
  summary: 'a type change that writes every row of the table anew',
  why: `A type change is free when the stored bytes stay as they are: \`varchar(20)\` to \`varchar(50)\` or \`text\`, \`numeric(10,2)\` to \`numeric(12,2)\`,
\`timestamp\` to \`timestamptz\` while the session's TimeZone is UTC. Otherwise PostgreSQL writes the whole table and all its indexes anew, and
reads and writes wait until that is done. A USING expression that is more than a cast always does so.`,
  instead: `Add a column of the new type, keep it in step with a trigger, fill the old rows in batches, build its indexes concurrently, and exchange the
names of the two columns in one short transaction. \`phasewise plan\` writes all of it.`,
  references: [
    'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES',
    'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-SET-DATA-TYPE',
  ],
  knownAs: [
    'squawk/changing-column-type',
    'pgls/changingColumnType',
    'eugene/E5',
    'eugene/E10',
    'strong_migrations/change_column',
    'strong_migrations/change_column_with_not_null',
    'online_migrations/change_column',
    'online_migrations/change_column_with_not_null',
    'excellent_migrations/column_type_changed',
    'django-migration-linter/ALTER_COLUMN',
    'pgfence/alter-column-type',
    'atlas/PG301',
    'pg-schema-diff/ACQUIRES_ACCESS_EXCLUSIVE_LOCK',
    'bytebase/COLUMN_DISALLOW_CHANGE_TYPE',
    'bytebase/SCHEMA_BACKWARD_COMPATIBILITY',
    'pg-migration-lint/PGM007',
    'migrationpilot/MP007',
    'migrationpilot/no-column-type-change',
  ],
  check(op, at) {
    const wait = waitFor(at)
    if (wait === undefined || !wait.work.has('rewrite')) return undefined
    return {
      message: `changing the type of column ${quoteIdentifier(op.column)} ${wait.blocks} while every row is rewritten${sayBecause(wait, 'rewrite')}`,
      instead: stepsFor(op, at),
      hazard: wait.hazard,
    }
  },
})

function stepsFor(op: Operation<'AlterColumnType'>, at: Site): string {
  const column = quoteIdentifier(op.column)
  const type = printType(op.type)
  if (needsOnlyUtc(op, at)) {
    return advice(
      'if the stored times are UTC, say so: with TimeZone UTC this change rewrites nothing (indexes on the column are still rebuilt)',
      `SET ${at.transaction.scope === 'none' ? '' : 'LOCAL '}TimeZone = 'UTC';`,
      alterTable(op, `ALTER COLUMN ${column} TYPE ${type}`),
      ...otherCommands(at),
    )
  }
  const shadow = quoteIdentifier(derivedName(op.column, 'new'))
  const sync = derivedName(`zz_${op.table.name}`, op.column, 'sync')
  const collation = op.collation === undefined ? '' : ` COLLATE ${printName(op.collation)}`
  const cast = op.using === undefined || op.using.shape === 'column' || op.using.shape === 'cast column'
  return advice(
    'add a column of the new type, keep it in step with a trigger, fill it in batches, then exchange the names',
    alterTable(op, `ADD COLUMN ${shadow} ${type}${collation}`),
    ...(cast
      ? [
          `CREATE FUNCTION ${printName(beside(op.table, sync))}() RETURNS trigger LANGUAGE plpgsql AS $$`,
          `BEGIN NEW.${shadow} := NEW.${column}::${type}; RETURN NEW; END $$;`,
          `CREATE TRIGGER ${quoteIdentifier(sync)} BEFORE INSERT OR UPDATE ON ${printName(op.table)}`,
          `  FOR EACH ROW EXECUTE FUNCTION ${printName(beside(op.table, sync))}();`,
        ]
      : [
          `-- in its BEFORE INSERT OR UPDATE trigger: NEW.${shadow} := (${op.using?.sql ?? ''}), each column of it as NEW.column`,
        ]),
    `-- then fill the old rows in batches and build the indexes that ${shadow} needs, concurrently`,
    `${inLaterMigration}, in one short transaction: exchange the names, then drop the trigger and the old column`,
    ...otherCommands(at),
  )
}

/** timestamp to timestamptz without a precision, by the session's time zone or by `AT TIME ZONE 'UTC'`. */
function needsOnlyUtc(op: Operation<'AlterColumnType'>, at: Site): boolean {
  const from = findColumn(at.before, op.table, op.column)?.type
  return (
    from?.name.name === 'timestamp' &&
    op.type.name.name === 'timestamptz' &&
    from.dimensions === 0 &&
    op.type.dimensions === 0 &&
    op.type.modifiers.length === 0 &&
    (op.using === undefined || /^"?\w+"? AT TIME ZONE 'UTC'$/i.test(op.using.sql))
  )
}
