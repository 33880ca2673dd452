import { describe, expect, it } from 'vitest'
import { aliasesIn } from '../src/application/alias.ts'
import { applicationOf, type Question } from '../src/application/application.ts'
import { codeText } from '../src/application/code-text.ts'
import { isLeftOut } from '../src/application/left-out.ts'
import { expandBraces, pathspecsOf } from '../src/application/pathspec.ts'
import { spellingsOf, spellingsOfModel } from '../src/application/spelling.ts'
import { useOf } from '../src/application/use.ts'
import { changedLines } from '../src/read/code.ts'

const shippedAt: Question = {
  thing: 'column',
  name: 'shipped_at',
  owners: ['orders'],
  rivals: ['parcels'],
  tables: ['users', 'order_items'],
}
const status: Question = { ...shippedAt, name: 'status' }
const orders: Question = { thing: 'table', name: 'orders', owners: [], rivals: [], tables: [] }

/** `strong 1,3 lonely 2`, over one file. */
function found(question: Question, file: string, text: string): string {
  const texts = new Map([[file, text]])
  const { strong, lonely } = applicationOf({
    deployed: 'main',
    globs: ['**'],
    files: 1,
    textsWith: () => texts,
  }).references(question)
  const lines = (places: readonly { line: number }[]) => places.map(({ line }) => line).join(',')
  return `strong ${lines(strong)} lonely ${lines(lonely)}`
}

describe('spellings', () => {
  it('are those that code uses for a column', () => {
    expect(spellingsOf('shipped_at')).toEqual(['shipped_at', 'shippedAt', 'ShippedAt', 'SHIPPED_AT', 'shipped-at'])
    expect(spellingsOf('user_id')).toEqual(expect.arrayContaining(['user_id', 'userId', 'UserID', 'userID']))
    expect(spellingsOf('shippedAt')).toContain('shipped_at')
  })
  it('know a model in the singular and the plural', () => {
    expect(spellingsOfModel('order_items')).toEqual(expect.arrayContaining(['OrderItem', 'orderItems', 'order_item']))
    expect(spellingsOfModel('categories')).toContain('Category')
    expect(spellingsOfModel('people')).toContain('Person')
    expect(spellingsOfModel('Address')).toEqual(expect.arrayContaining(['address', 'addresses']))
    expect(spellingsOfModel('status')).not.toContain('statu')
  })
})

describe('a column in code', () => {
  it.each([
    ["db.selectFrom('orders').where('shipped_at', '<', now)", 'strong 1 lonely '],
    ['order.shippedAt = now', 'strong 1 lonely '],
    ['parcel.shippedAt = now', 'strong  lonely '],
    ['SELECT o.shipped_at FROM orders o', 'strong 1 lonely '],
    ['SELECT p.shipped_at FROM orders o JOIN parcels p', 'strong  lonely '],
    ['class Order:\n    shipped_at = Column(DateTime)', 'strong 2 lonely '],
    ['class Parcel:\n    shipped_at = Column(DateTime)', 'strong  lonely '],
    ['const { shippedAt } = row', 'strong  lonely 1'],
    ['const orders = load()\n// shippedAt is gone', 'strong  lonely '],
    ['const orders = load()\nreshippedAt(not_shipped_at, shipped_at_all, $shippedAt)', 'strong  lonely '],
    ['await prisma.order.update({\n  data: {\n    shippedAt: now,\n  },\n})', 'strong 3 lonely '],
    ['await prisma.orderItems.update({\n  data: {\n    shippedAt: now,\n  },\n})', 'strong  lonely 3'],
    // What the line itself queries.
    ["db.selectFrom('parcels').select(['shipped_at'])\ndb.selectFrom('orders').select(['id'])", 'strong  lonely '],
    ['SELECT id, shipped_at FROM parcels;\nSELECT id FROM orders;', 'strong  lonely '],
    ['SELECT id\n  FROM orders;\nSELECT shipped_at\n  FROM parcels;', 'strong  lonely 3'],
    ['orders.all + Parcel.where(shippedAt: nil)', 'strong  lonely 1'],
    ['const x = f(parcel, shippedAt)', 'strong  lonely 1'],
    ["prisma.parcel.findMany({\n  orderBy: { shippedAt: 'desc' },\n})", 'strong  lonely '],
    ["db.selectFrom('parcels').orderBy('shipped_at')", 'strong  lonely '],
    ['SELECT id FROM parcels ORDER BY shipped_at', 'strong  lonely '],
    ['SELECT shipped_at\n  FROM x\n ORDER BY 1', 'strong  lonely 1'],
    ['Parcel.all.order(:shipped_at)', 'strong  lonely '],
    ['prisma.parcel.findMany({\n  include: { order: { select: { shippedAt: true } } },\n})', 'strong 2 lonely '],
    ['prisma.order.findMany({\n  include: { parcel: { select: { shippedAt: true } } },\n})', 'strong  lonely 2'],
    ['prisma.order.update({\n  data: { shippedAt: parcel.leftAt },\n})', 'strong 2 lonely '],
  ])('%s', (text, expected) => {
    expect(found(shippedAt, 'src/a.ts', text)).toBe(expected)
  })
  it('of a common name needs its table nearby', () => {
    const far = `const orders = 1\n${'\n'.repeat(12)}const status = 2`
    expect(found(status, 'src/a.ts', far)).toBe('strong  lonely 14')
    expect(found(status, 'src/a.ts', 'UPDATE orders SET status = 1')).toBe('strong 1 lonely ')
  })
  it('is a field of its own model in schema.prisma, unless the client is told to ignore it', () => {
    const model = (field: string) =>
      `model Sale {\n  id Int @id\n  ${field}\n\n  @@map("orders")\n}\nmodel Parcel {\n  shippedAt DateTime\n}\n`
    expect(found(shippedAt, 'schema.prisma', model('shippedAt DateTime? @map("shipped_at")'))).toBe('strong 3 lonely ')
    expect(found(shippedAt, 'schema.prisma', model('sent DateTime? @map("shipped_at")'))).toBe('strong 3 lonely ')
    expect(found(shippedAt, 'schema.prisma', model('shippedAt DateTime? @map("shipped_at") @ignore'))).toBe('strong  lonely ')
    expect(found(shippedAt, 'schema.prisma', model('shippedAt DateTime? @map("delivered_at")'))).toBe('strong  lonely ')
  })
  it('is not used by a model that is told to ignore it', () => {
    const model = 'class Order < ApplicationRecord\n  self.ignored_columns += ["shipped_at"]\nend'
    expect(found(shippedAt, 'app/models/order.rb', model)).toBe('strong  lonely ')
  })
  it('is never read by data files', () => {
    expect(found(shippedAt, 'openapi.yml', 'orders:\n  shippedAt: string')).toBe('strong  lonely 2')
  })
})

describe('a table in code', () => {
  it.each([
    ['SELECT * FROM orders', 'strong 1 lonely '],
    ["pgTable('orders', {})", 'strong 1 lonely '],
    ['await prisma.order.findMany()', 'strong 1 lonely '],
    ['class Order < ApplicationRecord', 'strong 1 lonely '],
    ['type Order struct {', 'strong 1 lonely '],
    ['const orders = []', 'strong  lonely 1'],
    ["import x from './orders'", 'strong  lonely 1'],
    ['reorders(backorders)', 'strong  lonely '],
  ])('%s', (text, expected) => {
    expect(found(orders, 'src/a.go', text)).toBe(expected)
  })
})

describe('what a line does with a column', () => {
  const use = (file: string, text: string) => {
    const lines = text.split('\n')
    const last = lines.findLastIndex((line) => /region/i.test(line))
    return useOf(file, codeText(file, text), last, spellingsOf('region'))
  }
  it.each([
    ['a.ts', "db.query('INSERT INTO orders (id, region) VALUES ($1, $2)', [id, x])"],
    ['a.ts', 'db.query(`\n  INSERT INTO orders\n    (id,\n     region)\n  VALUES ($1, $2)`)'],
    ['q.sql', '-- name: Set :exec\nUPDATE orders\nSET note = $1,\n    region = $2\nWHERE id = $3;'],
    ['q.sql', 'INSERT INTO orders (id) VALUES ($1)\nON CONFLICT (id) DO UPDATE SET region = excluded.region;'],
    ['a.py', 'cur.execute("""\n  UPDATE orders SET region = %s WHERE id = %s\n""", (x, id))'],
    ['a.py', 'cur.execute("COPY orders (id, region) FROM STDIN")'],
    ['a.ts', 'order.region = input'],
    ['a.rb', 'order.region ||= input'],
    ['a.ts', "order['region'] = input"],
    ['a.ts', 'await prisma.order.update({\n  where: { id },\n  data: {\n    region: input.region,\n  },\n})'],
    ['a.ts', 'await prisma.order.upsert({ where: { id }, create: { id, region }, update: {} })'],
    ['a.ts', 'db.update(orders).set({ region: x }).where(eq(orders.id, id))'],
    ['a.ts', "db.insertInto('orders').values({\n  id,\n  region,\n})"],
    ['a.ts', "knex('orders').where({ id }).update('region', x)"],
    ['a.ts', 'const row = { id, region: x }\nawait db.insert(orders).values(row)'],
    ['a.ts', 'const updateData = {\n  region: x,\n}'],
    ['a.ts', "const sets = []\nsets.push('region = $1')"],
    ['a.ts', 'export class UpdateOrderDto {\n  region?: string\n}'],
    ['a.py', 'Order.objects.create(region=x)'],
    ['a.py', 'session.add(Order(id=1, region=x))'],
    ['a.py', 'orders.update().where(orders.c.id == 1).values(region=x)'],
    ['a.rb', 'params.require(:order).permit(:id, :region)'],
    ['a.rb', 'order.update! region: x'],
    ['a.rb', 'Order.find_or_create_by!(region: x)'],
    ['a.rb', 'order.update_columns(region: x)'],
    ['a.go', 'q.CreateOrder(ctx, db.CreateOrderParams{\n\tRegion: x,\n})'],
    ['a.go', 'o := models.Order{ID: 1, Region: x}'],
    ['a.go', 'db.Model(&o).Updates(map[string]any{"region": x})'],
    ['a.go', 'func (Order) Fields() []ent.Field { return []ent.Field{ field.String("region") } }'],
    ['Order.java', '  private String region;'],
    ['a.rs', 'diesel::update(orders).set(region.eq(x))'],
    ['a.ts', 'const createOrder = z.object({\n  region: z.string(),\n})'],
    ['a.ts', 'const type = 1\nawait db.type.update({ region: type })'],
    ['a.ts', 'const sql = `SELECT 1`\norder.region = x'],
    ['A.java', 'ctx.update(ORDERS).set(ORDERS.REGION, x).execute()'],
    ['a.go', 'set, args = append(set, "`region` = ?"), append(args, v)'],
    ['a.ex', 'Ecto.Changeset.change(order, region: x)'],
  ])('%s writes it: %s', (file, text) => {
    expect(use(file, text)).toBe('write')
  })
  it.each([
    ['a.ts', "db.query('SELECT id FROM orders WHERE region IS NULL')"],
    ['a.ts', 'db.select().from(orders).where(eq(orders.region, null))'],
    ['a.ts', 'prisma.order.findMany({ where: { region: null } })'],
    ['a.ts', 'prisma.order.update({ where: { region: null }, data: { id } })'],
    ['a.py', 'Order.objects.filter(region=None)'],
    ['a.rb', 'Order.where(region: nil).count'],
    ['a.go', 'where, args = append(where, "`region` = ?"), append(args, v)'],
    ['q.sql', 'UPDATE orders SET note = $1\nWHERE region IS NULL;'],
  ])('%s chooses by it: %s', (file, text) => {
    expect(use(file, text)).toBe('condition')
  })
  it.each([
    ['a.ts', "db.query('SELECT id, region FROM orders')"],
    ['a.ts', 'return rows.map(({ id, region }) => id + region)'],
    ['a.ts', 'prisma.order.findMany({ select: { region: true } })'],
    ['a.ts', "export const orders = pgTable('orders', {\n  region: text('region'),\n})"],
    ['a.ts', 'export interface Order {\n  region: string\n}'],
    ['a.ts', 'const { region } = order\nawait db.insert(logs).values({ note: order.region })'],
    ['a.ts', 'res.json({ id, region: order.region })'],
    ['a.ts', "if (order.region === 'x') await save(order)"],
    ['a.ts', 'export const update = async (id) => {\n  console.log(order.region)\n}'],
    ['schema.prisma', 'model Order {\n  region String?\n}'],
    ['a.py', 'class Order(Base):\n    region = Column(String)'],
    ['a.rb', 'Order.order(:region).pluck(:region)'],
    ['a.go', 'type Order struct {\n\tRegion string `db:"region"`\n}'],
    ['a.tsx', 'await update({ id })\nreturn <Input value={order.region} />'],
    ['a.tsx', 'await update({ id })\nreturn <p>{order.region}</p>'],
    ['a.ts', `await update({ id })\nlog(\`\${order.region}\`)`],
    ['a.ts', "const names = new Set(['region', 'id'])"],
    ['a.ts', "db.query(`SELECT CASE WHEN o.region = 'x' THEN 1 END FROM orders o`)"],
    ['a.go', 'name := buildName(order.Region)'],
    ['a.rb', 'Money.new(amount, order.region)'],
    ['a.py', "Order.objects.values('id', 'region')"],
    ['a.go', 'return errors.New("invalid region")'],
    ['a.ts', 'byRegion[order.region] = order'],
    ['a.ts', 'const [{ id, region }, user] = await load()\nawait save({ id })'],
    ['a.go', 'row.Scan(&o.ID, &o.Region)'],
  ])('%s does neither: %s', (file, text) => {
    expect(use(file, text)).toBe('other')
  })
})

describe('files', () => {
  it.each([
    'src/a.test.ts',
    'spec/models/order_spec.rb',
    'db/schema.rb',
    'prisma/migrations/1_a/migration.sql',
    'db/migrate/2_b.rb',
  ])('%s does not run', (path) => expect(isLeftOut(path)).toBe(true))
  it.each([
    'src/orders/repo.ts',
    'db/queries/orders.sql',
    'prisma/schema.prisma',
    'src/backgroundMigrations/run.ts',
    'lib/latest.ts',
  ])('%s runs', (path) => expect(isLeftOut(path)).toBe(false))
})

describe('globs', () => {
  it('become path patterns of git, whatever they look like', () => {
    expect(pathspecsOf(['src/*.{ts,tsx}', '!./src/old'], 'web')).toEqual([
      ':(top,glob)web/src/*.ts',
      ':(top,glob)web/src/*.tsx',
      ':(top,exclude,glob)web/src/old',
    ])
    expect(pathspecsOf([':(exclude)**', '--output=x'], '')).toEqual([':(top,glob):(exclude)**', ':(top,glob)--output=x'])
    expect(pathspecsOf(['../api/**'], 'web')).toEqual([':(top,glob)api/**'])
    expect(pathspecsOf(['../../api'], 'web')).toBeUndefined()
    expect(pathspecsOf(['src'], 'a[b]')).toEqual([':(top,glob)a\\[b]/src'])
  })
  it('expand nested alternatives, and keep a brace that is none', () => {
    expect(expandBraces('{a,b{c,d}}/x')).toEqual(['a/x', 'bc/x', 'bd/x'])
    expect(expandBraces('a{b')).toEqual(['a{b'])
  })
})

it('reads the lines of a diff, not what looks like a header in them', () => {
  const diff = '--- a.ts\n+++ a.ts\n@@ -2 +2,2 @@ f\n--- x\n+++ y\n+@@ -9 +9 @@\n--- /dev/null\n+++ b c.ts\t\n@@ -0,0 +1 @@\n+z\n'
  const { removed, added } = changedLines(diff)
  expect([...removed].map(([file, lines]) => [file, ...lines])).toEqual([['a.ts', 2]])
  expect([...added].map(([file, lines]) => [file, ...lines])).toEqual([
    ['a.ts', 2, 3],
    ['b c.ts', 1],
  ])
})

describe('what code calls a table', () => {
  const backups: Question = { ...orders, name: 'queue_backups' }
  it('is looked for where the model has a name of its own', () => {
    const texts = new Map([
      [
        'schema.prisma',
        'model QueueBackUp {\n  id String @id\n\n  @@map("queue_backups")\n}\n\nmodel Other {\n  id String @id\n}\n',
      ],
      ['src/a.ts', 'await prisma.queueBackUp.createMany({})\n'],
    ])
    const { strong, lonely } = applicationOf({ deployed: 'main', globs: ['**'], files: 2, textsWith: () => texts }).references(
      backups,
    )
    expect(strong.map(({ file, line }) => `${file}:${line}`)).toEqual(['src/a.ts:1'])
    expect(lonely.map(({ file, line }) => `${file}:${line}`)).toEqual(['schema.prisma:1', 'schema.prisma:4'])
  })
  it.each([
    ['a.ts', "export const bills = pgTable('invoices', {})\ndb.select().from(bills)", 'bills'],
    ['a.py', "class Bill(Base):\n    __tablename__ = 'invoices'\n", 'Bill'],
    ['a.py', "class Bill(models.Model):\n    total = F()\n\n    class Meta:\n        db_table = 'invoices'\n", 'Bill'],
    ['a.rb', "class Bill < ApplicationRecord\n  self.table_name = 'invoices'\nend\n", 'Bill'],
    ['a.ts', "@Entity('invoices')\nexport class Bill {}", 'Bill'],
    ['a.ts', "@Entity({ name: 'invoices' })\nexport class Invoice {}", ''],
    ['a.ts', "export const invoices = pgTable('invoices', {})", ''],
    ['b.prisma', 'model Bill {\n  id Int\n  @@map("bills")\n}\nmodel Sum {\n  @@map("invoices")\n}', 'Sum,sum'],
  ])('is read in %s: %s', (file, text, expected) => {
    expect(aliasesIn(new Map([[file, text]]), 'invoices').join(',')).toBe(expected)
  })
  it('says whose a column is', () => {
    const total: Question = { thing: 'column', name: 'total', owners: ['invoices'], rivals: ['orders'], tables: [] }
    const code = "export const bills = pgTable('invoices', {\n  total: numeric('total'),\n})\nconst x = eq(bills.total, 1)\n"
    expect(found(total, 'src/a.ts', code)).toBe('strong 2,4 lonely ')
  })
})

describe('a table of several words in code', () => {
  const items: Question = { ...orders, name: 'order_items' }
  it.each([
    ['const orderItem = await load(id)\nreturn orderItem.id', 'strong  lonely 1,2'],
    ['await prisma.order.findMany({ include: { orderItems: true } })', 'strong 1 lonely '],
    ['order.orderItems.map(f)', 'strong 1 lonely '],
    ["const name = 'order_items'", 'strong 1 lonely '],
    ["const row = { ...orderItem, tableName: 'order_items' }\nconst sql = 'select 1 from order_items'", 'strong 2,1 lonely '],
  ])('%s', (text, expected) => expect(found(items, 'src/a.ts', text)).toBe(expected))
})

describe('names that may be something else', () => {
  it.each([
    ['src/a.ts', "import { queryClickhouse } from './clickhouse'\nqueryClickhouse(`SELECT 1 FROM orders`)", 'strong  lonely 2'],
    ['src/clickhouse/a.ts', 'const sql = `SELECT 1 FROM orders`', 'strong  lonely 1'],
    ['src/a.ts', "import { ch } from './clickhouse'\nawait prisma.order.findMany()", 'strong 2 lonely '],
    ['src/a.ts', '// what clickhouse has\nconst sql = `SELECT 1 FROM orders`', 'strong 2 lonely '],
    ['src/a.ts', "const map = [{ clickhouseTableName: 'orders', tableName: 'bills' }]", 'strong  lonely 1'],
    ['src/a.ts', "const map = [{ tableName: 'orders' }]", 'strong 1 lonely '],
    ['src/a.tsx', '<Table tableName="orders" />', 'strong  lonely 1'],
    ['src/a.ts', "const view = { name: 'orders', alias: 'o' }", 'strong  lonely 1'],
    ['src/a.ts', "@Entity({ name: 'orders' })", 'strong 1 lonely '],
    ['src/a.ts', "@Entity({\n  name: 'orders',\n})", 'strong 2 lonely '],
    ['src/a.ts', 'const label = "View orders"', 'strong  lonely 1'],
    ['src/a.ts', 'emit(event.orders, router.query.orders)', 'strong  lonely 1'],
    ['src/a.ts', 'await this.db.query.orders.findMany()', 'strong 1 lonely '],
    ['src/a.ts', 'await readDb.orders.findMany()', 'strong 1 lonely '],
    ['src/a.ts', 'const label = "add rows from orders"', 'strong  lonely 1'],
    ['src/a.ts', 'const sql = "delete from orders"', 'strong 1 lonely '],
    ['src/a.ts', "filters: mapTableFilterToView('orders', state)", 'strong  lonely 1'],
    ['src/a.tsx', 'return <Order id={1} />', 'strong  lonely '],
    ['src/a.ts', 'const label = `SELECT * FROM orders`', 'strong 1 lonely '],
  ])('%s %s', (file, text, expected) => {
    expect(found(orders, file, text)).toBe(expected)
  })
  it('is listed in what a tool wrote down', () => {
    const events: Question = { ...orders, name: 'order_events' }
    expect(found(events, 'src/generated/types.ts', 'export type DB = {\n  order_events: OrderEvent;\n}')).toBe('strong  lonely 2')
  })

  it('reads both forms of @map', () => {
    const model = 'model Order {\n  shippedAt DateTime? @map(name: "shipped_at")\n\n  @@map(name: "orders")\n}\n'
    expect(found(shippedAt, 'schema.prisma', model)).toBe('strong 2 lonely ')
    expect(found({ ...shippedAt, name: 'shippedAt' }, 'schema.prisma', model)).toBe('strong  lonely ')
  })
})
