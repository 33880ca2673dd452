/**
 * Replays a directory of migrations through `trace` and prints how far predictions and PostgreSQL agree, disagreements by cause.
 *   npm run replay -- <directory> [--database-url <url>] [--tool <name>] [--placeholder name=value]… [--alone] [--list]
 * --alone runs every statement in a transaction of its own, so that no lock hides behind one that is held; --list names every place.
 */
import { parseArgs } from 'node:util'
import { printName } from '../src/name.ts'
import { Lines } from '../src/span.ts'
import type { Traced } from '../src/trace/trace.ts'
import { traceReport } from '../src/trace-report.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'database-url': { type: 'string' },
    tool: { type: 'string' },
    schema: { type: 'string' },
    placeholder: { type: 'string', multiple: true },
    alone: { type: 'boolean' },
    list: { type: 'boolean' },
  },
})
const report = await traceReport({
  paths: positionals,
  databaseUrl: values['database-url'],
  tool: values.tool,
  schema: values.schema,
  placeholders: values.placeholder,
  alone: values.alone,
})

/** Relations that came to be without being predicted: some function made them, and no migration tells of them. */
const madeByCode = new Set(
  report.statements.flatMap(({ comparison }) =>
    (comparison?.disagreements ?? []).flatMap(({ relation, about, observed }) =>
      about === 'missing' && observed?.existed === false ? [relation] : [],
    ),
  ),
)

const count = (test: (traced: Traced) => boolean) => report.statements.filter(test).length
const [agreed, disagreed] = [count(({ agrees }) => agrees === true), count(({ agrees }) => agrees === false)]
console.log(`${positionals.join(' ')} · ${report.tool} · ${report.engine}
  statements        ${report.statements.length}
  agree             ${agreed}  (${((100 * agreed) / Math.max(1, agreed + disagreed)).toFixed(2)} % of those compared)
  disagree          ${disagreed}
  nothing to see    ${count(({ outcome }) => outcome.kind === 'ran')}  (SET, BEGIN, COMMIT)
  not observed      ${count(({ outcome, agrees, known }) => outcome.kind === 'observed' && known && agrees === undefined)}
  not understood    ${count(({ outcome, known }) => outcome.kind === 'observed' && !known)}
  failed            ${count(({ outcome }) => outcome.kind === 'refused')}
  not run           ${count(({ outcome }) => outcome.kind === 'not run')}`)

list(
  'disagreements',
  report.statements.filter(({ agrees }) => agrees === false),
  causeOf,
)
list(
  'failed and not run',
  report.statements.filter(({ outcome }) => outcome.kind === 'refused' || outcome.kind === 'not run'),
  ({ outcome }) =>
    outcome.kind === 'refused'
      ? `${outcome.refusal.sqlstate} ${outcome.refusal.message}`
      : outcome.kind === 'not run'
        ? outcome.reason
        : '',
)
list(
  'not understood',
  report.statements.filter(({ outcome, known }) => outcome.kind === 'observed' && !known),
  ({ statement }) => statement.sql.slice(0, 60).replaceAll(/\s+/g, ' '),
)
for (const { migration, statement, refusal } of report.undone)
  console.log(`undone ${placeOf({ migration, statement })}: ${refusal.message}`)
if (report.unavailableExtensions.length > 0)
  console.log(`extensions that are not there: ${report.unavailableExtensions.join(', ')}`)
if (report.stubRoles.length > 0) console.log(`roles made up: ${report.stubRoles.join(', ')}`)

function causeOf({ statement, comparison }: Traced): string {
  const disagreements = comparison?.disagreements ?? []
  if (disagreements.some(({ relation, observed }) => madeByCode.has(relation) && observed?.existed === false)) {
    return 'a function that it calls makes relations'
  }
  if (disagreements.every(({ relation }) => madeByCode.has(relation))) return 'it reaches relations that a function made'
  const kinds = [...new Set(statement.commands.map(({ operation }) => operation.kind))].join('+')
  const words = (comparison?.disagreements ?? []).map(({ about, predicted, observed }) => {
    const show = (effect: typeof predicted | typeof observed) =>
      effect === undefined ? 'nothing' : [effect.kind, effect.lock, ...effect.work, ...(effect.existed ? [] : ['new'])].join(' ')
    return `${about}: predicted ${show(predicted)}, observed ${show(observed)}`
  })
  return `${kinds} · ${[...new Set(words)].slice(0, 2).join(' | ')}`
}

function list(title: string, statements: readonly Traced[], reasonOf: (traced: Traced) => string): void {
  const groups = new Map<string, Traced[]>()
  for (const traced of statements) {
    const reason = reasonOf(traced)
    groups.set(reason, [...(groups.get(reason) ?? []), traced])
  }
  if (groups.size > 0) console.log(`\n${title}`)
  for (const [reason, group] of [...groups].sort(([, a], [, b]) => b.length - a.length)) {
    console.log(`  ${group.length} × ${reason}`)
    for (const traced of values.list ? group : group.slice(0, 2)) {
      console.log(`      ${placeOf(traced)}  ${traced.statement.sql.slice(0, 110).replaceAll(/\s+/g, ' ')}`)
      const names = (traced.comparison?.disagreements ?? []).map(({ relation, predicted, observed, about }) => {
        const because = predicted?.because ?? ''
        return `${about} ${relation} ${observed === undefined ? '' : printName(observed.relation)} ${because}`.trim()
      })
      if (names.length > 0) console.log(`        ${names.join('; ')}`)
    }
  }
}

function placeOf({ migration, statement }: Pick<Traced, 'migration' | 'statement'>): string {
  return `${migration.file}:${new Lines(migration.text).positionOf(statement.span.start).line}`
}
