import { analyze } from './analyze.ts'
import { type Debt, debtOf } from './debt.ts'
import { Failure } from './failure.ts'
import { assumedPostgres, type LintOptions, readJob } from './lint.ts'
import { readSchema } from './read/read.ts'

/** What the whole history left behind. Throws a Failure where the job cannot be done or several histories are named. */
export async function debtReport(options: LintOptions): Promise<readonly Debt[]> {
  const { cwd, postgres, parser, history } = await readJob(options)
  const [first, second] = new Set(history.migrations.map((migration) => migration.history))
  if (second !== undefined) throw new Failure(`debt looks at one history at a time; these are ${first} and ${second}`)
  const { catalog } = analyze(history.migrations, {
    postgres: postgres ?? assumedPostgres,
    rules: new Map(),
    severityOf: () => 'off',
    reported: () => false,
    ...(options.schema === undefined ? {} : { schema: await readSchema(options.schema, cwd, parser) }),
  })
  return debtOf(catalog, history.migrations)
}
