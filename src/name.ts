import { reservedWords } from './reserved-words.ts'

/** The name of a relation, type or function; `schema` is undefined where the SQL leaves it to the search_path. Case as PostgreSQL folds it. */
export interface Name {
  readonly schema: string | undefined
  readonly name: string
}

/** A name whose schema is known. */
export interface QualifiedName extends Name {
  readonly schema: string
}

/** Prints a name as SQL, quoted only where SQL needs it: `public.orders`, `app."Order Items"`. */
export function printName(name: Name): string {
  return name.schema === undefined ? quoteIdentifier(name.name) : `${quoteIdentifier(name.schema)}.${quoteIdentifier(name.name)}`
}

/** Quotes an identifier where SQL needs it (what PostgreSQL's quote_ident does, manual 9.4). */
export function quoteIdentifier(identifier: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(identifier) && !reservedWords.has(identifier)
    ? identifier
    : `"${identifier.replaceAll('"', '""')}"`
}

export function sameName(a: Name, b: Name): boolean {
  return a.name === b.name && a.schema === b.schema
}
