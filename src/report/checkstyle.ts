import type { LintJson, Severity } from '../contract.ts'
import { printableLine } from './printable.ts'
import { xml, xmlDeclaration } from './xml.ts'

const severities: { readonly [S in Severity]: string } = { error: 'error', warning: 'warning', note: 'info', off: 'ignore' }

/** Checkstyle's XML, which Jenkins and many others read. */
export function lintCheckstyle({ findings }: Pick<LintJson, 'findings'>): string {
  const files = [...new Set(findings.map(({ file }) => file))].map((name) =>
    xml(
      'file',
      { name },
      findings
        .filter(({ file }) => file === name)
        .map(({ line, column, severity, message, rule }) =>
          xml('error', {
            line,
            column,
            severity: severities[severity],
            message: printableLine(message),
            source: `phasewise.${rule}`,
          }),
        ),
    ),
  )
  return `${xmlDeclaration}\n${xml('checkstyle', { version: '4.3' }, files)}\n`
}
