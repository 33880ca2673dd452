/** PostgreSQL's table-level lock modes, weakest first (manual 13.3.1; the same in 12 to 18). */
export const lockModes = [
  'ACCESS SHARE',
  'ROW SHARE',
  'ROW EXCLUSIVE',
  'SHARE UPDATE EXCLUSIVE',
  'SHARE',
  'SHARE ROW EXCLUSIVE',
  'EXCLUSIVE',
  'ACCESS EXCLUSIVE',
] as const

export type LockMode = (typeof lockModes)[number]

/** Which modes each mode waits for: table 13.2 of the manual. */
const conflicts: { readonly [M in LockMode]: readonly LockMode[] } = {
  'ACCESS SHARE': ['ACCESS EXCLUSIVE'],
  'ROW SHARE': ['EXCLUSIVE', 'ACCESS EXCLUSIVE'],
  'ROW EXCLUSIVE': ['SHARE', 'SHARE ROW EXCLUSIVE', 'EXCLUSIVE', 'ACCESS EXCLUSIVE'],
  'SHARE UPDATE EXCLUSIVE': ['SHARE UPDATE EXCLUSIVE', 'SHARE', 'SHARE ROW EXCLUSIVE', 'EXCLUSIVE', 'ACCESS EXCLUSIVE'],
  SHARE: ['ROW EXCLUSIVE', 'SHARE UPDATE EXCLUSIVE', 'SHARE ROW EXCLUSIVE', 'EXCLUSIVE', 'ACCESS EXCLUSIVE'],
  'SHARE ROW EXCLUSIVE': [
    'ROW EXCLUSIVE',
    'SHARE UPDATE EXCLUSIVE',
    'SHARE',
    'SHARE ROW EXCLUSIVE',
    'EXCLUSIVE',
    'ACCESS EXCLUSIVE',
  ],
  EXCLUSIVE: [
    'ROW SHARE',
    'ROW EXCLUSIVE',
    'SHARE UPDATE EXCLUSIVE',
    'SHARE',
    'SHARE ROW EXCLUSIVE',
    'EXCLUSIVE',
    'ACCESS EXCLUSIVE',
  ],
  'ACCESS EXCLUSIVE': lockModes,
}

export function conflictsWith(a: LockMode, b: LockMode): boolean {
  return conflicts[a].includes(b)
}

export function stronger(a: LockMode, b: LockMode): LockMode {
  return lockModes.indexOf(a) >= lockModes.indexOf(b) ? a : b
}

/** Plain SELECTs wait while it is held: true of ACCESS EXCLUSIVE only. */
export function blocksReads(mode: LockMode): boolean {
  return conflictsWith(mode, 'ACCESS SHARE')
}

/** INSERT, UPDATE, DELETE and MERGE wait while it is held: true of SHARE and everything stronger. */
export function blocksWrites(mode: LockMode): boolean {
  return conflictsWith(mode, 'ROW EXCLUSIVE')
}

/** Who waits while it is held, as messages say it. */
export function whoWaits(mode: LockMode): 'reads and writes' | 'writes' | undefined {
  if (blocksReads(mode)) return 'reads and writes'
  return blocksWrites(mode) ? 'writes' : undefined
}
