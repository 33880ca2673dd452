import { findColumn, findRelation, findTable, resolve } from '../catalog/lookup.ts'
import { printName } from '../name.ts'
import type { Kind, Operation } from '../operation.ts'
import { notNullScan } from './constraint.ts'
import { differenceOf } from './difference.ts'
import { dropEffects } from './dropped.ts'
import type { Effect } from './effect.ts'
import { madeBy } from './made.ts'
import { ownedSequences } from './owned.ts'
import type { At, EffectsOf } from './touch.ts'
import { absent, family, familyRewritten, hasRows, indexLocks, labour, none, rewritten, touch } from './touch.ts'

type OnTable = { readonly table: Operation<'RenameTable'>['table']; readonly only: boolean; readonly ifExists: boolean }

const everyone = (operation: OnTable, at: At): readonly Effect[] =>
  absent(at, operation) ? [] : family(at, operation, 'ACCESS EXCLUSIVE')
const alone = (operation: OnTable, at: At): readonly Effect[] =>
  absent(at, operation) ? [] : [touch(at, operation.table, 'ACCESS EXCLUSIVE')]
const aloneQuietly = (operation: OnTable, at: At): readonly Effect[] =>
  absent(at, operation) ? [] : [touch(at, operation.table, 'SHARE UPDATE EXCLUSIVE')]

/** The subcommands of ALTER TABLE that change the catalog, or all files of a table at once; locks as AlterTableGetLockLevel has them. */
export const alterTableCases = {
  // Minor releases differ in whether they open a sequence that the default names: a lock like a query's, left out.
  SetDefault: everyone,
  DropDefault: everyone,
  SetNotNull: (operation, at) => {
    if (absent(at, operation)) return []
    // Children of what is NOT NULL already are so too: of partitions that was always so, of other children since 18.
    const isShared = at.server.postgres >= 18 || findTable(at.catalog, operation.table)?.kind === 'partitioned table'
    if (isShared && findColumn(at.catalog, operation.table, operation.column)?.notNull) return alone(operation, at)
    return family(at, operation, 'ACCESS EXCLUSIVE', (table) => notNullScan(at, table, [operation.column]))
  },
  DropNotNull: (operation, at) => {
    if (absent(at, operation)) return []
    // Since 18 the server looks first whether there is anything to drop.
    const nothing = at.server.postgres >= 18 && findColumn(at.catalog, operation.table, operation.column)?.notNull === false
    if (nothing) return alone(operation, at)
    const children = at.server.postgres >= 18 ? (findTable(at.catalog, operation.table)?.children ?? []) : []
    // ONLY leaves the constraint to the children, which then have it on their own.
    return operation.only
      ? [...alone(operation, at), ...children.map((child) => touch(at, child, 'ACCESS EXCLUSIVE'))]
      : everyone(operation, at)
  },
  SetExpression: (operation, at) => {
    if (absent(at, operation)) return []
    const column = findColumn(at.catalog, operation.table, operation.column)
    if (column?.generated?.stored === false) {
      const work = column.notNull === false ? none : labour(`every row is checked for ${operation.column} NOT NULL`, 'scan')
      return family(at, operation, 'ACCESS EXCLUSIVE', () => work)
    }
    return familyRewritten(at, operation, `${operation.column} is computed anew for every row`)
  },
  DropExpression: everyone,
  AddIdentity: (operation, at) => [...identityOwners(operation, at), ...madeBy(differenceOf(operation, at), at)],
  SetIdentity: (operation, at) => [
    // What concerns the sequence alone is no matter of the partitions.
    ...(operation.always === undefined ? alone(operation, at) : identityOwners(operation, at)),
    ...ownedSequences(at, operation.table, operation.column).map((name) => touch(at, name, 'SHARE ROW EXCLUSIVE')),
  ],
  DropIdentity: (operation, at) => [...identityOwners(operation, at), ...dropEffects(operation, at)],
  SetStatistics: (operation, at) => (absent(at, operation) ? [] : family(at, operation, 'SHARE UPDATE EXCLUSIVE')),
  SetColumnOptions: aloneQuietly,
  SetStorage: everyone,
  SetCompression: alone,
  SetForeignOptions: alone,

  RenameColumn: everyone,
  RenameTable: alone,
  SetTableSchema: withSequences,
  SetTableOwner: (operation, at) =>
    absent(at, operation) ? [] : [...withSequences(operation, at), ...indexLocks(at, operation.table, 'ACCESS EXCLUSIVE')],
  OfType: alone,
  NotOfType: alone,

  SetLogged: (operation, at) => {
    if (absent(at, operation)) return []
    const known = findTable(at.catalog, operation.table)
    const wanted = operation.logged ? 'permanent' : 'unlogged'
    if (!hasRows(at, operation.table) || (known?.complete && known.persistence === wanted)) return alone(operation, at)
    return [
      ...rewritten(
        at,
        operation.table,
        'ACCESS EXCLUSIVE',
        `every row is written ${operation.logged ? 'to the log' : 'to unlogged storage'}`,
      ),
      ...(at.server.postgres >= 15 ? ownedSequences(at, operation.table).map((name) => touch(at, name, 'ACCESS EXCLUSIVE')) : []),
    ]
  },
  SetTablespace: (operation, at) => {
    if (absent(at, operation)) return []
    const known = findTable(at.catalog, operation.table)
    const isThere = known?.complete && (known.tablespace ?? 'pg_default') === operation.tablespace
    if (!hasRows(at, operation.table) || isThere) return alone(operation, at)
    return [touch(at, operation.table, 'ACCESS EXCLUSIVE', labour('its files are copied to the other tablespace', 'rewrite'))]
  },
  SetAccessMethod: (operation, at) => {
    if (absent(at, operation)) return []
    const known = findTable(at.catalog, operation.table)
    const isThere = known?.complete && (known.accessMethod ?? 'heap') === (operation.method ?? 'heap')
    if (!hasRows(at, operation.table) || isThere) return alone(operation, at)
    return rewritten(at, operation.table, 'ACCESS EXCLUSIVE', 'every row is stored by another access method')
  },
  SetTableOptions: (operation, at) => {
    const isView = findRelation(at.catalog, operation.table)?.kind === 'view'
    const strong = isView || Object.keys(operation.options).some((option) => exclusiveOptions.has(option.toLowerCase()))
    return strong ? alone(operation, at) : aloneQuietly(operation, at)
  },
  ClusterOn: (operation, at) => {
    if (absent(at, operation)) return []
    const index = { schema: resolve(at.catalog, operation.table).schema, name: operation.index }
    return [...aloneQuietly(operation, at), touch(at, index, 'SHARE UPDATE EXCLUSIVE', none, 'index')]
  },
  SetWithoutCluster: aloneQuietly,
  SetWithoutOids: alone,
  ReplicaIdentity: (operation, at) => {
    if (absent(at, operation) || operation.index === undefined) return alone(operation, at)
    const index = { schema: resolve(at.catalog, operation.table).schema, name: operation.index }
    return [...alone(operation, at), touch(at, index, 'SHARE', none, 'index')]
  },
  SetTrigger: (operation, at) => {
    if (absent(at, operation)) return []
    // Row triggers of a partitioned table, those of foreign keys too, are on its partitions; children by INHERITS have their own.
    const known = findTable(at.catalog, operation.table)
    // Those of foreign keys since 15 (release notes of 15).
    const hasKeys =
      at.server.postgres >= 15 &&
      (known?.referencedBy.length !== 0 || known.constraints.some(({ definition }) => definition.kind === 'foreign key'))
    const hasTriggers =
      (known?.triggers ?? []).some((trigger) => trigger.forEachRow !== false) || (operation.trigger === 'ALL' && hasKeys)
    const only = operation.only || known?.kind !== 'partitioned table' || !hasTriggers
    return family(at, { table: operation.table, only }, 'SHARE ROW EXCLUSIVE')
  },
  SetRule: alone,
  SetRowSecurity: alone,

  MoveAllInTablespace: (operation, at) =>
    [...at.catalog.relations.values()].flatMap((relation) => {
      const kinds = operation.objects === 'tables' ? ['table', 'partitioned table'] : [operation.objects.replace(/e?s$/, '')]
      const place = 'tablespace' in relation ? (relation.tablespace ?? 'pg_default') : 'pg_default'
      if (relation.kind === 'dropped' || !kinds.includes(relation.kind) || place !== operation.from) return []
      const work = labour(`${printName(relation.name)} is copied to ${operation.to}`, 'rewrite')
      return [touch(at, relation.name, 'ACCESS EXCLUSIVE', relation.kind === 'partitioned table' ? none : work)]
    }),
} satisfies { [K in Kind]?: EffectsOf<K> }

/** Partitions share their parent's identity column since 17; tables that inherit never do. */
function identityOwners(operation: OnTable, at: At): readonly Effect[] {
  const isShared = at.server.postgres >= 17 && findTable(at.catalog, operation.table)?.kind === 'partitioned table'
  return isShared ? everyone(operation, at) : alone(operation, at)
}

/** Storage parameters that take ACCESS EXCLUSIVE (reloptions.c); all others of tables take SHARE UPDATE EXCLUSIVE. */
const exclusiveOptions: ReadonlySet<string> = new Set([
  'user_catalog_table',
  'security_barrier',
  'check_option',
  'security_invoker',
])

/** Sequences that a table owns follow it. */
function withSequences(operation: OnTable, at: At): readonly Effect[] {
  if (absent(at, operation)) return []
  return [...alone(operation, at), ...ownedSequences(at, operation.table).map((name) => touch(at, name, 'ACCESS EXCLUSIVE'))]
}
