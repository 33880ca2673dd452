import type { Catalog, Origin } from './catalog/catalog.ts'
import { findColumn, findConstraint, findIndex, findRelation, findRoutines, findTable, findType } from './catalog/lookup.ts'
import type { Name } from './name.ts'
import { columnsOf } from './operation/constraint.ts'
import type { Cases, Column, Constraint, ObjectKind, Operation } from './operation.ts'
import { match } from './operation.ts'

export const phases = ['expand', 'migrate', 'contract'] as const
/**
 * Which step of a change an operation belongs to. `expand`: code that runs goes on as before; `migrate`: rows change;
 * `contract`: something that running code may rely on goes away, changes or tightens.
 */
export type Phase = (typeof phases)[number]

/** What the phase of an operation depends on. */
export interface Circumstances {
  readonly before: Catalog
  /** Made in the same change set. */
  isNew(name: Name): boolean
  inChangeSet(origin: Origin | undefined): boolean
}

/** The phase of an operation; undefined for what changes neither schema nor rows, and for the end of what the change set made itself. */
export function phaseOf(operation: Operation, circumstances: Circumstances): Phase | undefined {
  return match(cases, operation, circumstances)
}

type Case = Phase | undefined

const none = (): Case => undefined
const expand = (): Case => 'expand'
const contract = (): Case => 'contract'
const migrate = (): Case => 'migrate'

/** Code that runs does not know what the change set made: whatever is done to it is part of making it, and its end is nobody's loss. */
const onTable =
  (phase: Case) =>
  ({ table }: { readonly table: Name }, at: Circumstances): Case =>
    at.isNew(table) ? 'expand' : phase
const onColumn =
  (phase: Case) =>
  ({ table, column }: { readonly table: Name; readonly column: string }, at: Circumstances): Case =>
    at.isNew(table) || at.inChangeSet(findColumn(at.before, table, column)?.origin) ? 'expand' : phase
const goes = (isYoung: boolean): Case => (isYoung ? undefined : 'contract')
const onRows = ({ table }: { readonly table: Name }, at: Circumstances): Case => (at.isNew(table) ? undefined : 'migrate')
const typeIsYoung = (type: Name, at: Circumstances): boolean => at.inChangeSet(findType(at.before, type)?.origin)
const routinesAreYoung = (name: Name, at: Circumstances): boolean => {
  const routines = findRoutines(at.before, name)
  return routines.length > 0 && routines.every(({ origin }) => at.inChangeSet(origin))
}

/** Kinds of object whose name code may hold. */
const called: ReadonlySet<ObjectKind> = new Set([
  'table',
  'foreign table',
  'view',
  'materialized view',
  'sequence',
  'column',
  'type',
  'domain',
  'attribute',
  'function',
  'procedure',
  'routine',
  'aggregate',
  'schema',
  'constraint',
])

const cases: Cases<[at: Circumstances], Case> = {
  CreateTable: expand,
  CreateTableAs: expand,
  DropTable: ({ table }, at) => goes(at.isNew(table) || findTable(at.before, table)?.persistence === 'temporary'),
  AddColumn: ({ table, column }, at) => (at.isNew(table) || !demands(column, at) ? 'expand' : 'contract'),
  DropColumn: ({ table, column }, at) => goes(at.isNew(table) || at.inChangeSet(findColumn(at.before, table, column)?.origin)),
  AlterColumnType: onColumn('contract'),
  SetDefault: onTable('expand'),
  DropDefault: ({ table, column }, at) => {
    if (at.isNew(table)) return 'expand'
    const known = findColumn(at.before, table, column)
    // A column that nobody has to fill does without.
    return known?.notNull === false || (known?.origin !== undefined && known.default === undefined) ? 'expand' : 'contract'
  },
  // INSERTs of code that does not know a new column leave it out: NOT NULL tightens it all the same.
  SetNotNull: ({ table, column }, at) => {
    if (at.isNew(table)) return 'expand'
    const known = findColumn(at.before, table, column)
    return at.inChangeSet(known?.origin) && fillsItself(known) ? 'expand' : 'contract'
  },
  // Readers may meet NULL from now on, but only what newer code writes.
  DropNotNull: onTable('expand'),
  SetExpression: onColumn('migrate'),
  DropExpression: onColumn('contract'),
  AddIdentity: onTable('expand'),
  SetIdentity: ({ table, always }, at) => (at.isNew(table) || always !== true ? 'expand' : 'contract'),
  DropIdentity: onColumn('contract'),
  SetStatistics: none,
  SetColumnOptions: none,
  SetStorage: none,
  SetCompression: none,
  SetForeignOptions: none,
  AddConstraint: ({ table, constraint }, at) => (at.isNew(table) || !tightens(constraint, table, at) ? 'expand' : 'contract'),
  AlterConstraint: ({ table, enforced, deferrable, initiallyDeferred }, at) =>
    at.isNew(table) || (enforced !== true && deferrable !== false && initiallyDeferred !== false) ? 'expand' : 'contract',
  ValidateConstraint: onTable('contract'),
  DropConstraint: ({ table, constraint }, at) => {
    const known = findConstraint(at.before, table, constraint)
    if (at.isNew(table) || at.inChangeSet(known?.origin)) return undefined
    const kind = known?.definition.kind
    // ON CONFLICT needs unique ones; the others only bind what is written.
    return kind === 'check' || kind === 'not null' || kind === 'foreign key' ? 'expand' : 'contract'
  },
  RenameColumn: onColumn('contract'),
  RenameConstraint: onTable('contract'),
  RenameTable: onTable('contract'),
  SetTableSchema: onTable('contract'),
  SetTableOwner: none,
  AttachPartition: ({ table, partition }, at) => (at.isNew(table) || at.isNew(partition) ? 'expand' : 'contract'),
  DetachPartition: onTable('contract'),
  Inherit: onTable('expand'),
  NoInherit: onTable('contract'),
  OfType: none,
  NotOfType: none,
  SetLogged: none,
  SetTablespace: none,
  SetAccessMethod: none,
  SetTableOptions: none,
  ClusterOn: none,
  SetWithoutCluster: none,
  SetWithoutOids: none,
  ReplicaIdentity: none,
  SetTrigger: onTable('contract'),
  SetRule: onTable('contract'),
  SetRowSecurity: ({ table, change }, at) =>
    at.isNew(table) || change === 'disable' || change === 'no force' ? 'expand' : 'contract',
  MoveAllInTablespace: none,
  Truncate: onRows,

  // A unique index binds writers like a constraint.
  CreateIndex: ({ table, unique, keys }, at) => {
    const isYoung = keys.some(({ column }) => {
      const known = column === undefined ? undefined : findColumn(at.before, table, column)
      return at.inChangeSet(known?.origin) && known?.default === undefined
    })
    return unique && !at.isNew(table) && !isYoung ? 'contract' : 'expand'
  },
  DropIndex: ({ index }, at) => goes(at.inChangeSet(findIndex(at.before, index)?.origin)),
  RenameIndex: none,
  AttachIndex: none,
  AlterIndex: none,
  Reindex: none,

  CreateView: ({ view, replace }, at) => {
    const known = findRelation(at.before, view)
    return replace && known !== undefined && !at.isNew(view) ? 'migrate' : 'expand'
  },
  CreateMaterializedView: expand,
  RefreshMaterializedView: ({ view }, at) => (at.isNew(view) ? undefined : 'migrate'),
  DropView: ({ view }, at) => goes(at.isNew(view)),
  RenameView: ({ view }, at) => (at.isNew(view) ? 'expand' : 'contract'),

  CreateSequence: expand,
  AlterSequence: none,
  DropSequence: ({ sequence }, at) => goes(at.isNew(sequence)),
  RenameSequence: ({ sequence }, at) => (at.isNew(sequence) ? 'expand' : 'contract'),

  CreateEnum: expand,
  AddEnumValue: expand,
  RenameEnumValue: ({ type }, at) => (typeIsYoung(type, at) ? 'expand' : 'contract'),
  CreateCompositeType: expand,
  AlterCompositeType: ({ type, change }, at) => (typeIsYoung(type, at) || change === 'add attribute' ? 'expand' : 'contract'),
  CreateRangeType: expand,
  CreateBaseType: expand,
  DropType: ({ type }, at) => goes(typeIsYoung(type, at)),
  CreateDomain: expand,
  AddDomainConstraint: ({ domain }, at) => (typeIsYoung(domain, at) ? 'expand' : 'contract'),
  DropDomainConstraint: expand,
  ValidateDomainConstraint: ({ domain }, at) => (typeIsYoung(domain, at) ? 'expand' : 'contract'),
  SetDomainNotNull: ({ domain, notNull }, at) => (typeIsYoung(domain, at) || !notNull ? 'expand' : 'contract'),
  SetDomainDefault: ({ domain, default: value }, at) => (typeIsYoung(domain, at) || value !== undefined ? 'expand' : 'contract'),
  DropDomain: ({ domain }, at) => goes(typeIsYoung(domain, at)),

  CreateSchema: expand,
  DropSchema: ({ schema }, at) => goes(at.inChangeSet(at.before.schemas.get(schema)?.origin)),

  // Triggers keep old and new columns equal while both kinds of code run.
  CreateTrigger: expand,
  DropTrigger: ({ table, trigger }, at) =>
    goes(at.isNew(table) || at.inChangeSet(findTable(at.before, table)?.triggers.find(({ name }) => name === trigger)?.origin)),
  CreatePolicy: ({ table, permissive }, at) => (at.isNew(table) || permissive ? 'expand' : 'contract'),
  AlterPolicy: onTable('contract'),
  DropPolicy: ({ table }, at) => goes(at.isNew(table)),
  CreateRule: onTable('contract'),
  DropRule: ({ table }, at) => goes(at.isNew(table)),

  CreateFunction: ({ function: name, replace }, at) =>
    replace && findRoutines(at.before, name).length > 0 && !routinesAreYoung(name, at) ? 'migrate' : 'expand',
  AlterFunction: none,
  DropFunction: ({ function: name }, at) => goes(routinesAreYoung(name, at)),

  CreateExtension: expand,
  AlterExtension: none,
  DropExtension: contract,
  CreateStatistics: expand,
  AlterStatistics: none,
  DropStatistics: none,
  CreatePublication: expand,
  AlterPublication: ({ change }) => (change === 'drop' || change === 'set' ? 'contract' : 'expand'),

  RenameObject: ({ object, name, table }, at) => {
    if (!called.has(object)) return undefined
    return at.isNew(table ?? name) || typeIsYoung(table ?? name, at) || routinesAreYoung(name, at) ? 'expand' : 'contract'
  },
  SetObjectSchema: ({ object, name }, at) => {
    if (!called.has(object)) return undefined
    return at.isNew(name) || typeIsYoung(name, at) || routinesAreYoung(name, at) ? 'expand' : 'contract'
  },
  SetObjectOwner: none,
  Comment: none,
  SecurityLabel: none,
  Grant: ({ revoke, names, object }, at) => {
    const isYoung = (name: Name) =>
      object === 'function' || object === 'procedure' ? routinesAreYoung(name, at) : at.isNew(name)
    return !revoke || (names.length > 0 && names.every(isYoung)) ? 'expand' : 'contract'
  },
  ManageObject: ({ action }) => (action === 'create' ? 'expand' : action === 'drop' ? 'contract' : undefined),

  Select: none,
  Insert: onRows,
  Update: onRows,
  Delete: onRows,
  Merge: onRows,
  Copy: ({ table, from }, at) => (from && table !== undefined ? onRows({ table }, at) : undefined),
  LockTable: none,
  Call: migrate,
  Vacuum: none,
  Analyze: none,
  Cluster: none,

  Begin: none,
  Commit: none,
  Rollback: none,
  Savepoint: none,
  RollbackTo: none,
  ReleaseSavepoint: none,
  TwoPhase: none,
  SetConstraints: none,
  Set: none,
  Reset: none,
  Discard: none,
  Session: none,
  DoBlock: none,
  MetaCommand: none,
  Opaque: none,
  Unparsed: none,
}

/** Whether INSERTs that leave a new column out fail, or break one of its constraints. */
function demands(column: Column, at: Circumstances): boolean {
  const domain = findType(at.before, column.type.name)
  const required = column.notNull || (domain?.kind === 'domain' && domain.notNull)
  const filled =
    column.type.serial ||
    column.identity !== undefined ||
    column.generated !== undefined ||
    (column.default !== undefined && column.default.shape !== 'null') ||
    (domain?.kind === 'domain' && domain.default !== undefined)
  // One constant for all rows cannot be unique.
  const collides =
    column.default?.shape === 'constant' && column.constraints.some(({ kind }) => kind === 'unique' || kind === 'primary key')
  return (required && !filled) || collides
}

function fillsItself(
  column: { readonly default: unknown; readonly identity: unknown; readonly generated: unknown } | undefined,
): boolean {
  return column !== undefined && (column.default !== undefined || column.identity !== undefined || column.generated !== undefined)
}

/** Whether a row trigger assigns a column of the row: it does for statements that know nothing of the column, too. */
function isFilledByTrigger(column: string, table: Name, before: Catalog): boolean {
  const quoted = column.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
  const assignment = new RegExp(`\\bnew\\s*\\.\\s*(?:"${quoted}"|${quoted})\\s*:=`, 'i')
  const triggers = findTable(before, table)?.triggers ?? []
  return triggers.some(
    ({ function: routine, forEachRow }) =>
      forEachRow === true && routine !== undefined && findRoutines(before, routine).some(({ body }) => assignment.test(body)),
  )
}

/** A constraint over new columns alone binds nobody who leaves them out: it passes where they are NULL, or hold their default. */
function tightens(constraint: Constraint, table: Name, at: Circumstances): boolean {
  const columns = columnsOf(constraint).map((column) => findColumn(at.before, table, column))
  if (columns.length === 0 || columns.some((column) => !at.inChangeSet(column?.origin))) return true
  if (constraint.kind === 'not null' || constraint.kind === 'primary key') return !columns.every(fillsItself)
  if (constraint.kind === 'check') {
    const proves = constraint.expression.provesNotNull
    return columns.some(
      (column) =>
        column !== undefined &&
        proves.includes(column.name) &&
        !fillsItself(column) &&
        !isFilledByTrigger(column.name, table, at.before),
    )
  }
  return (constraint.kind === 'unique' || constraint.kind === 'exclude') && columns.every(fillsItself)
}
