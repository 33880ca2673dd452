import { quoteIdentifier, rule } from '../src/rule.ts'

export default rule({
  on: ['AlterExtension'],
  hazard: 'not understood',
  certainty: 'possible',
  summary: "an extension's update script runs, whatever it holds",
  why: `ALTER EXTENSION … UPDATE runs the scripts that lead from the installed version to the new one. They are files on the server that no analyzer of
migrations sees: they may replace functions that indexes are built on, change types, or lock the tables that the extension owns.`,
  instead: `Read the extension's release notes and its update scripts, name the version with \`TO\`, and try the update on a copy.`,
  references: [
    'https://www.postgresql.org/docs/current/sql-alterextension.html',
    'https://www.postgresql.org/docs/current/extend-extensions.html#EXTEND-EXTENSIONS-UPDATES',
  ],
  knownAs: ['pg-schema-diff/UPGRADING_EXTENSION_VERSION'],
  check(op, at) {
    if (op.change !== 'update' || at.refused !== undefined) return undefined
    return `the update scripts of ${quoteIdentifier(op.extension)} are not seen here: what they lock, rewrite or drop is not known`
  },
})
