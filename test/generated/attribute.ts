import { quoted } from './constraint.ts'
import type { TableFacts } from './world.ts'
import { type Desk, named } from './written.ts'

/** A subcommand about the table as a whole. */
export function attribute(at: Desk, table: TableFacts): string | undefined {
  const { random, world } = at
  const index = random.pick(table.indexes)
  switch (
    random.weighted({
      logged: 8,
      options: 14,
      cluster: 6,
      uncluster: 4,
      replica: 10,
      trigger: 10,
      rule: 4,
      security: 10,
      owner: 5,
      oids: 2,
      method: 4,
      tablespace: 4,
      inherit: 10,
      'no inherit': 6,
      of: 3,
      'not of': 3,
    })
  ) {
    case 'logged':
      return random.one('SET LOGGED', 'SET UNLOGGED')
    case 'options':
      return random.one(
        'SET (fillfactor = 70)',
        'SET (autovacuum_enabled = false)',
        'RESET (fillfactor)',
        'SET (toast_tuple_target = 200)',
        'SET (parallel_workers = 2)',
        'SET (user_catalog_table = true)',
      )
    case 'cluster':
      return index && `CLUSTER ON ${quoted(index.bare)}`
    case 'uncluster':
      return 'SET WITHOUT CLUSTER'
    case 'replica': {
      const unique = random.pick(table.indexes.filter((each) => each.unique && each.plain))
      return `REPLICA IDENTITY ${unique && random.chance(50) ? `USING INDEX ${quoted(unique.bare)}` : random.one('FULL', 'NOTHING', 'DEFAULT')}`
    }
    case 'trigger':
      return `${random.one('DISABLE', 'ENABLE', 'ENABLE ALWAYS', 'ENABLE REPLICA')} TRIGGER ${random.pick(table.triggers) ?? 'nothing'}`
        .replace('ALWAYS TRIGGER nothing', 'TRIGGER ALL')
        .replace('REPLICA TRIGGER nothing', 'TRIGGER USER')
        .replace('TRIGGER nothing', 'TRIGGER USER')
    case 'rule': {
      const rule = random.pick(table.rules)
      return rule && `${random.one('DISABLE', 'ENABLE', 'ENABLE ALWAYS')} RULE ${rule}`
    }
    case 'security':
      return `${random.one('ENABLE', 'DISABLE', 'FORCE', 'NO FORCE')} ROW LEVEL SECURITY`
    case 'owner':
      return `OWNER TO ${random.one('CURRENT_USER', 'pg_monitor')}`
    case 'oids':
      return 'SET WITHOUT OIDS'
    case 'method':
      return at.postgres >= 15 ? `SET ACCESS METHOD ${at.postgres >= 17 ? random.one('heap', 'DEFAULT') : 'heap'}` : undefined
    case 'tablespace':
      return 'SET TABLESPACE pg_default'
    case 'inherit': {
      const names = (other: TableFacts) =>
        other.columns.every((column) => table.columns.some((own) => own.name === column.name && own.type === column.type))
      const parent = random.pick(world.tables.filter((other) => other.name !== table.name && !other.isPartition && names(other)))
      return parent && `INHERIT ${named(at, parent.name)}`
    }
    case 'no inherit': {
      const parent = random.pick(table.parents)
      return parent && !table.isPartition ? `NO INHERIT ${named(at, parent)}` : undefined
    }
    case 'of': {
      const type = random.pick(world.composites)
      return type && `OF ${named(at, type.name)}`
    }
    case 'not of':
      return table.typed || random.chance(10) ? 'NOT OF' : undefined
  }
}
