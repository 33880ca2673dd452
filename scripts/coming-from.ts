/** docs/coming-from/<peer>.md: each of another linter's rules with ours or the reason why there is none, its comments, its settings. */
import type { Rule } from '../src/rule.ts'
import { migrationpilot } from './coverage/migrationpilot.ts'
import { refusals } from './coverage/refusals.ts'
import { peerIds } from './coverage.ts'

export interface Peer {
  /** The prefix of its ids in `knownAs`, and the name of its page. */
  readonly id: string
  readonly title: string
  /** SQL in which a comment of its silences `create-index-without-concurrently`; none where it has no such comments. */
  readonly comments: readonly { readonly reaches: string; readonly sql: string }[]
  /** What else is to be said of its comments. */
  readonly besides: string
  /** Its settings, and what does the same here. */
  readonly settings: readonly (readonly [theirs: string, ours: string])[]
}

const statement = 'CREATE INDEX orders_region_idx ON orders (region);'
const above = (comment: string) => `${comment}\n${statement}`
const behind = (comment: string) => `${statement} ${comment}`
/** Far away from the statement. */
const atTop = (comment: string) => `${comment}\n\nSELECT 1;\n\n${statement}`

export const peers: readonly Peer[] = [
  {
    id: 'squawk',
    title: 'squawk',
    comments: [
      { reaches: 'the statement', sql: above('-- squawk-ignore require-concurrent-index-creation') },
      { reaches: 'the statement, with a reason', sql: above('-- squawk-ignore require-concurrent-index-creation -- 200 rows') },
      { reaches: 'the line', sql: behind('-- squawk-ignore require-concurrent-index-creation') },
      { reaches: 'the file', sql: atTop('-- squawk-ignore-file require-concurrent-index-creation') },
      { reaches: 'the file, every rule', sql: atTop('-- squawk-ignore-file') },
    ],
    besides: 'As with squawk, `-- squawk-ignore` without a rule does nothing.',
    settings: [
      ['`pg_version`', '`postgres`, the major version'],
      ['`excluded_rules`', '`"rules": { "<rule>": "off" }`'],
      ['`included_rules`', 'the preset `style` for the optional ones; `"rules": { "<rule>": "warning" }` one by one'],
      ['`excluded_paths`', '`ignore`'],
      ['`assume_in_transaction`', 'nothing, where the migration tool is known; for plain SQL files `"transaction": "unit"`'],
    ],
  },
  {
    id: 'migrationpilot',
    title: 'MigrationPilot',
    comments: [
      { reaches: 'the statement', sql: above('-- migrationpilot-disable MP001') },
      { reaches: 'the statement, in a block comment', sql: above('/* migrationpilot-disable MP001, MP004 */') },
      { reaches: 'the statement, every rule', sql: above('-- migrationpilot-disable') },
      { reaches: 'the line', sql: behind('-- migrationpilot-disable MP001') },
      { reaches: 'the file', sql: atTop('-- migrationpilot-disable-file MP001') },
      { reaches: 'the file, every rule', sql: atTop('-- migrationpilot-disable-file') },
    ],
    besides: 'Ids are taken, and names are not: as there, a comment that gives a name disables nothing.',
    settings: [
      ['`pgVersion`', '`postgres`'],
      ['`failOn`', '`failOn`'],
      ['`migrationPath`', '`paths`, where the migrations are not found by themselves'],
      ['`rules: { MP001: false }`', '`"rules": { "<rule>": "off" }`'],
      ['`rules: { MP001: { severity: … } }`', '`"rules": { "<rule>": "error" | "warning" | "note" }`'],
      ['`ignore`', '`ignore`'],
      ['`analyze --fix`', '`phasewise --fix`, in migrations that nobody can have run'],
      ['`plan-fix`', '`phasewise plan`; `--write` makes files of the migration tool of it'],
      ['`extends`: recommended, strict', '`presets`: `recommended`, `strict`; `style` for conventions'],
    ],
  },
  {
    id: 'pgfence',
    title: 'pgfence',
    comments: [
      { reaches: 'the statement', sql: above('-- pgfence-ignore: create-index-not-concurrent') },
      { reaches: 'the statement, every rule', sql: above('-- pgfence-ignore') },
      { reaches: 'the statement, as it used to be written', sql: above('-- pgfence: ignore create-index-not-concurrent') },
    ],
    besides: 'On the first statement of a file the `missing-…` ids cover the file, as there.',
    settings: [
      ['`min-pg-version`', '`postgres`'],
      ['`max-risk`', '`failOn`'],
      ['`require-lock-timeout`: false', '`"rules": { "lock-without-timeout": "off" }`'],
      ['`stats-file`', '`stats`, written by `phasewise stats`'],
      ['`snapshot`', '`--schema dump.sql`; seldom needed, because the history is replayed'],
    ],
  },
  {
    id: 'eugene',
    title: 'eugene',
    comments: [
      { reaches: 'the statement', sql: above('-- eugene: ignore E6') },
      { reaches: 'the statement, several rules', sql: above('-- eugene: ignore E6,E9') },
      { reaches: 'the statement, every rule', sql: above('-- eugene: ignore') },
    ],
    besides: '',
    settings: [
      ['`eugene lint`', '`phasewise`'],
      ['`eugene trace`', '`phasewise trace`, which compares what happens with what was predicted'],
      ['`--git-diff origin/main`', '`--since origin/main`'],
      ['`--ignore E6`', '`"rules": { "<rule>": "off" }`'],
    ],
  },
  {
    id: 'strong_migrations',
    title: 'strong_migrations',
    comments: [],
    besides:
      '`safety_assured { }` is Ruby, which the SQL of a migration does not show. Where a statement is known to be safe, say so above it: `-- phasewise allow <rule>: <reason>`.',
    settings: [
      ['`target_version`', '`postgres`'],
      ['`start_after`', '`phasewise baseline` accepts what is there; `--since` judges what a branch adds'],
      ['`disable_check(:…)`', '`"rules": { "<rule>": "off" }`'],
      ['`check_down`', '`--down`'],
      ['`lock_timeout`', "the role's setting, or `SET lock_timeout` in the migration: `lock-without-timeout` looks for it"],
    ],
  },
  {
    id: 'atlas',
    title: 'Atlas',
    comments: [
      { reaches: 'the statement', sql: above('-- atlas:nolint PG101') },
      { reaches: 'the statement, by the name of an analyzer', sql: above('-- atlas:nolint concurrent_index') },
      { reaches: 'the statement, everything', sql: above('-- atlas:nolint') },
      { reaches: 'the file: at its top, with an empty line below', sql: atTop('-- atlas:nolint PG101') },
    ],
    besides: '`-- atlas:txmode none` is read, too: it decides what runs in one transaction.',
    settings: [
      ['`atlas migrate lint --git-base main`', '`phasewise --since main`'],
      ['`--latest 1`', 'the file: `phasewise migrations/42_x.sql`; what comes before is context'],
      ['`lint { destructive { error = true } }`', '`"hazards": { "loses data": "error" }`, or rule by rule'],
      ['`--dev-url`', 'nothing for `lint`; `phasewise trace` runs migrations on a server'],
    ],
  },
  {
    id: 'pg-migration-lint',
    title: 'pg-migration-lint',
    comments: [
      { reaches: 'the statement', sql: above('-- pgm-lint:suppress PGM001') },
      { reaches: 'the statement, several rules', sql: above('-- pgm-lint:suppress PGM001,PGM501') },
      { reaches: 'the file', sql: atTop('-- pgm-lint:suppress-file PGM001') },
    ],
    besides: '',
    settings: [
      ['`[migrations] paths`', '`paths`, where the migrations are not found by themselves'],
      ['`[migrations] strategy`', '`tool`; found from the files'],
      ['`[output] formats`', '`--format`, which may be repeated: `--format sarif=out.sarif --format text`'],
      ['`--changed-files`', '`--since <git-ref>`'],
    ],
  },
]

const reasons = new Map(refusals.flatMap(({ ids, reason }) => ids.map((id) => [id, reason] as const)))

/** A page. `severity` says what a rule is by default. */
export function comingFromPage(peer: Peer, rules: ReadonlyMap<string, Rule>, severity: (rule: Rule) => string): string {
  const ids = [...peerIds()].flatMap((id) => (id.startsWith(`${peer.id}/`) ? [id.slice(peer.id.length + 1)] : []))
  const named = new Map(migrationpilot)
  // MigrationPilot's rules have an id and a name: one row for both.
  const rows = peer.id === 'migrationpilot' ? ids.filter((id) => named.has(id)) : ids
  return [
    `# Coming from ${peer.title}`,
    '',
    `Each rule of ${peer.title} with the rule that looks after it here, or the reason why none does. Generated, and checked by the tests.`,
    '',
    ...(peer.comments.length === 0
      ? ['## Comments', '', peer.besides, '']
      : [
          '## Comments',
          '',
          `Comments for ${peer.title} are honoured where its rule has one of ours. Each of these is silent, and listed with its comment as the reason:`,
          '',
          ...peer.comments.flatMap(({ reaches, sql }) => [
            `${reaches.charAt(0).toUpperCase()}${reaches.slice(1)}:`,
            '',
            '```sql',
            sql,
            '```',
            '',
          ]),
          ...(peer.besides === '' ? [] : [peer.besides, '']),
        ]),
    '## Settings',
    '',
    `| ${peer.title} | here |`,
    '| --- | --- |',
    ...peer.settings.map(([theirs, ours]) => `| ${theirs.replaceAll('|', '\\|')} | ${ours.replaceAll('|', '\\|')} |`),
    '',
    '## Rules',
    '',
    '| rule there | here | by default |',
    '| --- | --- | --- |',
    ...rows.map((id) => {
      const own = [...rules].filter(([, { knownAs }]) => knownAs.includes(`${peer.id}/${id}`))
      const name = named.get(id)
      const shown = peer.id === 'migrationpilot' && name !== undefined ? `${id} ${name}` : `\`${id}\``
      if (own.length === 0) return `| ${shown} | no rule: ${reasons.get(`${peer.id}/${id}`) ?? ''} | |`
      const links = own.map(([rule]) => `[${rule}](../rules/${rule}.md)`)
      return `| ${shown} | ${links.join('<br>')} | ${own.map(([, rule]) => severity(rule)).join('<br>')} |`
    }),
    '',
  ].join('\n')
}

/** The list of pages. */
export function comingFromIndex(): string {
  return [
    '# Coming from another linter',
    '',
    'What each of their rules is here, with its default severity, or why there is none; what their comments and settings become.',
    '',
    ...peers.map(({ id, title }) => `- [${title}](${id}.md)`),
    '',
    'Every linter at once, hazard by hazard: [coverage](../coverage.md). An old project starts green with `phasewise baseline`, which accepts',
    "today's findings, so that only new ones count.",
    '',
  ].join('\n')
}
