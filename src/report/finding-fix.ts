import type { Finding } from '../finding.ts'
import type { Edit } from '../fix/edit.ts'
import type { LintReport } from './report.ts'

/** The edits that take a finding away; none where there are none that are certain to change nothing else. */
export function fixOf({ fix }: Finding, { tool }: Pick<LintReport, 'tool'>): readonly Edit[] {
  const edits = fix?.() ?? []
  // Prisma 7.4 and later send the statements of a file one by one, where SET LOCAL does nothing.
  return tool === 'prisma' && edits.some(({ text }) => text.startsWith('SET LOCAL ')) ? [] : edits
}
