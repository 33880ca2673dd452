import { randomUUID } from 'node:crypto'
import { appendFileSync } from 'node:fs'
import type { FindingJson, LintJson, Severity } from '../contract.ts'
import { lintGithub } from '../report/github.ts'
import { printable } from '../report/printable.ts'
import type { Environment } from './inputs.ts'

/** The step's log. */
export type Write = (text: string) => void

/** Text that nobody has checked, folded, with the runner's commands switched off while it is written. */
export function writeGroup(write: Write, title: string, text: string): void {
  const token = randomUUID()
  write(`::group::${escapeData(title)}\n::stop-commands::${token}\n${text.replace(/\n?$/, '\n')}::${token}::\n::endgroup::\n`)
}

export function writeMessage(write: Write, level: 'error' | 'warning' | 'notice', text: string): void {
  write(`::${level} title=phasewise::${escapeData(printable(text))}\n`)
}

/** GitHub shows so many of each kind and step: https://docs.github.com/en/actions. What is printed beyond is nowhere but in the log. */
const mostAnnotations = 10

/** Annotations on the lines, of each kind as many as are shown. Returns how many are left out. */
export function writeAnnotations(write: Write, { findings }: Pick<LintJson, 'findings'>): number {
  const shown = (['error', 'warning', 'note'] as const).flatMap((severity) =>
    findings.filter((finding) => finding.severity === severity).slice(0, mostAnnotations),
  )
  write(lintGithub({ findings: shown }))
  return findings.filter(isSaid).length - shown.length
}

function isSaid({ severity }: FindingJson): boolean {
  return severity !== 'off'
}

export function countOf({ findings }: Pick<LintJson, 'findings'>, severity: Severity): number {
  return findings.filter((finding) => finding.severity === severity).length
}

/** For later steps: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#environment-files */
export function writeOutputs(env: Environment, outputs: Readonly<Record<string, string>>): void {
  const { GITHUB_OUTPUT: file } = env
  if (file === undefined || file === '') return
  const end = `end-${randomUUID()}`
  appendFileSync(
    file,
    Object.entries(outputs)
      .map(([name, value]) => `${name}<<${end}\n${value}\n${end}\n`)
      .join(''),
  )
}

export function writeSummary(env: Environment, markdown: string): void {
  const { GITHUB_STEP_SUMMARY: file } = env
  if (file !== undefined && file !== '') appendFileSync(file, markdown)
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}
