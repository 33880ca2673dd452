import { laterInMigration, printName, rule, sameName } from '../src/rule.ts'

const settings = ['autovacuum_enabled', 'toast.autovacuum_enabled']

export default rule({
  on: ['SetTableOptions'],
  hazard: 'queues traffic',
  certainty: 'possible',
  summary: 'autovacuum is switched off for a table and stays off',
  why: `Without autovacuum dead rows pile up, the table and its indexes grow, statistics grow old and plans get bad; nobody notices until queries are
slow. The vacuum against wraparound comes all the same, and then has everything to do at once.`,
  instead: `Make autovacuum gentler or more frequent for the table (\`autovacuum_vacuum_scale_factor\`, \`autovacuum_vacuum_cost_delay\`), or switch it on
again in the same migration, followed by VACUUM ANALYZE.`,
  references: [
    'https://www.postgresql.org/docs/current/routine-vacuuming.html#AUTOVACUUM',
    'https://www.postgresql.org/docs/current/sql-createtable.html#RELOPTION-AUTOVACUUM-ENABLED',
  ],
  knownAs: ['atlas/PG320', 'migrationpilot/MP066', 'migrationpilot/warn-autovacuum-disabled'],
  check(op, at) {
    if (op.reset || at.skipped !== undefined || at.refused !== undefined) return undefined
    const off = settings.find((setting) => /^'?(?:f|false|off|0|n|no)'?$/i.test(op.options[setting] ?? ''))
    if (off === undefined) return undefined
    for (const later of laterInMigration(at)) {
      if (later.kind === 'SetTableOptions' && off in later.options && sameName(at.resolve(later.table), at.resolve(op.table)))
        return undefined
    }
    return {
      message: `${off.startsWith('toast') ? 'the TOAST table of ' : ''}${printName(at.resolve(op.table))} is no longer vacuumed or analyzed by itself: it grows, and its plans get worse`,
      instead: 'leave it on, or switch it on again at the end of the migration',
    }
  },
})
