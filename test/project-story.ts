import { cpSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { makeRepository, type Repository } from './repository.ts'

/** A small application under fixtures/projects: what its main branch starts from, and pull requests as files to lay over it. */
export interface Story {
  readonly name: string
  readonly base: string
  /** Merged and deployed one after the other. */
  readonly good: readonly PullRequest[]
  /** Each against the base. */
  readonly bad: readonly PullRequest[]
}

export interface PullRequest {
  readonly title: string
  readonly directory: string
  readonly expected: Expected
}

/** A pull request's expected.json. */
export interface Expected {
  /** Files that it deletes. */
  readonly delete?: readonly string[]
  readonly findings: readonly ExpectedFinding[]
}

export interface ExpectedFinding {
  readonly rule: string
  readonly severity: string
  /** `file:line` of the migration. */
  readonly at: string
  /** How many places in code the message counts. */
  readonly places?: number
  /** Those that it names (`src/orders/repo.ts:12`), and what that line says in the deployed code, or in the new one. */
  readonly deployed?: Readonly<Record<string, string>>
  readonly new?: Readonly<Record<string, string>>
}

const projects = 'fixtures/projects'

/** Every application that has a base; other folders there are no stories. */
export function stories(): readonly Story[] {
  return readdirSync(projects)
    .filter((name) => existsSync(join(projects, name, 'base')))
    .map((name) => ({
      name,
      base: join(projects, name, 'base'),
      good: pullRequests(join(projects, name, 'good')),
      bad: pullRequests(join(projects, name, 'bad')),
    }))
}

function pullRequests(directory: string): readonly PullRequest[] {
  return readdirSync(directory)
    .sort(new Intl.Collator('en', { numeric: true }).compare)
    .map((title) => ({ title, directory: join(directory, title), expected: expectedOf(join(directory, title, 'expected.json')) }))
}

function expectedOf(file: string): Expected {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { findings: [] }
}

/** A repository whose main branch is the application as it is deployed before the story. */
export function startStory({ name, base }: Story): Repository {
  const repository = makeRepository()
  cpSync(base, repository.directory, { recursive: true })
  repository.commit(name)
  return repository
}

/** Commits a pull request on a branch of its own, from main. */
export function openPullRequest({ title, directory, expected }: PullRequest, repository: Repository): void {
  repository.git('switch', '-q', '-c', title, 'main')
  cpSync(directory, repository.directory, { recursive: true, filter: (file) => file !== join(directory, 'expected.json') })
  for (const file of expected.delete ?? []) rmSync(join(repository.directory, file))
  repository.commit(title)
}

/** Merges it: main is what runs from now on. */
export function mergePullRequest({ title }: PullRequest, repository: Repository): void {
  repository.git('switch', '-q', 'main')
  repository.git('merge', '-q', '--no-ff', '-m', `Merge ${title}`, title)
}
