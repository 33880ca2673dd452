import { findType, literal, printName, rule } from '../src/rule.ts'

export default rule({
  on: ['AddEnumValue'],
  hazard: 'style',
  summary: 'a new enum value goes to the end because nothing says where it belongs',
  why: `Enum values sort in the order of the type, not of their labels. ADD VALUE without BEFORE or AFTER puts the value last, which ORDER BY and comparisons
then go by, and the order cannot be changed afterwards.`,
  instead: `Say \`BEFORE\` or \`AFTER\`, also where the end is meant.`,
  references: ['https://www.postgresql.org/docs/current/sql-altertype.html'],
  knownAs: ['squawk/require-enum-value-ordering', 'pgfence/alter-enum-no-ordering'],
  check(op, at) {
    if (op.neighbour !== undefined || at.skipped !== undefined || at.refused !== undefined) return undefined
    return `${literal(op.value)} sorts after every other value of ${printName(findType(at.before, op.type)?.name ?? op.type)}`
  },
})
