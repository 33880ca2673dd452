import { existence, findType } from '../catalog/lookup.ts'
import type { Expression } from '../expression.ts'
import { printName } from '../name.ts'
import type { Operation } from '../operation.ts'
import { print } from '../print/print.ts'
import { literal } from '../rule/advice.ts'
import type { Site } from '../rule.ts'
import { deploy, inTransaction, rolledOut } from './change.ts'
import { planEnumSwap } from './enum-swap.ts'
import { columnName, freeName } from './name.ts'
import type { Plan } from './plan.ts'
import { usersOf } from './type-users.ts'

/**
 * RENAME VALUE as a value more that code gets to know and then writes, and an enum without the old one that takes the type's name: its columns
 * have the new label where the old one was. [] where the type or one of its users is not known well enough (see planEnumSwap), and where a default has
 * the label among other words.
 */
export function planRenameEnumValue(op: Operation<'RenameEnumValue'>, at: Site): Plan {
  const type = findType(at.before, op.type)
  if (type?.kind !== 'enum' || at.refused !== undefined || !type.values.some(({ label }) => label === op.value)) return []
  const { columns } = usersOf(type.name, at.before)
  const taken = (name: string) =>
    findType(at.before, { ...type.name, name }) !== undefined || existence(at.before, { ...type.name, name }) === 'exists'
  const names = { fresh: freeName([type.name.name, 'new'], taken), old: freeName([type.name.name, 'old'], taken) }
  const defaults = columns.map(({ column }) => (column.default === undefined ? undefined : renamedDefault(column.default, op)))
  if (columns.some(({ column }, place) => column.default !== undefined && defaults[place] === undefined)) return []
  const [from, to] = [literal(op.value), literal(op.to)]
  const titles = columns.map(({ table, column }) => columnName(table.name, column.name)).join(', ')
  const swap = planEnumSwap(
    {
      type,
      spelled: op.type,
      values: type.values.map(({ label }) => (label === op.value ? op.to : label)),
      names,
      columns: columns.map(({ table, column }, place) => ({
        table:
          table.name.schema === 'public' && op.type.schema === undefined
            ? { schema: undefined, name: table.name.name }
            : table.name,
        column: column.name,
        up: { from: op.value, to: op.to },
        default: defaults[place],
      })),
      note: `writes ${to} and never ${from} into ${titles}`,
    },
    at,
  )
  if (swap.length === 0) return []
  const neighbour = { value: op.value, after: true }
  return [
    deploy(`code that takes ${to} as it takes ${from} where it reads ${titles}, and still writes ${from}${rolledOut}`),
    inTransaction({
      phase: 'expand',
      title: `add value to ${type.name.name}`,
      why: `Both labels are there for a while. ${to} can be written once this has committed.`,
      statements: [print({ kind: 'AddEnumValue', type: op.type, value: op.to, ifNotExists: true, neighbour })],
      rollback: {
        impossible: `PostgreSQL takes no label away from a type: ${to} may stay in ${printName(op.type)}, as nothing writes it`,
      },
    }),
    ...swap,
  ]
}

/** The default with the new label, where it is a label and nothing else; undefined where it may be the old one and more. */
function renamedDefault({ shape, strings, sql }: Expression, { value, to }: Operation<'RenameEnumValue'>): string | undefined {
  if (shape === 'constant' && strings.length === 1 && strings[0] === value) return literal(to)
  return strings.some((text) => text.includes(value)) ? undefined : sql
}
