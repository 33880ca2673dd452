import { Failure } from '../failure.ts'
import type { Name } from '../name.ts'
import { columnName } from './name.ts'
import type { Wishes } from './plan.ts'

export interface Wish {
  readonly schema: string | undefined
  readonly table: string
  readonly column: string
  /** As it was written, which need not be SQL. */
  readonly expression: string
}

/** Reads `table.column=expression` (or `schema.table.column=…`, quoted names as in SQL). Throws a Failure on any other text. */
export function wishFrom(text: string): Wish {
  const match = /^((?:"(?:[^"]|"")+"|[^".=\s]+)(?:\.(?:"(?:[^"]|"")+"|[^".=\s]+)){1,2})=([\s\S]+)$/.exec(text)
  const names = match?.[1]?.match(/"(?:[^"]|"")+"|[^".]+/g)?.map(folded) ?? []
  const [column, table, schema] = names.reverse()
  if (column === undefined || table === undefined) {
    throw new Failure(`--fill ${JSON.stringify(text)}: write it as table.column=expression`)
  }
  return { schema, table, column, expression: match?.[2]?.trim() ?? '' }
}

/** Reads each as `wishFrom` does; the first that names a column counts. */
export function wishesFrom(fills: readonly string[]): Wishes {
  const parsed = fills.map(wishFrom)
  return {
    fillOf: (table, column) =>
      parsed.find(
        (wish) =>
          wish.column === column && wish.table === table.name && (wish.schema === undefined || wish.schema === table.schema),
      )?.expression,
    replaces: () => true,
  }
}

/** As PostgreSQL folds it. */
function folded(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase()
}

/** The option that tells what fills a column, to be pasted into a shell: names are the migration's own text and obeyed by nothing. */
export function fillOption(table: Name, column: string): string {
  const text = `${columnName(table, column)}=<expression>`
  return `--fill '${text.replaceAll("'", "'\\''")}'`
}
