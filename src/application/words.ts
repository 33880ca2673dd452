/** The words of a text and where they stand, looked up once for every question about it. */
export interface Words {
  /** Offsets at which a name stands as a whole word; `_`, `$` and digits are part of a word, and so is a hyphen behind a name that has one. */
  at(name: string): readonly number[]
  /** Runs of letters, digits, `_`, `$` and hyphens that begin with none of the last, each with its offsets. */
  readonly runs: ReadonlyMap<string, readonly number[]>
}

export function wordsOfText(text: string): Words {
  const runs = new Map<string, number[]>()
  const parts = new Map<string, number[]>()
  const length = text.length
  let at = 0
  while (at < length) {
    if (!isOfWord(text, at)) {
      at++
      continue
    }
    const start = at
    let hyphens = false
    let digitsOnly = true
    for (; at < length; at++) {
      const code = text.charCodeAt(at)
      if (code === hyphen) hyphens = true
      else if (!isOfWord(text, at)) break
      else if (code < digit || code > digit + 9) digitsOnly = false
    }
    // Numbers are no names.
    if (digitsOnly) continue
    const run = text.slice(start, at)
    put(runs, run, start)
    if (!hyphens) continue
    let from = start
    for (const part of run.split('-')) {
      if (part !== '') put(parts, part, from)
      from += part.length + 1
    }
  }
  return {
    runs,
    at(name) {
      const first = leadingOf(name)
      if (first === name) return joined(runs.get(name), parts.get(name))
      if (first === undefined) return text.includes(name) ? searched(text, name) : none
      return joined(runs.get(first), parts.get(first)).filter(
        (offset) => text.startsWith(name, offset) && !endsLater(text, offset + name.length, name.includes('-')),
      )
    },
  }
}

const none: readonly number[] = []
const hyphen = 45
const digit = 48
const letter = /\p{L}/u

const ascii: readonly boolean[] = Array.from({ length: 128 }, (_, code) => /[\w$]/.test(String.fromCharCode(code)))

const leading = new Map<string, string | undefined>()

/** What a name begins with, up to the first character that is no word's: itself, as a rule. */
function leadingOf(name: string): string | undefined {
  if (leading.has(name)) return leading.get(name)
  const first = /^[\p{L}\d_$]+/u.exec(name)?.[0]
  leading.set(name, first)
  return first
}

function isOfWord(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return code < 128 ? ascii[code] === true : letter.test(text.charAt(at))
}

function endsLater(text: string, end: number, hasHyphen: boolean): boolean {
  return end < text.length && (isOfWord(text, end) || (hasHyphen && text.charCodeAt(end) === hyphen))
}

function put(places: Map<string, number[]>, word: string, at: number): void {
  const known = places.get(word)
  if (known === undefined) places.set(word, [at])
  else known.push(at)
}

function joined(first: readonly number[] | undefined, second: readonly number[] | undefined): readonly number[] {
  if (first === undefined || second === undefined) return first ?? second ?? none
  return [...first, ...second]
}

/** A name that begins with neither letter nor digit, such as `"#"`. */
function searched(text: string, name: string): readonly number[] {
  const found: number[] = []
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    if ((at === 0 || !isOfWord(text, at - 1)) && !endsLater(text, at + name.length, name.includes('-'))) found.push(at)
  }
  return found
}
