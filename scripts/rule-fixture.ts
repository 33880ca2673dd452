/** Reads fixtures/rules/<rule-id>.sql: cases, their migration files, options and wanted findings. Shared by the tests and the docs. */
import type { Change } from '../src/migration.ts'

export interface FixtureCase {
  readonly title: string
  readonly safe: boolean
  readonly postgres: number | undefined
  readonly transaction: string | undefined
  readonly timeZone: string | undefined
  readonly files: readonly FixtureFile[]
  /** Application code beside them: `-- ## src/a.ts (deployed)`, `-- ## src/a.ts (changed)` for what the change set makes of it. */
  readonly code: readonly FixtureCode[]
}

export interface FixtureCode {
  readonly path: string
  readonly when: 'deployed' | 'changed'
  readonly text: string
}

export interface FixtureFile {
  readonly name: string
  /** What happened to it since the merge base: `-- ## 2.sql (added)`, `(edited)`, `(renamed from 1.sql)`. */
  readonly change: Change | undefined
  /** Without the expectations, line numbers kept. */
  readonly sql: string
  readonly wants: readonly Want[]
  /** 1-based lines of statements that the server is meant to refuse. */
  readonly fails: readonly number[]
}

export interface Want {
  /** 1-based; the finding starts here, or on the line before where the comment stands alone. */
  readonly line: number
  readonly text: string
  readonly alone: boolean
}

/** Throws where the fixture has no case or a malformed option. */
export function readRuleFixture(text: string): readonly FixtureCase[] {
  const cases: FixtureCase[] = []
  let lines: string[] = []
  let title: string | undefined
  const close = () => {
    if (title !== undefined) cases.push(readCase(title, lines))
    lines = []
  }
  for (const line of text.split('\n')) {
    const heading = /^-- # (.+)$/.exec(line)
    if (heading) {
      close()
      title = heading[1]
    } else lines.push(line)
  }
  close()
  if (cases.length === 0) throw new Error('the fixture has no case: start one with "-- # what it shows"')
  return cases
}

function readCase(title: string, lines: readonly string[]): FixtureCase {
  const options = new Map<string, string>()
  const files: { name: string; lines: string[] }[] = []
  for (const line of lines) {
    const file = /^-- ## (.+)$/.exec(line)
    const option = /^-- (postgres|transaction|timezone) (\S+)$/.exec(line)
    if (file) files.push({ name: file[1] ?? '', lines: [] })
    else if (option && files.every(({ lines }) => lines.every((l) => l.trim() === '')))
      options.set(option[1] ?? '', option[2] ?? '')
    else {
      if (files.length === 0) files.push({ name: '1.sql', lines: [] })
      files.at(-1)?.lines.push(line)
    }
  }
  const postgres = options.get('postgres')
  return {
    title,
    safe: title.startsWith('safe'),
    postgres: postgres === undefined ? undefined : Number(postgres),
    transaction: options.get('transaction'),
    timeZone: options.get('timezone'),
    files: files.filter((file) => codeIn(file) === undefined && file.lines.some((line) => line.trim() !== '')).map(readFile),
    code: files.flatMap((file) => codeIn(file) ?? []),
  }
}

function codeIn({ name, lines }: { name: string; lines: string[] }): FixtureCode | undefined {
  const [, path, when] = /^(\S+) \((deployed|changed)\)$/.exec(name) ?? []
  if (path === undefined || (when !== 'deployed' && when !== 'changed')) return undefined
  return { path, when, text: lines.join('\n') }
}

function changeOf(word: string | undefined): Change | undefined {
  const from = word?.match(/^renamed from (.+)$/)?.[1]
  if (from !== undefined) return { kind: 'renamed', from, edited: false }
  return word === 'added' || word === 'edited' ? { kind: word } : undefined
}

function readFile(file: { name: string; lines: string[] }): FixtureFile {
  const [, name = file.name, change] = /^(\S+) \((.+)\)$/.exec(file.name) ?? []
  const wants: Want[] = []
  const fails: number[] = []
  const lines = file.lines.map((line, index) => {
    const match = /^(.*?)\s*-- want ((?:"(?:[^"\\]|\\.)*"\s*)+)$/.exec(line)
    if (/-- fails\b/.test(line)) fails.push(index + 1)
    if (!match) return line
    const before = match[1] ?? ''
    for (const quoted of (match[2] ?? '').matchAll(/"(?:[^"\\]|\\.)*"/g)) {
      wants.push({ line: index + 1, text: JSON.parse(quoted[0]), alone: before.trim() === '' })
    }
    return before
  })
  return { name, change: changeOf(change), sql: lines.join('\n'), wants, fails }
}
