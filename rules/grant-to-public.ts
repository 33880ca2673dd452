import { listOf, printName, rule } from '../src/rule.ts'

export default rule({
  on: ['Grant'],
  hazard: 'style',
  summary: 'a privilege is given to every role, or all privileges at once',
  why: `PUBLIC is every role, those that are made tomorrow too. ALL PRIVILEGES of a table are TRUNCATE, REFERENCES and TRIGGER as well: a role that may create
a trigger runs code of its own with the rights of whoever writes to the table.`,
  instead: `Name the privileges and the role that needs them.`,
  references: ['https://www.postgresql.org/docs/current/sql-grant.html', 'https://www.postgresql.org/docs/current/ddl-priv.html'],
  knownAs: ['safe-migrate/overbroad-grant', 'migrationpilot/MP085', 'migrationpilot/warn-grant-widening'],
  check(op) {
    if (op.revoke || (op.object !== 'table' && op.inSchemas.length === 0)) return undefined
    const what = op.inSchemas.length > 0 ? `everything in ${listOf(op.inSchemas)}` : listOf(op.names.map(printName))
    if (op.grantees.some((grantee) => grantee.toLowerCase() === 'public'))
      return `every role, now and later, gets privileges on ${what}`
    const isAll = op.privileges.length === 0 || op.privileges.some((privilege) => /^all\b/i.test(privilege))
    return isAll
      ? `${listOf(op.grantees)} ${op.grantees.length === 1 ? 'gets' : 'get'} all privileges on ${what}, TRUNCATE and TRIGGER too`
      : undefined
  },
})
