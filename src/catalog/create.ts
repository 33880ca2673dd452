import type { QualifiedName } from '../name.ts'
import type { Draft } from './draft.ts'
import { hint, markCertain, markUncertain, refuse, relationOf, skip, typeOf } from './draft.ts'
import { keyOf, temporarySchema } from './lookup.ts'

/**
 * Whether a CREATE goes on: not over what exists. What IF NOT EXISTS makes where nothing was known may have been there
 * before, so that nothing is certain about it.
 */
export function startCreate(draft: Draft, name: QualifiedName, ifNotExists: boolean): boolean {
  const key = keyOf(name)
  const known = draft.catalog.relations.get(key)
  relationOf(draft, name)
  const doubtful = draft.catalog.uncertain.has(key)
  // What is not certain to exist evidently did not, where a plain CREATE follows.
  if (known !== undefined && known.kind !== 'dropped' && (!doubtful || ifNotExists || draft.conditional)) {
    const message = `relation "${name.name}" already exists`
    if (ifNotExists) skip(draft, `${message}, skipping`)
    else refuse(draft, message)
    return false
  }
  const type = typeOf(draft, name)
  if (type !== undefined) {
    refuse(draft, `type "${name.name}" already exists`)
    return false
  }
  const certain = known !== undefined || schemaIsNew(draft, name.schema)
  // The end of the session, or of the transaction with ON COMMIT DROP, drops what is temporary.
  if (name.schema === temporarySchema) {
    hint(draft, 'owner', { schema: temporarySchema, name: '' }, key)
    markUncertain(draft, key)
  } else if (ifNotExists && !certain) markUncertain(draft, key)
  else if (!draft.conditional) markCertain(draft, key)
  return true
}

/** Whether the history made the schema, so that it knows all that is in it. */
function schemaIsNew(draft: Draft, schema: string): boolean {
  return draft.catalog.schemas.get(schema)?.origin !== undefined && !draft.catalog.uncertain.has(`schema ${schema}`)
}
