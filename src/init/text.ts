/** What init writes into a project, and what the docs show: a test holds the two equal. */

/** Where the project's own pieces are; `config` is undefined where phasewise finds it by itself. */
export interface Setting {
  readonly config: string | undefined
  /** Whether phasewise is one of the project's npm packages. */
  readonly isNpmProject: boolean
}

/** Where the Action and the hooks of the pre-commit framework come from. */
export const repository = 'phasewise/phasewise'

/** The command of a hook: from the project's packages, never downloaded there; fetched where a project has none. */
export function hookCommand({ config, isNpmProject }: Setting): string {
  const run = isNpmProject ? 'npx --no -- phasewise' : 'npx --yes -- phasewise@0'
  return `${run} --staged${config === undefined ? '' : ` --config ${quoted(config)}`}`
}

/** A hook of plain git, whole. */
export function plainHook(setting: Setting): string {
  return `#!/bin/sh\nexec ${hookCommand(setting)}\n`
}

/** An item of the list `repos` of .pre-commit-config.yaml, without indentation. */
export function preCommitItem({ config }: Setting, version: string): string {
  const lines = [`- repo: https://github.com/${repository}`, `  rev: v${version}`, '  hooks:', '    - id: phasewise']
  return `${[...lines, ...(config === undefined ? [] : [`      args: [--config, ${JSON.stringify(config)}]`])].join('\n')}\n`
}

/** A command of lefthook's pre-commit hook, without indentation. */
export function lefthookCommand(setting: Setting): string {
  return `phasewise:\n  glob: "*.sql"\n  run: ${hookCommand(setting)}\n`
}

/** lefthook's whole block. */
export function lefthookBlock(setting: Setting): string {
  return `pre-commit:\n  commands:\n${indented(lefthookCommand(setting), '    ')}`
}

/** .github/workflows/phasewise.yml. */
export function workflow({ config }: Setting): string {
  return `name: migrations
on: pull_request
permissions:
  contents: read
  pull-requests: write # for the comment; without it there are annotations and the summary
concurrency: # the comment is about the last commit
  group: phasewise-\${{ github.ref }}
  cancel-in-progress: true
jobs:
  phasewise:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
        with:
          fetch-depth: 2 # the pull request merged into its base, and that
      - uses: ${repository}@v0
${config === undefined ? '' : `        with:\n          config: ${JSON.stringify(config)}\n`}`
}

/** phasewise.json, with what was found and, commented, what only its owner knows. */
export function configuration(found: {
  readonly schema: string
  readonly paths: readonly string[]
  readonly postgres: number | undefined
  readonly app: readonly string[]
}): string {
  const { schema, paths, postgres, app } = found
  const settings = [
    `"$schema": ${JSON.stringify(schema)}`,
    ...(paths.length === 0 ? [] : [`"paths": ${listOf(paths)}`]),
    ...(postgres === undefined ? [] : [`"postgres": ${postgres}`]),
  ]
  // What is commented stands first, so that it can be taken in as it is and the last setting needs no comma.
  return [
    '{',
    '  // The code that uses the database: what it still names is not dropped unnoticed.',
    `  // "app": { "paths": ${listOf(app)} },`,
    ...(postgres === undefined
      ? ['  // The major version of the server that the migrations run on; 15 is assumed without it.', '  // "postgres": 17,']
      : []),
    ...settings.map((setting, index) => `  ${setting}${index === settings.length - 1 ? '' : ','}`),
    '}',
    '',
  ].join('\n')
}

function listOf(texts: readonly string[]): string {
  return `[${texts.map((text) => JSON.stringify(text)).join(', ')}]`
}

export function indented(text: string, indentation: string): string {
  return text.replace(/^(?=.)/gm, indentation)
}

/** For a shell and for YAML's plain scalars alike. */
function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`
}
