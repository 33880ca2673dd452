import { changeSql, stagesOf } from '../plan/sql.ts'
import type { Paint } from './paint.ts'
import type { PlannedMigration, PlanReport, WrittenPlan } from './plan-report.ts'
import { printable, printableLine } from './printable.ts'

/** Plans as SQL with comments; what is not SQL stands behind `--`, so that all of it can be read by psql: no name ends its comment. */
export function planText(report: PlanReport, paint: Paint): string {
  return report.migrations.map((migration) => migrationText(migration, report, paint)).join('\n')
}

function migrationText({ migration, steps, changed, found, left }: PlannedMigration, report: PlanReport, paint: Paint): string {
  const file = printableLine(migration.file)
  if (!changed) {
    if (found.length === 0) return `-- ${paint.bold(file)}: nothing in it needs a plan\n`
    return [`-- ${paint.bold(file)}: no plan is known for what was found`, ...forPeople(found), ''].join('\n')
  }
  const { stages, finally: last } = stagesOf(steps)
  if (stages.length === 0) {
    const notes = last.map((note) => `--   ${printableLine(note.replace(/^nothing: /, ''))}`)
    return [`-- ${paint.bold(file)}: no plan is known for what was found`, ...forPeople(found), ...notes, ''].join('\n')
  }
  const deploys = stages.filter((stage) => stage.deploys.length > 0).length + (last.length > 0 ? 1 : 0)
  const files = `${stages.length} ${stages.length === 1 ? 'file' : 'files'}`
  const head = `-- ${paint.bold(file)}: ${files}, ${deploys} ${deploys === 1 ? 'deploy' : 'deploys'} in between`
  const blocks = stages.map((stage, index) => {
    const mode = stage.change.transaction ? 'in a transaction' : 'each statement by itself'
    const title = `-- ${index + 1} of ${stages.length} · ${stage.change.phase} · ${mode}`
    return `${paint.bold(title)}\n${printable(changeSql(stage, report.postgres))}\n`
  })
  const after = last.map((note) => `-- then deploy: ${printableLine(note)}\n`)
  const rest = left.length === 0 ? [] : [`${['-- left to people:', ...forPeople(left)].join('\n')}\n`]
  return [`${head}\n`, ...blocks, ...after, ...rest].join('\n')
}

/** What was written, and what is left to people. */
export function writtenText({ paths, additions, notes }: WrittenPlan, paint: Paint): string {
  if (paths.length === 0) return 'nothing was written\n'
  const added = additions.flatMap(({ path, lines }) => [
    `add to ${printable(path)}:`,
    ...lines.map((line) => `    ${printable(line)}`),
  ])
  return [
    ...paths.map((path) => `${paint.green('wrote')} ${printable(path)}`),
    ...added,
    ...notes.map((note) => `${paint.bold('then')} ${printable(note)}`),
    '',
  ].join('\n')
}

/** What was found, and what people do instead, a comment line each. */
function forPeople(findings: PlannedMigration['found']): readonly string[] {
  return findings.flatMap(({ rule, message, instead = '' }) => [
    `--   ${printableLine(`${message} [${rule}]`)}`,
    ...instead.split('\n').flatMap((line) => (line.trim() === '' ? [] : [`--     ${printableLine(line)}`])),
  ])
}
