import { mergeEffects } from './effect/effect.ts'
import type { Finding, Rewrite } from './finding.ts'
import type { Operation } from './operation.ts'

/**
 * One finding where several speak of the same thing, the consequence first: of a group the first alone is told (none where one of it
 * was silenced), what is covered is left out, what is said beside a worse finding of its statement becomes a clause of that, and what a rule finds in several
 * commands of a statement is said once. Pure; keeps the order.
 */
export function fold(findings: readonly Finding[], silenced: readonly Finding[]): readonly Finding[] {
  return sayOnce(firstOfGroups(intoHosts(withoutCovered(findings)), silenced))
}

/** Findings of one statement. */
function statementOf({ file, statement, span }: Finding): string {
  return `${(statement ?? span).start} ${(statement ?? span).end} ${file}`
}

function withoutCovered(findings: readonly Finding[]): readonly Finding[] {
  const placeOf = ({ file, span }: Finding) => `${span.start} ${span.end} ${file}`
  const keyOf = (finding: Finding) => `${finding.rule} ${placeOf(finding)}`
  const covered = new Set(findings.flatMap((finding) => (finding.covers ?? []).map((rule) => `${rule} ${placeOf(finding)}`)))
  if (covered.size === 0) return findings
  const gone = findings.filter((finding) => covered.has(keyOf(finding)))
  return findings.flatMap((finding) => {
    if (covered.has(keyOf(finding))) return []
    // What is said of the whole stands for what is said of the part, its plan too.
    const own = gone.filter((other) => placeOf(other) === placeOf(finding) && finding.covers?.includes(other.rule))
    return own.length === 0 ? [finding] : [{ ...finding, rewrites: rewritesOf([finding, ...own]) }]
  })
}

function intoHosts(findings: readonly Finding[]): readonly Finding[] {
  const hosts = new Map<string, Finding[]>()
  for (const finding of findings) {
    if (finding.severity === 'note' || !isAboutWaiting(finding)) continue
    const key = statementOf(finding)
    hosts.set(key, [...(hosts.get(key) ?? []), finding])
  }
  const clauses = new Map<Finding, Finding[]>()
  const left = findings.filter((finding) => {
    if (finding.beside === undefined) return true
    const others = (hosts.get(statementOf(finding)) ?? []).filter((other) => other !== finding && isAbove(other, finding))
    const fit = others.filter(({ beside }) => beside === undefined)
    const host = fit.find(({ span }) => span.start === finding.span.start) ?? fit[0] ?? others[0]
    if (host === undefined) return true
    clauses.set(host, [...(clauses.get(host) ?? []), finding])
    return false
  })
  return left.map((finding) => (clauses.get(finding) ?? []).reduce(withClause, finding))
}

function isAboutWaiting({ hazard }: Finding): boolean {
  return hazard === 'blocks reads' || hazard === 'blocks writes' || hazard === 'queues traffic'
}

/** What has nothing to add yields to all; what has, to those that say what they say in any company. */
function isAbove(host: Finding, guest: Finding): boolean {
  return host.beside === undefined || (guest.beside === '' && host.beside !== '')
}

/** Each operation is rewritten once, whatever number of findings are about it. */
function rewritesOf(findings: readonly Finding[]): readonly Rewrite[] {
  const first = new Map<Operation, Rewrite>()
  for (const rewrite of findings.flatMap(({ rewrites }) => rewrites ?? [])) {
    if (!first.has(rewrite.operation)) first.set(rewrite.operation, rewrite)
  }
  return [...first.values()]
}

function withClause(host: Finding, guest: Finding): Finding {
  if (guest.beside === undefined || guest.beside === '') return { ...host, rewrites: rewritesOf([host, guest]) }
  return {
    ...host,
    message: `${host.message}; ${guest.beside}`,
    severity: host.severity === 'error' || guest.severity !== 'error' ? host.severity : guest.severity,
    hazard: guest.hazard === 'blocks reads' ? guest.hazard : host.hazard,
    effects: mergeEffects([...host.effects, ...guest.effects]),
    rewrites: rewritesOf([host, guest]),
    instead: guest.hazard === 'breaks clients' ? behindDeploy(host.instead, guest.instead) : host.instead,
  }
}

/** What has to be deployed comes before any gentler way to change the schema. */
function behindDeploy(gentler: string | undefined, deploy: string | undefined): string | undefined {
  const [first = ''] = (deploy ?? '').split('\n')
  if (first === '' || gentler?.startsWith(`${first}; then `)) return gentler
  return gentler === undefined ? first : `${first}; then ${gentler}`
}

/** The first finding of each group, and all that belong to none. */
export function firstOfGroups(findings: readonly Finding[], silenced: readonly Finding[]): readonly Finding[] {
  const allowed = new Set(silenced.flatMap(({ file, rule, group }) => (group === undefined ? [] : [`${rule} ${group} ${file}`])))
  const told = new Set<string>()
  return findings.filter(({ file, rule, group }) => {
    if (group === undefined) return true
    const key = `${group} ${file}`
    if (allowed.has(`${rule} ${key}`) || told.has(key)) return false
    told.add(key)
    return true
  })
}

/** Joins the findings of one rule in one statement whose messages differ in one name. */
function sayOnce(findings: readonly Finding[]): readonly Finding[] {
  const kept: Finding[] = []
  const open = new Map<string, { readonly at: number; readonly all: Finding[] }[]>()
  for (const finding of findings) {
    const key = `${finding.rule} ${finding.severity} ${statementOf(finding)}`
    const alike = open.get(key) ?? []
    const found = alike.find(({ all }) => differing([...all, finding].map(headOf)) !== undefined)
    if (found === undefined) open.set(key, [...alike, { at: kept.push(finding) - 1, all: [finding] }])
    else found.all.push(finding)
  }
  for (const { at, all } of [...open.values()].flat()) if (all.length > 1) kept[at] = joined(all)
  return kept
}

/** The one position in which messages of as many words differ. */
function differing(messages: readonly string[]): number | undefined {
  const [first = [], ...others] = messages.map((message) => message.split(' '))
  const positions = new Set(
    others.flatMap((words) =>
      words.length === first.length ? words.flatMap((word, index) => (word === first[index] ? [] : [index])) : [-1, -2],
    ),
  )
  const [position] = positions
  return positions.size === 1 ? position : undefined
}

/** What is said of the command itself; behind a semicolon stands what follows from it. */
function headOf({ message }: Finding): string {
  return message.split('; ')[0] ?? message
}

/** Longer lists are cut. */
const shown = 4

function joined(all: readonly Finding[]): Finding {
  const [first, ...others] = all
  if (first === undefined) throw new RangeError('nothing to join')
  const messages = all.map((finding) => headOf(finding).split(' '))
  const at = differing(all.map(headOf)) ?? 0
  const names = messages.map((words) => words[at] ?? '')
  const tail = /[,;:]$/.exec(names[0] ?? '')?.[0] ?? ''
  const bare = names.map((name) => (tail === '' ? name : name.slice(0, -1)))
  const listed = bare.length <= shown + 1 ? bare : [...bare.slice(0, shown), `${bare.length - shown} more`]
  const list = `${listed.slice(0, -1).join(', ')} and ${listed.at(-1)}${tail}`
  const head = sayOfSeveral(
    (messages[0] ?? []).map((word, index) => (index === at ? list : word)),
    at,
  )
  const consequences = [...new Set(all.flatMap(({ message }) => message.split('; ').slice(1)))]
  const told =
    consequences.length <= shown ? consequences : [...consequences.slice(0, shown), `${consequences.length - shown} more`]
  return {
    ...first,
    message: [head, ...told].join('; '),
    effects: mergeEffects(all.flatMap(({ effects }) => effects)),
    rewrites: rewritesOf(all),
    fix: () => all.flatMap(({ fix }) => fix?.() ?? []),
    instead: first.instead === undefined ? undefined : joinedAdvice(first.instead, others, bare.slice(1)),
  }
}

const nouns: Readonly<Record<string, string>> = {
  attribute: 'attributes',
  column: 'columns',
  constraint: 'constraints',
  function: 'functions',
  index: 'indexes',
  procedure: 'procedures',
  sequence: 'sequences',
  table: 'tables',
  trigger: 'triggers',
  type: 'types',
  value: 'values',
  view: 'views',
}

const verbs: Readonly<Record<string, string>> = { is: 'are', has: 'have', loses: 'lose', was: 'were' }

/** How a message speaks of one thing, and how of several. */
const phrases: readonly (readonly [RegExp, string])[] = [
  [/\b(calls|names|reads|uses|leave out|need|needs) it\b/g, '$1 them'],
  [/\bleave it out\b/g, 'leave them out'],
  [/: it is\b/g, ': they are'],
  [/: it may be\b/g, ': they may be'],
  [/\bits index is\b/g, 'their indexes are'],
  [/\bits default calls\b/g, 'their defaults call'],
  [/\bits (?=values|rows)/g, 'their '],
]

/** A message about one thing, said of several: `words` with the list of their names at `position`. */
function sayOfSeveral(words: readonly string[], position: number): string {
  const noun = nouns[words[position - 1] ?? '']
  const before = words.slice(0, noun === undefined ? position : position - 1)
  const after = words.slice(position + 1)
  // They are the subject where nothing stands before them.
  const verb = before.length === 0 ? after.findIndex((word) => verbs[word] !== undefined) : -1
  const tail = after.map((word, index) => (index === verb ? (verbs[word] ?? word) : word)).join(' ')
  const said = phrases.reduce((text, [one, several]) => text.replace(one, several), tail)
  return [...before, ...(noun === undefined ? [] : [noun]), words[position], said].filter((word) => word !== '').join(' ')
}

/** Step by step where the advice has the same steps for all; else that of the first, and for whom it holds too. */
function joinedAdvice(first: string, others: readonly Finding[], names: readonly string[]): string {
  const lines = first.split('\n')
  const all = [lines, ...others.map(({ instead }) => (instead ?? '').split('\n'))]
  const sameSteps = all.every(
    (each) =>
      each.length === lines.length &&
      each.every(
        (line, index) => line === lines[index] || (index > 0 && !line.startsWith('--') && !lines[index]?.startsWith('--')),
      ),
  )
  if (!sameSteps) return [...lines, `-- and so for ${names.join(', ')}`].join('\n')
  return lines.flatMap((_, index) => [...new Set(all.map((each) => each[index] ?? ''))]).join('\n')
}
