import type { Question } from './application.ts'
import type { CodeText } from './code-text.ts'
import { ofExactName } from './exact-name.ts'
import { lineSays } from './line.ts'
import { namesAnotherDatabase, namesOwnClient } from './other-database.ts'
import { prismaBlockOf } from './prisma.ts'
import { wordsOf } from './spelling.ts'
import { type Tables, tablesNamed } from './tables-named.ts'

/**
 * `plain`: the code says whose name it is; `keyed`: it is called a table's in a property; `near`: it stands beside the owner's;
 * `lonely`: nothing around it tells.
 */
export type Weight = 'plain' | 'keyed' | 'near' | 'lonely'

export interface Mention {
  /** 1-based. */
  readonly line: number
  readonly weight: Weight
}

/** How far around a name, in lines, what it belongs to is looked for. */
const around = 30
/** The same for names of one word, which code uses for anything. */
const close = 4

/** Where a text of code names what is asked for, each line once, in order. Comments and what is named to be ignored are left out. */
export function mentionsIn(file: string, code: CodeText, question: Question, spellings: readonly string[]): readonly Mention[] {
  const tables = tablesOf(question)
  const found = new Map<number, Weight>()
  const isData = /\.(?:ya?ml|json5?|html?|xml|toml|ini|env|graphql|proto)$/i.test(file)
  const matches = spellings.flatMap((spelling) => code.words.at(spelling).map((index): Match => ({ index, 0: spelling })))
  if (matches.length === 0) return []
  for (const match of matches) {
    const line = code.lineAt(match.index)
    if (found.get(line) === 'plain' || code.isComment(match.index)) continue
    const weight = weigh(file, code, match, question, tables)
    if (weight === undefined) continue
    // Settings, documents of an interface, translations: they name things, and ask no database for them.
    if (isData) {
      found.set(line, 'lonely')
      continue
    }
    // ClickHouse may have a table of that name as well.
    if (weight !== 'lonely' && !code.isPrisma && isOfAnother(code, line)) {
      if (!found.has(line)) found.set(line, 'lonely')
      continue
    }
    const known = found.get(line)
    if (known === undefined || known === 'lonely' || weight === 'plain') found.set(line, weight)
  }
  return [...found].map(([line, weight]) => ({ line: line + 1, weight })).sort((a, b) => a.line - b.line)
}

/** Whether a place is about another database: the file works with one and no client of PostgreSQL stands near, or the line itself names one. */
function isOfAnother(code: CodeText, line: number): boolean {
  if (code.isOfAnotherDatabase) return !namesOwnClient(code.window(line, close))
  return namesAnotherDatabase(code.line(line)) && !namesOwnClient(code.line(line))
}

function weigh(file: string, code: CodeText, match: Match, question: Question, tables: Tables): Weight | undefined {
  switch (question.thing) {
    case 'table':
      return ofName(file, code, match, question)
    case 'column':
    case 'value':
      return ofPart(file, code, match, question, tables)
    case 'function':
    case 'type':
    case 'sequence':
    case 'schema':
    case 'constraint':
      return ofExactName(file, code, match, question.thing)
  }
}

/** A name, and where it stands. */
interface Match {
  readonly index: number
  readonly 0: string
}

const ofWords = new Map<string, boolean>()

/** Whether a name has several words, so that it hardly means something else. */
function isOfWords(name: string): boolean {
  const known = ofWords.get(name) ?? wordsOf(name).length > 1
  ofWords.set(name, known)
  return known
}

const memo = new WeakMap<Question, Tables>()

function tablesOf(question: Question): Tables {
  const known =
    memo.get(question) ??
    tablesNamed({ owner: [...question.owners, ...(question.aliases ?? [])], rival: question.rivals, other: question.tables })
  memo.set(question, known)
  return known
}

const sqlBefore =
  /\b(?:from|join|into|update|table|references|truncate|view|only|exists|index\s+on|on\s+conflict\s+on|call|execute|perform|select|nextval)\s*\(?\s*(?:["`[]?\w+["`\]]?\s*\.\s*)?["`[]?$/i
const callBefore =
  /(?:table(?:s|_?name\w*)?|name|from|into|join|map|entity|knex|db|model|collection|relation|rpc|query|sql|belongs_to|has_many|has_one|joinTable)\b\s*(?:[:=]|\()?\s*(?:\{\s*name\s*[:=]\s*)?["'`:]$/i
/** `prisma.`, `this.db.`, `readDb.`, `db.query.`; neither `event.` nor `router.query.`. */
const clientBefore =
  /(?:[pP]risma|[cC]lient|[dD]atabase|[mM]odels?|[sS]chema|[eE]ntities|[kK]ysely|(?<![a-zA-Z])(?:db|tx|trx|orm|ent|conn\w*)|Db|DB|Tx|Orm|ORM|Conn(?:ection)?|(?:db|tx|trx|orm|Db|DB|[dD]atabase|[cC]lient|[dD]rizzle)\s*\.\s*query)[?!)\]]*\s*\.\s*$/
const declaredBefore = /(?:^|\s)(?:model|class|struct|table|view|module)\s+$/i
const modelCallBefore =
  /\b(?:query|select|insert|insertInto|update|updateTable|delete|deleteFrom|from|\w*[jJ]oin|getRepository|aliased|includes?|joins)\(\s*$/
const modelCallAfter =
  /^\s*(?:\.objects\b|\s+struct\b|\.(?:where|find\w*|create\w*|all|query|first|last|count|includes|joins|update\w*|delete\w*|destroy\w*|insert\w*|select\w*|pluck|exists\w*|new|save|aggregate|upsert|groupBy)[!?]?\s*\()/
/** The same where calls need no parentheses. */
const rubyCallAfter = /^\.(?:where|find\w*|create|all|first|last|count|includes|joins|destroy_all|delete_all|pluck|new)\b/

/** A table's own name. */
function ofName(file: string, code: CodeText, match: Match, { name, aliases }: Question): Weight | undefined {
  const word = match[0]
  const { before, after } = code.around(match.index, word.length)
  if (code.isPrisma) {
    const block = prismaBlockOf(code.text, match.index)
    if (block === undefined || block.ignored) return undefined
    // A model tells that there may be queries, not that there are any. One that is mapped to another table only looks alike.
    const declares = /^\s*model\s+$/.test(before) || /@@map\(\s*(?:name:\s*)?"$/.test(before)
    return declares && block.table === name ? 'lonely' : undefined
  }
  // A component of a page: `<TraceView`.
  if (/\.[jt]sx$/.test(file) && /(?:^|[^\w])<\/?$/.test(before)) return undefined
  // A property of one.
  if (/\.[jt]sx$/.test(file) && /[\w-]=["']$/.test(before)) return 'lonely'
  const isAlias = aliases?.includes(word) === true
  const exact = word === name || isAlias
  if (exact && isSqlBefore(before)) return 'plain'
  if (exact && /["'`:]$/.test(before) && callBefore.test(before)) {
    // Not a name that nothing says to be a table's.
    if (
      !/\bname\s*[:=]\s*["'`]$/.test(before) ||
      /entity|table|model|relation|collection/i.test(code.window(code.lineAt(match.index), 2))
    )
      return weightOfKey(before)
  }
  if (clientBefore.test(before)) return 'plain'
  const isModel = /^\p{Lu}\p{Ll}/u.test(word)
  if (isModel && (declaredBefore.test(before) || modelCallAfter.test(after) || (code.isRuby && rubyCallAfter.test(after))))
    return 'near'
  if (modelCallBefore.test(before) && (isModel || exact)) return 'near'
  if (isPath(before, after) || isVariable(word, name, before, after) || isListed(file, `${before}${word}${after}`))
    return 'lonely'
  return isOfWords(isAlias ? word : name) ? 'near' : 'lonely'
}

/** `orderItem.id`: a value of any origin. As a member, or with `: true` or a block behind it, it is a relation that is asked for. */
function isVariable(word: string, name: string, before: string, after: string): boolean {
  return (
    word !== name &&
    /^\p{Ll}[\p{L}\d]*$/u.test(word) &&
    !/(?<!\.\.)\.\s*$/.test(before) &&
    !/^["']?\s*:\s*(?:true\b|\{)/.test(after)
  )
}

/** `tableName: 'orders'` goes before `label: 'orders'`, which any list may have. */
function weightOfKey(before: string): Weight {
  if (!/[:=]\s*["'`]$/.test(before)) return 'plain'
  return /(?:table|entity|sql|query|from|into)\w*\s*[:=]\s*["'`]$/i.test(before) ? 'keyed' : 'near'
}

/** SQL is written in small letters or in capitals: "View orders" is a label, and so is "add rows from orders". */
function isSqlBefore(before: string): boolean {
  const match = sqlBefore.exec(before)
  if (match === null || /^\p{Lu}\p{Ll}/u.test(match[0])) return false
  const said = /["'`]([^"'`]*)$/.exec(before.slice(0, match.index))?.[1] ?? ''
  return !/^(?:from|into|only|table|view)\b/.test(match[0]) || !/\p{L}/u.test(said) || statementWords.test(said)
}

const statementWords =
  /\b(?:select|delete|insert|replace|merge|copy|truncate|drop|create|alter|lock|join|distinct|extract|is|not|refresh|materialized)\b|[(),*=]/i

/** A table in the types that a tool wrote down: `orders: Order;`. They query nothing. */
function isListed(file: string, line: string): boolean {
  return (
    /(?:^|[/._-])(?:generated|gen|types?)[/._-](?:[^/]*\.)?[cm]?ts$/.test(file) &&
    /^\s*["']?\w+["']?\??:\s*\w+;?\s*$|^\s*export\s+(?:type|interface)\s/.test(line)
  )
}

/** The name of a file, a route or a style, not of a thing of the schema. */
function isPath(before: string, after: string): boolean {
  return /[/-]$/.test(before) || /^[/-]/.test(after) || /^\.(?:[jt]sx?|py|rb|go|sql|json|css|html)\b/.test(after)
}

/** A column's name, or an enum value's label: told by whose it is. */
function ofPart(file: string, code: CodeText, match: Match, question: Question, tables: Tables): Weight | undefined {
  const word = match[0]
  const { before, after } = code.around(match.index, word.length)
  if (code.isPrisma) return ofPrismaField(code, match, question)
  if (code.isRuby && /ignored_columns\b[^\])]*$/.test(code.text.slice(Math.max(0, match.index - 400), match.index)))
    return undefined
  if (isPath(before, after)) return 'lonely'
  // Where fields are not written like types, a name like a type is one.
  const isType =
    /^\p{Lu}[\p{L}\d]*\p{Ll}/u.test(word) && word !== question.name && !/\.(?:go|cs|fs|vb|templ|tmpl|gohtml)$/.test(file)
  const line = code.lineAt(match.index)
  const isDistinct = isOfWords(question.name)
  const qualifier = qualifierOf(before)
  if (qualifier !== undefined) {
    const speaks = tables.of(qualifier) ?? aliased(code, qualifier, line, tables)
    if (speaks === 'owner') return 'plain'
    if (speaks !== undefined) return undefined
  }
  if (isType) return undefined
  const roles = code.rolesBy(tables)
  const opener = roles.opener(line)
  const said = lineSays(code, line, before.length, before.length + word.length, tables)
  if (said.speaks === 'owner') return opener === 'owner' ? 'plain' : 'near'
  // `prisma.order.findMany({ include: { parcels: { select: { … } } } })`: the nearer one, but who knows.
  if (said.speaks === 'rival' && opener === 'owner') return 'lonely'
  if (said.speaks === 'rival' && said.isOnlyOf) return undefined
  if (opener === 'rival' || opener === 'other') return isDistinct && opener === 'other' ? 'lonely' : undefined
  const [owner, rival] = [roles.distance(line, 'owner'), roles.distance(line, 'rival')]
  if (opener === 'owner') return isDistinct || owner <= around ? 'plain' : 'lonely'
  if ((rival <= owner && rival <= around) || said.speaks === 'rival') return 'lonely'
  if (owner <= (isDistinct ? around : close)) return 'near'
  const inFile = isDistinct && question.rivals.length === 0 && roles.hasOwner
  return inFile ? 'near' : 'lonely'
}

const qualified = /(?:\.|>|::|#)\s*["'`[]?$/
const qualifying = /([\p{L}_$][\p{L}\d_$]*)["'`\])!]*\s*(?:\?\.|\.|->>?|::|#)\s*["'`[]?$/u

/** `order.`, `order?.`, `orders->>'`, `Order::`, what stands before a name. */
function qualifierOf(before: string): string | undefined {
  return qualified.test(before.slice(-6)) ? qualifying.exec(before.slice(-80))?.[1] : undefined
}

/** `FROM orders o`: what `o` stands for. */
function aliased(code: CodeText, alias: string, line: number, tables: Tables) {
  if (alias.length > 4 || !/^\w+$/.test(alias)) return undefined
  for (const { word, at } of wordsBefore(code, alias)) {
    const speaks = Math.abs(at - line) <= around ? tables.of(word) : undefined
    if (speaks !== undefined) return speaks
  }
  return undefined
}

interface WordBefore {
  readonly word: string
  /** The line. */
  readonly at: number
}

const read = new WeakMap<CodeText, Map<string, readonly WordBefore[]>>()

/** The words in front of a short name, with nothing or AS in between: looked up once for every question about a text. */
function wordsBefore(code: CodeText, name: string): readonly WordBefore[] {
  const ofText = read.get(code) ?? new Map<string, readonly WordBefore[]>()
  read.set(code, ofText)
  const known = ofText.get(name)
  if (known !== undefined) return known
  const found = [...code.text.matchAll(new RegExp(`(?<![\\w$])${name}\\b`, 'gi'))].flatMap(({ index }) => {
    const before = code.text.slice(Math.max(0, index - 80), index)
    const word = /([\w$]+)["`]?\s+(?:as\s+)?["`]?$/i.exec(before)?.[1]
    return word === undefined ? [] : [{ word, at: code.lineAt(index) }]
  })
  ofText.set(name, found)
  return found
}

/** A field of schema.prisma belongs to its model for certain. The client selects every field, unless it is marked `@ignore`. */
function ofPrismaField(code: CodeText, match: Match, question: Question): Weight | undefined {
  const block = prismaBlockOf(code.text, match.index)
  if (block === undefined || block.ignored || !question.owners.includes(block.table)) return undefined
  const { before, after } = code.around(match.index, match[0].length)
  if (/(?:^|\s)@ignore\b/.test(after) || /^\s*@@(?!map)/.test(before)) return undefined
  const mapped = /@map\(\s*(?:name:\s*)?"([^"]+)"/.exec(after)?.[1]
  const isField = /^\s*$/.test(before) && (mapped ?? match[0]) === question.name
  const isMapping = /@map\(\s*(?:name:\s*)?"$/.test(before) && match[0] === question.name
  return isField || isMapping ? 'plain' : undefined
}
