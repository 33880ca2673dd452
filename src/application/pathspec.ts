/** Globs as git's path patterns, relative to the repository's top; undefined for one that points out of the repository. */
export function pathspecsOf(globs: readonly string[], directory: string): readonly string[] | undefined {
  const specs: string[] = []
  for (const glob of globs) {
    const negated = glob.startsWith('!')
    for (const one of expandBraces(negated ? glob.slice(1) : glob)) {
      const path = inRepository(one, directory)
      if (path === undefined) return undefined
      // The magic is ours: what follows it is a pattern, whatever it looks like.
      specs.push(`:(top,${negated ? 'exclude,' : ''}glob)${path}`)
    }
  }
  return specs
}

/** `src/**` below `web` is `web/src/**`; `../api` is `api`. */
function inRepository(glob: string, directory: string): string | undefined {
  const base = glob.startsWith('/') ? [] : directory.split('/').map((part) => part.replace(/[\\*?[]/g, '\\$&'))
  const parts: string[] = []
  for (const part of [...base, ...glob.split('/')]) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) return undefined
  }
  return parts.length === 0 ? '**' : parts.join('/')
}

/** `src/*.{ts,tsx}` as two patterns: git's have no alternatives. */
export function expandBraces(glob: string): readonly string[] {
  const open = glob.indexOf('{')
  if (open < 0) return [glob]
  const parts: string[] = []
  let depth = 0
  let start = open + 1
  for (let i = open; i < glob.length; i++) {
    const character = glob[i]
    if (character === '{') depth++
    if (character === ',' && depth === 1) {
      parts.push(glob.slice(start, i))
      start = i + 1
    }
    if (character === '}' && --depth === 0) {
      parts.push(glob.slice(start, i))
      const [head, tail] = [glob.slice(0, open), glob.slice(i + 1)]
      return parts.flatMap((part) => expandBraces(`${head}${part}${tail}`))
    }
  }
  return [glob]
}
