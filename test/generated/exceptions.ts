import type { Catalog, Table } from '../../src/catalog/catalog.ts'
import { findRelation, isTable } from '../../src/catalog/lookup.ts'
import type { Disagreement } from '../../src/trace/compare.ts'

/** A disagreement in its place. */
export interface Doubt extends Disagreement {
  readonly sql: string
  /** The schema before the statement, as the model has it. */
  readonly before: Catalog
}

/** Disagreements that are known and left: what they are about, and why. */
export interface Exception {
  readonly reason: string
  applies(doubt: Doubt): boolean
}

const isQuery =
  /^(?:DO .*)?(?:SELECT|INSERT|UPDATE|DELETE|MERGE|WITH|CREATE (?:UNLOGGED )?TABLE|CREATE MATERIALIZED VIEW|REFRESH)\b/
const changesRows = /\b(?:INSERT|UPDATE|DELETE|MERGE|TRUNCATE)\b/

export const exceptions: readonly Exception[] = [
  {
    reason: 'a relation that no migration made is taken to exist',
    applies: ({ about, relation }) => about === 'imagined' && relation === 'public.absent',
  },
  {
    reason: 'which partitions take rows depends on the rows',
    applies: ({ about, observed, sql, before }) =>
      about === 'missing' &&
      observed?.lock === 'ROW EXCLUSIVE' &&
      changesRows.test(sql) &&
      tableOf(observed, before)?.partitionOf !== undefined,
  },
  {
    // generate_partition_qual opens the parent, unless the session has the constraint of the partition in its cache.
    reason: 'a session reads the parent of a partition when it does not know the bound yet',
    applies: ({ about, predicted, observed, before }) =>
      (about === 'missing' && observed?.lock === 'ACCESS SHARE' && tableOf(observed, before)?.kind === 'partitioned table') ||
      (about === 'imagined' && predicted?.lock === 'ACCESS SHARE' && tableOf(predicted, before)?.kind === 'partitioned table'),
  },
  {
    reason: 'foreign keys are checked row by row: where no row is changed nothing is locked',
    applies: ({ about, predicted, observed, sql, relation, before }) =>
      (about === 'imagined' || (about === 'lock' && observed?.lock === 'ACCESS SHARE')) &&
      /^(?:DO .*)?(?:INSERT|UPDATE|DELETE|MERGE|WITH)\b/.test(sql) &&
      (predicted?.lock === 'ROW SHARE' || predicted?.lock === 'ROW EXCLUSIVE') &&
      (about === 'lock' || !names(sql, relation)) &&
      isKeyed(tableOf(predicted, before)),
  },
  {
    reason: 'the planner leaves out partitions that a WHERE rules out',
    applies: ({ about, predicted, sql, before }) =>
      about === 'imagined' && /\bWHERE\b/.test(sql) && isQuery.test(sql) && tableOf(predicted, before)?.partitionOf !== undefined,
  },
  {
    // 15.20 and 18.6 open it; 12.22, 13.23, 14.23, 16.14 and 17.10 do not.
    reason: 'a sequence is read once per row: where there are no rows it is only opened, by the newest minor releases',
    applies: ({ about, predicted, observed }) =>
      predicted?.kind === 'sequence' &&
      predicted.lock === 'ROW EXCLUSIVE' &&
      (about === 'imagined' || (about === 'lock' && observed?.lock === 'ACCESS SHARE')),
  },
  {
    reason: 'what type a column has that a query made is not known: it is taken to be written anew',
    applies: ({ about, predicted, observed, sql, before }) =>
      (about === 'work' || about === 'imagined') &&
      /\bTYPE\b/.test(sql) &&
      [...(observed?.work ?? [])].every((work) => predicted?.work.has(work)) &&
      tableOf(predicted, before)?.columns.some(({ type }) => type === undefined) === true,
  },
  {
    reason: 'the rows that DETACH … CONCURRENTLY looks up leave no trace once it has committed on its way',
    applies: ({ about, predicted, sql }) =>
      about === 'imagined' && predicted?.work.has('scan') === true && /\bDETACH PARTITION .* CONCURRENTLY$/.test(sql),
  },
  {
    reason:
      'by which plan DETACH looks up the rows that refer to the partition is the planner’s decision: by an index it is no scan',
    applies: ({ about, predicted, observed, sql }) =>
      about === 'work' && predicted?.work.has('scan') === true && observed?.work.size === 0 && /\bDETACH PARTITION\b/.test(sql),
  },
  {
    reason:
      'the index that a partition gets when its parent’s is made anew has a name of its own, as the table or columns may have by now',
    applies: ({ about, predicted, sql, before }) =>
      about === 'work' &&
      /\bTYPE\b/.test(sql) &&
      predicted?.kind === 'index' &&
      tableOf(predicted, before)?.partitionOf !== undefined,
  },
  {
    reason: 'DETACH reads the partitions of the tables that refer to it by a query',
    applies: ({ about, observed, sql }) =>
      about === 'missing' && observed?.lock === 'ACCESS SHARE' && /\bDETACH PARTITION\b/.test(sql),
  },
  {
    reason: 'CLUSTER gives back the lock of a materialized view that is not populated, before its end',
    applies: ({ about, predicted, sql }) =>
      about === 'imagined' && predicted?.kind === 'materialized view' && /^CLUSTER\b/.test(sql),
  },
  {
    reason: 'to whom a table belongs is not known: setting the owner that it has locks none of its sequences and indexes',
    applies: ({ about, sql, predicted }) =>
      about === 'imagined' && /\bOWNER TO\b/.test(sql) && (predicted?.kind === 'sequence' || predicted?.kind === 'index'),
  },
  {
    reason: 'in which tablespace a table is is not known: moving to the one where it is writes nothing',
    applies: ({ about, sql }) => about === 'work' && /\bSET TABLESPACE pg_default\b/.test(sql),
  },
]

export function exceptionFor(doubt: Doubt): Exception | undefined {
  return exceptions.find((each) => each.applies(doubt))
}

/** The table that an effect is on; of an index's, its table. */
function tableOf(effect: Disagreement['observed'] | Disagreement['predicted'], catalog: Catalog): Table | undefined {
  const relation = effect && findRelation(catalog, effect.relation)
  const found = relation?.kind === 'index' ? findRelation(catalog, relation.table) : relation
  return found !== undefined && isTable(found) ? found : undefined
}

function isKeyed(table: Table | undefined): boolean {
  return (
    table !== undefined &&
    (table.referencedBy.length > 0 || table.constraints.some(({ definition }) => definition.kind === 'foreign key'))
  )
}

function names(sql: string, relation: string): boolean {
  return new RegExp(`(?<![\\w.])(?:${literally(relation)}|${literally(relation.replace(/^public\./, ''))})(?![\\w.])`).test(sql)
}

function literally(text: string): string {
  return text.replaceAll(/[^\w]/g, '\\$&')
}
