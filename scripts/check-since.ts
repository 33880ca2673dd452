/**
 * npx tsx scripts/check-since.ts <directory of migrations> [--last 20]
 * Rebuilds the history of a directory as a git repository, one migration per commit, and checks for the last ones that `--since` the
 * commit before finds, file by file, what linting the whole directory finds. Exits with 1 on a difference.
 */
import { cpSync, mkdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { lintReport } from '../src/lint.ts'
import { makeRepository } from '../test/repository.ts'

const { values, positionals } = parseArgs({ allowPositionals: true, options: { last: { type: 'string', default: '20' } } })
const directory = resolve(positionals[0] ?? '.')
const whole = await lintReport({ cwd: directory, paths: ['.'] })
const files = [...new Set(whole.migrations.map(({ file }) => file))]
const last = files.slice(-Number(values.last))
const repository = makeRepository()
const described = (finding: { rule: string; severity: string; message: string; span: { start: number } }) =>
  `${finding.span.start} ${finding.severity} ${finding.rule}: ${finding.message}`
let differences = 0
try {
  const home = join(repository.directory, 'migrations')
  mkdirSync(home)
  cpSync(directory, home, { recursive: true, filter: (path) => !last.some((file) => join(directory, file) === path) })
  repository.commit('before')
  for (const file of last) {
    mkdirSync(dirname(join(home, file)), { recursive: true })
    cpSync(join(directory, file), join(home, file))
    repository.commit(file)
    const since = await lintReport({ cwd: home, paths: ['.'], since: 'HEAD~1' })
    const expected = whole.findings.filter((finding) => finding.file === file).map(described)
    const found = since.findings.filter((finding) => finding.file === file).map(described)
    if (JSON.stringify(expected) === JSON.stringify(found)) continue
    differences++
    console.log(`${file}\n  whole: ${expected.join('\n         ')}\n  since: ${found.join('\n         ')}`)
  }
} finally {
  repository.remove()
}
const compared = whole.findings.filter(({ file }) => last.includes(file)).length
console.log(`${whole.tool}: ${last.length} migrations with ${compared} findings compared, ${differences} differ`)
process.exitCode = differences === 0 ? 0 : 1
