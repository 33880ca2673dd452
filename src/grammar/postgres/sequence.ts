import type { AlterSeqStmt, CreateSeqStmt, Node } from 'libpg-query'
import { printName } from '../../name.ts'
import type { Command, SequenceOptions } from '../../operation.ts'
import { nameOf, nameOfParts } from './name.ts'
import { bodyOf, stringsOf } from './node.ts'
import { optionsOf, optionText } from './option.ts'
import type { Part } from './span.ts'
import { command } from './span.ts'
import { lowerTypeName } from './type-name.ts'

export function lowerSequenceOptions(nodes: readonly Node[] | undefined): SequenceOptions {
  let type: SequenceOptions['type']
  let ownedBy: SequenceOptions['ownedBy']
  const others: Record<string, string> = {}
  for (const option of optionsOf(nodes)) {
    const name = option.defname ?? ''
    const parts = stringsOf(bodyOf(option.arg, 'List')?.items)
    if (name === 'as') type = lowerTypeName(bodyOf(option.arg, 'TypeName'))
    else if (name === 'owned_by') {
      ownedBy = parts.length === 1 ? null : { table: nameOfParts(parts.slice(0, -1)), column: parts.at(-1) ?? '' }
    } else if (name === 'sequence_name') others[name] = printName(nameOfParts(parts))
    else if (name === 'logged' || name === 'unlogged') others.logged = String(name === 'logged')
    // GENERATED of ALTER COLUMN … SET is no sequence's option: the caller reads it.
    else if (name !== 'generated') others[name] = optionText(option) ?? (name === 'restart' ? '' : 'no')
  }
  return { type, ownedBy, others }
}

export function lowerCreateSequence(statement: CreateSeqStmt, part: Part): readonly Command[] {
  const persistence = statement.sequence?.relpersistence
  const options = lowerSequenceOptions(statement.options)
  const operation = {
    kind: 'CreateSequence',
    sequence: nameOf(statement.sequence),
    options: persistence === 'u' ? { ...options, others: { ...options.others, logged: 'false' } } : options,
    ifNotExists: statement.if_not_exists === true,
    temporary: persistence === 't',
  } as const
  return [command(operation, part)]
}

export function lowerAlterSequence(statement: AlterSeqStmt, part: Part): readonly Command[] {
  const operation = {
    kind: 'AlterSequence',
    sequence: nameOf(statement.sequence),
    options: lowerSequenceOptions(statement.options),
    ifExists: statement.missing_ok === true,
  } as const
  return [command(operation, part)]
}
