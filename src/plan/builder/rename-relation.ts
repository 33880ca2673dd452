import { definitionOfGrants } from '../../catalog/grant.ts'
import { findRelation, findTable } from '../../catalog/lookup.ts'
import { type Name, printName, quoteIdentifier } from '../../name.ts'
import type { Operation } from '../../operation.ts'
import { print } from '../../print/print.ts'
import type { Site } from '../../rule.ts'
import { deploy, inTransaction } from '../change.ts'
import { statementOf } from '../own-statement.ts'
import type { Plan } from '../plan.ts'
import { planRenameEnumValue } from './rename-enum-value.ts'
import { planRenameNamed } from './rename-named.ts'

/**
 * RENAME and SET SCHEMA of a table or view, with a view in its place until no code asks for the old name. [] where the migrations do not tell who
 * may do what with it, which the view has to be granted, too; and before 15 under row security, which such a view would not ask.
 */
export function planRenameRelation(op: Operation<'RenameTable' | 'SetTableSchema' | 'RenameView'>, at: Site): Plan {
  const old = op.kind === 'RenameView' ? op.view : op.table
  const relation = findRelation(at.before, old)
  const statement = statementOf(op, at)
  if (relation === undefined || statement === undefined || relation.kind === 'index' || relation.kind === 'sequence') return []
  const table = findTable(at.before, old)
  if (table === undefined ? relation.origin === undefined : !table.complete || table.persistence === 'temporary') return []
  if (at.postgres < 15 && table?.rowSecurity === true) return []
  // Under its old name a foreign table or a partition can be asked as well, but not be attached, imported or analyzed.
  if (table?.kind === 'foreign table') return []
  const grants = definitionOfGrants(relation, [at.resolve(old)])
  if (grants === undefined) return []

  const from = at.resolve(old)
  const to: Name = op.kind === 'SetTableSchema' ? { schema: op.schema, name: from.name } : { schema: old.schema, name: op.to }
  const target = { schema: to.schema ?? from.schema, name: to.name }
  const option = at.postgres >= 15 ? ' WITH (security_invoker = true)' : ''
  // The schema is said: what the search_path finds first is another question by the time that this runs.
  const cover = [
    `CREATE VIEW ${printName(from)}${option} AS SELECT * FROM ${printName(target)}`,
    ...grants.map((grant) => print(grant)),
  ]
  const kind = table !== undefined ? 'TABLE' : relation.kind === 'view' ? 'VIEW' : 'MATERIALIZED VIEW'
  const back =
    op.kind === 'SetTableSchema'
      ? `ALTER ${kind} ${printName(target)} SET SCHEMA ${quoteIdentifier(from.schema)}`
      : `ALTER ${kind} ${printName(target)} RENAME TO ${quoteIdentifier(from.name)}`
  const title = printName(from)
  return [
    inTransaction({
      phase: 'contract',
      title: `rename ${from.name}`,
      why:
        `A view takes the old name in the same moment: code reads and writes under either name. It does not stand for the table in COPY, TRUNCATE, ` +
        'LOCK TABLE and ON CONFLICT ON CONSTRAINT: code that says those has to be changed before.',
      statements: [statement, ...cover],
      rollback: [`DROP VIEW ${title}`, back],
    }),
    deploy(`code that asks for ${printName(target)} and nowhere for ${title}; wait until no older process is left`),
    inTransaction({
      phase: 'contract',
      title: `drop view ${from.name}`,
      why: 'No code asks for the old name any more.',
      statements: [`DROP VIEW ${title}`],
      rollback: cover,
    }),
  ]
}

/** Another name for what is no table or column. */
export function planRenameObject(
  op: Operation<'RenameView' | 'RenameSequence' | 'RenameEnumValue' | 'RenameObject' | 'SetObjectSchema'>,
  at: Site,
): Plan {
  if (op.kind === 'RenameEnumValue') return planRenameEnumValue(op, at)
  return op.kind === 'RenameView' ? planRenameRelation(op, at) : planRenameNamed(op, at)
}
