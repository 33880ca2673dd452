import { findSequence, findType, findView, viewsOver } from '../../catalog/lookup.ts'
import { type Name, printName } from '../../name.ts'
import type { Operation } from '../../operation.ts'
import { isMadeAgain } from '../../rule/removed-value.ts'
import type { Site } from '../../rule.ts'
import { printType } from '../../type-name.ts'
import { deploy, inTransaction } from '../change.ts'
import { inverseOf } from '../inverse.ts'
import { columnName } from '../name.ts'
import { statementOf } from '../own-statement.ts'
import type { Plan, Rollback } from '../plan.ts'

/**
 * A statement that is quick and safe as soon as no running code relies on what it takes away: what to deploy, and the statement in a file of
 * its own. `needed` says which code goes before, `back` what undoes it.
 */
function letGo(needed: string, title: string, statement: string, back: Rollback | undefined): Plan {
  return [
    deploy(`${needed}; wait until no older process is left`),
    inTransaction({
      phase: 'contract',
      title,
      why: 'No running code relies on it any more: it takes a moment.',
      statements: [statement],
      rollback: back ?? { impossible: 'write by hand what makes it again, as the migration did that made it' },
    }),
  ]
}

/** DROP VIEW once nobody reads it. [] for CASCADE, and for views of one statement of which one reads another. */
export function planDropView(op: Operation<'DropView'>, at: Site): Plan {
  const statement = statementOf(op, at)
  const isTangled = op.together.length > 1 && op.together.some((view) => viewsOver(at.before, view).length > 0)
  if (statement === undefined || op.cascade || isTangled || findView(at.before, op.view) === undefined) return []
  const title = bare(op.view)
  return letGo(`code that does not read ${title}`, `drop ${title}`, statement, undefined)
}

/**
 * DROP of a function, type, domain or sequence once no code names it. [] for CASCADE, for several of one statement, for a type that is made
 * again with fewer values, and for attributes, whose columns are not looked through.
 */
export function planDropObject(
  op: Operation<'DropFunction' | 'DropType' | 'DropDomain' | 'DropSequence' | 'AlterCompositeType' | 'RenameObject'>,
  at: Site,
): Plan {
  if (op.kind === 'AlterCompositeType' || op.kind === 'RenameObject' || op.cascade) return []
  if (at.statement.commands.length > 1) return []
  const name = nameOf(op)
  if ((op.kind === 'DropType' || op.kind === 'DropDomain') && (isMadeAgain(name, at) || findType(at.before, name) === undefined))
    return []
  if (op.kind === 'DropSequence' && findSequence(at.before, name) === undefined) return []
  const called =
    op.kind === 'DropFunction' && op.arguments !== undefined
      ? `${bare(name)}(${op.arguments.map(printType).join(', ')})`
      : bare(name)
  return letGo(`code that names ${called} nowhere`, `drop ${bare(name)}`, at.statement.sql, undefined)
}

function nameOf(op: Operation<'DropFunction' | 'DropType' | 'DropDomain' | 'DropSequence'>): Name {
  switch (op.kind) {
    case 'DropFunction':
      return op.function
    case 'DropSequence':
      return op.sequence
    case 'DropType':
      return op.type
    case 'DropDomain':
      return op.domain
  }
}

function bare(name: Name): string {
  return printName({ schema: undefined, name: name.name })
}

/** DROP DEFAULT once the code always gives the column a value. */
export function planDropDefault(op: Operation<'DropDefault'>, at: Site): Plan {
  const statement = statementOf(op, at)
  if (statement === undefined) return []
  const title = columnName(op.table, op.column)
  return letGo(`code that always gives ${title} a value`, `drop default of ${title}`, statement, inverseOf(op, at))
}
