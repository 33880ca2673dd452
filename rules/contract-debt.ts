import { rule } from '../src/rule.ts'

export default rule({
  on: [],
  hazard: 'breaks clients',
  certainty: 'possible',
  summary: 'what an expand step left behind a set number of migrations ago (configuration `debt.olderThan`)',
  why: `Expand and contract leaves things half-way on purpose: a constraint that is NOT VALID, a trigger that copies one column to another, the old
column beside the new one. They are meant to go. What stays guards nothing, slows every write, and misleads whoever reads the schema next; a
constraint that was never validated is the one nobody can rely on. \`phasewise debt\` lists them all; with \`debt.olderThan\` in the
configuration the old ones are findings.`,
  instead: `Finish the contract step: validate the constraint, drop the trigger, the column or the table once nothing deployed needs it. Where it is meant to
stay, allow it at the statement that made it and say why.`,
  references: ['https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES'],
  knownAs: [],
  check: () => undefined,
})
