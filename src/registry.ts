import { rules } from '../rules/index.ts'
import type { Rule } from './rule.ts'
import { allowCommentRule } from './suppress/allow-comment.ts'
import { allowComment } from './suppress.ts'

/** Every rule that can be configured, explained and named in an allow comment: those of rules/ and the one about comments. */
export const allRules: ReadonlyMap<string, Rule> = new Map([...rules, [allowComment, allowCommentRule] as const].sort(byId))

function byId([a]: readonly [string, Rule], [b]: readonly [string, Rule]): number {
  return a < b ? -1 : a > b ? 1 : 0
}
