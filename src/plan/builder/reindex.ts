import type { Index, Table } from '../../catalog/catalog.ts'
import { descendantsOf, findConstraint, findIndex, findTable, indexesOf } from '../../catalog/lookup.ts'
import { printName, sameName } from '../../name.ts'
import type { Operation } from '../../operation.ts'
import { print } from '../../print/print.ts'
import type { Site } from '../../rule.ts'
import { spelled } from '../block/partition-index.ts'
import { alone } from '../change.ts'
import type { Plan, Rollback } from '../plan.ts'

/**
 * REINDEX while traffic goes on. [] for system catalogs and the indexes of exclusion constraints, which have no concurrent form, and for
 * partitioned tables whose partitions are not all known.
 */
export function planReindex(op: Operation<'Reindex'>, at: Site): Plan {
  if (op.scope === 'system' || op.target?.schema === 'pg_catalog') return []
  const index = op.scope === 'index' && op.target !== undefined ? findIndex(at.before, op.target) : undefined
  const table = op.scope === 'table' ? op.target : index?.table
  const known = table && findTable(at.before, table)
  const parts = known?.partitionBy === undefined ? [op] : partsOf(op, known, at)
  if (parts === undefined) return []
  if (index?.constraint !== undefined && findConstraint(at.before, index.table, index.constraint)?.definition.kind === 'exclude')
    return []
  const left = op.scope === 'table' && known !== undefined ? excluding([known, ...descendantsOf(at.before, known.name)]) : []
  return [
    alone({
      phase: 'migrate',
      title: `reindex ${op.target?.name ?? 'the database'}`,
      why: [
        'Each index is built anew beside the old one while reads and writes go on, which takes room for both.',
        'Stopped half-way it leaves an INVALID index whose name ends in _ccnew (or _ccold, where the new one is in place already): drop that and run this again.',
        ...(left.length === 0
          ? []
          : [
              `Indexes of exclusion constraints are left out, with a warning: ${left.join(', ')} can only be rebuilt while writes wait.`,
            ]),
      ].join(' '),
      statements: parts.map((part) => print({ ...part, concurrently: true })),
      rollback: [],
    }),
  ]
}

/**
 * SET TABLESPACE of an index while traffic goes on: it is built anew in the other one. [] before 14, which cannot, for indexes of partitioned
 * tables (the setting is for later partitions alone), and for tables, which only a copy under another name moves gently.
 */
export function planMoveIndex(op: Operation<'AlterIndex' | 'SetTablespace'>, at: Site): Plan {
  const [target, tablespace] = op.kind === 'AlterIndex' ? [op.index, op.tablespace] : [op.table, op.tablespace]
  const index = findIndex(at.before, target)
  const table = index && findTable(at.before, index.table)
  if (at.postgres < 14 || tablespace === undefined || index === undefined || table?.partitionBy !== undefined) return []
  if (op.kind === 'AlterIndex' && op.change !== 'tablespace') return []
  const reindex = { kind: 'Reindex', scope: 'index', target, concurrently: true } as const
  const before = index.tablespace
  const rollback: Rollback =
    before === undefined
      ? { impossible: 'move it back in the same way: the migrations do not say which tablespace it was in' }
      : { transaction: false, statements: [print({ ...reindex, tablespace: before })] }
  return planReindex({ ...reindex, tablespace }, at).map((step) => (step.phase === 'deploy' ? step : { ...step, rollback }))
}

/**
 * Partition by partition: REINDEX CONCURRENTLY of the table as a whole locks all of them against writes (SHARE) while it lists them, which
 * waits for every transaction that has written to one. Undefined where not all are known.
 */
function partsOf(op: Operation<'Reindex'>, table: Table, at: Site): readonly Operation<'Reindex'>[] | undefined {
  const all = descendantsOf(at.before, table.name)
  const children = [table, ...all].flatMap((each) => each.children)
  if (!table.complete || !all.every(({ complete }) => complete) || children.length !== all.length) return undefined
  const leaves = all.filter(({ partitionBy, kind }) => partitionBy === undefined && kind !== 'foreign table')
  const like = op.target ?? table.name
  if (op.scope === 'table') return leaves.map(({ name }) => ({ ...op, target: spelled(name, like, at) }))
  const index = findIndex(at.before, like)
  const below = leaves.flatMap(({ name }) => indexesOf(at.before, name).filter((each) => index && isBelow(each, index, at)))
  return below.length === leaves.length ? below.map(({ name }) => ({ ...op, target: spelled(name, like, at) })) : undefined
}

/** Whether an index is part of another, at whatever depth. */
function isBelow(part: Index, whole: Index, at: Site): boolean {
  const parent = part.partitionOf && findIndex(at.before, part.partitionOf)
  return parent !== undefined && (sameName(parent.name, whole.name) || isBelow(parent, whole, at))
}

function excluding(tables: readonly Table[]): readonly string[] {
  return tables.flatMap(({ constraints }) =>
    constraints.flatMap(({ definition, index }) =>
      definition.kind === 'exclude' && index !== undefined ? [printName(index)] : [],
    ),
  )
}
