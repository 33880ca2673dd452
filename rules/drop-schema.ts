import { planDropSchema } from '../src/plan/builder/drop-cascade.ts'
import { advice, casualties, dropsOf, listOf, quoteIdentifier, rule } from '../src/rule.ts'

export default rule({
  on: ['DropSchema', 'ManageObject'],
  hazard: 'loses data',
  summary: 'a schema with all that is in it, or a whole database, goes',
  why: `DROP SCHEMA … CASCADE drops every table, view, function and type in the schema, and what depends on them elsewhere; DROP DATABASE
everything there is. Neither can be taken back, and each of these relations is locked on the way.`,
  instead: `Drop what is in the schema by name, each by its own steps, and the empty schema without CASCADE at the end. A database is better dropped by
hand, after a backup.`,
  references: [
    'https://www.postgresql.org/docs/current/sql-dropschema.html',
    'https://www.postgresql.org/docs/current/sql-dropdatabase.html',
  ],
  knownAs: [
    'squawk/ban-drop-database',
    'pgls/banDropSchema',
    'pgls/banDropDatabase',
    'pgfence/drop-schema',
    'pgfence/drop-schema-cascade',
    'pgfence/drop-database',
    'atlas/DS101',
    'bytebase/SCHEMA_BACKWARD_COMPATIBILITY',
    'pg-migration-lint/PGM205',
    'migrationpilot/MP034',
    'migrationpilot/ban-drop-database',
    'migrationpilot/MP035',
    'migrationpilot/ban-drop-schema',
  ],
  check(op, at) {
    if (at.skipped !== undefined || at.refused !== undefined) return undefined
    if (op.kind === 'ManageObject') {
      if (op.object !== 'database' || op.action !== 'drop') return undefined
      return {
        message: `dropping database ${op.name === undefined ? '' : quoteIdentifier(op.name.name)} deletes everything in it for good`,
        instead: 'leave it out of the migrations: drop it by hand, after a backup',
      }
    }
    // Without CASCADE PostgreSQL drops an empty schema only.
    const schema = at.before.schemas.get(op.schema)
    if (!op.cascade || at.inChangeSet(schema?.origin)) return undefined
    const gone = casualties(at, [])
    if (gone.length === 0 && schema?.origin !== undefined) return undefined
    const name = quoteIdentifier(op.schema)
    return {
      message:
        gone.length > 0
          ? `dropping schema ${name} also drops ${listOf(gone.map(({ what }) => what))}`
          : `dropping schema ${name} also drops whatever is in it, and the migrations do not say what that is`,
      certainty: gone.length > 0 ? 'certain' : 'possible',
      instead: advice(
        'drop by name what is in it, each by its own steps, and the empty schema without CASCADE',
        ...dropsOf(gone),
        `DROP SCHEMA ${op.ifExists ? 'IF EXISTS ' : ''}${name};`,
      ),
    }
  },
  rewrite: planDropSchema,
})
