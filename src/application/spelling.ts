/** Abbreviations that Go writes in capitals throughout: `user_id` is `UserID` there. */
const initialisms = new Set(['id', 'ids', 'url', 'uri', 'api', 'ip', 'uuid', 'json', 'html', 'http', 'https', 'sql', 'ttl'])

/** The words of an identifier in lower case: `shippedAt`, `SHIPPED_AT` and `shipped-at` are `shipped`, `at`. */
export function wordsOf(identifier: string): readonly string[] {
  return identifier
    .replace(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .split(/[^\p{L}\d$]+/u)
    .filter((word) => word !== '')
    .map((word) => word.toLowerCase())
}

/** How code may write an identifier of the schema: as it is, `snake_case`, `camelCase`, `PascalCase`, `SCREAMING_SNAKE`, `kebab-case`. */
export function spellingsOf(identifier: string): readonly string[] {
  return unique([identifier, ...spellingsOfWords(wordsOf(identifier))])
}

function spellingsOfWords(words: readonly string[]): readonly string[] {
  const [first] = words
  if (first === undefined) return []
  const pascal = words.map(capital)
  const go = words.map((word) =>
    initialisms.has(word) ? word.toUpperCase().replace(/S$/, (s) => (word === 'ids' ? 's' : s)) : capital(word),
  )
  return unique([
    words.join('_'),
    first + pascal.slice(1).join(''),
    pascal.join(''),
    words.join('_').toUpperCase(),
    ...(words.length > 1 ? [words.join('-')] : []),
    first + go.slice(1).join(''),
    go.join(''),
  ])
}

/** The same of a table or type, whose model in code may stand in the singular or the plural: `orders`, `Order`. */
export function spellingsOfModel(name: string): readonly string[] {
  return unique([name, ...formsOfModel(name).flatMap(spellingsOfWords)])
}

/** A name's words in its own number, the singular and the plural. */
export function formsOfModel(name: string): readonly (readonly string[])[] {
  const words = wordsOf(name)
  const last = words.at(-1)
  if (last === undefined) return []
  const before = words.slice(0, -1)
  return unique([last, singularOf(last), pluralOf(singularOf(last))]).map((word) => [...before, word])
}

const irregular: ReadonlyMap<string, string> = new Map([
  ['people', 'person'],
  ['children', 'child'],
  ['men', 'man'],
  ['women', 'woman'],
  ['mice', 'mouse'],
  ['indices', 'index'],
  ['vertices', 'vertex'],
  ['matrices', 'matrix'],
  ['criteria', 'criterion'],
  ['analyses', 'analysis'],
  ['statuses', 'status'],
  ['aliases', 'alias'],
  ['buses', 'bus'],
  ['movies', 'movie'],
  ['cookies', 'cookie'],
])
const plurals: ReadonlyMap<string, string> = new Map([...irregular].map(([plural, singular]) => [singular, plural]))

/** English as Rails, Prisma and ent inflect it, near enough. */
export function singularOf(word: string): string {
  const known = irregular.get(word)
  if (known !== undefined) return known
  if (/(?:ss|us|is|news|data|media|series|species)$/.test(word)) return word
  if (/[^aeiou]ies$/.test(word)) return `${word.slice(0, -3)}y`
  if (/(?:ch|sh|x|ss|zz)es$/.test(word)) return word.slice(0, -2)
  return word.length > 2 && word.endsWith('s') ? word.slice(0, -1) : word
}

function pluralOf(word: string): string {
  const known = plurals.get(word)
  if (known !== undefined) return known
  if (/(?:news|data|media|series|species)$/.test(word)) return word
  if (/[^aeiou]y$/.test(word)) return `${word.slice(0, -1)}ies`
  return /(?:ch|sh|x|s|z)$/.test(word) ? `${word}es` : `${word}s`
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}

function unique<T>(values: readonly T[]): readonly T[] {
  return [...new Set(values)]
}
