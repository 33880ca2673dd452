import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import type { Command } from 'commander'
import packageJson from '../../package.json' with { type: 'json' }
import { newestPostgres, oldestPostgres } from '../config/limits.ts'
import { Failure } from '../failure.ts'
import { type Edit, gitHook, huskyHook, lefthook, preCommitConfig } from '../init/edit.ts'
import { configuration, indented, type Setting, workflow } from '../init/text.ts'
import { printable } from '../report/printable.ts'
import type { Terminal } from './terminal.ts'

interface InitOptions {
  readonly yes?: boolean
  readonly dryRun?: boolean
}

/** One file of the project, relative to the working directory, and what becomes of it. */
interface Plan {
  readonly file: string
  readonly edit: Edit
  /** A file that git does not share is not made without asking. */
  readonly ask?: true
  /** What was taken from where. */
  readonly note?: string
}

/** `phasewise init [paths…]`: sets up configuration, hook and workflow, and says what it did. */
export function addInit(program: Command, terminal: Terminal): void {
  program
    .command('init [paths...]')
    .description('set up configuration, pre-commit hook and GitHub workflow; asks before it touches a file that is there')
    .option('-y, --yes', 'add to files without asking')
    .option('--dry-run', 'say what would be done and do nothing')
    .action(async (paths: string[], options: InitOptions) => {
      const { cwd } = terminal
      const say = (text: string) => terminal.out.write(printable(text))
      say(`${await migrationsIn(paths, cwd)}\n`)
      for (const { file, edit, ask, note } of await plansFor(paths, cwd)) {
        if (edit.kind === 'present') say(`${file}: there already, left as it is\n`)
        else if (edit.kind === 'paste') say(`${file}: add these lines where they belong:\n\n${indented(edit.lines, '    ')}\n`)
        else if (options.dryRun) {
          say(`${file}: would be ${edit.kind === 'create' ? 'written' : 'added to'}:\n\n${indented(edit.text, '    ')}\n`)
        } else if ((edit.kind === 'create' && ask === undefined) || (await agreed(file, edit, options, terminal))) {
          write(resolve(cwd, file), edit)
          say(`${file}: ${edit.kind === 'create' ? 'written' : 'added to'}${note === undefined ? '' : `, ${note}`}\n`)
        } else {
          const what = edit.kind === 'create' ? 'not written; its text would be' : 'not touched; with phasewise it would be'
          say(`${file}: ${what}:\n\n${indented(edit.text, '    ')}\n`)
        }
      }
      if (existsSync(join(cwd, 'package.json')) && !existsSync(join(cwd, 'node_modules/phasewise'))) {
        say('next: npm install --save-dev phasewise\n')
      }
    })
}

async function agreed(file: string, edit: Edit, { yes }: InitOptions, { ask }: Terminal): Promise<boolean> {
  if (yes === true) return true
  if (ask === undefined) return false
  return /^y(?:es)?$/i.test(
    (await ask(edit.kind === 'create' ? `write ${file}? [y/N] ` : `add phasewise to ${file}? [y/N] `)).trim(),
  )
}

function write(path: string, edit: Edit): void {
  if (edit.kind !== 'create' && edit.kind !== 'extend') return
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, edit.text)
  if (edit.executable) chmodSync(path, 0o755)
}

/** A sentence about the migrations that phasewise will find by itself, or why it needs to be told. Throws a Failure where it was told, and nothing is there. */
async function migrationsIn(paths: readonly string[], cwd: string): Promise<string> {
  const { readMigrations } = await import('../read/read.ts')
  try {
    const { tool, found, migrations } = await readMigrations(paths, { cwd })
    const where = found === undefined ? paths.join(', ') : `${found.directory} (${found.because})`
    return `${migrations.length} ${migrations.length === 1 ? 'migration' : 'migrations'}, ${tool}: ${where}`
  } catch (error) {
    if (!(error instanceof Failure) || paths.length > 0) throw error
    return `${error.message.replace(/; name (?:one of )?them:?.*$/, '')}; name them in "paths" of the configuration, or run phasewise init <path>`
  }
}

async function plansFor(paths: readonly string[], cwd: string): Promise<readonly Plan[]> {
  const { tryGit } = await import('../read/git.ts')
  const top = tryGit(cwd, 'rev-parse', '--show-toplevel')?.toString('utf8').trim()
  const own = top === undefined ? '' : relative(top, cwd).split(sep).join('/')
  const setting: Setting = {
    config: own === '' ? undefined : `${own}/phasewise.json`,
    isNpmProject: existsSync(join(top ?? cwd, 'package.json')),
  }
  const plans: Plan[] = [{ file: 'phasewise.json', ...configPlan(paths, own, cwd, top ?? cwd) }]
  if (top === undefined) return plans
  const shown = (file: string) => relative(cwd, join(top, file)).split(sep).join('/')
  const hook = tryGit(top, 'rev-parse', '--git-path', 'hooks/pre-commit')?.toString('utf8').trim() ?? '.git/hooks/pre-commit'
  const { file, editor, ask } = hookOf(top, relative(top, resolve(top, hook)).split(sep).join('/'))
  plans.push({ file: shown(file), edit: editor(textOf(join(top, file)), setting, packageJson.version), ...(ask ? { ask } : {}) })
  const text = workflow(setting)
  const workflowFile = '.github/workflows/phasewise.yml'
  const before = textOf(join(top, workflowFile))
  const edit: Edit = before === undefined ? { kind: 'create', text } : { kind: 'present' }
  plans.push({ file: shown(workflowFile), edit })
  return plans
}

/** The hook manager that the project uses; plain git, which is asked for, where there is none. */
function hookOf(top: string, plain: string): { file: string; editor: typeof gitHook; ask?: true } {
  const there = (...names: readonly string[]) => names.find((name) => existsSync(join(top, name)))
  const preCommit = there('.pre-commit-config.yaml', '.pre-commit-config.yml')
  if (preCommit !== undefined) return { file: preCommit, editor: preCommitConfig }
  if (there('.husky') !== undefined) return { file: '.husky/pre-commit', editor: huskyHook }
  const lefthookFile = there('lefthook.yml', 'lefthook.yaml', '.lefthook.yml', '.lefthook.yaml')
  if (lefthookFile !== undefined) return { file: lefthookFile, editor: lefthook }
  return { file: plain, editor: gitHook, ask: true }
}

function configPlan(paths: readonly string[], own: string, cwd: string, top: string): Omit<Plan, 'file'> {
  const manifest = textOf(join(cwd, 'package.json'))
  if (existsSync(join(cwd, 'phasewise.json')) || /^\s*"phasewise"\s*:\s*\{/m.test(manifest ?? ''))
    return { edit: { kind: 'present' } }
  const packages = relative(cwd, join(top, 'node_modules')).split(sep).join('/')
  const folders = ['src', 'app', 'lib', 'server', 'cmd', 'internal', 'pkg'].filter((folder) => existsSync(join(cwd, folder)))
  const postgres = postgresOf(cwd, top)
  const text = configuration({
    schema: existsSync(join(top, 'package.json'))
      ? `${packages.startsWith('.') ? '' : './'}${packages}/phasewise/phasewise.schema.json`
      : 'https://unpkg.com/phasewise/phasewise.schema.json',
    // At the top of the repository the migrations are found as they are by hand; elsewhere the hook starts above them.
    paths: paths.length > 0 || own === '' ? paths : ['.'],
    postgres: postgres?.version,
    app: (folders.length === 0 ? ['src'] : folders).map((folder) => `${folder}/**`),
  })
  const note = postgres === undefined ? {} : { note: `for PostgreSQL ${postgres.version}, as in ${postgres.from}` }
  return { edit: { kind: 'create', text }, ...note }
}

/** The one major version of PostgreSQL that the project's container images name. */
function postgresOf(cwd: string, top: string): { version: number; from: string } | undefined {
  const places = [...new Set([cwd, top, join(top, '.github/workflows')])].filter((folder) => existsSync(folder))
  const files = places.flatMap((folder) =>
    readdirSync(folder).flatMap((name) =>
      /^(?:docker-)?compose.*\.ya?ml$/.test(name) || (folder.endsWith('workflows') && /\.ya?ml$/.test(name))
        ? [join(folder, name)]
        : [],
    ),
  )
  const found = files.flatMap((file) =>
    [
      ...(textOf(file) ?? '').matchAll(
        /^[^#\n]*image:\s*["']?(?:[\w.-]+\/)*(?:postgres|postgis|pgvector|timescaledb):(?:pg)?(\d\d)\b/gm,
      ),
    ].map((match) => ({ version: Number(match[1]), from: relative(cwd, file).split(sep).join('/') })),
  )
  const [first] = found
  const isOne = found.every(({ version }) => version === first?.version)
  return first !== undefined && isOne && first.version >= oldestPostgres && first.version <= newestPostgres ? first : undefined
}

function textOf(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined
}
