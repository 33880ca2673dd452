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
export function printName({ schema, name }: Name): string {
  if (schema === undefined) return quoteIdentifier(name)
  let inSchema = printed.get(schema)
  if (inSchema === undefined) {
    inSchema = new Map()
    printed.set(schema, inSchema)
  }
  const known = inSchema.get(name)
  if (known !== undefined) return known
  const print = `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`
  // A process that lives on, as an editor's, meets ever new names.
  if (inSchema.size >= mostPrinted) inSchema.clear()
  inSchema.set(name, print)
  return print
}

/**
 * Names as they are printed, by schema and name. The catalog's keys are printed names: every statement asks for some hundred, almost
 * all of them known, and one string for each has its hash already.
 */
const printed = new Map<string, Map<string, string>>()
const mostPrinted = 50_000

/** Quotes an identifier where SQL needs it (what PostgreSQL's quote_ident does, manual 9.4). */
export function quoteIdentifier(identifier: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(identifier) && !reservedWords.has(identifier)
    ? identifier
    : `"${identifier.replaceAll('"', '""')}"`
}

export function sameName(a: Name, b: Name): boolean {
  return a.name === b.name && a.schema === b.schema
}
