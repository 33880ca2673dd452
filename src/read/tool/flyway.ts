import { Failure } from '../../failure.ts'
import { byCodeUnit } from '../files.ts'
import type { Project } from '../project.ts'
import type { Tool, Unit } from '../tool.ts'

const versioned = /(?:^|\/)([VUB])(\d+(?:[._]\d+)*)(?:__(.*))?\.sql$/
const repeatable = /(?:^|\/)R__(.*)\.sql$/
const callback = /(?:^|\/)(before|after|create)[A-Z]\w*(?:__.*)?\.sql$/

/** Statements that Flyway itself knows to run outside a transaction; a file of nothing else is sent statement by statement. */
const free =
  /^(?:(?:CREATE|DROP)\s+(?:DATABASE|TABLESPACE|SUBSCRIPTION)|ALTER\s+SYSTEM|CREATE\s+(?:UNIQUE\s+)?INDEX\s+CONCURRENTLY|DROP\s+INDEX\s+CONCURRENTLY|REINDEX\s+(?:SCHEMA|DATABASE|SYSTEM)|VACUUM|DISCARD\s+ALL)\b/i

/**
 * Flyway: `V1__x.sql` by version parts, then `R__x.sql` by description; `U` undoes, `B` is a baseline. One transaction a file, unless every
 * statement is on Flyway's own list, or the sidecar `x.sql.conf` says `executeInTransaction=false`.
 */
export const flyway: Tool = {
  name: 'flyway',
  detect(project) {
    if (!project.files.some((file) => versioned.test(file))) return undefined
    for (const name of ['flyway.toml', 'flyway.conf']) if (project.above(name)) return { strength: 5, because: name }
    if (/\brefinery\b/.test(project.above('Cargo.toml')?.text ?? '')) return undefined
    return { strength: 3, because: 'V1__x.sql' }
  },
  read(project) {
    const steps = project.files.filter((file) => versioned.test(file))
    steps.sort((a, b) => compareVersions(versionOf(a), versionOf(b)) || byCodeUnit(a, b))
    refuseTwins(steps)
    const again = project.files.filter((file) => repeatable.test(file)).sort((a, b) => byCodeUnit(describe(a), describe(b)))
    const callbacks = project.files.filter((file) => callback.test(file))
    return [
      ...callbacks.map((file) => unit(project, file, 'callback')),
      ...steps.map((file) => unit(project, file, ({ U: 'down', B: 'baseline', V: 'up' } as const)[letterOf(file)])),
      ...again.map((file) => unit(project, file, 'repeatable')),
    ]
  },
}

function unit(project: Project, file: string, kind: Unit['kind']): Unit {
  const sidecar = `${file}.conf`
  const opted = project.files.includes(sidecar) && /^\s*executeInTransaction\s*=\s*false/m.test(project.text(sidecar))
  return { file, kind, transaction: opted || allFree(project.text(file)) ? 'each' : 'unit', placeholders: new Set(['dollar']) }
}

function allFree(text: string): boolean {
  const statements = text
    .replace(/--[^\n]*/g, '')
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .split(';')
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '')
  return statements.length > 0 && statements.every((statement) => free.test(statement))
}

function letterOf(file: string): 'V' | 'U' | 'B' {
  const letter = versioned.exec(file)?.[1]
  return letter === 'U' || letter === 'B' ? letter : 'V'
}

/** Parts as big integers; trailing zeros vanish: 1, 01 and 1.0 are the same version. */
function versionOf(file: string): readonly bigint[] {
  const parts = (versioned.exec(file)?.[2] ?? '0').split(/[._]/).map(BigInt)
  while (parts.length > 1 && parts.at(-1) === 0n) parts.pop()
  return parts
}

function compareVersions(a: readonly bigint[], b: readonly bigint[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const [x, y] = [a[i] ?? 0n, b[i] ?? 0n]
    if (x !== y) return x < y ? -1 : 1
  }
  return 0
}

function refuseTwins(ordered: readonly string[]): void {
  const seen = new Map<string, string>()
  for (const file of ordered) {
    const key = `${letterOf(file)}${versionOf(file).join('.')}`
    const twin = seen.get(key)
    if (twin !== undefined) throw new Failure(`${twin} and ${file} have the same version: Flyway refuses to run`)
    seen.set(key, file)
  }
}

function describe(file: string): string {
  return repeatable.exec(file)?.[1] ?? file
}
