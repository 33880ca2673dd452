import type { LocksJson, StatementJson } from '../contract.ts'
import { lockAndWork } from './effect-line.ts'
import { codeSpan } from './markdown-text.ts'

export interface LocksMarkdownOptions {
  /** Where a statement can be looked at; as for findings. */
  readonly link?: (statement: StatementJson) => string | undefined
  /** At most about so many UTF-16 units: the last statements are left out, and it is said. */
  readonly longest?: number
}

/** What each statement locks and does, as a folded table; empty where there is no statement. Escaped as the findings are. */
export function locksMarkdown(
  { statements }: LocksJson,
  { link = () => undefined, longest = 60_000 }: LocksMarkdownOptions = {},
): string {
  if (statements.length === 0) return ''
  const rows = statements.map((statement) => rowOf(statement, link(statement)))
  let length = 0
  const end = rows.findIndex((row) => {
    length += row.length
    return length > longest
  })
  const shown = end < 0 ? rows : rows.slice(0, end)
  const left = rows.length - shown.length
  return [
    `\n<details><summary>Locks of ${statements.length} statement${statements.length === 1 ? '' : 's'}</summary>\n\n`,
    '| where | statement | locks |\n| --- | --- | --- |\n',
    ...shown,
    ...(left === 0 ? [] : [`\n… and ${left} more: \`phasewise locks\` tells all\n`]),
    '\n</details>\n',
  ].join('')
}

const longestStatement = 80
const mostEffects = 6

function rowOf(statement: StatementJson, link: string | undefined): string {
  const { file, line, sql, known, effects } = statement
  const place = codeSpan(`${file}:${line}`)
  const words = sql.trim().replace(/\s+/g, ' ')
  const short = words.length > longestStatement ? `${words.slice(0, longestStatement)}…` : words
  const relations = effects.filter(({ existed }) => existed)
  const left = relations.length - mostEffects
  const locks = [
    ...(known ? [] : ['not understood']),
    ...relations.slice(0, mostEffects).map((effect) => `${codeSpan(effect.relation)} ${lockAndWork(effect)}`),
    ...(left > 0 ? [`… and ${left} more`] : []),
  ]
  const shown = locks.length === 0 ? 'nothing that was there before' : locks.join('<br>')
  return `| ${link === undefined ? place : `[${place}](<${link}>)`} | ${codeSpan(short)} | ${shown} |\n`
}
