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

const style = 'style, off unless asked for: nothing waits, breaks or is lost, and there is nothing to deploy in steps'
const author = 'its remedy is another statement, which only the author can write: the finding says which'
const runner = 'its remedy is in the names and the order of the files, not in their SQL'

/** Why there is no plan. */
export const withoutPlan: Readonly<Record<string, string>> = {
  'add-check-that-changes': author,
  'add-constraint-old-code-violates':
    'a note, as NOT VALID is the safe form already: code that keeps the rule goes before it, corrected rows and VALIDATE come after it',
  'add-enum-value-without-order': style,
  'add-foreign-key-of-narrower-type': 'both columns get one type first: written as ALTER COLUMN TYPE that has a plan',
  'add-unique-over-existing-rows':
    'a note beside the index or constraint, whose plan builds it: which of two equal rows stays is for people',
  'allow-comment': author,
  'contract-debt': 'the finding names the statement that pays it',
  'create-index-with-many-columns': style,
  'create-index-without-name': style,
  'create-redundant-index':
    'style: leave out the shorter index, or drop it once the longer one is there; written as DROP INDEX that has a plan',
  'column-type-char': style,
  'column-type-json': style,
  'column-type-money': style,
  'column-type-serial': style,
  'column-type-timestamp': style,
  'column-type-varchar': style,
  'disable-autovacuum':
    'nothing that is deployed makes it safe: leave it on, or switch it on again at the end of the migration, with VACUUM ANALYZE behind',
  'drop-not-null':
    'a note, as the statement is safe: code that can read NULL goes before it, code that writes NULL comes after it',
  'foreign-key-without-index':
    'style: it asks for one more index, which the migration does not make; written as CREATE INDEX that has a plan',
  'grant-to-public': 'style: name the roles that are to have it; only the author knows which',
  'insert-without-columns': style,
  'key-too-narrow': style,
  'lock-order-differs':
    'a note about two migrations: lock the tables in one order in both; the files of a plan lock one table each where they can',
  'lock-table': 'what the lock is for only the author knows: a weaker mode may do, or none',
  'migration-edited': runner,
  'migration-out-of-order': runner,
  'name-hard-to-use': style,
  'name-without-schema': style,
  'phase-not-as-declared': author,
  'schema-and-code-together': 'its remedy is two change sets: the schema first, the code that needs it after that',
  'security-definer-without-search-path':
    'style: add SET search_path with the schemas that the body means; only the author knows which',
  'statement-not-repeatable': style,
  'statement-not-understood': 'what is not understood is not rewritten',
  'statement-refused': author,
  'statement-without-effect': author,
  'syntax-error': author,
  'table-without-primary-key': style,
  'tighten-column-deployed-code-uses':
    'asked with `--app` alone, beside the plan of the statement itself, which says what to deploy before NOT NULL, a CHECK, a unique or foreign key or another type',
  'transaction-unbalanced': author,
  'update-extension':
    'what its scripts do is not in the migration: read them, name the version with TO, and try the update on a copy',
}

/** The rules that have a plan, with where it is proven, and those that have none, by their reasons: each rule once. */
export function planTable(rules: ReadonlyMap<string, Rule>): string {
  const cases = rewriteCases()
  const ids = [...rules.keys()]
  const link = (id: string) => `[${id}](rules/${id}.md)`
  const planned = ids.flatMap((id) => {
    if (withoutPlan[id] !== undefined) return []
    const own = cases.filter((one) => one.rule === id)
    const on = (postgres: number) => own.filter(({ postgres: [first, last] }) => first <= postgres && postgres <= last).length
    const isBuilt = rules.get(id)?.rewrite !== undefined || ofSeveral.includes(id)
    return [
      `| ${link(id)} | ${isBuilt ? 'yes' : 'its file is taken apart'} | ${own.length === 0 ? '' : `15: ${on(15)} · 18: ${on(18)}`} |`,
    ]
  })
  const reasons = [...new Set(ids.flatMap((id) => withoutPlan[id] ?? []))]
  const left = reasons.map(
    (reason) =>
      `| ${ids
        .filter((id) => withoutPlan[id] === reason)
        .map(link)
        .join(', ')} | ${reason} |`,
  )
  return [
    '| rule | plan | cases proven on PostgreSQL |',
    '| --- | --- | --- |',
    ...planned,
    '',
    'Without a plan:',
    '',
    '| rules | why |',
    '| --- | --- |',
    ...left,
  ].join('\n')
}
