import { deploy, rolledOut } from './change.ts'
import type { Change, Plan } from './plan.ts'
import { inTheWay, type Touched } from './touch.ts'

/** The steps that stand for a statement, or for a command of one. */
export interface Part {
  readonly steps: Plan
  readonly touched: Touched
  /** Its step is the user's own statement: it stays where what it needs is, whatever its phase. */
  readonly asWritten: boolean
}

const ranks: Readonly<Record<Change['phase'], number>> = { expand: 0, migrate: 1, contract: 2 }

/**
 * One plan out of several: what does not depend on each other goes side by side, so that everything waits for the same deploys; what
 * does, comes in the order of the parts. Within a stage between two deploys all that expands comes first, then data, then what contracts.
 */
export function ordered(parts: readonly Part[]): Plan {
  // A place is a stage between deploys times three, and the phase in it.
  const placed = new Map<number, Change[]>()
  const notes = new Map<number, Set<string>>()
  const ends: { readonly touched: Touched; readonly place: number }[] = []
  for (const { steps, touched, asWritten } of parts) {
    let place = Math.max(0, ...ends.filter((end) => inTheWay(end.touched, touched)).map((end) => end.place))
    for (const step of steps) {
      if (step.phase === 'deploy') {
        // Two deploys in a row are one wait.
        if (place % 3 !== 0 || !notes.has(place)) place = nextStage(place)
        notes.set(place, (notes.get(place) ?? new Set()).add(step.note))
      } else {
        const rank = ranks[step.phase]
        if (place % 3 <= rank) place += rank - (place % 3)
        else if (!asWritten) place = nextStage(place) + rank
        placed.set(place, [...(placed.get(place) ?? []), step])
      }
    }
    ends.push({ touched, place })
  }
  const places = [...new Set([...placed.keys(), ...notes.keys()])].sort((a, b) => a - b)
  return places.flatMap((place) => [
    ...(notes.has(place) ? [deploy(together([...(notes.get(place) ?? [])]))] : []),
    ...(placed.get(place) ?? []),
  ])
}

/** Several things to deploy, and one wait. */
export function together(notes: readonly string[]): string {
  const waiting = notes.filter((note) => note.endsWith(rolledOut))
  if (waiting.length === 0) return notes.join(';\n')
  const bare = notes.map((note) => (note.endsWith(rolledOut) ? note.slice(0, -rolledOut.length) : note))
  return `${bare.join(';\n')}${rolledOut}`
}

function nextStage(place: number): number {
  return place - (place % 3) + 3
}
