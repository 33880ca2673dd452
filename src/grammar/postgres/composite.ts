import type { AlterTableCmd, CompositeTypeStmt } from 'libpg-query'
import type { Name } from '../../name.ts'
import type { Command, Operation } from '../../operation.ts'
import { nameOf } from './name.ts'
import { bodiesOf, bodyOf } from './node.ts'
import type { Part } from './span.ts'
import { command } from './span.ts'
import { lowerTypeName } from './type-name.ts'

export function lowerCreateComposite(statement: CompositeTypeStmt, part: Part): readonly Command[] {
  const attributes = bodiesOf(statement.coldeflist, 'ColumnDef').map((attribute) => ({
    name: attribute.colname ?? '',
    type: lowerTypeName(attribute.typeName),
  }))
  return [command({ kind: 'CreateCompositeType', type: nameOf(statement.typevar), attributes }, part)]
}

/** ALTER TYPE … ADD / DROP / ALTER ATTRIBUTE, which the tree writes as ALTER TABLE's commands. */
export function lowerAlterComposite(cmd: AlterTableCmd, type: Name): Operation | undefined {
  const definition = bodyOf(cmd.def, 'ColumnDef')
  const to = definition === undefined ? undefined : lowerTypeName(definition.typeName)
  const cascade = cmd.behavior === 'DROP_CASCADE'
  switch (cmd.subtype) {
    case 'AT_AddColumn':
      return { kind: 'AlterCompositeType', type, change: 'add attribute', attribute: definition?.colname ?? '', to, cascade }
    case 'AT_DropColumn':
      return { kind: 'AlterCompositeType', type, change: 'drop attribute', attribute: cmd.name ?? '', to: undefined, cascade }
    case 'AT_AlterColumnType':
      return { kind: 'AlterCompositeType', type, change: 'alter attribute', attribute: cmd.name ?? '', to, cascade }
    default:
      return undefined
  }
}
