import { deploy, rolledOut } from './change.ts'
import { saidOnce } from './note.ts'
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
 * A place is a stage between deploys, a round in it, and the phase in that: what expands after something contracts needs no deploy before it,
 * only the next round.
 */
const stage = 3000
const nextStage = (place: number): number => (Math.floor(place / stage) + 1) * stage
const nextRound = (place: number): number => place - (place % 3) + 3

interface Seat {
  readonly touched: Touched
  readonly first: number
  readonly place: number
  /** It ends with a deploy, so that another one right after it is the same wait. */
  readonly waited: boolean
  /** The one change that it consists of, where that drops an index. */
  readonly parting: Change | undefined
}

/**
 * One plan out of several: what does not depend on each other goes side by side, so that everything waits for the same deploys; what
 * does, comes in the order of the parts. Within a round all that expands comes first, then data, then what contracts.
 */
export function ordered(parts: readonly Part[]): Plan {
  const placed = new Map<number, Change[]>()
  const notes = new Map<number, Set<string>>()
  const seats: Seat[] = []
  const put = (place: number, step: Change) => placed.set(place, [...(placed.get(place) ?? []), step])
  for (const { steps, touched, asWritten } of parts) {
    const before = seats.filter((seat) => inTheWay(seat.touched, touched))
    let place = Math.max(0, ...before.map((seat) => seat.place))
    let waited = before.some((seat) => seat.place === place) && before.every((seat) => seat.place < place || seat.waited)
    const first = place
    for (const step of steps) {
      if (step.phase === 'deploy') {
        if (!waited) place = nextStage(place)
        waited = true
        notes.set(place, (notes.get(place) ?? new Set()).add(step.note))
      } else {
        waited = false
        const rank = ranks[step.phase]
        if (place % 3 <= rank) place += rank - (place % 3)
        else if (!asWritten) place = nextRound(place) + rank
        put(place, step)
      }
    }
    const [only, ...others] = steps
    const parting = others.length === 0 && only !== undefined && only.phase !== 'deploy' && isDrop(only) ? only : undefined
    seats.push({ touched, first, place, waited, parting })
  }
  for (const seat of seats) leaveLast(seat, seats, placed)
  const places = [...new Set([...placed.keys(), ...notes.keys()])].sort((a, b) => a - b)
  return places.flatMap((place) => [
    ...(notes.has(place) ? [deploy(together([...(notes.get(place) ?? [])]))] : []),
    ...(placed.get(place) ?? []),
  ])
}

function isDrop({ statements }: Change): boolean {
  return statements.every((statement) => /^DROP INDEX CONCURRENTLY\b/.test(statement))
}

/** An index that goes stays until what is built in the same stage is there: it may be what takes its place. */
function leaveLast({ parting, place, touched }: Seat, seats: readonly Seat[], placed: Map<number, Change[]>): void {
  if (parting === undefined) return
  const inStage = [...placed.keys()].filter((other) => Math.floor(other / stage) === Math.floor(place / stage))
  const last = Math.max(...inStage)
  const isNeeded = seats.some(
    (seat) => seat.parting !== parting && seat.place >= place && seat.first <= last && inTheWay(seat.touched, touched),
  )
  if (isNeeded) return
  placed.set(
    place,
    (placed.get(place) ?? []).filter((step) => step !== parting),
  )
  const end = last % 3 <= ranks.contract ? last - (last % 3) + ranks.contract : last
  placed.set(end, [...(placed.get(end) ?? []), parting])
}

/** Several things to deploy, and one wait. */
export function together(all: readonly string[]): string {
  const notes = all.length === 1 ? all : all.map((note) => note.replace(/^nothing; /, ''))
  const bare = notes.map((note) => (note.endsWith(rolledOut) ? note.slice(0, -rolledOut.length) : note))
  const isRollout = notes.some((note) => note.endsWith(rolledOut))
  return `${saidOnce(bare).join(';\n')}${isRollout ? rolledOut : ''}`
}
