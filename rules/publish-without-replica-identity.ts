import { planPublish } from '../src/plan/builder/publish.ts'
import {
  type Catalog,
  findTable,
  following,
  lacksIdentity,
  listOf,
  type Operation,
  printName,
  rule,
  type Site,
  sameName,
  type Table,
  unidentified,
} from '../src/rule.ts'

export default rule({
  on: ['ReplicaIdentity', 'CreatePublication', 'AlterPublication', 'DropConstraint'],
  hazard: 'fails',
  summary: 'a published table has nothing by which replicas find a row, so its UPDATEs and DELETEs fail',
  why: `A publication sends updates and deletes with the old row's replica identity: its primary key, unless another is chosen. A published table
without one refuses every UPDATE and DELETE (\`cannot update table … because it does not have a replica identity and publishes updates\`), those of
the running code too, from the moment the change commits.`,
  instead: `Give the table a primary key, or choose a unique index of NOT NULL columns with \`REPLICA IDENTITY USING INDEX\`, before it is published;
\`REPLICA IDENTITY FULL\` works without and sends whole rows.`,
  references: [
    'https://www.postgresql.org/docs/current/logical-replication-publication.html#LOGICAL-REPLICATION-PUBLICATION-REPLICA-IDENTITY',
    'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-REPLICA-IDENTITY',
  ],
  knownAs: ['atlas/PG314', 'pg-schema-diff/CORRECTNESS', 'migrationpilot/MP055', 'migrationpilot/drop-pk-replica-identity-break'],
  check(op, at) {
    if (at.skipped !== undefined || at.refused !== undefined) return undefined
    if (op.kind === 'CreatePublication' || op.kind === 'AlterPublication') return ofPublication(op, at)
    const table = findTable(at.after, op.table)
    if (op.kind === 'ReplicaIdentity') {
      if (op.identity !== 'nothing') return undefined
      const published = isPublished(at.resolve(op.table), at.after)
      return {
        message: `UPDATE and DELETE of ${printName(at.resolve(op.table))} fail ${published ? 'from now on, since it is published' : 'once a publication includes it'}`,
        certainty: published ? 'certain' : 'possible',
      }
    }
    if (table === undefined || !lacksIdentity(table) || !isPublished(table.name, at.after)) return undefined
    const returns = [...following(at)].some(
      (later) =>
        (later.kind === 'ReplicaIdentity' || (later.kind === 'AddConstraint' && later.constraint.kind === 'primary key')) &&
        sameName(at.resolve(later.table), table.name),
    )
    const hadKey = findTable(at.before, op.table)?.constraints.some(({ definition }) => definition.kind === 'primary key')
    if (returns || hadKey !== true) return undefined
    return `${printName(table.name)} is published and loses its primary key: every UPDATE and DELETE of it fails from now on`
  },
  rewrite: planPublish,
})

function ofPublication(op: Operation<'CreatePublication' | 'AlterPublication'>, at: Site) {
  const lacking = unidentified(op, at)
  if (lacking.length === 0) return undefined
  const names = lacking.slice(0, 4).map(({ name }) => printName(name))
  const more = lacking.length > 4 ? [`${lacking.length - 4} more`] : []
  return `UPDATE and DELETE of ${listOf([...names, ...more])} fail once published: without a primary key replicas cannot find the row`
}

function isPublished(name: Table['name'], catalog: Catalog): boolean {
  return [...catalog.publications.values()].some(
    ({ allTables, schemas, tables }) =>
      allTables || schemas.includes(name.schema) || tables.some(({ table }) => sameName(table, name)),
  )
}
