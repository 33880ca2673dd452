import type { Finding } from '../finding.ts'
import { noWishes, type Plan } from '../plan/plan.ts'

/** The safe way to what a finding is about; empty where none is known, and for what is fine to know. */
export function planOf({ severity, rewrites }: Finding): Plan {
  if (severity !== 'error' && severity !== 'warning') return []
  return (rewrites ?? []).flatMap((rewrite) => rewrite.plan(noWishes))
}
