import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const page = readFileSync('docs/editors.md', 'utf8')
/** The code blocks of one section of the page. */
function blocksOf(section: string): readonly string[] {
  const text = page.split(/^## /m).find((part) => part.startsWith(`${section}\n`)) ?? ''
  return [...text.matchAll(/^```\w+\n([\s\S]*?)^```$/gm)].flatMap((match) => match[1] ?? [])
}
const has = (program: string) => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0

const rule = 'create-index-without-concurrently'

describe('the settings of docs/editors.md', () => {
  let project: string
  const file = 'migrations/2_index.sql'

  beforeAll(() => {
    project = mkdtempSync(join(tmpdir(), 'phasewise-editor-'))
    mkdirSync(join(project, 'migrations'))
    mkdirSync(join(project, 'node_modules/.bin'), { recursive: true })
    const cli = join(import.meta.dirname, '../src/cli/main.ts')
    const bin = join(project, 'node_modules/.bin/phasewise')
    writeFileSync(bin, `#!/bin/sh\nexec '${process.execPath}' --import ${import.meta.resolve('tsx')} '${cli}' "$@"\n`)
    chmodSync(bin, 0o755)
    writeFileSync(join(project, 'migrations/1_accounts.sql'), 'CREATE TABLE accounts (id bigint PRIMARY KEY, email text);\n')
    writeFileSync(
      join(project, file),
      "SET lock_timeout = '1s';\n\n/* 😀 */ CREATE INDEX accounts_email_idx ON accounts (email);\n",
    )
    mkdirSync(join(project, 'settings'))
  })
  afterAll(() => rmSync(project, { recursive: true, force: true }))

  const compact = () =>
    spawnSync('node_modules/.bin/phasewise', ['--format', 'compact', file], { cwd: project, encoding: 'utf8' }).stdout
  function settings(name: string, text: string | undefined): string {
    const path = join(project, 'settings', name)
    writeFileSync(path, text ?? '')
    return path
  }

  it('VS Code: the problem matcher takes each line apart', () => {
    const [json = '{}'] = blocksOf('VS Code')
    const { tasks } = JSON.parse(json)
    const { regexp, ...groups } = tasks[0].problemMatcher.pattern
    const line = compact().split('\n')[0] ?? ''
    const match = new RegExp(regexp).exec(line) ?? []
    const taken = Object.fromEntries(Object.entries(groups).map(([name, group]) => [name, match[Number(group)]]))
    expect(taken).toMatchObject({ file, severity: 'error', code: rule })
    expect(taken.message).toMatch(/^building accounts_email_idx blocks writes/)
    for (const word of ['warning', 'note'])
      expect(new RegExp(regexp).exec(`a: b/1.sql:1:2: ${word}: m [x] y [some-rule]`)?.slice(1)).toEqual([
        'a: b/1.sql',
        '1',
        '2',
        word,
        'm [x] y',
        'some-rule',
      ])
  }, 30_000)

  it.skipIf(!has('vim'))(
    'Vim: :make fills the quickfix list',
    () => {
      const own = settings('sql.vim', blocksOf('Vim')[0])
      const out = join(project, 'quickfix')
      const commands = [
        `source ${own}`,
        'silent make!',
        `call writefile(map(getqflist(), {_, q -> bufname(q.bufnr).'|'.q.lnum.'|'.q.type.'|'.q.text}), '${out}')`,
        'qall!',
      ]
      const run = spawnSync('vim', ['-Nu', 'NONE', '-es', ...commands.flatMap((command) => ['-c', command]), file], {
        cwd: project,
        encoding: 'utf8',
        timeout: 60_000,
      })
      expect(run.error).toBeUndefined()
      expect(readFileSync(out, 'utf8')).toMatch(
        /^migrations\/2_index\.sql\|3\|e\|building accounts_email_idx.*\[create-index-without-concurrently\]$/m,
      )
    },
    70_000,
  )

  it.skipIf(!has('vim'))(
    'Helix: the formats of efm-langserver, which are those of Vim, read each severity',
    () => {
      const formats = /^lintFormats = (.*)$/m.exec(blocksOf('Helix')[0] ?? '')?.[1] ?? '[]'
      const list: readonly string[] = JSON.parse(formats)
      const out = join(project, 'formats')
      const lines = ['error', 'warning', 'note'].map((word) => `migrations/2_index.sql:3:9: ${word}: m [r]`)
      const commands = [
        `let &errorformat = ${JSON.stringify(list.join(','))}`,
        `cgetexpr ${JSON.stringify(lines)}`,
        `call writefile(map(getqflist(), {_, q -> q.lnum.q.type.q.text}), '${out}')`,
        'qall!',
      ]
      spawnSync('vim', ['-Nu', 'NONE', '-es', ...commands.flatMap((command) => ['-c', command])], {
        cwd: project,
        timeout: 60_000,
      })
      expect(readFileSync(out, 'utf8').trim().split('\n')).toEqual(['3em [r]', '3wm [r]', '3nm [r]'])
    },
    70_000,
  )

  it.skipIf(!has('nvim'))(
    'Neovim: unsaved text has diagnostics, at bytes',
    () => {
      const own = settings('sql.lua', blocksOf('Neovim')[0])
      const out = join(project, 'diagnostics')
      const script = settings(
        'run.lua',
        [
          `vim.cmd('edit ${file}')`,
          `dofile('${own}')`,
          `vim.api.nvim_buf_set_lines(0, 0, 0, false, { '-- unsaved' })`,
          `vim.cmd('doautocmd TextChanged')`,
          `vim.wait(30000, function() return #vim.diagnostic.get(0) > 0 end)`,
          `local found = vim.tbl_map(function(d) return { d.lnum, d.col, d.severity, d.code, d.source } end, vim.diagnostic.get(0))`,
          `vim.fn.writefile({ vim.fn.json_encode(found) }, '${out}')`,
          `vim.cmd('qall!')`,
        ].join('\n'),
      )
      execFileSync('nvim', ['--headless', '-u', 'NONE', '-c', `luafile ${script}`], {
        cwd: project,
        timeout: 60_000,
        stdio: 'ignore',
      })
      // On the fourth line (the third of the file), behind `/* 😀 */ `: ten UTF-16 units that are eleven bytes long... counted below.
      const column = Buffer.byteLength('/* 😀 */ ')
      expect(JSON.parse(readFileSync(out, 'utf8'))).toEqual([[3, column, 1, rule, 'phasewise']])
    },
    70_000,
  )

  const flycheck = ['-q', '--batch', '--eval', "(progn (package-initialize) (require 'flycheck))"]
  it.skipIf(!has('emacs') || spawnSync('emacs', flycheck, { stdio: 'ignore' }).status !== 0)(
    'Emacs: flycheck finds it',
    () => {
      const own = settings('init.el', blocksOf('Emacs')[0])
      const script = settings(
        'run.el',
        `(package-initialize)
(load "${own}")
(find-file "${join(project, file)}")
(sql-mode)
(flycheck-mode 1)
(setq flycheck-check-syntax-automatically nil)
(flycheck-select-checker 'phasewise)
(flycheck-buffer)
(let ((left 300)) (while (and (> left 0) (not (memq flycheck-last-status-change '(finished errored)))) (accept-process-output nil 0.1) (setq left (1- left))))
(dolist (e flycheck-current-errors) (princ (format "%s|%s|%s|%s\\n" (flycheck-error-line e) (flycheck-error-column e) (flycheck-error-level e) (flycheck-error-id e))))`,
      )
      const { stdout } = spawnSync('emacs', ['-q', '--batch', '-l', script], { cwd: project, encoding: 'utf8', timeout: 60_000 })
      expect(stdout).toMatch(/^3\|\d+\|error\|create-index-without-concurrently$/m)
    },
    70_000,
  )

  it("JetBrains: the watcher's command prints what its output filter reads", () => {
    const [, argument = ''] = /^\| Arguments \| `-c "(.*)"` \|$/m.exec(page) ?? []
    const command = argument
      .replaceAll('\\|', '|')
      .replaceAll('$FilePathRelativeToProjectRoot$', file)
      .replaceAll('$ProjectFileDir$', project)
    const { stdout } = spawnSync('sh', ['-c', command], { cwd: project, encoding: 'utf8' })
    const [, filter = ''] = /^\| Output filters \| `(.*)` \|$/m.exec(page) ?? []
    // What the macros stand for in the IDE.
    const expression = filter
      .replace('$FILE_PATH$', '((?:[a-zA-Z]:|/)[0-9 a-z_A-Z\\-\\\\./]+)')
      .replace('$LINE$', '([0-9]+)')
      .replace('$COLUMN$', '([0-9]+)')
      .replace('$MESSAGE$', '(.*)')
    expect(new RegExp(expression).exec(stdout.split('\n')[0] ?? '')?.slice(1, 3)).toEqual([join(project, file), '3'])
  }, 30_000)
})
