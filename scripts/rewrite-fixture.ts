/**
 * Reads fixtures/rewrites/<rule-id>.sql: cases in which a plan is proven. Each begins with `-- # title` and has the sections
 * `-- ## before` (schema and rows), `-- ## migration` (as it was written), and, as needed, `-- ## instead` (SQL that makes the wanted end state
 * where the migration itself fails on rows), `-- ## people` (what a deploy note asks people to do, run at each deploy), `-- ## code 1` (what runs before the first deploy of the plan), `-- ## code 2` (after it) and so on,
 * `-- ## check` (queries that must give true in the end).
 * Lines under the title: `-- postgres 18` or `-- postgres 15-17`, `-- fill users.email='x'`, `-- without users.token` (a column whose values differ by
 * nature), `-- apart from <regular expression>: reason` (lines of the schema's description that may differ), `-- steps 4` (how many files there are),
 * `-- transaction each` (the runner of the migration commits each statement by itself).
 */
import { readdirSync, readFileSync } from 'node:fs'

export const rewriteFolder = 'fixtures/rewrites'

export interface RewriteCase {
  readonly rule: string
  readonly title: string
  readonly line: number
  /** First and last major version. */
  readonly postgres: readonly [number, number]
  readonly fills: readonly string[]
  readonly without: readonly string[]
  readonly apartFrom: readonly RegExp[]
  readonly steps: number | undefined
  readonly transaction: 'unit' | 'each'
  readonly before: string
  readonly migration: string
  readonly instead: string | undefined
  readonly people: string
  /** What the application runs, one for each state of its code. */
  readonly code: readonly string[]
  readonly check: string
}

/** All cases, in order. Throws where a file does not follow the form. */
export function rewriteCases(): readonly RewriteCase[] {
  return readdirSync(rewriteFolder)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .flatMap((file) => readRewriteCases(file.replace(/\.sql$/, ''), readFileSync(`${rewriteFolder}/${file}`, 'utf8')))
}

function readRewriteCases(rule: string, text: string): readonly RewriteCase[] {
  const starts = [...text.matchAll(/^-- # (.+)$/gm)]
  return starts.map((start, index) => {
    const whole = text.slice(start.index, starts[index + 1]?.index)
    const line = text.slice(0, start.index).split('\n').length
    return readCase(rule, line, whole)
  })
}

function readCase(rule: string, line: number, text: string): RewriteCase {
  const [head = '', ...rest] = text.split(/^-- ## /m)
  const sections = new Map(
    rest.map((section) => {
      const end = section.indexOf('\n')
      return [section.slice(0, end).trim(), section.slice(end + 1)] as const
    }),
  )
  const title = /^-- # (.+)$/m.exec(head)?.[1] ?? ''
  const all = (word: string) => [...head.matchAll(new RegExp(`^-- ${word} (.+)$`, 'gm'))].map((match) => match[1] ?? '')
  const known = /^(?:before|migration|instead|people|check|code \d+)$/
  const odd = [...sections.keys()].find((name) => !known.test(name))
  if (odd !== undefined) throw new Error(`${rule}, line ${line}: there is no section ${JSON.stringify(odd)}`)
  const migration = sections.get('migration')
  if (migration === undefined) throw new Error(`${rule}, line ${line}: there is no migration`)
  const [first = '12', last = first] = (all('postgres')[0] ?? '12-18').split('-')
  const steps = all('steps')[0]
  return {
    rule,
    title,
    line,
    postgres: [Number(first), all('postgres')[0]?.includes('-') === false ? 18 : Number(last)],
    fills: all('fill'),
    without: all('without'),
    apartFrom: all('apart from').map((entry) => new RegExp(entry.replace(/: [^:]*$/, ''))),
    steps: steps === undefined ? undefined : Number(steps),
    transaction: all('transaction')[0] === 'each' ? 'each' : 'unit',
    before: sections.get('before') ?? '',
    migration,
    instead: sections.get('instead'),
    people: sections.get('people') ?? '',
    code: [...sections.keys()]
      .filter((name) => name.startsWith('code '))
      .sort((a, b) => Number(a.slice(5)) - Number(b.slice(5)))
      .map((name) => sections.get(name) ?? ''),
    check: sections.get('check') ?? '',
  }
}
