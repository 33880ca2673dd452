import { definitionOfConstraint } from '../../catalog/definition.ts'
import { findColumn, findTable } from '../../catalog/lookup.ts'
import { printName, quoteIdentifier } from '../../name.ts'
import type { Operation } from '../../operation.ts'
import { print, printColumn, printConstraint } from '../../print/print.ts'
import { derivedName } from '../../rule/advice.ts'
import { freeConstraintName } from '../../rule/definition.ts'
import { accepts } from '../../rule/type-fit.ts'
import type { Site } from '../../rule.ts'
import { printType } from '../../type-name.ts'
import { batches, keyOf } from '../block/batches.ts'
import { bytesOf, sequenceNote, sequenceOf } from '../block/column-sequence.ts'
import { type Conversion, conversionOf, zoneFor } from '../block/conversion.ts'
import { asideIndex, type Exchange, exchanged, oldColumnBack, undone, wayBack } from '../block/exchange.ts'
import { dropIndexes, furnish, lockAll, ownChecks, validated } from '../block/furnish.ts'
import { alter } from '../block/presence.ts'
import { createSync, dropSync, isChanged, type Sync, sayFilling, takeBack } from '../block/sync.ts'
import { type Twin, type TwinReference, twinOf } from '../block/twin.ts'
import { deploy, inTransaction } from '../change.ts'
import { columnName, freeName, syncName } from '../name.ts'
import type { Change, Plan } from '../plan.ts'
import { planSecondName } from './second-name.ts'

type AlterColumnType = Operation<'AlterColumnType'>

/**
 * ALTER COLUMN TYPE without a rewrite, a scan or an index build under its lock. Free but for a CHECK that is read again: the CHECK goes and comes
 * back unproven. Free but for what clients get: after a deploy. All else: a column of the new type, filled and kept in step by a trigger, takes
 * the old one's name. [] for domains, for types that do not take what old code writes, and where something hangs on the column that a second
 * one cannot take over (see twinOf).
 */
export function planAlterColumnType(op: AlterColumnType, at: Site): Plan {
  const works = (work: 'rewrite' | 'index build' | 'scan') => at.effects.some((effect) => effect.work.has(work))
  if (works('rewrite') || works('index build')) return swapped(op, at)
  return works('scan') ? withoutChecks(op, at) : afterDeploy(op, at)
}

/** A change that is free for the server, once the code takes both types. */
function afterDeploy(op: AlterColumnType, at: Site): Plan {
  const zone = zoneFor(op, at)
  if (zone === 'unknown') return []
  return [
    deploy(noteFor(op, at)),
    inTransaction({
      phase: 'contract',
      title: `change type of ${columnName(op.table, op.column)}`,
      why: 'The stored values stay as they are. Connections are best renewed afterwards: statements that they have prepared fail once.',
      statements: [print(op)],
      rollback: { impossible: 'whether the way back is free depends on both types: plan it like any type change' },
    }),
  ]
}

/** A change that is free but for its CHECK constraints, which would be read again under its lock. */
function withoutChecks(op: AlterColumnType, at: Site): Plan {
  const table = findTable(at.before, op.table)
  if (table === undefined || table.kind !== 'table' || table.partitionOf !== undefined || table.children.length > 0) return []
  const read = table.constraints.filter(
    ({ definition, columns, validated }) => validated && definition.kind !== 'not null' && columns.includes(op.column),
  )
  const checks = read.flatMap((constraint) => {
    const known = definitionOfConstraint(at.before, table, constraint)?.constraint
    return known?.kind === 'check' && known.enforced && constraint.inherited !== true ? [{ ...known, name: constraint.name }] : []
  })
  // Indexes of unique constraints are kept; a foreign key would be checked again, too.
  const others = read.filter(({ definition }) => definition.kind === 'foreign key' || definition.kind === 'exclude')
  const all = read.filter(({ definition }) => definition.kind === 'check')
  if (checks.length === 0 || checks.length < all.length || others.length > 0) return []
  const title = columnName(op.table, op.column)
  const on = { table: op.table }
  return [
    inTransaction({
      phase: 'contract',
      title: `change type of ${title}`,
      why: 'The stored values stay as they are. Its CHECK constraints, which would be read again row by row, go and come back in the same moment: they bind all writes, and are proven in the next file.',
      statements: [
        ...checks.map(({ name }) => alter(on, `DROP CONSTRAINT ${quoteIdentifier(name)}`)),
        print(op),
        ...checks.map((check) => alter(on, `ADD ${printConstraint({ ...check, notValid: true })}`)),
      ],
      rollback: { impossible: 'whether the way back is free depends on both types: plan it like any type change' },
    }),
    ...checks.map(({ name }) => validated(op.table, name, title)),
  ]
}

/** A second column of the new type takes the old one's name, piece by piece: others put their own between. */
export interface Swap {
  /** The second column, filled and furnished. */
  readonly before: readonly Change[]
  /** What the code has to do before it goes on. */
  readonly note: string
  readonly require: readonly Change[]
  readonly pair: Exchange
  readonly exchange: Change
  readonly after: readonly Change[]
}

/** What a caller knows of the conversion that the statement does not say. */
export interface Known {
  /** What fills the new column, by its name. */
  up(fresh: string): Conversion
  readonly note: string
  /** The new column gets no default when it takes the name. */
  readonly withoutDefault: boolean
}

function swapped(op: AlterColumnType, at: Site): Plan {
  const known = findColumn(at.before, op.table, op.column)
  if (known?.type !== undefined && !accepts(op, known.type, at)) {
    return known.default === undefined ? planSecondName(op, at, { default: undefined, after: at.after }) : []
  }
  const swap = swapOf(op, at)
  return swap === undefined ? [] : [...swap.before, deploy(swap.note), ...swap.require, swap.exchange, ...swap.after]
}

/** undefined where it cannot be done: see `planAlterColumnType`. */
export function swapOf(op: AlterColumnType, at: Site, given?: Known): Swap | undefined {
  const { table, column } = op
  const known = findTable(at.before, table)
  const from = findColumn(at.before, table, column)?.type
  const taken = (name: string) => known?.columns.some((each) => each.name === name) === true
  const [fresh, old] = [freeName([column, 'new'], taken), freeName([column, 'old'], taken)]
  const twin = twinOf(table, column, fresh, 'key', at)
  const key = keyOf(table, at)
  if (twin === undefined || key === undefined || from === undefined) return undefined
  const up = given?.up(fresh) ?? (accepts(op, from, at) ? conversionOf(op, fresh, from, at) : undefined)
  // Rows without a value in the new column could not be pointed at.
  if (up === undefined || (up.canFail && isKey(twin))) return undefined
  const own = sequenceOf(twin, op, at)
  if (own === undefined) return undefined

  const references = twin.references.map((key) => remarked(key, op))
  const on = { table }
  const title = columnName(table, column)
  const [name, freshName, oldName] = [column, fresh, old].map(quoteIdentifier)
  const required = twin.column.notNull === true
  const named = { table, name: syncName(table, column, at) }
  const isBeside = twin.bystanders === 'back'
  const sync: Sync = { ...named, ...up.trigger, body: [...(isBeside ? takeBack(named) : []), ...up.trigger.body] }
  const back: Sync = {
    table,
    name: sync.name,
    names: 'built in',
    // A value that the new type has rounded stays as it was in the old one until it is written.
    body: [
      `IF TG_OP = 'INSERT' OR NEW.${oldName} IS NULL OR ${isChanged(column, op.type, op.collation && printName(op.collation))} THEN`,
      `  BEGIN NEW.${oldName} := ${up.down}; EXCEPTION WHEN data_exception THEN NEW.${oldName} := NULL; END;`,
      'END IF;',
    ],
  }
  const proof = freeConstraintName(table, at, fresh, 'present')
  const proven = required ? `${freshName} IS NOT NULL` : `${freshName} IS NOT NULL OR ${name} IS NULL`
  const isProven = required || up.canFail
  const prove = alter(on, `ADD CONSTRAINT ${quoteIdentifier(proof)} CHECK (${proven}) NOT VALID`)
  const bare = {
    ...twin.bare,
    type: { ...op.type, serial: false },
    collation: op.collation,
    storage: undefined,
    compression: undefined,
  }
  const require: Change = inTransaction({
    phase: 'contract',
    title: `require ${columnName(table, fresh)}`,
    why: 'From here on a value that the new type cannot hold is refused. NOT VALID: rows of before are not read, so the lock is held for a moment only.',
    statements: [prove],
    rollback: [alter(on, `DROP CONSTRAINT ${quoteIdentifier(proof)}`)],
  })
  const pair: Exchange = {
    twin,
    old,
    proof: isProven ? { name: proof, condition: proven } : undefined,
    backProof: {
      name: freeConstraintName(table, at, old, 'present'),
      condition: required ? `${oldName} IS NOT NULL` : `${oldName} IS NOT NULL OR ${name} IS NULL`,
    },
    sequence: own,
    forth: sync,
    back,
    withoutDefault: given?.withoutDefault === true,
    notNullName: notNullName(twin, op, at),
  }
  const before = [
    inTransaction({
      phase: 'expand',
      title: `add ${columnName(table, fresh)}`,
      why: `A second column of the new type, which a trigger keeps in step with ${title} whatever code writes a row.`,
      statements: [
        alter(on, `ADD COLUMN ${printColumn(bare)}`),
        ...createSync(sync),
        ...twin.said(fresh),
        ...(required && !up.canFail ? [prove] : []),
        ...ownChecks(twin),
      ],
      rollback: [...dropSync(sync), alter(on, `DROP COLUMN ${freshName}`)],
    }),
    ...batches(
      {
        table,
        key,
        job: `${column}_convert`,
        why: `Converts ${title} of the rows of before: the trigger does it when they are written.`,
        change: (within) =>
          `${isBeside ? sayFilling(sync) : ''}UPDATE ${printName(table)} t SET ${freshName} = NULL WHERE ${within('t')} AND t.${freshName} IS NULL${up.isCast ? ` AND t.${name} IS NOT NULL` : ''}`,
      },
      at,
    ),
    ...(required && !up.canFail ? [validated(table, proof, columnName(table, fresh))] : []),
    ...furnish({ ...twin, references }),
  ]
  const note =
    (given?.note ?? noteFor(op, at)) +
    placed +
    narrowNote(references) +
    sequenceNote(twin, op, at) +
    (up.canFail ? unfit(op, fresh, at) : '')
  const tightened = isProven && up.canFail ? [require, validated(table, proof, columnName(table, fresh))] : []
  const exchange = inTransaction({
    phase: 'contract',
    title: `exchange ${title}`,
    why: `The new column takes the name: changes of the catalog alone: no row is read, as what has to hold is proven. The old one stays as ${oldName}, kept in step as far as its type can hold the values, until the last file. Connections are best renewed afterwards: statements that they have prepared fail once.`,
    statements: [lockAll(twin, at), ...exchanged(pair, at)],
    rollback: undone(lockAll(twin, at), [wayBack(pair, at)]),
    ...(twin.keys.length + twin.references.length > 0 ? { tables: 'several' as const } : {}),
  })
  const laterKey = key.map((part) => (part.name === column ? { ...part, type: printType(op.type) } : part))
  const after = [
    ...dropIndexes(twin, (index) => asideIndex(index, at), old),
    inTransaction({
      phase: 'contract',
      title: `drop ${columnName(table, old)}`,
      why: 'The old column and its trigger have served. After this the values are there in the new type alone.',
      statements: [...dropSync(sync), alter(on, `DROP COLUMN ${oldName}`)],
      rollback:
        given === undefined && isLossless(op, up, at)
          ? oldColumnBack(pair, laterKey, at)
          : { impossible: 'the values of the old type are gone' },
    }),
  ]
  return { before, note, require: tightened, pair, exchange, after }
}

/** Whether the new type holds every value of the old one so that the same one comes out of it again. */
function isLossless(op: AlterColumnType, up: Conversion, at: Site): boolean {
  return !up.canFail && up.isCast && zoneFor(op, at) === undefined
}

function isKey({ references, indexes }: Twin): boolean {
  return references.length > 0 || indexes.some(({ constraint }) => constraint?.kind === 'primary key')
}

/** A column that points here and keeps its narrower type is no fault of the foreign key that takes its other one's place. */
function remarked(key: TwinReference, { type }: AlterColumnType): TwinReference {
  const [own, wanted] = [key.from?.type, type].map((each) => (each === undefined ? undefined : bytesOf(each)))
  if (own === undefined || wanted === undefined || own >= wanted) return key
  return {
    ...key,
    remark: '-- phasewise allow add-foreign-key-of-narrower-type: it takes the place of one whose column has this type already',
  }
}

/** What grows with the key and is not in the statement. */
function narrowNote(references: readonly TwinReference[]): string {
  const narrow = references
    .filter(({ remark }) => remark !== undefined)
    .flatMap(({ owner, from }) => from && columnName(owner, from.name))
  if (narrow.length === 0) return ''
  return `; ${narrow.join(', ')} can refer to no value beyond the old type before ${narrow.length === 1 ? 'it has' : 'they have'} the new one, too`
}

/** Only the server of 18 keeps a name for NOT NULL. */
function notNullName(twin: Twin, { table, column }: AlterColumnType, at: Site): readonly string[] {
  const usual = derivedName(table.name, column, 'not_null')
  const kept = twin.notNullName
  if (at.postgres < 18 || kept === undefined || kept === usual) return []
  return [alter({ table }, `RENAME CONSTRAINT ${quoteIdentifier(usual)} TO ${quoteIdentifier(kept)}`)]
}

function noteFor({ table, column, type }: AlterColumnType, at: Site): string {
  const from = findColumn(at.before, table, column)?.type
  return `code that reads and writes ${columnName(table, column)} both as ${from === undefined ? 'it is' : printType(from)} and as ${printType(type)}; wait until no older process is left`
}

/** What people have to see to where a value may not fit. */
function unfit({ table, column }: AlterColumnType, fresh: string, at: Site): string {
  return (
    `; it writes only values that fit, and those that do not are repaired: ` +
    `SELECT count(*) FROM ${printName(at.resolve(table))} WHERE ${quoteIdentifier(column)} IS NOT NULL AND ${quoteIdentifier(fresh)} IS NULL must be 0`
  )
}

/** The column's place changes, which only code sees that leaves out the names. */
const placed = '; it names the columns in each INSERT and COPY, as the new one comes last'
