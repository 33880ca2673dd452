import { existence, findType, keyOf, resolveType } from '../../catalog/lookup.ts'
import type { Expression } from '../../expression.ts'
import { type Name, printName } from '../../name.ts'
import type { Operation } from '../../operation.ts'
import { print } from '../../print/print.ts'
import { literal } from '../../rule/advice.ts'
import type { Site } from '../../rule.ts'
import { usersOf } from '../block/type-users.ts'
import { deploy, inTransaction, rolledOut } from '../change.ts'
import type { Composer } from '../composite.ts'
import { columnName, freeName } from '../name.ts'
import type { Plan } from '../plan.ts'
import type { Placed } from '../verbatim.ts'
import { planEnumSwap } from './enum-swap.ts'

type RenameEnumValue = Operation<'RenameEnumValue'>

/** Several values of one type that are renamed one after another: one change. */
export const renamedValues: Composer = (placed) => {
  const found = new Map<string, (Placed & { readonly operation: RenameEnumValue })[]>()
  for (const { operation, at } of placed) {
    if (operation.kind !== 'RenameEnumValue') continue
    const key = keyOf(resolveType(at.before, operation.type))
    found.set(key, [...(found.get(key) ?? []), { operation, at }])
  }
  return [...found.values()].flatMap((renames) => {
    const [first] = renames
    if (first === undefined || renames.length === 1) return []
    const operations = renames.map(({ operation }) => operation)
    return [{ operations, steps: planRenames(operations, first.at) }]
  })
}

export function planRenameEnumValue(op: RenameEnumValue, at: Site): Plan {
  return planRenames([op], at)
}

/**
 * RENAME VALUE as values more that code gets to know and then writes, and an enum without the old ones that takes the type's name: its columns
 * have the new labels where the old ones were. [] where the type or one of its users is not known well enough (see planEnumSwap), where a default has
 * a label among other words, and where labels change places.
 */
function planRenames(renames: readonly RenameEnumValue[], at: Site): Plan {
  const [spelled] = renames.map(({ type }) => type)
  const type = spelled && findType(at.before, spelled)
  if (spelled === undefined || type?.kind !== 'enum' || at.refused !== undefined) return []
  const labels = renames.map(({ value: from, to }) => ({ from, to }))
  const own = type.values.map(({ label }) => label)
  if (!labels.every(({ from, to }) => own.includes(from) && !own.includes(to))) return []
  const { columns } = usersOf(type.name, at.before)
  const taken = (name: string) =>
    findType(at.before, { ...type.name, name }) !== undefined || existence(at.before, { ...type.name, name }) === 'exists'
  const names = { fresh: freeName([type.name.name, 'new'], taken), old: freeName([type.name.name, 'old'], taken) }
  const defaults = columns.map(({ column }) =>
    column.default === undefined ? undefined : renamedDefault(column.default, renames),
  )
  if (columns.some(({ column }, place) => column.default !== undefined && defaults[place] === undefined)) return []
  const said = (which: 'from' | 'to', word: string) => labels.map((label) => literal(label[which])).join(word)
  const titles = columns.map(({ table, column }) => columnName(table.name, column.name)).join(', ')
  // The user's own way to say the schema, as far as the type's tells.
  const bare = ({ schema, name }: Name): Name =>
    schema === 'public' && spelled.schema === undefined ? { schema: undefined, name } : { schema, name }
  const swap = planEnumSwap(
    {
      type,
      spelled,
      values: own.map((label) => labels.find(({ from }) => from === label)?.to ?? label),
      names,
      columns: columns.map(({ table, column }, place) => ({
        table: bare(table.name),
        column: column.name,
        up: { labels },
        default: defaults[place],
      })),
      note: `writes ${said('to', ', ')} and never ${said('from', ', ')} into ${titles}`,
    },
    at,
  )
  if (swap.length === 0) return []
  return [
    deploy(
      `code that takes ${said('to', ', ')} as it takes ${said('from', ', ')} where it reads ${titles}, and still writes ${said('from', ', ')}${rolledOut}`,
    ),
    inTransaction({
      phase: 'expand',
      title: `add values to ${type.name.name}`,
      why: 'Old and new labels are there for a while. The new ones can be written once this has committed. In the end the name belongs to a type made anew: where this one has a comment, another owner or privileges of its own, give them to that one, too.',
      statements: labels.map(({ from, to }) =>
        print({ kind: 'AddEnumValue', type: spelled, value: to, ifNotExists: true, neighbour: { value: from, after: true } }),
      ),
      rollback: {
        impossible: `PostgreSQL takes no label away from a type: ${said('to', ', ')} may stay in ${printName(spelled)}, as nothing writes it`,
      },
    }),
    ...swap,
  ]
}

/** The default with the new label, where it is a label and nothing else; undefined where it may be an old one and more. */
function renamedDefault({ shape, strings, sql }: Expression, renames: readonly RenameEnumValue[]): string | undefined {
  const rename = renames.find(({ value }) => strings[0] === value)
  if (shape === 'constant' && strings.length === 1 && rename !== undefined) return literal(rename.to)
  return strings.some((text) => renames.some(({ value }) => text.includes(value))) ? undefined : sql
}
