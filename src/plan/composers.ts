import type { Composer } from './composite.ts'
import { copiesIn } from './copy-rows.ts'
import { ownKeysIn } from './own-key.ts'

/** In the order in which they are asked: an operation belongs to the first change that takes it. */
export const composers: readonly Composer[] = [copiesIn, ownKeysIn]
