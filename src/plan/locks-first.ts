import type { RelationKind } from '../catalog/catalog.ts'
import { existence, findIndex, findTable, findView } from '../catalog/lookup.ts'
import { blocksWrites, type LockMode, stronger } from '../lock.ts'
import { type Name, printName, type QualifiedName, sameName } from '../name.ts'
import type { Operation } from '../operation.ts'
import type { Site } from '../rule.ts'
import type { Change } from './plan.ts'
import type { Placed } from './verbatim.ts'

/** A table that keeps reads or writes waiting, and how the SQL names it. */
interface Locked {
  readonly relation: QualifiedName
  readonly spelled: string
  readonly mode: LockMode
  readonly at: Site
}

/**
 * The change with the tables that it takes strong locks on locked first, so that it can try for them again while it holds nothing: the strongest
 * lock of each at once, as a weaker one that grows later waits in the way of others. `placed` is what the change does, `isNew` tells tables
 * that nobody uses yet. The change as it is where it runs outside of a transaction or keeps no one waiting.
 */
export function locksFirst(change: Change, placed: readonly Placed[], isNew: (relation: QualifiedName) => boolean): Change {
  if (!change.transaction) return change
  const { settings, own, drops, rest } = leading(change.statements)
  // A view can only be locked with all that it reads: it goes in the loop itself, as its readers come to it before its tables.
  const gone = new Set(drops.length === 0 ? [] : placed.flatMap(viewDropped))
  const isAway = (relation: QualifiedName) => gone.has(printName(relation)) || isNew(relation)
  const locks = own.length > 0 ? own : lockStatements(lockedBy(placed, isAway))
  if (locks.length === 0) return change
  const tables = tablesOf(placed) > 1 ? 'several' : change.tables
  return { ...change, tables, locks: [...drops, ...locks], statements: [...settings, ...rest] }
}

function viewDropped({ operation, at }: Placed): readonly string[] {
  return operation.kind === 'DropView' ? [printName(at.resolve(operation.view))] : []
}

/** What stands in front: settings, the LOCK TABLE of a builder, views that go. */
function leading(statements: readonly string[]) {
  const settings = statements.slice(0, countOf(statements, /^SET\b/i))
  const own = statements.slice(settings.length).slice(0, countOf(statements.slice(settings.length), /^LOCK TABLE\b/))
  const others = statements.slice(settings.length + own.length)
  const drops = others.slice(0, countOf(others, /^DROP VIEW\b/i))
  return { settings, own, drops, rest: others.slice(drops.length) }
}

/** How many of the first statements begin so. */
function countOf(statements: readonly string[], pattern: RegExp): number {
  const end = statements.findIndex((statement) => !pattern.test(statement))
  return end === -1 ? statements.length : end
}

/** Partitions count: an application's transaction may come to one of them before its parent. */
function tablesOf(placed: readonly Placed[]): number {
  const strong = placed.flatMap(({ at }) => at.effects.filter(({ lock, existed }) => existed && blocksWrites(lock)))
  return new Set(
    strong.filter(({ kind }) => kind === 'table' || kind === 'partitioned table').map(({ relation }) => printName(relation)),
  ).size
}

function lockedBy(placed: readonly Placed[], isNew: (relation: QualifiedName) => boolean): readonly Locked[] {
  const found = new Map<string, Locked>()
  for (const { operation, at } of placed) {
    const names = namesIn(operation).map((name) => [printName(at.resolve(name)), name] as const)
    const spelled = new Map(names.map(([key, name]) => [key, printName(name)]))
    const isShort = names.some(([, { schema }]) => schema === undefined)
    for (const { lock, existed, ...effect } of at.effects) {
      const relation = effect.kind === 'index' ? tableOf(effect.relation, at) : effect.relation
      if (!existed || !blocksWrites(lock) || !canBeLocked.has(effect.kind) || relation === undefined || isNew(relation)) continue
      if (mayBeAway(operation) && existence(at.before, relation) !== 'exists') continue
      // Its own statements give it the name.
      if (existence(placed[0]?.at.before ?? at.before, relation) === 'absent') continue
      const key = printName(relation)
      const bare: Name = { schema: undefined, name: relation.name }
      const earlier = found.get(key)
      const other = isShort && sameName(at.resolve(bare), relation) ? printName(bare) : key
      found.set(key, {
        relation,
        spelled: earlier?.spelled ?? spelled.get(key) ?? other,
        mode: earlier === undefined ? lock : stronger(earlier.mode, lock),
        at: earlier?.at ?? at,
      })
    }
  }
  return [...found.values()].filter((one) => takesNoOther(one, found))
}

/** LOCK TABLE knows no IF EXISTS. */
function mayBeAway(operation: Operation): boolean {
  return 'ifExists' in operation && operation.ifExists
}

/** What LOCK TABLE takes, and indexes, whose table it is that is locked. */
const canBeLocked: ReadonlySet<RelationKind> = new Set(['table', 'partitioned table', 'view', 'index'])

/** Whoever plans a query of a table waits for a lock on its index, and would hold the table meanwhile. LOCK TABLE takes no materialized view. */
function tableOf(index: QualifiedName, at: Site): QualifiedName | undefined {
  const table = findIndex(at.before, index)?.table
  return table === undefined || findView(at.before, table) !== undefined ? undefined : table
}

/** LOCK TABLE of a view locks all that it reads in the same mode: only where that is to be locked anyway. */
function takesNoOther({ relation, mode, at }: Locked, found: ReadonlyMap<string, Locked>): boolean {
  const view = findView(at.before, relation)
  return view === undefined || view.reads.every((name) => found.get(printName(name))?.mode === mode)
}

/** Every name in an operation, whatever it names. */
function namesIn(part: unknown): readonly Name[] {
  if (typeof part !== 'object' || part === null) return []
  const inside = Object.values(part).flatMap(namesIn)
  return isName(part) ? [part, ...inside] : inside
}

function isName(part: object): part is Name {
  return 'schema' in part && 'name' in part && typeof part.name === 'string'
}

/** LOCK TABLE for each mode in turn, views before what they read and referenced tables before those that refer to them, as an application's transactions come to them. */
function lockStatements(locked: readonly Locked[]): readonly string[] {
  const groups: { readonly mode: LockMode; readonly names: string[] }[] = []
  for (const { spelled, mode, relation, at } of inOrder(locked.filter((one) => !isWithParent(one, locked)))) {
    const children = findTable(at.before, relation)?.children ?? []
    const all = children.length === 0 || locked.some((other) => children.some((child) => sameName(child, other.relation)))
    const name = all ? spelled : `ONLY ${spelled}`
    const last = groups.at(-1)
    if (last?.mode === mode) last.names.push(name)
    else groups.push({ mode, names: [name] })
  }
  return groups.map(({ mode, names }) => `LOCK TABLE ${names.join(', ')} IN ${mode} MODE`)
}

/** LOCK TABLE takes partitions and children along. */
function isWithParent({ relation, at }: Locked, locked: readonly Locked[]): boolean {
  const known = findTable(at.before, relation)
  const parents = [...(known?.inherits ?? []), ...(known?.partitionOf === undefined ? [] : [known.partitionOf.parent])]
  return locked.some((other) => parents.some((parent) => sameName(parent, other.relation)))
}

function inOrder(locked: readonly Locked[]): readonly Locked[] {
  const left = [...locked]
  const ordered: Locked[] = []
  while (left.length > 0) {
    const isFree = (one: Locked) => !left.some((other) => other !== one && comesAfter(one, other.relation))
    const next = Math.max(0, left.findIndex(isFree))
    ordered.push(...left.splice(next, 1))
  }
  return ordered
}

/** Whether another is to be locked before it: the one that a foreign key points at, or a view over it. */
function comesAfter({ relation, at }: Locked, other: QualifiedName): boolean {
  if (findView(at.before, other)?.reads.some((name) => sameName(name, relation))) return true
  return [at.before, at.after].some((catalog) =>
    findTable(catalog, relation)?.constraints.some(({ references }) => references !== undefined && sameName(references, other)),
  )
}
