import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { run } from '../src/cli/program.ts'

/** What a command prints in the folder of the example. */
async function printed(argv: readonly string[]): Promise<string> {
  let text = ''
  const out = {
    write: (part: string) => {
      text += part
    },
    isTerminal: false,
    columns: undefined,
  }
  const cwd = 'fixtures/projects/orders/naive'
  await run(argv, { cwd, env: {}, out, err: out, stdin: async () => new Uint8Array() })
  return text
}

function isShownAs(line: string, shown: string): boolean {
  return shown.endsWith('…') ? line.startsWith(shown.slice(0, -1)) : line === shown
}

const [, window = ''] = /^```\n(\$ [\s\S]*?)^```$/m.exec(readFileSync('README.md', 'utf8')) ?? []
const examples = window.split(/^\$ npx phasewise/m).slice(1)

test.each(examples.map((example) => [example.split('\n')[0]?.trim() ?? '', example] as const))(
  'the README shows what "phasewise %s" prints, line by line; … stands for what is left out',
  async (argv, example) => {
    let rest = (await printed(argv.split(' ').filter(Boolean))).split('\n')
    const shown = example
      .split('\n')
      .slice(1)
      .filter((line) => line !== '' && line !== '…')
    expect(shown.length).toBeGreaterThan(3)
    for (const line of shown) {
      const found = rest.findIndex((one) => isShownAs(one, line))
      expect(found, line).toBeGreaterThanOrEqual(0)
      rest = rest.slice(found + 1)
    }
  },
)
