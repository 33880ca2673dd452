import { analyze } from '../analyze.ts'
import { nearest } from '../config/nearest.ts'
import { Failure } from '../failure.ts'
import type { ParserName } from '../grammar/grammar.ts'
import { assumedPostgres } from '../lint.ts'
import { readMigrations } from '../read/read.ts'
import { statementPage } from '../report/explain-text.ts'
import type { Paint } from '../report/paint.ts'
import type { Rule } from '../rule.ts'

export interface ExplainSqlOptions {
  readonly postgres: number | undefined
  readonly parser: ParserName | undefined
  readonly paint: Paint
  readonly columns: number
  /** For a word that is no SQL but close to a rule's id. */
  readonly rules: ReadonlyMap<string, Rule>
}

/** What SQL statements lock and do, in words, with nothing known of the schema. Throws a Failure for what does not parse. */
export async function explainSql(sql: string, options: ExplainSqlOptions): Promise<string> {
  const { migrations } = await readMigrations(['-'], {
    cwd: '.',
    tool: 'plain',
    stdin: { text: sql },
    ...(options.parser === undefined ? {} : { parser: options.parser }),
  })
  const postgres = options.postgres ?? assumedPostgres
  const { judged } = analyze(migrations, { postgres, rules: new Map(), severityOf: () => 'off' })
  if (judged.length === 0) throw new Failure('there is no statement in the SQL to explain')
  for (const { statement } of judged) {
    const unparsed = statement.commands.find(({ operation }) => operation.kind === 'Unparsed')
    if (unparsed?.operation.kind !== 'Unparsed') continue
    const rule = /\s/.test(sql) ? undefined : nearest(sql, options.rules.keys())
    throw new Failure(
      rule === undefined
        ? `the SQL does not parse: ${unparsed.operation.message}`
        : `${JSON.stringify(sql)} is neither a rule nor SQL; did you mean ${JSON.stringify(rule)}?`,
    )
  }
  const version =
    options.postgres === undefined ? `PostgreSQL ${postgres} assumed (--postgres sets it)` : `PostgreSQL ${postgres}`
  const pages = judged.map((one) => statementPage(one, options.paint, options.columns))
  return `${[...pages, `${version} · tables that the SQL does not create are taken to exist, to hold rows and to be in use`].join('\n')}\n`
}
