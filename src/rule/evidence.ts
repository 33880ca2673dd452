import type { Question, Reference, Searched } from '../application/application.ts'
import type { ExactThing } from '../application/exact-name.ts'
import type { Catalog } from '../catalog/catalog.ts'
import { findTable, isTable, keyOf, resolveRoutine } from '../catalog/lookup.ts'
import type { Certainty } from '../finding.ts'
import type { Name, QualifiedName } from '../name.ts'
import { printName } from '../name.ts'
import type { ObjectKind } from '../operation.ts'
import type { Site } from '../rule.ts'
import { declaresContract } from './declared-phase.ts'
import { following } from './following.ts'

/** What the search of the deployed code means for something that goes. */
export interface Verdict {
  readonly certainty: Certainty
  /** Goes behind `dropping column a of public.t`: ` breaks the deployed code, which names it in 3 places: …`. */
  readonly said: string
}

/**
 * Whether the author says that the code which needed the old shape is gone, by declaring the migration a contract step. Where the
 * deployed code is known, what it names decides.
 */
export function isGivenUp(at: Site): boolean {
  return at.application === undefined && declaresContract(at.migration)
}

/** What to say of what is given up. */
export const asDeclared = ': the migration declares itself a contract step, so no running code needs it'

/** Looks for a thing in the deployed code, or at what the migration says of it; undefined where nobody said anything. */
export function inCode(question: Question, at: Site): Verdict | undefined {
  const evidence = at.application?.references(question)
  if (evidence === undefined) return isGivenUp(at) ? { certainty: 'checked', said: asDeclared } : undefined
  const { strong, lonely, searched } = evidence
  if (strong.length > 0) {
    return { certainty: 'certain', said: ` breaks the deployed code, which names it in ${placesIn(strong)}` }
  }
  if (lonely.length > 0) {
    const what = question.owners[0] === undefined ? 'it is used' : `it is ${question.owners[0]}'s`
    return {
      certainty: 'possible',
      said: ` breaks running code if the deployed code means it by the name in ${placesIn(lonely)}, none of which shows that ${what}`,
    }
  }
  return { certainty: 'checked', said: `: the deployed code names it nowhere (${searchedIn(searched)})` }
}

/** What was searched: `12 files of src/** at 0123abc, without tests and migrations, searched for shipped_at, shippedAt`. */
export function searchedIn({ files, globs, deployed, spellings }: Searched): string {
  return `${files} ${files === 1 ? 'file' : 'files'} of ${globs.join(', ')} at ${deployed}, without tests and migrations, searched for ${spellings.slice(0, 6).join(', ')}`
}

/** Where the deployed code names something that breaks anyhow: `; the deployed code names it in 2 places: …`; empty where it is not known to. */
export function namedIn(question: Question | undefined, at: Site): string {
  const strong = question === undefined ? [] : (at.application?.references(question).strong ?? [])
  return strong.length === 0 ? '' : `; the deployed code names it in ${placesIn(strong)}`
}

/** What to add to advice where nobody said where the code is. */
export const giveApp = '; give `app` (or --app) to have the deployed code looked through'

/**
 * Functions and procedures whose text names a table, or a column of it: PostgreSQL does not know what a quoted body uses, drops it all
 * the same, and the next call fails. Empty where the history knows none.
 */
export function bodiesNaming(at: Site, table: QualifiedName, column?: string): string {
  const triggered = new Set(
    (findTable(at.before, table)?.triggers ?? []).flatMap((trigger) => trigger.function && keyOf(trigger.function)),
  )
  const names = (body: string, name: string) => namesWord(body, name)
  const remade = new Set(
    [...following(at)].flatMap((later) =>
      later.kind === 'CreateFunction' ? [keyOf(resolveRoutine(at.before, later.function))] : [],
    ),
  )
  const found = [...at.before.functions.entries()].flatMap(([key, routines]) =>
    (at.after.functions.get(key) ?? []).length > 0 && !remade.has(key)
      ? routines.filter(
          ({ body, language, name, origin }) =>
            // A temporary function is gone with the session that made it.
            (name.schema !== 'pg_temp' || at.inChangeSet(origin)) &&
            language !== 'c' &&
            language !== 'internal' &&
            (names(body, table.name) || (column !== undefined && triggered.has(key))) &&
            (column === undefined || names(body, column)),
        )
      : [],
  )
  if (found.length === 0) return ''
  const list = [...new Set(found.map((routine) => `${routine.procedure ? 'procedure' : 'function'} ${printName(routine.name)}`))]
  const [shown, more] = [list.slice(0, 3).join(', '), list.length > 3 ? ` and ${list.length - 3} more` : '']
  return `; ${shown}${more} ${list.length === 1 ? 'names' : 'name'} it and will fail when called`
}

/** Whether SQL names a thing: as a word of its own, outside of comments. */
function namesWord(sql: string, name: string): boolean {
  const code = sql.replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, ' ')
  const escaped = name.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
  return new RegExp(`(?<![\\w$])${escaped}(?![\\w$])`, /^[a-z_][a-z0-9_$]*$/.test(name) ? 'i' : '').test(code)
}

/** A verdict with what functions in the schema name: what they still need is not proven unused. */
export function certaintyOf(code: Verdict | undefined, bodies: string): { readonly certainty?: Certainty } {
  if (code === undefined) return {}
  return { certainty: code.certainty === 'checked' && bodies !== '' ? 'possible' : code.certainty }
}

/** How many places, and the first three: `4 places: src/a.ts:42, src/b.ts:7, src/c.ts:9, …`. */
export function placesIn(places: readonly Reference[]): string {
  const shown = places.slice(0, 3).map(({ file, line }) => `${file}:${line}`)
  const count = places.length === 1 ? '1 place' : `${places.length} places`
  return `${count}: ${shown.join(', ')}${places.length > shown.length ? ', …' : ''}`
}

export function askTable(table: Name): Question {
  return { thing: 'table', name: table.name, owners: [], rivals: [], tables: [] }
}

/** What a statement names by its kind; undefined for kinds whose names code seldom holds. */
export function askObject(object: ObjectKind, name: Name): Question | undefined {
  switch (object) {
    case 'view':
    case 'materialized view':
      return askTable(name)
    case 'function':
    case 'procedure':
    case 'routine':
    case 'aggregate':
      return askFunction(name)
    case 'type':
    case 'domain':
      return askExact('type', name.name)
    case 'sequence':
    case 'schema':
      return askExact(object, name.name)
    default:
      return undefined
  }
}

export function askFunction(routine: Name): Question {
  return { thing: 'function', name: routine.name, owners: [], rivals: [], tables: [] }
}

/** A type, sequence, schema or constraint, which code names as the database does. */
export function askExact(thing: ExactThing, name: string): Question {
  return { thing, name, owners: [], rivals: [], tables: [] }
}

/** A column among all that are called so: `catalog` is the schema in which it exists. */
export function askColumn(table: Name, column: string, catalog: Catalog): Question {
  const rivals: string[] = []
  const tables: string[] = []
  for (const relation of catalog.relations.values()) {
    if (!isTable(relation) || relation.name.name === table.name) continue
    ;(relation.columns.some(({ name }) => name === column) ? rivals : tables).push(relation.name.name)
  }
  return { thing: 'column', name: column, owners: [table.name], rivals, tables }
}

/** A label of an enum: the columns of that type are where it is used. */
export function askValue(type: Name, value: string, catalog: Catalog): Question {
  const owners = new Set([type.name])
  const tables: string[] = []
  for (const relation of catalog.relations.values()) {
    if (!isTable(relation)) continue
    const uses = findTable(catalog, relation.name)?.columns.some((column) => column.type?.name.name === type.name)
    if (uses) owners.add(relation.name.name)
    else tables.push(relation.name.name)
  }
  return { thing: 'value', name: value, owners: [...owners], rivals: [], tables }
}
