import type { Catalog } from '../catalog/catalog.ts'
import { printName } from '../name.ts'
import type { Operation } from '../operation.ts'
import { mayRunAnything, printCall } from './volatility.ts'

/** Why it is not known what an operation locks and does; undefined where it is modelled. */
export function unknownOf(operation: Operation, catalog: Catalog): string | undefined {
  switch (operation.kind) {
    case 'Opaque':
      return operation.reason
    case 'Unparsed':
      return operation.message
    case 'DoBlock':
      return operation.dynamic[0]
    case 'Call':
      return `the procedure ${printName(operation.procedure)} runs statements of its own`
    case 'Select': {
      const call = operation.query.calls.find((each) => mayRunAnything(each, catalog))
      return call === undefined ? undefined : `${printCall(call)} may run statements of its own`
    }
    default:
      return undefined
  }
}
