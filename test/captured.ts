import { run } from '../src/cli/program.ts'

export interface Captured {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs the command line in a directory and keeps what it prints. */
export async function captured(
  argv: readonly string[],
  { cwd, stdin = '', isTerminal = false }: { readonly cwd: string; readonly stdin?: string; readonly isTerminal?: boolean },
): Promise<Captured> {
  const printed = { out: '', err: '' }
  const output = (name: 'out' | 'err', isTerminal: boolean) => ({
    write(text: string) {
      printed[name] += text
    },
    isTerminal,
    columns: undefined,
  })
  const code = await run(argv, {
    cwd,
    env: {},
    out: output('out', isTerminal),
    err: output('err', false),
    stdin: async () => new TextEncoder().encode(stdin),
  })
  return { code, ...printed }
}
