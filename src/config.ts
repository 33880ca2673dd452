import { readFile } from 'node:fs/promises'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { findNodeAtLocation, getNodeValue, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser'
import type { Config } from './config/definition.ts'
import type { KnownRule } from './config/nearest.ts'
import { validateConfig } from './config/validate.ts'
import { Failure } from './failure.ts'
import { globTest } from './glob.ts'
import type { Severities } from './severity.ts'
import { Lines } from './span.ts'

export type { Config } from './config/definition.ts'

/** A configuration and where it came from. */
export interface LoadedConfig {
  readonly config: Config
  /** What its paths and globs are relative to. */
  readonly directory: string
  /** undefined where none was found. */
  readonly file: string | undefined
}

export const configFile = 'phasewise.json'

/**
 * Reads the configuration: the file that was named, or the nearest `phasewise.json`, or `phasewise` key of a `package.json`,
 * from the working directory upwards. Throws a Failure with file, line and column where it is not valid.
 */
export async function loadConfig(
  rules: ReadonlyMap<string, KnownRule>,
  options: { readonly cwd: string; readonly file?: string | undefined },
): Promise<LoadedConfig> {
  const { cwd } = options
  if (options.file !== undefined) {
    const path = resolve(cwd, options.file)
    const text = await readText(path, cwd)
    if (text === undefined) throw new Failure(`${shownPath(path, cwd)}: no such file or directory`)
    const config = parseConfig(text, shownPath(path, cwd), rules, /(?:^|[\\/])package\.json$/.test(path))
    if (config === undefined) throw new Failure(`${shownPath(path, cwd)}: has no "phasewise" key`)
    return { config, directory: dirname(path), file: path }
  }
  for (let directory = resolve(cwd); ; directory = dirname(directory)) {
    const own = join(directory, configFile)
    const text = await readText(own, cwd)
    const manifest = join(directory, 'package.json')
    const manifestText = await readText(manifest, cwd)
    const inManifest = manifestText?.includes('"phasewise"')
      ? parseConfig(manifestText, shownPath(manifest, cwd), rules, true)
      : undefined
    if (text !== undefined && inManifest !== undefined) {
      throw new Failure(
        `${shownPath(own, cwd)}: the "phasewise" key of package.json beside it configures phasewise too; keep one`,
      )
    }
    if (inManifest !== undefined) return { config: inManifest, directory, file: manifest }
    if (text !== undefined) {
      const config = parseConfig(text, shownPath(own, cwd), rules, false)
      if (config !== undefined) return { config, directory, file: own }
    }
    if (dirname(directory) === directory) return { config: {}, directory: cwd, file: undefined }
  }
}

/**
 * Parses and checks the text of a configuration (comments and trailing commas are fine). `inManifest`: the text is a
 * package.json, and undefined is returned where that has no `phasewise` key. Throws a Failure naming file, line and column.
 */
export function parseConfig(
  text: string,
  file: string,
  rules: ReadonlyMap<string, KnownRule>,
  inManifest: boolean,
): Config | undefined {
  const withoutMark = text.replace(/^\uFEFF/, '')
  const fail = (message: string, offset: number): never => {
    const { line, column } = new Lines(withoutMark).positionOf(offset)
    throw new Failure(`${file}:${line}:${column}: ${message}`)
  }
  const errors: ParseError[] = []
  const root = parseTree(withoutMark, errors, { allowTrailingComma: true })
  const [error] = errors
  if (error !== undefined) fail(inWords(printParseErrorCode(error.error)), error.offset)
  if (root === undefined) return fail('the file is empty; write {} for a configuration without settings', 0)
  const node = inManifest ? findNodeAtLocation(root, ['phasewise']) : root
  if (node === undefined) return undefined
  refuseRepeated(node, fail)
  const checked = validateConfig(node, getNodeValue(node), rules)
  return 'message' in checked && 'offset' in checked ? fail(checked.message, checked.offset) : checked
}

/** Severities as configured, with overrides that match files named relative to the working directory. */
export function severitiesOf(loaded: LoadedConfig, cwd: string): Severities {
  const { presets, hazards, rules, overrides = [] } = loaded.config
  return {
    presets,
    hazards,
    rules: rules ?? {},
    overrides: overrides.map((override) => {
      const test = globTest(override.files)
      return {
        matches: (file) => test(relative(loaded.directory, resolve(cwd, file)).split(sep).join('/')),
        rules: override.rules,
      }
    }),
  }
}

/** JSON takes the last of repeated keys, which hides a mistake. */
function refuseRepeated(node: Node, fail: (message: string, offset: number) => never): void {
  const seen = new Set<unknown>()
  for (const child of node.children ?? []) {
    const key = child.type === 'property' ? child.children?.[0] : undefined
    if (key !== undefined) {
      if (seen.has(key.value)) fail(`${JSON.stringify(key.value)} is set twice`, key.offset)
      seen.add(key.value)
    }
    refuseRepeated(child, fail)
  }
}

function inWords(code: string): string {
  return `not valid JSON: ${code.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()}`
}

async function readText(path: string, cwd: string): Promise<string | undefined> {
  let bytes: Uint8Array
  try {
    bytes = await readFile(path)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    if (code === 'EACCES' || code === 'EPERM') throw new Failure(`${shownPath(path, cwd)}: permission denied`)
    if (code === 'EISDIR') throw new Failure(`${shownPath(path, cwd)}: is a directory`)
    throw error
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new Failure(`${shownPath(path, cwd)}: the file is not valid UTF-8`)
  }
}

function shownPath(path: string, cwd: string): string {
  return relative(cwd, path).split(sep).join('/') || path
}
