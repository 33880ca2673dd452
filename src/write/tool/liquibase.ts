import { commentedSql, commentLines, withSemicolon } from '../../plan/sql.ts'
import type { Form, Place, PlanFile } from '../form.ts'
import type { Part, Script } from '../part.ts'
import { scriptNames } from '../script-name.ts'

/**
 * Liquibase formatted SQL: a changeset per part, and one each for what Liquibase would cut, since it splits at semicolons without knowing dollar
 * quotes. Its rollback is said in comments of the changeset.
 */
export const liquibase: Form = {
  name: 'liquibase',
  manner: () => ({ opens: 'tool', free: 'each', directions: 'apart' }),
  lay(parts, place) {
    const author = authorIn(place)
    const names = scriptNames(parts, place)
    const files = parts.map((part, index): PlanFile => {
      const path = names[index] ?? part.title
      const id = path.replace(/^.*\//, '').replace(/\.sql$/, '')
      return { path, text: `--liquibase formatted sql\n\n${changesets(part, `${author}:${id}`)}` }
    })
    const note =
      'a root changelog runs only what it includes: include these files at its end, in this order, unless an includeAll takes the folder'
    return { files, notes: [note] }
  },
  instead: ({ replaced }) =>
    `take the changesets that were planned out of ${replaced}, unless they have run anywhere: these files come instead of them`,
}

/** Several changesets only outside of a transaction: in one, all of it travels together. */
function changesets({ comments, up, down }: Part, id: string): string {
  const groups = up.transaction ? [up.statements] : groupsOf(up.statements)
  const last = groups.length - 1
  return groups
    .map((statements, index) => {
      const whole = statements.some(hasSemicolon)
      const attributes = [
        ...(up.transaction ? [] : ['runInTransaction:false']),
        ...(whole ? ['splitStatements:false'] : []),
        ...(index === 0 && down.transaction && down.statements.some(hasSemicolon) ? ['rollbackSplitStatements:false'] : []),
      ]
      const suffix = groups.length > 1 ? `-${index + 1}` : ''
      const head = index === 0 ? comments : [comments.find((line) => line.startsWith('-- phasewise phase:')) ?? '']
      // Changesets are rolled back last to first: the first one's is the last to run, when nothing builds on it.
      const back = index === 0 ? rollback(down) : 'empty'
      const undone = back === 'empty' ? ['--rollback empty'] : back
      const lines = [
        [`--changeset ${id}${suffix}`, ...attributes].join(' '),
        ...head,
        ...statements.map(withSemicolon),
        ...undone,
      ]
      return lines.map((line) => `${line}\n`).join('') + (index === last ? '' : '\n')
    })
    .join('')
}

/** Statements that share the timeouts set for them stay together; one with a semicolon inside goes alone and whole. */
function groupsOf(statements: readonly string[]): readonly (readonly string[])[] {
  const settings = statements.filter((statement) => /^SET\b/i.test(statement))
  const resets = statements.filter((statement) => /^RESET\b/i.test(statement))
  const groups: string[][] = []
  let open: string[] | undefined
  for (const statement of statements) {
    if (settings.includes(statement) || resets.includes(statement)) continue
    if (hasSemicolon(statement)) {
      groups.push([statement])
      open = undefined
      continue
    }
    if (open === undefined) {
      open = []
      groups.push(open)
    }
    open.push(statement)
  }
  return groups.map((group) => (group.some(hasSemicolon) ? group : [...settings, ...group, ...resets]))
}

/** A line each, or a block where one has lines of its own; comments where Liquibase would cut what has to go statement by statement. */
function rollback({ comments, statements, transaction }: Script): readonly string[] | 'empty' {
  if (statements.length === 0) {
    return comments.some((line) => line.startsWith('-- nothing to undo')) ? 'empty' : comments
  }
  const sql = statements.map(withSemicolon)
  const isCut = statements.some(hasSemicolon)
  if ((isCut && !transaction) || statements.some((statement) => statement.includes('*/'))) {
    return [...commentLines('to undo it, while nothing later has run, with psql:'), ...commentedSql(statements)]
  }
  const isOneLine = sql.every((statement) => !statement.includes('\n'))
  return isOneLine ? sql.map((statement) => `--rollback ${statement}`) : ['/* liquibase rollback', ...sql, '*/']
}

function hasSemicolon(statement: string): boolean {
  return statement.includes(';')
}

/** Who wrote the newest changeset of the file that the plan comes instead of. */
function authorIn({ project, replaced }: Place): string {
  const authors = [...project.text(replaced).matchAll(/^\s*--\s*changeset\s+("[^"]+"|[^:\s]+):/gim)]
  return authors.at(-1)?.[1] ?? 'phasewise'
}
