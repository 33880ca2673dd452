/** A command as the runner of GitHub Actions understands a line that a step prints. */
export interface RunnerCommand {
  readonly name: string
  readonly properties: Readonly<Record<string, string>>
  readonly data: string
}

const registered: ReadonlySet<string> = new Set([
  'internal-set-repo-path',
  'set-env',
  'set-output',
  'save-state',
  'add-path',
  'add-mask',
  'add-matcher',
  'remove-matcher',
  'warning',
  'error',
  'notice',
  'debug',
  'group',
  'endgroup',
  'echo',
  'stop-commands',
])

/**
 * Reads a line as the runner does: `::name key=value,…::data` after white space, else `##[name key=value;…]data` anywhere; in the
 * second shape also what Azure Pipelines and TeamCity read. undefined: it is only printed.
 */
export function runnerCommand(line: string): RunnerCommand | undefined {
  return second(line) ?? first(line)
}

function second(line: string): RunnerCommand | undefined {
  const message = line.trimStart()
  if (!message.startsWith('::')) return undefined
  const end = message.indexOf('::', 2)
  if (end < 0) return undefined
  const info = message.slice(2, end)
  const blank = info.indexOf(' ')
  const name = (blank < 0 ? info : info.slice(0, blank)).toLowerCase()
  if (!registered.has(name)) return undefined
  const properties = blank < 0 ? [] : pairs(info.slice(blank + 1).trim(), ',')
  return {
    name,
    properties: Object.fromEntries(
      properties.map(([key, value]) => [key, unescapeData(value.replaceAll('%3A', ':').replaceAll('%2C', ','))]),
    ),
    data: unescapeData(message.slice(end + 2)),
  }
}

function first(line: string): RunnerCommand | undefined {
  const found = /##(?:vso|teamcity)?\[([^\]\s]*)\s?([^\]]*)\](.*)/.exec(line)
  if (found === null) return undefined
  const [, name = '', properties = '', data = ''] = found
  return { name, properties: Object.fromEntries(pairs(properties, ';')), data }
}

function pairs(text: string, separator: string): readonly (readonly [key: string, value: string])[] {
  return text.split(separator).flatMap((pair) => {
    const at = pair.indexOf('=')
    return at <= 0 || at + 1 === pair.length ? [] : [[pair.slice(0, at), pair.slice(at + 1)] as const]
  })
}

function unescapeData(text: string): string {
  return text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%')
}
