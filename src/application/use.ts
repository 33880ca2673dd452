import type { CodeText } from './code-text.ts'
import { wordsOf } from './spelling.ts'

/** `write`: it may give the column a value; `condition`: it chooses rows by it; `other`: it reads it, or declares it. */
export type Use = 'write' | 'condition' | 'other'

/** How far back, in characters, the statement or call that a name stands in is looked for. */
const reach = 2500
/** How far, in lines, an object may stand from the call that it is handed to. */
const near = 12

/** What a line does with a column that it names: the most that any of its mentions may do. */
export function useOf(file: string, code: CodeText, line: number, spellings: readonly string[]): Use {
  const uses = spellings.flatMap((spelling) =>
    code.words
      .at(spelling)
      .flatMap((at) => (code.lineAt(at) === line && !code.isComment(at) ? useAt(file, code, at, spelling) : [])),
  )
  if (uses.includes('write')) return 'write'
  return uses.length > 0 && uses.every((use) => use === 'condition') ? 'condition' : 'other'
}

function useAt(file: string, code: CodeText, at: number, name: string): Use {
  if (code.isPrisma) return 'other'
  const { before: left, after: right } = code.around(at, name.length)
  const place: Place = {
    file,
    before: code.text.slice(Math.max(0, at - reach), at),
    after: code.text.slice(at + name.length, at + name.length + 200),
    left,
    right,
    isSql: file.endsWith('.sql') || isWithinText(code.text.slice(0, at), left),
  }
  return inStatement(place) ?? (isAssigned(place) || hasOwnSetter(place) ? 'write' : inCalls(place, code, code.lineAt(at)))
}

interface Place {
  readonly file: string
  /** The text in front of the name, and a little of that behind it. */
  readonly before: string
  readonly after: string
  /** The same, of its line. */
  readonly left: string
  readonly right: string
  /** It may be SQL: a file of it, or a string. */
  readonly isSql: boolean
}

const clause =
  /(?<![.\w$])(?:insert|merge|copy|update|set|select|where|from|join|returning|values|order\s+by|group\s+by|having|on\s+conflict|on|delete|using)\b(?!\s*[:=(.])/gi
const setBefore = /\b(?:update\b(?!\s*\()|do\s+update)[^;]*\bset\s(?:(?!\b(?:where|from|returning)\b)[^;])*$/i
const equals = /^["'`\])]*\s*=(?![=>~])/

/** SQL: the list of an INSERT or COPY, what an UPDATE sets, a condition; undefined where no SQL tells. */
function inStatement({ before, after, left, isSql }: Place): Use | undefined {
  const [list] = opened(before, 1)
  if (
    list !== undefined &&
    list.bracket === '(' &&
    /\b(?:insert\s+into|replace\s+into|copy)\s+[^\s(=;]+["'`+\s]*(?:\bas\s+\w+\s*)?$|\bset\s*$/i.test(list.head)
  )
    return 'write'
  // What ends a statement, or a paragraph, is behind.
  const statement = (before.split(';').at(-1) ?? '').split(/\n\s*\n/).at(-1) ?? ''
  if (equals.test(after) && setBefore.test(statement)) return 'write'
  // A part of an UPDATE that is put together: `sets.push('region = $1')`.
  if (/["'`](?:\w+\.)?["`]?$/.test(before) && /^["`]?\s*=\s*(?:[$?:@]|%s)/.test(after)) {
    // Go says what it appends to: `where = append(where, "region = ?")`.
    const to = /\bappend\((\w+),[^()]*$/.exec(left)?.[1] ?? nameOf(list?.head ?? '')
    return verdict(headWords(to)) === 'condition' ? 'condition' : 'write'
  }
  const last = [...statement.matchAll(clause)].at(-1)?.[0].toLowerCase()
  if (!isSql || last === undefined) return undefined
  if (/^(?:where|having|on)$/.test(last)) return 'condition'
  // `CASE WHEN o.region = 'x'` assigns nothing.
  return equals.test(after) ? 'other' : undefined
}

/** Whether a place stands within a string of its line, or of a text in backquotes or three quotes. */
function isWithinText(before: string, left: string): boolean {
  const isOpen = (text: string, quote: string) => text.split(quote).length % 2 === 0
  return isOpen(left, "'") || isOpen(left, '"') || isOpen(before, '`') || isOpen(before, '"""')
}

/** `order.region = x`, `order["region"] ||= x`, `@region = x`. */
function isAssigned({ left, right }: Place): boolean {
  if (/^["'`\])]*\s*(?:[-+*/|&^.%]|\|\||&&|\?\?|<<|>>)?=(?![=>~])/.test(right))
    // `byRegion[order.region] = x` is given something under the value.
    return (
      (!/^["'`)]*\]/.test(right) || /\[\s*["'`:]?$|\bit\[\s*\w+\.$/.test(left)) &&
      /(?:[\w$)\]!]\s*(?:\??\.|->|::|\[\s*["'`:]?)|@)\s*["'`]?$/.test(left)
    )
  return /^\s*(?:\+\+|--)/.test(right) && /\.$/.test(left)
}

/** What is written through a method of another name, which nobody asked for: `setRegion`, `SetRegion`, `withRegion`. */
function hasOwnSetter({ file, left, right }: Place): boolean {
  if (file.endsWith('.java'))
    return /\b(?:private|protected|public)\s+(?!static\b|final\b)[\w.<>?,\s[\]]+\s$/.test(left) && /^\s*[;=]/.test(right)
  return file.endsWith('.go') && /\bfield\.\w+\(\s*"$/.test(left)
}

const writers =
  /^(?:creat\w*|updat\w*|upsert\w*|insert\w*|sav(?:e|es|ed|ing)|set|sets|setter|values|build\w*|new|patch\w*|assign\w*|merge|persist\w*|stor(?:e|es|ed|ing)|replace|import\w*|permit\w*|touch|increment\w*|decrement\w*|toggle\w*|attributes|defaults|write|writes|register|fill|fillable|accessible|mutat\w*|modify|changeset|change|input|put|bulk|add|make|copy|append)$/
const rowWriters = /^(?:set|values|insert\w*|updat\w*|upsert\w*|creat\w*|sav(?:e|es|ing)|patch|assign)$/
const readers =
  /^(?:select\w*|include|includes|pick|omit|order|orders|sort|sorted|group|returning|pluck|columns|table|model|schema|entity|define|init|relations|get|log|info|warn|debug|track|emit|json|send|render|print\w*|expect|index|map|error|exclude|only|defer|unique|uniq|distinct|count|sum|avg|min|max|key|keys|delete|drop|remove|validate\w*|validates)$/
const conditions =
  /^(?:where|filter\w*|find\w*|having|eq|ne|neq|gt|gte|lt|lte|like|ilike|between|not|and|or|exists\w*|match|conditions?|criteria|on|conflict|in|is)$/
/** Brackets whose head declares something, so that what is in them is no call. */
const declares = /(?<![.\w$])(?:class|interface|struct|type|enum|model|impl|trait|module|namespace|record)\s[^{}()]*$/
const defines = /\b(?:function|def|func|fun|fn|constructor|if|for|foreach|while|switch|match|catch|elif|unless)\b[^{}()]*$/

/** `{ name: order.region }`, `name=order.region`, `{ name: region }` write another column. */
const givenToAnother =
  /(?:^|[{,(\s])["'`]?[\w$-]+["'`]?\s*(?::(?!:)|=>|(?<![=!<>])=(?![=>]))\s*[\w$?.!()[\]&*'"`-]*(?:\.|\[|->)["'`]?$|[\w$]["'`]?\s*(?:=>|:(?!:))\s*$/
/** `const { region } = row`, `({ region }) =>`, `const [{ region }, user] = rows`. */
const takenApart = /^[^{=]*\}\s*(?::[^=]*)?(?:\)\s*=>|=(?!=))|^[^{=]*\}[^=;(){}]*\]\s*=(?!=)/
/** `order.update region: x`, without parentheses. */
const rubyCall = /\.(?:update|create|build|new|assign|upsert|insert|increment|decrement|toggle|touch|permit)\w*!?\s+[^()]*$/

/** The calls and objects that a place stands in, from the innermost on. */
function inCalls(place: Place, code: CodeText, line: number): Use {
  const { before, left, right } = place
  if (givenToAnother.test(left) || takenApart.test(right)) return 'other'
  if (rubyCall.test(left)) return 'write'
  const isValue = /[\w$)\]!]\s*\??\.$/.test(left) && !isPair.test(right)
  let isObject = false
  for (const { bracket, head } of opened(before, 8)) {
    if (declares.test(lastLine(head)))
      return verdict(headWords(/([\w$]+)[^\w$]*(?:=|extends\b.*|implements\b.*)?\s*$/.exec(head)?.[1] ?? '')) === 'write'
        ? 'write'
        : 'other'
    // The body, or the parameters, of a function.
    if (bracket === '{' && /(?:\)|=>|\belse|\btry|\bfinally|\bdo)\s*(?::\s*[\w<>[\]|.,\s]+)?$/.test(head)) break
    if (/\b(?:const|let|var)\s*$/.test(head) || defines.test(lastLine(head))) break
    // What a page shows, or a text holds.
    if (bracket === '{' && (/\$$/.test(head) || (pages.test(place.file) && /[\w-]=$|(?<!=)>\s*$/.test(head)))) return 'other'
    const name = nameOf(head)
    const given = /(?:^|\.)(?:object|strictObject|extend|Object)$/.test(name)
      ? /([\w$]+)\s*(?::[^=]*)?=\s*[\w$.]*$/.exec(head)?.[1]
      : undefined
    // `const createOrder = z.object({`: what is let through.
    if (given !== undefined && verdict(wordsOf(given)) === 'write') return 'write'
    const said = verdict(headWords(name))
    // `Order(region=…)`, `Order{Region: …}`, `new Order({ … })`: made with it, even where the model is called like a clause.
    const isMade = /^\p{Lu}\p{Ll}/u.test(last(name)) && isPair.test(right) && !/[:=]\s*$/.test(head) && !columnType.test(name)
    if (isMade && (said === undefined || /^(?:Order|Group|Index|Key|Map|Error|Match)$/.test(last(name)))) return 'write'
    // Django's `.values('region')` reads.
    if (place.file.endsWith('.py') && last(name) === 'values' && !isPair.test(right)) return 'other'
    // `buildName(order.region)`: only what speaks of rows takes a column so, as in `set(ORDERS.REGION, x)`.
    if (said === 'write' && isValue && !headWords(name).some((word) => rowWriters.test(word))) return 'other'
    if (said !== undefined) return said
    if (/\bfields\b/.test(last(name)) && place.file.endsWith('.py')) return 'write'
    if (bracket === '{' || (bracket === '[' && /["'`:]$/.test(left))) isObject = true
  }
  if (isObject && isKey(right) && !isValue && nearWrite.test(code.window(line, near))) return 'write'
  return 'other'
}

/** `region: x`, `region=x`, `"region" => x`. */
const isPair = /^["'`\]]*\s*(?::(?!:)|=>|=(?!=))/
const pages = /\.(?:[jt]sx|vue|svelte|html|astro)$/
const columnType = /(?:Column|Field|Index|Constraint|Check|Enum|Table|Error|Exception)$/
const nearWrite =
  /\b(?:insert\w*|create\w*|update\w*|upsert\w*|save\w*|bulk\w*|persist|patch)!?\s*\(|\.(?:set|values)\s*\(|\binsert\s+into\b|\bupdate\s+["`\w.]+\s+set\b/i

/** `region: x`, `"region" => x`, `region=x`, and `region` alone in a list. */
function isKey(right: string): boolean {
  return isPair.test(right) || /^["'`\]]*\s*[,}\]]/.test(right) || /^["'`]?\s*$/.test(right)
}

/** What the words of a name say of what it is given. */
function verdict(words: readonly string[]): Use | undefined {
  if (words.some((word) => conditions.test(word)) && !words.some((word) => /^(?:creat|updat|upsert|insert)/.test(word)))
    return 'condition'
  if (words.some((word) => writers.test(word))) return 'write'
  return words.some((word) => readers.test(word)) ? 'other' : undefined
}

/** What stands in front of a bracket: `db.update`, the variable or key in `data = {`, `data: {`. */
function nameOf(head: string): string {
  return /([\p{L}\d_$.!?@]+)["'`]?\s*(?:<[^<>()]*>)?\s*(?::[^=\n{}()]*)?(?:=|:|=>)?\s*$/u.exec(head.slice(-160))?.[1] ?? ''
}

/** The words of the last part of a name; of the one before, too, where things are merely put in: `updates.push(`. */
function headWords(name: string): readonly string[] {
  // The languages' own.
  if (/^(?:Set|Map|errors?\.New)$|^Object\.(?:values|keys|entries)$/.test(name)) return []
  const parts = name.split('.').filter((part) => part !== '')
  const own = wordsOf(parts.at(-1) ?? '')
  return own.length === 1 && /^(?:push|append|add|concat|put)!?$/.test(own[0] ?? '') ? wordsOf(parts.at(-2) ?? '') : own
}

function last(name: string): string {
  return name.split('.').at(-1) ?? ''
}

function lastLine(text: string): string {
  return text.slice(text.lastIndexOf('\n') + 1)
}

interface Opened {
  readonly bracket: string
  /** The text in front of it. */
  readonly head: string
}

/** The brackets that a text leaves open, the innermost first. */
function opened(text: string, limit: number): readonly Opened[] {
  const found: Opened[] = []
  let closed = 0
  for (let at = text.length - 1; at >= 0 && found.length < limit; at--) {
    const one = text.charAt(at)
    if (one === ')' || one === ']' || one === '}') closed++
    else if (one === '(' || one === '[' || one === '{') {
      if (closed > 0) closed--
      else found.push({ bracket: one, head: text.slice(Math.max(0, at - 300), at) })
    }
  }
  return found
}
