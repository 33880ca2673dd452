import { defaultFor } from './column-type.ts'
import { type Desk, maybe, named, placed, type Written, written } from './written.ts'

/** Enums, domains and composite types: made, changed, renamed. */
export function typeStatement(at: Desk): Written | undefined {
  const { random, world } = at
  switch (random.weighted({ 'new enum': 8, 'new domain': 16, 'new composite': 5, enum: 14, domain: 40, composite: 8 })) {
    case 'new enum':
      return written(`CREATE TYPE ${placed(at, at.name('mood'))} AS ENUM ('1', '2', '3')`)
    case 'new domain':
      return newDomain(at)
    case 'new composite':
      return written(`CREATE TYPE ${placed(at, at.name('pair'))} AS (x int, y ${random.one('int', 'text', 'varchar(10)')})`)
    case 'enum': {
      const type = random.pick(world.enums)
      if (type === undefined) return undefined
      const name = named(at, type.name)
      const label = random.pick(type.labels) ?? '1'
      return written(
        random.one(
          `ALTER TYPE ${name} ADD VALUE ${maybe(at, 30, 'IF NOT EXISTS ')}'v${at.number()}'${maybe(at, 30, ` BEFORE '${label}'`)}`,
          `ALTER TYPE ${name} RENAME VALUE '${label}' TO 'v${at.number()}'`,
          `ALTER TYPE ${name} RENAME TO ${at.name('mood')}`,
          `ALTER TYPE ${name} OWNER TO CURRENT_USER`,
          `COMMENT ON TYPE ${name} IS 'x'`,
        ),
      )
    }
    case 'domain':
      return changeDomain(at)
    case 'composite': {
      const type = random.pick(world.composites)
      if (type === undefined) return undefined
      const name = named(at, type.name)
      const attribute = random.pick(type.attributes) ?? 'x'
      const cascade = maybe(at, 45, ' CASCADE')
      return written(
        random.one(
          `ALTER TYPE ${name} ADD ATTRIBUTE ${at.name('z')} int${cascade}`,
          `ALTER TYPE ${name} DROP ATTRIBUTE ${attribute}${cascade}`,
          `ALTER TYPE ${name} ALTER ATTRIBUTE ${attribute} TYPE ${random.one('bigint', 'text', 'varchar(20)')}${cascade}`,
          `ALTER TYPE ${name} RENAME ATTRIBUTE ${attribute} TO ${at.name('z')}${cascade}`,
          `ALTER TYPE ${name} RENAME TO ${at.name('pair')}`,
        ),
      )
    }
  }
}

const bases = ['int', 'bigint', 'text', 'varchar(10)', 'varchar(20)', 'numeric(10, 2)', 'timestamptz', 'int'] as const

function check(base: string): string {
  return /^(?:int|bigint|numeric)/.test(base) ? 'VALUE > 0' : /^timestamp/.test(base) ? `VALUE > '1990-01-01'` : `VALUE <> ''`
}

function newDomain(at: Desk): Written {
  const base = at.random.pick(bases) ?? 'int'
  const words = [`CREATE DOMAIN ${placed(at, at.name('d'))} AS ${base}`]
  if (at.random.chance(20)) words.push(`DEFAULT ${defaultFor(at, base)}`)
  if (at.random.chance(8)) words.push('NOT NULL')
  if (at.random.chance(45)) words.push(`CHECK (${check(base)})`)
  return written(words.join(' '))
}

function changeDomain(at: Desk): Written | undefined {
  const { random, world } = at
  const domain = random.pick(world.domains)
  if (domain === undefined) return undefined
  const name = named(at, domain.name)
  const constraint = random.pick(domain.constraints)
  const unchecked = domain.constraints.find(({ validated }) => !validated)
  switch (
    random.weighted({
      add: 22,
      'not valid': 14,
      validate: 14,
      drop: 10,
      'not null': 12,
      null: 8,
      default: 10,
      rename: 6,
      other: 6,
    })
  ) {
    case 'add':
      return written(`ALTER DOMAIN ${name} ADD CONSTRAINT ${at.name('k')} CHECK (${check(domain.base)})`)
    case 'not valid':
      return written(`ALTER DOMAIN ${name} ADD CONSTRAINT ${at.name('k')} CHECK (${check(domain.base)}) NOT VALID`)
    case 'validate':
      return constraint && written(`ALTER DOMAIN ${name} VALIDATE CONSTRAINT ${(unchecked ?? constraint).name}`)
    case 'drop':
      return constraint && written(`ALTER DOMAIN ${name} DROP CONSTRAINT ${constraint.name}`)
    case 'not null':
      return written(`ALTER DOMAIN ${name} SET NOT NULL`)
    case 'null':
      return written(`ALTER DOMAIN ${name} DROP NOT NULL`)
    case 'default':
      return written(`ALTER DOMAIN ${name} ${random.one(`SET DEFAULT ${defaultFor(at, domain.base)}`, 'DROP DEFAULT')}`)
    case 'rename':
      return written(
        constraint && random.chance(50)
          ? `ALTER DOMAIN ${name} RENAME CONSTRAINT ${constraint.name} TO ${at.name('k')}`
          : `ALTER DOMAIN ${name} RENAME TO ${at.name('d')}`,
      )
    case 'other':
      return written(
        random.one(
          `ALTER DOMAIN ${name} OWNER TO CURRENT_USER`,
          `COMMENT ON DOMAIN ${name} IS 'x'`,
          `ALTER DOMAIN ${name} SET SCHEMA ${random.one('app', 'public')}`,
        ),
      )
  }
}
