import { descendantsOf, existence, findIndex, findTable, hintsOf, nameOf } from '../catalog/lookup.ts'
import type { Kind, Operation } from '../operation.ts'
import { differenceOf } from './difference.ts'
import { dropEffects } from './dropped.ts'
import type { Effect } from './effect.ts'
import { extensions } from './postgres.generated.ts'
import type { At, EffectsOf } from './touch.ts'
import { absent, family, none, touch } from './touch.ts'
import { wordsOf } from './volatility.ts'

/** What goes without naming a relation: only what the history knows to depend on it is locked. */
const dependents = (operation: Operation, at: At): readonly Effect[] => dropEffects(operation, at)

export const dropCases = {
  DropTable: (operation, at) => {
    if (operation.ifExists && existence(at.catalog, operation.table) === 'absent') return []
    return [
      touch(at, operation.table, 'ACCESS EXCLUSIVE', none, operation.foreign ? 'foreign table' : 'table'),
      ...dropEffects(operation, at),
    ]
  },

  DropColumn: (operation, at) => {
    if (absent(at, operation)) return []
    const children = findTable(at.catalog, operation.table)?.children ?? []
    // ONLY leaves the column in the children, whose record of where it comes from changes all the same.
    const own = operation.only
      ? [touch(at, operation.table, 'ACCESS EXCLUSIVE'), ...children.map((child) => touch(at, child, 'ACCESS EXCLUSIVE'))]
      : family(at, operation, 'ACCESS EXCLUSIVE')
    return [...own, ...dropEffects(operation, at)]
  },

  DropIndex: (operation, at) => {
    if (operation.ifExists && existence(at.catalog, operation.index) === 'absent') return []
    const known = findIndex(at.catalog, operation.index)
    if (operation.concurrently) {
      const table = known === undefined ? [] : [touch(at, known.table, 'SHARE UPDATE EXCLUSIVE')]
      return [touch(at, operation.index, 'SHARE UPDATE EXCLUSIVE', none, 'index'), ...table]
    }
    return [
      touch(at, operation.index, 'ACCESS EXCLUSIVE', none, 'index'),
      ...(known === undefined ? [] : [touch(at, known.table, 'ACCESS EXCLUSIVE')]),
      ...(known === undefined || findTable(at.catalog, known.table)?.kind !== 'partitioned table'
        ? []
        : descendantsOf(at.catalog, known.table).map(({ name }) => touch(at, name, 'ACCESS EXCLUSIVE'))),
      ...dropEffects(operation, at),
    ]
  },

  DropView: (operation, at) => {
    if (operation.ifExists && existence(at.catalog, operation.view) === 'absent') return []
    const kind = operation.materialized ? 'materialized view' : 'view'
    return [touch(at, operation.view, 'ACCESS EXCLUSIVE', none, kind), ...dropEffects(operation, at)]
  },

  DropSequence: (operation, at) => {
    if (operation.ifExists && existence(at.catalog, operation.sequence) === 'absent') return []
    return [touch(at, operation.sequence, 'ACCESS EXCLUSIVE', none, 'sequence'), ...dropEffects(operation, at)]
  },

  DropTrigger: (operation, at) => (differenceOf(operation, at).skipped ? [] : rowTriggerFamily(operation, at)),
  DropPolicy: (operation, at) => (differenceOf(operation, at).skipped ? [] : [touch(at, operation.table, 'ACCESS EXCLUSIVE')]),
  DropRule: (operation, at) => (differenceOf(operation, at).skipped ? [] : [touch(at, operation.table, 'ACCESS EXCLUSIVE')]),

  DropType: dependents,
  DropDomain: dependents,
  DropFunction: dependents,
  DropSchema: dependents,
  DropExtension: (operation, at) => {
    const schema = at.catalog.extensions.get(operation.extension)?.schema ?? 'public'
    const types = operation.cascade ? wordsOf(extensions[operation.extension]?.types ?? '') : []
    // Columns of the extension's types go with it.
    const tables = [...types].flatMap((name) => [...hintsOf(at.catalog, 'type', { schema, name })].map(nameOf))
    const using = tables.filter((table) =>
      findTable(at.catalog, table)?.columns.some(({ type }) => type !== undefined && [...types].includes(type.name.name)),
    )
    return [...using.map((table) => touch(at, table, 'ACCESS EXCLUSIVE')), ...dropEffects(operation, at)]
  },
} satisfies { [K in Kind]?: EffectsOf<K> }

/** A row trigger of a partitioned table goes from its partitions too. */
export function rowTriggerFamily(
  { table, trigger }: Pick<Operation<'DropTrigger'>, 'table' | 'trigger'>,
  at: At,
): readonly Effect[] {
  const known = findTable(at.catalog, table)
  const isRow = known?.triggers.find(({ name }) => name === trigger)?.forEachRow !== false
  return family(at, { table, only: known?.kind !== 'partitioned table' || !isRow }, 'ACCESS EXCLUSIVE')
}
