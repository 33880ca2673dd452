import { join, resolve, sep } from 'node:path'
import { Failure } from '../failure.ts'
import { globTest } from '../glob.ts'
import type { Grammar, ParserName } from '../grammar/grammar.ts'
import { loadGrammar, parseSql } from '../grammar/parse.ts'
import type { PlaceholderSyntax } from '../grammar/placeholders.ts'
import type { Change, Migration, TransactionMode } from '../migration.ts'
import { byCodeUnit, disk, type Files } from './files.ts'
import { type Found, findAnywhere, findAround, findIn, shownPath } from './find.ts'
import { hasPlace, withFile } from './overlay.ts'
import { readSource, reasonOf } from './source.ts'
import { scriptUnits } from './tool/script.ts'
import type { Unit } from './tool.ts'

export interface ReadOptions {
  readonly cwd: string
  /** Name of the tool; found from the files without it. */
  readonly tool?: string
  /** For plain SQL files, whose runner is unknown. */
  readonly transaction?: TransactionMode
  /** What parses the SQL; PostgreSQL's own grammar without it. */
  readonly parser?: ParserName
  /** Globs of files to leave out, relative to `cwd`. */
  readonly ignore?: readonly string[]
  /** The text to read where a path is `-`, and the file that it will be saved as; without one it stands alone. */
  readonly stdin?: { readonly text: string; readonly filename?: string | undefined }
  /** Judge down migrations instead of forward ones. */
  readonly down?: boolean
  /** Where files come from; the disk without it. */
  readonly files?: Files
  /** What happened to a file (an absolute path) since the merge base: then unchanged migrations are context, not asked for. */
  readonly changeOf?: (path: string) => Change | undefined
  /** Which files (absolute paths) of the change set are to be reported; all without it. */
  readonly isReported?: (path: string) => boolean
}

/** Migrations in the order in which their tool runs them. */
export interface History {
  readonly tool: string
  /** Where they were found and by which sign, for the output. */
  readonly found: { readonly directory: string; readonly because: string } | undefined
  readonly migrations: readonly Migration[]
  /** Whether a migration was asked for; the others were found beside it and are context. */
  readonly asked: (migration: Migration) => boolean
  /** Whether to report what is found in a migration that was asked for; where not, it belongs to the same change set only. */
  readonly reported: (migration: Migration) => boolean
}

/**
 * Reads the migrations that paths name: directories, files, globs; `-` for standard input; nothing for what can be found.
 * Single migration files bring the earlier ones of their directory along as context.
 * Throws a Failure where a path cannot be read or nothing is found.
 */
export async function readMigrations(paths: readonly string[], given: ReadOptions): Promise<History> {
  const grammar = await loadGrammar(given.parser)
  const saved = await withoutIgnored(given)
  const unsaved = paths.includes('-') ? unsavedFile(given, saved) : undefined
  const files = unsaved === undefined ? saved : withFile(saved, unsaved.path, unsaved.text)
  const options = unsaved === undefined ? given : { ...given, ...changed(given, unsaved.path) }
  const find = { files, cwd: options.cwd, ...(options.tool === undefined ? {} : { tool: options.tool }) }
  const asked = new Set<Migration>()
  const histories: { tool: string; found: History['found']; migrations: readonly Migration[] }[] = []
  const add = (one: Found, only: ReadonlySet<string> | undefined) => {
    const units = one.tool.read(one.project).filter((unit) => isJudged(unit, options) || (only?.has(unit.file) ?? false))
    const last = only === undefined ? units.length : units.findLastIndex((unit) => only.has(unit.file)) + 1
    const alone = only !== undefined && one.tool.name === 'plain' && [...only].some((file) => !/^\d/.test(file))
    const directory = shownPath(one.project.directory, options.cwd)
    const merged =
      options.changeOf && units.findLast((unit) => options.changeOf?.(join(one.project.directory, unit.file)) === undefined)
    const newest = merged === undefined ? -1 : units.indexOf(merged)
    const migrations = units.slice(0, last).flatMap((unit, index) => {
      if (alone && !only.has(unit.file)) return []
      const file = shownPath(join(one.project.directory, unit.file), options.cwd)
      const change = options.changeOf?.(join(one.project.directory, unit.file))
      // A down migration undoes its own step: what other downs did to the schema is no context for it.
      const history = options.down ? file : directory
      const read = migrationOf(file, one.project.text(unit.file), unit, history, options, grammar)
      const overtaken =
        index < newest && merged !== undefined
          ? { overtaken: shownPath(join(one.project.directory, merged.file), options.cwd) }
          : {}
      const migration = change === undefined ? read : { ...read, change, ...overtaken }
      const isNamed = only === undefined || only.has(unit.file)
      if (isNamed && (options.changeOf === undefined || change !== undefined)) asked.add(migration)
      return [migration]
    })
    if (migrations.length === 0 && units.length === 0)
      throw new Failure(`${directory}: no migration found (read as ${one.tool.name})`)
    histories.push({
      tool: one.tool.name,
      found: one.because === undefined ? undefined : { directory, because: one.because },
      migrations,
    })
  }

  if (paths.length === 0) add(findAnywhere(find), undefined)
  const named = new Map<string, { one: Found; only: Set<string> }>()
  const addFile = (path: string) => {
    const { file, ...one } = findAround(path, find)
    const known = named.get(one.project.directory) ?? { one, only: new Set<string>() }
    known.only.add(file)
    named.set(one.project.directory, known)
  }
  for (const path of paths) {
    if (path === '-' && unsaved !== undefined) {
      addFile(unsaved.path)
      continue
    }
    if (path === '-') {
      const script = readStdin(options, grammar)
      for (const migration of script.migrations) asked.add(migration)
      histories.push(script)
      continue
    }
    const absolute = resolve(options.cwd, path)
    const kind = files.kind(absolute)
    if (kind === 'directory') add(findIn(absolute, find), undefined)
    else if (kind === 'file') addFile(absolute)
    else for (const match of await matches(path, options, files)) addFile(resolve(options.cwd, match))
  }
  for (const { one, only } of named.values()) add(one, only)
  return {
    tool: histories[0]?.tool ?? 'plain',
    found: histories[0]?.found,
    migrations: histories.flatMap(({ migrations }) => migrations),
    asked: (migration) => asked.has(migration),
    reported: (migration) => options.isReported?.(resolve(options.cwd, migration.file)) ?? true,
  }
}

/** Reads a dump (`pg_dump --schema-only`, structure.sql): the schema before the first migration. Throws a Failure where it cannot be read. */
export async function readSchema(path: string, cwd: string, parser?: ParserName): Promise<Migration> {
  const grammar = await loadGrammar(parser)
  const absolute = resolve(cwd, path)
  const file = shownPath(absolute, cwd)
  const { text } = await readSource(absolute, file)
  const { statements, comments } = parseSql(text, { placeholders: new Set(['psql']), grammar })
  return { file, text, statements, comments, transaction: 'each', transactionAssumed: false }
}

function isJudged(unit: Unit, options: ReadOptions): boolean {
  if (options.down) return unit.kind === 'down'
  return unit.kind === 'up' || unit.kind === 'repeatable' || unit.kind === 'callback' || unit.kind === 'baseline'
}

function migrationOf(file: string, text: string, unit: Unit, history: string, options: ReadOptions, grammar: Grammar): Migration {
  const assumed = unit.assumed === true
  // A known runner expands what its unit names and nothing else; of an unknown one nothing is known.
  const placeholders = unit.placeholders ?? (assumed ? undefined : new Set<PlaceholderSyntax>())
  const {
    statements,
    comments,
    messages: joined,
    written,
  } = parseSql(text, {
    grammar,
    ...(unit.region === undefined ? {} : { region: unit.region }),
    ...(placeholders === undefined ? {} : { placeholders }),
  })
  const transaction = assumed ? (options.transaction ?? unit.transaction) : unit.transaction
  // `\;` means something to psql alone.
  const isPsqls = transaction === 'each' && (placeholders === undefined || placeholders.has('psql'))
  const messages = unit.messages ?? (isPsqls ? joined : undefined)
  return {
    file,
    text,
    statements,
    comments,
    transaction,
    transactionAssumed: assumed && options.transaction === undefined,
    ...(messages === undefined ? {} : { messages }),
    ...(written === undefined ? {} : { written }),
    history,
    ...(unit.kind === 'repeatable' ? { repeatable: true } : {}),
    ...(unit.kind === 'down' ? { down: true } : {}),
  }
}

/** Standard input where it is the text of a migration that an editor holds: it stands for the file, which need not be there yet. */
function unsavedFile({ stdin, cwd }: ReadOptions, files: Files): { readonly path: string; readonly text: string } | undefined {
  if (stdin?.filename === undefined || !/\.sql$/i.test(stdin.filename)) return undefined
  const path = resolve(cwd, stdin.filename)
  return hasPlace(files, path) ? { path, text: stdin.text } : undefined
}

/** What is being written belongs to the change set, whatever git knows of it. */
function changed({ changeOf }: ReadOptions, unsaved: string): Pick<ReadOptions, 'changeOf'> {
  if (changeOf === undefined) return {}
  return { changeOf: (path) => changeOf(path) ?? (path === unsaved ? { kind: 'edited' } : undefined) }
}

function readStdin(options: ReadOptions, grammar: Grammar): { tool: string; found: undefined; migrations: readonly Migration[] } {
  const { text = '', filename = 'stdin.sql' } = options.stdin ?? {}
  const { tool, units } = scriptUnits(filename, text)
  return {
    tool,
    found: undefined,
    migrations: units.map((unit) => migrationOf(filename, text, unit, filename, options, grammar)),
  }
}

/** What a glob finds; a path that is none does not exist. */
async function matches(pattern: string, options: ReadOptions, files: Files): Promise<readonly string[]> {
  const { glob, isDynamicPattern } = await import('tinyglobby')
  if (!isDynamicPattern(pattern)) throw new Failure(`${pattern}: ${reasonOf(Object.assign(new Error(), { code: 'ENOENT' }))}`)
  const found = files.isIndex
    ? listed(pattern, options.cwd, files)
    : await glob(pattern, {
        cwd: options.cwd,
        ignore: ['**/node_modules/**', ...(options.ignore ?? [])],
        onlyFiles: true,
      })
  if (found.length === 0) throw new Failure(`${pattern}: no file matches`)
  return [...found].sort(byCodeUnit)
}

/** What a glob finds in a listing. */
function listed(pattern: string, cwd: string, files: Files): readonly string[] {
  const segments = pattern.split('/')
  const magic = segments.findIndex((segment) => /(?<!\\)[*?[{(!]/.test(segment))
  const directory = resolve(cwd, segments.slice(0, magic).join('/').replace(/\\(.)/g, '$1') || '.')
  const test = globTest([`/${segments.slice(magic).join('/')}`])
  return files.below(directory).flatMap((file) => (test(file) ? [join(directory, file)] : []))
}

/** The files with what configuration ignores left out of listings. */
async function withoutIgnored(options: ReadOptions): Promise<Files> {
  const files = options.files ?? disk
  const ignore = options.ignore ?? []
  if (ignore.length === 0) return files
  if (files.isIndex) {
    const slashed = (path: string) => path.split(sep).join('/').replace(/^\//, '')
    const isIgnored = globTest(ignore.map((pattern) => `/${slashed(pattern)}`))
    return { ...files, below: (directory) => files.below(directory).filter((file) => !isIgnored(slashed(join(directory, file)))) }
  }
  const { glob } = await import('tinyglobby')
  const ignored = new Set((await glob([...ignore], { cwd: options.cwd, absolute: true, dot: true })).map((path) => resolve(path)))
  return { ...files, below: (directory) => files.below(directory).filter((file) => !ignored.has(join(directory, file))) }
}
