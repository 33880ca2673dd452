import type { Desk } from './written.ts'
import { named } from './written.ts'

const families = {
  number: [
    'smallint',
    'int',
    'bigint',
    'numeric',
    'numeric(10, 2)',
    'numeric(12, 2)',
    'numeric(12, 4)',
    'real',
    'double precision',
    'oid',
    'money',
  ],
  text: ['text', 'varchar', 'varchar(5)', 'varchar(10)', 'varchar(20)', 'char(3)', 'char(10)', 'name', '"char"'],
  time: ['date', 'timestamp', 'timestamptz', 'timestamp(3)', 'timestamptz(0)', 'timestamptz(3)', 'timestamp(6)'],
  clock: ['time', 'time(2)', 'timetz', 'interval', 'interval(3)', 'interval day to second(3)', 'interval year to month'],
  bits: ['bit(3)', 'bit(5)', 'varbit', 'varbit(8)', 'varbit(16)'],
  document: ['json', 'jsonb', 'text'],
  network: ['inet', 'cidr', 'text'],
  list: ['int[]', 'bigint[]', 'text[]', 'varchar(10)[]', 'varchar(20)[]', 'numeric(10, 2)[]', 'varchar[]'],
  other: ['boolean', 'uuid', 'bytea', 'int4range', 'point', 'tsvector'],
} as const

type Family = keyof typeof families

/** A type for a new column, the user's own ones too. */
export function columnType(at: Desk): string {
  const { random, world } = at
  if (random.chance(14)) {
    const own = random.pick([...world.enums, ...world.domains, ...world.domains, ...world.composites])
    if (own !== undefined) return `${named(at, own.name)}${random.chance(8) ? '[]' : ''}`
  }
  const family = random.weighted({
    number: 30,
    text: 30,
    time: 14,
    clock: 5,
    bits: 3,
    document: 5,
    network: 3,
    list: 5,
    other: 8,
  })
  return random.pick(families[family]) ?? 'int'
}

/** A type that such a column may be changed to: mostly one of its family. */
export function targetType(at: Desk, base: string): string {
  if (at.random.chance(25)) return columnType(at)
  const own = at.random.chance(12)
    ? at.random.pick(at.world.domains.filter((domain) => familyOf(domain.base) === familyOf(base)))
    : undefined
  return own === undefined ? (at.random.pick(families[familyOf(base)]) ?? 'text') : named(at, own.name)
}

function familyOf(base: string): Family {
  if (base.endsWith('[]')) return 'list'
  if (/^(?:smallint|integer|int|bigint|numeric|real|double precision|oid|money)/.test(base)) return 'number'
  if (/^(?:date|timestamp)/.test(base)) return 'time'
  if (/^(?:time|interval)/.test(base)) return 'clock'
  if (/^(?:bit|varbit)/.test(base)) return 'bits'
  if (/^json/.test(base)) return 'document'
  if (/^(?:inet|cidr)/.test(base)) return 'network'
  if (/^(?:boolean|uuid|bytea|int4range|point|tsvector)/.test(base)) return 'other'
  return 'text'
}

/** A constant that is a value of the type, as a quoted literal that takes any type. */
export function literal(at: Desk, type: string): string {
  const { random, world } = at
  const own = world.enums.find(({ name }) => type.endsWith(name.replace(/^public\./, '')))
  if (own !== undefined) return `'${own.labels[random.below(own.labels.length)] ?? 'a'}'`
  if (type.endsWith('[]')) return random.one(`'{1,2}'`, `'{}'`)
  if (/^json/.test(type)) return `'{"a": 1}'`
  if (/^(?:date|timestamp)/.test(type)) return random.one(`'2024-02-03'`, `'2001-01-01'`)
  if (/^time/.test(type)) return `'10:11:12'`
  if (/^interval/.test(type)) return random.one(`'1 day'`, `'2 hours'`)
  if (/^(?:bit|varbit)/.test(type)) return random.one(`'101'`, `'1'`)
  if (/^(?:inet|cidr)/.test(type)) return `'10.0.0.1'`
  const other: Readonly<Record<string, string>> = {
    boolean: random.one('true', 'false'),
    uuid: `'11111111-1111-4111-8111-111111111111'`,
    bytea: `'\\x01'`,
    int4range: `'[1,5)'`,
    point: `'(1,2)'`,
    composite: `'(1,2)'`,
  }
  const value = String(1 + random.below(5))
  return other[type] ?? (familyOf(type) === 'number' && random.chance(60) ? value : `'${value}'`)
}

/** A default: constants, stable and volatile calls, of the server's functions and of the story's own. */
export function defaultFor(at: Desk, type: string): string {
  const { random } = at
  const [first, ...others] = [literal(at, type), literal(at, type), ...expressions(at, type)]
  return random.one(first ?? 'NULL', ...others)
}

function expressions(at: Desk, type: string): readonly string[] {
  const sequence = at.random.pick(at.world.sequences.filter(({ owned }) => !owned))
  const own = at.world.functions.filter((each) => /^own_(?:im|st|vo)/.test(each)).map((each) => each.replace(/\(.*/, '(1)'))
  if (type.endsWith('[]')) return [`ARRAY[]::${type}`, `'{}'::${type}`, 'NULL']
  switch (familyOf(type)) {
    case 'number':
      return [
        '-1',
        '1 + 1',
        'length($$abc$$)',
        `(random() * 10)::int`,
        `extract(epoch from now())::int`,
        ...(sequence === undefined ? [] : [`nextval('${sequence.name}')`]),
        ...own,
        'NULL',
      ].filter((each) => type !== 'oid' || !/own_|epoch|-1/.test(each))
    case 'text':
      return [
        `lower('X')`,
        'current_user',
        `substr(md5(random()::text), 1, 3)`,
        `'a' || 'b'`,
        `to_char(now(), 'DD')`,
        'substr(timeofday(), 1, 3)',
        `substr(gen_random_uuid()::text, 1, 3)`,
        `'x'::text`,
        'NULL',
      ]
    case 'time':
      return [
        'now()',
        'CURRENT_TIMESTAMP',
        'CURRENT_DATE',
        'clock_timestamp()',
        'statement_timestamp()',
        'LOCALTIMESTAMP',
        `now() - interval '1 day'`,
        `'now'::timestamptz`,
        `date_trunc('day', now())`,
        `make_date(2024, 1, 1)`,
        `transaction_timestamp() AT TIME ZONE 'UTC'`,
      ]
    case 'document':
      return [`'{}'`, `json_build_object('a', 1)::${type}`, `'[]'::${type}`, 'NULL', `to_json(now())::${type}`]
    case 'clock':
      return type.startsWith('time') ? ['CURRENT_TIME', 'LOCALTIME'] : [`interval '1 hour' * 2`, `now() - now()`]
    case 'other':
      if (type === 'uuid')
        return ['gen_random_uuid()', 'gen_random_uuid()', ...(at.postgres >= 18 ? ['uuidv7()', 'uuidv4()'] : [])]
      if (type === 'boolean') return ['random() > 0.5', 'NOT false', `'t'`, 'NULL', 'now() > now()']
      return ['NULL']
    default:
      return ['NULL']
  }
}

/** An immutable expression over a column, of the type that is given back. */
export function computed(
  at: Desk,
  column: { readonly name: string; readonly base: string },
): { readonly sql: string; readonly type: string } {
  switch (familyOf(column.base)) {
    case 'number':
      return column.base === 'oid' || column.base === 'money' || column.base === 'real'
        ? { sql: `(${column.name} IS NULL)`, type: 'boolean' }
        : at.random.one({ sql: `(${column.name} * 2)`, type: 'numeric' }, { sql: `abs(${column.name})`, type: 'numeric' })
    case 'text':
      return column.base === 'enum' || column.base === 'composite'
        ? { sql: `(${column.name} IS NULL)`, type: 'boolean' }
        : at.random.one(
            { sql: `lower(${column.name})`, type: 'text' },
            { sql: `length(${column.name}::text)`, type: 'int' },
            { sql: `(${column.name} || 'x')`, type: 'text' },
          )
    default:
      return { sql: `(${column.name} IS NOT NULL)`, type: 'boolean' }
  }
}

/** A condition over a column that rows may or may not meet. */
export function condition(at: Desk, column: { readonly name: string; readonly base: string }): string {
  const { name, base } = column
  const { random } = at
  const present = `${name} IS NOT NULL`
  switch (familyOf(base)) {
    case 'number':
      if (base === 'money') return present
      return random.one(
        `${name} > 0`,
        `${name} >= 0`,
        present,
        `${name} IN (1, 2, 3, 4, 5)`,
        `${name} > 0 AND ${name} < 1000`,
        `${name} BETWEEN 0 AND 100`,
      )
    case 'text':
      if (base === 'composite') return present
      if (base === 'enum') return random.one(present, `${name}::text <> ''`)
      return random.one(
        `${name} <> ''`,
        present,
        `length(${name}::text) < 100`,
        `${name} > '0'`,
        `${name} <> 'zz' OR ${name} IS NULL`,
      )
    case 'time':
      return random.one(present, `${name} > '2000-01-01'`, `${name} >= '2024-01-01' AND ${name} < '2025-01-01'`)
    default:
      return random.one(present, `${name} IS NULL OR true`)
  }
}

/** Whether btree can sort it, so that it can be a key. */
export function isSortable(base: string): boolean {
  return !/^(?:json|point|xml)$/.test(base)
}
