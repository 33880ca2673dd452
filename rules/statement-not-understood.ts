import { rule, unknownOf } from '../src/rule.ts'

/** psql commands that run SQL from elsewhere, or against another database. */
const unseen = new Set(['i', 'ir', 'include', 'include_relative', 'gexec', 'gdesc', 'copy', 'c', 'connect'])

export default rule({
  on: ['Opaque', 'DoBlock', 'MetaCommand', 'Call', 'Select'],
  hazard: 'not understood',
  certainty: 'possible',
  summary: 'a statement whose locks and effects are not known',
  why: `What cannot be read is not safe: a statement that phasewise does not model, SQL that a DO block puts together while it runs, a file that
\`\\i\` pulls in, a block in a language other than PL/pgSQL, a call of a routine whose body no migration shows
or that puts SQL together. It may lock or rewrite anything, and what it changes is missing from the schema
that later statements are judged by.`,
  instead: `Write static SQL where you can: a DO block that executes literal statements is followed, and so is a call of a routine of the same history. Otherwise read the statement with care, try it
with \`phasewise trace\` on a real server, and allow it with a reason.`,
  references: [
    'https://www.postgresql.org/docs/current/plpgsql-statements.html#PLPGSQL-STATEMENTS-EXECUTING-DYN',
    'https://www.postgresql.org/docs/current/sql-do.html',
  ],
  knownAs: [
    'strong_migrations/execute',
    'strong_migrations/change_table',
    'online_migrations/execute',
    'online_migrations/change_table',
    'excellent_migrations/raw_sql_executed',
    'atlas/SA101',
    'pg-schema-diff/HAS_UNTRACKABLE_DEPENDENCIES',
    'pgfence/add-constraint-unknown-type',
    'safe-migrate/opaque-dynamic-sql',
    'migrationpilot/MP063',
    'migrationpilot/warn-do-block-ddl',
  ],
  check(op, at) {
    switch (op.kind) {
      case 'Opaque':
        return `not known what ${op.statement} locks and does: ${op.reason}`
      case 'DoBlock': {
        const [first, ...others] = op.dynamic
        if (first === undefined) return undefined
        const rest = others.length === 0 ? '' : `, and ${others.length} more like it`
        return `not known what this block locks and does: it puts SQL together, ${onOneLine(first)}${rest}`
      }
      case 'Call':
      case 'Select': {
        const reason = unknownOf(op, at.before)
        // A function that is called again and again is told of once in a file.
        return (
          reason && {
            message: `not known what this locks and does: ${reason.replace(/ may run statements of its own: (?=[A-Z])/, ' may run ')}`,
            group: reason,
          }
        )
      }
      case 'MetaCommand':
        return unseen.has(op.command.replace(/^\\/, ''))
          ? `not known what this locks and does: \\${op.command.replace(/^\\/, '')} ${op.argument} is not read`.replace(
              /\s+/g,
              ' ',
            )
          : undefined
    }
  },
})

function onOneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > 80 ? `${line.slice(0, 77)}…` : line
}
