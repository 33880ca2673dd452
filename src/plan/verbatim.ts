import type { Kind, Operation } from '../operation.ts'
import { phaseOf, phases } from '../phase.ts'
import { runsAlone } from '../rule/refused-inside.ts'
import type { Site } from '../rule.ts'
import { combined, inverseOf } from './inverse.ts'
import type { Change, Plan, Rollback, Step } from './plan.ts'
import { inTheWay, type Touched } from './touch.ts'

/** An operation of the user's own and where it stood. */
export interface Placed {
  readonly operation: Operation
  readonly at: Site
}

const asWritten = 'As it was written.'

/** A statement of the user's own that is safe as it is, or that nobody knows better than the user. */
export function verbatim(sql: string, operations: readonly Placed[]): Change {
  const found = new Set(operations.map(({ operation, at }) => phaseOf(operation, at)))
  const phase = found.has('contract') ? 'contract' : found.has('migrate') ? 'migrate' : 'expand'
  const alone = operations.some(({ operation, at }) => runsAlone(operation, at) || operation.kind === 'Call')
  return {
    phase,
    title: titleOf(sql),
    why: asWritten,
    transaction: !alone,
    statements: [sql],
    tables: new Set(operations.flatMap(({ at }) => at.effects.map(({ relation }) => relation.name))).size > 1 ? 'several' : 'one',
    rollback: undo(operations),
    ...(operations.length === 0 || operations.some(growsWithRows) ? { takes: 'open' } : {}),
  }
}

/** Kinds whose work depends on what they find. */
const onRows: ReadonlySet<Kind> = new Set([
  'Select',
  'Insert',
  'Update',
  'Delete',
  'Merge',
  'Copy',
  'Call',
  'DoBlock',
  'Opaque',
  'CreateTableAs',
  'CreateMaterializedView',
  'RefreshMaterializedView',
])

function growsWithRows({ operation, at }: Placed): boolean {
  return onRows.has(operation.kind) || at.effects.some(({ work, existed }) => existed && work.size > 0)
}

function undo(operations: readonly Placed[]): Rollback {
  const backs = operations.map(({ operation, at }) => inverseOf(operation, at))
  const impossible = backs.find((back) => back !== undefined && 'impossible' in back)
  if (impossible !== undefined) return impossible
  const known = backs.flatMap((back) => (back === undefined || 'impossible' in back ? [] : [back]))
  if (known.length < backs.length) return { impossible: 'how to undo this is not known: write it by hand' }
  return combined(known)
}

/** The first words of a statement: `alter table orders add column region`. */
function titleOf(sql: string): string {
  const bare = sql
    .replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, ' ')
    .trim()
    .replace(/^do\b[\s\S]*/i, 'run a block')
    .replace(/^comment\s+on\b/i, 'describe')
    .replace(/^(create\s+(?:table|type|function|procedure)\b[^('$]*)[\s\S]*/i, '$1')
  const words = bare.match(/[\p{L}\p{N}_]+/gu) ?? []
  return words
    .filter((word) => !/^(?:if|not|exists|only|public)$/i.test(word))
    .slice(0, 6)
    .join(' ')
    .toLowerCase()
}

/** How the steps of a plan may be joined. */
export interface Company {
  belong(a: Step, b: Step): boolean
  touchedBy(step: Step): Touched
}

/**
 * Joins steps that were written to run in one transaction and still can, over others that have nothing to do with them; `first` is the step
 * that a joined one begins with.
 */
export function joined(plan: Plan, { belong, touchedBy }: Company): readonly { readonly step: Step; readonly first: Step }[] {
  const done: { step: Step; first: Step; touched: readonly Touched[] }[] = []
  for (const step of plan) {
    const own = touchedBy(step)
    const host = done.findLastIndex(
      (group) => group.step.phase === 'deploy' || joins(group) || group.touched.some((touched) => inTheWay(touched, own)),
    )
    const group = done[host]
    if (group !== undefined && joins(group)) {
      done[host] = {
        step: join(group.step, step),
        first: group.first,
        touched: [...group.touched, own],
      }
    } else done.push({ step, first: step, touched: [own] })

    function joins({ step: last, first }: { readonly step: Step; readonly first: Step }): boolean {
      return canJoin(last, step) && belong(first, step)
    }
  }
  return done
}

function canJoin(a: Step, b: Step): boolean {
  if (a.phase === 'deploy' || b.phase === 'deploy' || !a.transaction || !b.transaction) return false
  return a.phase === b.phase || isOwn(a, b)
}

function isOwn(...steps: readonly Step[]): boolean {
  return steps.every((step) => step.phase !== 'deploy' && step.why === asWritten)
}

/** `drop a and drop b` says its verb once. */
function bothTitles(a: string, b: string): string {
  if (a === b) return a
  const verb = a
    .split(' and ')
    .findLast((part) => part.includes(' '))
    ?.split(' ')[0]
  return `${a} and ${verb !== undefined && b.startsWith(`${verb} `) ? b.slice(verb.length + 1) : b}`
}

/** Statements of the user's own may well be about several tables. */
function tablesOf(a: Step, b: Step): Change['tables'] {
  return isOwn(a, b) || [a, b].some((step) => step.phase !== 'deploy' && step.tables === 'several') ? 'several' : 'one'
}

/** Two steps that can share a transaction as one; a deploy takes nothing in. */
export function join(a: Step, b: Step): Step {
  if (a.phase === 'deploy' || b.phase === 'deploy') return a
  const rollback: Rollback =
    'impossible' in a.rollback ? a.rollback : 'impossible' in b.rollback ? b.rollback : combined([a.rollback, b.rollback])
  const both = (one: string, other: string) => (one === other ? one : `${one}\n${other}`)
  return {
    ...a,
    phase: phases.indexOf(a.phase) < phases.indexOf(b.phase) ? b.phase : a.phase,
    title: isOwn(b) ? a.title : isOwn(a) ? b.title : bothTitles(a.title, b.title),
    why: both(a.why, b.why),
    statements: [...a.statements, ...b.statements],
    tables: tablesOf(a, b),
    rollback,
    ...(a.takes === 'open' || b.takes === 'open' ? { takes: 'open' } : {}),
  }
}
