import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { lint } from '../src/index.ts'
import { makeRepository, type Repository } from './repository.ts'

const schema = `CREATE TABLE orders (id bigint PRIMARY KEY, shipped_at timestamptz, note text);
CREATE TABLE parcels (id bigint PRIMARY KEY, note text);
`
const repo = `import { db } from './db'
export const shipped = () => db.selectFrom('orders').where('shipped_at', 'is not', null)
`
const without = "import { db } from './db'\nexport const all = () => db.selectFrom('orders').selectAll()\n"
const drop = 'ALTER TABLE orders DROP COLUMN shipped_at;\n'

describe('a change set and the code that is running', () => {
  let repository: Repository

  beforeEach(() => {
    repository = makeRepository()
    repository.write({
      'db/migrations/0001_orders.sql': schema,
      'src/orders/repo.ts': repo,
      'src/orders/repo.test.ts': 'expect(order.shipped_at)',
      'phasewise.json': JSON.stringify({ app: { paths: ['src/**'] } }),
    })
    repository.commit('orders')
    repository.git('switch', '-q', '-c', 'feature')
  })
  afterEach(() => repository.remove())

  const quiet = new Set(['lock-without-timeout'])
  async function found(options: Parameters<typeof lint>[1] = { since: 'main' }) {
    const { findings } = await lint([], { cwd: repository.directory, ...options })
    return findings.filter(({ rule }) => !quiet.has(rule)).map(({ severity, rule, message }) => `${severity} ${rule} ${message}`)
  }

  it('names the line that still uses a dropped column, and the change that removes the use too early', async () => {
    repository.write({ 'db/migrations/0002_drop.sql': drop, 'src/orders/repo.ts': without })
    const findings = await found()
    expect(findings[0]).toMatch(/^error drop-column .*names it in 1 place: src\/orders\/repo\.ts:2/)
    expect(findings[1]).toMatch(/^error schema-and-code-together .*src\/orders\/repo\.ts:2/)
    expect(findings).toHaveLength(2)
  })

  it('has a note where the use went before, saying what was searched', async () => {
    repository.write({ 'src/orders/repo.ts': without })
    repository.commit('stop using it')
    repository.git('branch', '-f', 'main')
    repository.write({ 'db/migrations/0002_drop.sql': drop })
    const findings = await found()
    expect(findings).toHaveLength(1)
    expect(findings[0]).toMatch(
      /^note drop-column .*names it nowhere \(1 file of src\/\*\* at [0-9a-f]{9}, .*searched for shipped_at, shippedAt/,
    )
  })

  it('looks at the reference that is said to be deployed', async () => {
    repository.git('tag', 'v1')
    repository.write({ 'src/orders/repo.ts': without })
    repository.commit('stop using it')
    repository.write({ 'db/migrations/0002_drop.sql': drop })
    expect((await found({ deployed: 'v1' })).join('\n')).toMatch(/error drop-column .*src\/orders\/repo\.ts:2/)
    expect((await found({})).join('\n')).toMatch(/note drop-column/)
  })

  it('warns of an expand step that comes with the code that needs it, and not of one alone', async () => {
    const add = { 'db/migrations/0002_add.sql': 'ALTER TABLE orders ADD COLUMN region_code text;\n' }
    repository.write(add)
    expect(await found()).toEqual([])
    repository.write({ 'src/orders/region.ts': "export const region = (db) => db.selectFrom('orders').select('region_code')\n" })
    expect((await found()).join('\n')).toMatch(
      /^warning schema-and-code-together .*region_code of public\.orders \(1 place: src\/orders\/region\.ts:1\)/,
    )
  })

  it('is not sure of names that nothing ties to the table', async () => {
    repository.write({
      'db/migrations/0002_drop.sql': 'ALTER TABLE orders DROP COLUMN note;\n',
      'src/x.ts': 'export const note = 1\n',
    })
    repository.commit('x')
    expect((await found({ deployed: 'HEAD' })).join('\n')).toMatch(
      /^warning drop-column .*1 place: src\/x\.ts:1, none of which shows that it is orders's/,
    )
  })

  it('says what is wrong with what it was told', async () => {
    repository.write({ 'db/migrations/0002_drop.sql': drop })
    await expect(found({ since: 'main', app: ['lib/**'] })).rejects.toThrow('--app: no file of')
    await expect(found({ deployed: '--output=x' })).rejects.toThrow('--deployed: git knows no commit "--output=x"')
    await expect(found({ app: ['../../**'] })).rejects.toThrow('points out of the repository')
    expect((await found({ app: [':(exclude)src', 'src'] })).join('\n')).toMatch(/error drop-column/)
  })

  it('tells phases in the report', async () => {
    repository.write({ 'db/migrations/0002_drop.sql': `${drop}CREATE TABLE notes (id bigint PRIMARY KEY);\n` })
    const report = await lint([], { cwd: repository.directory, since: 'main' })
    expect(report.phases).toEqual([{ file: 'db/migrations/0002_drop.sql', phases: ['expand', 'contract'] }])
    expect(report.findings.find(({ rule }) => rule === 'drop-column')?.phase).toBe('contract')
  })
})
