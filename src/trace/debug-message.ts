/** What the server's DEBUG1 messages say it did; names come without a schema. */
export interface DebugMessages {
  /** Tables written anew by ALTER TABLE. */
  readonly rewritten: readonly string[]
  /** Tables read to check a constraint. */
  readonly verified: readonly string[]
  readonly built: readonly { readonly index: string; readonly table: string }[]
  /** Names of foreign keys whose existing rows were checked. */
  readonly validated: readonly string[]
}

/**
 * Reads the messages of ATRewriteTable, index_build and validateForeignKeyConstraint, which are the same text in 12 to 18.
 * Each is written once per table or index, however many rows there are, and also where there are none.
 */
export function readMessages(notices: readonly string[]): DebugMessages {
  const found = (pattern: RegExp) => notices.flatMap((notice) => pattern.exec(notice)?.[1] ?? [])
  return {
    rewritten: found(/^rewriting table "(.*)"$/s),
    verified: found(/^verifying table "(.*)"$/s),
    validated: found(/^validating foreign key constraint "(.*)"$/s),
    built: notices.flatMap((notice) => {
      const [, index, table] = /^building index "(.*)" on table "(.*)" (?:serially|with request for )/s.exec(notice) ?? []
      return index === undefined || table === undefined ? [] : [{ index, table }]
    }),
  }
}
