import type { CreateSchemaStmt, ExplainStmt, Node, PrepareStmt, RangeVar } from 'libpg-query'
import type { Command } from '../../operation.ts'
import type { StatementText } from '../statement-text.ts'
import { lowerAlterTable, lowerMoveAll } from './alter-table.ts'
import { lowerCreateComposite } from './composite.ts'
import { lowerCreateForeignTable, lowerCreateTable } from './create-table.ts'
import { lowerChange, lowerCopy, lowerLock, lowerTruncate, lowerVacuum } from './data.ts'
import { lowerDrop } from './drop.ts'
import { lowerAlterFunction, lowerCall, lowerCreateFunction, lowerDo } from './function.ts'
import { lowerCreateIndex, lowerCreateStatistics, lowerReindex } from './index.ts'
import { nameOfList, roleOf } from './name.ts'
import { type Body, bodiesOf, bodyOf, type NodeKind } from './node.ts'
import {
  lowerAlterRoleSet,
  lowerCluster,
  lowerComment,
  lowerCreateExtension,
  lowerDefaultPrivileges,
  lowerDefine,
  lowerDepends,
  lowerDropRole,
  lowerExtensionMember,
  lowerGrant,
  lowerGrantRole,
  lowerSecurityLabel,
  manage,
  opaque,
} from './object.ts'
import { isOn, optionOf } from './option.ts'
import { lowerAlterPublication, lowerCreatePublication } from './publication.ts'
import { lowerRename, lowerSetOwner, lowerSetSchema } from './rename.ts'
import { lowerCursor, lowerSelect } from './select.ts'
import { lowerAlterSequence, lowerCreateSequence } from './sequence.ts'
import { lowerDiscard, lowerSet, lowerSetConstraints, lowerTransaction } from './session.ts'
import type { Part } from './span.ts'
import {
  closeOf,
  command,
  ending,
  findWord,
  indexAt,
  isMark,
  isWord,
  skipWords,
  spanOf,
  starting,
  tokenAt,
  wholeOf,
} from './span.ts'
import { lowerAlterPolicy, lowerCreatePolicy, lowerCreateRule, lowerCreateTrigger } from './trigger.ts'
import { lowerAlterDomain, lowerAlterEnum, lowerCreateDomain, lowerCreateEnum, lowerCreateRange } from './type.ts'
import { lowerCreateTableAs, lowerCreateView, lowerRefresh } from './view.ts'

/**
 * Turns a statement's tree, as libpg_query 18 parses `text.sql`, into what the statement does. Never empty: what is not
 * modelled is one Opaque operation.
 */
export function lower(stmt: Node, text: StatementText): readonly Command[] {
  return lowerStatement(stmt, wholeOf(text))
}

function lowerStatement(stmt: Node, part: Part): readonly Command[] {
  const [entry] = Object.entries(stmt)
  const kind = entry?.[0] ?? ''
  const lowering = (lowerings as Readonly<Record<string, Lowering>>)[kind]
  const commands = lowering === undefined || entry === undefined ? [] : lowering(entry[1], part)
  return commands.length > 0 ? commands : opaque(kind.replace(/Stmt$/, ''), 'this statement is not modelled', part)
}

// The tree's type ties each kind to its body; looking a kind up forgets it.
type Lowering = (statement: unknown, part: Part) => readonly Command[]

/** Every statement of the grammar (`stmt` in PostgreSQL's gram.y); the others are parts of statements, or the planner's. */
type StatementKind = Exclude<
  Extract<NodeKind, `${string}Stmt`>,
  'RawStmt' | 'ReturnStmt' | 'PLAssignStmt' | 'SetOperationStmt' | 'ReplicaIdentityStmt'
>

const lowerings: { readonly [K in StatementKind]: (statement: Body<K>, part: Part) => readonly Command[] } = {
  CreateStmt: (statement, part) => lowerCreateTable(statement, part),
  CreateForeignTableStmt: lowerCreateForeignTable,
  CreateTableAsStmt: lowerCreateTableAs,
  AlterTableStmt: lowerAlterTable,
  AlterTableMoveAllStmt: lowerMoveAll,
  RenameStmt: lowerRename,
  AlterObjectSchemaStmt: lowerSetSchema,
  AlterOwnerStmt: lowerSetOwner,
  AlterObjectDependsStmt: lowerDepends,
  DropStmt: lowerDrop,

  IndexStmt: lowerCreateIndex,
  ReindexStmt: lowerReindex,
  CreateStatsStmt: lowerCreateStatistics,
  AlterStatsStmt: ({ defnames }, part) => [command({ kind: 'AlterStatistics', statistics: nameOfList(defnames) }, part)],
  ViewStmt: lowerCreateView,
  RefreshMatViewStmt: lowerRefresh,
  CreateSeqStmt: lowerCreateSequence,
  AlterSeqStmt: lowerAlterSequence,

  CreateEnumStmt: lowerCreateEnum,
  AlterEnumStmt: lowerAlterEnum,
  CompositeTypeStmt: lowerCreateComposite,
  CreateRangeStmt: lowerCreateRange,
  DefineStmt: lowerDefine,
  AlterTypeStmt: ({ typeName }, part) => manage('alter', 'type', nameOfList(typeName), part),
  CreateDomainStmt: lowerCreateDomain,
  AlterDomainStmt: lowerAlterDomain,

  CreateSchemaStmt: lowerCreateSchema,
  CreateExtensionStmt: lowerCreateExtension,
  AlterExtensionStmt: ({ extname = '' }, part) => [
    command({ kind: 'AlterExtension', extension: extname, change: 'update' }, part),
  ],
  AlterExtensionContentsStmt: lowerExtensionMember,

  CreateTrigStmt: lowerCreateTrigger,
  CreatePolicyStmt: lowerCreatePolicy,
  AlterPolicyStmt: lowerAlterPolicy,
  RuleStmt: lowerCreateRule,
  CreateFunctionStmt: lowerCreateFunction,
  AlterFunctionStmt: lowerAlterFunction,
  CallStmt: lowerCall,
  DoStmt: lowerDo,
  CreatePublicationStmt: lowerCreatePublication,
  AlterPublicationStmt: lowerAlterPublication,

  SelectStmt: lowerSelect,
  InsertStmt: (InsertStmt, part) => lowerChange({ InsertStmt }, part, false),
  UpdateStmt: (UpdateStmt, part) => lowerChange({ UpdateStmt }, part, false),
  DeleteStmt: (DeleteStmt, part) => lowerChange({ DeleteStmt }, part, false),
  MergeStmt: (MergeStmt, part) => lowerChange({ MergeStmt }, part, false),
  CopyStmt: lowerCopy,
  TruncateStmt: lowerTruncate,
  LockStmt: lowerLock,
  VacuumStmt: lowerVacuum,
  ClusterStmt: lowerCluster,
  ExplainStmt: lowerExplain,
  DeclareCursorStmt: lowerCursor,

  TransactionStmt: lowerTransaction,
  ConstraintsSetStmt: lowerSetConstraints,
  VariableSetStmt: lowerSet,
  DiscardStmt: lowerDiscard,
  VariableShowStmt: session('SHOW'),
  PrepareStmt: lowerPrepare,
  DeallocateStmt: session('DEALLOCATE'),
  ListenStmt: session('LISTEN'),
  UnlistenStmt: session('UNLISTEN'),
  NotifyStmt: session('NOTIFY'),
  CheckPointStmt: session('CHECKPOINT'),
  LoadStmt: session('LOAD'),
  FetchStmt: ({ ismove }, part) => session(ismove === true ? 'MOVE' : 'FETCH')(undefined, part),
  ClosePortalStmt: session('CLOSE'),
  ExecuteStmt: (_, part) => opaque('EXECUTE', 'what it runs was prepared elsewhere', part),

  CommentStmt: lowerComment,
  SecLabelStmt: lowerSecurityLabel,
  GrantStmt: lowerGrant,
  GrantRoleStmt: lowerGrantRole,
  AlterDefaultPrivilegesStmt: lowerDefaultPrivileges,
  DropOwnedStmt: (_, part) => opaque('DROP OWNED', 'it drops whatever the roles own, which no migration tells', part),
  ReassignOwnedStmt: (_, part) => opaque('REASSIGN OWNED', 'it locks whatever the roles own, which no migration tells', part),

  CreateRoleStmt: ({ role }, part) => manage('create', 'role', role, part),
  AlterRoleStmt: ({ role }, part) => manage('alter', 'role', roleOf(role), part),
  AlterRoleSetStmt: lowerAlterRoleSet,
  DropRoleStmt: lowerDropRole,
  CreatedbStmt: ({ dbname }, part) => manage('create', 'database', dbname, part),
  AlterDatabaseStmt: ({ dbname }, part) => manage('alter', 'database', dbname, part),
  AlterDatabaseSetStmt: ({ dbname }, part) => manage('alter', 'database', dbname, part),
  AlterDatabaseRefreshCollStmt: ({ dbname }, part) => manage('alter', 'database', dbname, part),
  DropdbStmt: ({ dbname }, part) => manage('drop', 'database', dbname, part),
  AlterSystemStmt: ({ setstmt }, part) => manage('alter', 'parameter', setstmt?.name, part, 'ALTER SYSTEM'),
  CreateTableSpaceStmt: ({ tablespacename }, part) => manage('create', 'tablespace', tablespacename, part),
  AlterTableSpaceOptionsStmt: ({ tablespacename }, part) => manage('alter', 'tablespace', tablespacename, part),
  DropTableSpaceStmt: ({ tablespacename }, part) => manage('drop', 'tablespace', tablespacename, part),
  CreateSubscriptionStmt: ({ subname }, part) => manage('create', 'subscription', subname, part),
  AlterSubscriptionStmt: ({ subname }, part) => manage('alter', 'subscription', subname, part),
  DropSubscriptionStmt: ({ subname }, part) => manage('drop', 'subscription', subname, part),
  CreateFdwStmt: ({ fdwname }, part) => manage('create', 'foreign data wrapper', fdwname, part),
  AlterFdwStmt: ({ fdwname }, part) => manage('alter', 'foreign data wrapper', fdwname, part),
  CreateForeignServerStmt: ({ servername }, part) => manage('create', 'server', servername, part),
  AlterForeignServerStmt: ({ servername }, part) => manage('alter', 'server', servername, part),
  CreateUserMappingStmt: ({ user }, part) => manage('create', 'user mapping', roleOf(user), part),
  AlterUserMappingStmt: ({ user }, part) => manage('alter', 'user mapping', roleOf(user), part),
  DropUserMappingStmt: ({ user }, part) => manage('drop', 'user mapping', roleOf(user), part),
  // Which tables it makes is the foreign server's to say.
  ImportForeignSchemaStmt: (_, part) => manage('create', 'foreign table', undefined, part, 'IMPORT FOREIGN SCHEMA'),
  CreateEventTrigStmt: ({ trigname }, part) => manage('create', 'event trigger', trigname, part),
  AlterEventTrigStmt: ({ trigname }, part) => manage('alter', 'event trigger', trigname, part),
  CreatePLangStmt: ({ plname }, part) => manage('create', 'language', plname, part),
  CreateAmStmt: ({ amname }, part) => manage('create', 'access method', amname, part),
  CreateCastStmt: (_, part) => manage('create', 'cast', undefined, part),
  CreateTransformStmt: (_, part) => manage('create', 'transform', undefined, part),
  CreateConversionStmt: (statement, part) => manage('create', 'conversion', nameOfList(statement.conversion_name), part),
  AlterCollationStmt: ({ collname }, part) => manage('alter', 'collation', nameOfList(collname), part),
  AlterOperatorStmt: ({ opername }, part) => manage('alter', 'operator', nameOfList(opername?.objname), part),
  CreateOpClassStmt: ({ opclassname }, part) => manage('create', 'operator class', nameOfList(opclassname), part),
  CreateOpFamilyStmt: ({ opfamilyname }, part) => manage('create', 'operator family', nameOfList(opfamilyname), part),
  AlterOpFamilyStmt: ({ opfamilyname }, part) => manage('alter', 'operator family', nameOfList(opfamilyname), part),
  AlterTSDictionaryStmt: ({ dictname }, part) => manage('alter', 'text search dictionary', nameOfList(dictname), part),
  AlterTSConfigurationStmt: ({ cfgname }, part) => manage('alter', 'text search configuration', nameOfList(cfgname), part),
}

function session(statement: string) {
  return (_: unknown, part: Part) => [command({ kind: 'Session', statement }, part)]
}

/** With ANALYZE it runs the statement; without, it plans it. */
function lowerExplain(statement: ExplainStmt, part: Part): readonly Command[] {
  const { query, options } = statement
  if (query === undefined) return session('EXPLAIN')(undefined, part)
  const after = starting(part, part.from + 1)
  const listed = isMark(tokenAt(after, after.from), '(') ? starting(after, closeOf(after, after.from) + 1) : after
  const commands = lowerStatement(query, skipWords(listed, 'analyze', 'analyse', 'verbose'))
  return isOn(optionOf(options, 'analyze')) ? commands : lookedAt('EXPLAIN', commands, part)
}

function lowerPrepare({ query }: PrepareStmt, part: Part): readonly Command[] {
  const as = findWord(part, 'as')
  return query === undefined || as === undefined
    ? session('PREPARE')(undefined, part)
    : lookedAt('PREPARE', lowerStatement(query, starting(part, as + 1)), part)
}

function lookedAt(statement: string, commands: readonly Command[], part: Part): readonly Command[] {
  const unknown = commands.find(({ operation }) => operation.kind === 'Opaque')
  if (unknown !== undefined) return [{ ...unknown, span: spanOf(part) }]
  return [command({ kind: 'Session', statement, of: commands.map(({ operation }) => operation) }, part)]
}

/** CREATE SCHEMA may hold statements that make things in it; each starts where its CREATE or GRANT does. */
function lowerCreateSchema(statement: CreateSchemaStmt, part: Part): readonly Command[] {
  const elements = statement.schemaElts ?? []
  const starts = elements.map((element) => elementStart(element, part))
  const schema = statement.schemaname ?? roleOf(statement.authrole)
  const head = ending(part, starts[0] ?? part.to)
  const inner = elements.flatMap((element, index) =>
    lowerStatement(inSchema(element, schema), ending(starting(part, starts[index] ?? part.to), starts[index + 1] ?? part.to)),
  )
  const ifNotExists = statement.if_not_exists === true
  const owner = statement.authrole === undefined ? {} : { owner: roleOf(statement.authrole) }
  return [command({ kind: 'CreateSchema', schema, ifNotExists, ...owner }, head), ...inner]
}

function elementStart(element: Node, part: Part): number {
  // What is granted need not say where it stands; to whom does.
  const grantee = bodiesOf(bodyOf(element, 'GrantStmt')?.grantees, 'RoleSpec')[0]
  let start = indexAt(part, (grantee ?? relationOf(element))?.location)
  while (start > part.from && !isWord(tokenAt(part, start), grantee === undefined ? 'create' : 'grant')) start--
  return start
}

function relationOf(element: Node): RangeVar | undefined {
  const named = bodyOf(element, 'CreateStmt') ?? bodyOf(element, 'IndexStmt') ?? bodyOf(element, 'CreateTrigStmt')
  return named?.relation ?? bodyOf(element, 'ViewStmt')?.view ?? bodyOf(element, 'CreateSeqStmt')?.sequence
}

/** What CREATE SCHEMA makes or grants without naming a schema is in the new one. */
function inSchema(element: Node, schemaname: string): Node {
  const relation = { schemaname, ...relationOf(element) }
  if ('CreateStmt' in element) return { CreateStmt: { ...element.CreateStmt, relation } }
  if ('IndexStmt' in element) return { IndexStmt: { ...element.IndexStmt, relation } }
  if ('CreateTrigStmt' in element) return { CreateTrigStmt: { ...element.CreateTrigStmt, relation } }
  if ('ViewStmt' in element) return { ViewStmt: { ...element.ViewStmt, view: relation } }
  if ('CreateSeqStmt' in element) return { CreateSeqStmt: { ...element.CreateSeqStmt, sequence: relation } }
  if (!('GrantStmt' in element)) return element
  const objects = element.GrantStmt.objects?.map((object) =>
    'RangeVar' in object ? { RangeVar: { schemaname, ...object.RangeVar } } : object,
  )
  return { GrantStmt: { ...element.GrantStmt, ...(objects && { objects }) } }
}
