import { tokensOf } from '../grammar/lexer.ts'
import type { Statement } from '../operation.ts'

/**
 * Why a statement is not run at all; undefined where it is. On a server of the user's nothing is run that reaches beyond the
 * scratch database: roles, databases, tablespaces, settings and files are the whole server's.
 */
export function exclusionOf(statement: Statement, where: { readonly ownCluster: boolean }): string | undefined {
  const kinds = new Set(statement.commands.map(({ operation }) => operation.kind))
  if (kinds.has('MetaCommand')) return 'it is a command of psql, which the server does not know'
  if (kinds.has('TwoPhase')) return 'a prepared transaction would outlive the trace'
  const words = tokensOf(statement.sql).flatMap(({ kind, text }) => (kind === 'word' ? [text.toLowerCase()] : []))
  if (words[0] === 'copy' && words.some((word) => word === 'stdin' || word === 'stdout')) {
    return 'its rows come from the client'
  }
  if (where.ownCluster) return undefined
  const reaches = kinds.has('DoBlock') ? beyondInText.test(statement.sql) : isBeyond(words)
  return reaches ? 'it reaches beyond the scratch database' : undefined
}

/** Objects of the whole server (manual 23.1), and subscriptions, which connect to another one. */
const serverWide = new Set(['role', 'user', 'group', 'database', 'tablespace', 'subscription', 'system', 'parameter'])

function isBeyond([first = '', second = '', third = '', ...rest]: readonly string[]): boolean {
  const words = [second, third, ...rest]
  switch (first) {
    case 'create':
    case 'alter':
    case 'drop':
      return (serverWide.has(second) && !(second === 'user' && third === 'mapping')) || second === 'owned'
    case 'grant':
    case 'revoke': {
      const object = words[words.indexOf('on') + 1] ?? ''
      // Without ON it is a role that is granted.
      return !words.includes('on') || serverWide.has(object)
    }
    case 'comment':
      return serverWide.has(third)
    case 'security':
      return serverWide.has(words[words.indexOf('on') + 1] ?? '')
    case 'reassign':
    case 'load':
    case 'import':
    // Its file or program is on the server's machine; STDIN and STDOUT are met before.
    case 'copy':
      return true
    default:
      return false
  }
}

/** In a DO block, also in the strings that it executes. */
const beyondInText =
  /\b(?:create|alter|drop)\s+(?:role|user(?!\s+mapping)|group|database|tablespace|subscription|system|owned)\b|\breassign\s+owned\b|\bcopy\b|\bdblink|\bon\s+(?:database|tablespace|parameter)\b/i
