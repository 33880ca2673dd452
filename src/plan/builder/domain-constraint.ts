import type { DomainType } from '../../catalog/catalog.ts'
import { findType } from '../../catalog/lookup.ts'
import { renamedText } from '../../catalog/renamed-text.ts'
import { type Name, printName, type QualifiedName, quoteIdentifier } from '../../name.ts'
import type { Operation } from '../../operation.ts'
import { print } from '../../print/print.ts'
import { derivedName } from '../../rule/advice.ts'
import { freeConstraintName } from '../../rule/definition.ts'
import type { Site } from '../../rule.ts'
import { validated } from '../block/furnish.ts'
import { alter } from '../block/presence.ts'
import { usersOf } from '../block/type-users.ts'
import { deploy, inTransaction, rolledOut } from '../change.ts'
import { columnName } from '../name.ts'
import type { Change, Plan } from '../plan.ts'

type Subject = Operation<'AddDomainConstraint' | 'ValidateDomainConstraint' | 'SetDomainNotNull'>

/**
 * A constraint of a domain: it binds new values at once, and a CHECK on each table proves the old ones while writes go on. The server has no gentle
 * way to take note of that: VALIDATE reads each table under SHARE whatever is proven, and columns of a domain with constraints, new ones and
 * those of another type, are written anew (15, 18). So the last step is people's. NOT NULL cannot be added unproven: only they can. [] where a column's
 * CHECK cannot be written, and for domains in arrays and composite types, which the server refuses.
 */
export function planDomainConstraint(op: Subject, at: Site): Plan {
  const type = findType(at.before, op.domain)
  if (type !== undefined && type.kind !== 'domain') return []
  const domain = printName(op.domain)
  if (op.kind === 'SetDomainNotNull' || (op.kind === 'AddDomainConstraint' && op.constraint.kind !== 'check')) {
    return [deploy(notNullNote(op, domain, at))]
  }
  const name = nameOf(op, type, at)
  const expression = expressionOf(op, type, name)
  const columns = type === undefined ? [] : columnsOf(type, at)
  if (columns === undefined) return []
  const proofs = columns.map((column) => proofOf(column, expression, at))
  const known = proofs.filter((proof) => proof !== undefined)
  if (name === undefined || known.length < proofs.length) return []
  const quoted = quoteIdentifier(name)
  const repaired = known.map(
    ({ table, condition }) => `SELECT count(*) FROM ${printName(at.resolve(table))} WHERE NOT (${condition}) must be 0`,
  )
  const wanted = [
    ...(repaired.length === 0 ? [] : [`the rows that break ${quoted} of domain ${domain} are repaired: ${repaired.join(', ')}`]),
    // One that is there binds code already.
    ...(op.kind === 'AddDomainConstraint' ? [`code that writes only what ${quoted} of domain ${domain} allows${rolledOut}`] : []),
  ]
  return [
    ...(wanted.length === 0 ? [] : [deploy(wanted.join(';\n'))]),
    ...(op.kind === 'AddDomainConstraint' ? [bind(op, quoted, domain)] : []),
    ...known.flatMap(({ steps }) => steps),
    deploy(
      `nothing: ${quoted} binds all that is written, and ${known.length === 0 ? 'old rows that break it are repaired' : 'no row breaks it'}. PostgreSQL calls it NOT VALID until ` +
        `ALTER DOMAIN ${domain} VALIDATE CONSTRAINT ${quoted} has read every table with a column of the domain while writes to them wait: ` +
        'run that in a quiet window with a lock_timeout, or leave it',
    ),
  ]
}

function notNullNote(op: Subject, domain: string, at: Site): string {
  return (
    `nothing makes domain ${domain} NOT NULL but reading every table with a column of it while writes to them wait: ` +
    `${at.statement.commands.length === 1 ? at.statement.sql.trim() : print(op)} is for a quiet window, with a lock_timeout, in a file of its own. ` +
    'What people do instead is SET NOT NULL on each column, which has a plan'
  )
}

function bind(op: Operation<'AddDomainConstraint'>, name: string, domain: string): Change {
  return inTransaction({
    phase: 'contract',
    title: `add ${name.replaceAll('"', '')}`,
    why: 'It binds every new value of the domain. NOT VALID: no table is locked or read.',
    statements: [print({ ...op, constraint: { ...op.constraint, notValid: true } })],
    rollback: [`ALTER DOMAIN ${domain} DROP CONSTRAINT ${name}`],
  })
}

function nameOf(op: Operation<'AddDomainConstraint' | 'ValidateDomainConstraint'>, type: DomainType | undefined, at: Site) {
  if (op.kind === 'ValidateDomainConstraint') return op.constraint
  if (op.constraint.name !== undefined) return op.constraint.name
  const after = findType(at.after, op.domain)
  const before = new Set(type?.constraints.map(({ name }) => name))
  const made = after?.kind === 'domain' ? after.constraints.find(({ name }) => !before.has(name)) : undefined
  return made?.name ?? derivedName(op.domain.name, 'check')
}

function expressionOf(
  op: Operation<'AddDomainConstraint' | 'ValidateDomainConstraint'>,
  type: DomainType | undefined,
  name: string | undefined,
): string | undefined {
  if (op.kind === 'AddDomainConstraint') return op.constraint.kind === 'check' ? op.constraint.expression.sql : undefined
  return type?.constraints.find((each) => each.name === name)?.expression.sql
}

interface Column {
  readonly table: QualifiedName
  readonly column: string
}

/**
 * Columns of the domain, and of domains over it; those of partitions and children come with their parents'. undefined where one is an array of it, which the
 * server does not look into: it refuses (15, 18).
 */
function columnsOf({ name }: DomainType, at: Site): readonly Column[] | undefined {
  const { columns } = usersOf(name, at.before)
  if (columns.some(({ column }) => (column.type?.dimensions ?? 0) > 0)) return undefined
  const found: Column[] = columns
    .filter(({ table, column }) => table.partitionOf === undefined && column.inherited !== true && table.kind !== 'foreign table')
    .map(({ table, column }) => ({ table: table.name, column: column.name }))
  for (const type of at.before.types.values()) {
    if (type.kind !== 'domain' || type.base.name.schema === 'pg_catalog') continue
    const base = findType(at.before, type.base.name)
    if (base?.kind !== 'domain' || printName(base.name) !== printName(name)) continue
    const over = type.base.dimensions > 0 ? undefined : columnsOf(type, at)
    if (over === undefined) return undefined
    found.push(...over)
  }
  return found
}

/** A CHECK on the column, proven and dropped: it is the old rows that it is for. */
function proofOf({ table: known, column }: Column, expression: string | undefined, at: Site) {
  const table: Name = known.schema === 'public' ? { schema: undefined, name: known.name } : known
  const condition = expression === undefined ? undefined : renamedText(expression, 'value', column)
  if (condition === undefined) return undefined
  const name = freeConstraintName(table, at, column, 'proof')
  const quoted = quoteIdentifier(name)
  const title = columnName(table, column)
  const drop = alter({ table }, `DROP CONSTRAINT ${quoted}`)
  const add = alter({ table }, `ADD CONSTRAINT ${quoted} CHECK (${condition}) NOT VALID`)
  return {
    table,
    condition,
    steps: [
      inTransaction({
        phase: 'contract',
        title: `require ${title}`,
        why: `What the domain asks for, of the rows that were there before. NOT VALID: they are not read yet.`,
        statements: [add],
        rollback: [drop],
      }),
      validated(table, name, title),
      inTransaction({
        phase: 'contract',
        title: `drop proof of ${title}`,
        why: 'No row breaks what the domain asks for, and none will: the domain binds what is written.',
        statements: [drop],
        rollback: [add],
      }),
    ],
  }
}
