/** Reads fixtures/peers/*.sql: what other linters get wrong, each claim a case that the tool has to judge rightly. Shared by the test and docs/peers.md. */
import { type FixtureCase, readRuleFixture } from './rule-fixture.ts'

export interface PeerCase extends FixtureCase {
  /** The row that it is a case of: `added-03`. */
  readonly row: string
  /** Without the row. */
  readonly title: string
  /** 1-based line of its heading. */
  readonly line: number
  /** The linters that are wrong here. */
  readonly peers: string | undefined
  /** What they say, or leave unsaid. */
  readonly says: string | undefined
  /** The migration tool whose project the files are; plain SQL files otherwise. */
  readonly tool: string | undefined
  /** Rules whose remedy is not run here, with the reason: only the user can fill something in. */
  readonly unrunnable: ReadonlyMap<string, string>
}

/** Throws where a heading does not start with a row, such as `-- # added-03 a title`. */
export function readPeerFixture(text: string): readonly PeerCase[] {
  const directives: Map<string, string>[] = []
  const unrunnable: Map<string, string>[] = []
  const headings: number[] = []
  const lines = text.split('\n').filter((line, index) => {
    if (line.startsWith('-- # ')) {
      directives.push(new Map())
      unrunnable.push(new Map())
      headings.push(index + 1)
    }
    const [, rule, reason] = /^-- unrunnable ([a-z-]+): (.+)$/.exec(line) ?? []
    if (rule !== undefined && reason !== undefined) {
      unrunnable.at(-1)?.set(rule, reason)
      return false
    }
    const [, word, rest] = /^-- (peers|says|tool) (.+)$/.exec(line) ?? []
    if (word === undefined || rest === undefined) return true
    directives.at(-1)?.set(word, rest)
    return false
  })
  return readRuleFixture(lines.join('\n')).map((each, index) => {
    const [, row, title] = /^([a-z]+-\d+) (.+)$/.exec(each.title) ?? []
    if (row === undefined || title === undefined) throw new Error(`"${each.title}" does not start with a row`)
    const said = directives[index]
    return {
      ...each,
      row,
      title,
      line: headings[index] ?? 0,
      peers: said?.get('peers'),
      says: said?.get('says'),
      tool: said?.get('tool'),
      unrunnable: unrunnable[index] ?? new Map(),
    }
  })
}
