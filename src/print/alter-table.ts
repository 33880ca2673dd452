import { printName, quoteIdentifier } from '../name.ts'
import type { Kind, OnTable, Operation } from '../operation.ts'
import { printColumn, printIdentity, quoteUnlessDefault } from './column.ts'
import { printConstraint } from './constraint.ts'
import { printRole, words } from './list.ts'
import { printOptionName, printOptions } from './option.ts'
import { optionTexts } from './sequence.ts'
import { printSqlType } from './type.ts'

const ifExists = (is: boolean) => is && 'IF EXISTS'
const cascade = (is: boolean) => is && 'CASCADE'

function column(operation: { readonly column: string }, ...change: readonly (string | false | undefined)[]): string {
  return words('ALTER COLUMN', quoteIdentifier(operation.column), ...change)
}

/** The commands of ALTER TABLE that are printed, each as it stands after the table's name. */
export const commands = {
  AddColumn: ({ column, ifNotExists }) => words('ADD COLUMN', ifNotExists && 'IF NOT EXISTS', printColumn(column)),
  DropColumn: (operation) =>
    words('DROP COLUMN', ifExists(operation.columnIfExists), quoteIdentifier(operation.column), cascade(operation.cascade)),
  AlterColumnType: (operation) => {
    const { type, collation, using } = operation
    return column(
      operation,
      `TYPE ${printSqlType(type)}`,
      collation && `COLLATE ${printName(collation)}`,
      using && `USING ${using.sql}`,
    )
  },
  SetDefault: (operation) => column(operation, `SET DEFAULT ${operation.default.sql}`),
  DropDefault: (operation) => column(operation, 'DROP DEFAULT'),
  SetNotNull: (operation) => column(operation, 'SET NOT NULL'),
  DropNotNull: (operation) => column(operation, 'DROP NOT NULL'),
  SetExpression: (operation) => column(operation, `SET EXPRESSION AS (${operation.expression.sql})`),
  DropExpression: (operation) => column(operation, 'DROP EXPRESSION', ifExists(operation.expressionIfExists)),
  AddIdentity: (operation) => column(operation, `ADD ${printIdentity(operation.identity)}`),
  SetIdentity: (operation) => {
    const { always, options } = operation
    const settings = optionTexts(options).map((text) => (text.startsWith('RESTART') ? text : `SET ${text}`))
    return column(operation, always !== undefined && `SET GENERATED ${always ? 'ALWAYS' : 'BY DEFAULT'}`, ...settings)
  },
  DropIdentity: (operation) => column(operation, 'DROP IDENTITY', ifExists(operation.identityIfExists)),
  SetStatistics: ({ column, target, byNumber }) =>
    words('ALTER COLUMN', byNumber ? column : quoteIdentifier(column), 'SET STATISTICS', target.toUpperCase()),
  SetColumnOptions: (operation) => column(operation, operation.reset ? 'RESET' : 'SET', printOptions(operation.options)),
  SetStorage: (operation) => column(operation, `SET STORAGE ${operation.storage.toUpperCase()}`),
  SetCompression: (operation) => column(operation, `SET COMPRESSION ${quoteUnlessDefault(operation.compression)}`),

  AddConstraint: ({ constraint }) => `ADD ${printConstraint(constraint)}`,
  AlterConstraint: ({ constraint, deferrable, initiallyDeferred, enforced, inherit }) =>
    words(
      'ALTER CONSTRAINT',
      quoteIdentifier(constraint),
      deferrable === false && 'NOT DEFERRABLE',
      deferrable === true && (initiallyDeferred ? 'DEFERRABLE INITIALLY DEFERRED' : 'DEFERRABLE'),
      enforced !== undefined && (enforced ? 'ENFORCED' : 'NOT ENFORCED'),
      inherit !== undefined && (inherit ? 'INHERIT' : 'NO INHERIT'),
    ),
  ValidateConstraint: ({ constraint }) => `VALIDATE CONSTRAINT ${quoteIdentifier(constraint)}`,
  DropConstraint: (operation) =>
    words(
      'DROP CONSTRAINT',
      ifExists(operation.constraintIfExists),
      quoteIdentifier(operation.constraint),
      cascade(operation.cascade),
    ),

  RenameColumn: (operation) => `RENAME COLUMN ${quoteIdentifier(operation.column)} TO ${quoteIdentifier(operation.to)}`,
  RenameConstraint: ({ constraint, to }) => `RENAME CONSTRAINT ${quoteIdentifier(constraint)} TO ${quoteIdentifier(to)}`,
  RenameTable: ({ to }) => `RENAME TO ${quoteIdentifier(to)}`,
  SetTableSchema: ({ schema }) => `SET SCHEMA ${quoteIdentifier(schema)}`,
  SetTableOwner: ({ owner }) => `OWNER TO ${printRole(owner)}`,

  AttachPartition: ({ partition, bound }) => `ATTACH PARTITION ${printName(partition)} ${bound.sql}`,
  DetachPartition: ({ partition, concurrently, finalize }) =>
    words('DETACH PARTITION', printName(partition), concurrently && 'CONCURRENTLY', finalize && 'FINALIZE'),
  Inherit: ({ parent }) => `INHERIT ${printName(parent)}`,
  NoInherit: ({ parent }) => `NO INHERIT ${printName(parent)}`,
  OfType: ({ type }) => `OF ${printName(type)}`,
  NotOfType: () => 'NOT OF',

  SetLogged: ({ logged }) => (logged ? 'SET LOGGED' : 'SET UNLOGGED'),
  SetTablespace: ({ tablespace }) => `SET TABLESPACE ${quoteIdentifier(tablespace)}`,
  SetAccessMethod: ({ method }) => `SET ACCESS METHOD ${method === undefined ? 'DEFAULT' : quoteIdentifier(method)}`,
  SetTableOptions: ({ options, reset }) =>
    reset
      ? `RESET (${Object.keys(options).map(printOptionName).join(', ')})`
      : `SET ${printOptions(Object.entries(options).map(([name, value]) => (value === undefined ? name : `${name}=${value}`)))}`,
  ClusterOn: ({ index }) => `CLUSTER ON ${quoteIdentifier(index)}`,
  SetWithoutCluster: () => 'SET WITHOUT CLUSTER',
  SetWithoutOids: () => 'SET WITHOUT OIDS',
  ReplicaIdentity: ({ identity, index }) =>
    identity === 'index'
      ? `REPLICA IDENTITY USING INDEX ${quoteIdentifier(index ?? '')}`
      : `REPLICA IDENTITY ${identity.toUpperCase()}`,
  SetTrigger: ({ trigger, state }) =>
    words(states[state], 'TRIGGER', trigger === 'ALL' || trigger === 'USER' ? trigger : quoteIdentifier(trigger)),
  SetRule: ({ rule, state }) => words(states[state], 'RULE', quoteIdentifier(rule)),
  SetRowSecurity: ({ change }) => `${change.toUpperCase()} ROW LEVEL SECURITY`,
} satisfies { readonly [K in Kind]?: (operation: Operation<K>) => string }

const states = {
  enabled: 'ENABLE',
  disabled: 'DISABLE',
  replica: 'ENABLE REPLICA',
  always: 'ENABLE ALWAYS',
} as const

/** `ALTER TABLE IF EXISTS ONLY app.orders` */
export function printAlter(on: OnTable & { readonly foreign?: boolean }): string {
  const object = on.object ?? (on.foreign === true ? 'foreign table' : 'table')
  return words(`ALTER ${object.toUpperCase()}`, ifExists(on.ifExists), on.only && 'ONLY', printName(on.table))
}
