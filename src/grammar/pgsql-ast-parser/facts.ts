import type {
  DeleteStatement,
  Expr,
  From,
  InsertStatement,
  SelectedColumn,
  SelectFromStatement,
  Statement,
  UpdateStatement,
  WithStatementBinding,
} from 'pgsql-ast-parser'
import type { Call } from '../../expression.ts'
import type { Name } from '../../name.ts'
import type { TypeName } from '../../type-name.ts'
import { NotUnderstood } from '../grammar.ts'
import { argumentsOf, callOf, isChange, isQuantified, operatorsOf } from './meaning.ts'
import { nameOf } from './name.ts'
import { endOf, type Place, startOf, stringAt, stringFrom } from './place.ts'
import { lowerType } from './type-name.ts'

/** What a piece of a tree refers to. */
export interface Facts {
  /** Relations read, CTE names and targets of changes left out. */
  readonly reads: readonly Name[]
  readonly locks: readonly Name[]
  readonly columns: readonly string[]
  readonly calls: readonly Call[]
  readonly operators: readonly string[]
  readonly casts: readonly TypeName[]
  readonly strings: readonly string[]
  readonly hasSubquery: boolean
}

/** Values with the offset that they stand at. */
type Found<Value> = Map<number, Value[]>

interface Finds {
  readonly place: Place
  readonly reads: Found<Name>
  readonly locks: Name[]
  readonly columns: Found<string>
  readonly calls: Found<Call>
  readonly operators: string[]
  readonly casts: Found<TypeName>
  readonly strings: Found<string>
  hasSubquery: boolean
}

type Ctes = ReadonlySet<string>

/** What an expression refers to, in order of appearance. */
export function factsOfExpression(node: Expr, place: Place): Facts {
  return collect(place, (finds) => expression(node, finds, new Set()))
}

/** What a query, or a change of data, refers to. Changes inside its WITH are left out: they are commands of their own. */
export function factsOfStatement(node: WithStatementBinding, place: Place): Facts {
  return collect(place, (finds) => statement(node, finds, new Set()))
}

function collect(place: Place, walk: (finds: Finds) => void): Facts {
  const finds: Finds = {
    place,
    reads: new Map(),
    locks: [],
    columns: new Map(),
    calls: new Map(),
    operators: [],
    casts: new Map(),
    strings: new Map(),
    hasSubquery: false,
  }
  walk(finds)
  return {
    reads: distinctNames(inOrder(finds.reads)),
    locks: distinctNames(finds.locks),
    columns: [...new Set(inOrder(finds.columns))],
    calls: inOrder(finds.calls),
    operators: [...new Set(finds.operators)],
    casts: inOrder(finds.casts),
    strings: inOrder(finds.strings),
    hasSubquery: finds.hasSubquery,
  }
}

function inOrder<Value>(found: Found<Value>): readonly Value[] {
  return [...found].sort(([a], [b]) => a - b).flatMap(([, values]) => values)
}

function distinctNames(names: readonly Name[]): readonly Name[] {
  return [...new Map(names.map((name) => [JSON.stringify([name.schema, name.name]), name])).values()]
}

function note<Value>(found: Found<Value>, offset: number, value: Value): void {
  found.set(offset, [...(found.get(offset) ?? []), value])
}

function expressions(nodes: readonly Expr[] | null | undefined, finds: Finds, ctes: Ctes): void {
  for (const node of nodes ?? []) expression(node, finds, ctes)
}

function expression(node: Expr | null | undefined, finds: Finds, ctes: Ctes): void {
  if (node === null || node === undefined) return
  const each = (...parts: readonly (Expr | null | undefined)[]) => {
    for (const part of parts) expression(part, finds, ctes)
  }
  finds.operators.push(...operatorsOf(node))
  const call = callOf(node)
  // AT TIME ZONE calls a function whose name stands between its operands.
  if (call !== undefined) note(finds.calls, node.type === 'binary' ? endOf(node.left) : startOf(node), call)
  switch (node.type) {
    case 'ref':
      note(finds.columns, startOf(node), node.name)
      return
    case 'string':
      note(finds.strings, startOf(node), stringAt(finds.place, node))
      return
    case 'binary':
      if (isQuantified(node.right)) {
        each(node.left)
        expressions(node.right.args, finds, ctes)
        return
      }
      each(node.left, node.right)
      return
    case 'ternary':
      each(node.value, node.lo, node.hi)
      return
    case 'unary':
      each(node.operand)
      return
    case 'cast':
      each(node.operand)
      note(finds.casts, startOf(node.to), castOf(node, finds.place))
      return
    case 'member': {
      each(node.operand)
      if (typeof node.member !== 'string') return
      const member = endOf(node) - 1
      note(finds.strings, member, stringFrom(finds.place, member))
      return
    }
    case 'call':
      each(...argumentsOf(node), ...(node.orderBy ?? []).map(({ by }) => by), node.filter, node.withinGroup?.by)
      each(...(node.over?.partitionBy ?? []), ...(node.over?.orderBy ?? []).map(({ by }) => by))
      return
    case 'case':
      each(node.value)
      for (const { when, value } of node.whens ?? []) each(when, value)
      each(node.else)
      return
    case 'list':
    case 'array':
      expressions(node.expressions, finds, ctes)
      return
    case 'arrayIndex':
      each(node.array, node.index)
      return
    case 'extract':
      note(finds.strings, startOf(node.field), node.field.name)
      each(node.from)
      return
    case 'overlay':
      each(node.value, node.placing, node.from, node.for)
      return
    case 'substring':
      each(node.value, node.from, node.for)
      return
    case 'array select':
      finds.hasSubquery = true
      statement(node.select, finds, ctes)
      return
    case 'select':
    case 'union':
    case 'union all':
    case 'values':
    case 'with':
    case 'with recursive':
      finds.hasSubquery = true
      statement(node, finds, ctes)
      return
    case 'integer':
    case 'numeric':
    case 'boolean':
    case 'null':
    case 'keyword':
    case 'parameter':
    case 'default':
      return
    default:
      throw new NotUnderstood(`an expression of pgsql-ast-parser's type ${node.type} is not known`)
  }
}

/** `char 'x'` is cut to no length, unlike a cast to char (ConstTypename in gram.y). */
function castOf(node: Extract<Expr, { type: 'cast' }>, place: Place): TypeName {
  const type = lowerType(node.to, place)
  const isLiteral = startOf(node.to) < startOf(node.operand)
  const isBare = node.to.kind !== 'array' && node.to.config === undefined && type.name.name !== 'interval'
  return isLiteral && isBare ? { ...type, modifiers: [] } : type
}

function selected(columns: readonly SelectedColumn[] | null | undefined, finds: Finds, ctes: Ctes): void {
  for (const { expr } of columns ?? []) expression(expr, finds, ctes)
}

function statement(node: Statement, finds: Finds, ctes: Ctes): void {
  switch (node.type) {
    case 'select':
      select(node, finds, ctes)
      return
    case 'union':
    case 'union all':
      statement(node.left, finds, ctes)
      statement(node.right, finds, ctes)
      return
    case 'values':
      for (const row of node.values) expressions(row, finds, ctes)
      return
    case 'with': {
      const known = new Set(ctes)
      for (const { alias, statement: bound } of node.bind) {
        if (!isChange(bound)) statement(bound, finds, new Set(known))
        known.add(alias.name)
      }
      statement(node.in, finds, known)
      return
    }
    case 'with recursive': {
      const known = new Set([...ctes, node.alias.name])
      statement(node.bind, finds, known)
      statement(node.in, finds, known)
      return
    }
    case 'insert':
      insert(node, finds, ctes)
      return
    case 'update':
      update(node, finds, ctes)
      return
    case 'delete':
      remove(node, finds, ctes)
      return
    default:
      throw new NotUnderstood(`a ${node.type} inside a statement is not known`)
  }
}

function select(node: SelectFromStatement, finds: Finds, ctes: Ctes): void {
  if (Array.isArray(node.distinct)) expressions(node.distinct, finds, ctes)
  selected(node.columns, finds, ctes)
  for (const item of node.from ?? []) from(item, finds, ctes)
  expression(node.where, finds, ctes)
  for (const key of node.groupBy ?? []) {
    // ROLLUP and CUBE are no functions.
    const isSet = key.type === 'call' && key.function.schema === undefined && /^(rollup|cube)$/.test(key.function.name)
    if (isSet) expressions(key.args, finds, ctes)
    else expression(key, finds, ctes)
  }
  expression(node.having, finds, ctes)
  for (const { by } of node.orderBy ?? []) expression(by, finds, ctes)
  expression(node.limit?.limit, finds, ctes)
  expression(node.limit?.offset, finds, ctes)
  if (node.for) for (const item of node.from ?? []) finds.locks.push(...lockedBy(item, ctes))
}

function from(item: From, finds: Finds, ctes: Ctes): void {
  if (item.type === 'table') {
    const name = nameOf(item.name)
    if (!isCte(name, ctes)) note(finds.reads, startOf(item.name), name)
  } else if (item.type === 'statement') statement(item.statement, finds, ctes)
  else expression(item, finds, ctes)
  for (const column of item.join?.using ?? []) note(finds.columns, endOf(item), column.name)
  expression(item.join?.on, finds, ctes)
}

/** A lock on a sub-select is one on the tables in it (manual, SELECT). */
function lockedBy(item: From, ctes: Ctes): readonly Name[] {
  if (item.type === 'table') return isCte(nameOf(item.name), ctes) ? [] : [nameOf(item.name)]
  if (item.type !== 'statement' || item.statement.type !== 'select') return []
  return (item.statement.from ?? []).flatMap((inner) => lockedBy(inner, ctes))
}

function isCte(name: Name, ctes: Ctes): boolean {
  return name.schema === undefined && ctes.has(name.name)
}

function insert(node: InsertStatement, finds: Finds, ctes: Ctes): void {
  if (node.insert) statement(node.insert, finds, ctes)
  const { onConflict } = node
  if (onConflict?.on?.type === 'on expr') expressions(onConflict.on.exprs, finds, ctes)
  if (onConflict && onConflict.do !== 'do nothing') for (const { value } of onConflict.do.sets) expression(value, finds, ctes)
  expression(onConflict?.where, finds, ctes)
  selected(node.returning, finds, ctes)
}

function update(node: UpdateStatement, finds: Finds, ctes: Ctes): void {
  for (const { value } of node.sets) expression(value, finds, ctes)
  if (node.from) from(node.from, finds, ctes)
  expression(node.where, finds, ctes)
  selected(node.returning, finds, ctes)
}

function remove(node: DeleteStatement, finds: Finds, ctes: Ctes): void {
  expression(node.where, finds, ctes)
  selected(node.returning, finds, ctes)
}
