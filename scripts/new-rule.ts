/** npm run new-rule -- <rule-id>: a rule file and its fixture to fill in. Never overwrites. */
import { existsSync, writeFileSync } from 'node:fs'

const id = process.argv[2]
if (id === undefined || !/^[a-z]+(-[a-z]+)+$/.test(id)) {
  console.error('usage: npm run new-rule -- <operation>-<what-makes-it-unsafe>')
  process.exit(2)
}
const files: Readonly<Record<string, string>> = {
  [`rules/${id}.ts`]: `import { printName, rule } from '../src/rule.ts'

export default rule({
  on: ['DropColumn'],
  hazard: 'breaks clients',
  summary: '',
  why: \`\`,
  instead: \`\`,
  references: ['https://www.postgresql.org/docs/current/'],
  knownAs: [],
  check(operation, at) {
    if (at.isNew(operation.table)) return undefined
    return \`\${operation.column} of \${printName(at.resolve(operation.table))} …\`
  },
})
`,
  [`fixtures/rules/${id}.sql`]: `-- # what makes it unsafe
CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- ## 2.sql
ALTER TABLE users DROP COLUMN email; -- want "email of public.users"

-- # safe: …
CREATE TABLE users (id bigint PRIMARY KEY, email text);
`,
}
for (const [path, text] of Object.entries(files)) {
  if (existsSync(path)) {
    console.error(`${path} exists already`)
    process.exit(2)
  }
  writeFileSync(path, text)
  console.log(`wrote ${path}`)
}
console.log('fill them in, then: npm run generate && npm test')
