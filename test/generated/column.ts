import { columnType, condition, defaultFor } from './column-type.ts'
import { constraintName, foreignKeyAction, referenced } from './constraint.ts'
import type { Desk } from './written.ts'
import { maybe, named } from './written.ts'

export interface NewColumn {
  readonly name: string
  readonly type: string
  readonly sql: string
}

/** The type below a type's name and a domain's. */
export function baseOf(at: Desk, type: string): string {
  const names = (name: string) => type === name || `public.${type}` === name
  if (at.world.enums.some(({ name }) => names(name))) return 'enum'
  if (at.world.composites.some(({ name }) => names(name))) return 'composite'
  const base = at.world.domains.find(({ name }) => names(name))?.base ?? type
  return base.replace(/^(?:small|big)?serial$/, 'integer')
}

/** A column as CREATE TABLE and ADD COLUMN define it. `others` are the columns that a generated one can be made of. */
export function columnDefinition(
  at: Desk,
  others: readonly { readonly name: string; readonly base: string }[],
  plain = false,
): NewColumn {
  const { random } = at
  const name = at.name('c')
  const shape = plain
    ? 'plain'
    : random.weighted({ plain: 30, default: 34, serial: 4, identity: 5, generated: others.length > 0 ? 7 : 0, constrained: 20 })
  if (shape === 'serial') {
    const type = random.one('serial', 'bigserial', 'smallserial')
    return { name, type: 'integer', sql: `${name} ${type}${maybe(at, 15, ' UNIQUE')}` }
  }
  if (shape === 'identity') {
    const kind = random.one('ALWAYS', 'BY DEFAULT')
    return {
      name,
      type: 'bigint',
      sql: `${name} ${random.one('bigint', 'int')} GENERATED ${kind} AS IDENTITY${maybe(at, 25, ' (START WITH 10 INCREMENT BY 5)')}`,
    }
  }
  if (shape === 'generated') {
    const other = random.pick(others)
    if (other !== undefined) return generatedColumn(at, name, other)
  }
  const type = columnType(at)
  const base = baseOf(at, type)
  const words = [name, type]
  if (/^(?:text|varchar)/.test(type) && !type.endsWith(']') && random.chance(8)) words.push('COLLATE "C"')
  if (shape === 'default' || (shape === 'constrained' && random.chance(40))) words.push(`DEFAULT ${defaultFor(at, base)}`)
  if (random.chance(shape === 'constrained' ? 45 : 12)) words.push('NOT NULL')
  else if (random.chance(4)) words.push('NULL')
  if (shape === 'constrained') words.push(...columnConstraint(at, name, base))
  return { name, type: base, sql: words.join(' ') }
}

function generatedColumn(at: Desk, name: string, other: { readonly name: string; readonly base: string }): NewColumn {
  const numeric = /^(?:smallint|int|integer|bigint|numeric)/.test(other.base)
  const [type, sql] = numeric ? (['numeric', `${other.name} * 2`] as const) : (['boolean', `${other.name} IS NULL`] as const)
  const kind = at.postgres >= 18 ? at.random.one(' STORED', ' STORED', ' VIRTUAL', '') : ' STORED'
  return { name, type, sql: `${name} ${type} GENERATED ALWAYS AS (${sql})${kind}${maybe(at, 15, ' NOT NULL')}` }
}

function columnConstraint(at: Desk, name: string, base: string): readonly string[] {
  switch (at.random.weighted({ none: 30, check: 30, unique: 15, reference: 20, primary: 4 })) {
    case 'check':
      return [`${constraintName(at)}CHECK (${condition(at, { name, base })})${maybe(at, 8, ' NO INHERIT')}`]
    case 'unique':
      return [`${constraintName(at)}UNIQUE`]
    case 'primary':
      return ['PRIMARY KEY']
    case 'reference': {
      const target = referenced(at, base)
      return target === undefined
        ? []
        : [
            `${constraintName(at)}REFERENCES ${named(at, target.table)}${maybe(at, 60, ` (${target.column})`)}${foreignKeyAction(at)}`,
          ]
    }
    default:
      return []
  }
}
