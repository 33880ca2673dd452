import { Failure } from '../failure.ts'
import type { Files } from '../read/files.ts'

/** `schema=app` → what stands for `${schema}`, `{{ .schema }}`, `{{ index .Options "schema" }}` and `:schema`. Throws a Failure on bad usage. */
export function parsePlaceholderValue(text: string): readonly [name: string, value: string] {
  const at = text.indexOf('=')
  if (at < 1) throw new Failure(`--placeholder ${JSON.stringify(text)}: it takes name=value`)
  return [text.slice(0, at), text.slice(at + 1)]
}

/** Files with placeholders replaced as the tool would do before the server sees them: in quotes and out of them. */
export function withPlaceholderValues(files: Files, values: ReadonlyMap<string, string>): Files {
  if (values.size === 0) return files
  const patterns = [...values].map(([name, value]) => [patternOf(name), value] as const)
  return {
    ...files,
    read(path) {
      const bytes = files.read(path)
      if (bytes === undefined || !/\.sql$/i.test(path)) return bytes
      let text = new TextDecoder().decode(bytes)
      // What is not UTF-8 is the reader's to refuse.
      if (text.includes('\ufffd') || text.includes('\0')) return bytes
      for (const [pattern, value] of patterns) text = text.replace(pattern, (_, quote?: string) => quoted(value, quote))
      return new TextEncoder().encode(text)
    },
  }
}

/** Go's actions name a value by a field or by an index; psql's colon may quote it. */
function patternOf(name: string): RegExp {
  const word = name.replaceAll(/[^\w]/g, '\\$&')
  const go = String.raw`\{\{-?\s*(?:[\w.]+\s+)*(?:\.?(?:[\w]+\.)*${word}|"${word}")\s*-?\}\}`
  const psql = String.raw`(?<![:\w\]]):(?:(?<quote>['"])${word}\k<quote>|${word}\b)`
  return new RegExp([String.raw`\$\{${word}\}`, go, psql].join('|'), 'g')
}

function quoted(value: string, quote: string | undefined): string {
  return quote === undefined ? value : quote + value.replaceAll(quote, quote + quote) + quote
}
