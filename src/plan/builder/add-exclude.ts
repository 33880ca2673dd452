import { printName, quoteIdentifier } from '../../name.ts'
import type { ExcludeConstraint, Operation } from '../../operation.ts'
import { printConstraint } from '../../print/print.ts'
import { constraintName } from '../../rule/definition.ts'
import type { Site } from '../../rule.ts'
import { alter } from '../block/presence.ts'
import { type Shadow, threeNames } from '../block/shadow.ts'
import { type Difference, planByShadow } from '../block/shadow-plan.ts'
import type { Plan } from '../plan.ts'

/** ADD EXCLUDE, which has no NOT VALID and takes no index over: a copy of the table has it. [] for other constraints. */
export function planAddExclude(op: Operation<'AddConstraint'>, at: Site): Plan {
  const difference = excludeDifference(op, at)
  return difference === undefined ? [] : planByShadow(op.table, difference, at)
}

/** What ADD EXCLUDE asks of a copy; undefined for other constraints. */
export function excludeDifference({ constraint, table }: Operation<'AddConstraint'>, at: Site): Difference | undefined {
  if (constraint.kind !== 'exclude') return undefined
  const name = constraintName(constraint, table, at)
  const own = threeNames(name, at.resolve(table).schema, at)
  const expressions = constraint.elements.flatMap(({ expression }) => expression ?? [])
  return {
    aim: `add ${quoteIdentifier(name)}`,
    alter: ({ copy }) => [alter({ table: copy }, `ADD ${printConstraint({ ...constraint, name: own.copy })}`)],
    added: () => ({ names: [own], forth: [], back: [] }),
    expressions: [...expressions, ...(constraint.where === undefined ? [] : [constraint.where])],
    first: (shadow) => noteFor(constraint, name, shadow),
    remark: `has ${quoteIdentifier(name)}`,
  }
}

function noteFor(constraint: ExcludeConstraint, name: string, shadow: Shadow): string {
  const table = printName(shadow.qualified)
  const sentence = `code that keeps to ${quoteIdentifier(name)}, which refuses other writes to ${table} from the next file on; and no two rows are left that it keeps apart`
  const query = pairsOf(constraint, shadow)
  return `${sentence}${query === undefined ? '' : `: ${query} must be 0`}; wait until no older process is left`
}

/** Counts the pairs of rows that the constraint would refuse; undefined where its expressions would have to be told for two rows. */
function pairsOf({ elements, where }: ExcludeConstraint, { qualified, key }: Shadow): string | undefined {
  if (where !== undefined || elements.some(({ column }) => column === undefined)) return undefined
  const row = (alias: string) => `(${key.map(({ name }) => `${alias}.${quoteIdentifier(name)}`).join(', ')})`
  const meet = elements.map(({ column = '', operator, operatorSchema }) => {
    const name = quoteIdentifier(column)
    const sign = operatorSchema === undefined ? operator : `OPERATOR(${quoteIdentifier(operatorSchema)}.${operator})`
    return `a.${name} ${sign} b.${name}`
  })
  return `SELECT count(*) FROM ${printName(qualified)} a JOIN ${printName(qualified)} b ON ${[`${row('a')} < ${row('b')}`, ...meet].join(' AND ')}`
}
