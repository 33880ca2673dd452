import type { Span } from '../../span.ts'
import { byNumber } from '../files.ts'
import { linesOf } from '../section.ts'
import type { Tool, Unit } from '../tool.ts'

/** An annotation is a line that starts with `--` in column 0 and holds `+goose`; case does not matter. */
const annotation = /^--.*\+goose\s+(.+?)\s*$/i

/**
 * goose: sections `-- +goose Up` and `Down`, one transaction each. `-- +goose NO TRANSACTION` frees the file: then every
 * goose-statement is one message, and it ends on the line whose last word before a comment ends in `;` (or at StatementEnd).
 */
export const goose: Tool = {
  name: 'goose',
  detect(project) {
    const marked = project.files.find((file) => file.endsWith('.sql') && /^--.*\+goose\s+up\s*$/im.test(project.sample(file)))
    return marked === undefined ? undefined : { strength: 4, because: '-- +goose Up' }
  },
  read: (project) =>
    project.files
      .filter((file) => /^\d+[^/]*\.sql$/.test(file))
      .sort(byNumber)
      .flatMap((file) => unitsOf(file, project.text(file))),
}

function unitsOf(file: string, text: string): readonly Unit[] {
  const units: Unit[] = []
  let free = false
  let envsub = false
  let kind: 'up' | 'down' | undefined
  let start = 0
  let statement: number | undefined
  let block = false
  let messages: Span[] = []
  const close = (end: number) => {
    if (kind === undefined) return
    if (statement !== undefined) messages.push({ start: statement, end })
    const placeholders = envsub ? { placeholders: new Set(['dollar', 'env'] as const) } : {}
    units.push({ file, kind, region: { start, end }, transaction: 'unit', messages, ...placeholders })
    messages = []
    statement = undefined
  }
  for (const { text: line, span } of linesOf(text)) {
    const directive = annotation.exec(line)?.[1]?.toLowerCase().replace(/\s+/g, ' ')
    if (directive === undefined) {
      if (kind === undefined || line.trim() === '' || (/^\s*--/.test(line) && statement === undefined)) continue
      statement ??= span.start
      if (!block && /;\s*(?:--.*)?$/.test(line)) {
        messages.push({ start: statement, end: span.end })
        statement = undefined
      }
      continue
    }
    if (directive === 'no transaction') free = true
    else if (directive === 'envsub on') envsub = true
    else if (directive === 'statementbegin') block = true
    else if (directive === 'statementend') {
      block = false
      if (statement !== undefined) messages.push({ start: statement, end: span.start })
      statement = undefined
    } else if (directive === 'up' || directive === 'down') {
      close(span.start)
      kind = directive
      start = Math.min(span.end + 1, text.length)
    }
  }
  close(text.length)
  return free ? units.map((unit) => ({ ...unit, transaction: 'each' as const })) : units
}
