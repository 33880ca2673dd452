import { printable } from './printable.ts'

/** An XML element on lines of its own. Attributes whose value is undefined are left out; content is what `xml` or `xmlText` made. */
export function xml(
  name: string,
  attributes: Readonly<Record<string, string | number | undefined>>,
  content: readonly string[] = [],
): string {
  const written = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}="${xmlAttribute(String(value))}"`],
  )
  const start = `<${name}${written.join('')}`
  if (content.length === 0) return `${start}/>`
  return `${start}>\n${content.join('\n')}\n</${name}>`
}

export function xmlText(text: string): string {
  return printable(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** A parser would make blanks of tabs and line breaks (XML 1.0, 3.3.3). */
function xmlAttribute(text: string): string {
  return xmlText(text).replaceAll('"', '&quot;').replaceAll('\n', '&#10;').replaceAll('\t', '&#9;')
}

export const xmlDeclaration = '<?xml version="1.0" encoding="UTF-8"?>'
