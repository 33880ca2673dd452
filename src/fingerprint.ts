import { createHash } from 'node:crypto'

/**
 * Names findings so that they are recognised again after lines moved: from the rule, the file and the statement's text with its
 * white space folded; equal ones are told apart by their order.
 */
export function fingerprints(): (rule: string, file: string, sql: string) => string {
  const seen = new Map<string, number>()
  return (rule, file, sql) => {
    const identity = `${rule}\n${file}\n${sql.replace(/\s+/g, ' ').trim()}`
    const ordinal = seen.get(identity) ?? 0
    seen.set(identity, ordinal + 1)
    return createHash('sha256').update(`${identity}\n${ordinal}`).digest('hex').slice(0, 16)
  }
}
