import type { QualifiedName } from '../name.ts'
import { sameName } from '../name.ts'
import type { Cases, PartitionBound } from '../operation.ts'
import type { Table, Trigger } from './catalog.ts'
import { addConstraint } from './constraint.ts'
import type { Draft } from './draft.ts'
import {
  hint,
  indexOf,
  isName,
  isNotName,
  markUncertain,
  put,
  refuse,
  tableOf,
  target,
  targetTable,
  updateTable,
  withName,
} from './draft.ts'
import { cloneForeignKey } from './foreign-key.ts'
import { attachOrBuild, likeIndex, revalidateIndex } from './index.ts'
import { isTable, keyOf } from './lookup.ts'

/** Ties a table to its parent: both lists, then what the parent's indexes and constraints ask of it. */
export function connectPartition(
  draft: Draft,
  name: QualifiedName,
  parent: Table,
  bound: PartitionBound,
  created: boolean,
): void {
  const strategy = parent.partitionBy?.strategy
  if (strategy !== undefined && !(bound.isDefault ? strategy !== 'hash' : boundForms[strategy].test(bound.sql))) {
    const reason = bound.isDefault
      ? 'a hash-partitioned table may not have a default partition'
      : `invalid bound specification for a ${strategy} partition`
    refuse(draft, reason)
  }
  updateTable(draft, name, (table) => ({ ...table, partitionOf: { parent: parent.name, bound } }))
  updateTable(draft, parent.name, (table) => ({ ...table, children: withName(table.children, name) }))
  inheritChecks(draft, name, parent, created)
  for (const indexName of parent.indexes) {
    const index = indexOf(draft, indexName)
    if (index === undefined) continue
    attachOrBuild(draft, index, likeIndex(draft, index), name, true)
    revalidateIndex(draft, index.name)
  }
  for (const constraint of parent.constraints) {
    if (constraint.definition.kind === 'foreign key' && constraint.references !== undefined) {
      cloneForeignKey(draft, name, constraint.references, { ...constraint.definition, name: constraint.name })
    }
  }
  for (const trigger of parent.triggers) if (trigger.forEachRow === true) cloneTrigger(draft, name, trigger)
}

/** Row triggers of a partitioned table are made on its partitions too (manual, CREATE TRIGGER). */
export function cloneTrigger(draft: Draft, name: QualifiedName, trigger: Trigger): void {
  const table = tableOf(draft, name)
  if (table === undefined) return
  const others = table.triggers.filter((each) => each.name !== trigger.name)
  put(draft, { ...table, triggers: [...others, { ...trigger, inherited: true }] })
  if (trigger.function !== undefined) hint(draft, 'function', trigger.function, keyOf(name))
  if (table.kind === 'partitioned table') for (const child of table.children) cloneTrigger(draft, child, trigger)
}

/** CHECKs (but not NO INHERIT ones) and NOT NULLs of a parent hold in the child. */
export function inheritChecks(draft: Draft, name: QualifiedName, parent: Table, created: boolean): void {
  for (const constraint of parent.constraints) {
    const { definition } = constraint
    if ((definition.kind === 'check' || definition.kind === 'not null') && !definition.noInherit) {
      addConstraint(draft, name, { ...definition, name: constraint.name }, { inherited: true, only: false, created })
    }
  }
}

/** What a child must have to become one; undefined where nothing known is missing. */
function unfit(child: Table, parent: Table): string | undefined {
  if (!child.complete || !parent.complete) return undefined
  const lacking = parent.columns.find((column) => !child.columns.some((each) => each.name === column.name))
  if (lacking !== undefined) return `child table is missing column "${lacking.name}"`
  const check = parent.constraints.find(
    (each) =>
      each.definition.kind === 'check' &&
      !each.definition.noInherit &&
      !child.constraints.some((own) => own.definition.kind === 'check' && own.name === each.name),
  )
  return check && `child table is missing constraint "${check.name}"`
}

/** What the child has of its parent's is the parent's from now on. */
function adopt(draft: Draft, child: QualifiedName, parent: Table, partition: boolean): void {
  updateTable(draft, child, (table) => ({
    ...table,
    columns: partition
      ? table.columns.map((column) =>
          parent.columns.some((each) => each.name === column.name) ? { ...column, inherited: true } : column,
        )
      : table.columns,
    constraints: partition ? table.constraints.map(({ declared: _, ...each }) => each) : table.constraints,
  }))
}

function loosen(table: Table, parent: QualifiedName): Table {
  return {
    ...table,
    partitionOf: table.partitionOf && sameName(table.partitionOf.parent, parent) ? undefined : table.partitionOf,
    // Since 17 an identity column is the partitioned table's, and before no partition had its parent's.
    columns: table.columns.map(({ inherited, ...column }) => (inherited ? { ...column, identity: undefined } : column)),
    constraints: table.constraints.map(({ inherited: _, declared: __, ...constraint }) => constraint),
    triggers: table.triggers.filter((trigger) => trigger.inherited !== true),
  }
}

function dropClonedTriggers(draft: Draft, name: QualifiedName): void {
  updateTable(draft, name, (table) => ({ ...table, triggers: table.triggers.filter((trigger) => trigger.inherited !== true) }))
  for (const child of tableOf(draft, name)?.children ?? []) dropClonedTriggers(draft, child)
}

/** Whether a table is this one, or inherits from it at any level. */
function isBelow(draft: Draft, name: QualifiedName, table: Table): boolean {
  if (sameName(name, table.name)) return true
  return table.children.flatMap((child) => tableOf(draft, child) ?? []).some((child) => isBelow(draft, name, child))
}

/** How FOR VALUES goes on, by the parent's strategy. */
const boundForms = {
  range: /^\s*(?:for\s+values\s+)?from\b/i,
  list: /^\s*(?:for\s+values\s+)?in\b/i,
  hash: /^\s*(?:for\s+values\s+)?with\b/i,
} as const

export const partitionCases = {
  AttachPartition(operation, draft) {
    const found = targetTable(draft, operation)
    const child = target(draft, operation.partition, false)
    if (found === undefined || child === undefined || !isTable(child)) return
    if (found.kind !== 'partitioned table' && found.complete) {
      return refuse(draft, `ALTER action ATTACH PARTITION cannot be performed on relation "${found.name.name}"`)
    }
    if (child.partitionOf !== undefined) return refuse(draft, `"${child.name.name}" is already a partition`)
    if (isBelow(draft, found.name, child)) return refuse(draft, 'circular inheritance not allowed')
    const parent: Table = { ...found, kind: 'partitioned table', mayHaveRows: found.mayHaveRows || child.mayHaveRows }
    put(draft, parent)
    const extra = child.columns.find((column) => !parent.columns.some((each) => each.name === column.name))
    const problem =
      parent.complete && child.complete && extra !== undefined
        ? `table "${child.name.name}" contains column "${extra.name}" not found in parent "${parent.name.name}"`
        : unfit(child, parent)
    if (problem !== undefined) refuse(draft, problem)
    connectPartition(draft, child.name, parent, operation.bound, false)
    adopt(draft, child.name, parent, true)
  },

  DetachPartition(operation, draft) {
    const parent = targetTable(draft, operation)
    const child = target(draft, operation.partition, false)
    if (parent === undefined || child === undefined || !isTable(child)) return
    const attached = child.partitionOf !== undefined && sameName(child.partitionOf.parent, parent.name)
    if (!attached && child.complete) {
      return refuse(draft, `relation "${child.name.name}" is not a partition of relation "${parent.name.name}"`)
    }
    if (operation.concurrently && parent.children.some((name) => tableOf(draft, name)?.partitionOf?.bound.isDefault === true)) {
      return refuse(draft, 'cannot detach partitions concurrently when a default partition exists')
    }
    put(draft, loosen(child, parent.name))
    for (const each of child.children) dropClonedTriggers(draft, each)
    updateTable(draft, parent.name, (table) => ({ ...table, children: table.children.filter(isNotName(child.name)) }))
    for (const name of child.indexes) {
      const index = indexOf(draft, name)
      if (index?.partitionOf !== undefined) put(draft, { ...index, partitionOf: undefined })
    }
    // DETACH … CONCURRENTLY leaves a CHECK with the old bound behind, under a name that depends on the bound.
    if (operation.concurrently) markUncertain(draft, keyOf(child.name))
  },

  Inherit(operation, draft) {
    const child = targetTable(draft, operation)
    const parent = target(draft, operation.parent, false)
    if (child === undefined || parent === undefined || !isTable(parent)) return
    if (child.inherits.some(isName(parent.name))) {
      return refuse(draft, `relation "${parent.name.name}" would be inherited from more than once`)
    }
    if (isBelow(draft, parent.name, child)) return refuse(draft, 'circular inheritance not allowed')
    const problem = unfit(child, parent)
    if (problem !== undefined) refuse(draft, problem)
    put(draft, { ...child, inherits: [...child.inherits, parent.name] })
    updateTable(draft, parent.name, (table) => ({ ...table, children: withName(table.children, child.name) }))
    inheritChecks(draft, child.name, parent, false)
    adopt(draft, child.name, parent, false)
  },

  NoInherit(operation, draft) {
    const child = targetTable(draft, operation)
    const parent = target(draft, operation.parent, false)
    if (child === undefined || parent === undefined) return
    if (!child.inherits.some(isName(parent.name)) && child.complete) {
      return refuse(draft, `relation "${parent.name.name}" is not a parent of relation "${child.name.name}"`)
    }
    const left = { ...child, inherits: child.inherits.filter(isNotName(parent.name)) }
    const parents = left.inherits.flatMap((name) => tableOf(draft, name) ?? [])
    put(draft, {
      ...left,
      columns: left.columns.map((column) => {
        const { inherited: _, ...own } = column
        return parents.some((each) => each.columns.some((theirs) => theirs.name === column.name)) ? column : own
      }),
      constraints: left.constraints.map((constraint) => {
        const { inherited: _, declared: __, ...own } = constraint
        return parents.some((each) => each.constraints.some((theirs) => theirs.name === constraint.name)) ? constraint : own
      }),
    })
    updateTable(draft, parent.name, (table) => ({ ...table, children: table.children.filter(isNotName(child.name)) }))
  },
} satisfies Partial<Cases<[Draft], void>>
