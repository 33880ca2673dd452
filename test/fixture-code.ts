import type { FixtureCode } from '../scripts/rule-fixture.ts'
import { type Application, applicationOf, type Code } from '../src/application/application.ts'

/** The application that a fixture's code makes up; undefined without any. Lines count as changed where the other side has none like them. */
export function codeOf(code: readonly FixtureCode[]): Application | undefined {
  if (code.length === 0) return undefined
  const texts = (when: FixtureCode['when']) =>
    new Map(code.filter((one) => one.when === when).map(({ path, text }) => [path, text]))
  const [deployed, changed] = [texts('deployed'), texts('changed')]
  const before: Code = { deployed: 'main', globs: ['src/**'], files: deployed.size, textsWith: () => deployed }
  const added = new Map([...changed].map(([path, text]) => [path, { text, lines: linesOnlyIn(text, deployed.get(path) ?? '') }]))
  const removed = new Map(
    [...changed.keys()].map((path) => [path, linesOnlyIn(deployed.get(path) ?? '', changed.get(path) ?? '')]),
  )
  return applicationOf(before, { before, removed, added })
}

function linesOnlyIn(text: string, other: string): ReadonlySet<number> {
  const known = new Set(other.split('\n'))
  return new Set(text.split('\n').flatMap((line, index) => (known.has(line) ? [] : [index + 1])))
}
