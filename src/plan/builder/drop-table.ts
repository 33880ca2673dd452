import type { Table, TableConstraint } from '../../catalog/catalog.ts'
import { findTable, foreignKeysTo, viewsOver } from '../../catalog/lookup.ts'
import { printName, quoteIdentifier, sameName } from '../../name.ts'
import type { Operation } from '../../operation.ts'
import { print } from '../../print/print.ts'
import { casualties, dropsOf } from '../../rule/casualty.ts'
import type { Site } from '../../rule.ts'
import { alter } from '../block/presence.ts'
import { constraintBack } from '../block/restore.ts'
import { deploy, inTransaction } from '../change.ts'
import { besideTable, freeRelationName } from '../name.ts'
import type { Plan } from '../plan.ts'

type DropTable = Operation<'DropTable'>

/**
 * DROP TABLE after the code has let go of it: foreign keys at either end by themselves, the table set aside under another name, then dropped.
 * [] for CASCADE where the migrations do not tell what depends on the table, and for tables of one statement that are parts of each other.
 */
export function planDropTable(op: DropTable, at: Site): Plan {
  const { table } = op
  const known = findTable(at.before, table)
  if ((op.cascade && known?.complete !== true) || isTangled(op, at)) return []
  return dropTable(op, at)
}

/** The same, whatever the tables of one statement have to do with each other. */
export function dropTable(op: DropTable, at: Site): Plan {
  const { table } = op
  const known = findTable(at.before, table)
  const title = printName({ schema: undefined, name: table.name })
  const unused = deploy(`code that uses ${title} nowhere; wait until no older process is left`)
  const bare = { ...op, cascade: false }
  const dependents = op.cascade
    ? dropsOf(
        casualties(
          at,
          [table, ...op.together].map((name) => at.resolve(name)),
        ),
      ).filter((drop) => !/ DROP CONSTRAINT /.test(drop))
    : []
  const dropped = {
    phase: 'contract' as const,
    title: `drop ${title}`,
    rollback: { impossible: `the rows of ${title} are gone` },
    ...(dependents.length > 0 ? { tables: 'several' as const } : {}),
  }
  const drops = dependents.map((drop) => drop.replace(/;$/, ''))
  // What was there before the history may have keys that nobody told of, or another kind.
  if (known?.complete !== true || known.kind === 'foreign table' || known.partitionOf !== undefined) {
    return [unused, inTransaction({ ...dropped, why: 'No code uses it any more.', statements: [...drops, print(bare)] })]
  }
  const aside = freeRelationName(table, at, 'dropped')
  return [
    unused,
    ...keys(known, op, at).map(({ owner, constraint }) => {
      const on = { table: sameName(owner.name, known.name) ? table : owner.name }
      return inTransaction({
        phase: 'contract',
        title: `drop ${constraint.name}`,
        why: 'A foreign key locks the tables at both ends when it goes: in a transaction of its own, for a moment.',
        statements: [alter(on, `DROP CONSTRAINT ${quoteIdentifier(constraint.name)}`)],
        tables: 'several',
        rollback: constraintBack(on, owner, constraint, at),
      })
    }),
    inTransaction({
      phase: 'contract',
      title: `set ${title} aside`,
      why: `Whatever still asks for ${title} fails from here on, and its rows are there to go back to.`,
      statements: [...drops, alter({ table }, `RENAME TO ${quoteIdentifier(aside)}`)],
      rollback:
        drops.length > 0
          ? { impossible: 'what depended on the table is dropped with it' }
          : [alter({ table: besideTable(table, aside) }, `RENAME TO ${quoteIdentifier(table.name)}`)],
    }),
    deploy(
      `nothing; wait until it is certain that nobody misses ${title}, and keep a copy of the rows where they may be asked for`,
    ),
    inTransaction({
      ...dropped,
      why: 'Nobody has missed it.',
      statements: [print({ ...bare, table: besideTable(table, aside), ifExists: false })],
    }),
  ]
}

/** Whether tables of one statement cannot be dropped one after the other: one is part of another, or a view reads two of them. */
function isTangled({ table, together }: DropTable, at: Site): boolean {
  const all = [table, ...together].map((name) => at.resolve(name))
  if (new Set(all.map(printName)).size < 2) return false
  return all.some((name) => {
    const known = findTable(at.before, name)
    return known === undefined || known.children.length > 0 || known.inherits.length > 0 || viewsOver(at.before, name).length > 0
  })
}

/** Foreign keys at either end, those between tables of the same statement with the first of them alone. */
function keys(table: Table, op: DropTable, at: Site): readonly { readonly owner: Table; readonly constraint: TableConstraint }[] {
  const all = op.together.map((name) => printName(at.resolve(name)))
  const place = all.indexOf(printName(table.name))
  const isEarlier = (name: Table['name']) => {
    const other = all.indexOf(printName(name))
    return other !== -1 && other < place
  }
  const outgoing = table.constraints.flatMap((constraint) => {
    const { references } = constraint
    if (constraint.definition.kind !== 'foreign key' || references === undefined || constraint.inherited) return []
    return sameName(references, table.name) || isEarlier(references) ? [] : [{ owner: table, constraint }]
  })
  const incoming = foreignKeysTo(at.before, table.name)
    .filter(
      ({ table: owner, constraint }) => !sameName(owner.name, table.name) && !isEarlier(owner.name) && !constraint.inherited,
    )
    .map(({ table: owner, constraint }) => ({ owner, constraint }))
  return [...outgoing, ...incoming]
}
