import type { Command, Operation, RoutineBody } from '../operation.ts'
import { apart, bodyOf, plpgsqlBody, spanOf } from './do-block.ts'
import type { Context, Source } from './parse.ts'

/**
 * A CREATE FUNCTION or PROCEDURE in PL/pgSQL or SQL with a way to its body's statements. They are parsed when a migration calls
 * it and not before: most functions of a history are called by nobody in it.
 */
export function withBody(command: Command, source: Source, context: Context): Command {
  const { operation, span } = command
  if (operation.kind !== 'CreateFunction' || !context.grammar.isServers) return command
  const { language } = operation
  if (language !== 'plpgsql' && language !== 'sql') return command
  let known: RoutineBody | undefined
  // The file's own list of placeholders is complete by the time of a call.
  const later: Context = { ...context, filled: [] }
  const follow = () => {
    known ??= language === 'plpgsql' ? plpgsqlBody(source, later) : sqlBody(source, operation, later)
    return known
  }
  return { operation: { ...operation, follow }, span }
}

function sqlBody(source: Source, { body }: Operation<'CreateFunction'>, context: Context): RoutineBody {
  const quoted = bodyOf(source, (before) => before === 'as')
  if (quoted !== undefined) {
    const start = source.offset + (quoted.offset ?? 0)
    const statements =
      quoted.offset === undefined
        ? apart(quoted.value, spanOf(source), context)
        : context.parseAll({ start, end: start + quoted.value.length }, context)
    return { statements, dynamic: [] }
  }
  // A standard body: RETURN and an expression, or statements in BEGIN ATOMIC … END.
  const [, expression] = /^return\b(.*)$/is.exec(body) ?? []
  const [, block] = /^begin\s+atomic\b(.*)\bend\s*$/is.exec(body) ?? []
  const sql = expression === undefined ? block : `SELECT ${expression}`
  if (sql === undefined) return { statements: [], dynamic: ['a body that could not be read'] }
  return { statements: apart(sql, spanOf(source), context), dynamic: [] }
}
