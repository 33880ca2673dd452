import type { Node, RangeVar, SelectStmt, SQLValueFunctionOp, TypeName as TypeNode, WithClause } from 'libpg-query'
import type { Call } from '../../expression.ts'
import type { Name } from '../../name.ts'
import type { TypeName } from '../../type-name.ts'
import { nameOf, nameOfList } from './name.ts'
import { bodiesOf, isNode, stringsOf } from './node.ts'
import { lowerTypeName } from './type-name.ts'

/** What a piece of a tree refers to, in order of appearance; names are given once. */
export interface Facts {
  /** Relations read, CTE names left out. */
  readonly reads: readonly Name[]
  /** Targets of INSERT, UPDATE, DELETE and MERGE within it. */
  readonly writes: readonly Name[]
  /** Relations of FOR UPDATE and its like. */
  readonly locks: readonly Name[]
  readonly columns: readonly string[]
  readonly calls: readonly Call[]
  readonly operators: readonly string[]
  readonly casts: readonly TypeName[]
  readonly strings: readonly string[]
  readonly hasSubquery: boolean
}

interface Found<Value> {
  readonly at: number
  readonly value: Value
}

/**
 * Collects what the trees refer to. `without`: data-modifying statements inside WITH are left out (they are commands of their own).
 */
export function factsOf(roots: readonly unknown[], without?: 'data-modifying'): Facts {
  const reads: Found<Name>[] = []
  const writes: Found<Name>[] = []
  const locks: Found<Name>[] = []
  const columns: Found<string>[] = []
  const calls: Found<Call>[] = []
  const operators: string[] = []
  const casts: Found<TypeName>[] = []
  const strings: Found<string>[] = []
  let hasSubquery = false
  // The tree puts some arguments in another order than the text does; what has no location of its own (-1) goes with what was seen last.
  let last = 0

  for (const root of roots) walk(root, new Set())
  return {
    reads: once(inOrder(reads), nameKey),
    writes: once(inOrder(writes), nameKey),
    locks: once(inOrder(locks), nameKey),
    columns: once(inOrder(columns), (column) => column),
    calls: inOrder(calls),
    operators: once(operators, (operator) => operator),
    casts: inOrder(casts),
    strings: inOrder(strings),
    hasSubquery,
  }

  function place(location: number | undefined): number {
    if (location !== undefined && location >= 0) last = location
    return last
  }

  function walk(value: unknown, ctes: ReadonlySet<string>): void {
    if (Array.isArray(value)) {
      for (const item of value) walk(item, ctes)
    } else if (isNode(value)) {
      visit(value, ctes)
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, child] of Object.entries(value)) {
        if (key === 'typeName') cast(child)
        else walk(child, ctes)
      }
    }
  }

  function visit(node: Node, ctes: ReadonlySet<string>): void {
    if ('ColumnRef' in node) {
      const { fields, location } = node.ColumnRef
      const field = fields?.at(-1)
      const name = field !== undefined && 'String' in field ? (field.String.sval ?? '') : '*'
      columns.push({ at: place(location), value: name })
    } else if ('A_Const' in node) {
      const { sval, location } = node.A_Const
      if (sval !== undefined) strings.push({ at: place(location), value: sval.sval ?? '' })
    } else if ('FuncCall' in node) {
      const { funcname, args, location, ...rest } = node.FuncCall
      calls.push({ at: place(location), value: { function: nameOfList(funcname), arguments: args?.length ?? 0 } })
      walk([args, rest], ctes)
    } else if ('SQLValueFunction' in node) {
      const { op, location } = node.SQLValueFunction
      const [name, precision] = valueFunctions[op ?? 'SVFOP_CURRENT_DATE']
      calls.push({ at: place(location), value: { function: { schema: 'pg_catalog', name }, arguments: precision } })
    } else if ('A_Expr' in node) {
      const { kind, name, lexpr, rexpr } = node.A_Expr
      if (kind === 'AEXPR_BETWEEN' || kind === 'AEXPR_BETWEEN_SYM') operators.push('>=', '<=')
      else if (kind === 'AEXPR_NOT_BETWEEN' || kind === 'AEXPR_NOT_BETWEEN_SYM') operators.push('<', '>')
      else operators.push(stringsOf(name).at(-1) ?? '')
      walk([lexpr, rexpr], ctes)
    } else if ('SubLink' in node) {
      const { subLinkType, operName, testexpr, subselect } = node.SubLink
      hasSubquery = true
      if (operName !== undefined) operators.push(stringsOf(operName).at(-1) ?? '')
      else if (subLinkType === 'ANY_SUBLINK') operators.push('=')
      walk([testexpr, subselect], ctes)
    } else if ('CaseExpr' in node) {
      if (node.CaseExpr.arg !== undefined) operators.push('=')
      walk(Object.values(node.CaseExpr), ctes)
    } else if ('SelectStmt' in node) {
      select(node.SelectStmt, ctes)
    } else if ('RangeVar' in node) {
      read(node.RangeVar, ctes)
    } else if ('JoinExpr' in node) {
      const { larg, rarg, usingClause, quals } = node.JoinExpr
      walk([larg, rarg], ctes)
      for (const column of stringsOf(usingClause)) columns.push({ at: last, value: column })
      walk(quals, ctes)
    } else if ('MultiAssignRef' in node) {
      // (a, b) = (SELECT …): the tree repeats the source for each column.
      if (node.MultiAssignRef.colno === 1) walk(node.MultiAssignRef.source, ctes)
    } else if ('IndexElem' in node) {
      // ON CONFLICT (column)
      if (node.IndexElem.name !== undefined) columns.push({ at: last, value: node.IndexElem.name })
      walk(node.IndexElem.expr, ctes)
    } else if ('SortBy' in node) {
      if (node.SortBy.useOp !== undefined) operators.push(stringsOf(node.SortBy.useOp).at(-1) ?? '')
      walk(node.SortBy.node, ctes)
    } else if ('InsertStmt' in node || 'UpdateStmt' in node || 'DeleteStmt' in node || 'MergeStmt' in node) {
      change(node, ctes)
    } else if (!('TypeName' in node)) {
      walk(Object.values(node), ctes)
    }
  }

  function cast(value: unknown): void {
    if (!isTypeNode(value)) return
    casts.push({ at: place(value.location), value: lowerTypeName(value) })
  }

  function read(relation: RangeVar, ctes: ReadonlySet<string>): void {
    const at = place(relation.location)
    if (!isCte(relation, ctes)) reads.push({ at, value: nameOf(relation) })
  }

  function select(statement: SelectStmt, outer: ReadonlySet<string>): void {
    const { withClause, larg, rarg, intoClause: _, lockingClause, fromClause, ...rest } = statement
    const ctes = enter(withClause, outer)
    walk(rest.distinctClause, ctes)
    walk(rest.targetList, ctes)
    walk(fromClause, ctes)
    const { distinctClause: _d, targetList: _t, ...clauses } = rest
    walk(Object.values(clauses), ctes)
    if (larg !== undefined) select(larg, ctes)
    if (rarg !== undefined) select(rarg, ctes)
    const sources = (fromClause ?? []).flatMap((item) => sourcesOf(item, ctes))
    for (const clause of bodiesOf(lockingClause, 'LockingClause')) {
      const wanted = bodiesOf(clause.lockedRels, 'RangeVar').map((relation) => relation.relname)
      for (const source of sources) {
        if (wanted.length > 0 && !wanted.includes(source.label)) continue
        for (const value of source.relations) locks.push({ at: locks.length, value })
      }
    }
  }

  function change(node: Node, outer: ReadonlySet<string>): void {
    for (const statement of Object.values(node)) {
      const {
        relation,
        withClause,
        cols: _,
        ...rest
      } = statement as { relation?: RangeVar; withClause?: WithClause; cols?: Node[] }
      if (relation !== undefined) writes.push({ at: place(relation.location), value: nameOf(relation) })
      walk(Object.values(rest), enter(withClause, outer))
    }
  }

  /** Walks the queries of a WITH clause; what comes back are the names that hide relations after it. */
  function enter(clause: WithClause | undefined, outer: ReadonlySet<string>): ReadonlySet<string> {
    const ctes = new Set(outer)
    const queries = bodiesOf(clause?.ctes, 'CommonTableExpr')
    if (clause?.recursive === true) for (const cte of queries) ctes.add(cte.ctename ?? '')
    for (const cte of queries) {
      const query = cte.ctequery
      if (query !== undefined && ('SelectStmt' in query || without === undefined)) walk(query, new Set(ctes))
      ctes.add(cte.ctename ?? '')
    }
    return ctes
  }
}

/** An item of FROM: what it is called there and the relations that locking it locks. */
interface Source {
  readonly label: string | undefined
  readonly relations: readonly Name[]
}

function sourcesOf(item: Node, ctes: ReadonlySet<string>): readonly Source[] {
  if ('RangeVar' in item) {
    const { alias, relname } = item.RangeVar
    return isCte(item.RangeVar, ctes) ? [] : [{ label: alias?.aliasname ?? relname, relations: [nameOf(item.RangeVar)] }]
  }
  if ('JoinExpr' in item) {
    const { larg, rarg } = item.JoinExpr
    return [larg, rarg].flatMap((side) => (side === undefined ? [] : sourcesOf(side, ctes)))
  }
  if ('RangeSubselect' in item) {
    // "If a locking clause is applied to a sub-query, it affects all tables used in it" (manual, SELECT).
    const { alias, subquery } = item.RangeSubselect
    const inner = subquery !== undefined && 'SelectStmt' in subquery ? subquery.SelectStmt.fromClause : undefined
    return [
      { label: alias?.aliasname, relations: (inner ?? []).flatMap((next) => sourcesOf(next, ctes)).flatMap((s) => s.relations) },
    ]
  }
  return []
}

function isCte(relation: RangeVar, ctes: ReadonlySet<string>): boolean {
  return relation.schemaname === undefined && ctes.has(relation.relname ?? '')
}

function isTypeNode(value: unknown): value is TypeNode {
  return typeof value === 'object' && value !== null && 'names' in value
}

function inOrder<Value>(found: readonly Found<Value>[]): readonly Value[] {
  return found.toSorted((a, b) => a.at - b.at).map(({ value }) => value)
}

function once<Value>(values: readonly Value[], key: (value: Value) => string): readonly Value[] {
  const known = new Map<string, Value>()
  for (const value of values) if (!known.has(key(value))) known.set(key(value), value)
  return [...known.values()]
}

function nameKey(name: Name): string {
  return JSON.stringify([name.schema, name.name])
}

/** Functions that SQL calls without parentheses, and how many arguments their spelling gives them (manual 9.9.5, 9.27). */
const valueFunctions: Readonly<Record<SQLValueFunctionOp, readonly [name: string, precision: 0 | 1]>> = {
  SVFOP_CURRENT_DATE: ['current_date', 0],
  SVFOP_CURRENT_TIME: ['current_time', 0],
  SVFOP_CURRENT_TIME_N: ['current_time', 1],
  SVFOP_CURRENT_TIMESTAMP: ['current_timestamp', 0],
  SVFOP_CURRENT_TIMESTAMP_N: ['current_timestamp', 1],
  SVFOP_LOCALTIME: ['localtime', 0],
  SVFOP_LOCALTIME_N: ['localtime', 1],
  SVFOP_LOCALTIMESTAMP: ['localtimestamp', 0],
  SVFOP_LOCALTIMESTAMP_N: ['localtimestamp', 1],
  SVFOP_CURRENT_ROLE: ['current_role', 0],
  SVFOP_CURRENT_USER: ['current_user', 0],
  SVFOP_USER: ['user', 0],
  SVFOP_SESSION_USER: ['session_user', 0],
  SVFOP_CURRENT_CATALOG: ['current_catalog', 0],
  SVFOP_CURRENT_SCHEMA: ['current_schema', 0],
}

/** The name of a value function as its column is called (FigureColname in PostgreSQL's parse_target.c). */
export function valueFunctionName(op: SQLValueFunctionOp | undefined): string {
  return valueFunctions[op ?? 'SVFOP_CURRENT_DATE'][0]
}
