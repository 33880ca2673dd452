/** Bundles the Action and all that it needs into one folder, dist-action/ or the one that is named: what runs it installs nothing. */
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'

const folder = process.argv[2] ?? 'dist-action'
const common = { bundle: true, platform: 'node', target: 'node24', minifySyntax: true, minifyWhitespace: true, metafile: true }

rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })
const code = await build({
  ...common,
  entryPoints: { index: 'src/action/main.ts' },
  outdir: folder,
  outExtension: { '.js': '.mjs' },
  format: 'esm',
  legalComments: 'none',
  // jsonc-parser's UMD build, its main, cannot be bundled.
  mainFields: ['module', 'main'],
  banner: { js: "import { createRequire as requireFrom } from 'node:module';const require = requireFrom(import.meta.url);" },
  plugins: [
    {
      name: 'grammar beside the bundle',
      setup: ({ onLoad }) =>
        onLoad({ filter: /[\\/]grammar[\\/]library\.ts$/ }, ({ path }) => {
          const text = readFileSync(path, 'utf8')
          const contents = text.replace("(import.meta.url)('libpg-query')", "(import.meta.url)('./libpg-query.cjs')")
          if (contents === text) throw new Error(`${path} loads libpg-query in another way than scripts/build-action.js expects`)
          return { contents, loader: 'ts' }
        }),
    },
  ],
})
// It looks for its WASM file where it is itself.
const grammar = createRequire(import.meta.url).resolve('libpg-query')
const parser = await build({ ...common, entryPoints: [grammar], outfile: join(folder, 'libpg-query.cjs'), format: 'cjs' })
copyFileSync(join(dirname(grammar), 'libpg-query.wasm'), join(folder, 'libpg-query.wasm'))

// The licences of what is bundled go with it.
const bundled = new Set(
  [...Object.keys(code.metafile.inputs), ...Object.keys(parser.metafile.inputs)].flatMap(
    (path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? [],
  ),
)
writeFileSync(
  join(folder, 'LICENSES.txt'),
  [...bundled]
    .sort()
    .map((name) => `${name}\n\n${licenceOf(name)}\n`)
    .join(`\n${'-'.repeat(80)}\n\n`),
)

function licenceOf(name) {
  for (const file of ['LICENSE', 'LICENSE.md', 'license']) {
    try {
      return readFileSync(join('node_modules', name, file), 'utf8').trim()
    } catch {}
  }
  const { license, author } = JSON.parse(readFileSync(join('node_modules', name, 'package.json'), 'utf8'))
  return `${license}, ${typeof author === 'object' ? author.name : (author ?? '')}`
}
