import * as v from 'valibot'
import { hazards, severities } from '../finding.ts'
import { presets, thresholds } from '../severity.ts'
import { newestPostgres, oldestPostgres, parserNames, transactionModes } from './limits.ts'

const described = <const S extends v.GenericSchema>(schema: S, text: string) => v.pipe(schema, v.description(text))

/** What a configuration may say: the one definition that validates files, types them and becomes the JSON Schema. */
export function configDefinition(ruleIds: readonly string[]) {
  const severity = v.picklist(severities)
  const globs = v.array(v.pipe(v.string(), v.nonEmpty()))
  const bySeverity = (keys: readonly string[]) =>
    v.strictObject(Object.fromEntries(keys.map((key) => [key, v.exactOptional(severity)])))
  return v.strictObject({
    $schema: v.exactOptional(v.string()),
    paths: v.exactOptional(
      described(globs, 'Migration files, directories or globs, relative to this file; used when the command line names none.'),
    ),
    postgres: v.exactOptional(
      described(
        v.pipe(v.number(), v.integer(), v.minValue(oldestPostgres), v.maxValue(newestPostgres)),
        `Major version of the PostgreSQL server that the migrations run on, ${oldestPostgres} to ${newestPostgres}.`,
      ),
    ),
    tool: v.exactOptional(described(v.pipe(v.string(), v.nonEmpty()), 'The migration tool, where the files do not tell it.')),
    transaction: v.exactOptional(
      described(
        v.picklist(transactionModes),
        'How the runner of plain SQL files sends them: each statement alone, one transaction per file (unit), one for all pending files (run), one multi-statement message (string) or a pipeline.',
      ),
    ),
    parser: v.exactOptional(
      described(
        v.picklist(parserNames),
        "What parses the SQL: PostgreSQL's own grammar, or the npm package pgsql-ast-parser, which understands less but needs no WebAssembly.",
      ),
    ),
    presets: v.exactOptional(
      described(
        v.array(v.picklist(presets)),
        'Severities to start from. recommended: the default; strict: one step more severe; style: style rules are warnings.',
      ),
    ),
    hazards: v.exactOptional(
      described(
        bySeverity(hazards),
        'Severity per hazard, stronger than presets. What was checked and found fine stays a note unless off.',
      ),
    ),
    rules: v.exactOptional(described(bySeverity(ruleIds), 'Severity per rule, stronger than hazards.')),
    overrides: v.exactOptional(
      described(
        v.array(
          v.strictObject({
            files: described(globs, 'Files that this override is for, as globs relative to this file.'),
            rules: described(bySeverity(ruleIds), 'Severity per rule in these files.'),
          }),
        ),
        'Severities for some paths; a later override wins.',
      ),
    ),
    ignore: v.exactOptional(described(globs, 'Migration files to leave out, as globs relative to this file.')),
    app: v.exactOptional(
      described(
        v.strictObject({
          paths: described(globs, 'The code that uses the database, as globs relative to this file.'),
          deployed: v.exactOptional(
            described(
              v.pipe(v.string(), v.nonEmpty()),
              'Git reference of the code that runs now; the merge base with --since by default, without it HEAD.',
            ),
          ),
        }),
        'Where the application is, so that what it still names is not dropped.',
      ),
    ),
    baseline: v.exactOptional(
      described(
        v.pipe(v.string(), v.nonEmpty()),
        'File of accepted findings; phasewise-baseline.json beside this file by default.',
      ),
    ),
    stats: v.exactOptional(described(v.pipe(v.string(), v.nonEmpty()), 'File of table sizes, written by phasewise stats.')),
    smallTable: v.exactOptional(
      described(
        v.strictObject({ rows: v.pipe(v.number(), v.minValue(0)), bytes: v.pipe(v.number(), v.minValue(0)) }),
        'Up to which size, of rows and of bytes, a table listed in stats is small: work on it is a note. 10,000 rows and 10 MB by default.',
      ),
    ),
    debt: v.exactOptional(
      described(
        v.strictObject({ olderThan: v.pipe(v.number(), v.integer(), v.minValue(0)) }),
        'Reports what expand steps left behind more than this many migrations ago.',
      ),
    ),
    failOn: v.exactOptional(described(v.picklist(thresholds), 'From which severity on the exit code is 1; error by default.')),
  })
}

export type Config = v.InferOutput<ReturnType<typeof configDefinition>>
