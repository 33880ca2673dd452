import { type Name, type Operation, quoteIdentifier, rule } from '../src/rule.ts'

export default rule({
  on: [
    'CreateTable',
    'CreateTableAs',
    'CreateView',
    'CreateMaterializedView',
    'CreateSequence',
    'CreateFunction',
    'CreateEnum',
    'CreateDomain',
    'CreateCompositeType',
  ],
  hazard: 'style',
  summary: 'a new thing whose schema is left to the search_path',
  why: `Without a schema a new table goes where the search_path of the role that runs the migration says. Another role, or a SET in an earlier migration that the
tool's connection still has, puts it elsewhere, and nothing fails until somebody misses it.`,
  instead: `Write the schema with the name, at least where things are made.`,
  references: ['https://www.postgresql.org/docs/current/ddl-schemas.html#DDL-SCHEMAS-PATH'],
  knownAs: ['squawk/require-table-schema', 'bytebase/STATEMENT_CREATE_SPECIFY_SCHEMA', 'bytebase/NAMING_FULLY_QUALIFIED'],
  check(op) {
    const name = nameOf(op)
    return name === undefined || name.schema !== undefined
      ? undefined
      : `the search_path decides in which schema ${quoteIdentifier(name.name)} is made`
  },
})

function nameOf(op: Operation): Name | undefined {
  switch (op.kind) {
    case 'CreateTable':
    case 'CreateTableAs':
      return op.persistence === 'temporary' ? undefined : op.table
    case 'CreateView':
      return op.temporary ? undefined : op.view
    case 'CreateSequence':
      return op.temporary ? undefined : op.sequence
    case 'CreateMaterializedView':
      return op.view
    case 'CreateFunction':
      return op.function
    case 'CreateEnum':
    case 'CreateCompositeType':
      return op.type
    case 'CreateDomain':
      return op.domain
    default:
      return undefined
  }
}
