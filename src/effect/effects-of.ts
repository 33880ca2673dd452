import { apply } from '../catalog/apply.ts'
import { calledBy, under } from '../catalog/called.ts'
import type { Catalog } from '../catalog/catalog.ts'
import { keyOf } from '../catalog/lookup.ts'
import type { QualifiedName } from '../name.ts'
import type { Cases, Operation } from '../operation.ts'
import { match } from '../operation.ts'
import { addColumn } from './add-column.ts'
import { alterColumnType } from './alter-column-type.ts'
import { alterTableCases } from './alter-table.ts'
import { combine } from './combine.ts'
import { constraintCases } from './constraint.ts'
import { createTableCases } from './create-table.ts'
import { dataCases } from './data.ts'
import { trial } from './difference.ts'
import { dropCases } from './drop.ts'
import type { Effect, Server } from './effect.ts'
import { mergeEffects } from './effect.ts'
import { indexCases } from './indexes.ts'
import { maintenanceCases } from './maintenance.ts'
import { objectCases } from './object.ts'
import { partitionCases } from './partition.ts'
import { sequenceCases } from './sequence.ts'
import { sessionCases } from './session.ts'
import type { At } from './touch.ts'
import { typeCases } from './type.ts'
import { viewCases } from './view.ts'

const cases: Cases<[At], readonly Effect[]> = {
  AddColumn: addColumn,
  AlterColumnType: alterColumnType,
  ...alterTableCases,
  ...constraintCases,
  ...createTableCases,
  ...dataCases,
  ...dropCases,
  ...indexCases,
  ...maintenanceCases,
  ...objectCases,
  ...partitionCases,
  ...sequenceCases,
  ...sessionCases,
  ...typeCases,
  ...viewCases,
}

/**
 * What one operation locks and does, one effect per relation. Indexes and sequences are listed where their lock is stronger
 * than that of a query or where they are built; a partitioned table shows no work of its own, its partitions do.
 */
export function effectsOf(operation: Operation, catalog: Catalog, server: Server): readonly Effect[] {
  const own = match(cases, operation, { catalog, server })
  const all = [...own, ...bodyEffects(operation, catalog, server)]
  return mergeEffects(all.filter(({ relation }) => !isSystem(relation, catalog)))
}

/** What the routines of the history lock and do that an operation calls, each statement on what those before it left. */
function bodyEffects(operation: Operation, catalog: Catalog, server: Server): readonly Effect[] {
  let current = catalog
  const effects = calledBy(operation, catalog).runs.flatMap(({ statement, searchPath }) => {
    const around = current.searchPath
    const steps = statement.commands.map((command) => {
      const before = under(current, searchPath)
      const after = apply(command.operation, before, trial, {
        conditional: true,
        bodies: false,
        postgres: server.postgres,
      }).catalog
      current = searchPath === undefined ? after : { ...after, searchPath: around }
      return {
        operation: command.operation,
        catalog: before,
        effects: match(cases, command.operation, { catalog: before, server }),
      }
    })
    return combine(steps)
  })
  // What is done to a relation that the same call made costs nobody anything.
  return mergeEffects(effects).map((effect) =>
    effect.existed || effect.kind === 'index' ? effect : { ...effect, work: new Set(), because: undefined },
  )
}

/** PostgreSQL's own catalogs are read and locked by everything; they are nobody's tables. */
function isSystem({ schema, name }: QualifiedName, catalog: Catalog): boolean {
  if (schema === 'pg_catalog' || schema === 'information_schema' || schema === 'pg_toast') return true
  return name.startsWith('pg_') && !catalog.relations.has(keyOf({ schema, name })) && /^pg_[a-z_]+$/.test(name)
}
