import { planDropCascade } from '../src/plan/builder/drop-cascade.ts'
import {
  advice,
  cascading,
  casualties,
  dropsOf,
  findRelation,
  findRoutines,
  findTable,
  findType,
  isTable,
  listOf,
  type Operation,
  printName,
  rule,
  type Site,
  targetOf,
  targetsOf,
} from '../src/rule.ts'

export default rule({
  on: cascading,
  hazard: 'loses data',
  summary: 'CASCADE drops more than the statement names',
  why: `CASCADE drops whatever depends on the named object, and what depends on that: views, foreign keys of other tables, columns of a dropped
type, triggers of a dropped function. Nobody who reads the statement sees what goes, and each of them takes its own lock. Without CASCADE
PostgreSQL refuses and lists what is in the way.`,
  instead: `Drop what depends on it by name, in the order that makes each step plain, and the object itself without CASCADE at the end.`,
  references: ['https://www.postgresql.org/docs/current/ddl-depend.html'],
  knownAs: [
    'bytebase/STATEMENT_DISALLOW_RM_TBL_CASCADE',
    'pg-migration-lint/PGM202',
    'migrationpilot/MP022',
    'migrationpilot/no-drop-cascade',
  ],
  check(op, at) {
    if (!op.cascade || at.skipped !== undefined || at.refused !== undefined) return undefined
    const target = targetOf(op)
    const bare = `${at.statement.sql.replace(/\s+cascade\s*$/i, '')};`
    const gone = casualties(at, targetsOf(op, at))
    if (gone.length > 0) {
      return {
        message: `CASCADE drops more than ${target === undefined ? 'is named' : printName(target)}: ${listOf(gone.map(({ what }) => what))}`,
        instead: advice('drop by name what is to go, and leave CASCADE out', ...dropsOf(gone), bare),
      }
    }
    if (isKnown(op, at)) return undefined
    return {
      message: `CASCADE drops whatever depends on ${target === undefined ? 'it' : printName(target)}, and the migrations do not say what that is`,
      certainty: 'possible',
      instead: advice('leave CASCADE out: PostgreSQL then refuses and lists what is in the way', bare),
    }
  },
  rewrite: planDropCascade,
})

/** Whether the history made it, so that it knows what depends on it, or the change set did, so that nothing in use can. */
function isKnown(op: Operation<(typeof cascading)[number]>, at: Site): boolean {
  const target = targetOf(op)
  if (target === undefined) return false
  if (op.kind === 'DropType' || op.kind === 'DropDomain') return findType(at.before, target)?.origin !== undefined
  if (op.kind === 'DropFunction') return findRoutines(at.before, target).some(({ origin }) => origin !== undefined)
  const relation = findRelation(at.before, target)
  return (
    relation !== undefined &&
    (isTable(relation) ? findTable(at.before, target)?.complete === true : relation.origin !== undefined)
  )
}
