import { printName, rule } from '../src/rule.ts'

export default rule({
  on: ['CreateFunction'],
  hazard: 'style',
  summary: 'a SECURITY DEFINER function looks its names up where the caller says',
  why: `The function runs with its owner's rights and the caller's search_path. Who can create a function or table in a schema of that path, pg_temp at
least, decides what the names in the body mean, and has it run with the owner's rights.`,
  instead: `Pin it: \`SET search_path = app, pg_temp\`, pg_temp last, or write every name with its schema and set an empty path.`,
  references: ['https://www.postgresql.org/docs/current/sql-createfunction.html#SQL-CREATEFUNCTION-SECURITY'],
  knownAs: ['migrationpilot/MP099', 'migrationpilot/warn-security-definer-search-path'],
  check(op, at) {
    if (!op.securityDefiner || op.settings.some((setting) => setting.toLowerCase() === 'search_path') || at.refused !== undefined)
      return undefined
    return `${printName(op.function)} runs with its owner's rights and the caller's search_path`
  },
})
