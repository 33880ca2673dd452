/** Bundles src/ and rules/ into dist/: one small entry that starts fast, chunks that only the commands that need them load. */
import { chmodSync, rmSync } from 'node:fs'
import { build } from 'esbuild'

rmSync('dist', { recursive: true, force: true })
await build({
  entryPoints: { cli: 'src/cli/main.ts', index: 'src/index.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  chunkNames: 'chunks/[name]-[hash]',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'linked',
  // jsonc-parser's UMD build, its main, cannot be bundled.
  mainFields: ['module', 'main'],
  // The grammar brings its WASM file; the others are optional and loaded by `trace` alone.
  external: ['libpg-query', '@electric-sql/pglite', '@electric-sql/pglite/*', 'postgres', 'pgsql-ast-parser'],
  banner: { js: "import { createRequire as requireFrom } from 'node:module';const require = requireFrom(import.meta.url);" },
})
chmodSync('dist/cli.js', 0o755)
