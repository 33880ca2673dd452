import { copiesIn } from './builder/copy-rows.ts'
import { enumSurgery } from './builder/enum-surgery.ts'
import { replacedIndexes } from './builder/index-replacement.ts'
import { ownKeysIn } from './builder/own-key.ts'
import { renamedValues } from './builder/rename-enum-value.ts'
import { replacedConstraints } from './builder/replace-constraint.ts'
import { replacedKeys } from './builder/replace-key.ts'
import { copiedTables } from './builder/shadow-composite.ts'
import { typesUnderViews } from './builder/type-under-view.ts'
import { typesWithDefaults } from './builder/type-with-default.ts'
import type { Composer } from './composite.ts'

/** In the order in which they are asked: an operation belongs to the first change that takes it. */
export const composers: readonly Composer[] = [
  copiesIn,
  copiedTables,
  ownKeysIn,
  replacedKeys,
  replacedConstraints,
  replacedIndexes,
  enumSurgery,
  renamedValues,
  typesUnderViews,
  typesWithDefaults,
]
