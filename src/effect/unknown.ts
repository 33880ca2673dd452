import { calledBy, followedRoutine, printRoutine, under } from '../catalog/called.ts'
import type { Catalog, Routine } from '../catalog/catalog.ts'
import { printName } from '../name.ts'
import type { Operation } from '../operation.ts'
import { mayRunAnything, printCall } from './volatility.ts'

/** Why it is not known what an operation locks and does; undefined where it is modelled. */
export function unknownOf(operation: Operation, catalog: Catalog): string | undefined {
  const own = unknownAlone(operation, catalog)
  if (own !== undefined || (operation.kind !== 'Call' && operation.kind !== 'Select')) return own
  const { runs, dynamic } = calledBy(operation, catalog)
  const [first] = dynamic
  if (first !== undefined) return `${restless(first.routine)}: ${onOneLine(first.text)}`
  for (const { statement, routine, searchPath, restrained } of runs) {
    if (restrained) continue
    for (const command of statement.commands) {
      const reason = unknownAlone(command.operation, under(catalog, searchPath))
      if (reason !== undefined) return `${restless(routine)}: ${onOneLine(reason)}`
    }
  }
  return undefined
}

/** Without the bodies that it leads into. */
function unknownAlone(operation: Operation, catalog: Catalog): string | undefined {
  switch (operation.kind) {
    case 'Opaque':
      return operation.reason
    case 'Unparsed':
      return operation.message
    case 'DoBlock':
      return operation.dynamic[0]
    case 'Call':
      return followedRoutine(catalog, operation.procedure, true) === undefined
        ? `the procedure ${printName(operation.procedure)} runs statements of its own`
        : undefined
    case 'Select': {
      const call = operation.query.calls.find(
        (each) => mayRunAnything(each, catalog) && followedRoutine(catalog, each.function, false) === undefined,
      )
      return call === undefined ? undefined : `${printCall(call)} may run statements of its own`
    }
    default:
      return undefined
  }
}

function restless(routine: Routine): string {
  return `${printRoutine(routine)} may run statements of its own`
}

function onOneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > 80 ? `${line.slice(0, 77)}…` : line
}
