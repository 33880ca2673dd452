/** Writes every generated file: the rule index, the rule pages, the config schema. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { generatedFiles, ruleIds, ruleIndex } from './generated.ts'

writeFileSync('rules/index.ts', ruleIndex(ruleIds()))
const files = await generatedFiles()
mkdirSync('docs/rules', { recursive: true })
for (const page of readdirSync('docs/rules')) if (!files.has(`docs/rules/${page}`)) rmSync(`docs/rules/${page}`)
for (const [path, text] of files) {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}
console.log(`${files.size} files written`)
