import { existence, findType } from '../../catalog/lookup.ts'
import { type Name, printName, quoteIdentifier } from '../../name.ts'
import type { Column, Constraint, Operation } from '../../operation.ts'
import { printColumn, printConstraint, printSequenceOptions, printSqlType } from '../../print/print.ts'
import { derivedName, literal } from '../../rule/advice.ts'
import { constraintName } from '../../rule/definition.ts'
import type { Site } from '../../rule.ts'
import { batches, keyOf } from '../block/batches.ts'
import { concurrentIndex } from '../block/concurrent-index.ts'
import { planCopiedColumn } from '../block/copied-column.ts'
import { fillTrigger } from '../block/fill.ts'
import { alter } from '../block/presence.ts'
import { createSync, dropSync } from '../block/sync.ts'
import { alone, deploy, inTransaction } from '../change.ts'
import { besideTable, columnName, freeRelationName } from '../name.ts'
import type { Change, Plan, Wishes } from '../plan.ts'
import { fillOption } from '../wish.ts'
import { tighten } from './set-not-null.ts'

type AddColumn = Operation<'AddColumn'>

/** How a new column gets its values. */
type Source =
  /** A constant or stable default, or nothing at all: one catalog change. */
  | { readonly kind: 'catalog' }
  /** A default that differs from row to row: set for new rows, then the rows of before in batches. */
  | { readonly kind: 'default'; readonly expression: string; readonly sequence: OwnSequence | undefined }
  /** Required, and nobody but people and their code know the value. */
  | { readonly kind: 'people'; readonly fill: string | undefined }

/** The sequence of a serial or identity column, made by hand. */
interface OwnSequence {
  readonly name: Name
  readonly type: string
  /** An identity column gets a sequence of its own in the end, which goes on where this one was. */
  readonly becomes: { readonly name: Name; readonly identity: NonNullable<Column['identity']> } | undefined
}

/**
 * ADD COLUMN without a rewrite, a scan or an index build under its lock, and without a demand on code that does not know the column: the bare
 * column, what fills it, its rows in batches, its constraints one by one. Stored generated columns and domains with constraints have no
 * column-wise way: a copy of the table has them. [] for keys.
 */
export function planAddColumn(op: AddColumn, at: Site, wishes: Wishes): Plan {
  const { table, column } = op
  const domain = findType(at.before, column.type.name)
  const isKey = column.constraints.some(({ kind }) => kind === 'primary key' || kind === 'exclude')
  if (isKey || op.ifNotExists) return []
  if (column.generated !== undefined || domain?.kind === 'domain') return isRewritten(at) ? planCopiedColumn(op, at) : []
  const source = sourceOf(op, at, wishes)
  const key = keyOf(table, at)
  if (source === undefined || (source.kind !== 'catalog' && !canFill(source, key !== undefined))) return []

  const name = quoteIdentifier(column.name)
  const title = columnName(table, column.name)
  const required = column.notNull || column.type.serial || column.identity !== undefined
  const later = column.constraints.filter((constraint) => !staysInline(constraint, op, source))
  const checks = later.filter((constraint) => constraint.kind === 'check')
  const trigger =
    source.kind === 'people' && source.fill !== undefined
      ? fillTrigger({ table, column: column.name, expression: source.fill }, at)
      : undefined
  const sequence = source.kind === 'default' ? source.sequence : undefined
  const add = inTransaction({
    phase: 'expand',
    title: `add ${title}`,
    why: whyFirst(source, title),
    statements: [
      alter(op, `ADD COLUMN ${printColumn(bare(column, op, source))}`),
      ...(sequence === undefined ? [] : [createSequence(sequence, table, column.name)]),
      ...(source.kind === 'default' ? [alter(op, `ALTER COLUMN ${name} SET DEFAULT ${source.expression}`)] : []),
      ...(trigger === undefined ? [] : createSync(trigger)),
      ...checks.map((check) => alter(op, `ADD ${named({ ...check, notValid: true }, op, at)}`)),
    ],
    rollback: [
      ...(trigger === undefined ? [] : dropSync(trigger)),
      alter(op, `DROP COLUMN ${name}`),
      ...(sequence?.becomes === undefined ? [] : [`DROP SEQUENCE ${printName(sequence.name)}`]),
    ],
  })
  const set = source.kind === 'default' ? 'DEFAULT' : 'NULL'
  const walk =
    key === undefined || source.kind === 'catalog' || (source.kind === 'people' && source.fill === undefined)
      ? []
      : batches(
          {
            table,
            key,
            job: `${column.name}_backfill`,
            why: `Gives the rows of before a value in ${title}.`,
            change: (within) => `UPDATE ${printName(table)} t SET ${name} = ${set} WHERE ${within('t')} AND t.${name} IS NULL`,
          },
          at,
        )
  const requirement: Operation<'SetNotNull'> = {
    kind: 'SetNotNull',
    table,
    only: op.only,
    ifExists: op.ifExists,
    column: column.name,
  }
  return [
    add,
    ...walk,
    ...later.flatMap((constraint) => planConstraint(constraint, op, at)),
    ...(source.kind === 'people' ? [deploy(noteFor(source.fill, title, table, column.name, at))] : []),
    ...(required && source.kind !== 'catalog' ? tighten(requirement, at, trigger) : []),
    ...(sequence?.becomes === undefined ? [] : [becomeIdentity(op, sequence, sequence.becomes)]),
  ]
}

function sourceOf({ table, column }: AddColumn, at: Site, wishes: Wishes): Source | undefined {
  if (column.type.serial || column.identity !== undefined) {
    const own = besideTable(table, derivedName(table.name, column.name, 'seq'))
    // PostgreSQL would number the name then.
    if (existence(at.before, own) === 'exists') return undefined
    const { identity } = column
    const name = identity === undefined ? own : besideTable(table, freeRelationName(table, at, column.name, 'tmp', 'seq'))
    const sequence = {
      name,
      type: printSqlType({ ...column.type, serial: false }),
      becomes: identity === undefined ? undefined : { name: own, identity },
    }
    return { kind: 'default', expression: nextOf(name), sequence }
  }
  const rewrites = isRewritten(at)
  if (column.default !== undefined && column.default.shape !== 'null') {
    return rewrites ? { kind: 'default', expression: column.default.sql, sequence: undefined } : { kind: 'catalog' }
  }
  if (!column.notNull) return { kind: 'catalog' }
  return { kind: 'people', fill: wishes.fillOf(at.resolve(table), column.name) }
}

function isRewritten(at: Site): boolean {
  return at.effects.some(({ work }) => work.has('rewrite'))
}

function nextOf(sequence: Name): string {
  return `nextval(${literal(printName(sequence))}::regclass)`
}

function canFill(source: Source, hasKey: boolean): boolean {
  return hasKey || (source.kind === 'people' && source.fill === undefined)
}

/** A foreign key of an empty column reads nothing: it may stay where it is. */
function staysInline(constraint: Constraint, { column }: AddColumn, source: Source): boolean {
  if (constraint.kind === 'not null') return source.kind === 'catalog'
  const isEmpty = column.default === undefined && source.kind !== 'default'
  return constraint.kind === 'foreign key' && isEmpty
}

function bare(column: Column, op: AddColumn, source: Source): Column {
  const keep = source.kind === 'catalog'
  return {
    ...column,
    type: { ...column.type, serial: false },
    notNull: keep && column.notNull,
    notNullName: keep ? column.notNullName : undefined,
    default: keep ? column.default : undefined,
    identity: undefined,
    constraints: column.constraints.filter((constraint) => staysInline(constraint, op, source)),
  }
}

function named(constraint: Constraint, op: AddColumn, at: Site): string {
  const original =
    op.column.constraints.find((one) => one.kind === constraint.kind && sameDefinition(one, constraint)) ?? constraint
  return printConstraint({ ...constraint, name: constraintName(original, op.table, at) })
}

function sameDefinition(a: Constraint, b: Constraint): boolean {
  return a.kind !== 'check' || b.kind !== 'check' || a.expression === b.expression
}

function whyFirst(source: Source, title: string): string {
  switch (source.kind) {
    case 'catalog':
      return `Adds ${title} as a change of the catalog alone.`
    case 'default':
      return `Adds ${title} empty and gives it its default in the same transaction: new rows have it from the start, and no row of before is touched.`
    case 'people':
      return source.fill === undefined
        ? `Adds ${title} without NOT NULL: code that does not know it goes on as before.`
        : `Adds ${title} without NOT NULL and fills it on every write: code that does not know it goes on as before.`
  }
}

function createSequence(sequence: OwnSequence, table: Name, column: string): string {
  // Owned by the column, the one of the identity would not be found by pg_get_serial_sequence.
  const owned = sequence.becomes === undefined ? ` OWNED BY ${printName(table)}.${quoteIdentifier(column)}` : ''
  const options = sequence.becomes === undefined ? '' : printSequenceOptions(sequence.becomes.identity.options)
  return `CREATE SEQUENCE ${printName(sequence.name)} AS ${sequence.type}${options === '' ? '' : ` ${options}`}${owned}`
}

function becomeIdentity(op: AddColumn, filling: OwnSequence, { name, identity }: NonNullable<OwnSequence['becomes']>): Change {
  const sequence = filling.name
  const column = quoteIdentifier(op.column.name)
  const options = printSequenceOptions(identity.options)
  return inTransaction({
    phase: 'contract',
    title: `make ${columnName(op.table, op.column.name)} an identity`,
    why: 'The column is NOT NULL now, which an identity has to be. Its own sequence goes on where the one that filled it was.',
    statements: [
      `LOCK TABLE ${printName(op.table)} IN ACCESS EXCLUSIVE MODE`,
      alter(op, `ALTER COLUMN ${column} DROP DEFAULT`),
      alter(
        op,
        `ALTER COLUMN ${column} ADD GENERATED ${identity.always ? 'ALWAYS' : 'BY DEFAULT'} AS IDENTITY${options === '' ? '' : ` (${options})`}`,
      ),
      `SELECT setval(${literal(printName(name))}, nextval(${literal(printName(sequence))}), false)`,
      `DROP SEQUENCE ${printName(sequence)}`,
    ],
    rollback: [
      `LOCK TABLE ${printName(op.table)} IN ACCESS EXCLUSIVE MODE`,
      createSequence(filling, op.table, op.column.name),
      `SELECT setval(${literal(printName(sequence))}, nextval(${literal(printName(name))}), false)`,
      alter(op, `ALTER COLUMN ${column} DROP IDENTITY`),
      alter(op, `ALTER COLUMN ${column} SET DEFAULT ${nextOf(sequence)}`),
    ],
  })
}

function noteFor(fill: string | undefined, title: string, table: Name, column: string, at: Site): string {
  const code = `the code that reads and writes ${title}; wait until no older process is left`
  if (fill !== undefined) return code
  return (
    `${code}, and fill the rows of before: SELECT count(*) FROM ${printName(at.resolve(table))} WHERE ${quoteIdentifier(column)} IS NULL must be 0 ` +
    `(phasewise plan ${fillOption(table, column)} writes what fills old and new rows)`
  )
}

/** A constraint of the new column, after it. */
function planConstraint(constraint: Constraint, op: AddColumn, at: Site): Plan {
  const name = constraintName(constraint, op.table, at)
  const quoted = quoteIdentifier(name)
  const validate = alone({
    phase: 'contract',
    title: `validate ${name}`,
    why: 'Reads every row while reads and writes go on.',
    statements: [alter(op, `VALIDATE CONSTRAINT ${quoted}`)],
    rollback: { transaction: false, statements: [] },
  })
  switch (constraint.kind) {
    case 'check':
      return [validate]
    case 'foreign key':
      return [
        inTransaction({
          phase: 'contract',
          title: `add ${name}`,
          why: 'It binds what is written from here on. NOT VALID: rows of before are not read, so that both tables are locked for a moment only.',
          statements: [alter(op, `ADD ${named({ ...constraint, notValid: true }, op, at)}`)],
          tables: 'several',
          rollback: [alter(op, `DROP CONSTRAINT ${quoted}`)],
        }),
        validate,
      ]
    case 'unique': {
      const nulls = constraint.nullsNotDistinct ? ' NULLS NOT DISTINCT' : ''
      return [
        concurrentIndex({
          table: op.table,
          index: name,
          phase: 'contract',
          why: 'The index of the constraint, built while reads and writes go on.',
          create: `CREATE UNIQUE INDEX CONCURRENTLY ${quoted} ON ${printName(op.table)} (${quoteIdentifier(op.column.name)})${nulls}`,
        }),
        inTransaction({
          phase: 'contract',
          title: `add ${name}`,
          why: 'The index is there already: a change of the catalog alone.',
          statements: [
            alter(
              op,
              `ADD ${printConstraint({ ...constraint, name, columns: [], include: [], usingIndex: name, nullsNotDistinct: false })}`,
            ),
          ],
          // Its index goes with it, as it would with the file before.
          rollback: [alter(op, `DROP CONSTRAINT IF EXISTS ${quoted}`)],
        }),
      ]
    }
    default:
      return []
  }
}
