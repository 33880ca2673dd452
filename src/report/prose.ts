import { textWidth } from './width.ts'

/** Breaks paragraphs of Markdown to a width; lists, headings and blocks of code keep their lines. */
export function wrapProse(markdown: string, columns: number, indent = ''): string {
  let code = false
  const paragraphs: string[][] = []
  let open: string[] | undefined
  for (const line of markdown.trim().split('\n')) {
    if (line.trimStart().startsWith('```')) {
      code = !code
      open = undefined
      continue
    }
    const flows = !code && line.trim() !== '' && !/^(?: {4}|\t|\s*[-*#|]|\s*\d+\. )/.test(line)
    if (flows && open !== undefined) open.push(line.trim())
    else if (flows) {
      open = [line.trim()]
      paragraphs.push(open)
    } else {
      open = undefined
      paragraphs.push([code ? `    ${line}` : line])
    }
  }
  return paragraphs
    .flatMap((paragraph) => wrapLine(paragraph.join(' '), columns - indent.length))
    .map((line) => `${indent}${line}`.trimEnd())
    .join('\n')
}

function wrapLine(text: string, columns: number): readonly string[] {
  const start = /^\s*(?:[-*] |\d+\. )?/.exec(text)?.[0] ?? ''
  if (/^(?: {4}|\t)/.test(text)) return [text]
  const rows: string[] = []
  let row = start
  let empty = true
  for (const word of text.slice(start.length).split(/\s+/)) {
    if (!empty && textWidth(row) + 1 + textWidth(word) > columns) {
      rows.push(row)
      row = ' '.repeat(start.length) + word
    } else {
      row += empty ? word : ` ${word}`
    }
    empty = false
  }
  return [...rows, row]
}
