import type { Composer } from './composite.ts'
import { copiesIn } from './copy-rows.ts'
import { replacedConstraints } from './replace-constraint.ts'
import { replacedKeys } from './replace-key.ts'
export const composers: readonly Composer[] = [copiesIn, replacedKeys, replacedConstraints]
