import { condition } from './column-type.ts'
import { type Desk, maybe, named, placed, type Written, written } from './written.ts'

/** Triggers, policies, rules, statistics, functions, publications, grants, comments. */
export function objectStatement(at: Desk): Written | undefined {
  const { random, world } = at
  const table = random.pick(world.tables)
  const column = random.pick(table?.columns ?? [])
  if (table === undefined || column === undefined) return undefined
  const name = named(at, table.name)
  switch (
    random.weighted({
      trigger: 18,
      'constraint trigger': 4,
      'old trigger': 10,
      policy: 12,
      'old policy': 8,
      rule: 4,
      'old rule': 2,
      statistics: 8,
      'old statistics': 4,
      comment: 8,
      grant: 8,
      function: 6,
      'old function': 3,
      publication: 4,
      'old publication': 3,
      schema: 1,
    })
  ) {
    case 'trigger':
      return written(
        `CREATE ${maybe(at, 15, 'OR REPLACE ')}TRIGGER ${at.name('tr')} ${random.one('BEFORE', 'AFTER')} ${random.one('INSERT', 'UPDATE', `UPDATE OF ${column.name}`, 'DELETE', 'INSERT OR UPDATE')} ON ${name} FOR EACH ${random.one('ROW', 'STATEMENT')} EXECUTE FUNCTION own_trigger()`,
      )
    // Without FROM: the table that it names is locked again whenever a partition copies the trigger, which the catalog does not keep.
    case 'constraint trigger':
      return written(
        `CREATE CONSTRAINT TRIGGER ${at.name('tr')} AFTER INSERT ON ${name} DEFERRABLE FOR EACH ROW EXECUTE FUNCTION own_trigger()`,
      )
    case 'old trigger': {
      const trigger = random.pick(table.triggers)
      return trigger === undefined
        ? undefined
        : written(
            random.one(
              `DROP TRIGGER ${trigger} ON ${name}`,
              `ALTER TRIGGER ${trigger} ON ${name} RENAME TO ${at.name('tr')}`,
              `COMMENT ON TRIGGER ${trigger} ON ${name} IS 'x'`,
            ),
          )
    }
    case 'policy':
      return written(
        `CREATE POLICY ${at.name('pol')} ON ${name}${maybe(at, 40, ` FOR ${random.one('SELECT', 'ALL', 'UPDATE')}`)} USING (${condition(at, column)})`,
      )
    case 'old policy': {
      const policy = random.pick(table.policies)
      return policy === undefined
        ? undefined
        : written(
            random.one(
              `DROP POLICY ${policy} ON ${name}`,
              `ALTER POLICY ${policy} ON ${name} USING (true)`,
              `ALTER POLICY ${policy} ON ${name} RENAME TO ${at.name('pol')}`,
            ),
          )
    }
    case 'rule':
      return written(
        `CREATE RULE ${at.name('r')} AS ON ${random.one('INSERT', 'UPDATE', 'DELETE')} TO ${name} WHERE false DO ${random.one('INSTEAD NOTHING', 'ALSO NOTHING')}`,
      )
    case 'old rule': {
      const rule = random.pick(table.rules)
      return rule === undefined
        ? undefined
        : written(random.one(`DROP RULE ${rule} ON ${name}`, `ALTER RULE ${rule} ON ${name} RENAME TO ${at.name('r')}`))
    }
    case 'statistics': {
      const other = random.pick(table.columns.filter((each) => each.name !== column.name))
      return (
        other &&
        written(
          `CREATE STATISTICS ${at.name('st')}${maybe(at, 30, ' (ndistinct)')} ON ${column.name}, ${other.name} FROM ${name}`,
        )
      )
    }
    case 'old statistics': {
      const statistics = random.pick(world.statistics)
      return statistics === undefined
        ? undefined
        : written(
            random.one(
              `DROP STATISTICS ${statistics}`,
              `ALTER STATISTICS ${statistics} SET STATISTICS 50`,
              `ALTER STATISTICS ${statistics} RENAME TO ${at.name('st')}`,
            ),
          )
    }
    case 'comment':
      return written(
        random.one(
          `COMMENT ON TABLE ${name} IS 'x'`,
          `COMMENT ON COLUMN ${name}.${column.name} IS 'x'`,
          ...table.constraints.slice(0, 2).map((each) => `COMMENT ON CONSTRAINT ${each.name} ON ${name} IS NULL`),
        ),
      )
    case 'grant':
      return written(
        random.one(
          `GRANT SELECT ON ${name} TO PUBLIC`,
          `REVOKE ALL ON ${name} FROM PUBLIC`,
          `GRANT UPDATE (${column.name}) ON ${name} TO PUBLIC`,
          'GRANT SELECT ON ALL TABLES IN SCHEMA public TO PUBLIC',
        ),
      )
    case 'function':
      return written(
        `CREATE OR REPLACE FUNCTION ${random.one('own_volatile', at.name('own_stable'), at.name('own_immutable'))}(a int) RETURNS int LANGUAGE ${random.one('sql', 'plpgsql AS $$BEGIN RETURN 1; END$$', 'plpgsql STABLE AS $$BEGIN RETURN 1; END$$')} ${random.one('IMMUTABLE', 'STABLE', 'VOLATILE')} AS 'SELECT 1'`.replace(
          /(\$\$.*\$\$).*$/s,
          '$1',
        ),
      )
    case 'old function': {
      const own = random.pick(world.functions.filter((each) => !each.startsWith('own_trigger')))
      return own === undefined
        ? undefined
        : written(
            random.one(
              `DROP FUNCTION ${own}${maybe(at, 40, ' CASCADE')}`,
              `ALTER FUNCTION ${own} STABLE`,
              `ALTER FUNCTION ${own} RENAME TO ${at.name('own_stable')}`,
            ),
          )
    }
    case 'publication':
      return written(
        random.one(
          `CREATE PUBLICATION ${at.name('pub')} FOR TABLE ${name}`,
          `CREATE PUBLICATION ${at.name('pub')}`,
          `CREATE PUBLICATION ${at.name('pub')} FOR ALL TABLES`,
        ),
      )
    case 'old publication': {
      const publication = random.pick(world.publications)
      return publication === undefined
        ? undefined
        : written(
            random.one(
              `ALTER PUBLICATION ${publication} ADD TABLE ${name}`,
              `ALTER PUBLICATION ${publication} SET TABLE ${name}`,
              `ALTER PUBLICATION ${publication} DROP TABLE ${name}`,
              `DROP PUBLICATION ${publication}`,
            ),
          )
    }
    case 'schema':
      return written(random.one('CREATE SCHEMA IF NOT EXISTS app', `CREATE SCHEMA ${at.name('s')}`))
  }
}

/** Sequences of their own. */
export function sequenceStatement(at: Desk): Written | undefined {
  const { random, world } = at
  const sequence = random.pick(world.sequences)
  if (sequence === undefined || random.chance(35)) {
    return written(
      `CREATE SEQUENCE ${maybe(at, 10, 'IF NOT EXISTS ')}${placed(at, at.name('s'))}${maybe(at, 20, ' AS int INCREMENT BY 2')}`,
    )
  }
  const name = named(at, sequence.name)
  const table = random.pick(world.tables)
  const column = random.pick(table?.columns ?? [])
  return written(
    random.one(
      `ALTER SEQUENCE ${name} RESTART WITH 5`,
      `ALTER SEQUENCE ${name} INCREMENT BY 3`,
      `ALTER SEQUENCE ${name} OWNED BY ${table && column ? `${named(at, table.name)}.${column.name}` : 'NONE'}`,
      `ALTER SEQUENCE ${name} RENAME TO ${at.name('s')}`,
      `DROP SEQUENCE ${name}${maybe(at, 40, ' CASCADE')}`,
      `ALTER SEQUENCE ${name} OWNED BY NONE`,
      `SELECT nextval('${sequence.name}')`,
      `ALTER SEQUENCE ${name} SET SCHEMA ${random.one('app', 'public')}`,
    ),
  )
}

/** Drops of tables, types, schemas, with what depends on them or not. */
export function dropStatement(at: Desk): Written | undefined {
  const { random, world } = at
  const cascade = maybe(at, 50, ' CASCADE')
  switch (random.weighted({ table: 60, tables: 10, type: 14, domain: 14, absent: 4, schema: 1 })) {
    case 'table': {
      const table = random.pick(world.tables)
      return table && written(`DROP TABLE ${maybe(at, 15, 'IF EXISTS ')}${named(at, table.name)}${cascade}`)
    }
    case 'tables':
      return written(
        `DROP TABLE ${random
          .sample(world.tables, 2)
          .map(({ name }) => named(at, name))
          .join(', ')}${cascade}`,
      )
    case 'type': {
      const type = random.pick([...world.enums, ...world.composites])
      return type && written(`DROP TYPE ${named(at, type.name)}${cascade}`)
    }
    case 'domain': {
      const domain = random.pick(world.domains)
      return domain && written(`DROP DOMAIN ${named(at, domain.name)}${cascade}`)
    }
    case 'absent':
      return written(
        random.one(
          'DROP TABLE IF EXISTS absent',
          'DROP VIEW IF EXISTS absent CASCADE',
          'ALTER TABLE IF EXISTS absent ADD COLUMN a int',
          'DROP INDEX IF EXISTS absent',
        ),
      )
    case 'schema':
      return written(`DROP SCHEMA app${cascade}`)
  }
}
