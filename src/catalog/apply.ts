import type { Cases, Operation } from '../operation.ts'
import { match } from '../operation.ts'
import { constraintCases } from './alter-constraint.ts'
import { alterTableCases } from './alter-table.ts'
import { calledBy, under } from './called.ts'
import type { Applied, Catalog, Origin } from './catalog.ts'
import { dataCases } from './data.ts'
import type { Draft } from './draft.ts'
import { functionCases } from './function.ts'
import { indexCases } from './index.ts'
import { objectCases } from './object.ts'
import { partitionCases } from './partition.ts'
import { schemaCases } from './schema.ts'
import { sequenceCases } from './sequence.ts'
import { sessionCases } from './session.ts'
import { tableCases } from './table.ts'
import { typeCases } from './type.ts'
import { viewCases } from './view.ts'

export { afterSession, afterTransaction } from './session.ts'

/** What each kind of operation changes. */
const cases: Cases<[Draft], void> = {
  ...tableCases,
  ...alterTableCases,
  ...constraintCases,
  ...partitionCases,
  ...indexCases,
  ...viewCases,
  ...sequenceCases,
  ...typeCases,
  ...schemaCases,
  ...functionCases,
  ...objectCases,
  ...dataCases,
  ...sessionCases,
}

/**
 * The catalog after an operation; the one given stays as it was, so that a rollback is to go on with it.
 * `conditional`: the operation stands in a DO block under an IF, a loop or an exception handler, and may not run or may fail
 * without harm: it is never refused, and what it makes or drops is certain no more. `bodies`: what routines of the history run
 * that it calls is applied too; true by default. `postgres`: the server's major version; the newest where it is left out.
 */
export function apply(
  operation: Operation,
  catalog: Catalog,
  origin: Origin,
  options: { readonly conditional?: boolean; readonly bodies?: boolean; readonly postgres?: number } = {},
): Applied {
  const draft: Draft = {
    catalog,
    origin,
    conditional: options.conditional ?? false,
    postgres: options.postgres,
    about: new Set(),
    touched: new Set(),
    refused: undefined,
    skipped: undefined,
  }
  match<[Draft], void>(cases, operation, draft)
  if (options.bodies ?? true) applyBodies(operation, draft)
  const uncertain = draft.refused !== undefined && [...draft.about].some((key) => catalog.uncertain.has(key))
  const { touched, skipped } = draft
  return { catalog: draft.catalog, refused: uncertain ? undefined : draft.refused, skipped, touched }
}

/** What the routines run that an operation calls. */
function applyBodies(operation: Operation, draft: Draft): void {
  const around = draft.catalog.searchPath
  for (const { statement, searchPath } of calledBy(operation, draft.catalog).runs) {
    // Which of its statements run depends on arguments and rows.
    const inner: Draft = { ...draft, conditional: true, catalog: under(draft.catalog, searchPath) }
    for (const command of statement.commands) match<[Draft], void>(cases, command.operation, inner)
    draft.catalog = searchPath === undefined ? inner.catalog : { ...inner.catalog, searchPath: around }
  }
}
