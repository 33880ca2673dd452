import type { Node, SelectStmt, XmlExprOp } from 'libpg-query'
import { valueFunctionName } from './facts.ts'
import { bodiesOf, bodyOf, stringsOf } from './node.ts'

/** Names of the columns that a SELECT returns; undefined for a star, whose columns the text does not tell. */
export function outputNames(select: SelectStmt): readonly (string | undefined)[] {
  if (select.larg !== undefined) return outputNames(select.larg)
  const values = bodyOf(select.valuesLists?.[0], 'List')
  if (values !== undefined) return (values.items ?? []).map((_, index) => `column${index + 1}`)
  return bodiesOf(select.targetList, 'ResTarget').map((target) => target.name ?? nameOfExpression(target.val))
}

function nameOfExpression(node: Node | undefined): string | undefined {
  if (node === undefined || isStar(node)) return undefined
  const figured = figure(node)
  return figured === undefined ? '?column?' : figured.name
}

function isStar(node: Node): boolean {
  const fields = bodyOf(node, 'ColumnRef')?.fields ?? bodyOf(node, 'A_Indirection')?.indirection
  return bodyOf(fields?.at(-1), 'A_Star') !== undefined
}

/** A name that an expression suggests; a weak one gives way to the type of a cast around it. */
interface Figured {
  readonly name: string | undefined
  readonly weak: boolean
}

/** As FigureColnameInternal does in PostgreSQL's parse_target.c. */
function figure(node: Node | undefined): Figured | undefined {
  if (node === undefined) return undefined
  if ('ColumnRef' in node) return strong(stringsOf(node.ColumnRef.fields).at(-1))
  if ('A_Indirection' in node) {
    const field = stringsOf(node.A_Indirection.indirection).at(-1)
    return field === undefined ? figure(node.A_Indirection.arg) : strong(field)
  }
  if ('FuncCall' in node) return strong(stringsOf(node.FuncCall.funcname).at(-1))
  if ('A_Expr' in node) return node.A_Expr.kind === 'AEXPR_NULLIF' ? strong('nullif') : undefined
  if ('TypeCast' in node) {
    const inner = figure(node.TypeCast.arg)
    if (inner !== undefined && !inner.weak) return inner
    return { name: stringsOf(node.TypeCast.typeName?.names).at(-1), weak: true }
  }
  if ('CollateClause' in node) return figure(node.CollateClause.arg)
  if ('SubLink' in node) {
    const { subLinkType, subselect } = node.SubLink
    if (subLinkType === 'EXISTS_SUBLINK') return strong('exists')
    if (subLinkType === 'ARRAY_SUBLINK') return strong('array')
    const select = bodyOf(subselect, 'SelectStmt')
    return subLinkType === 'EXPR_SUBLINK' && select !== undefined ? strong(outputNames(select)[0]) : undefined
  }
  if ('CaseExpr' in node) {
    const inner = figure(node.CaseExpr.defresult)
    return inner !== undefined && !inner.weak ? inner : { name: 'case', weak: true }
  }
  if ('MinMaxExpr' in node) return strong(node.MinMaxExpr.op === 'IS_LEAST' ? 'least' : 'greatest')
  if ('SQLValueFunction' in node) return strong(valueFunctionName(node.SQLValueFunction.op))
  if ('XmlExpr' in node) {
    const name = xmlNames[node.XmlExpr.op ?? 'IS_XMLCONCAT']
    return name === undefined ? undefined : strong(name)
  }
  if ('JsonFuncExpr' in node) {
    const { op } = node.JsonFuncExpr
    return strong(op === 'JSON_QUERY_OP' ? 'json_query' : op === 'JSON_VALUE_OP' ? 'json_value' : 'json_exists')
  }
  const fixed = Object.keys(node)[0]
  const name = fixed === undefined ? undefined : fixedNames.get(fixed)
  return name === undefined ? undefined : strong(name)
}

function strong(name: string | undefined): Figured {
  return { name, weak: false }
}

const xmlNames: Readonly<Record<XmlExprOp, string | undefined>> = {
  IS_XMLCONCAT: 'xmlconcat',
  IS_XMLELEMENT: 'xmlelement',
  IS_XMLFOREST: 'xmlforest',
  IS_XMLPARSE: 'xmlparse',
  IS_XMLPI: 'xmlpi',
  IS_XMLROOT: 'xmlroot',
  IS_XMLSERIALIZE: 'xmlserialize',
  IS_DOCUMENT: undefined,
}

const fixedNames: ReadonlyMap<string, string> = new Map([
  ['GroupingFunc', 'grouping'],
  ['MergeSupportFunc', 'merge_action'],
  ['A_ArrayExpr', 'array'],
  ['RowExpr', 'row'],
  ['CoalesceExpr', 'coalesce'],
  ['XmlSerialize', 'xmlserialize'],
  ['JsonParseExpr', 'json'],
  ['JsonScalarExpr', 'json_scalar'],
  ['JsonSerializeExpr', 'json_serialize'],
  ['JsonObjectConstructor', 'json_object'],
  ['JsonArrayConstructor', 'json_array'],
  ['JsonArrayQueryConstructor', 'json_array'],
  ['JsonObjectAgg', 'json_objectagg'],
  ['JsonArrayAgg', 'json_arrayagg'],
])
