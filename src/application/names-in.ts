import type { Migration } from '../migration.ts'
import type { Name } from '../name.ts'
import { columnsOf } from '../operation/constraint.ts'
import type { Operation, Statement } from '../operation.ts'
import { quotedNames } from './alias.ts'
import { type Question, spellingsAsked } from './application.ts'

/** Every spelling that judging migrations is going to ask for, so that the code is searched for all of them at once. */
export function namesIn(migrations: readonly Migration[]): readonly string[] {
  const spellings = new Set<string>()
  const visit = (statement: Statement) => {
    for (const { operation } of statement.commands) {
      for (const asked of askedBy(operation)) for (const spelling of spellingsAsked(asked)) spellings.add(spelling)
      const owner = ownerIn(operation)
      if (owner !== undefined) for (const spelling of quotedNames(owner.name)) spellings.add(spelling)
    }
    statement.body.forEach(visit)
  }
  for (const { statements } of migrations) statements.forEach(visit)
  return [...spellings]
}

/** The table whose column is asked for: what code calls it is looked up. */
function ownerIn(operation: Operation): Name | undefined {
  switch (operation.kind) {
    case 'DropColumn':
    case 'RenameColumn':
    case 'SetNotNull':
    case 'AlterColumnType':
    case 'AddConstraint':
      return operation.table
    case 'CreateIndex':
      return operation.unique ? operation.table : undefined
    default:
      return undefined
  }
}

const ofColumns = (names: readonly string[]) => names.map((name) => ({ thing: 'column' as const, name }))

function askedBy(operation: Operation): readonly Pick<Question, 'thing' | 'name'>[] {
  switch (operation.kind) {
    case 'DropColumn':
    case 'RenameColumn':
      return [{ thing: 'column', name: operation.column }]
    case 'SetNotNull':
    case 'AlterColumnType':
      return [
        { thing: 'column', name: operation.column },
        { thing: 'table', name: operation.table.name },
      ]
    case 'AddConstraint':
      return ofColumns(columnsOf(operation.constraint))
    case 'CreateIndex':
      return operation.unique ? ofColumns(operation.keys.flatMap(({ column }) => column ?? [])) : []
    case 'DropTable':
    case 'RenameTable':
    case 'SetTableSchema':
      return [{ thing: 'table', name: operation.table.name }]
    case 'DropView':
    case 'RenameView':
      return [{ thing: 'table', name: operation.view.name }]
    case 'DropFunction':
      return [{ thing: 'function', name: operation.function.name }]
    case 'DropType':
      return [{ thing: 'type', name: operation.type.name }]
    case 'DropDomain':
      return [{ thing: 'type', name: operation.domain.name }]
    case 'DropSequence':
      return [{ thing: 'sequence', name: operation.sequence.name }]
    case 'DropConstraint':
      return [{ thing: 'constraint', name: operation.constraint }]
    case 'RenameEnumValue':
      return [{ thing: 'value', name: operation.value }]
    case 'RenameSequence':
      return [{ thing: 'sequence', name: operation.sequence.name }]
    // Things of other kinds are looked for by their exact names.
    case 'RenameObject':
    case 'SetObjectSchema':
      return [{ thing: 'type', name: operation.name.name }]
    default:
      return []
  }
}
