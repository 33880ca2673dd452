import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import packageJson from '../package.json' with { type: 'json' }
import { rules } from '../rules/index.ts'
import { run } from '../src/cli/program.ts'
import { parseConfig } from '../src/config.ts'
import { gitHook, huskyHook, lefthook, preCommitConfig } from '../src/init/edit.ts'
import { hookCommand, lefthookBlock, plainHook, preCommitItem, workflow } from '../src/init/text.ts'
import { makeRepository, type Repository } from './repository.ts'

const npm = { config: undefined, isNpmProject: true }

describe('init', () => {
  let repository: Repository

  beforeEach(() => {
    repository = makeRepository()
    repository.write({
      'package.json': '{ "private": true }',
      'migrations/1_accounts.sql': 'CREATE TABLE accounts (id bigint PRIMARY KEY);\n',
    })
  })
  afterEach(() => repository.remove())

  async function init(args: readonly string[] = [], options: { answer?: string; cwd?: string } = {}) {
    const printed: string[] = []
    const asked: string[] = []
    const output = { write: (text: string) => void printed.push(text), isTerminal: false, columns: undefined }
    const code = await run(['init', ...args], {
      cwd: options.cwd ?? repository.directory,
      env: {},
      out: output,
      err: output,
      stdin: async () => new Uint8Array(),
      ...(options.answer === undefined
        ? {}
        : {
            ask: async (question: string) => {
              asked.push(question)
              return options.answer ?? ''
            },
          }),
    })
    return { code, said: printed.join(''), asked }
  }
  const text = (file: string) => readFileSync(join(repository.directory, file), 'utf8')

  it('writes a valid configuration and the workflow, and shows the hook that it would not write unasked', async () => {
    const { code, said } = await init()
    expect(code).toBe(0)
    expect(parseConfig(text('phasewise.json'), 'phasewise.json', rules, false)).toEqual({
      $schema: './node_modules/phasewise/phasewise.schema.json',
    })
    expect(text('.github/workflows/phasewise.yml')).toBe(workflow(npm))
    expect(existsSync(join(repository.directory, '.git/hooks/pre-commit'))).toBe(false)
    expect(said).toContain('1 migration, plain: migrations')
    expect(said).toContain(
      '.git/hooks/pre-commit: not written; its text would be:\n\n    #!/bin/sh\n    exec npx --no -- phasewise --staged',
    )
    expect(said).toContain('next: npm install --save-dev phasewise')
  })

  it('changes nothing the second time', async () => {
    await init(['--yes'])
    const files = ['phasewise.json', '.github/workflows/phasewise.yml', '.git/hooks/pre-commit']
    const before = files.map(text)
    expect(statSync(join(repository.directory, '.git/hooks/pre-commit')).mode & 0o111).not.toBe(0)
    const { said } = await init(['--yes'])
    expect(files.map(text)).toEqual(before)
    for (const file of files) expect(said).toContain(`${file}: there already, left as it is`)
  })

  it('does nothing with --dry-run', async () => {
    const { said } = await init(['--dry-run', '--yes'])
    expect(repository.git('status', '--porcelain', '--untracked-files=all')).not.toMatch(/phasewise/)
    expect(said).toContain('phasewise.json: would be written')
  })

  it('asks before it adds to a file, and takes only yes for yes', async () => {
    const before = 'npm test\n'
    repository.write({ '.husky/pre-commit': before })
    expect((await init([], { answer: '' })).asked).toEqual(['add phasewise to .husky/pre-commit? [y/N] '])
    expect(text('.husky/pre-commit')).toBe(before)
    expect((await init()).said).toContain('.husky/pre-commit: not touched; with phasewise it would be:')
    expect(text('.husky/pre-commit')).toBe(before)
    await init([], { answer: 'y' })
    expect(text('.husky/pre-commit')).toBe(`${before}npx --no -- phasewise --staged\n`)
  })

  it('shows what a file holds without letting it steer the terminal', async () => {
    repository.write({ '.husky/pre-commit': "printf '\u001b[2J\u009b31m'\n" })
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect((await init()).said).not.toMatch(/[\u001b\u009b]/)
  })

  it('takes what the project says of itself: server, code, migrations that need a name', async () => {
    repository.write({
      'compose.yaml': 'services:\n  db:\n    image: postgres:16-alpine\n',
      'src/index.ts': '',
      'app/index.ts': '',
      'other/migrations/1_b.sql': 'SELECT 1;',
    })
    expect((await init(['migrations', '--dry-run'])).said).toContain('"paths": ["migrations"]')
    const { said } = await init()
    expect(said).toMatch(/several directories hold migrations.*name them in "paths" of the configuration/)
    expect(said).toContain('phasewise.json: written, for PostgreSQL 16, as in compose.yaml')
    expect(JSON.parse(text('phasewise.json').replace(/^ *\/\/.*$/gm, ''))).toMatchObject({ postgres: 16 })
    expect(text('phasewise.json')).toContain('// "app": { "paths": ["src/**", "app/**"] },')
  })

  it('guesses no server where the project names two', async () => {
    repository.write({ 'compose.yaml': 'image: postgres:16\n', 'docker-compose.test.yml': 'image: "postgres:17"\n' })
    await init()
    expect(parseConfig(text('phasewise.json'), 'phasewise.json', rules, false)).not.toHaveProperty('postgres')
  })

  it('names its configuration where that is not at the top of the repository', async () => {
    repository.write({ 'services/a/migrations/1_a.sql': 'SELECT 1;', '.pre-commit-config.yaml': 'repos: []\n' })
    mkdirSync(join(repository.directory, '.husky'))
    const cwd = join(repository.directory, 'services/a')
    const { said } = await init([], { cwd })
    expect(text('.github/workflows/phasewise.yml')).toContain('config: "services/a/phasewise.json"')
    expect(text('services/a/phasewise.json')).toContain('"$schema": "../../node_modules/phasewise/phasewise.schema.json"')
    expect(said).toContain('../../.pre-commit-config.yaml: add these lines where they belong')
    expect(said).toContain('args: [--config, "services/a/phasewise.json"]')
  })

  it('works without a repository and without npm', async () => {
    const outside = makeRepository()
    try {
      outside.git('init', '-q')
      const { said } = await init(['--dry-run'], { cwd: outside.directory })
      expect(said).toContain('no migrations found below this directory; name them in "paths"')
      expect(said).toContain('https://unpkg.com/phasewise/phasewise.schema.json')
      expect(said).toContain('exec npx --yes -- phasewise@0 --staged')
    } finally {
      outside.remove()
    }
  })
})

describe('adding to a file that is there', () => {
  const item = preCommitItem(npm, '1.2.3')

  it('puts an item behind the others of .pre-commit-config.yaml, indented as they are', () => {
    const indentedItem = item.replace(/^(?=.)/gm, '  ')
    expect(preCommitConfig('repos:\n  - repo: a\n    rev: b # c\n    hooks:\n      - id: d\n', npm, '1.2.3')).toEqual({
      kind: 'extend',
      text: `repos:\n  - repo: a\n    rev: b # c\n    hooks:\n      - id: d\n${indentedItem}`,
    })
    expect(preCommitConfig('# x\nrepos:\n-   repo: a\n    hooks: [{id: d}]\n\nexclude: y\n', npm, '1.2.3')).toEqual({
      kind: 'extend',
      text: `# x\nrepos:\n-   repo: a\n    hooks: [{id: d}]\n${item}\nexclude: y\n`,
    })
    expect(preCommitConfig('repos: []\n', npm, '1.2.3')).toEqual({ kind: 'paste', lines: item })
    expect(preCommitConfig(`repos:\n${indentedItem}`, npm, '9.9.9')).toEqual({ kind: 'present' })
  })

  it('puts a command behind the others of lefthook.yml', () => {
    const command = '    phasewise:\n      glob: "*.sql"\n      run: npx --no -- phasewise --staged\n'
    const before = 'pre-commit:\n  commands:\n    lint:\n      run: x\n\npre-push:\n  commands:\n    t:\n      run: y\n'
    expect(lefthook(before, npm, '')).toEqual({ kind: 'extend', text: before.replace('run: x\n', `run: x\n${command}`) })
    expect(lefthook('pre-push:\n  jobs: []\n', npm, '')).toEqual({
      kind: 'extend',
      text: `pre-push:\n  jobs: []\n\n${lefthookBlock(npm)}`,
    })
    expect(lefthook('pre-commit:\n  jobs:\n    - run: x\n', npm, '')).toMatchObject({ kind: 'paste' })
    expect(lefthook(lefthookBlock(npm), npm, '')).toEqual({ kind: 'present' })
  })

  it('adds no line that would never be reached, and nothing to a hook of plain git', () => {
    expect(huskyHook('npm test\nexit 0\n', npm, '')).toEqual({ kind: 'paste', lines: 'npx --no -- phasewise --staged\n' })
    expect(gitHook('#!/bin/sh\nmake\n', npm, '')).toEqual({ kind: 'paste', lines: 'npx --no -- phasewise --staged || exit 1\n' })
    expect(huskyHook('# phasewise some day\n', npm, '')).toMatchObject({ kind: 'extend' })
  })
})

describe('docs/pre-commit.md', () => {
  const page = readFileSync('docs/pre-commit.md', 'utf8')
  const blocks = [...page.matchAll(/^```\w+\n([\s\S]*?)^```$/gm)].map((match) => match[1])

  it.each([
    ['the pre-commit configuration', `repos:\n${preCommitItem(npm, packageJson.version).replace(/^(?=.)/gm, '  ')}`],
    ['the line for husky', `${hookCommand(npm)}\n`],
    ['the command of lefthook', lefthookBlock(npm)],
    ['the hook of plain git', plainHook(npm)],
  ])('shows %s as init writes it', (_, expected) => {
    expect(blocks).toContain(expected)
  })

  it('shows a hook of plain git that stops a commit', () => {
    const repository = makeRepository()
    try {
      const bin = join(repository.directory, 'node_modules/.bin')
      mkdirSync(bin, { recursive: true })
      const cli = join(import.meta.dirname, '../src/cli/main.ts')
      writeFileSync(join(bin, 'phasewise'), `#!/bin/sh\nexec node --import ${import.meta.resolve('tsx')} ${cli} "$@"\n`)
      repository.write({
        '.gitignore': 'node_modules\n',
        'package.json': '{ "private": true }',
        'migrations/1_accounts.sql': 'CREATE TABLE accounts (id bigint PRIMARY KEY, email text);\n',
        '.git/hooks/pre-commit': blocks.find((block) => block?.startsWith('#!/bin/sh')) ?? '',
      })
      for (const file of [join(bin, 'phasewise'), join(repository.directory, '.git/hooks/pre-commit')]) chmodSync(file, 0o755)
      const first = repository.commit('one')
      repository.write({ 'migrations/2_index.sql': 'CREATE INDEX accounts_email_idx ON accounts (email);\n' })
      expect(() => repository.commit('two')).toThrow()
      expect(repository.git('rev-parse', 'HEAD')).toBe(first)
      repository.write({ 'migrations/2_index.sql': 'CREATE INDEX CONCURRENTLY accounts_email_idx ON accounts (email);\n' })
      expect(repository.commit('two')).not.toBe(first)
    } finally {
      repository.remove()
    }
  }, 60_000)
})
