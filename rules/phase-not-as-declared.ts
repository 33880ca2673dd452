import { declaredPhases, type Operation, operationsIn, phaseOf, phases, rule, type Site } from '../src/rule.ts'

export default rule({
  on: ['Operation', 'Migration'],
  hazard: 'breaks clients',
  summary: 'a migration declares a phase of the change, and a statement in it belongs to another',
  why: `\`-- phasewise phase: expand\` says that the code which is running goes on as before when this migration has run, so that it may be deployed
ahead of the code; \`migrate\`, that it moves rows; \`contract\`, that everything which needed the old shape is gone. People rely on that
when they decide what is deployed when. A drop in a migration that calls itself an expand step breaks what it promised; what is of an earlier
phase than the declared one breaks nothing, and is a note.

phasewise takes a contract step at its word, too: where it does not know the deployed code (\`app\` in the configuration, \`--app\`), the drop of a
column, table, view, function, type, sequence or default, and a rename that sets a table aside, are notes there. Where it knows the code, the code decides.`,
  instead: `Move the statement into a migration of its own phase, or declare the phase that it has. The order is expand, deploy, migrate, deploy,
contract.`,
  references: ['https://www.postgresql.org/docs/current/ddl-alter.html'],
  knownAs: [],
  check(subject, at) {
    const declared = declaredPhases(at.migration)
    if ('statements' in subject) {
      const unknown = declared.filter(({ phase }) => !phases.some((known) => known === phase))
      const [first, ...others] = declared
      const repeated = others.filter(({ phase }) => phase !== first?.phase)
      return [
        ...unknown.map(({ phase, span }) => ({
          message: `${phase === '' ? 'the comment names no phase' : `there is no phase ${JSON.stringify(phase)}`}, so the migration is held to none`,
          span,
          instead: `write one of: ${phases.map((known) => `-- phasewise phase: ${known}`).join(', ')}`,
        })),
        ...repeated.map(({ phase, span }) => ({
          message: `the migration declares two phases, ${first?.phase} and ${phase}`,
          span,
          instead: 'declare one; what belongs to the other goes into a migration of its own',
        })),
      ]
    }
    if (at.skipped !== undefined || at.refused !== undefined) return undefined
    const promised = phases.find((known) => known === declared[0]?.phase)
    const actual = phaseOf(subject, at)
    if (promised === undefined || actual === undefined || actual === promised || isRebuilt(subject, at)) return undefined
    return {
      message: `${meaning[actual]} (${actual}), but the migration declares itself ${promised}`,
      // What takes less from running code than was declared keeps the promise.
      certainty: phases.indexOf(actual) > phases.indexOf(promised) ? 'certain' : 'checked',
      instead: `move it into ${actual === 'expand' ? 'an' : 'a'} ${actual} migration, or declare the phase that it has`,
    }
  },
})

/** An index that goes to be built again, under its own name or the one that it was put aside from: what a build that failed left behind, mostly. */
function isRebuilt(operation: Operation, { migration, statement }: Site): boolean {
  if (operation.kind !== 'DropIndex') return false
  const names = new Set([operation.index.name])
  for (const { operation: other } of operationsIn(migration.statements)) {
    if (other.kind === 'RenameIndex' && other.to === operation.index.name) names.add(other.index.name)
  }
  return migration.statements.some(
    ({ span, commands }) =>
      span.start > statement.span.start &&
      commands.some(({ operation: later }) => later.kind === 'CreateIndex' && names.has(later.index ?? '')),
  )
}

const meaning = {
  expand: 'this adds to the schema without taking anything from running code',
  migrate: 'this changes rows, or what existing things mean',
  contract: 'this takes away or tightens something that running code may rely on',
} as const
