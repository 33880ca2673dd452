import { stat } from 'node:fs/promises'
import { basename, dirname, relative, resolve, sep } from 'node:path'
import { glob, isDynamicPattern } from 'tinyglobby'
import { Failure } from '../failure.ts'
import { loadGrammar, parseSql } from '../grammar/parse.ts'
import type { Migration, TransactionMode } from '../migration.ts'
import { plain } from './plain.ts'
import { prisma } from './prisma.ts'
import { readSource, reasonOf, type Source } from './source.ts'
import { byCodeUnit, type Tool } from './tool.ts'

/** Every known tool, most telling sign first; the last takes any directory. */
export const tools: readonly Tool[] = [prisma, plain]

export interface ReadOptions {
  readonly cwd: string
  /** Name of the tool; found from the files without it. */
  readonly tool?: string
  /** For tools whose transaction mode is a guess. */
  readonly transaction?: TransactionMode
  /** Globs of files to leave out. */
  readonly ignore?: readonly string[]
  /** The text to read where a path is `-`, and the name it goes by. */
  readonly stdin?: { readonly text: string; readonly filename: string }
}

export interface History {
  readonly tool: string
  /** In the order in which the tool runs them. */
  readonly migrations: readonly Migration[]
  /** Whether a migration was asked for; the others were found beside it and are context. */
  readonly asked: (migration: Migration) => boolean
}

/**
 * Reads the migrations that paths name: files, directories and globs; `-` for standard input.
 * A single migration file brings the earlier ones of its directory along as context.
 * Throws a Failure where a path cannot be read or nothing is found.
 */
export async function readMigrations(paths: readonly string[], options: ReadOptions): Promise<History> {
  await loadGrammar()
  const roots = paths.length > 0 ? paths : await findRoots(options.cwd)
  const asked = new Set<string>()
  const migrations: Migration[] = []
  let tool: Tool | undefined
  for (const root of roots) {
    if (root === '-') {
      const { text, filename } = options.stdin ?? { text: '', filename: '-' }
      asked.add(filename)
      tool ??= toolNamed(options.tool) ?? plain
      migrations.push(...migrationsOf({ file: filename, text }, tool, options))
      continue
    }
    const found = await filesOf(root, options)
    const directoryTool = toolNamed(options.tool) ?? tools.find((candidate) => candidate.detects(found.files)) ?? plain
    tool ??= directoryTool
    const ordered = directoryTool.order(found.files)
    if (ordered.length === 0)
      throw new Failure(
        `${root}: no migration found (looked for ${directoryTool.name === 'plain' ? '*.sql' : directoryTool.name} files)`,
      )
    for (const file of ordered) {
      const path = resolve(found.directory, file)
      const shown = shownPath(path, options.cwd)
      if (found.asked === undefined || found.asked.has(file)) asked.add(shown)
      migrations.push(...migrationsOf(await readSource(path, shown), directoryTool, options))
    }
  }
  return { tool: tool?.name ?? plain.name, migrations, asked: (migration) => asked.has(migration.file) }
}

function migrationsOf(source: Source, tool: Tool, options: ReadOptions): readonly Migration[] {
  return tool.units(source).map(({ region, transaction }) => {
    const { statements, comments } = parseSql(source.text, { region })
    return {
      file: source.file,
      text: source.text,
      statements,
      comments,
      transaction: tool.assumed ? (options.transaction ?? transaction) : transaction,
      transactionAssumed: tool.assumed && options.transaction === undefined,
    }
  })
}

interface Found {
  readonly directory: string
  readonly files: readonly string[]
  /** Files that the user named; undefined: all. */
  readonly asked: ReadonlySet<string> | undefined
}

async function filesOf(root: string, options: ReadOptions): Promise<Found> {
  const path = resolve(options.cwd, root)
  const info = await stat(path).catch((error: unknown) => {
    if (isDynamicPattern(root)) return undefined
    throw new Failure(`${root}: ${reasonOf(error)}`)
  })
  if (info === undefined) {
    const files = (await glob(root, { cwd: options.cwd, ignore: [...(options.ignore ?? [])], dot: false })).sort(byCodeUnit)
    if (files.length === 0) throw new Failure(`${root}: no file matches`)
    return { directory: options.cwd, files, asked: undefined }
  }
  if (info.isDirectory()) return { directory: path, files: await filesBelow(path, options), asked: undefined }
  if (!info.isFile()) throw new Failure(`${root}: is neither a file nor a directory`)
  return withSiblings(path, options)
}

/** A file that is one step of a sequence is judged on top of what came before it. */
async function withSiblings(path: string, options: ReadOptions): Promise<Found> {
  const nested = basename(path) === 'migration.sql' || basename(path) === 'up.sql'
  const directory = nested ? dirname(dirname(path)) : dirname(path)
  const file = relative(directory, path).split(sep).join('/')
  if (!/^[VUB]?\d/.test(file)) return { directory, files: [file], asked: new Set([file]) }
  const siblings = (await filesBelow(directory, options)).filter(
    (other) => other === file || (/^[VUB]?\d/.test(other) && byCodeUnit(other, file) < 0),
  )
  return { directory, files: siblings, asked: new Set([file]) }
}

async function filesBelow(directory: string, options: ReadOptions): Promise<readonly string[]> {
  return glob('**', { cwd: directory, ignore: ['**/node_modules/**', ...(options.ignore ?? [])], dot: false, onlyFiles: true })
}

/** Without a path: the directories under the working directory that hold migrations. */
async function findRoots(cwd: string): Promise<readonly string[]> {
  const files = await glob('**/{migrations,migrate,migration}/**/*.sql', { cwd, ignore: ['**/node_modules/**'], dot: false })
  const roots = new Set(files.map((file) => file.replace(/((?:^|\/)(?:migrations|migrate|migration))\/.*$/, '$1')))
  if (roots.size === 0) throw new Failure('no migrations found here; name a directory or file: phasewise migrations/')
  if (roots.size > 1)
    throw new Failure(`several directories hold migrations (${[...roots].sort(byCodeUnit).join(', ')}); name one`)
  return [...roots]
}

function toolNamed(name: string | undefined): Tool | undefined {
  if (name === undefined) return undefined
  const tool = tools.find((candidate) => candidate.name === name)
  if (tool === undefined) throw new Failure(`unknown tool "${name}"; known: ${tools.map((known) => known.name).join(', ')}`)
  return tool
}

function shownPath(path: string, cwd: string): string {
  const shown = relative(cwd, path).split(sep).join('/')
  return shown === '' ? '.' : shown
}
