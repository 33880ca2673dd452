import { planDropView } from '../src/plan/builder/let-go.ts'
import {
  advice,
  askTable,
  bodiesNaming,
  certaintyOf,
  findView,
  following,
  giveApp,
  inCode,
  printName,
  rule,
  sameName,
  some,
} from '../src/rule.ts'

export default rule({
  on: ['DropView'],
  hazard: 'breaks clients',
  certainty: 'possible',
  summary: 'a view goes that running code may still read',
  why: `Every query of the code that is still running that names the view fails once it is gone. A view that the same transaction makes again
under its name is never seen missing; when the statements commit one by one, queries in between fail.`,
  instead: `Deploy code that does not read the view first, and drop it in a later change set. To change a view, use CREATE OR REPLACE VIEW (it can
add columns at the end), or drop and create it in one transaction.`,
  references: [
    'https://www.postgresql.org/docs/current/sql-dropview.html',
    'https://www.postgresql.org/docs/current/sql-createview.html',
  ],
  knownAs: ['safe-migrate/broken-compute'],
  check(op, at) {
    if (at.skipped !== undefined || at.refused !== undefined || at.isNew(op.view)) return undefined
    const view = at.resolve(op.view)
    const returns = some(following(at), (later) => {
      switch (later.kind) {
        case 'CreateView':
        case 'CreateMaterializedView':
          return sameName(at.resolve(later.view), view)
        case 'CreateTable':
          return sameName(at.resolve(later.table), view)
        case 'RenameTable':
          return sameName({ schema: at.resolve(later.table).schema, name: later.to }, view)
        case 'RenameView':
          return sameName({ schema: at.resolve(later.view).schema, name: later.to }, view)
        default:
          return false
      }
    })
    if (returns) return undefined
    const kind = op.materialized || findView(at.before, op.view)?.kind === 'materialized view' ? 'materialized view' : 'view'
    const code = inCode(askTable(view), at)
    const bodies = bodiesNaming(at, view)
    return {
      message: `dropping ${kind} ${printName(view)}${code?.said ?? ' breaks running code that still reads it'}${bodies}`,
      ...certaintyOf(code, bodies),
      instead:
        code?.certainty === 'checked'
          ? undefined
          : advice(
              `deploy code that does not read it first, and drop it in a later change set${code === undefined ? giveApp : ''}`,
              `DROP ${kind.toUpperCase()} ${op.ifExists ? 'IF EXISTS ' : ''}${printName(op.view)};`,
            ),
    }
  },
  rewrite: planDropView,
})
