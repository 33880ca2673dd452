import { type Name, printName, quoteIdentifier } from '../name.ts'
import type { Constraint, Operation } from '../operation.ts'
import { printColumnConstraint, printConstraint } from './constraint.ts'
import { printColumns, printRole, words } from './list.ts'
import { quoteLiteral } from './literal.ts'
import { printOptions, printStorage } from './option.ts'
import { printSqlType } from './type.ts'

interface Dropping {
  readonly ifExists: boolean
  readonly cascade: boolean
}

/** `DROP TABLE IF EXISTS app.orders CASCADE`; `what` may say more than a kind of object: `INDEX CONCURRENTLY`. */
export function printDrop(what: string, name: string, { ifExists, cascade }: Dropping): string {
  return words(`DROP ${what}`, ifExists && 'IF EXISTS', name, cascade && 'CASCADE')
}

export function printRename(what: string, name: Name, to: string, ifExists = false): string {
  return words(`ALTER ${what}`, ifExists && 'IF EXISTS', printName(name), 'RENAME TO', quoteIdentifier(to))
}

export function printCreateView(operation: Operation<'CreateView'>): string {
  const { view, columns, query, replace, temporary, options } = operation
  return words(
    'CREATE',
    replace && 'OR REPLACE',
    temporary && 'TEMPORARY',
    'VIEW',
    printName(view),
    columns.length > 0 && printColumns(columns),
    options.length > 0 && `WITH ${printOptions(options)}`,
    'AS',
    query.sql,
  )
}

export function printCreateMaterializedView(operation: Operation<'CreateMaterializedView'>): string {
  const { view, columns, query, withData, ifNotExists, accessMethod } = operation
  return words(
    'CREATE MATERIALIZED VIEW',
    ifNotExists && 'IF NOT EXISTS',
    printName(view),
    columns.length > 0 && printColumns(columns),
    accessMethod && `USING ${quoteIdentifier(accessMethod)}`,
    printStorage(operation).trimStart(),
    'AS',
    query.sql,
    !withData && 'WITH NO DATA',
  )
}

export function printReindex({ scope, target, concurrently, tablespace, verbose }: Operation<'Reindex'>): string {
  const options = [
    ...(tablespace === undefined ? [] : [`TABLESPACE ${quoteIdentifier(tablespace)}`]),
    ...(verbose ? ['VERBOSE'] : []),
  ]
  return words(
    'REINDEX',
    options.length > 0 && `(${options.join(', ')})`,
    scope.toUpperCase(),
    concurrently && 'CONCURRENTLY',
    target && printName(target),
  )
}

export function printAlterIndex(operation: Operation<'AlterIndex'>): string {
  const { index, change, options = [], values, tablespace, ifExists } = operation
  const changed =
    change === 'tablespace'
      ? `SET TABLESPACE ${quoteIdentifier(tablespace ?? '')}`
      : values === undefined
        ? `RESET ${printOptions(options)}`
        : `SET ${printOptions(Object.entries(values).map(([name, value]) => `${name}=${value}`))}`
  return words('ALTER INDEX', ifExists && 'IF EXISTS', printName(index), changed)
}

export function printCreateDomain({ domain, type, collation, constraints, ...operation }: Operation<'CreateDomain'>): string {
  return words(
    'CREATE DOMAIN',
    printName(domain),
    'AS',
    printSqlType(type),
    collation && `COLLATE ${printName(collation)}`,
    operation.default && `DEFAULT ${operation.default.sql}`,
    ...constraints.map(ofDomain),
  )
}

/** NOT NULL of a domain names no column. */
function ofDomain(constraint: Constraint): string {
  return constraint.kind === 'not null' ? printColumnConstraint(constraint) : printConstraint(constraint)
}

export function printAddDomainConstraint({ domain, constraint }: Operation<'AddDomainConstraint'>): string {
  return `ALTER DOMAIN ${printName(domain)} ADD ${ofDomain(constraint)}`
}

export function printAddEnumValue({ type, value, ifNotExists, neighbour }: Operation<'AddEnumValue'>): string {
  return words(
    'ALTER TYPE',
    printName(type),
    'ADD VALUE',
    ifNotExists && 'IF NOT EXISTS',
    quoteLiteral(value),
    neighbour && `${neighbour.after ? 'AFTER' : 'BEFORE'} ${quoteLiteral(neighbour.value)}`,
  )
}

export function printCreateExtension(operation: Operation<'CreateExtension'>): string {
  const { extension, schema, ifNotExists, cascade, version } = operation
  return words(
    'CREATE EXTENSION',
    ifNotExists && 'IF NOT EXISTS',
    quoteIdentifier(extension),
    schema !== undefined && `SCHEMA ${quoteIdentifier(schema)}`,
    version !== undefined && `VERSION ${quoteLiteral(version)}`,
    cascade && 'CASCADE',
  )
}

export function printCreatePolicy(operation: Operation<'CreatePolicy'>): string {
  const { policy, table, command, permissive } = operation
  return words(
    'CREATE POLICY',
    quoteIdentifier(policy),
    `ON ${printName(table)}`,
    !permissive && 'AS RESTRICTIVE',
    command !== 'all' && `FOR ${command.toUpperCase()}`,
    ...conditionsOf(operation),
  )
}

export function printAlterPolicy(operation: Operation<'AlterPolicy'>): string {
  return words('ALTER POLICY', quoteIdentifier(operation.policy), `ON ${printName(operation.table)}`, ...conditionsOf(operation))
}

function conditionsOf({ roles = [], using, check }: Operation<'CreatePolicy' | 'AlterPolicy'>) {
  return [
    roles.length > 0 && `TO ${roles.map(printRole).join(', ')}`,
    using && `USING (${using.sql})`,
    check && `WITH CHECK (${check.sql})`,
  ] as const
}

/** Words of GRANT … ON; a foreign server's has one more. */
function objectWords(object: string): string {
  return object === 'server' ? 'FOREIGN SERVER' : object.toUpperCase()
}

export function printGrant(operation: Operation<'Grant'>): string {
  const { revoke, privileges, columns, object, names, inSchemas, grantees, grantOption, grantedBy, cascade } = operation
  const listed = privileges.map((privilege, index) => {
    const own = columns?.[index] ?? []
    return own.length > 0 ? `${privilege.toUpperCase()} ${printColumns(own)}` : privilege.toUpperCase()
  })
  const on =
    inSchemas.length > 0
      ? `ALL ${objectWords(object)}S IN SCHEMA ${inSchemas.map(quoteIdentifier).join(', ')}`
      : `${objectWords(object)} ${names.map(printName).join(', ')}`
  return words(
    revoke ? 'REVOKE' : 'GRANT',
    revoke && grantOption === true && 'GRANT OPTION FOR',
    listed.join(', '),
    'ON',
    on,
    revoke ? 'FROM' : 'TO',
    grantees.map(printRole).join(', '),
    !revoke && grantOption === true && 'WITH GRANT OPTION',
    grantedBy !== undefined && `GRANTED BY ${printRole(grantedBy)}`,
    cascade === true && 'CASCADE',
  )
}

export function printRenameObject({ object, name, table, to, cascade, ifExists }: Operation<'RenameObject'>): string {
  const missing = ifExists && 'IF EXISTS'
  const own = printName(name)
  const owner = table === undefined ? '' : printName(table)
  const target = quoteIdentifier(to)
  if (object === 'attribute') return words('ALTER TYPE', owner, 'RENAME ATTRIBUTE', own, 'TO', target, cascade && 'CASCADE')
  if (object === 'domain constraint') return words('ALTER DOMAIN', owner, 'RENAME CONSTRAINT', own, 'TO', target)
  return words('ALTER', object.toUpperCase(), missing, own, table !== undefined && `ON ${owner}`, 'RENAME TO', target)
}
