import type { QualifiedName } from '../name.ts'
import { printName } from '../name.ts'
import type { TypeName } from '../type-name.ts'
import { printType } from '../type-name.ts'
import type { Routine } from './catalog.ts'
import type { Draft } from './draft.ts'
import { relationOf, shownName } from './draft.ts'
import { keyOf } from './lookup.ts'

/** Something that can be dropped, and that other things can depend on. */
export type Thing =
  | { readonly kind: 'relation' | 'type' | 'schema'; readonly name: QualifiedName }
  | {
      readonly kind: 'column' | 'default' | 'constraint' | 'trigger' | 'policy' | 'rule'
      readonly name: QualifiedName
      readonly part: string
    }
  | { readonly kind: 'function'; readonly name: QualifiedName; readonly part: string }

/** A thing's identity. */
export function idOf(thing: Thing): string {
  return 'part' in thing ? `${thing.kind} ${keyOf(thing.name)} ${thing.part}` : `${thing.kind} ${keyOf(thing.name)}`
}

/** A thing as the server's messages name it: `table t`, `column a of table t`. */
export function describe(draft: Draft, thing: Thing): string {
  const shown = shownName(draft, thing.name)
  switch (thing.kind) {
    case 'relation': {
      const kind = relationOf(draft, thing.name)?.kind ?? 'table'
      return `${kind === 'partitioned table' ? 'table' : kind} ${shown}`
    }
    case 'column':
      return `column ${thing.part} of table ${shown}`
    case 'default':
      return `default value for column ${thing.part} of table ${shown}`
    case 'constraint':
      return `constraint ${thing.part} on table ${shown}`
    case 'trigger':
      return `trigger ${thing.part} on table ${shown}`
    case 'policy':
      return `policy ${thing.part} on table ${shown}`
    case 'rule':
      return `rule ${thing.part} on table ${shown}`
    case 'schema':
      return `schema ${printName({ schema: undefined, name: thing.name.name })}`
    case 'type':
      return `type ${shown}`
    case 'function':
      return `function ${shown}${thing.part}`
  }
}

/** What of a routine tells it from its overloads: `(integer,text)`. */
export function signatureOf(routine: { readonly arguments: readonly TypeName[] }): string {
  return `(${routine.arguments.map(printType).join(',')})`
}

export function relation(name: QualifiedName): Thing {
  return { kind: 'relation', name }
}

export function functionThing(routine: Routine): Thing {
  return { kind: 'function', name: routine.name, part: signatureOf(routine) }
}
