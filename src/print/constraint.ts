import { printName, quoteIdentifier } from '../name.ts'
import type {
  Constraint,
  ExcludeConstraint,
  ExcludeElement,
  ForeignKeyConstraint,
  PrimaryKeyConstraint,
  UniqueConstraint,
} from '../operation.ts'
import { printIndexKey } from './index-definition.ts'
import { printColumns, words } from './list.ts'
import { printStorage } from './option.ts'

/** A constraint as CREATE TABLE and ADD write it, its name included: `CONSTRAINT c CHECK (a > 0) NOT VALID`. */
export function printConstraint(constraint: Constraint): string {
  return words(named(constraint), tableConstraint(constraint))
}

/** The same constraint in the definition of its one column: `CONSTRAINT c REFERENCES o (id)`. */
export function printColumnConstraint(constraint: Constraint): string {
  return words(named(constraint), columnConstraint(constraint))
}

function named({ name }: Constraint): string | undefined {
  return name === undefined ? undefined : `CONSTRAINT ${quoteIdentifier(name)}`
}

function tableConstraint(constraint: Constraint): string {
  switch (constraint.kind) {
    case 'check':
      return checkOf(constraint)
    case 'not null':
      // As a table's constraint since 18; older versions take it in a column's definition alone.
      return words('NOT NULL', quoteIdentifier(constraint.column), constraint.notValid && 'NOT VALID', inheritanceOf(constraint))
    case 'unique':
      return words('UNIQUE', constraint.nullsNotDistinct && 'NULLS NOT DISTINCT', keyOf(constraint), deferralOf(constraint))
    case 'primary key':
      return words('PRIMARY KEY', keyOf(constraint), deferralOf(constraint))
    case 'foreign key':
      return `FOREIGN KEY ${withLast(constraint.columns, constraint.period)} ${referenceOf(constraint)}`
    case 'exclude':
      return excludeOf(constraint)
  }
}

function columnConstraint(constraint: Constraint): string {
  switch (constraint.kind) {
    case 'not null':
      return words('NOT NULL', inheritanceOf(constraint))
    case 'unique':
      return words(
        'UNIQUE',
        constraint.nullsNotDistinct && 'NULLS NOT DISTINCT',
        printStorage(constraint, 'USING INDEX TABLESPACE').trimStart(),
        deferralOf(constraint),
      )
    case 'primary key':
      return words('PRIMARY KEY', printStorage(constraint, 'USING INDEX TABLESPACE').trimStart(), deferralOf(constraint))
    case 'foreign key':
      return referenceOf(constraint)
    default:
      return tableConstraint(constraint)
  }
}

function checkOf(constraint: Extract<Constraint, { kind: 'check' }>): string {
  return words(`CHECK (${constraint.expression.sql})`, inheritanceOf(constraint), validityOf(constraint))
}

function inheritanceOf({ noInherit }: { readonly noInherit: boolean }): string | false {
  return noInherit && 'NO INHERIT'
}

/** NOT ENFORCED says NOT VALID, too (manual, CREATE TABLE). */
function validityOf({ enforced, notValid }: { readonly enforced: boolean; readonly notValid: boolean }): string | false {
  return enforced ? notValid && 'NOT VALID' : 'NOT ENFORCED'
}

export function deferralOf({
  deferrable,
  initiallyDeferred,
}: {
  readonly deferrable: boolean
  readonly initiallyDeferred: boolean
}): string | undefined {
  return initiallyDeferred ? 'DEFERRABLE INITIALLY DEFERRED' : deferrable ? 'DEFERRABLE' : undefined
}

function keyOf(constraint: UniqueConstraint | PrimaryKeyConstraint): string {
  const { columns, include, withoutOverlaps, usingIndex } = constraint
  if (usingIndex !== undefined) return `USING INDEX ${quoteIdentifier(usingIndex)}`
  const key = withoutOverlaps ? `${printColumns(columns).slice(0, -1)} WITHOUT OVERLAPS)` : printColumns(columns)
  return words(
    key,
    include.length > 0 && `INCLUDE ${printColumns(include)}`,
    printStorage(constraint, 'USING INDEX TABLESPACE').trimStart(),
  )
}

/** PERIOD stands before the last column. */
function withLast(columns: readonly string[], period: boolean): string {
  const listed = columns.map((column, index) =>
    period && index === columns.length - 1 ? `PERIOD ${quoteIdentifier(column)}` : quoteIdentifier(column),
  )
  return `(${listed.join(', ')})`
}

function referenceOf(constraint: ForeignKeyConstraint): string {
  const { references, referencedColumns, onDelete, onDeleteColumns = [], onUpdate, match, period } = constraint
  return words(
    'REFERENCES',
    printName(references),
    referencedColumns.length > 0 && withLast(referencedColumns, period),
    match === 'full' && 'MATCH FULL',
    onDelete !== 'no action' && `ON DELETE ${onDelete.toUpperCase()}`,
    onDeleteColumns.length > 0 && printColumns(onDeleteColumns),
    onUpdate !== 'no action' && `ON UPDATE ${onUpdate.toUpperCase()}`,
    deferralOf(constraint),
    validityOf(constraint),
  )
}

function excludeOf(constraint: ExcludeConstraint): string {
  const { method, elements, include = [], where } = constraint
  return words(
    'EXCLUDE',
    method !== 'btree' && `USING ${quoteIdentifier(method)}`,
    `(${elements.map(printElement).join(', ')})`,
    include.length > 0 && `INCLUDE ${printColumns(include)}`,
    printStorage(constraint, 'USING INDEX TABLESPACE').trimStart(),
    where && `WHERE (${where.sql})`,
    deferralOf(constraint),
  )
}

function printElement(element: ExcludeElement): string {
  const { operator, operatorSchema } = element
  const written = operatorSchema === undefined ? operator : `OPERATOR(${quoteIdentifier(operatorSchema)}.${operator})`
  return `${printIndexKey(element)} WITH ${written}`
}
