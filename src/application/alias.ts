import { codeText } from './code-text.ts'
import { spellingsOfModel } from './spelling.ts'

/** Strings by which code says which table something of it stands for. */
export function quotedNames(table: string): readonly string[] {
  return [`"${table}"`, `'${table}'`, `\`${table}\``]
}

/**
 * What texts of code call a table where that is not the table's own name in another spelling: `model QueueBackUp` of Prisma with
 * `@@map("queue_backups")`, `const bills = pgTable('invoices', …)`, a class with `__tablename__`, `db_table`, `table_name` or `@Entity`.
 */
export function aliasesIn(texts: ReadonlyMap<string, string>, table: string): readonly string[] {
  const known = new Set(spellingsOfModel(table))
  const found = new Set<string>()
  const quoted = quotedNames(table)
  for (const [file, text] of texts) {
    if (codeText(file, text).words.at(table).length === 0 || !quoted.some((name) => text.includes(name))) continue
    const forms = file.endsWith('.prisma') ? [prismaModel] : [declared, pythonClass, rubyClass, entity]
    for (const form of forms) {
      for (const [, ...names] of text.matchAll(form)) {
        const [alias, name] = form === entity ? [names[1], names[0]] : names
        if (alias === undefined || name !== table || known.has(alias)) continue
        found.add(alias)
        // The client of Prisma: `prisma.queueBackUp`.
        if (file.endsWith('.prisma')) found.add(alias.charAt(0).toLowerCase() + alias.slice(1))
      }
    }
  }
  return [...found].filter((alias) => !known.has(alias))
}

const prismaModel = /^(?:model|view)\s+(\w+)\s*\{(?:[^\n]*\n(?!\}))*?\s*@@map\(\s*(?:name:\s*)?"([^"]+)"/gm
const declared = /\b([\p{L}_$][\p{L}\d_$]*)\s*=\s*(?:\w+\s*\.\s*)?(?:\w*[tT]able\w*|\w*[vV]iew)\(\s*["'`]([^"'`]+)["'`]/gu
const pythonClass =
  /^class\s+(\w+)[^\n]*\n(?:(?!class\s)[^\n]*\n){0,80}?[ \t]+(?:__tablename__|db_table)\s*=\s*["']([^"']+)["']/gm
const rubyClass = /\bclass\s+(\w+)[^\n]*\n(?:(?!\s*class\s)[^\n]*\n){0,20}?[ \t]*self\.table_name\s*=\s*["']([^"']+)["']/g
const entity =
  /@Entity\(\s*(?:\{\s*name:\s*)?["'`]([^"'`]+)["'`][^)]*\)\s*(?:@[^\n]*\s+)*(?:export\s+)?(?:default\s+)?class\s+(\w+)/g
