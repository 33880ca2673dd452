/**
 * Reads fixtures/plans/<id>-<title>.sql: a safe plan as it is deployed, file by file. The first section is the schema before the plan;
 * `(tx)` runs in one transaction, `(no-tx)` statement by statement.
 */
import { readdirSync, readFileSync } from 'node:fs'

const directory = 'fixtures/plans'

export interface PlanFixture {
  /** Of the file, without `.sql`: `p1-add-column-not-null`. */
  readonly name: string
  /** The first major version it can run on; undefined: all. */
  readonly postgres: number | undefined
  /** SQL of the schema, and a few rows, in which the plan starts. */
  readonly before: string
  /** In the order in which they are deployed, each by itself. */
  readonly files: readonly PlanFile[]
}

export interface PlanFile {
  readonly name: string
  readonly inTransaction: boolean
  readonly sql: string
}

/** Throws where a fixture has no files, or a file does not say how it runs. */
export function planFixtures(): readonly PlanFixture[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith('.sql'))
    .map((file) => readPlan(file.replace(/\.sql$/, ''), readFileSync(`${directory}/${file}`, 'utf8')))
}

function readPlan(name: string, text: string): PlanFixture {
  const [head = '', ...sections] = text.split(/^-- ## /m)
  const [before, ...files] = sections.map((section) => {
    const end = section.indexOf('\n')
    return { heading: section.slice(0, end), sql: section.slice(end + 1) }
  })
  if (before === undefined || files.length === 0) throw new Error(`${name}: a plan has the schema before it, and files`)
  const postgres = /^-- postgres (\d+)$/m.exec(head)?.[1]
  return {
    name,
    postgres: postgres === undefined ? undefined : Number(postgres),
    before: before.sql,
    files: files.map(({ heading, sql }) => {
      const [, file, mode] = /^(\S+\.sql) \((tx|no-tx)\)$/.exec(heading) ?? []
      if (file === undefined) throw new Error(`${name}: ${heading} does not say "(tx)" or "(no-tx)"`)
      return { name: file, inTransaction: mode === 'tx', sql }
    }),
  }
}
