import { callVolatility } from '../../effect/volatility.ts'
import type { Query } from '../../expression.ts'
import type { Site } from '../../rule.ts'

/** A query that takes each row of one table by itself, so that a part of the rows can be asked for. */
export interface CopiedQuery {
  /** Columns of the table that the query hands on as they are, by their place; `*` stands for a star, undefined for anything else. */
  readonly columns: readonly (string | undefined)[]
  /** The query with one more condition on its table, which it is given the name of. */
  among(condition: (alias: string) => string): string
}

const name = '(?:"(?:[^"]|"")*"|[\\p{L}_][\\p{L}\\p{N}_$]*)'
const source = new RegExp(`^(?:only\\s+)?(?:${name}\\s*\\.\\s*)?(${name})(?:\\s*\\*)?(?:\\s+(?:as\\s+)?(${name}))?\\s*$`, 'iu')
const bareColumn = new RegExp(`^(?:${name}\\s*\\.\\s*)?(${name})(?:\\s+(?:as\\s+)?${name})?$`, 'iu')

/** Words of a query that looks at several rows at once, or takes a part of them, or that locks them. */
const joinsRows =
  /\b(?:distinct|group|having|window|over|order|limit|offset|fetch|for|union|intersect|except|into|tablesample|join|lateral|with|json_arrayagg|json_objectagg)\b/i

/**
 * Takes a query apart; undefined where it does not take each row by itself (aggregates, windows, LIMIT, set operations), where a function may be
 * an aggregate that nobody knows, or where the text cannot be told apart.
 */
export function copiedQuery(query: Query, at: Site): CopiedQuery | undefined {
  const text = query.sql.trim()
  const masked = withoutInsides(text)
  if (!/^select\b/i.test(masked) || joinsRows.test(masked) || (text.match(/\bselect\b/gi) ?? []).length > 1) return undefined
  if (query.calls.some((call) => seesRows.has(call.function.name) || callVolatility(call, at.before) === undefined))
    return undefined
  const [from, ...otherFroms] = [...masked.matchAll(/\bfrom\b/gi)].map(({ index }) => index)
  const [where, ...otherWheres] = [...masked.matchAll(/\bwhere\b/gi)].map(({ index }) => index)
  if (from === undefined || otherFroms.length > 0 || otherWheres.length > 0 || (where ?? text.length) < from) return undefined
  const list = text.slice('select'.length, from)
  const [, table, alias = table] = source.exec(text.slice(from + 'from'.length, where).trim()) ?? []
  if (alias === undefined) return undefined
  const columns = parted(list, masked.slice('select'.length, from)).map((item) =>
    /^(?:\S+\.)?\*$/.test(item) ? '*' : unquoted(bareColumn.exec(item)?.[1]),
  )
  const condition = where === undefined ? undefined : text.slice(where + 'where'.length).trim()
  return {
    columns,
    among: (within) =>
      condition === undefined
        ? `${text}\nWHERE ${within(alias)}`
        : `${text.slice(0, where)}WHERE (${condition}\n) AND ${within(alias)}`,
  }
}

/** The text with blanks of the same length for what stands in parentheses, quotes and comments. */
function withoutInsides(text: string): string {
  const blank = (part: string) => ' '.repeat(part.length)
  let bare = text.replace(
    /--[^\n]*|\/\*[\s\S]*?\*\/|\be'(?:[^'\\]|''|\\[\s\S])*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$([a-z_]\w*)?\$[\s\S]*?\$\1\$/gi,
    (part) => (/^[-/]/.test(part) ? blank(part) : '0'.repeat(part.length)),
  )
  for (let before = ''; before !== bare; ) {
    before = bare
    bare = bare.replace(/[([][^()[\]]*[)\]]/g, (part) => '0'.repeat(part.length))
  }
  return bare
}

/** The items of a list, parted at the commas that its masked text has. */
function parted(list: string, masked: string): readonly string[] {
  const commas = [...masked.matchAll(/,/g)].map(({ index }) => index)
  return [...commas, list.length].map((end, place) => list.slice(place === 0 ? 0 : (commas[place - 1] ?? 0) + 1, end).trim())
}

function unquoted(identifier: string | undefined): string | undefined {
  if (identifier === undefined) return undefined
  return identifier.startsWith('"') ? identifier.slice(1, -1).replaceAll('""', '"') : identifier.toLowerCase()
}

/** The aggregates and window functions of PostgreSQL 15 and 18: pg_proc.prokind `a` and `w`. */
const seesRows: ReadonlySet<string> = new Set(
  `any_value array_agg avg bit_and bit_or bit_xor bool_and bool_or corr count covar_pop covar_samp cume_dist dense_rank every first_value
json_agg json_agg_strict json_object_agg json_object_agg_strict json_object_agg_unique json_object_agg_unique_strict jsonb_agg jsonb_agg_strict
jsonb_object_agg jsonb_object_agg_strict jsonb_object_agg_unique jsonb_object_agg_unique_strict lag last_value lead max min mode nth_value ntile
percent_rank percentile_cont percentile_disc range_agg range_intersect_agg rank regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope
regr_sxx regr_sxy regr_syy row_number stddev stddev_pop stddev_samp string_agg sum var_pop var_samp variance xmlagg`.split(/\s+/),
)
