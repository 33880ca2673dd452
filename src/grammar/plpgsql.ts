/** One piece of SQL in a PL/pgSQL body. */
export interface BodyStatement {
  /** `sql`: a statement; `perform`: its query with SELECT for PERFORM; `expression`: to be evaluated; `execute`: yields the text to run; `transaction`: COMMIT or ROLLBACK. */
  readonly kind: 'sql' | 'perform' | 'expression' | 'execute' | 'transaction'
  /** As the PL/pgSQL parser gives it: the body's text, INTO clauses blanked. */
  readonly query: string
  /** 1-based line of the body, of the PL/pgSQL statement around it. */
  readonly line: number
  /** It may or may not run, or its failure may be caught. */
  readonly conditional: boolean
}

export interface BodyStatements {
  /** In order of execution where there is one. */
  readonly statements: readonly BodyStatement[]
  /** Statements of kinds that are not known here, as messages. */
  readonly unknown: readonly string[]
}

type Fields = Readonly<Record<string, unknown>>

/** Flattens the tree of a PL/pgSQL function (pl_funcs.c and plpgsql.h of PostgreSQL 18, as libpg_query prints it). */
export function bodyStatements(functions: unknown): BodyStatements {
  const walk: Walk = { statements: [], unknown: [], left: false }
  for (const wrapped of list(functions)) {
    const body = fieldsOf(fieldsOf(wrapped).PLpgSQL_function)
    for (const datum of list(body.datums)) {
      for (const [, variable] of Object.entries(fieldsOf(datum))) {
        const { default_val, cursor_explicit_expr, lineno } = fieldsOf(variable)
        evaluate(walk, default_val, lineOf(lineno), false)
        query(walk, cursor_explicit_expr, lineOf(lineno), false)
      }
    }
    run(walk, [body.action], false, false)
  }
  return walk
}

interface Walk {
  statements: BodyStatement[]
  unknown: string[]
  /** A RETURN or EXIT under a condition came before: the rest may not run. */
  left: boolean
}

function run(walk: Walk, statements: unknown, conditional: boolean, inLoop: boolean): void {
  for (const wrapped of list(statements)) {
    for (const [kind, value] of Object.entries(fieldsOf(wrapped))) {
      const known = cases[kind]
      const fields = fieldsOf(value)
      if (known === undefined) walk.unknown.push(`a PL/pgSQL statement that is not known: ${kind.replace('PLpgSQL_stmt_', '')}`)
      else known(walk, fields, lineOf(fields.lineno), conditional || walk.left, inLoop)
    }
  }
}

type Case = (walk: Walk, fields: Fields, line: number, conditional: boolean, inLoop: boolean) => void

const nothing: Case = () => {}

function loop(...expressions: readonly string[]): Case {
  return (walk, fields, line, conditional) => {
    for (const name of expressions) evaluate(walk, fields[name], line, conditional)
    query(walk, fields.query, line, conditional)
    run(walk, fields.body, true, true)
  }
}

function transaction(command: 'COMMIT' | 'ROLLBACK'): Case {
  return (walk, _fields, line, conditional) => {
    walk.statements.push({ kind: 'transaction', query: command, line, conditional })
  }
}

const cases: Readonly<Record<string, Case>> = {
  PLpgSQL_stmt_block: (walk, fields, _line, conditional, inLoop) => {
    const handlers = list(fieldsOf(fieldsOf(fields.exceptions).PLpgSQL_exception_block).exc_list)
    run(walk, fields.body, conditional || handlers.length > 0, inLoop)
    for (const handler of handlers) run(walk, fieldsOf(fieldsOf(handler).PLpgSQL_exception).action, true, inLoop)
  },
  PLpgSQL_stmt_execsql: (walk, fields, line, conditional) => query(walk, fields.sqlstmt, line, conditional),
  PLpgSQL_stmt_perform: (walk, fields, line, conditional) => add(walk, 'perform', fields.expr, line, conditional),
  PLpgSQL_stmt_call: (walk, fields, line, conditional) => query(walk, fields.expr, line, conditional),
  PLpgSQL_stmt_commit: transaction('COMMIT'),
  PLpgSQL_stmt_rollback: transaction('ROLLBACK'),
  PLpgSQL_stmt_dynexecute: (walk, fields, line, conditional) => {
    add(walk, 'execute', fields.query, line, conditional)
    for (const parameter of list(fields.params)) evaluate(walk, parameter, line, conditional)
  },
  PLpgSQL_stmt_if: (walk, fields, line, conditional, inLoop) => {
    evaluate(walk, fields.cond, line, conditional)
    run(walk, fields.then_body, true, inLoop)
    for (const wrapped of list(fields.elsif_list)) {
      const branch = fieldsOf(fieldsOf(wrapped).PLpgSQL_if_elsif)
      evaluate(walk, branch.cond, lineOf(branch.lineno), true)
      run(walk, branch.stmts, true, inLoop)
    }
    run(walk, fields.else_body, true, inLoop)
  },
  PLpgSQL_stmt_case: (walk, fields, line, conditional, inLoop) => {
    evaluate(walk, fields.t_expr, line, conditional)
    for (const wrapped of list(fields.case_when_list)) {
      const branch = fieldsOf(fieldsOf(wrapped).PLpgSQL_case_when)
      evaluate(walk, branch.expr, lineOf(branch.lineno), true)
      run(walk, branch.stmts, true, inLoop)
    }
    run(walk, fields.else_stmts, true, inLoop)
  },
  PLpgSQL_stmt_loop: loop(),
  PLpgSQL_stmt_while: loop('cond'),
  PLpgSQL_stmt_fori: loop('lower', 'upper', 'step'),
  PLpgSQL_stmt_fors: loop(),
  PLpgSQL_stmt_forc: loop('argquery'),
  PLpgSQL_stmt_foreach_a: loop('expr'),
  PLpgSQL_stmt_dynfors: (walk, fields, line, conditional) => {
    add(walk, 'execute', fields.query, line, conditional)
    for (const parameter of list(fields.params)) evaluate(walk, parameter, line, conditional)
    run(walk, fields.body, true, true)
  },
  PLpgSQL_stmt_open: (walk, fields, line, conditional) => {
    query(walk, fields.query, line, conditional)
    if (fields.dynquery !== undefined) add(walk, 'execute', fields.dynquery, line, conditional)
    evaluate(walk, fields.argquery, line, conditional)
    for (const parameter of list(fields.params)) evaluate(walk, parameter, line, conditional)
  },
  PLpgSQL_stmt_assign: (walk, fields, line, conditional) => evaluate(walk, fields.expr, line, conditional),
  PLpgSQL_stmt_raise: (walk, fields, line, conditional) => {
    for (const parameter of list(fields.params)) evaluate(walk, parameter, line, conditional)
  },
  PLpgSQL_stmt_assert: (walk, fields, line, conditional) => evaluate(walk, fields.cond, line, conditional),
  PLpgSQL_stmt_return: (walk, fields, line, conditional) => {
    evaluate(walk, fields.expr, line, conditional)
    walk.left = true
  },
  PLpgSQL_stmt_return_next: (walk, fields, line, conditional) => evaluate(walk, fields.expr, line, conditional),
  PLpgSQL_stmt_return_query: (walk, fields, line, conditional) => {
    query(walk, fields.query, line, conditional)
    if (fields.dynquery !== undefined) add(walk, 'execute', fields.dynquery, line, conditional)
    for (const parameter of list(fields.params)) evaluate(walk, parameter, line, conditional)
  },
  PLpgSQL_stmt_exit: (walk, fields, line, conditional, inLoop) => {
    evaluate(walk, fields.cond, line, conditional)
    // Everything in a loop is conditional; leaving it for a label may skip more than the loop.
    if (!inLoop || fields.label !== undefined) walk.left = true
  },
  PLpgSQL_stmt_fetch: nothing,
  PLpgSQL_stmt_close: nothing,
  PLpgSQL_stmt_getdiag: nothing,
}

function query(walk: Walk, expression: unknown, line: number, conditional: boolean): void {
  if (expression !== undefined) add(walk, 'sql', expression, line, conditional)
}

/** A function call: a name before a parenthesis, keywords left out. */
const call = /(?<![\w".])(?!(?:in|and|or|not|any|some|all|array|row|values|exists|when|then|else|case|as)\b)[\w".]+\s*\(/i

/** Expressions matter where they read a table or call a function. */
function evaluate(walk: Walk, expression: unknown, line: number, conditional: boolean): void {
  const { query, parseMode } = fieldsOf(fieldsOf(expression).PLpgSQL_expr)
  if (typeof query !== 'string') return
  // parseMode 3 and more (RAW_PARSE_PLPGSQL_ASSIGN1 …): an assignment, `x := …`.
  const assignment = typeof parseMode === 'number' && parseMode >= 3 ? /^[^:='(]*(?::=|=)\s*/.exec(query) : null
  // A WHEN of `CASE x` is rewritten to compare a variable made for x.
  const when = /^"__Case__Variable_\d+__" IN \((.*)\)$/s.exec(query)
  const value = when?.[1] ?? query.slice(assignment?.[0].length ?? 0)
  if (/\bselect\b/i.test(value) || call.test(value)) walk.statements.push({ kind: 'expression', query: value, line, conditional })
}

function add(walk: Walk, kind: BodyStatement['kind'], expression: unknown, line: number, conditional: boolean): void {
  const { query } = fieldsOf(fieldsOf(expression).PLpgSQL_expr)
  if (typeof query === 'string') walk.statements.push({ kind, query, line, conditional })
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {}
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function lineOf(value: unknown): number {
  return typeof value === 'number' ? value : 1
}
