import { planAlterColumnType } from '../src/plan/builder/alter-column-type.ts'
import {
  arrivesAlike,
  asDeclared,
  findColumn,
  isGivenUp,
  printName,
  printType,
  quoteIdentifier,
  rule,
  type TypeName,
} from '../src/rule.ts'

export default rule({
  on: ['AlterColumnType'],
  hazard: 'breaks clients',
  certainty: 'possible',
  summary: 'a type change that the server does for free gives running code values of another kind',
  why: `Some type changes touch no row and still change what code gets: \`timestamp\` to \`timestamptz\` under UTC, \`integer\` to \`oid\`, a base type
to another with the same bytes. Drivers hand out another kind of value, casts and parameters in queries stop matching, and prepared statements
fail once with "cached plan must not change result type". Changes that rewrite the table are spoken of by \`alter-column-type-with-rewrite\`.`,
  instead: `Deploy code that reads and writes both types first, then change the type, and let connections be renewed afterwards.`,
  references: [
    'https://www.postgresql.org/docs/current/sql-altertable.html',
    'https://www.postgresql.org/docs/current/sql-prepare.html',
  ],
  knownAs: [
    'django-migration-linter/ALTER_COLUMN',
    'bytebase/SCHEMA_BACKWARD_COMPATIBILITY',
    'pg-schema-diff/IMPACTS_DATABASE_PERFORMANCE',
    'migrationpilot/MP052',
    'migrationpilot/warn-dependent-objects',
  ],
  check(op, at) {
    if (at.skipped !== undefined || at.refused !== undefined || at.isNew(op.table)) return undefined
    const column = findColumn(at.before, op.table, op.column)
    if (column?.type === undefined || at.inChangeSet(column.origin)) return undefined
    if (at.effects.some((effect) => effect.work.has('rewrite')) || arrivesAlike(column.type, op.type, at)) return undefined
    const turns = `column ${quoteIdentifier(op.column)} of ${printName(at.resolve(op.table))} turns from ${printType(column.type)} into ${printType(op.type)}`
    if (isGivenUp(at)) return { message: `${turns}${asDeclared}`, certainty: 'checked' }
    // In UTC both kinds of timestamp stand for the same moment: drivers differ in the object, not in the time.
    const zoned = isTimestamp(column.type) && isTimestamp(op.type)
    return {
      message: `${turns} under running code, which gets values of another kind`,
      certainty: zoned ? 'checked' : 'possible',
      instead:
        'deploy code that reads and writes both types first, and renew its connections afterwards, since prepared statements fail once',
    }
  },
  rewrite: planAlterColumnType,
})

const isTimestamp = ({ name }: TypeName): boolean => name.name === 'timestamp' || name.name === 'timestamptz'
