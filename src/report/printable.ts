/**
 * Text from files, made safe to print: control characters (escape sequences among them), text-direction marks, invisible characters
 * and lone surrogates are shown by name instead of obeyed, and what a build server would take for a command of its own is broken.
 * Line feeds and tabs are kept.
 */
export function printable(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(unsafe, visible)
    .replace(commandAtStart, `$1:${visible(':')}`)
    .replace(commandAnywhere, `#${visible('#')}`)
}

/** As `printable`, on one line: white space that would break it is folded to one blank. */
export function printableLine(text: string): string {
  return printable(text.replace(/\s*[\r\n\u2028\u2029]\s*/g, ' ').replaceAll('\t', ' '))
}

/** The characters of one line, each with what `printable` shows for it; tabs are left to the caller. */
export function printableCharacters(line: string): readonly { readonly character: string; readonly shown: string }[] {
  const broken = new Set([...line.matchAll(commandAnywhere)].map(({ index }) => index + 1))
  let offset = 0
  return [...line].map((character) => {
    const shown = broken.has(offset) ? visible(character) : character.replace(unsafe, visible)
    offset += character.length
    return { character, shown }
  })
}

/** Whether a line is shown as it is, one column for each unit. */
export function isPlain(line: string): boolean {
  return /^[ -~]*$/.test(line) && !line.includes('##')
}

/** A value as JSON of two blanks' indentation: the same value when parsed, and safe to print as it is. */
export function printableJson(value: unknown): string {
  const json = JSON.stringify(value, undefined, 2)
  return json.replace(unsafe, escaped).replace(commandAnywhere, `#${escaped('#')}`)
}

// Control characters but tab and line feed; what is shown as nothing (zero-width and direction marks, fillers, tags, variation selectors
// but the two of emoji); line separators; noncharacters, which XML has no place for; surrogates without their pair.
const unsafe =
  /(?![\t\n]|\ufe0e|\ufe0f)[\p{Cc}\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\p{Surrogate}\ufff9-\ufffb]/gu

/** `::error …::` at the start of a line, as GitHub's runner reads it: white space before it does not matter. */
const commandAtStart = /^([^\S\n]*)::(?=.*::)/gm
/** `##[error]` of the older runner and Azure, `##vso[…]`, `##teamcity[…]`: read wherever in a line they stand. */
const commandAnywhere = /##(?=\w*\[)/g

function visible(character: string): string {
  const code = character.codePointAt(0) ?? 0
  if (code < 0x20) return String.fromCodePoint(0x2400 + code)
  if (code === 0x7f) return '\u2421'
  return `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`
}

function escaped(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('')
}
