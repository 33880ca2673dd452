import { aliasesIn, quotedNames } from './alias.ts'
import { codeText } from './code-text.ts'
import type { ExactThing } from './exact-name.ts'
import { saysNull } from './null-said.ts'
import { spellingsOf, spellingsOfModel } from './spelling.ts'
import { useOf } from './use.ts'
import { type Mention, mentionsIn } from './weigh.ts'

/** A thing of the schema that code may name. */
export interface Question {
  readonly thing: 'table' | 'column' | 'value' | ExactThing
  readonly name: string
  /** The tables that a column, or a value's type, belongs to; the type's own name too. Empty for tables and functions. */
  readonly owners: readonly string[]
  /** Other tables with a column of this name: a mention beside one of these is about that one. */
  readonly rivals: readonly string[]
  /** The remaining tables of the schema, so that a longer name is not taken for a shorter one in it. */
  readonly tables: readonly string[]
  /** What code calls the table, or the owners; the application finds that out itself. */
  readonly aliases?: readonly string[]
}

/** A place in code: 1-based. */
export interface Reference {
  readonly file: string
  readonly line: number
  /** The line itself. */
  readonly code: string
}

/** What a search came to. */
export interface Evidence {
  /** Mentions that are about the thing, the plainest first. */
  readonly strong: readonly Reference[]
  /** Mentions of its name with nothing near that tells whose name it is. */
  readonly lonely: readonly Reference[]
  readonly searched: Searched
}

/** What was searched, for messages. */
export interface Searched {
  /** The commit or reference, as people know it. */
  readonly deployed: string
  readonly globs: readonly string[]
  readonly files: number
  readonly spellings: readonly string[]
}

/** The application code that rules ask. */
export interface Application {
  /** Where the code that is running now names a thing. */
  references(question: Question): Evidence
  /** Those of a column's strong places where it may be given a value, or NULL. */
  writes(question: Question, of: 'values' | 'NULL'): readonly Reference[]
  /** Where lines that the change set takes out of the code named it: places in the old code. */
  removed(question: Question): readonly Reference[]
  /** Where lines that the change set adds to the code name it: places in the new code. */
  added(question: Question): readonly Reference[]
}

/** Texts of code files by path, as far as they may hold what is asked for. */
export interface Code {
  readonly deployed: string
  readonly globs: readonly string[]
  readonly files: number
  /** Texts that hold one of these strings are among those returned. */
  textsWith(spellings: readonly string[]): ReadonlyMap<string, string>
}

/** Lines that a change set touches, by file. */
export interface CodeChange {
  /** The code before the change set, and which of its lines are gone. */
  readonly before: Code
  readonly removed: ReadonlyMap<string, ReadonlySet<number>>
  /** The changed files as they are now, and which of their lines are new. */
  readonly added: ReadonlyMap<string, { readonly text: string; readonly lines: ReadonlySet<number> }>
}

/** Every spelling that a question is looked for in. */
export function spellingsAsked(question: Pick<Question, 'thing' | 'name'>): readonly string[] {
  switch (question.thing) {
    case 'table':
      return spellingsOfModel(question.name)
    case 'column':
    case 'value':
      return spellingsOf(question.name)
    case 'function':
    case 'type':
    case 'sequence':
    case 'schema':
    case 'constraint':
      return [question.name]
  }
}

/** Answers questions about code; each once. */
export function applicationOf(code: Code, change?: CodeChange): Application {
  const memo = new Map<string, unknown>()
  const once = <T>(what: string, question: Question, answer: () => T): T => {
    const key = JSON.stringify([what, question])
    if (!memo.has(key)) memo.set(key, answer())
    // What was put under a key is what its own answer returned.
    return memo.get(key) as T
  }
  const known = new Map<string, readonly string[]>()
  const aliasesOf = (table: string): readonly string[] => {
    const found = known.get(table) ?? aliasesIn(code.textsWith(quotedNames(table)), table)
    known.set(table, found)
    return found
  }
  /** The question with what code calls the tables, and the spellings to look for. */
  const asked = (question: Question): readonly [Question, readonly string[]] => {
    const aliases = (question.thing === 'table' ? [question.name] : question.owners).flatMap(aliasesOf)
    const spellings = spellingsAsked(question)
    if (aliases.length === 0) return [question, spellings]
    return [{ ...question, aliases }, question.thing === 'table' ? [...new Set([...spellings, ...aliases])] : spellings]
  }
  const foundFor = (question: Question) =>
    once('found', question, () => {
      const [full, spellings] = asked(question)
      return { found: search(code.textsWith(spellings), full, spellings), spellings }
    })
  return {
    references: (question) =>
      once('references', question, () => {
        const { found, spellings } = foundFor(question)
        const { deployed, globs, files } = code
        return {
          strong: found.filter(({ weight }) => weight !== 'lonely').map(place),
          lonely: found.filter(({ weight }) => weight === 'lonely').map(place),
          searched: { deployed, globs, files, spellings },
        }
      }),
    writes: (question, of) =>
      once(`writes of ${of}`, question, () => {
        const { found, spellings } = foundFor(question)
        const texts = code.textsWith(spellings)
        const strong = found.filter(({ weight }) => weight !== 'lonely')
        return strong
          .filter((one) => {
            if (of === 'NULL' && !saysNull(one.code, spellings)) return false
            const use = useOf(one.file, codeText(one.file, texts.get(one.file) ?? ''), one.line - 1, spellings)
            return of === 'NULL' ? use !== 'condition' : use === 'write'
          })
          .map(place)
      }),
    removed: (question) =>
      once('removed', question, () => {
        if (change === undefined) return []
        const [full, spellings] = asked(question)
        const texts = [...change.before.textsWith(spellings)].filter(([file]) => change.removed.has(file))
        const found = search(new Map(texts), full, spellings)
        return found.filter((one) => one.weight !== 'lonely' && change.removed.get(one.file)?.has(one.line) === true).map(place)
      }),
    added: (question) =>
      once('added', question, () => {
        const texts = new Map([...(change?.added ?? [])].map(([file, { text }]) => [file, text]))
        const [full, spellings] = asked(question)
        const found = search(texts, full, spellings)
        return found
          .filter((one) => one.weight !== 'lonely' && change?.added.get(one.file)?.lines.has(one.line) === true)
          .map(place)
      }),
  }
}

interface Found extends Mention {
  readonly file: string
  readonly code: string
}

const place = ({ file, line, code }: Found): Reference => ({ file, line, code })

// What people wrote tells more than what a tool derived from it.
const derived = /(?:^|[/._-])(?:generated|gen|dist|build|seeds?|seeder)(?:[/._-]|$)/
const rank = { plain: 0, keyed: 1, near: 2, lonely: 3 } as const

/** Plain mentions before near ones; one per line. */
function search(texts: ReadonlyMap<string, string>, question: Question, spellings: readonly string[]): readonly Found[] {
  const found: { readonly one: Found; readonly rank: number }[] = []
  for (const [file, text] of texts) {
    const code = codeText(file, text)
    const mentions = mentionsIn(file, code, question, spellings)
    if (mentions.length === 0) continue
    // A field of a model is read with every row.
    const ofFile = (file.endsWith('.prisma') ? 0 : 2) + (derived.test(file) ? 1 : 0)
    for (const { line, weight } of mentions) {
      found.push({ one: { file, line, weight, code: code.line(line - 1) }, rank: rank[weight] * 4 + ofFile })
    }
  }
  const inOrder = found.sort(
    (a, b) => a.rank - b.rank || (a.one.file < b.one.file ? -1 : a.one.file > b.one.file ? 1 : a.one.line - b.one.line),
  )
  return inOrder.map(({ one }) => one)
}
