import { resolveRoutine } from '../../catalog/lookup.ts'
import { printName } from '../../name.ts'
import type { Operation } from '../../operation.ts'
import { computedWith, sayUser } from '../../rule/computed-with.ts'
import { listOf } from '../../rule/wait.ts'
import type { Site } from '../../rule.ts'
import { alone, deploy, rolledOut } from '../change.ts'
import type { Plan } from '../plan.ts'
import { planReindex } from './reindex.ts'

/**
 * A function that indexes are computed with, replaced, and the indexes built anew at once. [] where no index is computed with it, or one of them
 * has no concurrent form. Nothing computes CHECKs and generated columns anew but an UPDATE of each row, which is people's to decide.
 */
export function planReplaceFunction(op: Operation<'CreateFunction' | 'AlterFunction'>, at: Site): Plan {
  const name = resolveRoutine(at.before, op.function)
  const users = computedWith(name, at)
  const indexes = users.flatMap((user) => (user.kind === 'index' && user.index.partitionOf === undefined ? [user.index] : []))
  const built = indexes.map((index) =>
    planReindex({ kind: 'Reindex', scope: 'index', target: index.name, concurrently: false, tablespace: undefined }, at),
  )
  if (op.kind !== 'CreateFunction' || at.statement.commands.length > 1 || built.length === 0) return []
  if (built.some((steps) => steps.length === 0)) return []
  const statements = built.flatMap((steps) => steps.flatMap((step) => (step.phase === 'deploy' ? [] : step.statements)))
  const listed = listOf(indexes.map((index) => printName(index.name)))
  const unique = indexes.filter((index) => index.unique).map((index) => printName(index.name))
  const others = users.filter((user) => user.kind !== 'index').map(sayUser)
  return [
    deploy(
      [
        `code that can do for a while without queries that use ${listed}: until ${indexes.length === 1 ? 'it is' : 'they are'} built anew, they miss rows and find wrong ones`,
        ...(unique.length === 0
          ? []
          : [
              `correct the rows first that are equal for what ${printName(name)} computes now: ${listOf(unique)} cannot be built with them`,
            ]),
        ...(others.length === 0 ? [] : [`${listOf(others)} keep what they hold until a row is updated: decide whether each is`]),
      ].join('; ') + rolledOut,
    ),
    alone({
      phase: 'migrate',
      title: `replace ${name.name}`,
      why: `PostgreSQL does not look again at what it has computed: ${listed} ${indexes.length === 1 ? 'is' : 'are'} built anew beside the old while reads and writes go on. Stopped half-way, that leaves an INVALID index whose name ends in _ccnew (or _ccold): drop it and run this again.`,
      statements: [at.statement.sql, ...statements],
      rollback: { impossible: `write ${printName(name)} as it was, then build the indexes anew in the same way` },
    }),
  ]
}
