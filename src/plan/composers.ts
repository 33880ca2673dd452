import type { Composer } from './composite.ts'
import { copiesIn } from './copy-rows.ts'
import { enumSurgery } from './enum-surgery.ts'
import { ownKeysIn } from './own-key.ts'
import { renamedValues } from './rename-enum-value.ts'
import { replacedConstraints } from './replace-constraint.ts'
import { replacedKeys } from './replace-key.ts'
import { copiedTables } from './shadow-composite.ts'
import { typesUnderViews } from './type-under-view.ts'
import { typesWithDefaults } from './type-with-default.ts'

/** In the order in which they are asked: an operation belongs to the first change that takes it. */
export const composers: readonly Composer[] = [
  copiesIn,
  copiedTables,
  ownKeysIn,
  replacedKeys,
  replacedConstraints,
  enumSurgery,
  renamedValues,
  typesUnderViews,
  typesWithDefaults,
]
