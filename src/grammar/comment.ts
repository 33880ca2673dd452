import type { Comment } from '../migration.ts'

/** Where a `--` comment ends: before its line break. */
export function lineCommentEnd(text: string, start: number, end: number): number {
  let at = start
  while (at < end) {
    const unit = text.charCodeAt(at)
    if (unit === 10 || unit === 13) break
    at++
  }
  return at
}

/** Where a block comment ends; they nest (manual 4.1.5). An unterminated one ends with the text. */
export function blockCommentEnd(text: string, start: number, end: number): number {
  let level = 1
  let at = start + 2
  while (at < end) {
    const unit = text.charCodeAt(at)
    if (unit === 47 /* / */ && text.charCodeAt(at + 1) === 42 && at + 1 < end) {
      level++
      at += 2
    } else if (unit === 42 /* * */ && text.charCodeAt(at + 1) === 47 && at + 1 < end) {
      level--
      at += 2
      if (level === 0) return at
    } else at++
  }
  return end
}

/** The comment at a stretch that starts with its mark, `--` or a slash and a star. */
export function commentAt(text: string, start: number, end: number): Comment {
  const line = text.charCodeAt(start) === 45
  const closed = !line && end - start >= 4 && text.endsWith('*/', end)
  return { text: text.slice(start + 2, closed ? end - 2 : end).trim(), span: { start, end } }
}
