import type { PlanJson, PlanStepJson } from '../contract.ts'
import type { Finding } from '../finding.ts'
import type { Plan } from '../plan/plan.ts'
import { boundedStatements, sqlText } from '../plan/sql.ts'
import type { PlanReport, WrittenPlan } from './plan-report.ts'

export function planJson(report: PlanReport, written?: WrittenPlan): PlanJson {
  return {
    version: 1,
    tool: report.tool,
    postgres: report.postgres,
    migrations: report.migrations.map(({ migration, steps, changed, found, left }) => ({
      file: migration.file,
      changed,
      plan: stepsJson(steps, report.postgres),
      findings: found.map(briefly),
      left: left.map(briefly),
    })),
    ...(written === undefined ? {} : { written: written.paths, additions: written.additions, notes: written.notes }),
  }
}

function briefly({ rule, message, instead }: Finding) {
  return { rule, message, instead: instead ?? null }
}

/** The steps of a plan as the machine contract has them; `postgres` is the oldest major version that they have to run on. */
export function stepsJson(plan: Plan, postgres: number): readonly PlanStepJson[] {
  return plan.map((step) =>
    step.phase === 'deploy'
      ? { phase: 'deploy', note: step.note }
      : {
          phase: step.phase,
          transaction: step.transaction,
          sql: sqlText(boundedStatements(step, postgres)),
          title: step.title,
          why: step.why,
          rollback:
            'impossible' in step.rollback
              ? null
              : {
                  transaction: step.rollback.transaction,
                  sql: sqlText(boundedStatements({ ...step.rollback, tables: step.tables }, postgres)),
                },
        },
  )
}
