/**
 * What was found wrong in other linters, counted by area: every number of an area is a case of fixtures/peers, or is held by a test
 * named here, or is left out for a reason. A test goes through all of them.
 */
export const areas = {
  added: 16,
  types: 9,
  constraints: 13,
  indexes: 14,
  locks: 11,
  transactions: 11,
  history: 22,
  data: 13,
  input: 18,
  remedies: 25,
  tools: 21,
  migrationpilot: 37,
} as const satisfies Readonly<Record<string, number>>

/** Rows whose claim is not about one piece of SQL: the test file that holds it, and words that stand in it. */
export const elsewhere: ReadonlyMap<string, readonly [file: string, words: string]> = new Map([
  // A run without a list of changed files judges all, and everything is old that an earlier migration made.
  ['history-10', ['test/since.test.ts', 'has nothing to say where no migration changed']],
  ['history-16', ['test/cli.test.ts', 'leaves out what the configuration ignores']],
  ['input-07', ['test/cli.test.ts', 'a missing file beside one that is there']],
  ['input-08', ['test/cli.test.ts', 'reads - from standard input under the name it is given']],
  ['input-10', ['test/cli.test.ts', 'text that is not UTF-8']],
  ['input-11', ['test/grammar-parse.test.ts', 'it is nested too deeply']],
  ['remedies-02', ['fixtures/peers/remedies.sql', 'app."UserProfile"']],
  ['remedies-08', ['fixtures/peers/remedies.sql', 'DROP INDEX app.i1, app.i2']],
  ['remedies-14', ['fixtures/peers/remedies.sql', 'UPDATE public.orders']],
  ['remedies-16', ['fixtures/peers/remedies.sql', 'INCLUDE (nick) WHERE nick IS NOT NULL']],
  // Plans are run on a server, with rows, and lint clean: what they do in which order is theirs.
  ['remedies-11', ['fixtures/plans/p25-enum-add-value.sql', 'ADD VALUE']],
  ['remedies-15', ['fixtures/plans/p3-add-column-volatile-default.sql', 'DEFAULT']],
  ['remedies-17', ['fixtures/plans/p17-change-type-under-new-name.sql', 'deploy']],
  ['remedies-18', ['fixtures/plans/p1-add-column-not-null.sql', 'NOT VALID']],
  ['remedies-19', ['fixtures/plans/p7-set-not-null-with-trigger.sql', 'TRIGGER']],
  ['remedies-20', ['fixtures/plans/p17-change-type-under-new-name.sql', 'DROP TRIGGER']],
  ['remedies-21', ['fixtures/plans/b-index-index.sql', 'CONCURRENTLY']],
  ['remedies-23', ['fixtures/plans/p8-add-check.sql', 'VALIDATE']],
  ['remedies-24', ['fixtures/plans/p9-add-foreign-key.sql', 'VALIDATE']],
  ['remedies-25', ['fixtures/plans/p13-widen-identity-key.sql', 'bigint']],
  ['tools-01', ['test/package.test.ts', 'is run through a symlink']],
  ['tools-02', ['test/formats.test.ts', 'gitlab has what Code Quality requires']],
  ['tools-03', ['test/size.test.ts', 'lowers work on a small table to a note']],
  ['tools-04', ['test/trace-cli.test.ts', 'takes a schema and earlier migrations as context']],
  ['tools-05', ['test/report.test.ts', 'count columns in UTF-16 units over all line ends']],
  ['tools-06', ['test/cli.test.ts', 'follows the terminal, FORCE_COLOR, NO_COLOR']],
  ['tools-07', ['test/cli.test.ts', 'exits with 0 when nothing reaches the threshold']],
  ['tools-08', ['test/cli.test.ts', 'an unknown key']],
  ['tools-09', ['test/suppress.test.ts', 'that allows nothing is a finding']],
  ['tools-10', ['test/tools.test.ts', 'is found without an option']],
  ['tools-11', ['test/cli.test.ts', 'prints all of a long output into a pipe']],
  ['tools-12', ['test/cli.test.ts', 'help shows the commands and the options of lint']],
  ['tools-13', ['test/report.test.ts', 'underlines a command below the first line of its statement']],
  ['tools-14', ['test/cli.test.ts', 'prints JSON, and nothing else, on stdout']],
  ['tools-15', ['test/tools.test.ts', 'is read in its order, in its transactions']],
  ['tools-16', ['test/trace-cli.test.ts', 'observes CONCURRENTLY from a second connection']],
  ['tools-17', ['test/cli.test.ts', 'is the default command, and exits with 1 for an error']],
  ['tools-18', ['test/cli.test.ts', 'a path that is not there']],
  ['tools-19', ['test/formats.test.ts', 'is valid by the schema of the standard']],
  ['tools-20', ['test/since.test.ts', 'reports committed, staged, unstaged and untracked migrations']],
  ['migrationpilot-31', ['fixtures/peers/remedies.sql', 'CREATE UNIQUE INDEX ON app."Users"']],
  ['migrationpilot-37', ['test/package.test.ts', 'runs on']],
])

/** Rows that are no case, with the reason. */
export const leftOut: ReadonlyMap<string, string> = new Map([
  ['remedies-22', 'a converter of SQL to operation files, which we do not have'],
  ['tools-21', 'linters of application code, which finds the first match of a line or says no remedy: no SQL to judge'],
  ['migrationpilot-03', 'the linter is right: a CHECK, validated, then NOT NULL, in one file'],
  ['migrationpilot-32', 'an automatic fix that writes into string literals: nothing of ours edits statements as text'],
  ['migrationpilot-36', 'advice on the order of columns, which we refuse to give'],
])
