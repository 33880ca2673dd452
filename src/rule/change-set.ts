import { singularOf, wordsOf } from '../application/spelling.ts'
import type { Migration } from '../migration.ts'
import type { Name, QualifiedName } from '../name.ts'
import { printName, sameName } from '../name.ts'
import type { Kind, Operation, Statement } from '../operation.ts'
import type { Site } from '../rule.ts'
import type { Span } from '../span.ts'

/** An operation of a change set and where it stands. */
export interface Step<O extends Operation = Operation> {
  readonly operation: O
  readonly span: Span
  readonly migration: Migration
  readonly statement: Statement
}

/** Every operation of migrations, in the order in which they run, those of DO blocks behind the block. */
export function stepsOf(migrations: readonly Migration[]): readonly Step[] {
  return migrations.flatMap((migration) => migration.statements.flatMap((statement) => stepsIn(statement, migration)))
}

function stepsIn(statement: Statement, migration: Migration): readonly Step[] {
  return [
    ...statement.commands.map(({ operation, span }) => ({ operation, span, migration, statement })),
    ...statement.body.flatMap((inner) => stepsIn(inner, migration)),
  ]
}

/** The steps of one kind. */
export function stepsOn<K extends Kind>(kind: K, steps: readonly Step[]): readonly Step<Extract<Operation, { kind: K }>>[] {
  return steps.filter((step): step is Step<Extract<Operation, { kind: K }>> => step.operation.kind === kind)
}

/** Tells which tables a change set makes itself, those it drops again too: nobody else uses them. */
export function madeIn(steps: readonly Step[], at: Site): (table: Name) => boolean {
  const made = new Set(
    steps.flatMap(({ operation }) =>
      operation.kind === 'CreateTable' || operation.kind === 'CreateTableAs'
        ? [printName(qualified(operation.table, at))]
        : operation.kind === 'RenameTable' && at.isNew(operation.table)
          ? [printName({ ...qualified(operation.table, at), name: operation.to })]
          : [],
    ),
  )
  return (table) => at.isNew(table) || made.has(printName(qualified(table, at)))
}

function qualified(name: Name, at: Site): QualifiedName {
  return at.resolve(name)
}

/** Whether two names stand for one relation. */
export function isSame(a: Name, b: Name, at: Site): boolean {
  return sameName(at.resolve(a), at.resolve(b))
}

/** `line 12` of the same migration, `2_b.sql:12` of another. */
export function placeOf(step: Step, from: Step): string {
  const line = step.migration.text.slice(0, step.span.start).split('\n').length
  return step.migration === from.migration ? `line ${line}` : `${step.migration.file}:${line}`
}

/** Whether some UPDATE, or a trigger's function, of the change set gives one column the other's values. */
export function copiesColumn(steps: readonly Step[], table: Name, from: string, to: string, at: Site): boolean {
  return steps.some(({ operation }) => {
    if (operation.kind === 'Update') {
      return (
        isSame(operation.table, table, at) &&
        operation.assigned.some(({ column, value }) => column === to && value.columns.includes(from))
      )
    }
    return operation.kind === 'CreateFunction' && mentions(operation.body, from) && mentions(operation.body, to)
  })
}

/** Whether rows of one table are put into the other. */
export function copiesTable(steps: readonly Step[], from: Name, to: Name, at: Site): boolean {
  return steps.some(
    ({ operation }) =>
      operation.kind === 'Insert' && isSame(operation.table, to, at) && operation.reads.some((read) => isSame(read, from, at)),
  )
}

/** Whether two names look like one thing called anew: a common word that says something, or almost the same letters. */
export function looksAlike(a: string, b: string): boolean {
  const [one, other] = [wordsOf(a).map(singularOf), wordsOf(b).map(singularOf)]
  const shared = one.filter((word) => other.includes(word) && !plain.has(word))
  return shared.length * 2 >= Math.min(one.length, other.length) && shared.length > 0
}

/** Words that columns share without being related. */
const plain = new Set([
  'id',
  'at',
  'on',
  'by',
  'is',
  'has',
  'to',
  'of',
  'in',
  'the',
  'date',
  'time',
  'type',
  'count',
  'name',
  'key',
])

function mentions(body: string, name: string): boolean {
  return new RegExp(`(?<![\\w$])${name.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')}(?![\\w$])`, 'i').test(body)
}
