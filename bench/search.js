/**
 * npm run bench:search [-- <kind of change>]
 * Times the search of deployed application code: 204,000 lines of TypeScript in 1000 files, once with every name in every file
 * (the worst case), once with each name in 1 % of the files. Whole processes of the built CLI: milliseconds on the wall and of the
 * CPU (git's included), medians, and the same without `--app`, so that the difference is the search.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const rounds = Number(process.env.ROUNDS ?? 5)
const scratch = mkdtempSync(join(tmpdir(), 'phasewise-search-'))
if (process.env.KEEP === undefined) process.on('exit', () => rmSync(scratch, { recursive: true, force: true }))

if (process.env.SKIP_BUILD === undefined)
  execFileSync(process.execPath, [join(root, 'scripts/build.js')], { cwd: root, stdio: 'inherit' })

const families = ['alpha', 'beta', 'gamma', 'delta', 'omega', 'sigma']
const tables = Array.from({ length: 60 }, (_, i) => `thing_${families[i % 6]}_${'abcdefghij'[Math.floor(i / 6)]}s`)
const common = ['shipped_at', 'note', 'status', 'total_amount', 'owner_id', 'region_code', 'created_at', 'weight_kg']
const parts = ['shipped', 'billed', 'packed', 'sorted', 'weighed', 'opened']
const own = Array.from({ length: 30 }, (_, i) => `${parts[i % 6]}_${['at', 'by', 'code', 'total', 'zone'][Math.floor(i / 6)]}`)
const camel = (name) => name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase())

/** `columnsOf`: what a file's queries select. */
function corpus(name, columns, columnsOf) {
  const directory = join(scratch, name)
  const git = (...args) =>
    execFileSync('git', ['-c', 'user.name=bench', '-c', 'user.email=bench@localhost', ...args], { cwd: directory })
  mkdirSync(join(directory, 'migrations'), { recursive: true })
  git('init', '-q', '-b', 'main')
  const sql = tables.map(
    (table) => `CREATE TABLE ${table} (id bigint PRIMARY KEY, ${columns.map((c) => `${c} text`).join(', ')});`,
  )
  writeFileSync(join(directory, 'migrations/0001_tables.sql'), sql.join('\n'))
  for (let file = 0; file < 1000; file++) {
    const table = tables[file % 60]
    const selected = columnsOf(file)
    const lines = ["import { db } from './db'"]
    for (let n = 1; lines.length < 204; n++) {
      const column = selected[n % selected.length]
      lines.push(
        `export async function f${n}(id: number) {`,
        `  const row = await db.selectFrom('${table}').select(['id', '${column}']).where('id', '=', id).executeTakeFirst()`,
        '  if (row === undefined) return undefined',
        `  const value = compute(row.${camel(column)}, helperOf(id), 'label ${n}')`,
        "  return { ...row, value, other: value === null ? 'none' : String(value).trim() }",
        '}',
        '',
      )
    }
    mkdirSync(join(directory, `src/m${file % 50}`), { recursive: true })
    writeFileSync(join(directory, `src/m${file % 50}/f${file}.ts`), lines.slice(0, 204).join('\n'))
  }
  git('add', '-A')
  git('commit', '-q', '-m', 'tables and code')
  return directory
}

const corpora = [
  { name: 'every name in every file', columns: common, directory: corpus('worst', common, () => common) },
  {
    name: 'each name in 1 % of the files',
    columns: own,
    directory: corpus('usual', own, (file) => (file % 100 < 30 ? ['label', 'title', own[file % 100]] : ['label', 'title'])),
  },
]
const changes = {
  '1 drop': (columns) => [`ALTER TABLE ${tables[0]} DROP COLUMN ${columns[0]};`],
  '30 drops': (columns) =>
    tables.slice(0, 30).map((table, i) => `ALTER TABLE ${table} DROP COLUMN ${columns[i % columns.length]};`),
  '30 SET NOT NULL': (columns) =>
    tables.slice(0, 30).map((table, i) => `ALTER TABLE ${table} ALTER COLUMN ${columns[i % columns.length]} SET NOT NULL;`),
}

/** Milliseconds on the wall and of the CPU, with that of git below it: the shell's `times` counts all that it has waited for. */
function time(directory, app) {
  const args = [join(root, 'dist/cli.js'), 'migrations', '--since', 'HEAD', '--fail-on', 'never', '--format', 'json', ...app]
  const start = performance.now()
  const { stdout, stderr } = spawnSync(
    'sh',
    ['-c', '"$@" > /dev/null; echo "status $?"; times', 'sh', process.execPath, ...args],
    {
      cwd: directory,
      encoding: 'utf8',
    },
  )
  const wall = performance.now() - start
  if (!stdout.startsWith('status 0')) throw new Error(stderr)
  const children = stdout.trim().split('\n').at(-1) ?? ''
  const cpu = [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds),
    0,
  )
  return { wall, cpu: cpu * 1000 }
}

const median = (values) => Math.round(values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)])

for (const { name, columns, directory } of corpora) {
  for (const [change, sqlOf] of Object.entries(changes)) {
    if (process.argv[2] !== undefined && !change.includes(process.argv[2])) continue
    writeFileSync(join(directory, 'migrations/0002_change.sql'), sqlOf(columns).join('\n'))
    const [without, searched] = [[], []]
    for (let round = 0; round < rounds; round++) {
      without.push(time(directory, []))
      searched.push(time(directory, ['--app', 'src/**']))
    }
    const [wall, cpu, wallWithout, cpuWithout] = [searched, without].flatMap((times) => [
      median(times.map((one) => one.wall)),
      median(times.map((one) => one.cpu)),
    ])
    console.log(
      `${name.padEnd(30)} ${change.padEnd(16)} ${wall} ms (CPU ${cpu}); without --app ${wallWithout} ms (CPU ${cpuWithout})`,
    )
  }
}
