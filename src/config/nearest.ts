/**
 * The candidate that a person most likely meant by a word, or undefined when none is close: at most a third of the word's
 * letters differ, or the word is a part of the candidate (`set-not-null` of `set-not-null-without-proof`).
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = word.toLowerCase()
  let best: string | undefined
  let bestDistance = Math.max(2, Math.floor(wanted.length / 3)) + 1
  let containing: string | undefined
  for (const candidate of candidates) {
    const known = candidate.toLowerCase()
    const distance = editDistance(wanted, known, bestDistance)
    if (distance < bestDistance && distance < known.length) {
      best = candidate
      bestDistance = distance
    }
    if (wanted.length >= 4 && known.includes(wanted) && (containing === undefined || candidate.length < containing.length)) {
      containing = candidate
    }
  }
  return best ?? containing
}

/** As a clause to put behind an error message; empty where nothing is close. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const found = nearest(word, candidates)
  return found === undefined ? '' : `; did you mean ${JSON.stringify(found)}?`
}

export interface KnownRule {
  /** Peers' names for it. */
  readonly knownAs: readonly string[]
}

/** Suggests the rule that a name is close to, or the one that knows it as a peer's name. */
export function ruleHint(name: string, rules: ReadonlyMap<string, KnownRule>): string {
  const bare = name.toLowerCase()
  for (const [id, { knownAs }] of rules) {
    const peer = knownAs.find((known) => known.toLowerCase() === bare || known.toLowerCase().endsWith(`/${bare}`))
    if (peer !== undefined) return `; ${peer.replace(/\/.*/, '')}'s ${peer.replace(/^[^/]*\//, '')} is ${JSON.stringify(id)} here`
  }
  return didYouMean(name, rules.keys())
}

/** Edits that turn one word into the other, a swap of neighbours counting as one; gives up at `limit`. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit
  let beforePrevious: readonly number[] = []
  let previous: readonly number[] = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let cost = Math.min((previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (beforePrevious[j - 2] ?? 0) + 1)
      row.push(cost)
    }
    if (Math.min(...row) >= limit) return limit
    beforePrevious = previous
    previous = row
  }
  return previous[b.length] ?? limit
}
