import type { Allowed, Finding } from './finding.ts'
import type { Plan } from './plan/plan.ts'

/** The comments that allow again, above statements of a plan that stay as they were written, what was allowed in the migration: by the statement. */
export function carriedAllows(found: readonly Finding[], allowed: readonly Allowed[]): ReadonlyMap<string, readonly string[]> {
  const reasons = new Map(allowed.map(({ rule, message, reason }) => [`${rule} ${message}`, reason]))
  const comments = new Map<string, readonly string[]>()
  for (const { rule, message, sql } of found) {
    const reason = reasons.get(`${rule} ${message}`)
    if (reason === undefined) continue
    comments.set(sql, [...new Set([...(comments.get(sql) ?? []), `-- phasewise allow ${rule}: ${reason.replace(/\s+/g, ' ')}`])])
  }
  return comments
}

/** A plan with comments above the statements that they are for. */
export function withComments(plan: Plan, comments: ReadonlyMap<string, readonly string[]>): Plan {
  return plan.map((step) => {
    if (step.phase === 'deploy' || !step.statements.some((sql) => comments.has(sql))) return step
    return { ...step, statements: step.statements.map((sql) => [...(comments.get(sql) ?? []), sql].join('\n')) }
  })
}
