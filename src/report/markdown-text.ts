import { printable, printableLine } from './printable.ts'

/**
 * Text as prose on one line of Markdown, or as HTML: all that Markdown, HTML, and GitHub and GitLab beyond them, could obey is
 * written as an entity, which is never syntax. Mentions, references, bare links and emoji names are looked for in what is left
 * after that; they are broken by an invisible space, as bots do.
 */
export function escapeMarkdown(text: string): string {
  const visible = printableLine(text)
  const broken = visible
    .replace(/[@#!~%$&^](?=[\w./"])/g, `$&${apart}`)
    .replace(/:(?=\/\/|[\w+-]*:)/g, `:${apart}`)
    .replace(/www(?=\.)|GH(?=-\d)|(?:mailto|xmpp):/gi, `$&${apart}`)
    // A commit's name becomes a link to it.
    .replace(/\b(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{7}(?=[0-9a-f]{0,57}\b)/gi, `$&${apart}`)
  return broken
    .replace(/[&<>"'`*[\]()|\\~$^{}!#=+]|(?<![a-z0-9])_|_(?![a-z0-9])|^[-\d]/gi, (character) => `&#${character.charCodeAt(0)};`)
    .replaceAll(apart, '&#8203;')
}

/** What `printable` leaves in no text, so that it is ours alone: it becomes the invisible space at the end. */
const apart = '\u200b'

/** A code span; in a table a bar would end the cell even in code, so it is shown by name. */
export function codeSpan(text: string): string {
  const visible = printableLine(text).replaceAll('|', '<U+007C>')
  const fence = '`'.repeat(longestRun(visible) + 1)
  return /^`|`$|^ .* $/.test(visible) || visible.trim() === '' ? `${fence} ${visible} ${fence}` : `${fence}${visible}${fence}`
}

/** A block of code, with its last line break, behind a fence that nothing in it closes. */
export function codeBlock(text: string, language: string): string {
  const visible = printable(text)
  const fence = '`'.repeat(Math.max(3, longestRun(visible) + 1))
  return `${fence}${language}\n${visible}\n${fence}\n`
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
}
