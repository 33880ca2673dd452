import {
  addColumn,
  advice,
  alterTable,
  beside,
  derivedName,
  findType,
  inLaterMigration,
  literal,
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
  on: ['AddColumn'],
  hazard: 'blocks reads',
  summary: 'a new column whose value differs per row rewrites the table',
  why: `PostgreSQL stores one value for all existing rows when it can compute it once: a constant, \`now()\`, any default that calls nothing
volatile. It has to write every row anew, and rebuild every index, when the value differs per row: a volatile default
(\`gen_random_uuid()\`, \`clock_timestamp()\`, \`random()\`, \`nextval()\`), \`serial\`, an identity, a stored generated column, or a type that
is a domain with a constraint. Reads and writes of the table wait until that is done.`,
  instead: `Add the column without the part that differs per row, which changes the catalog only; set the default in the same statement, after
it, so that it holds for new rows; fill the old rows in batches; then prove NOT NULL and add constraints by their own steps.`,
  references: [
    'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES',
    'https://www.postgresql.org/docs/current/xfunc-volatility.html',
  ],
  knownAs: [
    'squawk/adding-field-with-default',
    'squawk/adding-serial-primary-key-field',
    'pgls/addingFieldWithDefault',
    'pgls/addSerialColumn',
    'eugene/E10',
    'eugene/E11',
    'strong_migrations/add_column_default',
    'strong_migrations/add_column_default_callable',
    'strong_migrations/add_column_auto_incrementing',
    'strong_migrations/add_column_generated_stored',
    'online_migrations/add_column_with_default',
    'online_migrations/add_column_with_default_null',
    'online_migrations/add_timestamps_with_default',
    'online_migrations/add_column_generated_stored',
    'safe-pg-migrations/add_column',
    'excellent_migrations/column_volatile_default',
    'excellent_migrations/column_added_with_default',
    'pgfence/add-column-non-constant-default',
    'pgfence/add-column-constant-default',
    'pgfence/add-column-default-pre-pg11',
    'pgfence/add-column-serial',
    'pgfence/add-column-stored-generated',
    'atlas/PG302',
    'atlas/PG309',
    'atlas/PG310',
    'pg-schema-diff/ACQUIRES_ACCESS_EXCLUSIVE_LOCK',
    'bytebase/COLUMN_DEFAULT_DISALLOW_VOLATILE',
    'bytebase/STATEMENT_DISALLOW_ADD_COLUMN_WITH_DEFAULT',
    'pg-migration-lint/PGM006',
    'migrationpilot/MP003',
    'migrationpilot/volatile-default-table-rewrite',
    'migrationpilot/MP015',
    'migrationpilot/no-add-column-serial',
    'migrationpilot/MP062',
    'migrationpilot/ban-add-generated-stored-column',
  ],
  check(op, at) {
    const wait = waitFor(at)
    if (wait === undefined || !wait.work.has('rewrite')) return undefined
    return {
      message: `adding column ${quoteIdentifier(op.column.name)} ${wait.blocks} while every row is rewritten${sayBecause(wait, 'rewrite')}`,
      instead: stepsFor(op, at),
      hazard: wait.hazard,
    }
  },
})

function stepsFor(op: Operation<'AddColumn'>, at: Site): string {
  const { column } = op
  const name = quoteIdentifier(column.name)
  const bare = { default: false, notNull: false }
  const setDefault = column.default === undefined ? [] : [`ALTER COLUMN ${name} SET DEFAULT ${column.default.sql}`]
  const rest = [
    '-- then fill the old rows in batches',
    ...(column.notNull || column.constraints.length > 0
      ? ['-- then NOT NULL and the constraints of the column, each proven before it is set']
      : []),
    ...otherCommands(at),
  ]
  const domain = findType(at.before, column.type.name)
  if (column.generated !== undefined) {
    const virtual = alterTable(op, `${addColumn(op, bare)} GENERATED ALWAYS AS (${column.generated.expression.sql}) VIRTUAL`)
    return at.postgres >= 18
      ? advice('a virtual column is computed when it is read and rewrites nothing', virtual, ...otherCommands(at))
      : advice(
          'add a plain column, let a BEFORE INSERT OR UPDATE trigger compute it, and fill the old rows in batches',
          alterTable(op, addColumn(op, bare)),
          `-- in the trigger: NEW.${name} := (${column.generated.expression.sql}), each column of it as NEW.column`,
          ...rest,
        )
  }
  if (column.type.serial || column.identity !== undefined) {
    const sequence = beside(op.table, derivedName(op.table.name, column.name, column.identity ? 'fill_seq' : 'seq'))
    return advice(
      'add a plain column, let its own sequence number new rows, and number the old rows in batches',
      alterTable(op, addColumn(op, bare)),
      `CREATE SEQUENCE ${printName(sequence)} AS ${printType(column.type)}${column.identity ? '' : ` OWNED BY ${printName(op.table)}.${name}`};`,
      alterTable(op, `ALTER COLUMN ${name} SET DEFAULT nextval(${literal(printName(sequence))})`),
      ...rest,
      ...(column.identity
        ? [
            `${inLaterMigration}, in one transaction: drop that default and the sequence, and with its next value`,
            `-- ALTER COLUMN ${name} ADD GENERATED ${column.identity.always ? 'ALWAYS' : 'BY DEFAULT'} AS IDENTITY`,
          ]
        : []),
    )
  }
  if (domain?.kind === 'domain' && (domain.notNull || domain.constraints.length > 0)) {
    return advice(
      `add the column with the type that ${printName(column.type.name)} is made of, and repeat the domain's constraints on the table, NOT VALID first`,
      alterTable(
        op,
        addColumn(op, { ...bare, type: printType({ ...domain.base, dimensions: column.type.dimensions }) }),
        ...setDefault,
      ),
      ...rest,
    )
  }
  return advice(
    'add the column empty, give new rows the default in the same statement, and fill the old rows in batches',
    alterTable(op, addColumn(op, bare), ...setDefault),
    ...rest,
  )
}
