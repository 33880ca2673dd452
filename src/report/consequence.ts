import type { Effect, Work } from '../effect/effect.ts'
import { blocksWrites, conflictsWith, type LockMode, lockModes, whoWaits } from '../lock.ts'

/** Work in the order in which outputs list it. */
export const workOrder: readonly Work[] = ['rewrite', 'scan', 'index build']

export function workOf(effect: Effect): readonly Work[] {
  return workOrder.filter((work) => effect.work.has(work))
}

/**
 * Who waits for an effect, and for how long in kind: `reads and writes wait while every row is read`. `all` are the effects of the same
 * statement: its locks are held while it works on any relation.
 */
export function consequenceOf(
  effect: Pick<Effect, 'existed' | 'lock' | 'work'>,
  all: readonly Pick<Effect, 'existed' | 'lock' | 'work'>[] = [],
): string {
  if (!effect.existed) return 'new in this statement, so nobody uses it yet'
  const during = duration(effect)
  const who = whoWaits(effect.lock)
  if (who !== undefined) return `${who} wait ${during ?? (worksElsewhere(all) ? 'until that is done' : 'for a moment')}`
  const others = waitingBesideTraffic(effect.lock)
  return during === undefined ? `reads and writes go on; ${others} for a moment` : `reads and writes go on; ${others} ${during}`
}

/** What takes SHARE UPDATE EXCLUSIVE works in steps, and may take its strong locks at the end alone. */
function worksElsewhere(all: readonly Pick<Effect, 'existed' | 'lock' | 'work'>[]): boolean {
  return all.some(({ existed, work }) => existed && work.size > 0) && !all.some(({ lock }) => lock === 'SHARE UPDATE EXCLUSIVE')
}

function waitingBesideTraffic(lock: LockMode): string {
  if (lock === 'SHARE UPDATE EXCLUSIVE') return 'schema changes and VACUUM wait'
  if (lock === 'ROW EXCLUSIVE') return 'schema changes and writers of the same rows wait'
  if (lock === 'ROW SHARE') return 'EXCLUSIVE and ACCESS EXCLUSIVE locks wait'
  return 'ACCESS EXCLUSIVE locks wait'
}

/** For how long in kind: what the lock is held for beside a change of the catalog. */
export function duration({ work }: Pick<Effect, 'work'>): string | undefined {
  const builds = work.has('index build')
  if (work.has('rewrite'))
    return builds ? 'while the table is rewritten and its indexes are rebuilt' : 'while the table is rewritten'
  if (work.has('scan')) return builds ? 'while every row is read and an index is built' : 'while every row is read'
  return builds ? 'while an index is built' : undefined
}

/** What statements take each mode, in the manual's words (13.3.1). */
const takenBy: { readonly [M in LockMode]: string } = {
  'ACCESS SHARE': 'SELECT',
  'ROW SHARE': 'SELECT … FOR UPDATE / SHARE',
  'ROW EXCLUSIVE': 'INSERT, UPDATE, DELETE, MERGE',
  'SHARE UPDATE EXCLUSIVE': 'VACUUM, ANALYZE, CREATE INDEX CONCURRENTLY, VALIDATE CONSTRAINT',
  SHARE: 'CREATE INDEX',
  'SHARE ROW EXCLUSIVE': 'CREATE TRIGGER, ADD FOREIGN KEY',
  EXCLUSIVE: 'REFRESH MATERIALIZED VIEW CONCURRENTLY',
  'ACCESS EXCLUSIVE': 'DROP, TRUNCATE, REINDEX, CLUSTER, VACUUM FULL, most of ALTER TABLE',
}

/** What waits while a mode is held, and what it has to wait for itself: table 13.2 of the manual (it is symmetric). */
export function conflictsInWords(lock: LockMode): { readonly blocks: readonly string[]; readonly lets: readonly string[] } {
  const words = (modes: readonly LockMode[]) => modes.map((mode) => takenBy[mode])
  return {
    blocks: words(lockModes.filter((mode) => conflictsWith(lock, mode))),
    lets: words(lockModes.filter((mode) => !conflictsWith(lock, mode))),
  }
}

/** Strongest first; what traffic waits for, then what takes long, then what was there before. */
export function bySeverityOfLock(a: Effect, b: Effect): number {
  return (
    Number(b.existed) - Number(a.existed) ||
    lockModes.indexOf(b.lock) - lockModes.indexOf(a.lock) ||
    Number(blocksWrites(b.lock)) - Number(blocksWrites(a.lock)) ||
    b.work.size - a.work.size
  )
}
