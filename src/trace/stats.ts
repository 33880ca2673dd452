import { Failure } from '../failure.ts'
import { printName } from '../name.ts'
import type { Sizes } from '../size.ts'
import { importPeer } from './engine.ts'

/** Planner's estimate of rows (never analyzed: -1, before 14 no rows in no pages) and bytes with indexes and TOAST; partitions count for their parents too. */
const query = `
SELECT n.nspname, c.relname,
       (SELECT coalesce(sum(greatest(leaf.reltuples, 0)), 0)::float8 FROM pg_class leaf WHERE leaf.oid = ANY (family.members)),
       (SELECT coalesce(sum(pg_total_relation_size(member)), 0)::float8 FROM unnest(family.members) AS member),
       (SELECT bool_or((leaf.reltuples < 0 OR leaf.relpages = 0) AND pg_relation_size(leaf.oid) > 0) FROM pg_class leaf WHERE leaf.oid = ANY (family.members))
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  CROSS JOIN LATERAL (
    SELECT CASE WHEN c.relkind = 'p' THEN ARRAY(SELECT relid FROM pg_partition_tree(c.oid)) ELSE ARRAY[c.oid::regclass] END AS members
  ) AS family
 WHERE c.relkind IN ('r', 'p', 'm') AND c.relpersistence <> 't'
   AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
 ORDER BY n.nspname, c.relname`

/**
 * Asks a server for the sizes of its tables: one query in a read-only transaction. A table that was never analyzed is left out,
 * so that it counts as big. Throws a Failure where the server cannot be asked; the URL, which may hold a password, is in no message.
 */
export async function readServerSizes(url: string): Promise<Sizes> {
  const { default: postgres } = await importPeer(() => import('postgres'), 'postgres', 'reading statistics')
  let client: ReturnType<typeof postgres> | undefined
  try {
    client = postgres(url, {
      max: 1,
      connect_timeout: 10,
      fetch_types: false,
      onnotice: () => {},
      connection: { application_name: 'phasewise stats' },
    })
    const rows = await client.begin('READ ONLY', (sql) => sql.unsafe(query).values())
    return Object.fromEntries(
      rows.flatMap(([schema, name, count, bytes, unknown]) =>
        unknown === true || unknown === 't'
          ? []
          : [[printName({ schema: String(schema), name: String(name) }), { rows: Number(count), bytes: Number(bytes) }]],
      ),
    )
  } catch (error) {
    throw new Failure(`cannot read the server's statistics: ${error instanceof Error ? error.message : String(error)}`)
  } finally {
    await client?.end({ timeout: 5 })
  }
}
