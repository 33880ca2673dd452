/**
 * npm run bench [-- <directory of a real history>]
 * Times phasewise, squawk and pgfence as whole processes, in turns (A B C, A B C, …) so that a noisy machine hits all alike;
 * prints medians and ratios. Without a directory a history of 400 migrations is generated.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const root = dirname(here)
const rounds = Number(process.env.ROUNDS ?? 7)
const scratch = mkdtempSync(join(tmpdir(), 'phasewise-bench-'))
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }))

execFileSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'inherit' })
if (!existsSync(join(here, 'node_modules')))
  execFileSync('npm', ['install', '--no-audit', '--no-fund'], { cwd: here, stdio: 'inherit' })

const tools = {
  phasewise: (path) => [process.execPath, join(root, 'dist/cli.js'), '--fail-on', 'never', path],
  squawk: (path) => [join(here, 'node_modules/.bin/squawk'), ...sqlFiles(path)],
  pgfence: (path) => [process.execPath, join(here, 'node_modules/@flvmnt/pgfence/dist/index.js'), 'analyze', ...sqlFiles(path)],
}

function sqlFiles(path) {
  if (!statSync(path).isDirectory()) return [path]
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .map((file) => join(path, file))
    .filter((file) => file.endsWith('.sql') && statSync(file).isFile())
    .sort()
}

function generate(count) {
  const directory = join(scratch, `history-${count}`)
  mkdirSync(directory)
  for (let i = 1; i <= count; i++) {
    const table = `t${i - (i % 4)}`
    const sql =
      i % 4 === 0
        ? `CREATE TABLE ${table} (id bigint PRIMARY KEY, name varchar(50), made timestamptz NOT NULL DEFAULT now());\nCREATE INDEX ${table}_name_idx ON ${table} (name);\n`
        : i % 4 === 1
          ? `ALTER TABLE ${table} ADD COLUMN c${i} integer NOT NULL DEFAULT 0;\n`
          : i % 4 === 2
            ? `ALTER TABLE ${table} ADD CONSTRAINT ${table}_k${i} CHECK (id > 0) NOT VALID;\nALTER TABLE ${table} VALIDATE CONSTRAINT ${table}_k${i};\n`
            : `ALTER TABLE ${table} ALTER COLUMN name TYPE text;\n`
    writeFileSync(join(directory, `${String(i).padStart(6, '0')}_step.sql`), sql)
  }
  return directory
}

function time(command) {
  const start = process.hrtime.bigint()
  const { error } = spawnSync(command[0], command.slice(1), { stdio: 'ignore' })
  if (error) throw error
  return Number(process.hrtime.bigint() - start) / 1e6
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]

function compare(title, path, names = Object.keys(tools)) {
  const times = Object.fromEntries(names.map((name) => [name, []]))
  for (let round = -1; round < rounds; round++) {
    for (const name of names) {
      const ms = time(tools[name](path))
      if (round >= 0) times[name].push(ms)
    }
  }
  console.log(`\n${title}`)
  for (const name of names) {
    const ratio = median(times[name].map((ms, round) => ms / times.phasewise[round]))
    console.log(`  ${name.padEnd(10)} ${median(times[name]).toFixed(0).padStart(6)} ms   ${ratio.toFixed(2)} × phasewise`)
  }
  return median(times.phasewise)
}

const small = join(scratch, '0001_small.sql')
writeFileSync(
  small,
  'ALTER TABLE orders ADD COLUMN region text;\nCREATE INDEX orders_region_idx ON orders (region);\nALTER TABLE orders ALTER COLUMN region SET NOT NULL;\n',
)
compare('one small file', small)
const given = process.argv[2]
compare(given ? `history: ${given}` : 'a generated history of 400 migrations', given ? resolve(given) : generate(400))
const base = compare('growth: 1,000 generated migrations', generate(1000), ['phasewise'])
const more = compare('growth: 4,000 generated migrations', generate(4000), ['phasewise'])
console.log(`\n4,000 migrations take ${(more / base).toFixed(2)} × the time of 1,000 (4 is linear)`)
