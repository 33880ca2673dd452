/** docs/coverage.md: what other linters know, row by row, with our rules or the reason why there is none. */
import type { Rule } from '../src/rule.ts'
import { hazards } from './coverage/hazards.ts'
import { migrationpilot } from './coverage/migrationpilot.ts'
import { refusals } from './coverage/refusals.ts'

const reasons = new Map(refusals.flatMap(({ ids, reason }) => ids.map((id) => [id, reason] as const)))

/** Every id that some peer has. */
export function peerIds(): ReadonlySet<string> {
  return new Set([
    ...hazards.flatMap(({ knownAs }) => knownAs),
    ...migrationpilot.flatMap(([id, name]) => [`migrationpilot/${id}`, `migrationpilot/${name}`]),
  ])
}

/** What is wrong with the lists, one line each; empty where every peer's id is covered or refused, and never both. */
export function coverageProblems(rules: ReadonlyMap<string, Rule>): readonly string[] {
  const known = new Map<string, string[]>()
  for (const [id, rule] of rules) for (const name of rule.knownAs) known.set(name, [...(known.get(name) ?? []), id])
  const ids = peerIds()
  const all = refusals.flatMap((refusal) => refusal.ids)
  return [
    ...[...ids].filter((id) => !known.has(id) && !reasons.has(id)).map((id) => `${id} is in no rule's knownAs and not refused`),
    ...[...known].filter(([id]) => !ids.has(id)).map(([id, by]) => `${id} of ${by.join(', ')} is no peer's id`),
    ...all.filter((id) => known.has(id)).map((id) => `${id} is refused and known to ${known.get(id)?.join(', ')}`),
    ...all.filter((id) => !ids.has(id)).map((id) => `${id} is refused and no peer's id`),
    ...all.filter((id, index) => all.indexOf(id) < index).map((id) => `${id} is refused twice`),
    ...hazards.flatMap(({ row, rules: own, knownAs }) => [
      ...own.filter((id) => !rules.has(id)).map((id) => `${row} names ${id}, which is no rule`),
      ...knownAs
        .filter((id) => !reasons.has(id) && !own.some((rule) => known.get(id)?.includes(rule)))
        .map((id) => `${row}: none of its rules knows ${id}`),
      ...(own.length === 0 && knownAs.some((id) => !reasons.has(id)) ? [`${row} has no rule and is not refused whole`] : []),
    ]),
  ]
}

export function coveragePage(rules: ReadonlyMap<string, Rule>): string {
  const refused = hazards.filter((hazard) => hazard.rules.length === 0)
  const pilots = migrationpilot.map(([id, name]) => ({
    id,
    name,
    own: rulesFor(`migrationpilot/${id}`, rules),
    reason: reasons.get(`migrationpilot/${id}`),
  }))
  const groups = [...new Set(hazards.map(({ group }) => group))]
  return [
    '# Coverage',
    '',
    'What other linters of PostgreSQL migrations look for, and which rule here does. Generated from the `knownAs` of the rules,',
    'and checked: an id that is in no rule and not refused fails the tests, and so does one that no linter has.',
    '',
    `${hazards.length} hazards: ${hazards.length - refused.length} have a rule, ${refused.length} are refused, with the reason.`,
    `Of migrationpilot's ${pilots.length} rules ${pilots.filter(({ own }) => own.length > 0).length} are covered and ${pilots.filter(({ own }) => own.length === 0).length} refused.`,
    '',
    ...groups.flatMap((group) => [
      `## ${group}`,
      '',
      '| | hazard | here | known elsewhere as |',
      '| --- | --- | --- | --- |',
      ...hazards
        .filter((hazard) => hazard.group === group)
        .map((hazard) => row(hazard.row, hazard.hazard, hazard.rules, hazard.knownAs)),
      '',
    ]),
    '## migrationpilot',
    '',
    '| id | name | here |',
    '| --- | --- | --- |',
    ...pilots.map(
      ({ id, name, own, reason }) =>
        `| ${id} | ${name} | ${own.length > 0 ? own.map(link).join(' · ') : `refused: ${reason ?? ''}`} |`,
    ),
    '',
  ].join('\n')
}

function row(number: string, hazard: string, own: readonly string[], knownAs: readonly string[]): string {
  const refusedIds = knownAs.filter((id) => reasons.has(id))
  const why = [...new Set(refusedIds.map((id) => reasons.get(id) ?? ''))].join('; ')
  const here =
    own.length === 0
      ? `refused: ${why}`
      : `${own.map(link).join(' · ')}${refusedIds.length > 0 ? `<br>not ${refusedIds.map(code).join(', ')}: ${why}` : ''}`
  return `| ${number} | ${hazard} | ${here} | ${knownAs.length === 0 ? 'nobody' : knownAs.map(code).join(' ')} |`
}

function rulesFor(id: string, rules: ReadonlyMap<string, Rule>): readonly string[] {
  return [...rules].flatMap(([rule, { knownAs }]) => (knownAs.includes(id) ? [rule] : []))
}

const link = (id: string): string => `[${id}](rules/${id}.md)`
const code = (id: string): string => `\`${id}\``
