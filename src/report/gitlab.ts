import type { LintJson, Severity } from '../contract.ts'
import { printableLine } from './printable.ts'

const severities: { readonly [S in Severity]: string } = { error: 'critical', warning: 'minor', note: 'info', off: 'info' }

/** GitLab's Code Quality report: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format */
export function lintGitlab({ findings }: Pick<LintJson, 'findings'>) {
  return findings.map(({ message, rule, fingerprint, severity, file, line, endLine }) => ({
    description: printableLine(message),
    check_name: rule,
    fingerprint,
    severity: severities[severity],
    location: { path: file, lines: { begin: line, end: endLine } },
  }))
}
