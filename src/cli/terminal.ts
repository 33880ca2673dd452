import pico from 'picocolors'
import { type Paint, plainPaint } from '../report/paint.ts'

/** What a command reads from and writes to: the process's own, or a test's. */
export interface Terminal {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly out: Output
  readonly err: Output
  readonly stdin: () => Promise<Uint8Array>
  /** Asks whoever sits in front of it; undefined where nobody does. */
  readonly ask?: (question: string) => Promise<string>
}

export interface Output {
  write(text: string): void
  readonly isTerminal: boolean
  /** Its width, where it is a terminal. */
  readonly columns: number | undefined
}

/** Whether to colour: an option wins over NO_COLOR (no-color.org), that over FORCE_COLOR, that over what the output is. */
export function paintFor({ env, out }: Terminal, asked: boolean | undefined): Paint {
  return (asked ?? colourByEnvironment(env) ?? (out.isTerminal && env.TERM !== 'dumb')) ? pico.createColors(true) : plainPaint
}

function colourByEnvironment({ NO_COLOR, FORCE_COLOR }: Terminal['env']): boolean | undefined {
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false
  if (FORCE_COLOR === undefined || FORCE_COLOR === '') return undefined
  return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false'
}

const patience = 1000

/**
 * Says on stderr what is being done, where that is a terminal and the work has already taken a second; removes it at the end.
 * The work is given a function to call between its steps.
 */
export async function withProgress<Result>(
  { err }: Terminal,
  work: (progress: (step: string) => void) => Promise<Result>,
): Promise<Result> {
  const begin = Date.now()
  let shown = false
  const progress = (step: string) => {
    if (!err.isTerminal || Date.now() - begin < patience) return
    err.write(`${shown ? clearLine : ''}${step}…`)
    shown = true
  }
  try {
    return await work(progress)
  } finally {
    if (shown) err.write(clearLine)
  }
}

const clearLine = '\r\u001b[2K'
