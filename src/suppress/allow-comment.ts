import type { Rule } from '../rule.ts'

/** The rule behind findings about our own comments. They arise where comments are applied, so it looks at no operation. */
export const allowCommentRule: Rule = {
  on: [],
  hazard: 'not understood',
  summary: 'an allow comment that names an unknown rule, gives no reason or allows nothing',
  why: [
    'An allow comment silences a rule on one statement, so it has to say which rule and why. One that names a rule that does not',
    'exist, gives no reason or stands where nothing is found silences nothing, and the next reader takes it for a decision that',
    'somebody made.',
  ].join(' '),
  instead: [
    'Write `-- phasewise allow <rule>: <reason>` on the statement (or the command of it) or directly above it, or',
    '`-- phasewise allow-file <rule>: <reason>` before the first statement of the file. Remove comments that allow nothing.',
  ].join(' '),
  references: ['https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-COMMENTS'],
  knownAs: [],
  check: () => undefined,
}
