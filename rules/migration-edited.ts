import { rule } from '../src/rule.ts'

export default rule({
  on: ['Migration'],
  hazard: 'fails',
  certainty: 'possible',
  summary: 'a migration that the base branch already has was edited or renamed',
  why: `A migration that has been merged may have been applied. Most runners keep its name or a checksum of its text: an edited or renamed one is
refused, run a second time, or skipped without a word, so that databases which are older and newer than the edit end up with different schemas.`,
  instead: `Put the change into a new migration and leave the old file as it was. Where nothing has run it yet, allow it and say so.`,
  references: ['https://www.postgresql.org/docs/current/ddl-alter.html'],
  knownAs: ['atlas/non_linear', 'safe-migrate/chain-conflict', 'safe-migrate/schema-drift'],
  check(migration) {
    const { change } = migration
    if (change === undefined || change.kind === 'added' || migration.repeatable === true) return undefined
    if (change.kind === 'edited') {
      return {
        message:
          'this migration was edited after it was merged: where it has run already the runner refuses it or never runs the change',
        instead: 'leave the file as it was and put the change into a new migration',
      }
    }
    return {
      message: `this migration was ${change.from}: where it has run already the runner takes it for a new one${change.edited ? ', and it was edited too' : ''}`,
      instead: `name it ${change.from} again and put changes into a new migration`,
    }
  },
})
