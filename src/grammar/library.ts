import { createRequire } from 'node:module'

/** libpg-query: PostgreSQL 18's own parser, compiled to WebAssembly. */
export type Library = typeof import('libpg-query')

/** Loads it, as the CommonJS package that it is: `import` would first read it through in search of its exports. */
export async function loadLibrary(): Promise<Library> {
  const library: Library = createRequire(import.meta.url)('libpg-query')
  await library.loadModule()
  return library
}
