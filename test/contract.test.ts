import { expect, expectTypeOf, it } from 'vitest'
import type { RelationKind } from '../src/catalog/catalog.ts'
import type * as contract from '../src/contract.ts'
import type { Work } from '../src/effect/effect.ts'
import { type Hazard, hazards, type Severity } from '../src/finding.ts'
import { type LockMode, lockModes } from '../src/lock.ts'
import type { TransactionScope } from '../src/migration.ts'
import { type Phase, phases } from '../src/phase.ts'

/** The contract repeats these words so that it stands alone; the type check of this file is what holds them equal. */
it('speaks the words of the analyzer', () => {
  expectTypeOf<contract.LockMode>().toEqualTypeOf<LockMode>()
  expectTypeOf<contract.Hazard>().toEqualTypeOf<Hazard>()
  expectTypeOf<contract.Severity>().toEqualTypeOf<Severity>()
  expectTypeOf<contract.Phase>().toEqualTypeOf<Phase>()
  expectTypeOf<contract.Work>().toEqualTypeOf<Work>()
  expectTypeOf<contract.RelationKind>().toEqualTypeOf<RelationKind>()
  expectTypeOf<contract.StatementJson['transaction']>().toEqualTypeOf<TransactionScope>()
  const words: readonly (contract.LockMode | contract.Hazard | contract.Phase)[] = [...lockModes, ...hazards, ...phases]
  expect(new Set(words).size).toBe(lockModes.length + hazards.length + phases.length)
})
