import { printName, quoteIdentifier } from '../name.ts'
import type { Operation, SequenceOptions } from '../operation.ts'
import { words } from './list.ts'
import { printSqlType } from './type.ts'

/** The options in the order of the manual: `AS bigint START WITH 10 OWNED BY t.c`; empty without any. */
export function printSequenceOptions(options: SequenceOptions): string {
  return optionTexts(options).join(' ')
}

/** One text per option. */
export function optionTexts({ type, ownedBy, others }: SequenceOptions): readonly string[] {
  const owner =
    ownedBy === undefined
      ? []
      : [`OWNED BY ${ownedBy === null ? 'NONE' : `${printName(ownedBy.table)}.${quoteIdentifier(ownedBy.column)}`}`]
  const said = Object.entries(writings).flatMap(([option, write]) => {
    const value = others[option]
    return value === undefined ? [] : [write(value)]
  })
  return [...(type === undefined ? [] : [`AS ${printSqlType(type)}`]), ...said, ...owner]
}

const writings: Readonly<Record<string, (value: string) => string>> = {
  // Already quoted where need be.
  sequence_name: (value) => `SEQUENCE NAME ${value}`,
  logged: (value) => (value === 'true' ? 'LOGGED' : 'UNLOGGED'),
  increment: (value) => `INCREMENT BY ${value}`,
  minvalue: (value) => (value === 'no' ? 'NO MINVALUE' : `MINVALUE ${value}`),
  maxvalue: (value) => (value === 'no' ? 'NO MAXVALUE' : `MAXVALUE ${value}`),
  start: (value) => `START WITH ${value}`,
  restart: (value) => (value === '' ? 'RESTART' : `RESTART WITH ${value}`),
  cache: (value) => `CACHE ${value}`,
  cycle: (value) => (value === 'true' ? 'CYCLE' : 'NO CYCLE'),
}

export function printCreateSequence(operation: Operation<'CreateSequence'>): string {
  const { sequence, options, ifNotExists, temporary } = operation
  const { logged, ...others } = options.others
  return words(
    'CREATE',
    temporary && 'TEMPORARY',
    logged === 'false' && 'UNLOGGED',
    'SEQUENCE',
    ifNotExists && 'IF NOT EXISTS',
    printName(sequence),
    printSequenceOptions({ ...options, others }),
  )
}

export function printAlterSequence({ sequence, options, ifExists }: Operation<'AlterSequence'>): string {
  return words('ALTER SEQUENCE', ifExists && 'IF EXISTS', printName(sequence), printSequenceOptions(options))
}
