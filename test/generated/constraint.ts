import { condition, isSortable } from './column-type.ts'
import type { ColumnFacts, TableFacts } from './world.ts'
import type { Desk } from './written.ts'
import { maybe, named } from './written.ts'

export function constraintName(at: Desk): string {
  return at.random.chance(45) ? `CONSTRAINT ${at.name('k')} ` : ''
}

/** A table and column that a foreign key of such a column can refer to. */
export function referenced(
  at: Desk,
  base: string,
  except?: string,
): { readonly table: string; readonly column: string } | undefined {
  const numeric = /^(?:smallint|int|integer|bigint|numeric)/.test(base)
  const candidates = at.world.tables.flatMap((table) =>
    table.name === except && at.random.chance(50)
      ? []
      : table.indexes
          .filter((index) => index.unique && index.plain && index.columns.length === 1)
          .flatMap((index) => table.columns.filter(({ name }) => name === index.columns[0]))
          .filter((column) => (numeric ? /^(?:smallint|integer|bigint)/.test(column.base) : column.base === base))
          .map((column) => ({ table: table.name, column: column.name })),
  )
  return at.random.pick(candidates)
}

export function foreignKeyAction(at: Desk): string {
  return `${maybe(at, 12, ' MATCH FULL')}${maybe(at, 30, at.random.one(' ON DELETE CASCADE', ' ON DELETE SET NULL', ' ON UPDATE CASCADE', ' ON DELETE RESTRICT'))}${maybe(at, 15, at.random.one(' DEFERRABLE INITIALLY DEFERRED', ' DEFERRABLE', ' NOT DEFERRABLE'))}`
}

export interface Keyed {
  readonly name: string
  readonly base: string
}

/** A table constraint as CREATE TABLE has it; undefined where the columns allow none of the chosen kind. */
export function tableConstraint(at: Desk, columns: readonly Keyed[]): string | undefined {
  const { random } = at
  const keys = columns.filter(({ base }) => isSortable(base))
  const column = random.pick(columns)
  const key = random.pick(keys)
  if (column === undefined || key === undefined) return undefined
  const name = constraintName(at)
  switch (random.weighted({ check: 40, unique: 25, primary: 12, exclude: 6, reference: 22 })) {
    case 'check':
      return `${name}CHECK (${check(at, columns)})${maybe(at, 8, ' NO INHERIT')}${at.postgres >= 18 ? maybe(at, 6, ' NOT ENFORCED') : ''}`
    case 'unique':
      return `${name}UNIQUE${at.postgres >= 15 ? maybe(at, 10, ' NULLS NOT DISTINCT') : ''} (${keyList(at, keys)})${including(at, columns)}${maybe(at, 10, ' DEFERRABLE INITIALLY DEFERRED')}`
    case 'primary':
      return `${name}PRIMARY KEY (${keyList(at, keys)})${including(at, columns)}`
    case 'exclude':
      return `${name}EXCLUDE ${exclusion(at, key)}${maybe(at, 20, ` WHERE (${condition(at, column)})`)}`
    case 'reference': {
      const target = referenced(at, key.base)
      return target === undefined
        ? undefined
        : `${name}FOREIGN KEY (${key.name}) REFERENCES ${named(at, target.table)} (${target.column})${foreignKeyAction(at)}`
    }
  }
}

/** A constraint as ADD CONSTRAINT takes it, NOT VALID and USING INDEX too. */
export function addedConstraint(at: Desk, table: TableFacts): string | undefined {
  const { random } = at
  const form = random.weighted({
    table: 50,
    'not valid': 25,
    'foreign key': 25,
    'using index': 12,
    'not null': at.postgres >= 18 ? 8 : 0,
  })
  const column = random.pick(table.columns)
  if (column === undefined) return undefined
  switch (form) {
    case 'table':
      return tableConstraint(at, table.columns)
    case 'not valid':
      return `${constraintName(at)}CHECK (${check(at, table.columns)})${maybe(at, 10, ' NO INHERIT')} NOT VALID`
    case 'not null':
      return `${constraintName(at)}NOT NULL ${column.name}${maybe(at, 20, ' NO INHERIT')}${maybe(at, 40, ' NOT VALID')}`
    case 'using index': {
      const index = random.pick(table.indexes.filter((each) => each.unique && each.plain && !each.ofConstraint))
      if (index === undefined) return undefined
      return `${constraintName(at)}${random.one('UNIQUE', 'PRIMARY KEY')} USING INDEX ${quoted(index.bare)}${maybe(at, 10, ' DEFERRABLE')}`
    }
    case 'foreign key': {
      const pair = random.chance(25) ? composite(at, table) : undefined
      if (pair !== undefined) return `${constraintName(at)}${pair}${foreignKeyAction(at)}${maybe(at, 30, ' NOT VALID')}`
      const from = random.sample(table.columns, 4)
      for (const { name, base } of from) {
        const target = referenced(at, base, table.name)
        if (target !== undefined) {
          return `${constraintName(at)}FOREIGN KEY (${name}) REFERENCES ${named(at, target.table)}${maybe(at, 70, ` (${target.column})`)}${foreignKeyAction(at)}${table.kind === 'table' || at.postgres >= 18 ? maybe(at, 45, ' NOT VALID') : ''}${at.postgres >= 18 ? maybe(at, 6, ' NOT ENFORCED') : ''}`
        }
      }
      return undefined
    }
  }
}

/** A foreign key of two columns, as to a partitioned table. */
function composite(at: Desk, table: TableFacts): string | undefined {
  const found = at.world.tables.flatMap((target) =>
    target.indexes.flatMap((index) => {
      if (!index.unique || !index.plain || index.columns.length !== 2) return []
      const bases = index.columns.map((name) => target.columns.find((column) => column.name === name)?.base)
      const from = bases.map((base) => table.columns.find((column) => column.base === base)?.name)
      if (from.includes(undefined) || from[0] === from[1]) return []
      return [`FOREIGN KEY (${from.join(', ')}) REFERENCES ${named(at, target.name)} (${index.columns.join(', ')})`]
    }),
  )
  return at.random.pick(found)
}

function check(at: Desk, columns: readonly Keyed[]): string {
  const [a, b] = at.random.sample(columns, 2)
  if (a === undefined) return 'true'
  if (at.random.chance(4)) return at.random.one('true', '1 > 0', 'now() IS NOT NULL')
  return b !== undefined && at.random.chance(15) ? `(${condition(at, a)}) OR (${condition(at, b)})` : condition(at, a)
}

function keyList(at: Desk, keys: readonly Keyed[]): string {
  return at.random
    .sample(keys, at.random.chance(70) ? 1 : 2)
    .map(({ name }) => name)
    .join(', ')
}

export function including(at: Desk, columns: readonly Keyed[]): string {
  return at.random.chance(12) ? ` INCLUDE (${at.random.pick(columns)?.name})` : ''
}

function exclusion(at: Desk, key: Keyed): string {
  if (key.base === 'int4range') return `USING gist (${key.name} WITH &&)`
  return at.random.one(`USING btree (${key.name} WITH =)`, `(${key.name} WITH =)`, `USING hash (${key.name} WITH =)`)
}

/** A plain name as SQL writes it. */
export function quoted(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`
}

export function sortable(table: TableFacts): readonly ColumnFacts[] {
  return table.columns.filter(({ base }) => isSortable(base))
}
