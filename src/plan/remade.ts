import { printName } from '../name.ts'
import type { Kind, Operation, Statement } from '../operation.ts'
import type { Site } from '../rule.ts'
import { type Back, type Gone, isBack, isGone } from './comeback.ts'
import { inTheWay, type Touched, touchOf } from './touch.ts'

/** From the statement that drops a view, a policy or a trigger to the one that makes it anew: places in a list of statements. */
export interface Remade {
  readonly from: number
  readonly to: number
}

/** Kinds that work as well once the view or policy is there again, and whose end nothing beside them builds upon. */
const canWait: ReadonlySet<Kind> = new Set(['AddConstraint', 'CreateIndex', 'SetNotNull'])

/** The operations of a stretch that have to stay in it: all but those that can come after, as nothing else in it needs them. */
export function stayingIn(statements: readonly Statement[], sites: ReadonlyMap<Operation, Site>): readonly Operation[] {
  const operations = statements.flatMap(({ commands }) => commands.map(({ operation }) => operation))
  const touched = (operation: Operation): Touched => {
    const at = sites.get(operation)
    return at === undefined ? 'everything' : touchOf(operation, at)
  }
  return operations.filter((operation, place) => {
    if (!canWait.has(operation.kind)) return true
    const own = touched(operation)
    return operations
      .slice(place + 1)
      .some((later) => !goesOrComes(later) && !canWait.has(later.kind) && inTheWay(touched(later), own))
  })
}

/** Whether it makes a view, a policy or a trigger, or drops one. */
export function goesOrComes(operation: Operation): boolean {
  return isGone(operation) || isBack(operation) || operation.kind === 'CreateMaterializedView'
}

/**
 * Where views, policies and triggers go and come back under their names: as long as all of it is one transaction, code knows no moment without
 * them. A plan for what is between would leave them away until code is deployed. Stretches that overlap are one.
 */
export function remadeIn(statements: readonly Statement[]): readonly Remade[] {
  const gone = new Map<string, number>()
  const found: Remade[] = []
  statements.forEach(({ commands }, place) => {
    for (const { operation } of commands) {
      if (isGone(operation)) gone.set(nameOf(operation), place)
      const made = madeBy(operation)
      const from = made === undefined ? undefined : gone.get(made)
      if (made === undefined || from === undefined) continue
      gone.delete(made)
      // One that began later is inside of this one.
      const around = found.filter(({ to }) => to >= from)
      found.splice(found.length - around.length, around.length, {
        from: Math.min(from, ...around.map((one) => one.from)),
        to: place,
      })
    }
  })
  return found
}

function madeBy(operation: Operation): string | undefined {
  return isBack(operation) || operation.kind === 'CreateMaterializedView' ? nameOf(operation) : undefined
}

function nameOf(operation: Gone | Back | Operation<'CreateMaterializedView'>): string {
  if ('view' in operation) return printName(operation.view)
  const what = 'policy' in operation ? `policy ${operation.policy}` : `trigger ${operation.trigger}`
  return `${what} on ${printName(operation.table)}`
}

/** Stretches that overlap as one. */
export function inOne(stretches: readonly Remade[]): readonly Remade[] {
  const found: Remade[] = []
  for (const { from, to } of stretches.toSorted((a, b) => a.from - b.from)) {
    const last = found.at(-1)
    if (last !== undefined && from <= last.to) found.splice(-1, 1, { from: last.from, to: Math.max(last.to, to) })
    else found.push({ from, to })
  }
  return found
}
