import { dollarQuoted } from './change.ts'
import type { Change, Plan } from './plan.ts'

/** A change and what has to be deployed before it. */
export interface Stage {
  readonly change: Change
  readonly deploys: readonly string[]
}

/** The changes of a plan, each with the deploys that come before it, and what is to be deployed when all of them have run. */
export function stagesOf(plan: Plan): { readonly stages: readonly Stage[]; readonly finally: readonly string[] } {
  const stages: Stage[] = []
  let deploys: string[] = []
  for (const step of plan) {
    if (step.phase === 'deploy') {
      deploys.push(step.note)
      continue
    }
    stages.push({ change: step, deploys })
    deploys = []
  }
  return { stages, finally: deploys }
}

/** Statements that go together, and what bounds how long they wait for locks. */
interface Bounded {
  readonly transaction: boolean
  readonly statements: readonly string[]
  readonly tables: Change['tables']
  readonly takes?: Change['takes']
  readonly locks?: Change['locks']
}

/**
 * Statements with what bounds their waiting around them, without semicolons; nothing for nothing.
 *
 * Several tables are waited for less long than deadlock_timeout (1s by default), so that the migration gives way before the server takes an
 * application's transaction for the deadlock's victim. Concurrent builds and validation wait without blocking anyone, and a timeout would leave
 * an invalid index behind: https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY
 * `postgres` is the oldest major version that the SQL has to run on: transaction_timeout is there from 17 on.
 */
export function boundedStatements(
  { transaction, statements, tables, takes, locks = [] }: Bounded,
  postgres: number,
): readonly string[] {
  if (statements.length + locks.length === 0) return []
  if (transaction) {
    const lockTimeout = tables === 'several' ? '500ms' : '2s'
    const limit = takes === 'open' ? [] : ["SET LOCAL statement_timeout = '10s'"]
    if (locks.length === 0) return [`SET LOCAL lock_timeout = '${lockTimeout}'`, ...limit, ...statements]
    // What the migration set finds the tables: it stays in front. A statement's own time is that of all tries together.
    const settings = statements.slice(
      0,
      statements.findIndex((statement) => !/^SET\b/i.test(statement)),
    )
    return [
      `SET LOCAL lock_timeout = '${lockTimeout}'`,
      "SET LOCAL statement_timeout = '5min'",
      ...settings,
      untilLocked(locks),
      ...limit,
      ...statements.slice(settings.length),
    ]
  }
  const timeouts = ['lock_timeout', 'statement_timeout', ...(postgres >= 17 ? ['transaction_timeout'] : [])]
  return [...timeouts.map((name) => `SET ${name} = 0`), ...statements, ...timeouts.toReversed().map((name) => `RESET ${name}`)]
}

/**
 * A block that takes locks, all or none: 20 tries, and pauses in which whoever queued behind it goes on (1 to 10 seconds at most, of growing and
 * random length). What a try has locked when it fails is let go; what the last one has locked stays until the transaction ends:
 * https://www.postgresql.org/docs/current/plpgsql-control-structures.html#PLPGSQL-ERROR-TRAPPING
 */
function untilLocked(locks: readonly string[]): string {
  return `-- tries 20 times for its locks; whoever waits behind it goes on in the pauses
DO ${dollarQuoted(` BEGIN
  FOR try IN 1..20 LOOP
    BEGIN ${locks.map((lock) => `${lock}; `).join('')}EXIT;
    EXCEPTION WHEN lock_not_available OR deadlock_detected THEN IF try = 20 THEN RAISE; END IF; END;
    PERFORM pg_sleep(least(10, 0.5 * try) * (0.5 + random() / 2));
  END LOOP;
END `)}`
}

/** What happens and why, the phase, and what to deploy before: lines without line breaks, each a comment. */
export function commentsOf({ change, deploys }: Stage): readonly string[] {
  return [
    ...commentLines(titleOf(change)),
    ...commentLines(change.why),
    `-- phasewise phase: ${change.phase}`,
    ...deploys.flatMap((note) => commentLines(`deploy before this: ${note}`)),
  ]
}

/** A title is one line, whatever the names in it hold. */
export function titleOf({ title }: Pick<Change, 'title'>): string {
  return title.replace(/[\s\p{Cc}]+/gu, ' ').trim()
}

/** Statements, each with its semicolon, without a line break after the last. */
export function sqlText(statements: readonly string[]): string {
  return statements.map(withSemicolon).join('\n')
}

/** A comment at the end of a statement would swallow its semicolon. */
export function withSemicolon(statement: string): string {
  const text = statement.trimEnd()
  return text.slice(text.lastIndexOf('\n') + 1).includes('--') ? `${text}\n;` : `${text};`
}

/** One change as people read it, and as psql runs it with its transaction around it: comments, then the bounded statements. */
export function changeSql(stage: Stage, postgres: number): string {
  return [...commentsOf(stage), sqlText(boundedStatements(stage.change, postgres))].join('\n')
}

/** The way back of a change, bounded like the change; a comment where there is none. */
export function rollbackSql({ rollback, tables }: Change, postgres: number): string {
  if ('impossible' in rollback) return commentLines(`no way back: ${rollback.impossible}`).join('\n')
  if (rollback.statements.length === 0) return '-- nothing to undo'
  return sqlText(boundedStatements({ ...rollback, tables }, postgres))
}

/** Prose as comment lines; a line break starts a new one. */
export function commentLines(text: string): readonly string[] {
  // goose takes any comment with its mark in it for a command.
  return (
    text
      .replaceAll(/\+goose/gi, 'goose')
      .split(/\r?\n/)
      // A name may hold what ends a comment: a carriage return does in SQL, U+2028 in JavaScript.
      .map((line) => line.replace(/[\p{Cc}\u2028\u2029]/gu, ' '))
      .flatMap((paragraph) => wrapped(paragraph.trim()))
      .map((line) => `-- ${readByTools.test(line) ? '* ' : ''}${line}`)
  )
}

/** SQL that is not to run, as comment lines. */
export function commentedSql(statements: readonly string[]): readonly string[] {
  return sqlText(statements)
    .split(/\r\n|[\r\n]/)
    .map((line) => `-- ${line}`.trimEnd())
}

/** How some comment begins that a migration tool reads: `--rollback` (Liquibase takes blanks too), `-- Down Migration`, `-- migrate:up`, `--> statement-breakpoint`. */
const readByTools =
  /^(?:[-+>!]|(?:up|down)\s+migration|migrate:|rollback|comment|changeset|liquibase|precondition|property|ignore|validchecksum|atlas:|no-transaction|pg-delta)/i

const width = 110

function wrapped(paragraph: string): readonly string[] {
  // What phasewise reads in comments ends with its line.
  if (paragraph.length <= width || /^phasewise\b/i.test(paragraph)) return paragraph === '' ? [] : [paragraph]
  const lines: string[] = []
  let line = ''
  for (const word of paragraph.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = ''
    }
    line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}
