import { readdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { Work } from '../src/effect/effect.ts'
import { type LockMode, lockModes } from '../src/lock.ts'

/** One case of a fixture file: statements that run in order on an empty database. */
export interface Case {
  readonly title: string
  /** 1-based line of its heading. */
  readonly line: number
  /** Major versions that it is for. */
  readonly postgres: VersionRange
  /** The session's TimeZone. */
  readonly timeZone: string
  readonly statements: readonly AnnotatedStatement[]
}

export interface AnnotatedStatement {
  readonly sql: string
  /** 1-based line of its first word. */
  readonly line: number
  /** undefined: set-up, or its effects are still to be observed. */
  readonly expected: Expected | undefined
  /** Lines of its annotation, for the script that writes them. */
  readonly annotation: { readonly first: number; readonly last: number } | undefined
}

export interface Expected {
  /** The SQLSTATEs that servers refuse it with. */
  readonly fails: readonly { readonly postgres: VersionRange; readonly sqlstate: string }[]
  readonly effects: readonly ExpectedEffect[]
  /** Relations of which the SQL and the history leave open what happens to them, so that the model may say something else; with the reason. */
  readonly open: ReadonlyMap<string, { readonly postgres: VersionRange; readonly reason: string }>
}

export interface ExpectedEffect {
  readonly postgres: VersionRange
  /** As `printName` prints it. */
  readonly relation: string
  readonly lock: LockMode
  readonly work: ReadonlySet<Work>
  readonly existed: boolean
}

export interface VersionRange {
  readonly from: number
  readonly to: number
}

/** A zone that is not UTC, which is what the analyzer assumes where nobody told it. */
export const defaultTimeZone = 'Europe/Berlin'

const everyVersion: VersionRange = { from: 12, to: 99 }

export function isIn(range: VersionRange, postgres: number): boolean {
  return range.from <= postgres && postgres <= range.to
}

export function effectFixtures(): readonly { readonly name: string; readonly path: string; readonly cases: readonly Case[] }[] {
  const folder = new URL('../fixtures/effects/', import.meta.url)
  return readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => {
      const path = new URL(file, folder).pathname
      return { name: basename(file, '.sql'), path, cases: readCases(readFileSync(path, 'utf8')) }
    })
}

/**
 * Reads the cases of a fixture: `-- # title`, then `-- postgres 14+` and `-- timezone UTC` where they matter, then statements.
 * Above a statement under test stand `-- effect public.t ACCESS EXCLUSIVE scan, index build`, `-- effect 18 public.t …` for some
 * versions only, `-- effect none`, `-- fails 12-13 0A000`, `-- open public.t the data decides`; `-- effect ?` is to be filled in by scripts/observe-effects.ts.
 */
export function readCases(text: string): readonly Case[] {
  const lines = text.split('\n')
  const starts = lines.flatMap((line, i) => (line.startsWith('-- # ') ? [i] : []))
  return starts.map((start, i) => readCase(lines.slice(start, starts[i + 1] ?? lines.length), start))
}

function readCase(lines: readonly string[], offset: number): Case {
  let postgres = everyVersion
  let timeZone = defaultTimeZone
  const statements: AnnotatedStatement[] = []
  let annotations: string[] = []
  let annotationLine = 0
  let pending: { text: string; line: number } | undefined
  for (const [i, line] of lines.entries()) {
    if (pending === undefined) {
      if (/^\s*(--\s.*)?$/.test(line)) {
        const [, directive, rest] = /^-- (postgres|timezone|effect|fails|open) (.*)$/.exec(line) ?? []
        if (directive === 'postgres') postgres = readRange(rest ?? '')
        if (directive === 'timezone') timeZone = rest ?? ''
        if (directive === 'effect' || directive === 'fails' || directive === 'open') {
          if (annotations.length === 0) annotationLine = offset + i + 1
          annotations.push(line.slice(3))
        }
        continue
      }
      pending = { text: line, line: offset + i + 1 }
    } else {
      pending = { ...pending, text: `${pending.text}\n${line}` }
    }
    if (isComplete(pending.text)) {
      statements.push({
        sql: pending.text.trim().replace(/;$/, ''),
        line: pending.line,
        expected: annotations.length === 0 || annotations.includes('effect ?') ? undefined : readExpected(annotations),
        annotation:
          annotations.length === 0 ? undefined : { first: annotationLine, last: annotationLine + annotations.length - 1 },
      })
      annotations = []
      pending = undefined
    }
  }
  const title = (lines[0] ?? '').slice('-- # '.length)
  if (pending !== undefined) throw new Error(`${title}: a statement without its semicolon at line ${pending.line}`)
  if (annotations.length > 0) throw new Error(`${title}: an annotation without a statement`)
  return { title, line: offset + 1, postgres, timeZone, statements }
}

/** Whether text ends with a semicolon at the end of a line that is in no string, quoted identifier or dollar quote. */
function isComplete(text: string): boolean {
  const rest = text.replaceAll(/\$(\w*)\$[\s\S]*?\$\1\$|'(?:[^']|'')*'|"(?:[^"]|"")*"/g, 'x')
  return /;\s*$/.test(rest) && !/['"]|\$\w*\$/.test(rest)
}

function readExpected(annotations: readonly string[]): Expected {
  const effects: ExpectedEffect[] = []
  const fails: { postgres: VersionRange; sqlstate: string }[] = []
  const open = new Map<string, { postgres: VersionRange; reason: string }>()
  for (const annotation of annotations) {
    if (annotation === 'effect none') continue
    const [, versions, relation, reason] = /^open (?:([\d+-]+) )?(\S+) (.+)$/.exec(annotation) ?? []
    if (relation !== undefined && reason !== undefined) {
      open.set(relation, { postgres: versions === undefined ? everyVersion : readRange(versions), reason })
      continue
    }
    const [, range, sqlstate] = /^fails (?:([\d+-]+) )?([0-9A-Z]{5})$/.exec(annotation) ?? []
    if (sqlstate === undefined) effects.push(readEffect(annotation))
    else fails.push({ postgres: range === undefined ? everyVersion : readRange(range), sqlstate })
  }
  return { fails, effects, open }
}

function readEffect(annotation: string): ExpectedEffect {
  const [, range, relation, rest] = /^effect (?:([\d+-]+) )?((?:"[^"]*"|[^\s"])+) (.*)$/.exec(annotation) ?? []
  // The longest mode first: SHARE ROW EXCLUSIVE begins with SHARE.
  const lock = [...lockModes].sort((a, b) => b.length - a.length).find((mode) => `${rest} `.startsWith(`${mode} `))
  if (relation === undefined || rest === undefined || lock === undefined) throw new Error(`cannot read "-- ${annotation}"`)
  const words = rest
    .slice(lock.length)
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')
  const work = new Set<Work>()
  for (const word of words) {
    if (word === 'rewrite' || word === 'scan' || word === 'index build') work.add(word)
    else if (word !== 'new') throw new Error(`"-- ${annotation}": ${word} is no work`)
  }
  return {
    postgres: range === undefined ? everyVersion : readRange(range),
    relation,
    lock,
    work,
    existed: !words.includes('new'),
  }
}

/** `14+`, `15`, `12-17`. */
function readRange(text: string): VersionRange {
  const [, from, plus, to] = /^(\d+)(?:(\+)|-(\d+))?$/.exec(text.trim()) ?? []
  if (from === undefined) throw new Error(`cannot read the versions "${text}"`)
  return { from: Number(from), to: to === undefined ? (plus === undefined ? Number(from) : everyVersion.to) : Number(to) }
}
