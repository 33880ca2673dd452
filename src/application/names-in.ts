import type { Migration } from '../migration.ts'
import { columnsOf } from '../operation/constraint.ts'
import type { Operation, Statement } from '../operation.ts'
import { type Question, spellingsAsked } from './application.ts'

/** Every spelling that judging migrations is going to ask for, so that the code is searched for all of them at once. */
export function namesIn(migrations: readonly Migration[]): readonly string[] {
  const spellings = new Set<string>()
  const visit = (statement: Statement) => {
    for (const { operation } of statement.commands) {
      for (const asked of askedBy(operation)) for (const spelling of spellingsAsked(asked)) spellings.add(spelling)
    }
    statement.body.forEach(visit)
  }
  for (const { statements } of migrations) statements.forEach(visit)
  return [...spellings]
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
    default:
      return []
  }
}
