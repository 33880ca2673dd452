import type { Constraint as ConstraintNode, Node } from 'libpg-query'
import type { Constraint, ExcludeConstraint, ExcludeElement, IndexKey, IndexParameters } from '../../operation.ts'
import { lowerExpression, lowerOptional } from './expression.ts'
import { lowerKeys } from './index-key.ts'
import { nameOf } from './name.ts'
import { bodyOf, stringsOf } from './node.ts'
import { listed, optionList } from './option.ts'
import type { Part } from './span.ts'
import { closeOf, findMark, findWord, indexAt, insideNext, isWord, split, starting, tokenAt } from './span.ts'

/** DEFERRABLE and NOT ENFORCED come after a column's constraint as entries of their own; after a table's they are fields of it. */
export interface Attributes {
  readonly deferrable: boolean
  readonly initiallyDeferred: boolean
  readonly enforced: boolean
}

export function attributesOf(constraint: ConstraintNode): Attributes {
  return {
    deferrable: constraint.deferrable === true,
    initiallyDeferred: constraint.initdeferred === true,
    enforced: constraint.is_enforced === true,
  }
}

/** The tokens of a constraint after `CONSTRAINT name`; where the constraint ends is the caller's knowledge. */
export function afterName(constraint: ConstraintNode, part: Part): Part {
  const from = indexAt(part, constraint.location)
  return starting(part, isWord(tokenAt(part, from), 'constraint') ? from + 2 : from)
}

/**
 * Lowers a constraint of a table, domain or column, given its tokens (more may follow them). `column`: the column whose
 * definition it stands in. Undefined for what is an attribute of a column rather than a constraint.
 */
export function lowerConstraint(
  constraint: ConstraintNode,
  part: Part,
  column?: string,
  attributes: Attributes = attributesOf(constraint),
): Constraint | undefined {
  const { deferrable, initiallyDeferred, enforced } = attributes
  const name = constraint.conname
  const rest = afterName(constraint, part)
  const deferral = { deferrable, initiallyDeferred }
  // NOT ENFORCED implies NOT VALID; both say so.
  const notValid = constraint.skip_validation === true
  switch (constraint.contype) {
    case 'CONSTR_CHECK':
      return constraint.raw_expr === undefined
        ? undefined
        : {
            kind: 'check',
            name,
            expression: lowerExpression(constraint.raw_expr, insideNext(rest, rest.from)),
            notValid: notValid || !enforced,
            noInherit: constraint.is_no_inherit === true,
            enforced,
          }
    case 'CONSTR_NOTNULL':
      return {
        kind: 'not null',
        name,
        column: column ?? stringsOf(constraint.keys)[0] ?? '',
        notValid,
        noInherit: constraint.is_no_inherit === true,
      }
    case 'CONSTR_UNIQUE':
      return {
        kind: 'unique',
        name,
        columns: columnsOf(constraint, column),
        include: stringsOf(constraint.including),
        nullsNotDistinct: constraint.nulls_not_distinct === true,
        withoutOverlaps: constraint.without_overlaps === true,
        usingIndex: constraint.indexname,
        ...parametersOf(constraint),
        ...deferral,
      }
    case 'CONSTR_PRIMARY':
      return {
        kind: 'primary key',
        name,
        columns: columnsOf(constraint, column),
        include: stringsOf(constraint.including),
        withoutOverlaps: constraint.without_overlaps === true,
        usingIndex: constraint.indexname,
        ...parametersOf(constraint),
        ...deferral,
      }
    case 'CONSTR_FOREIGN':
      return {
        kind: 'foreign key',
        name,
        columns: column === undefined ? stringsOf(constraint.fk_attrs) : [column],
        references: nameOf(constraint.pktable),
        referencedColumns: stringsOf(constraint.pk_attrs),
        onDelete: actions[constraint.fk_del_action ?? ''] ?? 'no action',
        ...listed('onDeleteColumns', stringsOf(constraint.fk_del_set_cols)),
        onUpdate: actions[constraint.fk_upd_action ?? ''] ?? 'no action',
        match: constraint.fk_matchtype === 'f' ? 'full' : 'simple',
        notValid: notValid || !enforced,
        enforced,
        period: constraint.fk_with_period === true,
        ...deferral,
      }
    case 'CONSTR_EXCLUSION':
      return { ...lowerExclude(constraint, rest), ...deferral }
    default:
      return undefined
  }
}

/** WITH (…) and USING INDEX TABLESPACE. */
function parametersOf(constraint: ConstraintNode): IndexParameters {
  const { options, indexspace: tablespace } = constraint
  return { ...listed('options', optionList(options)), ...(tablespace === undefined ? {} : { tablespace }) }
}

function columnsOf(constraint: ConstraintNode, column: string | undefined): readonly string[] {
  return column === undefined ? stringsOf(constraint.keys) : [column]
}

const actions: Readonly<Record<string, 'no action' | 'restrict' | 'cascade' | 'set null' | 'set default'>> = {
  a: 'no action',
  r: 'restrict',
  c: 'cascade',
  n: 'set null',
  d: 'set default',
}

/** EXCLUDE [USING method] (key WITH operator, …) … [WHERE (predicate)] */
function lowerExclude(constraint: ConstraintNode, rest: Part): Omit<ExcludeConstraint, 'deferrable' | 'initiallyDeferred'> {
  const open = findMark(rest, '(') ?? rest.to
  const pairs = (constraint.exclusions ?? []).map((pair) => bodyOf(pair, 'List')?.items ?? [])
  const keys = lowerKeys(
    pairs.flatMap((pair): Node[] => (pair[0] === undefined ? [] : [pair[0]])),
    split(insideNext(rest, open)),
  )
  const tail = starting(rest, closeOf(rest, open) + 1)
  return {
    kind: 'exclude',
    name: constraint.conname,
    method: constraint.access_method ?? 'gist',
    elements: keys.map((key, index) => lowerElement(key, stringsOf(bodyOf(pairs[index]?.[1], 'List')?.items))),
    ...listed('include', stringsOf(constraint.including)),
    ...parametersOf(constraint),
    where: lowerOptional(constraint.where_clause, insideNext(tail, findWord(tail, 'where') ?? tail.to)),
  }
}

function lowerElement(key: IndexKey, operator: readonly string[]): ExcludeElement {
  const { column, expression, collation, operatorClass, operatorClassOptions, order, nulls } = key
  const operatorSchema = operator.at(-2)
  return {
    column,
    expression,
    operator: operator.at(-1) ?? '',
    ...(operatorSchema === undefined ? {} : { operatorSchema }),
    ...(collation === undefined ? {} : { collation }),
    ...(operatorClass === undefined ? {} : { operatorClass }),
    ...(operatorClassOptions === undefined ? {} : { operatorClassOptions }),
    ...(order === 'asc' ? {} : { order }),
    ...(nulls === undefined ? {} : { nulls }),
  }
}
