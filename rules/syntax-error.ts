import { rule } from '../src/rule.ts'

export default rule({
  on: ['Unparsed'],
  hazard: 'fails',
  summary: 'a statement that PostgreSQL does not accept',
  why: `The grammar that reads the migrations is PostgreSQL's own, so the server refuses this statement too, and in most tools nothing after it runs.
The other statements of the file are judged all the same, but the schema they are judged by lacks what this one was to do.`,
  instead: `Correct the statement. If it is a template, tell phasewise how its placeholders look; if it is newer than the grammar, allow it with a
reason.`,
  references: [
    'https://www.postgresql.org/docs/current/sql-commands.html',
    'https://www.postgresql.org/docs/current/sql-syntax-lexical.html',
  ],
  knownAs: ['squawk/syntax-error'],
  check: (op) => op.message.replace(/\.$/, ''),
})
