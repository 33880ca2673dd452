import type { Cases } from '../operation.ts'
import type { Draft } from './draft.ts'
import { markCertain, markUncertain, refuse, skip } from './draft.ts'
import { drop } from './drop.ts'

export const schemaCases = {
  CreateSchema(operation, draft) {
    const { schema } = operation
    const known = draft.catalog.schemas.get(schema)
    draft.about.add(`schema ${schema}`)
    if (known !== undefined && !known.dropped) {
      if (operation.ifNotExists) skip(draft, `schema "${schema}" already exists, skipping`)
      else refuse(draft, `schema "${schema}" already exists`)
      return
    }
    draft.catalog = {
      ...draft.catalog,
      schemas: draft.catalog.schemas.set(schema, { name: schema, origin: draft.origin, dropped: false }),
    }
    // IF NOT EXISTS over the unknown: it may have been there, with things in it.
    const certain = !draft.conditional && (known !== undefined || !operation.ifNotExists)
    if (certain) markCertain(draft, `schema ${schema}`)
    else markUncertain(draft, `schema ${schema}`)
  },

  DropSchema(operation, draft) {
    const { schema } = operation
    draft.about.add(`schema ${schema}`)
    const message = `schema "${schema}" does not exist`
    if (draft.catalog.schemas.get(schema)?.dropped) {
      if (operation.ifExists) skip(draft, `${message}, skipping`)
      else refuse(draft, message)
      return
    }
    drop(draft, { kind: 'schema', name: { schema, name: schema } }, operation.cascade)
  },
} satisfies Partial<Cases<[Draft], void>>
