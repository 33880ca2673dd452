import { createRequire } from 'node:module'
import type { Extension, PGlite } from '@electric-sql/pglite'
import { type Engine, importPeer, majorOf, type Ran, type Row, refusalOf, ServerError } from './engine.ts'

export interface EmbeddedEngine extends Engine {
  /** Extensions asked for that PGlite does not ship: CREATE EXTENSION will fail for them. */
  readonly unavailableExtensions: readonly string[]
}

/** Starts an in-process PostgreSQL with an empty database in memory. Takes some seconds once; `extensions` as CREATE EXTENSION names them. */
export async function openPglite(options: { extensions?: readonly string[] } = {}): Promise<EmbeddedEngine> {
  const module = await importPeer(() => import('@electric-sql/pglite'), '@electric-sql/pglite', 'tracing without a server')
  const extensions: Record<string, Extension> = {}
  const unavailableExtensions: string[] = []
  for (const name of new Set(options.extensions ?? [])) {
    if (name === 'plpgsql') continue
    const extension = await loadExtension(name)
    if (extension === undefined) unavailableExtensions.push(name)
    else extensions[name.replaceAll('-', '_')] = extension
  }
  const database = await module.PGlite.create({ extensions })
  const session = sessionOf(database)
  const version = (await session.query('SHOW server_version'))[0]?.[0] ?? ''
  return {
    ...session,
    name: `PGlite ${version}`,
    postgres: majorOf(version),
    openSession: undefined,
    ownCluster: true,
    async freshen() {
      await session.run('DISCARD ALL')
    },
    unavailableExtensions,
  }
}

function sessionOf(database: PGlite): Pick<Engine, 'query' | 'run' | 'close'> {
  return {
    async query(sql) {
      try {
        const { rows } = await database.query<unknown[]>(sql, [], { rowMode: 'array' })
        return rows.map((row): Row => row.map((value) => (value === null ? null : String(value))))
      } catch (error) {
        throw new ServerError(refusalOf(error))
      }
    },
    async run(sql): Promise<Ran> {
      const notices: string[] = []
      try {
        await database.exec(sql, { onNotice: ({ message }) => notices.push(message ?? '') })
        return { notices, error: undefined }
      } catch (error) {
        return { notices, error: refusalOf(error) }
      }
    },
    close: () => database.close(),
  }
}

/** The packaged extensions are modules that export an extension under their own name: `contrib/uuid_ossp` exports `uuid_ossp`. */
async function loadExtension(name: string): Promise<Extension | undefined> {
  const exported = name.replaceAll('-', '_')
  const path = [`contrib/${exported}`, exported].map((path) => `@electric-sql/pglite/${path}`).find(isInstalled)
  if (path === undefined || !/^[a-z0-9_]+$/.test(exported)) return undefined
  const module: unknown = await import(path)
  if (typeof module !== 'object' || module === null) return undefined
  const extension: unknown = Object.getOwnPropertyDescriptor(module, exported)?.value
  return isExtension(extension) ? extension : undefined
}

function isInstalled(path: string): boolean {
  try {
    createRequire(import.meta.url).resolve(path)
    return true
  } catch {
    return false
  }
}

function isExtension(value: unknown): value is Extension {
  return typeof value === 'object' && value !== null && 'name' in value && 'setup' in value && typeof value.setup === 'function'
}
