/**
 * Text from files, made safe to print on a terminal: control characters (escape sequences among them), text-direction marks,
 * invisible characters and lone surrogates are shown by name instead of obeyed. Line feeds and tabs are kept.
 */
export function printable(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(unsafe, visible)
}

/** As `printable`, on one line: white space that would break it is folded to one blank. */
export function printableLine(text: string): string {
  return text
    .replace(/\s*[\r\n\u2028\u2029]\s*/g, ' ')
    .replaceAll('\t', ' ')
    .replace(unsafe, visible)
}

/** One character as `printable` shows it; a tab is left to the caller. */
export function printableCharacter(character: string): string {
  return character.replace(unsafe, visible)
}

// C0 without tab and line feed, DEL, C1; soft hyphen; zero-width and direction marks; line separators; fillers; tags; surrogates without their pair.
const unsafe =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to be found
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e007f}]|\p{Surrogate}/gu

function visible(character: string): string {
  const code = character.codePointAt(0) ?? 0
  if (code < 0x20) return String.fromCodePoint(0x2400 + code)
  if (code === 0x7f) return '\u2421'
  return `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`
}
