import { rule } from '../src/rule.ts'

export default rule({
  on: ['Migration'],
  hazard: 'fails',
  certainty: 'possible',
  summary: 'a new migration sorts before one that the base branch already has',
  why: `Runners apply pending migrations in the order of their names or numbers. One that sorts before a migration which has run already is refused
(Flyway, Supabase, node-pg-migrate), skipped without a word (Drizzle), or run late, in an order that no new database will ever see.`,
  instead: `Give it a number or time after the newest migration of the base branch.`,
  references: ['https://www.postgresql.org/docs/current/ddl-alter.html'],
  knownAs: ['atlas/non_linear', 'safe-migrate/chain-conflict'],
  check(migration) {
    if (migration.change?.kind !== 'added' || migration.repeatable === true || migration.overtaken === undefined) return undefined
    return {
      message: `this new migration comes before ${migration.overtaken}, which is merged: where that has run, this one is refused, skipped or run out of order`,
      instead: `rename it so that it comes after ${migration.overtaken}`,
    }
  },
})
