import { describe, expect, it } from 'vitest'
import type { Finding } from '../src/finding.ts'
import { fold } from '../src/fold.ts'

const statement = { start: 10, end: 90 }

function finding(rule: string, message: string, more: Partial<Finding> = {}): Finding {
  return {
    rule,
    message,
    hazard: 'blocks writes',
    severity: 'error',
    file: 'm.sql',
    span: statement,
    statement,
    sql: '',
    effects: [],
    instead: undefined,
    fingerprint: message,
    ...more,
  }
}

const timeout = (start: number) =>
  finding('lock-without-timeout', `may wait, at ${start}`, {
    hazard: 'queues traffic',
    severity: 'warning',
    span: { start, end: start + 80 },
    statement: { start, end: start + 80 },
    beside: '',
    group: '0',
  })

function told(findings: readonly Finding[], silenced: readonly Finding[] = []): readonly string[] {
  return fold(findings, silenced).map(({ message }) => message)
}

describe('folding', () => {
  it('tells one of a group, where nothing worse is said', () => {
    const build = finding('create-index-without-concurrently', 'building blocks writes')
    expect(told([timeout(10), timeout(100)])).toEqual(['may wait, at 10'])
    expect(told([build, timeout(10), timeout(100)])).toEqual(['building blocks writes', 'may wait, at 100'])
    expect(told([build, timeout(10)])).toEqual(['building blocks writes'])
  })

  it('tells none of a group that a comment has silenced', () => {
    expect(told([timeout(100)], [timeout(10)])).toEqual([])
  })

  it('adds as a clause what a worse finding leaves open, and as hard as it is', () => {
    const build = finding('create-index-without-concurrently', 'building blocks writes', { severity: 'warning' })
    const held = finding('work-under-strong-lock', 'while held', { hazard: 'blocks reads', beside: 'reads of a wait too' })
    expect(fold([build, held, timeout(10)], [])).toMatchObject([
      { message: 'building blocks writes; reads of a wait too', severity: 'error', hazard: 'blocks reads' },
    ])
    expect(told([held, timeout(10)])).toEqual(['while held'])
  })

  it('keeps what is said of clients apart from what is said of waiting', () => {
    const drop = finding('drop-column', 'dropping a', { hazard: 'breaks clients' })
    expect(told([drop, timeout(10)])).toEqual(['dropping a', 'may wait, at 10'])
  })

  it('tells beside a wait whose INSERTs fail, and what is to be deployed before', () => {
    const wait = finding('set-not-null-without-proof', 'NOT NULL on column a blocks reads and writes to t', {
      hazard: 'blocks reads',
      instead: 'prove it\nX;',
    })
    const other = finding('add-primary-key-without-index', 'adding t_pkey blocks reads and writes to t', {
      span: { start: 50, end: 90 },
    })
    const required = finding('expand-and-contract-together', 'INSERTs of running code fail', {
      hazard: 'breaks clients',
      beside: 'INSERTs leave a out and fail',
      instead: 'deploy code that fills it first\nY;',
    })
    expect(fold([other, wait, required], [])).toMatchObject([
      { message: 'adding t_pkey blocks reads and writes to t' },
      {
        message: 'NOT NULL on column a blocks reads and writes to t; INSERTs leave a out and fail',
        instead: 'deploy code that fills it first; then prove it\nX;',
      },
    ])
    expect(told([required])).toEqual(['INSERTs of running code fail'])
  })

  it('leaves out what another finding of the same place covers', () => {
    const drop = finding('drop-column', 'dropping a', { hazard: 'breaks clients' })
    const lost = finding('rename-by-drop-and-add', 'a is dropped and added again', {
      hazard: 'loses data',
      covers: ['drop-column'],
    })
    expect(told([lost, drop])).toEqual(['a is dropped and added again'])
    expect(told([lost, { ...drop, span: { start: 20, end: 30 } }])).toEqual(['a is dropped and added again', 'dropping a'])
  })

  it('says once what a rule finds in several commands of a statement', () => {
    const drop = (column: string, tail = '') =>
      finding('drop-column', `dropping column ${column} of t breaks code${tail}`, {
        hazard: 'breaks clients',
        instead: `deploy first\nALTER TABLE t DROP COLUMN ${column};\n-- the rest stays`,
      })
    const folded = fold([drop('a'), drop('b', '; index i goes with it'), drop('c'), finding('drop-table', 'dropping t')], [])
    expect(folded).toMatchObject([
      {
        message: 'dropping columns a, b and c of t breaks code; index i goes with it',
        instead:
          'deploy first\nALTER TABLE t DROP COLUMN a;\nALTER TABLE t DROP COLUMN b;\nALTER TABLE t DROP COLUMN c;\n-- the rest stays',
      },
      { message: 'dropping t' },
    ])
    expect(told(['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((column) => drop(column)))).toEqual([
      'dropping columns a, b, c, d and 3 more of t breaks code',
    ])
  })

  it('says of several what is said of one', () => {
    const both = (message: (name: string) => string) => told([finding('x', message('a')), finding('x', message('b'))])
    expect(both((name) => `column ${name} of t is NOT NULL: INSERTs that leave it out fail`)).toEqual([
      'columns a and b of t are NOT NULL: INSERTs that leave them out fail',
    ])
    expect(both((name) => `${name} is dropped`)).toEqual(['a and b are dropped'])
    expect(both((name) => `adding column ${name} blocks reads to t while its index is built`)).toEqual([
      'adding columns a and b blocks reads to t while their indexes are built',
    ])
    expect(both((name) => `dropping column ${name} of t breaks code that names it, and its values are gone`)).toEqual([
      'dropping columns a and b of t breaks code that names them, and their values are gone',
    ])
  })

  it('names for whom advice with other steps holds too', () => {
    const set = (column: string, instead: string) => finding('set-not-null', `NOT NULL on ${column} blocks`, { instead })
    expect(fold([set('a', 'prove it\nX;'), set('b', 'prove it\nX;\nY;')], [])).toMatchObject([
      { message: 'NOT NULL on a and b blocks', instead: 'prove it\nX;\n-- and so for b' },
    ])
  })
})
