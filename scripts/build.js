/** Bundles src/ and rules/ into dist/: one small entry that starts fast, chunks that only the commands that need them load. */
import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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

// The types of the package are the machine contract and the one function; nothing else of the analyzer is in them.
const types = mkdtempSync(join(tmpdir(), 'phasewise-types-'))
execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.types.json', '--outDir', types], {
  stdio: 'inherit',
})
for (const name of ['index', 'contract', 'failure']) copyFileSync(join(types, 'src', `${name}.d.ts`), `dist/${name}.d.ts`)
rmSync(types, { recursive: true })
