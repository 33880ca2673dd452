/** A model, view or enum of a schema.prisma. */
export interface PrismaBlock {
  /** What it is called in the database. */
  readonly table: string
  /** `@@ignore`: the client does not know it. */
  readonly ignored: boolean
}

/** The block of a schema.prisma that an offset lies in. */
export function prismaBlockOf(text: string, offset: number): PrismaBlock | undefined {
  const end = text.indexOf('\n}', offset)
  const until = end < 0 ? text.length : end
  let start: RegExpMatchArray | undefined
  for (const match of text.matchAll(/^(?:model|view|enum|type)\s+(\w+)\s*\{/gm)) {
    if (match.index > offset) break
    start = match
  }
  if (start?.index === undefined) return undefined
  const body = text.slice(start.index, until)
  if (body.includes('\n}')) return undefined
  return {
    table: /^\s*@@map\(\s*(?:name:\s*)?"([^"]+)"/m.exec(body)?.[1] ?? start[1] ?? '',
    ignored: /^\s*@@ignore\b/m.test(body),
  }
}
