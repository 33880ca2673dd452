import { type Name, printName, quoteIdentifier } from '../name.ts'
import type { Kind, ObjectKind, Operation } from '../operation.ts'
import { commands, printAlter } from './alter-table.ts'
import { printCreateIndex } from './index-definition.ts'
import { printRole, words } from './list.ts'
import { quoteLiteral } from './literal.ts'
import {
  printAddDomainConstraint,
  printAddEnumValue,
  printAlterIndex,
  printAlterPolicy,
  printCreateDomain,
  printCreateExtension,
  printCreateMaterializedView,
  printCreatePolicy,
  printCreateView,
  printDrop,
  printGrant,
  printReindex,
  printRename,
  printRenameObject,
} from './object.ts'
import { printAlterSequence, printCreateSequence } from './sequence.ts'
import { printReset, printSet } from './setting.ts'
import { printCreateTable } from './table.ts'

export { printColumn } from './column.ts'
export { printConstraint } from './constraint.ts'
export { printIndexDefinition, printIndexKeys } from './index-definition.ts'
export { quoteLiteral } from './literal.ts'
export { printSequenceOptions } from './sequence.ts'
export { printPartitionBound } from './table.ts'
export { printSqlType } from './type.ts'

/** Kinds of command of ALTER TABLE. */
type CommandKind = keyof typeof commands

/** The other kinds of operation that say all of what their SQL says. */
type StatementKind =
  | 'CreateTable'
  | 'DropTable'
  | 'Truncate'
  | 'LockTable'
  | 'CreateIndex'
  | 'DropIndex'
  | 'RenameIndex'
  | 'AttachIndex'
  | 'AlterIndex'
  | 'Reindex'
  | 'CreateView'
  | 'CreateMaterializedView'
  | 'RefreshMaterializedView'
  | 'DropView'
  | 'RenameView'
  | 'CreateSequence'
  | 'AlterSequence'
  | 'DropSequence'
  | 'RenameSequence'
  | 'CreateEnum'
  | 'AddEnumValue'
  | 'RenameEnumValue'
  | 'DropType'
  | 'CreateDomain'
  | 'AddDomainConstraint'
  | 'DropDomainConstraint'
  | 'ValidateDomainConstraint'
  | 'SetDomainNotNull'
  | 'SetDomainDefault'
  | 'DropDomain'
  | 'CreateSchema'
  | 'DropSchema'
  | 'CreateExtension'
  | 'DropExtension'
  | 'DropStatistics'
  | 'DropTrigger'
  | 'CreatePolicy'
  | 'AlterPolicy'
  | 'DropPolicy'
  | 'DropRule'
  | 'RenameObject'
  | 'SetObjectSchema'
  | 'SetObjectOwner'
  | 'Grant'
  | 'Set'
  | 'Reset'

/** Kinds that can be printed. The others (DML, functions, triggers, what is opaque) are written by the user alone: keep Statement.sql. */
export type PrintableKind = CommandKind | StatementKind

type Printers<K extends Kind> = { readonly [P in K]: (operation: Operation<P>) => string }

const commandPrinters: Printers<CommandKind> = commands

const statementPrinters: Printers<StatementKind> = {
  CreateTable: printCreateTable,
  DropTable: (operation) => printDrop(operation.foreign ? 'FOREIGN TABLE' : 'TABLE', printName(operation.table), operation),
  Truncate: ({ table, only, cascade, restartIdentity }) =>
    words('TRUNCATE', only && 'ONLY', printName(table), restartIdentity && 'RESTART IDENTITY', cascade && 'CASCADE'),
  LockTable: ({ table, only, mode, nowait }) =>
    words('LOCK TABLE', only && 'ONLY', printName(table), `IN ${mode} MODE`, nowait && 'NOWAIT'),

  CreateIndex: printCreateIndex,
  DropIndex: (operation) =>
    printDrop(operation.concurrently ? 'INDEX CONCURRENTLY' : 'INDEX', printName(operation.index), operation),
  RenameIndex: ({ index, to, ifExists }) => printRename('INDEX', index, to, ifExists),
  AttachIndex: ({ index, partition }) => `ALTER INDEX ${printName(index)} ATTACH PARTITION ${printName(partition)}`,
  AlterIndex: printAlterIndex,
  Reindex: printReindex,

  CreateView: printCreateView,
  CreateMaterializedView: printCreateMaterializedView,
  RefreshMaterializedView: ({ view, concurrently, withData }) =>
    words('REFRESH MATERIALIZED VIEW', concurrently && 'CONCURRENTLY', printName(view), !withData && 'WITH NO DATA'),
  DropView: (operation) => printDrop(viewWords(operation), printName(operation.view), operation),
  RenameView: (operation) => printRename(viewWords(operation), operation.view, operation.to, operation.ifExists),

  CreateSequence: printCreateSequence,
  AlterSequence: printAlterSequence,
  DropSequence: (operation) => printDrop('SEQUENCE', printName(operation.sequence), operation),
  RenameSequence: ({ sequence, to, ifExists }) => printRename('SEQUENCE', sequence, to, ifExists),

  CreateEnum: ({ type, values }) => `CREATE TYPE ${printName(type)} AS ENUM (${values.map(quoteLiteral).join(', ')})`,
  AddEnumValue: printAddEnumValue,
  RenameEnumValue: ({ type, value, to }) =>
    `ALTER TYPE ${printName(type)} RENAME VALUE ${quoteLiteral(value)} TO ${quoteLiteral(to)}`,
  DropType: (operation) => printDrop('TYPE', printName(operation.type), operation),

  CreateDomain: printCreateDomain,
  AddDomainConstraint: printAddDomainConstraint,
  DropDomainConstraint: ({ domain, constraint, constraintIfExists, cascade }) =>
    words(
      `ALTER DOMAIN ${printName(domain)}`,
      printDrop('CONSTRAINT', quoteIdentifier(constraint), { ifExists: constraintIfExists, cascade }),
    ),
  ValidateDomainConstraint: ({ domain, constraint }) =>
    `ALTER DOMAIN ${printName(domain)} VALIDATE CONSTRAINT ${quoteIdentifier(constraint)}`,
  SetDomainNotNull: ({ domain, notNull }) => `ALTER DOMAIN ${printName(domain)} ${notNull ? 'SET' : 'DROP'} NOT NULL`,
  SetDomainDefault: (operation) =>
    words(
      `ALTER DOMAIN ${printName(operation.domain)}`,
      operation.default === undefined ? 'DROP DEFAULT' : `SET DEFAULT ${operation.default.sql}`,
    ),
  DropDomain: (operation) => printDrop('DOMAIN', printName(operation.domain), operation),

  CreateSchema: ({ schema, ifNotExists, owner }) =>
    words('CREATE SCHEMA', ifNotExists && 'IF NOT EXISTS', quoteIdentifier(schema), owner && `AUTHORIZATION ${printRole(owner)}`),
  DropSchema: (operation) => printDrop('SCHEMA', quoteIdentifier(operation.schema), operation),
  CreateExtension: printCreateExtension,
  DropExtension: (operation) => printDrop('EXTENSION', quoteIdentifier(operation.extension), operation),
  DropStatistics: (operation) => printDrop('STATISTICS', printName(operation.statistics), operation),
  DropTrigger: (operation) => printDrop('TRIGGER', onTable(operation.trigger, operation), operation),
  CreatePolicy: printCreatePolicy,
  AlterPolicy: printAlterPolicy,
  DropPolicy: (operation) => printDrop('POLICY', onTable(operation.policy, operation), operation),
  DropRule: (operation) => printDrop('RULE', onTable(operation.rule, operation), operation),

  RenameObject: printRenameObject,
  SetObjectSchema: ({ object, name, schema, ifExists }) =>
    words(alterObject(object, name, ifExists), `SET SCHEMA ${quoteIdentifier(schema)}`),
  SetObjectOwner: ({ object, name, owner, ifExists }) =>
    words(alterObject(object, name, ifExists), `OWNER TO ${printRole(owner)}`),
  Grant: printGrant,

  Set: printSet,
  Reset: printReset,
}

function viewWords({ materialized }: { readonly materialized: boolean }): string {
  return materialized ? 'MATERIALIZED VIEW' : 'VIEW'
}

function onTable(name: string, { table }: { readonly table: Name }): string {
  return `${quoteIdentifier(name)} ON ${printName(table)}`
}

function alterObject(object: ObjectKind, name: Name, ifExists: boolean): string {
  return words(`ALTER ${object.toUpperCase()}`, ifExists && 'IF EXISTS', printName(name))
}

/** Objects that a name alone does not tell: their arguments or method would be missing. */
const unnamed: ReadonlySet<ObjectKind> = new Set([
  'function',
  'procedure',
  'routine',
  'aggregate',
  'operator',
  'operator class',
  'operator family',
  'cast',
  'transform',
  'role',
  'large object',
  'parameter',
  'user mapping',
] as const)

/**
 * Whether an operation says all of what its SQL says, so that `print` writes the same statement again. False also for some of a
 * kind that is printed otherwise: of a function the arguments are not known where it is renamed or granted.
 */
export function isPrintable(operation: Operation): operation is Operation<PrintableKind> {
  switch (operation.kind) {
    case 'RenameObject':
    case 'SetObjectSchema':
    case 'SetObjectOwner':
      return !unnamed.has(operation.object)
    case 'Grant':
      return operation.inSchemas.length > 0 || !unnamed.has(operation.object)
    case 'AlterIndex':
      return operation.change === 'options' || operation.change === 'tablespace'
    default:
      return operation.kind in commandPrinters || operation.kind in statementPrinters
  }
}

function isCommand(operation: Operation<PrintableKind>): operation is Operation<CommandKind> {
  return operation.kind in commandPrinters
}

// The table's type ties each kind to its operation; looking a kind up forgets it.
function run<K extends Kind>(printers: Printers<K>, operation: Operation<K>): string {
  const printer = printers[operation.kind] as (operation: Operation<K>) => string
  return printer(operation)
}

/** A command of ALTER TABLE as it stands after the table's name: `ADD COLUMN a integer`. */
export function printCommand(operation: Operation<CommandKind>): string {
  return run(commandPrinters, operation)
}

/**
 * Writes an operation as one complete statement without its semicolon. Names are quoted where SQL needs it, expressions and queries are
 * the user's own text. Of a DROP that names several objects, each operation is printed by itself. Parts of definitions are printed by
 * printColumn, printConstraint, printIndexKeys, printIndexDefinition, printPartitionBound, printSequenceOptions and printSqlType.
 */
export function print(operation: Operation<PrintableKind>): string {
  return isCommand(operation) ? `${printAlter(operation)} ${printCommand(operation)}` : run(statementPrinters, operation)
}
