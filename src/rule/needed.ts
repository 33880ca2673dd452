import type { Question, Reference } from '../application/application.ts'
import { findColumn, findRoutines, findTable } from '../catalog/lookup.ts'
import { type Name, printName, quoteIdentifier } from '../name.ts'
import type { Constraint, Operation } from '../operation.ts'
import { phaseOf } from '../phase.ts'
import type { Site } from '../rule.ts'
import { askColumn, askFunction, askTable } from './evidence.ts'

/** What code is asked about, and how messages call it. */
export interface Asked {
  readonly question: Question
  readonly what: string
}

/** What deployed code loses by an operation. */
export function lostBy(operation: Operation, at: Site): Asked | undefined {
  switch (operation.kind) {
    case 'DropColumn':
    case 'RenameColumn':
      return at.isNew(operation.table) || at.inChangeSet(findColumn(at.deployed, operation.table, operation.column)?.origin)
        ? undefined
        : column(operation.table, operation.column, at)
    case 'DropTable':
    case 'RenameTable':
      return at.isNew(operation.table) ? undefined : table(operation.table, at)
    case 'DropView':
    case 'RenameView':
      return at.isNew(operation.view) ? undefined : table(operation.view, at)
    case 'DropFunction':
      return findRoutines(at.deployed, operation.function).length > 0
        ? { question: askFunction(operation.function), what: `function ${printName(operation.function)}` }
        : undefined
    default:
      return undefined
  }
}

/** What an operation makes that new code may need. */
export function gainedBy(operation: Operation, at: Site): Asked | undefined {
  switch (operation.kind) {
    case 'AddColumn':
      return at.isNew(operation.table) ? undefined : column(operation.table, operation.column.name, at)
    case 'RenameColumn':
      return at.isNew(operation.table) ? undefined : column(operation.table, operation.to, at)
    case 'CreateTable':
      return operation.persistence === 'temporary' || operation.partitionOf !== undefined ? undefined : table(operation.table, at)
    case 'CreateView':
      return at.isNew(operation.view) ? table(operation.view, at) : undefined
    default:
      return undefined
  }
}

/** The rules about drops, where they have nothing more to say: with the code at hand they name what breaks. */
export function coversDrops(at: Site): readonly string[] {
  return at.application === undefined ? ['drop-column', 'drop-table'] : []
}

/** Whether the change set's code has one column's name wherever it had the other's, in several places. */
export function takesPlaceInCode(of: Name, from: string, to: string, at: Site): boolean {
  const removed = at.application?.removed(askColumn(at.resolve(of), from, at.deployed)) ?? []
  const added = at.application?.added(askColumn(at.resolve(of), to, at.after)) ?? []
  const filesOf = (places: readonly Reference[]) => places.map(({ file }) => file).sort()
  return removed.length >= 3 && filesOf(removed).join('\n') === filesOf(added).join('\n')
}

/** The columns that INSERTs have to fill from an operation on; nothing else does, as far as the history knows. */
export function requiredBy(operation: Operation, at: Site): readonly Asked[] {
  switch (operation.kind) {
    case 'AddColumn':
      return phaseOf(operation, at) === 'contract' ? required(operation.table, [operation.column.name], at) : []
    case 'SetNotNull':
      return required(operation.table, [operation.column], at)
    case 'AddConstraint':
      return required(operation.table, demandedBy(operation.constraint), at)
    default:
      return []
  }
}

function required(of: Name, columns: readonly string[], at: Site): readonly Asked[] {
  if (at.isNew(of)) return []
  // A trigger may fill it.
  const isTriggered = (findTable(at.after, of)?.triggers ?? []).length > 0
  return columns
    .filter((name) => {
      const known = findColumn(at.after, of, name)
      return known !== undefined && !isTriggered && !known.default && !known.identity && !known.generated
    })
    .map((name) => column(of, name, at))
}

function demandedBy(constraint: Constraint): readonly string[] {
  if (constraint.kind === 'not null') return [constraint.column]
  return constraint.kind === 'check' && constraint.enforced ? constraint.expression.provesNotNull : []
}

const column = (of: Name, name: string, at: Site): Asked => ({
  question: askColumn(at.resolve(of), name, at.after),
  what: `column ${quoteIdentifier(name)} of ${printName(at.resolve(of))}`,
})

const table = (name: Name, at: Site): Asked => ({
  question: askTable(at.resolve(name)),
  what: printName(at.resolve(name)),
})
