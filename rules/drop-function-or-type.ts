import { planDropObject } from '../src/plan/builder/let-go.ts'
import {
  askExact,
  askFunction,
  type Certainty,
  findRoutines,
  findSequence,
  findType,
  following,
  hintsOf,
  inCode,
  isMadeAgain,
  type Name,
  type Operation,
  printName,
  type Question,
  quoteIdentifier,
  type Routine,
  removedValues,
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
        if (at.inChangeSet(sequence?.origin) || (sequence === undefined && op.ifExists)) return undefined
        const name = at.resolve(op.sequence)
        // One that a column's default drew from was reached through it.
        const certainty = hintsOf(at.before, 'sequence', name).size > 0 ? 'checked' : 'possible'
        return say(`sequence ${printName(name)}`, certainty, askExact('sequence', name.name), at)
      }
      case 'DropType':
      case 'DropDomain': {
        const name = op.kind === 'DropType' ? op.type : op.domain
        const type = findType(at.before, name)
        if ((type === undefined && op.ifExists) || at.inChangeSet(type?.origin)) return undefined
        if (isMadeAgain(name, at))
          return removedValues(name, at).map((message) => ({ message, certainty: 'certain' as const, instead }))
        // No column has it any longer, or the server would refuse.
        const what = op.kind === 'DropType' ? 'type' : 'domain'
        return say(`${what} ${printName(type?.name ?? name)}`, 'checked', askExact('type', name.name), at)
      }
      case 'AlterCompositeType':
        return op.change === 'drop attribute' ? ofAttribute(op.attribute, op.type, 'dropping', at) : undefined
      case 'RenameObject':
        return op.object === 'attribute' && op.table !== undefined
          ? ofAttribute(op.name.name, op.table, 'renaming', at)
          : undefined
    }
  },
  rewrite: planDropObject,
})

/** `certainty`: what is known without the code; a name that may mean anything adds nothing to it. */
function say(what: string, certainty: Certainty, question: Question, at: Site) {
  const code = inCode(question, at)
  const told = code?.certainty === 'possible' && certainty === 'checked' ? undefined : code
  return {
    message: `dropping ${what}${told?.said ?? ' breaks running code that still names it'}`,
    certainty: told?.certainty ?? certainty,
    instead: told?.certainty === 'checked' ? undefined : instead,
  }
}

const instead = 'deploy code that does not name it first, and drop it in a later change set'

function ofFunction(op: Operation<'DropFunction'>, at: Site) {
  const known = findRoutines(at.before, op.function)
  const unused = known.length === 0 ? op.ifExists : known.every((one) => isInternal(one) || at.inChangeSet(one.origin))
  if (unused) return undefined
  const returns = some(following(at), (later) => later.kind === 'CreateFunction' && later.function.name === op.function.name)
  if (returns) return undefined
  const said = say(
    `${op.procedure ? 'procedure' : 'function'} ${printName(op.function)}`,
    'possible',
    askFunction(op.function),
    at,
  )
  // The code may mean one that takes other arguments.
  const stays = findRoutines(at.after, op.function).length > 0
  return stays && said.certainty === 'certain' ? { ...said, certainty: 'possible' as const } : said
}

/** Triggers alone call a trigger's function, and the server knows them; migrations alone call their helpers. */
function isInternal({ returns, called }: Routine): boolean {
  return called === true || returns?.name.name === 'trigger' || returns?.name.name === 'event_trigger'
}

function ofAttribute(attribute: string, of: Name, verb: string, at: Site) {
  const type = findType(at.before, of)
  if (at.inChangeSet(type?.origin)) return undefined
  return `${verb} attribute ${quoteIdentifier(attribute)} of type ${printName(type?.name ?? of)} breaks running code that reads it`
}
