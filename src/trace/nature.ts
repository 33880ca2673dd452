import type { Command, Statement } from '../operation.ts'

/** What a prediction of a statement leaves open, so that seeing less proves nothing against it. */
export interface Nature {
  /** It may find nothing to do: IF EXISTS, or a branch that is not taken, of a DO block or of a routine that it calls. */
  readonly conditional: boolean
  /** It says IF EXISTS: what is not there is not locked. */
  readonly ifExists: boolean
  /** It changes rows: what foreign keys look up for them and cascades do to others happens only where there are rows. */
  readonly byRow: boolean
  /** Names of the tables whose rows it changes: locked whether there are rows or not. */
  readonly targets: ReadonlySet<string>
  /** It calls a procedure, whose statements are its own matter. */
  readonly callsProcedure: boolean
}

export const plainNature: Nature = {
  conditional: false,
  ifExists: false,
  byRow: false,
  targets: new Set(),
  callsProcedure: false,
}

export function natureOf({ commands, body, conditional }: Statement): Nature {
  const natures = body.map(natureOf)
  return {
    conditional: conditional || natures.some((inner) => inner.conditional) || commands.some(calls),
    ifExists:
      natures.some((inner) => inner.ifExists) || commands.some(({ operation }) => 'ifExists' in operation && operation.ifExists),
    byRow: natures.some((inner) => inner.byRow) || commands.some(({ operation }) => changesRows.has(operation.kind)),
    targets: new Set([
      ...natures.flatMap(({ targets }) => [...targets]),
      ...commands.flatMap(({ operation }) =>
        changesRows.has(operation.kind) && 'table' in operation && operation.table ? [operation.table.name] : [],
      ),
    ]),
    callsProcedure: natures.some((inner) => inner.callsProcedure) || commands.some(({ operation }) => operation.kind === 'Call'),
  }
}

const changesRows: ReadonlySet<string> = new Set(['Insert', 'Update', 'Delete', 'Merge', 'Copy', 'CreateTableAs'])

/** Whether routines may run in it: which of their statements do is decided by arguments and rows. */
function calls({ operation }: Command): boolean {
  return operation.kind === 'Call' || (operation.kind === 'Select' && operation.query.calls.length > 0)
}
