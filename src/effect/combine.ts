import type { Catalog, Table } from '../catalog/catalog.ts'
import { descendantsOf, findIndex, findRelation, findTable, keyOf, resolve } from '../catalog/lookup.ts'
import { type LockMode, stronger } from '../lock.ts'
import type { Name, QualifiedName } from '../name.ts'
import { printName } from '../name.ts'
import type { Kind, Operation } from '../operation.ts'
import { differenceOf, isIndex } from './difference.ts'
import type { Effect, Work } from './effect.ts'
import { mergeEffects } from './effect.ts'
import { keysCheckedAgain } from './recheck.ts'

/** One command of a statement. */
export interface Judged {
  readonly operation: Operation
  readonly catalog: Catalog
  /** What it locks and does alone. */
  readonly effects: readonly Effect[]
}

/**
 * One statement's effects from those of its commands. ALTER TABLE takes the strongest lock that any of its commands needs for the
 * table and all that it recurses to, and goes through a table's rows once: what a rewrite passes is checked on the way. Only
 * foreign keys are checked after it, by a query of their own.
 */
export function combine(commands: readonly Judged[]): readonly Effect[] {
  const merged = mergeEffects(commands.flatMap(({ effects }) => effects))
  const [first] = commands
  if (first === undefined || commands.length < 2) return merged
  const table = targetOf(first)
  if (table === undefined || commands.some((command) => !isSameTable(targetOf(command), table))) return merged
  const target = printName(table)
  const lock = merged.find(({ relation }) => printName(relation) === target)?.lock
  const within = new Set([
    target,
    ...commands.flatMap(({ catalog }) => descendantsOf(catalog, table).map(({ name }) => printName(name))),
  ])
  const gone = droppedIndexes(commands)
  const opened = new Set(
    commands.flatMap(({ operation }) =>
      operation.kind === 'ClusterOn' ? [printName({ schema: table.schema, name: operation.index })] : [],
    ),
  )
  const left = merged
    .map((effect) => (within.has(printName(effect.relation)) ? once(effect, lock, commands) : wasThere(effect, first)))
    // CLUSTER ON opens its index under the lock of the whole statement.
    .map((effect) => (opened.has(printName(effect.relation)) && lock ? { ...effect, lock: stronger(lock, effect.lock) } : effect))
    .map((effect) =>
      gone.has(printName(effect.relation)) && effect.existed ? { ...effect, work: none, because: undefined } : effect,
    )
  const again = keysCheckedAgain(commands, left)
  const checked = left.map((effect) => checkedAgain(effect, again.get(printName(effect.relation))))
  return gone.size === 0 ? checked : checked.map((effect) => (builds(effect, checked, commands) ? effect : withoutBuild(effect)))
}

function checkedAgain(effect: Effect, key: string | undefined): Effect {
  if (key === undefined || effect.work.has('scan')) return effect
  const because = effect.because ?? `every row is checked against ${key} again`
  return { ...effect, work: new Set([...effect.work, 'scan']), because }
}

/** The lock that ALTER TABLE takes for all its commands, and on what. */
export interface StatementLock {
  /** By `printName`. */
  readonly within: ReadonlySet<string>
  readonly lock: LockMode
}

/**
 * What the commands of one statement are under: ALTER TABLE asks for the strongest of all their locks before the first of them
 * (AlterTableGetLockLevel); undefined for other statements. `all` are the commands with the catalog before the statement.
 */
export function statementLock(all: readonly Judged[]): StatementLock | undefined {
  const [first] = all
  const table = first && all.length > 1 ? targetOf(first) : undefined
  if (first === undefined || table === undefined || all.some((command) => !isSameTable(targetOf(command), table)))
    return undefined
  const within = new Set([table, ...descendantsOf(first.catalog, table).map(({ name }) => name)].map(printName))
  const locks = all.flatMap((command) => command.effects.filter(({ relation }) => printName(relation) === printName(table)))
  const [strongest, ...others] = locks.map(({ lock }) => lock)
  return strongest && { within, lock: others.reduce(stronger, strongest) }
}

/** The effects of one command under the lock that its statement takes. */
export function underStatement(effects: readonly Effect[], statement: StatementLock | undefined): readonly Effect[] {
  if (statement === undefined) return effects
  const { within, lock } = statement
  return effects.map((effect) =>
    within.has(printName(effect.relation)) ? { ...effect, lock: stronger(effect.lock, lock) } : effect,
  )
}

function once(effect: Effect, lock: LockMode | undefined, commands: readonly Judged[]): Effect {
  const name = printName(effect.relation)
  const scans = commands.filter(({ effects }) =>
    effects.some((each) => printName(each.relation) === name && each.work.has('scan')),
  )
  const isChecked = effect.work.has('rewrite') && !scans.some(checksForeignKeys)
  const work = new Set<Work>([...effect.work].filter((each) => each !== 'scan' || !isChecked))
  return { ...effect, work, lock: lock === undefined ? effect.lock : stronger(lock, effect.lock) }
}

const none: ReadonlySet<Work> = new Set()

/** Commands that drop come first, wherever they are written: what they take with them is not built anew by the others. */
function droppedIndexes(commands: readonly Judged[]): ReadonlySet<string> {
  const gone = commands.flatMap(({ operation, catalog }) =>
    operation.kind === 'DropColumn' || operation.kind === 'DropConstraint'
      ? differenceOf(operation, { catalog })
          .dropped.filter(isIndex)
          .map(({ name }) => printName(name))
      : [],
  )
  const made = commands.flatMap(({ effects }) =>
    effects.flatMap(({ existed, relation }) => (existed ? [] : [printName(relation)])),
  )
  return new Set(gone.filter((name) => !made.includes(name)))
}

/** Whether some index of a table whose indexes are to be built is still there to be built. */
function builds(effect: Effect, all: readonly Effect[], commands: readonly Judged[]): boolean {
  if (effect.kind === 'index' || !effect.work.has('index build')) return true
  return all.some(
    ({ kind, work, existed, relation }) =>
      kind === 'index' &&
      work.has('index build') &&
      (!existed || commands.some(({ catalog }) => isSameTable(findIndex(catalog, relation)?.table, effect.relation))),
  )
}

function withoutBuild(effect: Effect): Effect {
  return { ...effect, work: new Set([...effect.work].filter((work) => work !== 'index build')) }
}

/** A relation that is dropped and made again under its name was there before. */
function wasThere(effect: Effect, { catalog }: Judged): Effect {
  return effect.existed || findRelation(catalog, effect.relation) === undefined ? effect : { ...effect, existed: true }
}

/** Whether the scan that a command asks for is a foreign key's. */
function checksForeignKeys({ operation, catalog, effects }: Judged): boolean {
  switch (operation.kind) {
    case 'AddConstraint':
      return operation.constraint.kind === 'foreign key'
    case 'AddColumn':
      return operation.column.constraints.some((constraint) => constraint.kind === 'foreign key')
    case 'ValidateConstraint':
      return effects.some(({ lock }) => lock === 'ROW SHARE')
    case 'AlterColumnType':
      // Its other table is locked with it; a CHECK has none.
      return isAmongKeys(operation.table, effects, catalog)
    default:
      return false
  }
}

function isAmongKeys(name: Name, effects: readonly Effect[], catalog: Catalog): boolean {
  const own = new Set([resolve(catalog, name), ...descendantsOf(catalog, name).map((table) => table.name)].map(printName))
  return (
    effects.some(({ kind, relation }) => kind !== 'index' && kind !== 'sequence' && !own.has(printName(relation))) ||
    refersToItself(findTable(catalog, name))
  )
}

function refersToItself(table: Table | undefined): boolean {
  return table?.referencedBy.some((reference) => keyOf(reference.table) === keyOf(table.name)) ?? false
}

/** The subcommands that ALTER TABLE joins by commas. */
const joined: ReadonlySet<Kind> = new Set<Kind>([
  'AddColumn',
  'DropColumn',
  'AlterColumnType',
  'SetDefault',
  'DropDefault',
  'SetNotNull',
  'DropNotNull',
  'SetExpression',
  'DropExpression',
  'AddIdentity',
  'SetIdentity',
  'DropIdentity',
  'SetStatistics',
  'SetColumnOptions',
  'SetStorage',
  'SetCompression',
  'SetForeignOptions',
  'AddConstraint',
  'AlterConstraint',
  'ValidateConstraint',
  'DropConstraint',
  'Inherit',
  'NoInherit',
  'OfType',
  'NotOfType',
  'SetTableOwner',
  'SetLogged',
  'SetTablespace',
  'SetAccessMethod',
  'SetTableOptions',
  'ClusterOn',
  'SetWithoutCluster',
  'SetWithoutOids',
  'ReplicaIdentity',
  'SetTrigger',
  'SetRule',
  'SetRowSecurity',
])

function targetOf({ operation, catalog }: Judged): QualifiedName | undefined {
  return joined.has(operation.kind) && 'table' in operation && operation.table !== undefined
    ? resolve(catalog, operation.table)
    : undefined
}

function isSameTable(a: QualifiedName | undefined, b: QualifiedName): boolean {
  return a !== undefined && keyOf(a) === keyOf(b)
}
