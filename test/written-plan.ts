import type { Plan } from '../src/plan/plan.ts'

/** A plan with everything that files differ in: both kinds of change, a deploy, and every kind of way back. */
export const plan: Plan = [
  {
    phase: 'expand',
    title: 'add accounts.region',
    why: 'Code that runs does not know the column.',
    transaction: true,
    statements: ['ALTER TABLE accounts ADD COLUMN region text'],
    tables: 'one',
    rollback: { transaction: true, statements: ['ALTER TABLE accounts DROP COLUMN region'] },
  },
  {
    phase: 'expand',
    title: 'build accounts_region_idx',
    why: 'Reads and writes go on while it is built.',
    transaction: false,
    statements: [
      'DROP INDEX CONCURRENTLY IF EXISTS accounts_region_idx',
      'CREATE INDEX CONCURRENTLY accounts_region_idx ON accounts (region)',
      "DO $phasewise$ BEGIN\n  IF NOT (SELECT i.indisvalid FROM pg_index i WHERE i.indexrelid = 'accounts_region_idx'::regclass) THEN\n    RAISE EXCEPTION 'index is INVALID: run this file again';\n  END IF;\nEND $phasewise$",
    ],
    tables: 'one',
    rollback: { transaction: false, statements: ['DROP INDEX CONCURRENTLY IF EXISTS accounts_region_idx'] },
  },
  { phase: 'deploy', note: 'code that writes region' },
  {
    phase: 'contract',
    title: 'require accounts.region',
    why: 'NOT VALID: rows of before are not read.',
    transaction: true,
    statements: ['ALTER TABLE accounts ADD CONSTRAINT accounts_region_present CHECK (region IS NOT NULL) NOT VALID'],
    tables: 'one',
    rollback: { transaction: true, statements: ['ALTER TABLE accounts DROP CONSTRAINT accounts_region_present'] },
  },
  {
    phase: 'contract',
    title: 'prove accounts.region',
    why: 'Every row is read while reads and writes go on.',
    transaction: false,
    statements: ['ALTER TABLE accounts VALIDATE CONSTRAINT accounts_region_present'],
    tables: 'one',
    rollback: { transaction: false, statements: [] },
  },
  { phase: 'deploy', note: 'code that reads no email' },
  {
    phase: 'contract',
    title: 'drop accounts.email',
    why: 'Nothing reads it any longer.',
    transaction: true,
    statements: ['ALTER TABLE accounts DROP COLUMN email'],
    tables: 'several',
    rollback: { impossible: 'the values are gone' },
  },
]
