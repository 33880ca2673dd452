import { apply } from '../../catalog/apply.ts'
import type { Catalog } from '../../catalog/catalog.ts'
import { findColumn, findTable, findType, resolveType } from '../../catalog/lookup.ts'
import { printName, quoteIdentifier } from '../../name.ts'
import type { Operation } from '../../operation.ts'
import { printColumn } from '../../print/print.ts'
import { derivedName } from '../../rule/advice.ts'
import { freeConstraintName } from '../../rule/definition.ts'
import { wordOfType } from '../../rule/type-fit.ts'
import { builtInName, operationsIn } from '../../rule/written.ts'
import type { Site } from '../../rule.ts'
import { printType, type TypeName } from '../../type-name.ts'
import { batches, keyOf } from '../block/batches.ts'
import { bystanders } from '../block/bystander.ts'
import { zoneFor } from '../block/conversion.ts'
import { dropIndexes, furnish, lockAll, takeNames, validated } from '../block/furnish.ts'
import { inverseOf } from '../block/inverse-conversion.ts'
import { alter } from '../block/presence.ts'
import { notNullBack } from '../block/restore.ts'
import { createSync, dropSync, isChanged, ofNewRow, type Sync, sayFilling, takeBack } from '../block/sync.ts'
import { type Twin, twinOf } from '../block/twin.ts'
import { deploy, inTransaction } from '../change.ts'
import { laterSite } from '../later-site.ts'
import { columnName, freeName, syncName } from '../name.ts'
import type { Plan } from '../plan.ts'
import { planRenameColumn } from './rename-column.ts'

type AlterColumnType = Operation<'AlterColumnType'>

/** What a migration does to a column beside its type. */
export interface Around {
  /** The column's default in the end, as SQL. */
  readonly default: string | undefined
  /** The schema when all of it is done. */
  readonly after: Catalog
}

/**
 * ALTER COLUMN TYPE where the new type does not take what old code writes: no exchange of names, as one name has one type. A column of the new type
 * under a name of its own, kept in step both ways; code moves over to that name, the old column goes; then the column gets its name by the plan of a
 * rename, and code moves back. [] for domains and types that the migrations do not tell, where the session decides what comes out, where an expression reads other
 * columns, where the migration renames the types, and where constraints, foreign keys or triggers speak of the column: they speak of the old type.
 */
export function planSecondName(op: AlterColumnType, at: Site, around: Around): Plan {
  const { table, column, using } = op
  const known = findTable(at.before, table)
  const from = findColumn(at.before, table, column)?.type
  if (known === undefined || from === undefined || using === undefined || using.hasSubquery) return []
  if (!isKnown(from, at) || !isKnown(op.type, at) || zoneFor(op, at) === 'unknown') return []
  if (using.columns.some((name) => name !== column) || isRenamedNearby([from, op.type], at)) return []
  const fresh = freeName([column, wordOfType(op.type)], (name) => known.columns.some((each) => each.name === name))
  const twin = twinOf(table, column, fresh, 'plain', at)
  const key = keyOf(table, at)
  if (twin === undefined || key === undefined || !isLoose(twin, op)) return []
  const name = { table, name: syncName(table, column, at) }
  const beside = bystanders(known, column, { ours: name.name, names: [column, fresh] }, at)
  if (beside === undefined) return []
  const renamed: Operation<'RenameColumn'> = {
    kind: 'RenameColumn',
    table,
    only: false,
    ifExists: false,
    column: fresh,
    to: column,
  }
  const later = laterSite(at, renamedIn(around.after, { ...renamed, column, to: fresh }, at))
  const back = planRenameColumn(renamed, later)
  if (back.length === 0) return []

  const on = { table }
  const [old, target] = [column, fresh].map(quoteIdentifier)
  const title = columnName(table, fresh)
  const required = twin.column.notNull === true
  const down = inverseOf({ table, column, fresh, using }, from, at)
  const isCast = using.shape === 'cast column' || using.shape === 'column'
  const up = `BEGIN NEW.${target} := ${ofNewRow(using.sql, table)}; EXCEPTION WHEN ${isCast ? 'data_exception' : 'OTHERS'} THEN NEW.${target} := NULL; END;`
  const backward =
    down.canFail && down.sql !== 'NULL'
      ? `BEGIN NEW.${old} := ${down.sql}; EXCEPTION WHEN OTHERS THEN NEW.${old} := NULL; END;`
      : `NEW.${old} := ${down.sql};`
  const sync: Sync = {
    ...name,
    names: 'own',
    body: [
      ...(beside === 'back' ? takeBack(name) : []),
      "IF TG_OP = 'INSERT' THEN",
      `  IF NEW.${target} IS NOT NULL THEN ${backward}`,
      `  ELSE ${up} END IF;`,
      `ELSIF ${isChanged(fresh, op.type, undefined)} THEN ${backward}`,
      // A value that has none in the old type is not lost when its row is written for other reasons.
      `ELSIF NEW.${target} IS NULL OR ${isChanged(column, from, twin.column.collation)} THEN ${up}`,
      'END IF;',
    ],
  }
  const proof = freeConstraintName(table, at, fresh, 'present')
  const proven = required ? `${target} IS NOT NULL` : `${target} IS NOT NULL OR ${old} IS NULL`
  const dropProof = alter(on, `DROP CONSTRAINT ${quoteIdentifier(proof)}`)
  const usual = derivedName(table.name, fresh, 'not_null')
  const kept = twin.notNullName ?? derivedName(table.name, column, 'not_null')
  const bare = {
    ...twin.bare,
    type: { ...op.type, serial: false },
    collation: op.collation,
    storage: undefined,
    compression: undefined,
  }
  return [
    ...(required && down.canFail
      ? [
          inTransaction({
            phase: 'expand',
            title: `relax ${columnName(table, column)}`,
            why: `New code writes ${title} alone, and not each of its values stands for one of ${old}.`,
            statements: [alter(on, `ALTER COLUMN ${old} DROP NOT NULL`)],
            rollback: notNullBack(on, column, at),
          }),
        ]
      : []),
    inTransaction({
      phase: 'expand',
      title: `add ${title}`,
      why: `A second column of the new type under a name of its own, as ${old} cannot take what new code writes before what old code writes has ended. A trigger keeps both in step as far as there is a value of the other type; a value that has none leaves NULL in the other column.`,
      statements: [alter(on, `ADD COLUMN ${printColumn(bare)}`), ...createSync(sync), ...twin.grants],
      rollback: [...dropSync(sync), alter(on, `DROP COLUMN ${target}`)],
    }),
    ...batches(
      {
        table,
        key,
        job: `${column}_convert`,
        why: `Converts ${columnName(table, column)} of the rows of before: the trigger does it when they are written.`,
        change: (within) =>
          `${beside === 'back' ? sayFilling(sync) : ''}UPDATE ${printName(table)} t SET ${target} = NULL WHERE ${within('t')} AND t.${target} IS NULL${isCast ? ` AND t.${old} IS NOT NULL` : ''}`,
      },
      at,
    ),
    ...furnish(twin),
    deploy(noteFor(op, fresh, from, down.canFail, at)),
    inTransaction({
      phase: 'contract',
      title: `require ${title}`,
      why: `No value of ${old} is without one in ${target} from here on. NOT VALID: rows of before are not read, so the lock is held for a moment only.`,
      statements: [alter(on, `ADD CONSTRAINT ${quoteIdentifier(proof)} CHECK (${proven}) NOT VALID`)],
      rollback: [dropProof],
    }),
    validated(table, proof, title),
    ...dropIndexes(twin, ({ old: index }) => index.name.name),
    inTransaction({
      phase: 'contract',
      title: `drop ${columnName(table, column)}`,
      why: `No code uses it any more. What it had goes over to ${target}; no row is read, as the constraint proves what is to be true.`,
      statements: [
        lockAll(twin, at),
        ...dropSync(sync),
        ...(required ? [alter(on, `ALTER COLUMN ${target} SET NOT NULL`)] : []),
        dropProof,
        alter(on, `DROP COLUMN ${old}`),
        ...(around.default === undefined ? [] : [alter(on, `ALTER COLUMN ${target} SET DEFAULT ${around.default}`)]),
        ...(required && at.postgres >= 18
          ? [alter(on, `RENAME CONSTRAINT ${quoteIdentifier(usual)} TO ${quoteIdentifier(kept)}`)]
          : []),
        ...takeNames(twin),
      ],
      rollback: { impossible: `${columnName(table, column)} is gone; its values are in ${title}` },
    }),
    ...back,
  ]
}

function noteFor({ table, column, using }: AlterColumnType, fresh: string, from: TypeName, canFail: boolean, at: Site): string {
  const [old, target] = [column, fresh].map(quoteIdentifier)
  const title = columnName(table, column)
  return (
    `code that uses ${columnName(table, fresh)} and names ${title} nowhere; wait until no older process is left; ` +
    `values that do not fit are repaired: SELECT count(*) FROM ${printName(at.resolve(table))} WHERE ${old} IS NOT NULL AND ${target} IS NULL must be 0` +
    (canFail ? `; old code finds NULL in ${old} where a new value stands for no ${printType(from)} by ${using?.sql ?? ''}` : '') +
    `;\nwhoever is content with the name ${target} deletes the files that come after "drop ${title}": they only bring the old name back`
  )
}

function renamedIn(catalog: Catalog, rename: Operation<'RenameColumn'>, at: Site): Catalog {
  return apply(rename, catalog, at.origin).catalog
}

/** Whether the migration gives one of the types another name: code that says it would mean another type before its column has it. */
function isRenamedNearby(types: readonly TypeName[], at: Site): boolean {
  const names = types.map(({ name }) => name.name)
  return [...operationsIn(at.migration.statements)].some(
    ({ operation }) =>
      operation.kind === 'RenameObject' &&
      operation.object === 'type' &&
      (names.includes(operation.to) || names.includes(operation.name.name)),
  )
}

/** Built in, or an enum: what else there is may have casts of its own. */
function isKnown(type: TypeName, at: Site): boolean {
  const known = findType(at.before, type.name)
  return known === undefined ? resolveType(at.before, type.name).schema === 'pg_catalog' : known.kind === 'enum'
}

/** Types that a B-tree cannot order. */
const unordered: ReadonlySet<string> = new Set(['json', 'xml', 'point', 'box', 'polygon', 'path', 'line', 'lseg', 'circle'])

/** Whether nothing that is written over the column is bound to its type. */
function isLoose({ column, checks, keys, sequences, indexes, clusteredOn }: Twin, { type }: AlterColumnType): boolean {
  if (checks.length + keys.length + sequences.length > 0 || clusteredOn !== undefined) return false
  return indexes.every(({ old: { method, keys: parts, where } }) => {
    const own = parts.filter((part) => part.column === column.name)
    const others = [...parts.flatMap(({ expression }) => expression?.columns ?? []), ...(where?.columns ?? [])]
    return (
      method === 'btree' &&
      !unordered.has(builtInName(type) ?? '') &&
      !others.includes(column.name) &&
      own.every(({ operatorClass, collation }) => operatorClass === undefined && collation === undefined)
    )
  })
}
