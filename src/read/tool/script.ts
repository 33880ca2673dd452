import type { PlaceholderSyntax } from '../../grammar/placeholders.ts'
import type { Unit } from '../tool.ts'

/** SQL that another program printed, read from standard input: who printed it, and the step it is. */
export function scriptUnits(file: string, text: string): { readonly tool: string; readonly units: readonly Unit[] } {
  const psql: ReadonlySet<PlaceholderSyntax> = new Set(['psql'])
  // Alembic and Django print the BEGIN and COMMIT that they would run, so the text is taken as written.
  const tool = /^-- Running (?:upgrade|downgrade) .*->/m.test(text)
    ? 'alembic'
    : /^--\n-- \S.*\n--\n/m.test(text.replaceAll('\r\n', '\n'))
      ? 'django'
      : 'plain'
  const kind = tool === 'alembic' && !/^-- Running upgrade /m.test(text) ? 'down' : 'up'
  const assumed = tool === 'plain' ? { assumed: true as const } : {}
  return { tool, units: [{ file, kind, transaction: 'each', placeholders: psql, ...assumed }] }
}
