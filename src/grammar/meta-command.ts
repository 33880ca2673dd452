import { isSpace } from './literal.ts'

/** A psql meta-command, from its backslash to the end of its arguments (psql's manual page, Meta-Commands). */
export interface MetaCommand {
  /** Without the backslash. */
  readonly command: string
  readonly argument: string
  readonly end: number
  /** Where SQL goes on: the line's end, or behind the `\\` that separates. */
  readonly next: number
  /** It sends the statement before it, or throws it away. */
  readonly executes: boolean
  /** `\copy … from stdin`: data follows. */
  readonly readsData: boolean
}

const executing = /^(g|gx|gset|gexec|gdesc|crosstabview|watch|bind\w*|parse|r|reset)$/

/** Commands whose argument is the rest of the line, backslashes and all. */
const wholeLine = /^(!|copy|h|help|ef|ev|sf\+?|sv\+?)$/

export function metaCommandAt(text: string, start: number, end: number): MetaCommand {
  let at = start + 1
  while (at < end && !isSpace(text.charCodeAt(at)) && text.charCodeAt(at) !== 92) at++
  const command = text.slice(start + 1, at)
  const from = at
  const whole = wholeLine.test(command)
  let quote = 0
  for (; at < end; at++) {
    const unit = text.charCodeAt(at)
    if (unit === 10 || unit === 13) break
    if (whole) continue
    if (quote !== 0) {
      if (unit === 92 && quote === 39) at++
      else if (unit === quote) quote = 0
    } else if (unit === 39 || unit === 34 || unit === 96) quote = unit
    else if (unit === 92) break
  }
  if (at > end) at = end
  const argument = text.slice(from, at).trim()
  return {
    command,
    argument,
    end: from + text.slice(from, at).trimEnd().length,
    next: text.startsWith('\\\\', at) ? at + 2 : at,
    executes: executing.test(command),
    readsData: command === 'copy' && /\bfrom\s+p?stdin\b/i.test(argument),
  }
}
