import { rule } from '../src/rule.ts'

export default rule({
  on: [],
  hazard: 'not understood',
  certainty: 'possible',
  summary: 'a comment that allows a finding, but is malformed, gives no reason, or silences nothing',
  why: `\`-- phasewise allow <rule-id>: <reason>\` before or on a statement silences one rule there, and \`-- phasewise allow-file <rule-id>: <reason>\` at
the top of a file silences it for the file. A typing error in such a comment, a rule that does not exist, a missing reason, or an allow for a
finding that is no longer made would each hide something or mislead the next reader, so they are reported.`,
  instead: `Correct the rule's name (\`phasewise rules\` lists them), write why the finding is acceptable here, or remove the comment.`,
  references: ['https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-COMMENTS'],
  knownAs: ['squawk/unused-ignore'],
  check: () => undefined,
})
