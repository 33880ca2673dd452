import type { Cases } from '../operation.ts'
import type { Catalog } from './catalog.ts'
import type { Draft } from './draft.ts'
import { markUncertain } from './draft.ts'
import { hintsOf, keyOf, temporarySchema, unknownCatalog } from './lookup.ts'

/** Reads a search_path as the server does: names between commas, folded to lower case unless quoted. `"$user"` names no schema that we know. */
export function parseSearchPath(text: string): readonly string[] {
  const names = text.match(/"(?:[^"]|"")*"|[^",\s]+/g) ?? []
  return names
    .map((name) => (/^["]/.test(name) ? name.slice(1, -1).replaceAll('""', '"') : name.replace(/^'|'$/g, '').toLowerCase()))
    .filter((name) => name !== '' && name !== '$user')
}

/** The catalog when a transaction has ended: what SET LOCAL did to the search_path is over. */
export function afterTransaction(catalog: Catalog): Catalog {
  return catalog.searchPath === catalog.sessionSearchPath ? catalog : { ...catalog, searchPath: catalog.sessionSearchPath }
}

/** The catalog when a session has ended: its temporary relations are gone, its search_path is the server's own again. */
export function afterSession(catalog: Catalog): Catalog {
  const temporary = hintsOf(catalog, 'owner', everything)
  return {
    ...catalog,
    searchPath: unknownCatalog.searchPath,
    sessionSearchPath: unknownCatalog.searchPath,
    relations: catalog.relations.deleteAll(temporaryRelations(catalog)),
    uncertain: catalog.uncertain.subtract(temporary),
    hints: catalog.hints.delete(`owner ${keyOf(everything)}`),
  }
}

/** Where all temporary tables are hinted at. */
const everything = { schema: temporarySchema, name: '' }

function temporaryRelations(catalog: Catalog): readonly string[] {
  return [...hintsOf(catalog, 'owner', everything)].flatMap((key) => [key, ...belongings(catalog, key)])
}

/** Indexes and sequences of a temporary table. */
function belongings(catalog: Catalog, key: string): readonly string[] {
  const relation = catalog.relations.get(key)
  if (relation === undefined || !('indexes' in relation)) return []
  return [...relation.indexes.map(keyOf), ...hintsOf(catalog, 'owner', relation.name)]
}

function endTransaction(_operation: unknown, draft: Draft): void {
  draft.catalog = afterTransaction(draft.catalog)
}

function setPath(draft: Draft, path: readonly string[], local: boolean): void {
  draft.catalog = { ...draft.catalog, searchPath: path, sessionSearchPath: local ? draft.catalog.sessionSearchPath : path }
}

/** SQL that is text to us may make or drop whatever it names: from then on that is not certain. */
export function doubtNamesIn(draft: Draft, text: string): void {
  for (const name of wordsIn(text)) {
    for (const schema of [...draft.catalog.searchPath, temporarySchema]) {
      const key = keyOf({ schema, name })
      if (draft.catalog.relations.has(key)) markUncertain(draft, key)
      if (draft.catalog.types.has(key)) markUncertain(draft, `type ${key}`)
    }
    if (draft.catalog.schemas.has(name)) markUncertain(draft, `schema ${name}`)
  }
}

/** Words and quoted identifiers of a text, each once, as the server folds them. */
export function wordsIn(text: string): ReadonlySet<string> {
  const words = text.match(/"(?:[^"]|"")*"|[\p{L}_][\p{L}\p{N}_$]*/gu) ?? []
  return new Set(words.map((word) => (word.startsWith('"') ? word.slice(1, -1).replaceAll('""', '"') : word.toLowerCase())))
}

function nothing(): void {}

export const sessionCases = {
  Begin: nothing,
  Commit: endTransaction,
  // What a ROLLBACK takes back is the caller's: it keeps the older catalog.
  Rollback: endTransaction,
  Savepoint: nothing,
  RollbackTo: nothing,
  ReleaseSavepoint: nothing,
  TwoPhase: endTransaction,
  SetConstraints: nothing,

  Set(operation, draft) {
    if (operation.setting.toLowerCase() !== 'search_path') return
    const path = operation.value === undefined ? unknownCatalog.searchPath : parseSearchPath(operation.value)
    setPath(draft, path, operation.local)
  },

  Reset(operation, draft) {
    if (operation.setting === 'all' || operation.setting.toLowerCase() === 'search_path') {
      setPath(draft, unknownCatalog.searchPath, false)
    }
  },

  Discard(operation, draft) {
    if (operation.what === 'all') setPath(draft, unknownCatalog.searchPath, false)
    if (operation.what === 'all' || operation.what === 'temp') {
      const { searchPath, sessionSearchPath } = draft.catalog
      for (const key of temporaryRelations(draft.catalog)) draft.touched.add(key)
      draft.catalog = { ...afterSession(draft.catalog), searchPath, sessionSearchPath }
    }
  },

  Session: nothing,
  MetaCommand: nothing,
  Opaque(operation, draft) {
    doubtNamesIn(draft, operation.sql)
  },
  Unparsed: nothing,
} satisfies Partial<Cases<[Draft], void>>
