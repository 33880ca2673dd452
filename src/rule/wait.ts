import { descendantsOf, findTable } from '../catalog/lookup.ts'
import type { Effect, Work } from '../effect/effect.ts'
import { blocksReads, type LockMode, stronger, whoWaits } from '../lock.ts'
import { printName } from '../name.ts'
import type { Site } from '../rule.ts'
import { stopsTraffic } from './queue.ts'

/** Traffic that an operation keeps waiting while it works through a table. */
export interface Wait {
  readonly hazard: 'blocks reads' | 'blocks writes'
  /** `blocks reads and writes to public.orders, and writes to public.customers`. */
  readonly blocks: string
  /** All the work that is done meanwhile. */
  readonly work: ReadonlySet<Work>
  /** The effects with work: why there is some, and on which relations. */
  readonly worked: readonly Effect[]
}

/**
 * Who waits while the operation works through tables that deployed code can be using; undefined where nobody does: catalog-only
 * changes, locks that let traffic through, tables of the same change set, and what the server skips or refuses.
 * A lock that the operation takes on one table is held while it works on another.
 */
export function waitFor(at: Site): Wait | undefined {
  if (at.skipped !== undefined || at.refused !== undefined) return undefined
  const worked = at.effects.filter((effect) => effect.work.size > 0 && isInUse(effect, at))
  if (worked.length === 0) return undefined
  const waiting = at.effects.filter((effect) => isInUse(effect, at) && whoseTraffic(effect, at) !== undefined)
  const blocks = sayWhoWaits(waiting, at)
  if (blocks === undefined) return undefined
  return {
    hazard: waiting.some((effect) => blocksReads(heldLock(effect, at))) ? 'blocks reads' : 'blocks writes',
    blocks: `blocks ${blocks}`,
    work: new Set(worked.flatMap((effect) => [...effect.work])),
    worked,
  }
}

/** A relation that was there before the change set, so that deployed code can be using it. */
export function isInUse(effect: Effect, at: Site): boolean {
  return effect.existed && !at.isNew(effect.relation)
}

/** `reads and writes to public.a and public.b, and writes to public.c`; undefined when nobody waits. */
export function sayWhoWaits(effects: readonly Effect[], at: Site): string | undefined {
  const groups = (['reads and writes to', 'writes to', 'reads of'] as const).flatMap((who) => {
    const group = effects.filter((effect) => whoseTraffic(effect, at) === who)
    return group.length === 0 ? [] : [`${who} ${listRelations(group, at, effects)}`]
  })
  return groups.length === 0 ? undefined : groups.join(', and ')
}

/** Views are only read, and an index is locked together with its table. */
function whoseTraffic(effect: Effect, at: Site): 'reads and writes to' | 'writes to' | 'reads of' | undefined {
  const who = stopsTraffic({ ...effect, lock: heldLock(effect, at) }) ? whoWaits(heldLock(effect, at)) : undefined
  if (who === undefined) return undefined
  return effect.kind === 'view' || effect.kind === 'materialized view' ? 'reads of' : `${who} to`
}

/** The lock in force while the operation works: what the transaction already held may be stronger. */
function heldLock(effect: Effect, at: Site): LockMode {
  const held = at.held.get(printName(effect.relation))
  return held === undefined ? effect.lock : stronger(held, effect.lock)
}

/**
 * Relations for a message. Partitions and inheriting tables stand behind their parent where it and all of them are among `all` that the
 * message speaks of.
 */
export function listRelations(effects: readonly Effect[], at: Site, all: readonly Effect[] = effects): string {
  const parents = new Map<string, string>()
  const spokenOf = new Set(all.map(({ relation }) => printName(relation)))
  for (const { relation } of all) {
    const children = descendantsOf(at.before, relation).map(({ name }) => printName(name))
    if (!children.every((name) => spokenOf.has(name))) continue
    for (const name of children) if (!parents.has(name)) parents.set(name, printName(relation))
  }
  const listed = new Set(effects.map(({ relation }) => printName(relation)))
  const names = effects.flatMap(({ relation }) => {
    const name = printName(relation)
    const parent = parents.get(name)
    if (parent !== undefined) return listed.has(parent) ? [] : [`the ${childrenOf(parent, all, at)} of ${parent}`]
    const isParent = effects.some((other) => parents.get(printName(other.relation)) === name)
    return [isParent ? `${name} with its ${childrenOf(name, all, at)}` : name]
  })
  return listSome([...new Set(names)])
}

/** Longer lists of relations are cut. */
const shown = 4

/** `a, b, c, d and 7 more`. */
export function listSome(names: readonly string[]): string {
  return listOf(names.length <= shown + 1 ? names : [...names.slice(0, shown), `${names.length - shown} more`])
}

function childrenOf(parent: string, all: readonly Effect[], at: Site): 'partitions' | 'inheriting tables' {
  const known = all.find(({ relation }) => printName(relation) === parent)
  return known && findTable(at.before, known.relation)?.partitionBy === undefined ? 'inheriting tables' : 'partitions'
}

/** `a`, `a and b`, `a, b and c`. */
export function listOf(words: readonly string[]): string {
  const last = words.at(-1) ?? ''
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`
}

/** The reason of the first work that has one, as the tail of a message: `: the default calls random(), which is volatile`. */
export function sayBecause(wait: Wait, ...work: readonly Work[]): string {
  const effect = wait.worked.find(
    (candidate) => candidate.because !== undefined && (work.length === 0 || work.some((kind) => candidate.work.has(kind))),
  )
  return effect?.because === undefined ? '' : `: ${effect.because}`
}

/** `builds an index over public.orders`: the heaviest work of a statement, and on what. */
export function sayWork(slow: readonly Effect[]): string {
  const tables = slow.filter(({ kind }) => kind !== 'index')
  const done = tables.length > 0 ? tables : slow
  const work = (['rewrite', 'index build', 'scan'] as const).find((kind) => done.some((effect) => effect.work.has(kind)))
  const verb = work === 'rewrite' ? 'rewrites' : work === 'index build' ? 'builds an index over' : 'goes through every row of'
  return `${verb} ${listSome(done.map(({ relation }) => printName(relation)))}`
}
