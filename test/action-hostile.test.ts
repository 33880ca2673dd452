import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { lexer, type Token } from 'marked'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rules } from '../rules/index.ts'
import { type ActionResult, buildAction, checkOut, makePullRequest, runAction, startGitHub } from './action-run.ts'
import { runnerCommand } from './runner-command.ts'

/** A pull request whose migrations, and names of them, try to break out of what shows them: log, summary and comment. */
const names = [
  '::error::1.sql',
  '##[error]2.sql',
  '3_%0A%3A,line=1.sql',
  '4_|`x`|.sql',
  '5_[l](evil.example) ![i](x) @team #123.sql',
  '6_<img src=x>&lt;"\'.sql',
  '7_\u001b[31m\u009b31m\r.sql',
  '8_\n::error::owned\n# heading\n.sql',
  '9_\u202e\u200b\u2028.sql',
  '10_{0}$x$&ü 漢.sql',
]
const folder = 'a|`b` $& <img src=x> @team'
const texts = new Map([
  ...readdirSync('fixtures/hostile').map((file) => [file, readFileSync(join('fixtures/hostile', file), 'utf8')] as const),
  ...names.map((name) => [name, 'ALTER TABLE a ALTER COLUMN b SET NOT NULL;\nALTER TABEL x;\n'] as const),
])
const change = Object.fromEntries([...texts].map(([name, text]) => [`${folder}/migrations/${name}`, text]))

let result: ActionResult
let comment = ''

beforeAll(async () => {
  const action = buildAction()
  const github = await startGitHub()
  const pull = makePullRequest({ [`${folder}/migrations/0_a.sql`]: 'CREATE TABLE a (b int);\n' }, change)
  const workspace = checkOut(pull.remote, pull.merge)
  try {
    result = await runAction({
      ...{ main: action.main, workspace: workspace.directory, event: 'pull_request', payload: pull.payload, api: github.url },
      inputs: { 'working-directory': folder },
    })
    comment = github.comments[0]?.body ?? ''
  } finally {
    await github.close()
    for (const one of [pull.remote, workspace, action]) one.remove()
  }
})
afterAll(() => expect(result.code).toBe(1))

it('the log has our commands and no others', () => {
  const commands = result.log.split('\n').flatMap((line) => runnerCommand(line) ?? [])
  const count = (name: string) => commands.filter((command) => command.name === name).length
  expect([count('group'), count('stop-commands'), count('endgroup')]).toEqual([1, 1, 1])
  const annotations = commands.filter(({ name }) => !['group', 'stop-commands', 'endgroup'].includes(name))
  expect(annotations.length).toBeGreaterThan(10)
  for (const { name, properties } of annotations) {
    expect(['error', 'warning', 'notice']).toContain(name)
    expect([...rules.keys()]).toContain(properties.title)
    expect(properties.file?.startsWith(`${folder}/migrations/`)).toBe(true)
  }
  expect(Number(result.outputs.errors)).toBeGreaterThan(10)
})

describe.each([
  ['the comment', () => comment.slice(comment.indexOf('\n') + 1)],
  ['the summary', () => result.summary],
])('%s', (_, page) => {
  const all = (list: readonly Token[]): readonly Token[] =>
    list.flatMap((token) => {
      const cells = token.type === 'table' ? [...token.header, ...token.rows.flat()].flatMap((cell) => cell.tokens) : []
      const items = token.type === 'list' ? token.items : []
      return [token, ...all([...cells, ...items, ...('tokens' in token ? (token.tokens ?? []) : [])])]
    })

  it('is made of our blocks, and links to lines and the run alone', () => {
    const tokens = all(lexer(page()))
    expect(tokens.filter(({ type }) => type === 'heading')).toHaveLength(1)
    expect(
      tokens.filter(({ type }) => ['image', 'def', 'blockquote', 'hr', 'del', 'em', 'strong', 'checkbox'].includes(type)),
    ).toEqual([])
    for (const { raw } of tokens.filter(({ type }) => type === 'html'))
      expect(raw).toMatch(/^(?:<details><summary>[^<>\n]*<\/summary>|<\/details>|<br>|<\/?sub>)\n*$/)
    const links = tokens.flatMap((token) => (token.type === 'link' ? [String(token.href)] : []))
    expect(links.length).toBeGreaterThan(names.length)
    for (const link of links)
      expect(link).toMatch(
        /^https:\/\/github\.invalid\/acme\/shop\/(?:blob\/[0-9a-f]{40}\/[\w.%!'()*~-]+\/migrations\/[\w.%!'()*~-]+#L\d+(?:-L\d+)?|actions\/runs\/42)$/,
      )
  })

  it('mentions nobody', () => {
    const prose = all(lexer(page())).flatMap((token) =>
      token.type === 'text' && !('tokens' in token && token.tokens) ? [token.raw] : [],
    )
    expect(prose.join('')).toContain('team')
    for (const text of prose) expect(text).not.toMatch(/@\w|#\d(?!\d*;)|www\./)
  })
})
