import type { ColumnDef, Constraint as ConstraintNode, Node } from 'libpg-query'
import type { Expression } from '../../expression.ts'
import type { Column, Constraint, Generated, Identity } from '../../operation.ts'
import { type Attributes, afterName, attributesOf, lowerConstraint } from './constraint.ts'
import { lowerExpression } from './expression.ts'
import { nameOfList } from './name.ts'
import { bodiesOf } from './node.ts'
import { foreignOptionsOf, listed } from './option.ts'
import { lowerSequenceOptions } from './sequence.ts'
import type { Part } from './span.ts'
import { ending, indexAt, insideNext, starting } from './span.ts'
import { lowerColumnType } from './type-name.ts'

/** Lowers a column definition; `part` ends where the definition ends. */
export function lowerColumn(column: ColumnDef, part: Part): Column {
  const name = column.colname ?? ''
  return {
    name,
    type: lowerColumnType(column.typeName),
    collation: column.collClause === undefined ? undefined : nameOfList(column.collClause.collname),
    ...lowerColumnConstraints(column.constraints, column.collClause?.location, part, name),
    // A keyword of the grammar's own, so in any case that was written.
    storage: column.storage_name?.toLowerCase(),
    compression: column.compression,
    ...listed('foreignOptions', foreignOptionsOf(column.fdwoptions)),
  }
}

/** What the constraints of a column or domain say. */
export interface ColumnConstraints {
  readonly notNull: boolean
  readonly notNullName: string | undefined
  readonly notNullNoInherit?: boolean
  readonly default: Expression | undefined
  readonly generated: Generated | undefined
  readonly identity: Identity | undefined
  readonly constraints: readonly Constraint[]
}

export function lowerColumnConstraints(
  nodes: readonly Node[] | undefined,
  collation: number | undefined,
  part: Part,
  column?: string,
): ColumnConstraints {
  const all = bodiesOf(nodes, 'Constraint')
  // Each constraint ends where the next one, or the COLLATE among them, starts.
  const starts = [...all.map(({ location }) => location), collation].map((location) => indexAt(part, location))
  let notNull = false
  let notNullName: string | undefined
  let notNullNoInherit = false
  let byDefault: Expression | undefined
  let generated: Generated | undefined
  let identity: Identity | undefined
  const constraints: Constraint[] = []

  for (const [index, constraint] of all.entries()) {
    const start = indexAt(part, constraint.location)
    const end = Math.min(part.to, ...starts.filter((other) => other > start))
    const own = afterName(constraint, ending(part, end))
    if (constraint.contype === 'CONSTR_NOTNULL') {
      notNull = true
      notNullName = constraint.conname
      notNullNoInherit = constraint.is_no_inherit === true
    } else if (constraint.contype === 'CONSTR_DEFAULT' && constraint.raw_expr !== undefined) {
      byDefault = lowerExpression(constraint.raw_expr, starting(own, own.from + 1))
    } else if (constraint.contype === 'CONSTR_GENERATED' && constraint.raw_expr !== undefined) {
      generated = {
        expression: lowerExpression(constraint.raw_expr, insideNext(own, own.from)),
        stored: constraint.generated_kind !== 'v',
      }
    } else if (constraint.contype === 'CONSTR_IDENTITY') {
      identity = lowerIdentity(constraint)
    } else {
      const lowered = lowerConstraint(constraint, ending(part, end), column, attributesAfter(all, index))
      if (lowered !== undefined) constraints.push(lowered)
    }
  }
  return {
    notNull,
    notNullName,
    ...(notNullNoInherit ? { notNullNoInherit } : {}),
    default: byDefault,
    generated,
    identity,
    constraints,
  }
}

export function lowerIdentity(constraint: ConstraintNode): Identity {
  return { always: constraint.generated_when === 'a', options: lowerSequenceOptions(constraint.options) }
}

/** A column's constraint is followed by its attributes as entries of their own. */
function attributesAfter(all: readonly ConstraintNode[], index: number): Attributes {
  const constraint = all[index]
  let attributes =
    constraint === undefined ? { deferrable: false, initiallyDeferred: false, enforced: true } : attributesOf(constraint)
  for (const { contype } of all.slice(index + 1)) {
    if (contype === 'CONSTR_ATTR_DEFERRABLE') attributes = { ...attributes, deferrable: true }
    else if (contype === 'CONSTR_ATTR_DEFERRED') attributes = { ...attributes, deferrable: true, initiallyDeferred: true }
    else if (contype === 'CONSTR_ATTR_NOT_ENFORCED') attributes = { ...attributes, enforced: false }
    else if (contype?.startsWith('CONSTR_ATTR_') !== true) break
  }
  return attributes
}
