import type { Catalog } from '../catalog/catalog.ts'
import { resolve } from '../catalog/lookup.ts'
import type { Site } from '../rule.ts'

/** The same place in a schema that a part of the plan has changed already: for builders of what comes after that part. */
export function laterSite(at: Site, before: Catalog): Site {
  return {
    deployed: at.deployed,
    before,
    after: before,
    effects: [],
    held: at.held,
    transaction: at.transaction,
    earlier: at.earlier,
    others: at.others,
    statement: at.statement,
    span: at.span,
    migration: at.migration,
    origin: at.origin,
    postgres: at.postgres,
    application: at.application,
    refused: undefined,
    skipped: undefined,
    isNew: (name) => at.isNew(name),
    inChangeSet: (origin) => at.inChangeSet(origin),
    resolve: (name) => resolve(before, name),
    setting: (name) => at.setting(name),
  }
}
