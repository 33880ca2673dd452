/**
 * Compiles glob patterns to one test of a path (forward slashes, relative to what the patterns are relative to).
 * `**` crosses directories, `*` and `?` do not, `{a,b}` and `[a-z]` are alternatives; a pattern without a slash matches in
 * every directory, one that names a directory matches everything below it, and `!` in front takes matches back.
 */
export function globTest(patterns: readonly string[]): (path: string) => boolean {
  const compiled = patterns.map((pattern) => {
    const negated = pattern.startsWith('!')
    return { negated, expression: expressionOf(negated ? pattern.slice(1) : pattern) }
  })
  return (path) => {
    let matches = false
    for (const { negated, expression } of compiled) if (expression.test(path)) matches = !negated
    return matches
  }
}

function expressionOf(pattern: string): RegExp {
  const anchored = pattern.replace(/^\.\//, '').replace(/\/+$/, '')
  const glob = anchored.includes('/') ? anchored.replace(/^\//, '') : `**/${anchored}`
  let source = ''
  let braces = 0
  for (let i = 0; i < glob.length; i++) {
    const character = glob.charAt(i)
    if (character === '*' && glob[i + 1] === '*') {
      const wholeSegment = (i === 0 || glob[i - 1] === '/') && glob[i + 2] === '/'
      source += wholeSegment ? '(?:[^/]+/)*' : '.*'
      i += wholeSegment ? 2 : 1
    } else if (character === '*') source += '[^/]*'
    else if (character === '?') source += '[^/]'
    else if (character === '[' && glob.includes(']', i + 2)) {
      const end = glob.indexOf(']', i + 2)
      source += `[${glob
        .slice(i + 1, end)
        .replace(/^!/, '^')
        .replaceAll('\\', '\\\\')
        .replaceAll('[', '\\[')}]`
      i = end
    } else if (character === '{' && glob.includes('}', i)) {
      braces++
      source += '(?:'
    } else if (character === '}' && braces > 0) {
      braces--
      source += ')'
    } else if (character === ',' && braces > 0) source += '|'
    else if (character === '\\' && i + 1 < glob.length) source += escapeExpression(glob.charAt(++i))
    else source += escapeExpression(character)
  }
  return new RegExp(`^${source}(?:/.*)?$`, 'u')
}

function escapeExpression(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&')
}
