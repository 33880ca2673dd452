import { findConstraint, findIndex, findRelation, findRoutines, findTable, findType, nameOf } from '../../catalog/lookup.ts'
import { printName, quoteIdentifier, sameName } from '../../name.ts'
import type { Operation } from '../../operation.ts'
import { type cascading, targetOf, targetsOf } from '../../rule/cascade.ts'
import { type Casualty, casualties, lastRank } from '../../rule/casualty.ts'
import type { Site } from '../../rule.ts'
import type { TypeName } from '../../type-name.ts'
import { alter } from '../block/presence.ts'
import { constraintBack, indexesBack } from '../block/restore.ts'
import { alone, deploy, inTransaction, rolledOut } from '../change.ts'
import { together } from '../order.ts'
import type { Plan, Step } from '../plan.ts'
import { planDropColumn } from './drop-column.ts'
import { planDropConstraint } from './drop-constraint.ts'
import { dropTable, planDropTable } from './drop-table.ts'

type Drop = Operation<(typeof cascading)[number]>

/**
 * A drop with CASCADE as the drops of all that goes along, each by its own steps, and the thing itself without CASCADE in the end. [] where the
 * migrations do not tell what goes along.
 */
export function planDropCascade(op: Drop, at: Site): Plan {
  if (op.kind === 'DropTable') return planDropTable(op, at)
  if (op.kind === 'DropColumn') return planDropColumn(op, at)
  const target = targetOf(op)
  if (target === undefined || !op.cascade || at.statement.commands.length > 1 || at.statement.body.length > 0) return []
  const gone = casualties(at, targetsOf(op, at))
  if (gone.length === 0) return []
  const bare = at.statement.sql.trimEnd().replace(/\s+cascade$/i, '')
  if (op.kind === 'DropConstraint') return inOrder(gone, planDropConstraint({ ...op, cascade: false }, at), at)
  if (op.kind === 'DropFunction' && findRoutines(at.before, op.function).length > 1) return []
  const name = printName({ schema: undefined, name: target.name })
  return inOrder(gone, afterCode(`code that names ${name} nowhere`, `drop ${name}`, bare), at)
}

/** DROP SCHEMA with CASCADE: all that is in it by its own steps, the empty schema in the end. [] where the migrations did not make the schema. */
export function planDropSchema(op: Operation<'DropSchema' | 'ManageObject'>, at: Site): Plan {
  if (op.kind !== 'DropSchema' || !op.cascade || at.before.schemas.get(op.schema)?.origin === undefined) return []
  const gone = casualties(at, [])
  const isYoung = [...at.before.relations.values()].some(
    (each) => each.kind !== 'dropped' && each.name.schema === op.schema && at.inChangeSet(each.origin),
  )
  if (gone.length === 0 || isYoung || at.statement.commands.length > 1) return []
  const name = quoteIdentifier(op.schema)
  const drop = `DROP SCHEMA ${op.ifExists ? 'IF EXISTS ' : ''}${name}`
  return inOrder(gone, afterCode(`code that uses nothing of schema ${name}`, `drop schema ${op.schema}`, drop), at, op.schema)
}

function afterCode(note: string, title: string, statement: string): Plan {
  return [
    deploy(`${note}${rolledOut}`),
    inTransaction({
      phase: 'contract',
      title,
      why: 'Nothing depends on it any more; PostgreSQL would refuse to drop it if something did.',
      statements: [statement],
      rollback: { impossible: 'write by hand what makes it again, as the migration did that made it' },
    }),
  ]
}

/**
 * All that waits for the same deploy side by side: what is before it, between it and the next, and so on; types and the like when all else has
 * gone. What is to be deployed for things of `schema` is said of it as a whole.
 */
function inOrder(gone: readonly Casualty[], end: Plan, at: Site, schema?: string): Plan {
  if (end.length === 0 || isTangled(gone, at)) return []
  const tables = gone.flatMap((each) => tableOf(each, at) ?? [])
  const early: (readonly Section[])[] = []
  const late: (readonly Section[])[] = []
  for (const each of gone) {
    const table = tableOf(each, at)
    if (table === undefined && isKeyTo(each, tables, at)) continue
    const bare = { ifExists: false, cascade: false, foreign: false }
    const plan = table === undefined ? planOf(each, at) : dropTable({ kind: 'DropTable', table, together: tables, ...bare }, at)
    if (plan.length === 0) return []
    const isTold = schema !== undefined && schemaOf(each) === schema
    const own = sectionsOf(plan).map((section, place) => (isTold ? { ...section, note: noteOf(schema, place) } : section))
    if (table === undefined && each.rank >= lastRank) late.push(own)
    else early.push(own)
  }
  late.push(sectionsOf(end))
  const count = Math.max(2, ...early.map((own) => own.length))
  return Array.from({ length: count }, (_, place): readonly Step[] => {
    const own = early.map((sections) => sections[place])
    const ends = late.map((sections) => sections[1])
    const notes = [...(place === 1 ? ends.toReversed() : []), ...own].flatMap((section) => section?.note ?? [])
    const steps = [...own, ...(place === count - 1 ? ends : [])].flatMap((section) => section?.steps ?? [])
    return [...(notes.length === 0 ? [] : [deploy(together([...new Set(notes)]))]), ...steps]
  }).flat()
}

/** The deploys of what is in a schema, but for the first, which is said with the schema itself. */
function noteOf(schema: string, place: number): string | undefined {
  if (place < 2) return undefined
  return `nothing; wait until it is certain that nobody misses what was in schema ${quoteIdentifier(schema)}, and keep a copy of the rows that may be asked for`
}

/** The schema of what goes, or of what it goes from. */
function schemaOf({ what, of }: Casualty): string | undefined {
  if (of !== undefined) return of.table.schema
  const [, name] = /^(?:materialized view|view|table|sequence|function|procedure|domain|type) (.+)$/.exec(what) ?? []
  return name === undefined ? undefined : nameOf(name).schema
}

/** The steps between two deploys, and what the one before them is about. */
interface Section {
  readonly note: string | undefined
  readonly steps: Plan
}

/** A plan in its parts: what comes before the first deploy, then each deploy with what follows it. */
function sectionsOf(plan: Plan): readonly Section[] {
  const starts = plan.flatMap((step, place) => (step.phase === 'deploy' ? [place] : []))
  return [-1, ...starts].map((start, index) => {
    const first = plan[start]
    return { note: first?.phase === 'deploy' ? first.note : undefined, steps: plan.slice(start + 1, starts[index]) }
  })
}

/** The drop of one thing that goes along. */
function planOf({ what, drop, of }: Casualty, at: Site): Plan {
  const statement = drop.replace(/;$/, '')
  const name = what.replace(/ public\./g, ' ')
  if (of === undefined) return afterCode(`code that does without ${name}`, `drop ${name}`, statement)
  const on = { table: of.table }
  const table = findTable(at.before, of.table)
  switch (of.kind) {
    case 'column':
      return planDropColumn(
        { kind: 'DropColumn', ...on, only: false, ifExists: false, column: of.name, columnIfExists: false, cascade: false },
        at,
      )
    case 'default': {
      const value = table?.columns.find((column) => column.name === of.name)?.default
      const column = quoteIdentifier(of.name)
      const back =
        value === undefined
          ? { impossible: 'the migrations do not tell what it was' }
          : [alter(on, `ALTER COLUMN ${column} SET DEFAULT ${value.sql}`)]
      return [
        deploy(`code that always gives column ${column} of ${printName(of.table)} a value${rolledOut}`),
        inTransaction({
          phase: 'contract',
          title: `drop ${name}`,
          why: 'No INSERT relies on it any more.',
          statements: [statement],
          rollback: back,
        }),
      ]
    }
    case 'index': {
      const index = findIndex(at.before, { schema: of.table.schema, name: of.name })
      return index === undefined
        ? []
        : [
            deploy(`code whose queries do without ${name}${rolledOut}`),
            alone({
              phase: 'contract',
              title: `drop ${of.name}`,
              why: 'It waits for the queries that use it without keeping others waiting.',
              statements: [`DROP INDEX CONCURRENTLY IF EXISTS ${printName(index.name)}`],
              rollback: indexesBack(of.table, [index], at),
            }),
          ]
    }
    case 'constraint': {
      const constraint = findConstraint(at.before, of.table, of.name)
      if (table === undefined || constraint === undefined) return []
      return [
        deploy(`code that does not rely on ${name}${rolledOut}`),
        inTransaction({
          phase: 'contract',
          title: `drop ${of.name}`,
          why: 'It goes in a transaction of its own, for a moment: a foreign key locks the tables at both ends.',
          statements: [statement],
          tables: constraint.definition.kind === 'foreign key' ? 'several' : 'one',
          rollback: constraintBack(on, table, constraint, at),
        }),
      ]
    }
  }
}

function tableOf({ what }: Casualty, at: Site) {
  if (!what.startsWith('table ') && !what.startsWith('foreign table ')) return undefined
  return findTable(at.before, nameOf(what.slice(what.indexOf('table ') + 'table '.length)))?.name
}

/** A foreign key to a table that goes is dropped with the steps of that. */
function isKeyTo({ of }: Casualty, tables: readonly { readonly schema: string; readonly name: string }[], at: Site): boolean {
  const references = of?.kind === 'constraint' ? findConstraint(at.before, of.table, of.name)?.references : undefined
  return references !== undefined && tables.some((table) => sameName(table, references))
}

/**
 * Whether the order of the drops is not known: tables that are parts of others, types made of types, functions that need a table (its row type, a
 * body that PostgreSQL knows).
 */
function isTangled(gone: readonly Casualty[], at: Site): boolean {
  const named = (kind: RegExp) => gone.flatMap(({ what }) => (kind.test(what) ? [nameOf(what.replace(kind, ''))] : []))
  const types = named(/^(?:type|domain) /).map((name) => findType(at.before, name))
  const routines = named(/^(?:function|procedure) /).map((name) => findRoutines(at.before, name))
  const tables = gone.flatMap((each) => tableOf(each, at) ?? []).map((name) => findTable(at.before, name))
  const isRow = (type: TypeName | undefined) => type !== undefined && findRelation(at.before, type.name) !== undefined
  return (
    gone.some(({ what }) => /^(?:foreign table|rule) /.test(what)) ||
    tables.some((table) => table?.complete !== true || table.partitionOf !== undefined || table.inherits.length > 0) ||
    (types.length > 1 && types.some((type) => type?.kind !== 'enum' && type?.kind !== 'domain')) ||
    types.some((type) => type?.kind === 'domain' && findType(at.before, type.base.name)?.kind === 'domain') ||
    routines.some(([routine, ...overloads]) => overloads.length > 0 || (routine?.dependsOn.length ?? 0) > 0) ||
    routines.flat().some((routine) => [routine.returns, ...routine.arguments].some(isRow))
  )
}
