import { findIndex, findTable, findView, indexesOf } from '../catalog/lookup.ts'
import { tokensOf } from '../grammar/lexer.ts'
import type { Name } from '../name.ts'
import type { Operation } from '../operation.ts'
import type { Site } from '../rule.ts'
import { isPlain, isTimed, runsOutside } from './alone.ts'
import { type Edit, inCaseOf } from './edit.ts'

type Subject = Operation<'CreateIndex' | 'DropIndex' | 'Reindex' | 'RefreshMaterializedView'>

/**
 * CONCURRENTLY put into a statement, where that is certain to be accepted and to come to the same schema; nothing elsewhere.
 * Not for DETACH PARTITION, whose concurrent form leaves a CHECK on the partition (seen on 15), nor for REINDEX TABLE, whose
 * concurrent form skips INVALID indexes, which may be what it is for.
 */
export function insertConcurrently(op: Subject, at: Site): readonly Edit[] {
  const { commands, sql, span } = at.statement
  if (commands.length !== 1 || at.refused !== undefined || at.skipped !== undefined || !accepts(op, at)) return []
  // Strings, identifiers and parameters are no keywords; neither is anything in the parentheses of options.
  const [first, ...rest] = tokensOf(sql)
  const keyword = rest.find(({ kind, depth, text }) => kind === 'word' && depth === 0 && text.toLowerCase() === lastKeyword(op))
  const between = rest.slice(0, keyword === undefined ? 0 : rest.indexOf(keyword))
  if (first?.kind !== 'word' || keyword === undefined || !between.every(({ text }) => leading.test(text))) return []
  const offset = span.start + keyword.end
  return [{ start: offset, end: offset, text: ` ${inCaseOf(keyword.text, 'CONCURRENTLY')}` }]
}

/** What may stand between the first word and the one that CONCURRENTLY follows. */
const leading = /^(?:unique|materialized|verbose|[(),])$/i

function lastKeyword({ kind }: Subject): string {
  return kind === 'RefreshMaterializedView' ? 'view' : 'index'
}

function accepts(op: Subject, at: Site): boolean {
  switch (op.kind) {
    case 'CreateIndex':
      // A failed concurrent build leaves an INVALID index, which IF NOT EXISTS would take for the one that is wanted.
      return !op.ifNotExists && outside(op.table, at)
    case 'DropIndex': {
      const index = findIndex(at.before, op.index)
      return !op.cascade && index?.constraint === undefined && index?.partitionOf === undefined && outside(index?.table, at)
    }
    case 'Reindex': {
      const index = op.scope === 'index' && op.target !== undefined ? findIndex(at.before, op.target) : undefined
      const table = index && findTable(at.before, index.table)
      const owner = table?.constraints.find(({ name }) => name === index?.constraint)
      return op.tablespace === undefined && owner?.definition.kind !== 'exclude' && outside(index?.table, at)
    }
    case 'RefreshMaterializedView':
      // Allowed inside a transaction, too.
      return (
        op.withData &&
        isPlain(at.statement, at) &&
        findView(at.before, op.view)?.populated === true &&
        hasUniqueIndex(op.view, at)
      )
  }
}

/** A table that the history made, and not as a partitioned one, worked on outside of a transaction and without a timeout. */
function outside(table: Name | undefined, at: Site): boolean {
  const known = table && findTable(at.before, table)
  return known?.kind === 'table' && known.complete && runsOutside(at) && !isTimed(at)
}

/** REFRESH … CONCURRENTLY needs a unique index on plain columns that covers all rows. */
export function hasUniqueIndex(view: Name, at: Site): boolean {
  return indexesOf(at.before, view).some(
    ({ unique, valid, where, keys }) => unique && valid && where === undefined && keys.every((key) => key.column !== undefined),
  )
}
