import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import packageJson from '../package.json' with { type: 'json' }
import { readInputs } from '../src/action/inputs.ts'
import { checkOut, makePullRequest, runAction } from './action-run.ts'
import { makeRepository, type Repository } from './repository.ts'

const metadata = readFileSync('action.yml', 'utf8')
const section = (name: string) => /^\S/m[Symbol.split](metadata.slice(metadata.indexOf(`\n${name}:`) + name.length + 2))[0] ?? ''
const keysOf = (name: string) => [...section(name).matchAll(/^ {2}([\w-]+):/gm)].map(([, key = '']) => key)

describe('action.yml', () => {
  it('declares the inputs that are read, and only those', () => {
    const asked = new Set<string>()
    readInputs(new Proxy({}, { get: (_, name) => void asked.add(String(name)) }))
    expect(
      keysOf('inputs')
        .map((name) => `INPUT_${name.toUpperCase()}`)
        .sort(),
    ).toEqual([...asked].sort())
  })
  it('has a description of each', () => {
    expect(metadata.match(/^ {4}description: \S/gm)).toHaveLength(keysOf('inputs').length + keysOf('outputs').length)
  })
})

it('docs/pull-requests.md tells of each input and output', () => {
  const page = readFileSync('docs/pull-requests.md', 'utf8')
  for (const name of [...keysOf('inputs'), ...keysOf('outputs')]) expect(page).toContain(`\`${name}\``)
})

/** What `uses: phasewise/phasewise@v0` downloads and runs. */
describe('the commit that a release tags', () => {
  let ours: Repository
  let released: Repository

  beforeAll(() => {
    ours = makeRepository()
    const tracked = [
      'ls-files',
      '-z',
      '--cached',
      '--others',
      '--exclude-standard',
      '--',
      '.',
      ':!fixtures',
      ':!test',
      ':!bench',
      ':!docs',
    ]
    for (const file of execFileSync('git', tracked, { encoding: 'utf8' }).split('\0')) {
      if (file === '' || !existsSync(file)) continue
      mkdirSync(join(ours.directory, dirname(file)), { recursive: true })
      copyFileSync(file, join(ours.directory, file))
    }
    ours.git('config', 'user.name', 'Ann')
    ours.git('config', 'user.email', 'ann@example.com')
    ours.commit('as it is now')
    symlinkSync(resolve('node_modules'), join(ours.directory, 'node_modules'))
    execFileSync('scripts/tag-release.sh', { cwd: ours.directory })
    released = makeRepository()
    released.git('fetch', '-q', ours.directory, '+refs/tags/*:refs/tags/*')
    released.git('checkout', '-q', 'v0')
  }, 120_000)
  afterAll(() => {
    ours?.remove()
    released?.remove()
  })

  it('has a tag of its own, and the one of its major version', () => {
    expect(released.git('rev-parse', `v${packageJson.version}^{commit}`)).toBe(released.git('rev-parse', 'v0^{commit}'))
    expect(ours.git('rev-parse', 'v0~1')).toBe(ours.git('rev-parse', 'main'))
    expect(ours.git('status', '--porcelain', '--untracked-files=no')).toBe('')
    expect(ours.git('diff', '--name-only', 'main', 'v0').split('\n')).toEqual([
      'dist-action/LICENSES.txt',
      'dist-action/index.mjs',
      'dist-action/libpg-query.cjs',
      'dist-action/libpg-query.wasm',
    ])
  })

  it('cannot be released twice', () => {
    expect(() => execFileSync('scripts/tag-release.sh', { cwd: ours.directory, stdio: 'ignore' })).toThrow()
  })

  it('runs as it is, without packages', async () => {
    const main = /^ {2}main: (\S+)$/m.exec(metadata)?.[1] ?? ''
    const pull = makePullRequest(
      { 'migrations/1_a.sql': 'CREATE TABLE a (x int);' },
      { 'migrations/2_a.sql': 'CREATE INDEX ON a (x);', 'migrations/3_b.sql': 'CREATE TABLE b (' },
    )
    const workspace = checkOut(pull.remote, pull.merge)
    try {
      // The other parser does not know whether what it cannot read is wrong.
      for (const [parser, errors] of [
        ['postgres', '2'],
        ['pgsql-ast-parser', '1'],
      ] as const) {
        const inputs = { parser, comment: 'false' }
        const { log, outputs } = await runAction({
          ...{
            main: join(released.directory, main),
            workspace: workspace.directory,
            event: 'pull_request',
            payload: pull.payload,
          },
          inputs,
        })
        expect(outputs.errors, log).toBe(errors)
      }
    } finally {
      pull.remote.remove()
      workspace.remove()
    }
  })
})
