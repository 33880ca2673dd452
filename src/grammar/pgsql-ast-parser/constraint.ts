import type {
  AlterColumnAddGenerated,
  ColumnConstraint,
  ColumnConstraintCheck,
  ConstraintAction,
  CreateColumnDef,
  CreateSequenceOptions,
  Expr,
  TableConstraint,
  TableReference,
} from 'pgsql-ast-parser'
import type { Expression } from '../../expression.ts'
import type { Column, Constraint, ForeignKeyConstraint, Generated, Identity } from '../../operation.ts'
import { NotUnderstood } from '../grammar.ts'
import { lowerExpression } from './expression.ts'
import { nameOf, namesOf } from './name.ts'
import { firstOf, insideOf, openFrom, type Place, rangeAfter, wordAt } from './place.ts'
import { lowerSequenceOptions } from './sequence.ts'
import { lowerColumnType } from './type-name.ts'

/** None of a constraint's attributes (NOT VALID, DEFERRABLE, NO INHERIT, …) is in this parser's grammar: it refuses them. */
const deferral = { deferrable: false, initiallyDeferred: false }

export function lowerConstraint(node: TableConstraint, place: Place): Constraint {
  const name = node.constraintName?.name
  switch (node.type) {
    case 'check':
      return lowerCheck(node, place)
    case 'unique':
      return uniqueOn(namesOf(node.columns), name)
    case 'primary key':
      return primaryKeyOn(namesOf(node.columns), name)
    case 'foreign key':
      return lowerReference(node, namesOf(node.localColumns), name)
  }
}

function uniqueOn(columns: readonly string[], name: string | undefined): Constraint {
  const usual = { include: [], nullsNotDistinct: false, withoutOverlaps: false, usingIndex: undefined }
  return { kind: 'unique', name, columns, ...usual, ...deferral }
}

function primaryKeyOn(columns: readonly string[], name: string | undefined): Constraint {
  return { kind: 'primary key', name, columns, include: [], withoutOverlaps: false, usingIndex: undefined, ...deferral }
}

function lowerCheck(node: ColumnConstraintCheck, place: Place): Constraint {
  return {
    kind: 'check',
    name: node.constraintName?.name,
    expression: lowerExpression(node.expr, place, insideOf(place, openAfterName(node, place))),
    notValid: false,
    noInherit: false,
    enforced: true,
  }
}

/** The first parenthesis of a constraint; a name before it has none. */
function openAfterName(node: ColumnConstraint, place: Place): number {
  const first = firstOf(place, node)
  return openFrom(place, wordAt(place, first) === 'constraint' ? first + 2 : first)
}

function lowerReference(node: TableReference, columns: readonly string[], name: string | undefined): ForeignKeyConstraint {
  if (node.match === 'partial') throw new NotUnderstood('MATCH PARTIAL is not known')
  return {
    kind: 'foreign key',
    name,
    columns,
    references: nameOf(node.foreignTable),
    referencedColumns: namesOf(node.foreignColumns),
    onDelete: actionOf(node.onDelete),
    onUpdate: actionOf(node.onUpdate),
    match: node.match === 'full' ? 'full' : 'simple',
    notValid: false,
    enforced: true,
    period: false,
    ...deferral,
  }
}

function actionOf(action: ConstraintAction | undefined): ConstraintAction {
  return action ?? 'no action'
}

export function lowerColumn(node: CreateColumnDef, place: Place): Column {
  const column = node.name.name
  let notNull = false
  let notNullName: string | undefined
  let byDefault: Expression | undefined
  let generated: Generated | undefined
  let identity: Identity | undefined
  const constraints: Constraint[] = []
  for (const constraint of node.constraints ?? []) {
    const name = constraint.constraintName?.name
    switch (constraint.type) {
      case 'not null':
        notNull = true
        notNullName = name
        break
      case 'null':
        break
      case 'default':
        byDefault = lowerDefault(constraint.default, place)
        break
      case 'unique':
        constraints.push(uniqueOn([column], name))
        break
      case 'primary key':
        constraints.push(primaryKeyOn([column], name))
        break
      case 'check':
        constraints.push(lowerCheck(constraint, place))
        break
      case 'reference':
        constraints.push(lowerReference(constraint, [column], name))
        break
      case 'add generated':
        if (constraint.expression === undefined) identity = lowerIdentity(constraint)
        else generated = lowerGenerated(constraint, constraint.expression, place)
    }
  }
  return {
    name: column,
    type: lowerColumnType(node.dataType, place),
    collation: node.collate === undefined ? undefined : nameOf(node.collate),
    notNull,
    notNullName,
    default: byDefault,
    generated,
    identity,
    constraints,
    storage: undefined,
    compression: undefined,
  }
}

export function lowerDefault(node: Expr, place: Place): Expression {
  return lowerExpression(node, place, rangeAfter(place, 'default', node))
}

function lowerGenerated(node: AlterColumnAddGenerated, expression: Expr, place: Place): Generated {
  // PostgreSQL's grammar wants ALWAYS here.
  if (node.always !== 'always' || node.sequence !== undefined) throw new NotUnderstood('such a GENERATED is not known')
  return {
    expression: lowerExpression(expression, place, insideOf(place, openAfterName(node, place))),
    stored: node.stored === true,
  }
}

export function lowerIdentity(node: AlterColumnAddGenerated): Identity {
  if (node.always === undefined || node.stored !== undefined) throw new NotUnderstood('such a GENERATED is not known')
  const options: CreateSequenceOptions = node.sequence ?? {}
  return { always: node.always === 'always', options: lowerSequenceOptions(options, node.sequence?.name) }
}
