import type { Table, View } from '../catalog/catalog.ts'
import { definitionOfPolicy } from '../catalog/definition.ts'
import { definitionOfGrants } from '../catalog/grant.ts'
import { findTable, findView, keyOf, resolve, viewsOver } from '../catalog/lookup.ts'
import type { Query } from '../expression.ts'
import { type Name, printName, quoteIdentifier } from '../name.ts'
import type { Operation } from '../operation.ts'
import { print } from '../print/print.ts'
import type { Site } from '../rule.ts'
import type { Placed } from './verbatim.ts'

/** A view, a policy or a trigger that goes and comes back under its name. */
export type Gone = Operation<'DropView' | 'DropPolicy' | 'DropTrigger'>
export type Back = Operation<'CreateView' | 'CreatePolicy' | 'CreateTrigger'>

export function isGone(operation: Operation): operation is Gone {
  return operation.kind === 'DropView' || operation.kind === 'DropPolicy' || operation.kind === 'DropTrigger'
}

export function isBack(operation: Operation): operation is Back {
  return operation.kind === 'CreateView' || operation.kind === 'CreatePolicy' || operation.kind === 'CreateTrigger'
}

/** What goes, by names that can be compared; with CASCADE the views over a view. */
export function namesGone(operation: Gone, at: Site): readonly string[] {
  switch (operation.kind) {
    case 'DropView': {
      const over = operation.cascade ? viewsOver(at.before, operation.view) : []
      return [at.resolve(operation.view), ...over.map(({ name }) => name)].map((name) => `view ${keyOf(name)}`)
    }
    case 'DropPolicy':
      return [`policy ${operation.policy} on ${keyOf(at.resolve(operation.table))}`]
    case 'DropTrigger':
      return [`trigger ${operation.trigger} on ${keyOf(at.resolve(operation.table))}`]
  }
}

/** What comes back, as `namesGone` calls it. */
export function nameBack(operation: Back, at: Site): string {
  switch (operation.kind) {
    case 'CreateView':
      return `view ${keyOf(at.resolve(operation.view))}`
    case 'CreatePolicy':
      return `policy ${operation.policy} on ${keyOf(at.resolve(operation.table))}`
    case 'CreateTrigger':
      return `trigger ${operation.trigger} on ${keyOf(at.resolve(operation.table))}`
  }
}

/** Whether an operation says of views what would be missing while they are there without it. */
export function saysOfViews(operation: Operation, views: ReadonlySet<string>, at: Site): boolean {
  const names = namesIn(operation)
  return names.length > 0 && names.every((name) => views.has(`view ${keyOf(at.resolve(name))}`))
}

function namesIn(operation: Operation): readonly Name[] {
  switch (operation.kind) {
    case 'Grant':
      return operation.names
    case 'Comment':
      return operation.object === 'view' ? [operation.name] : operation.table === undefined ? [] : [operation.table]
    case 'SetObjectOwner':
      return [operation.name]
    default:
      return []
  }
}

/** The statements of operations, each once; undefined where one does something else as well. */
export function statementsOf(placed: readonly Placed[]): readonly string[] | undefined {
  const own = new Set(placed.map(({ operation }) => operation))
  const found: string[] = []
  const seen = new Set<Site['statement']>()
  for (const { operation, at } of placed) {
    if (seen.has(at.statement)) continue
    seen.add(at.statement)
    if (at.statement.commands.some((command) => !own.has(command.operation)) || at.statement.body.length > 0) return undefined
    const text = textOf(operation, at)
    if (text === undefined) return undefined
    found.push(text)
  }
  return found
}

function textOf(operation: Operation, at: Site): string | undefined {
  if (operation.kind === 'CreateView') return viewText(operation, at)
  return operation.kind === 'DropView' && operation.cascade ? dropText(operation, at) : at.statement.sql
}

/** All that CASCADE is known to drop by name: what is not known is not to go unseen. */
function dropText({ together, ifExists }: Operation<'DropView'>, at: Site): string {
  const over = together.flatMap((view) => viewsOver(at.before, view).map(({ name }) => bareName(name, at)))
  const names = new Set([...over, ...together].map(printName))
  return `DROP VIEW ${ifExists ? 'IF EXISTS ' : ''}${[...names].join(', ')}`
}

/** A name without its schema where the search_path finds it. */
export function bareName(name: Name, at: Site): Name {
  const bare = { schema: undefined, name: name.name }
  return keyOf(at.resolve(bare)) === keyOf(at.resolve(name)) ? bare : name
}

/** CREATE VIEW as it was written, but for a star, which would be the old column's, too. */
function viewText(operation: Operation<'CreateView'>, at: Site): string | undefined {
  const { query } = operation
  if (!query.columns.includes('*')) return at.statement.sql
  const [read, ...others] = query.reads
  const table = read === undefined || others.length > 0 ? undefined : findTable(at.before, read)
  const names = table?.complete === true ? table.columns.map(({ name }) => name) : undefined
  const spread = names && spreadStar(query, names)
  return spread && print({ ...operation, query: spread })
}

/** `SELECT * FROM t` with the names of its columns. */
function spreadStar(query: Query, columns: readonly string[]): Query | undefined {
  const [star, ...others] = query.output
  const start = /^\s*select\s+\*(?=\s+from\s)/i
  if (star !== undefined || others.length > 0 || !start.test(query.sql)) return undefined
  return { ...query, sql: query.sql.replace(start, () => `SELECT ${columns.map(quoteIdentifier).join(', ')}`) }
}

/** Takes away again what came back. */
export function dropsOf(made: readonly Back[]): readonly string[] {
  return made.toReversed().map(dropOf)
}

function dropOf(operation: Back): string {
  switch (operation.kind) {
    case 'CreateView':
      return `DROP VIEW ${printName(operation.view)}`
    case 'CreatePolicy':
      return `DROP POLICY ${quoteIdentifier(operation.policy)} ON ${printName(operation.table)}`
    case 'CreateTrigger':
      return `DROP TRIGGER ${quoteIdentifier(operation.trigger)} ON ${printName(operation.table)}`
  }
}

/** Makes things as they were at a site; undefined where that is not known. */
export function asTheyWere(things: readonly Back[], at: Site): readonly string[] | undefined {
  const views = things.flatMap((one) => (one.kind === 'CreateView' ? [findView(at.before, one.view)] : []))
  const others = things.map((one) => {
    if (one.kind === 'CreateView') return ''
    const table = findTable(at.before, one.table)
    return table && (one.kind === 'CreatePolicy' ? policyText(one, table, at) : triggerText(one, table))
  })
  const known = views.filter((view) => view !== undefined)
  const texts = known.length < views.length ? undefined : viewsBack(known, at)
  if (texts === undefined || others.includes(undefined)) return undefined
  return [...texts, ...others.flatMap((text) => (text === undefined || text === '' ? [] : [text]))]
}

function policyText({ policy, table: spelled }: Operation<'CreatePolicy'>, table: Table, at: Site): string | undefined {
  const known = table.policies.find(({ name }) => name === policy)
  const definition = known && definitionOfPolicy(at.before, table, known)
  return definition && print({ ...definition, table: spelled })
}

function triggerText({ trigger }: Operation<'CreateTrigger'>, table: Table): string | undefined {
  const known = table.triggers.find(({ name }) => name === trigger)
  return known?.state === undefined ? known?.definition?.sql : undefined
}

/** Those that are read come first. */
function viewsBack(views: readonly View[], at: Site): readonly string[] | undefined {
  const left = [...views]
  const found: string[] = []
  while (left.length > 0) {
    const next = left.findIndex((view) => !left.some((other) => other !== view && reads(view, other)))
    const [view] = left.splice(Math.max(0, next), 1)
    const text = view === undefined ? undefined : oldText(view, at)
    if (text === undefined) return undefined
    found.push(...text)
  }
  return found
}

function reads(view: View, other: View): boolean {
  return view.reads.some((name) => keyOf(name) === keyOf(other.name))
}

function oldText(view: View, at: Site): readonly string[] | undefined {
  const { query, columns, kind, name } = view
  const grants = definitionOfGrants(view)
  const named = columns.flatMap((column) => column ?? [])
  const [read] = view.reads
  const known = read === undefined ? undefined : findTable(at.before, read)?.columns.map((column) => column.name)
  const isSame = named.every((column) => known?.includes(column))
  const spread = !query.columns.includes('*') ? query : isSame ? spreadStar(query, named) : undefined
  const found = query.reads.map((each) => keyOf(resolve(at.before, each)))
  const text = query.sql.toLowerCase()
  // A rename since then is not in the text.
  const isCurrent =
    view.reads.every((each) => found.includes(keyOf(each))) &&
    query.columns.every((column) => column === '*' || text.includes(column.toLowerCase()))
  if (kind !== 'view' || grants === undefined || spread === undefined || named.length < columns.length) return undefined
  if (!isCurrent || named.length === 0) return undefined
  const create = print({
    kind: 'CreateView',
    view: name,
    columns: named,
    query: spread,
    replace: false,
    temporary: false,
    options: view.options ?? [],
  })
  return [create, ...grants.map((grant) => print(grant))]
}
