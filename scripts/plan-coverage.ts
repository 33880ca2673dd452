/** For docs/plans.md: every rule, whether a plan is known for it, and on which servers that is proven. */
import type { Rule } from '../src/rule.ts'
import { rewriteCases } from './rewrite-fixture.ts'

/** What these report is how statements stand together in a file: the plan gives each what it needs, a file or a lock_timeout of its own. */
export const aboutTheFile: readonly string[] = [
  'concurrently-in-transaction',
  'expand-and-contract-together',
  'lock-several-tables',
  'lock-timeout-around-concurrent-build',
  'lock-timeout-disabled-or-long',
  'lock-without-timeout',
  'rewrite-table-twice',
  'validate-beside-not-valid',
  'work-under-strong-lock',
]

/** Rules about more than one statement whose findings bring the plan for some of them. */
export const ofSeveral: readonly string[] = ['change-row-security', 'insert-key-without-setval', 'rename-by-drop-and-add']

const atLeisure = 'a matter of taste or of the next table: there is nothing to deploy in steps'
const byCode = 'its remedy is in the code that runs, or in how it is deployed'
const differently = 'the statement itself has to say something else, and only its author knows what'

/** Why there is no plan. */
export const withoutPlan: Readonly<Record<string, string>> = {
  'add-check-that-changes': differently,
  'add-constraint-old-code-violates': byCode,
  'add-enum-value-without-order': atLeisure,
  'add-foreign-key-of-narrower-type': differently,
  'add-unique-over-existing-rows': 'which of two equal rows stays is for people',
  'allow-comment': differently,
  'contract-debt': 'the finding names the statement that pays it',
  'create-index-with-many-columns': atLeisure,
  'create-index-without-name': atLeisure,
  'create-redundant-index': atLeisure,
  'column-type-char': atLeisure,
  'column-type-json': atLeisure,
  'column-type-money': atLeisure,
  'column-type-serial': atLeisure,
  'column-type-timestamp': atLeisure,
  'column-type-varchar': atLeisure,
  'disable-autovacuum': differently,
  'drop-not-null': 'it is a note: only the order of deploys matters',
  'foreign-key-without-index': atLeisure,
  'grant-to-public': differently,
  'insert-without-columns': differently,
  'key-too-narrow': atLeisure,
  'lock-order-differs': differently,
  'lock-table': differently,
  'migration-edited': byCode,
  'migration-out-of-order': byCode,
  'name-hard-to-use': atLeisure,
  'name-without-schema': atLeisure,
  'phase-not-as-declared': differently,
  'schema-and-code-together': byCode,
  'security-definer-without-search-path': differently,
  'statement-not-repeatable': atLeisure,
  'statement-not-understood': 'what is not understood is not rewritten',
  'statement-refused': differently,
  'statement-without-effect': differently,
  'syntax-error': differently,
  'table-without-primary-key': atLeisure,
  'tighten-column-deployed-code-uses': byCode,
  'transaction-unbalanced': differently,
  'update-extension': byCode,
}

/** Each rule once: `| rule | plan | proven |`. */
export function planTable(rules: ReadonlyMap<string, Rule>): string {
  const cases = rewriteCases()
  const rows = [...rules].map(([id, rule]) => {
    const own = cases.filter((one) => one.rule === id)
    const on = (postgres: number) => own.filter(({ postgres: [first, last] }) => first <= postgres && postgres <= last).length
    const plan =
      rule.rewrite !== undefined || ofSeveral.includes(id)
        ? 'yes'
        : aboutTheFile.includes(id)
          ? 'its file is taken apart'
          : `no: ${withoutPlan[id] ?? '?'}`
    const proven = own.length === 0 ? '' : `15: ${on(15)} · 18: ${on(18)}`
    return `| [${id}](rules/${id}.md) | ${plan} | ${proven} |`
  })
  return ['| rule | plan | cases proven on PostgreSQL |', '| --- | --- | --- |', ...rows].join('\n')
}
