import { expect, it } from 'vitest'
import type { TypeName } from '../src/type-name.ts'
import { brief, operationOf } from './lowered.ts'

function typeOf(sql: string): TypeName {
  return operationOf('AddColumn', `ALTER TABLE t ADD c ${sql}`).column.type
}

it.each<[sql: string, printed: string]>([
  ['int', 'integer'],
  ['int4', 'int4'],
  ['pg_catalog.int4', 'integer'],
  ['INT ARRAY', 'integer[]'],
  ['int ARRAY[4]', 'integer[]'],
  ['int[3][]', 'integer[][]'],
  ['dec(10,-2)', 'numeric(10, -2)'],
  ['float(20)', 'real'],
  ['float', 'double precision'],
  ['national character varying(3)[]', 'character varying(3)[]'],
  ['char', 'character(1)'],
  ['"char"', '"char"'],
  ['bpchar', 'bpchar'],
  ['bit varying', 'bit varying'],
  ['timestamp(3) with time zone', 'timestamp(3) with time zone'],
  ['timetz', 'timetz'],
  ['time(0)', 'time(0) without time zone'],
  ['interval', 'interval'],
  ['interval(3)', 'interval(3)'],
  ['interval day to second(3)', 'interval day to second(3)'],
  ['interval year', 'interval year'],
  ['json', 'json'],
  ['text', 'text'],
  ['db.s."Mood"[]', 's."Mood"[]'],
  ["geometry(Point, 4326, 'x''y')", "geometry(point, 4326, 'x''y')"],
  ['bigserial', 'bigint serial'],
  ['serial4', 'integer serial'],
  ['setof int', 'setof integer'],
])('lowers the type %s', (sql, printed) => {
  expect(brief(typeOf(sql))).toBe(printed)
})

it('gives types that are written by keyword the schema of the built-in ones', () => {
  expect(typeOf('varchar(20)').name).toEqual({ schema: 'pg_catalog', name: 'varchar' })
  expect(typeOf('uuid').name).toEqual({ schema: undefined, name: 'uuid' })
  expect(typeOf('serial').name).toEqual({ schema: 'pg_catalog', name: 'int4' })
})

it('takes serial for a plain name where no column is defined', () => {
  const { type } = operationOf('AlterColumnType', 'ALTER TABLE t ALTER a TYPE serial')
  expect(type).toMatchObject({ name: { schema: undefined, name: 'serial' }, serial: false })
})

it('keeps names as PostgreSQL folds and cuts them', () => {
  const long = 'x'.repeat(60)
  expect(operationOf('DropTable', `DROP TABLE "Sch".Tab${long}`).table).toEqual({ schema: 'Sch', name: `tab${long}` })
  expect(operationOf('DropTable', `DROP TABLE aé${long}é`).table.name).toBe(`aé${long}`)
})
