import type { AlterSequenceStatement, CreateSequenceOptions, CreateSequenceStatement, QName } from 'pgsql-ast-parser'
import { printName } from '../../name.ts'
import type { Command, Operation, SequenceOptions } from '../../operation.ts'
import { NotUnderstood } from '../grammar.ts'
import { nameOf, roleOf } from './name.ts'
import { afterOf, command, firstOf, type Place, wordAt } from './place.ts'
import { lowerType } from './type-name.ts'

/** `place` is needed where a type may be written. */
export function lowerSequenceOptions(
  node: CreateSequenceOptions & { readonly restart?: true | number },
  name?: QName,
  place?: Place,
): SequenceOptions {
  if (node.as !== undefined && place === undefined) throw new NotUnderstood('AS in the options of an identity is not known')
  const { ownedBy } = node
  const others: Record<string, string> = {}
  const number = (key: string, value: number | string | true | undefined) => {
    if (value === undefined) return
    // The tree has numbers as JavaScript's.
    if (typeof value === 'number' && !Number.isSafeInteger(value)) throw new NotUnderstood(`pgsql-ast-parser rounds ${value}`)
    others[key] = typeof value === 'number' ? String(value) : value === true ? '' : 'no'
  }
  number('start', node.startWith)
  number('increment', node.incrementBy)
  number('minvalue', node.minValue)
  number('maxvalue', node.maxValue)
  number('cache', node.cache)
  number('restart', node.restart)
  if (node.cycle !== undefined) others.cycle = String(node.cycle === 'cycle')
  if (name !== undefined) others.sequence_name = printName(nameOf(name))
  return {
    type: node.as === undefined || place === undefined ? undefined : lowerType(node.as, place),
    ownedBy:
      ownedBy === undefined
        ? undefined
        : ownedBy === 'none'
          ? null
          : { table: { schema: ownedBy.schema, name: ownedBy.table }, column: ownedBy.column },
    others,
  }
}

export function lowerCreateSequence(node: CreateSequenceStatement, place: Place): Operation {
  return {
    kind: 'CreateSequence',
    sequence: nameOf(node.name),
    options: lowerSequenceOptions(node.options, undefined, place),
    ifNotExists: node.ifNotExists === true,
    temporary: node.temp === true,
  }
}

export function lowerAlterSequence(node: AlterSequenceStatement, place: Place): readonly Command[] {
  // OWNER TO is a command of ALTER TABLE's, after the name; the others are statements.
  const isCommand = node.change.type === 'owner to'
  const range = isCommand ? { from: afterOf(place, node.name), to: place.whole.to } : place.whole
  return [command(place, altered(node, place), range)]
}

function altered(node: AlterSequenceStatement, place: Place): Operation {
  const sequence = nameOf(node.name)
  const ifExists = node.ifExists === true
  const { change } = node
  switch (change.type) {
    case 'set options':
      return { kind: 'AlterSequence', sequence, options: lowerSequenceOptions(change, undefined, place), ifExists }
    case 'owner to': {
      const word = wordAt(place, firstOf(place, change.owner))
      const owner = word === 'current_user' || word === 'session_user' ? word.toUpperCase() : roleOf(change.owner)
      return { kind: 'SetObjectOwner', object: 'sequence', name: sequence, owner, ifExists }
    }
    case 'rename':
      return { kind: 'RenameSequence', sequence, to: change.newName.name, ifExists }
    case 'set schema':
      return { kind: 'SetObjectSchema', object: 'sequence', name: sequence, schema: change.newSchema.name, ifExists }
  }
}
