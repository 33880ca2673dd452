import { planRowSecurity } from '../src/plan/builder/switch-off.ts'
import {
  declaresContract,
  findTable,
  listOf,
  operationsIn,
  printName,
  quoteIdentifier,
  type Report,
  type Rewrite,
  rule,
  type Span,
  type Table,
} from '../src/rule.ts'

export default rule({
  on: ['Migration'],
  hazard: 'breaks clients',
  certainty: 'possible',
  summary: 'row security hides rows from running code, or stops hiding them',
  why: `With row level security enabled and no policy that lets rows through, a table is empty for every role but its owner, superusers and roles with
BYPASSRLS: SELECT finds nothing, UPDATE and DELETE change nothing, INSERT fails. No error tells the running code why. Disabled again, every role
with the privilege sees all rows.`,
  instead: `Create the policies in the migration that enables row security; try it as the role that the application uses.`,
  references: [
    'https://www.postgresql.org/docs/current/ddl-rowsecurity.html',
    'https://www.postgresql.org/docs/current/sql-createpolicy.html',
  ],
  knownAs: [
    'pg-schema-diff/AUTHZ_UPDATE',
    'safe-migrate/restrictive-policy',
    'migrationpilot/MP057',
    'migrationpilot/rls-enabled-without-policy',
  ],
  check(migration, at) {
    const empty = new Map<string, Found>()
    const open = new Map<string, Found>()
    const reports: Report[] = []
    for (const { operation: op, statement, span } of operationsIn(migration.statements)) {
      if (op.kind !== 'SetRowSecurity' && op.kind !== 'DropPolicy' && op.kind !== 'CreatePolicy') continue
      const [before, after] = [findTable(at.before, op.table), findTable(at.after, op.table)]
      // What was there before the history may have policies that it does not tell of.
      if (before === undefined || after === undefined || at.isNew(op.table) || !after.complete) continue
      const name = printName(after.name)
      const found = (isHidden: boolean): Found => ({
        span,
        rewrite: {
          operation: op,
          plan: () => (op.kind === 'CreatePolicy' ? [] : planRowSecurity(op, isHidden, { before: at.before, statement })),
        },
      })
      if (hides(after) && !hides(before)) empty.set(name, empty.get(name) ?? found(true))
      else if (before.rowSecurity && before.policies.length > 0 && !after.rowSecurity)
        open.set(name, open.get(name) ?? found(false))
      else if (op.kind === 'CreatePolicy' && !op.permissive && before.rowSecurity)
        reports.push({
          message: `restrictive policy ${quoteIdentifier(op.policy)} hides rows of ${name} that running code has seen so far`,
          certainty: 'checked',
          span,
        })
    }
    const say = (found: ReadonlyMap<string, Found>, message: string) => {
      const [first] = [...found.values()]
      if (first === undefined) return
      const declared = declaresContract(migration)
      reports.push({
        message: declared ? `${message}; the migration declares itself a contract step` : message,
        certainty: declared ? 'checked' : 'possible',
        span: first.span,
        rewrites: [...found.values()].map(({ rewrite }) => rewrite),
      })
    }
    say(empty, `no policy lets a row of ${listed(empty)} through: for every role but the owner there are no rows from now on`)
    say(open, `the policies of ${listed(open)} no longer hide anything: every role with the privilege sees all rows`)
    return reports
  },
})

interface Found {
  readonly span: Span
  readonly rewrite: Rewrite
}

function hides(table: Table): boolean {
  return table.rowSecurity && table.policies.length === 0
}

function listed(tables: ReadonlyMap<string, unknown>): string {
  const names = [...tables.keys()]
  return listOf(names.length <= 4 ? names : [...names.slice(0, 3), `${names.length - 3} more`])
}
