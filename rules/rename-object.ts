import { planRenameObject } from '../src/plan/builder/rename-relation.ts'
import {
  askObject,
  askValue,
  beside,
  type Certainty,
  findSequence,
  findType,
  isGivenUp,
  isYoungObject,
  literal,
  type Name,
  namedIn,
  type ObjectKind,
  printName,
  quoteIdentifier,
  type Report,
  rule,
  type Site,
  swapsRelation,
  swapsType,
} from '../src/rule.ts'

/** What running code calls by its name, and whether it can do without. */
const called: Readonly<Partial<Record<ObjectKind, Certainty>>> = {
  view: 'certain',
  'materialized view': 'certain',
  function: 'certain',
  procedure: 'certain',
  routine: 'certain',
  aggregate: 'certain',
  schema: 'certain',
  sequence: 'possible',
  type: 'possible',
  domain: 'possible',
  attribute: 'possible',
}

export default rule({
  on: ['RenameView', 'RenameSequence', 'RenameEnumValue', 'RenameObject', 'SetObjectSchema'],
  hazard: 'breaks clients',
  summary: 'a view, function, type, enum value, schema or sequence gets another name under running code',
  why: `Code that is still running asks for the old name and fails once the rename has committed; code that asks for the new one fails before it.
Of an enum, old code writes the old label, which is refused, and reads a label it does not know. Types and sequences are often used without being
named (a parameter, a default), so for them it depends on the code.`,
  instead: `Make the new name beside the old one, deploy code that uses it, and drop the old one in a later change set. For an enum: add the new
value, deploy code that knows both and writes the new one, move the rows in batches; the old label can stay.`,
  references: [
    'https://www.postgresql.org/docs/current/sql-alterview.html',
    'https://www.postgresql.org/docs/current/sql-altertype.html',
  ],
  knownAs: [
    'strong_migrations/rename_schema',
    'strong_migrations/rename_enum_value',
    'pgfence/rename-schema',
    'migrationpilot/MP060',
    'migrationpilot/alter-type-rename-value',
  ],
  check(op, at) {
    if (at.skipped !== undefined || at.refused !== undefined) return undefined
    switch (op.kind) {
      case 'RenameEnumValue': {
        const type = findType(at.before, op.type)
        const label = type?.kind === 'enum' ? type.values.find(({ label }) => label === op.value) : undefined
        if (at.inChangeSet(type?.origin) || at.inChangeSet(label?.origin)) return undefined
        return {
          message: `renaming value ${literal(op.value)} of ${printName(type?.name ?? op.type)} breaks running code: it writes the old label and does not know the new one${namedIn(askValue(type?.name ?? op.type, op.value, at.before), at)}`,
          instead: `add ${literal(op.to)} in a migration of its own, deploy code that reads both and writes the new one, then move the rows in batches`,
        }
      }
      case 'RenameView': {
        const view = at.resolve(op.view)
        return sayRename(op.materialized ? 'materialized view' : 'view', view, beside(view, op.to), at)
      }
      case 'RenameSequence':
        return sayRename('sequence', at.resolve(op.sequence), beside(at.resolve(op.sequence), op.to), at)
      case 'RenameObject':
        return op.table === undefined ? sayRename(op.object, op.name, beside(op.name, op.to), at) : undefined
      case 'SetObjectSchema':
        return sayRename(op.object, op.name, { schema: op.schema, name: op.name.name }, at)
    }
  },
  rewrite: planRenameObject,
})

function sayRename(object: ObjectKind, from: Name, to: Name, at: Site): Report | undefined {
  const certainty = called[object]
  if (certainty === undefined || isYoungObject(object, from, at) || swapsRelation(from, to, at) || swapsType(from, to, at))
    return undefined
  // The sequence behind a column is reached through its default, which follows the rename.
  if (object === 'sequence' && findSequence(at.before, from)?.ownedBy !== undefined) return undefined
  const moves = to.name === from.name
  const places = namedIn(askObject(object, from), at)
  return {
    message: moves
      ? `moving ${object} ${printName(from)} to schema ${quoteIdentifier(to.schema ?? '')} breaks running code that looks for it where it was${places}`
      : `renaming ${object} ${printName(from)} to ${quoteIdentifier(to.name)} breaks running code that asks for ${quoteIdentifier(from.name)}${places}`,
    certainty: certainty === 'possible' && isGivenUp(at) ? 'checked' : moves ? 'possible' : certainty, // not every use names it
    instead: `make ${printName(to)} beside it, deploy code that uses that, and drop the old one in a later change set`,
  }
}
