import type { Change, Deploy, Rollback } from './plan.ts'

/** What a builder says of a change; the rest has a usual value. */
export interface Draft {
  readonly phase: Change['phase']
  readonly title: string
  readonly why: string
  readonly statements: readonly string[]
  /** Statements that undo it, in the mode of the change itself; or the whole truth. */
  readonly rollback: readonly string[] | Rollback
  readonly tables?: Change['tables']
}

/** A change whose statements run in one transaction. */
export function inTransaction(draft: Draft): Change {
  return changeOf(draft, true)
}

/** A change whose statements run one by one, outside of any transaction: concurrent builds, validation, batches. */
export function alone(draft: Draft): Change {
  return changeOf(draft, false)
}

/** How the note of a deploy ends that has to be complete. */
export const rolledOut = '; wait until no older process is left'

export function deploy(note: string): Deploy {
  return { phase: 'deploy', note }
}

function changeOf({ phase, title, why, statements, rollback, tables }: Draft, transaction: boolean): Change {
  const undone: Rollback = isList(rollback) ? { transaction, statements: rollback } : rollback
  return { phase, title, why, transaction, statements, tables: tables ?? 'one', rollback: undone }
}

function isList(rollback: readonly string[] | Rollback): rollback is readonly string[] {
  return Array.isArray(rollback)
}

/** A string literal in dollar quotes that its text cannot end. */
export function dollarQuoted(text: string): string {
  let tag = 'phasewise'
  for (let number = 1; text.includes(`$${tag}$`); number++) tag = `phasewise_${number}`
  return `$${tag}$${text}$${tag}$`
}

/** Statements that happen together or not at all, where there is no transaction around them. */
export function atOnce(statements: readonly string[]): string {
  const [only, ...others] = statements
  if (only !== undefined && others.length === 0) return only
  return `DO ${dollarQuoted(` BEGIN\n${statements.map((statement) => `  ${statement};\n`).join('')}END `)}`
}
