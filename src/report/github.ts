import type { FindingJson, LintJson } from '../contract.ts'
import { printable, printableLine } from './printable.ts'

const commands = { error: 'error', warning: 'warning', note: 'notice', off: 'debug' } as const

/**
 * Workflow commands of GitHub Actions, one per line, which put each finding beside its line of the pull request:
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
 */
export function lintGithub({ findings }: Pick<LintJson, 'findings'>): string {
  return findings.map((finding) => `${annotation(finding)}\n`).join('')
}

function annotation(finding: FindingJson): string {
  const { severity, file, line, endLine, column, endColumn, rule, message, instead } = finding
  // The runner takes columns only of what is on one line.
  const columns = line === endLine ? { col: column, endColumn } : {}
  const properties = Object.entries({ file: printableLine(file), line, endLine, ...columns, title: rule })
    .map(([key, value]) => `${key}=${escapeProperty(String(value))}`)
    .join(',')
  const text = instead === null ? message : `${message}\n\ninstead: ${instead.trim()}`
  return `::${commands[severity]} ${properties}::${escapeData(printable(text))}`
}

/** As the runner's own toolkit escapes: it undoes this, the per cent sign last. */
function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
