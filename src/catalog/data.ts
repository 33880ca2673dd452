import type { Name, QualifiedName } from '../name.ts'
import type { Cases, Operation } from '../operation.ts'
import { followedRoutine } from './called.ts'
import type { Draft } from './draft.ts'
import { put, tableOf, updateTable } from './draft.ts'
import { findRoutines, keyOf, resolve, resolveRoutine } from './lookup.ts'
import { parentsOf } from './rename.ts'
import { doubtNamesIn, wordsIn } from './session.ts'

/** Rows come into a table: into its partitions they may, into its ancestors they do. */
function fill(draft: Draft, written: Name): void {
  const name = resolve(draft.catalog, written)
  fillDown(draft, name)
  fillUp(draft, name)
}

function fillDown(draft: Draft, name: QualifiedName): void {
  const table = tableOf(draft, name)
  if (table === undefined) return
  fillOne(draft, name)
  if (table.kind === 'partitioned table') for (const child of table.children) fillDown(draft, child)
}

function fillUp(draft: Draft, name: QualifiedName): void {
  const table = tableOf(draft, name)
  for (const parent of table === undefined ? [] : parentsOf(table)) {
    fillOne(draft, parent)
    fillUp(draft, parent)
  }
}

function fillOne(draft: Draft, name: QualifiedName): void {
  const table = tableOf(draft, name)
  if (table === undefined || (table.mayHaveRows && table.emptied === undefined)) return
  const { emptied: _, ...rest } = table
  put(draft, { ...rest, complete: table.complete, mayHaveRows: true })
}

/** SQL that is text to us, such as a function's body: rows may come into every table whose name is in it. */
function fillFromText(draft: Draft, text: string): void {
  for (const name of wordsIn(text)) {
    const table = tableOf(draft, resolve(draft.catalog, { schema: undefined, name }))
    if (table !== undefined) fill(draft, table.name)
  }
}

/** What a call does beyond the statements that it is followed into: where it cannot be, all that its body names is doubted. */
function runRoutine(draft: Draft, name: Name, procedure: boolean): void {
  const routines = findRoutines(draft.catalog, name)
  if (routines.some(({ called }) => called !== true)) {
    const { functions } = draft.catalog
    const called = routines.map((routine) => ({ ...routine, called: true }))
    draft.catalog = { ...draft.catalog, functions: functions.set(keyOf(resolveRoutine(draft.catalog, name)), called) }
  }
  if (followedRoutine(draft.catalog, name, procedure)?.follow?.().dynamic.length === 0) return
  for (const routine of routines) {
    fillFromText(draft, routine.body)
    doubtNamesIn(draft, routine.body)
  }
}

function empty(draft: Draft, name: QualifiedName, operation: Operation<'Truncate'>, seen: Set<string>): void {
  const table = tableOf(draft, name)
  if (table === undefined || seen.has(`${name.schema}.${name.name}`)) return
  seen.add(`${name.schema}.${name.name}`)
  if (!draft.conditional) {
    // Others write to a table that was there before: it is empty to the end of this transaction only.
    updateTable(draft, name, (known) => ({ ...known, emptied: draft.origin, mayHaveRows: known.origin === undefined }))
  }
  if (!operation.only) for (const child of table.children) empty(draft, child, operation, seen)
  if (operation.cascade) for (const reference of table.referencedBy) empty(draft, reference.table, operation, seen)
}

function nothing(): void {}

export const dataCases = {
  Select(operation, draft) {
    for (const call of operation.query.calls) runRoutine(draft, call.function, false)
  },
  Insert(operation, draft) {
    fill(draft, operation.table)
  },
  Update: nothing,
  Delete: nothing,
  Merge(operation, draft) {
    if (operation.actions.includes('insert')) fill(draft, operation.table)
  },
  Copy(operation, draft) {
    if (operation.from && operation.table !== undefined) fill(draft, operation.table)
  },
  Call(operation, draft) {
    runRoutine(draft, operation.procedure, true)
  },
  DoBlock(operation, draft) {
    for (const text of operation.dynamic) {
      fillFromText(draft, text)
      doubtNamesIn(draft, text)
    }
  },
  Truncate(operation, draft) {
    empty(draft, resolve(draft.catalog, operation.table), operation, new Set())
  },
  LockTable: nothing,
  Vacuum: nothing,
  Analyze: nothing,
  Cluster(operation, draft) {
    const { index } = operation
    if (operation.table === undefined || index === undefined) return
    updateTable(draft, resolve(draft.catalog, operation.table), (table) => ({ ...table, clusteredOn: index }))
  },
} satisfies Partial<Cases<[Draft], void>>
