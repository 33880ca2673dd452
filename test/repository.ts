import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** A git repository in a temporary directory, made for one test. */
export interface Repository {
  readonly directory: string
  write(files: Readonly<Record<string, string>>): void
  commit(message: string): string
  git(...args: readonly string[]): string
  remove(): void
}

export function makeRepository(): Repository {
  const directory = mkdtempSync(join(tmpdir(), 'phasewise-repository-'))
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=Ann', '-c', 'user.email=ann@example.com', '-c', 'commit.gpgsign=false', ...args], {
      cwd: directory,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  git('init', '-q', '-b', 'main')
  return {
    directory,
    git,
    write(files) {
      for (const [file, text] of Object.entries(files)) {
        const path = join(directory, file)
        mkdirSync(dirname(path), { recursive: true })
        writeFileSync(path, text)
      }
    },
    commit(message) {
      git('add', '-A')
      git('commit', '-q', '-m', message)
      return git('rev-parse', 'HEAD')
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  }
}
