import {
  asDeclared,
  type Certainty,
  findRoutines,
  findSequence,
  findType,
  following,
  hintsOf,
  isGivenUp,
  type Name,
  type Operation,
  preceding,
  printName,
  quoteIdentifier,
  rule,
  type Site,
  some,
} from '../src/rule.ts'

export default rule({
  on: ['DropFunction', 'DropType', 'DropDomain', 'DropSequence', 'AlterCompositeType', 'RenameObject'],
  hazard: 'breaks clients',
  certainty: 'possible',
  summary: 'a function, type, attribute or sequence goes that running code may still name',
  why: `Code that is still running calls a function by its name and arguments, casts parameters to a type, reads attributes of a composite value or asks
a sequence for numbers; each fails once the thing is gone. The server itself only knows what views, columns, defaults and SQL-standard function bodies
need: the text of other functions and of the application it does not look at.`,
  instead: `Deploy code that does not name it first, and drop it in a later change set. A function that takes other arguments is made beside the old one.`,
  references: [
    'https://www.postgresql.org/docs/current/sql-dropfunction.html',
    'https://www.postgresql.org/docs/current/sql-droptype.html',
    'https://www.postgresql.org/docs/current/ddl-depend.html',
  ],
  knownAs: ['safe-migrate/broken-compute', 'migrationpilot/MP024', 'migrationpilot/no-enum-value-removal'],
  check(op, at) {
    if (at.skipped !== undefined || at.refused !== undefined) return undefined
    switch (op.kind) {
      case 'DropFunction':
        return ofFunction(op, at)
      case 'DropSequence': {
        const sequence = findSequence(at.before, op.sequence)
        const young = at.inChangeSet(sequence?.origin) || (sequence === undefined && op.ifExists)
        // One that a column's default drew from was reached through it.
        const isBehindColumn = hintsOf(at.before, 'sequence', at.resolve(op.sequence)).size > 0
        return young
          ? undefined
          : say(`sequence ${printName(at.resolve(op.sequence))}`, isBehindColumn ? 'checked' : 'possible', at)
      }
      case 'DropType':
      case 'DropDomain': {
        const name = op.kind === 'DropType' ? op.type : op.domain
        const type = findType(at.before, name)
        const unknown = type === undefined && op.ifExists
        if (unknown || at.inChangeSet(type?.origin) || isMoved(name.name, at) || comesBack(name, at)) return undefined
        // No column has it any longer, or the server would refuse.
        return say(`${op.kind === 'DropType' ? 'type' : 'domain'} ${printName(type?.name ?? name)}`, 'checked', at)
      }
      case 'AlterCompositeType':
        return op.change === 'drop attribute' ? ofAttribute(op.attribute, op.type, 'dropping', at) : undefined
      case 'RenameObject':
        return op.object === 'attribute' && op.table !== undefined
          ? ofAttribute(op.name.name, op.table, 'renaming', at)
          : undefined
    }
  },
})

function say(what: string, certainty: Certainty, at: Site) {
  if (isGivenUp(at)) return { message: `dropping ${what}${asDeclared}`, certainty: 'checked' as const }
  return {
    message: `dropping ${what} breaks running code that still names it`,
    certainty,
    instead: 'deploy code that does not name it first, and drop it in a later change set',
  }
}

function ofFunction(op: Operation<'DropFunction'>, at: Site) {
  const known = findRoutines(at.before, op.function)
  // A trigger function is called by triggers alone, which the server knows.
  const internal =
    known.length > 0 && known.every(({ returns }) => returns?.name.name === 'trigger' || returns?.name.name === 'event_trigger')
  if (
    internal ||
    // A helper of the migrations themselves.
    (known.length > 0 && known.every(({ called }) => called)) ||
    (known.length === 0 && op.ifExists) ||
    (known.length > 0 && known.every(({ origin }) => at.inChangeSet(origin)))
  )
    return undefined
  const returns = some(following(at), (later) => later.kind === 'CreateFunction' && later.function.name === op.function.name)
  return returns ? undefined : say(`${op.procedure ? 'procedure' : 'function'} ${printName(op.function)}`, 'possible', at)
}

function ofAttribute(attribute: string, of: Name, verb: string, at: Site) {
  const type = findType(at.before, of)
  if (at.inChangeSet(type?.origin)) return undefined
  return `${verb} attribute ${quoteIdentifier(attribute)} of type ${printName(type?.name ?? of)} breaks running code that reads it`
}

/** The type got this name in the same transaction, to make room for its successor: code knows the name that the successor has. */
function isMoved(name: string, at: Site): boolean {
  return some(preceding(at), (earlier) => earlier.kind === 'RenameObject' && earlier.to === name)
}

function comesBack(type: Name, at: Site): boolean {
  return some(
    following(at),
    (later) =>
      ((later.kind === 'CreateEnum' || later.kind === 'CreateCompositeType') && later.type.name === type.name) ||
      (later.kind === 'CreateDomain' && later.domain.name === type.name) ||
      (later.kind === 'RenameObject' && later.to === type.name),
  )
}
