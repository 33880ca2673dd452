import type { Expr, ExprBinary, ExprCall, Statement } from 'pgsql-ast-parser'
import type { Call } from '../../expression.ts'
import { NotUnderstood } from '../grammar.ts'

/** What PostgreSQL's grammar makes of expressions that this parser's tree writes in another way (a_expr and func_expr in gram.y). */

const wordOperators: ReadonlyMap<string, readonly string[]> = new Map([
  ['AND', []],
  ['OR', []],
  ['!=', ['<>']],
  ['LIKE', ['~~']],
  ['NOT LIKE', ['!~~']],
  ['ILIKE', ['~~*']],
  ['NOT ILIKE', ['!~~*']],
  ['IN', ['=']],
  ['NOT IN', ['<>']],
  ['AT TIME ZONE', []],
])

/** The operators of an expression itself, not those of its operands. */
export function operatorsOf(node: Expr): readonly string[] {
  switch (node.type) {
    case 'binary':
      // NOT (… = ANY (SELECT …))
      if (node.op === 'NOT IN' && isQuery(node.right)) return ['=']
      return wordOperators.get(node.op) ?? [node.op]
    case 'ternary':
      return node.op === 'BETWEEN' ? ['>=', '<='] : ['<', '>']
    case 'unary':
      return (node.op === '-' && !isNumber(node.operand)) || node.op === '+' ? [node.op] : []
    case 'member':
      return [node.op]
    case 'case':
      return node.value ? ['='] : []
    case 'call':
      return isBuiltIn(node) && node.function.name === 'nullif' ? ['='] : []
    default:
      return []
  }
}

/** A minus before a number makes it a negative number, no operation. */
export function isNumber(node: Expr): boolean {
  if (node.type === 'integer' || node.type === 'numeric') return true
  return node.type === 'unary' && node.op === '-' && isNumber(node.operand)
}

export function isQuery(node: Expr | null | undefined): boolean {
  return node !== null && node !== undefined && /^(select|union|union all|values|with|with recursive)$/.test(node.type)
}

export function isChange(node: Statement): boolean {
  if (node.type === 'with' || node.type === 'with recursive') return isChange(node.in)
  return node.type === 'insert' || node.type === 'update' || node.type === 'delete'
}

/** ANY, SOME or ALL on the right side of an operator. */
export function isQuantified(node: Expr): node is ExprCall {
  return node.type === 'call' && isBuiltIn(node) && /^(any|some|all)$/.test(node.function.name)
}

/** Words of the grammar that look like functions and call none. */
const constructs: ReadonlySet<string> = new Set([
  'coalesce',
  'greatest',
  'least',
  'nullif',
  'exists',
  'any',
  'some',
  'all',
  'row',
  'grouping',
])

/** Words of the grammar whose arguments have a syntax that this parser may take for something else (func_expr_common_subexpr). */
const unknown =
  /^(xml(attributes|concat|element|exists|forest|namespaces|parse|pi|root|serialize|table)|json(_(array|arrayagg|exists|object|objectagg|query|scalar|serialize|table|value))?|merge_action|treat|setof|collation|values|normalize)$/

/** Value functions that may have a precision. */
const precise: ReadonlySet<string> = new Set(['current_time', 'current_timestamp', 'localtime', 'localtimestamp'])

export function isBuiltIn({ function: called }: ExprCall): boolean {
  return called.schema === undefined
}

function system(name: string, count: number): Call {
  return { function: { schema: 'pg_catalog', name }, arguments: count }
}

/** The function that an expression calls, if it is a call at all. */
export function callOf(node: Expr): Call | undefined {
  switch (node.type) {
    case 'keyword':
      return system(node.keyword, 0)
    case 'extract':
      return system('extract', 2)
    case 'overlay':
      return system('overlay', node.for ? 4 : 3)
    case 'substring':
      if (!node.from) throw new NotUnderstood('substring with FOR alone is not known')
      return system('substring', node.for ? 3 : 2)
    case 'binary':
      return node.op === 'AT TIME ZONE' ? system('timezone', 2) : undefined
    case 'call':
      return functionCalled(node)
    default:
      return undefined
  }
}

function functionCalled(node: ExprCall): Call | undefined {
  const { name, schema } = node.function
  const count = argumentsOf(node).length
  if (schema !== undefined) return { function: { schema, name }, arguments: count }
  if (constructs.has(name)) return undefined
  if (unknown.test(name)) throw new NotUnderstood(`pgsql-ast-parser does not know the syntax of ${name}`)
  if (name === 'trim') return system('btrim', count)
  if (name === 'position') return system(name, count)
  if (precise.has(name)) return system(name, 1)
  return { function: { schema: undefined, name }, arguments: count }
}

/** What a call is given: nothing for count(*), both operands for position(a IN b), which the tree takes for a comparison. */
export function argumentsOf(node: ExprCall): readonly Expr[] {
  const [first, ...others] = node.args
  if (first?.type === 'ref' && first.name === '*' && first.table === undefined && others.length === 0) return []
  if (isBuiltIn(node) && node.function.name === 'position') {
    if (first?.type !== 'binary' || first.op !== 'IN') throw new NotUnderstood('position without IN is not known')
    return [first.left, first.right]
  }
  return node.args
}

/** Whether a name, before a parenthesis and in no quotes, is the grammar's own word. */
export function isWordOfGrammar(name: string): boolean {
  return (
    constructs.has(name) || unknown.test(name) || precise.has(name) || /^(trim|position|extract|overlay|substring)$/.test(name)
  )
}

/** Whether an expression is the row that `(a, b)` or ROW (a, b) makes; its columns then. */
export function rowOf(node: Expr): readonly Expr[] | undefined {
  if (node.type === 'list') return node.expressions
  return node.type === 'call' && isBuiltIn(node) && node.function.name === 'row' ? node.args : undefined
}

export function isAnd(node: Expr): node is ExprBinary {
  return node.type === 'binary' && node.op === 'AND'
}
