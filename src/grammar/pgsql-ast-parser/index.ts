import type { CreateIndexStatement, IndexExpression } from 'pgsql-ast-parser'
import type { IndexKey, Operation } from '../../operation.ts'
import { NotUnderstood } from '../grammar.ts'
import { lowerExpression, lowerWhere } from './expression.ts'
import { nameOf } from './name.ts'
import { afterOf, insideOf, openFrom, type Place, pieces, type Range, rangeTo, wordAt } from './place.ts'

export function lowerCreateIndex(node: CreateIndexStatement, place: Place): Operation {
  // The server would not know what may exist.
  if (node.ifNotExists === true && node.indexName === undefined)
    throw new NotUnderstood('IF NOT EXISTS without a name is not known')
  const parts = pieces(place, insideOf(place, openFrom(place, afterOf(place, node.table))))
  return {
    kind: 'CreateIndex',
    table: nameOf(node.table),
    index: node.indexName?.name,
    unique: node.unique === true,
    concurrently: node.concurrently === true,
    ifNotExists: node.ifNotExists === true,
    only: false,
    method: node.using?.name ?? 'btree',
    keys: node.expressions.map((key, index) => lowerKey(key, place, parts[index] ?? place.whole)),
    include: [],
    where: lowerWhere(node.where, place),
    nullsNotDistinct: false,
    tablespace: tablespaceOf(node),
    options: (node.with ?? []).map(({ parameter, value }) => `${parameter}=${value}`),
  }
}

/** The type says a string; the parser gives a name. */
function tablespaceOf({ tablespace }: { readonly tablespace?: unknown }): string | undefined {
  if (typeof tablespace === 'object' && tablespace !== null && 'name' in tablespace) return String(tablespace.name)
  return typeof tablespace === 'string' ? tablespace : undefined
}

/** A bare name is a column; in parentheses even that is an expression. */
function lowerKey(key: IndexExpression, place: Place, part: Range): IndexKey {
  const { expression } = key
  const isParenthesised = wordAt(place, part.from) === '('
  const column = expression.type === 'ref' && !isParenthesised ? expression.name : undefined
  const range = isParenthesised ? insideOf(place, part.from) : rangeTo(place, part.from, expression)
  return {
    column,
    expression: column === undefined ? lowerExpression(expression, place, range) : undefined,
    collation: key.collate === undefined ? undefined : nameOf(key.collate),
    operatorClass: key.opclass === undefined ? undefined : nameOf(key.opclass),
    order: key.order ?? 'asc',
    nulls: key.nulls,
  }
}
