import type { Question } from '../application/application.ts'
import type { Name, QualifiedName } from '../name.ts'
import type { Operation } from '../operation.ts'
import type { Site } from '../rule.ts'
import { askColumn, askTable } from './evidence.ts'
import { preceding } from './following.ts'

/** A table by the name that deployed code knows, which the change set may have changed before. */
export function askTableAsDeployed(table: Name, at: Site): Question {
  return askTable(traced(table, undefined, at).table)
}

/** Whether the change set has renamed a table, or a column of it, before: deployed code knows neither of the names. */
export function isRenamedAgain(table: Name, column: string | undefined, at: Site): boolean {
  const known = traced(table, column, at)
  return column === undefined ? known.table.name !== at.resolve(table).name : known.column !== column
}

/** A column as the schema knew it when the change set started. */
export function columnAsDeployed(table: Name, column: string, at: Site): { readonly table: Name; readonly column: string } {
  const known = traced(table, column, at)
  return { table: known.table, column: known.column ?? column }
}

/** The same for a column. */
export function askColumnAsDeployed(table: Name, column: string, at: Site): Question {
  const known = traced(table, column, at)
  return askColumn(known.table, known.column ?? column, known.renamed ? at.deployed : at.before)
}

function traced(name: Name, of: string | undefined, at: Site) {
  let [table, column, renamed]: [QualifiedName, string | undefined, boolean] = [at.resolve(name), of, false]
  for (const operation of earlierInChangeSet(at).reverse()) {
    if (operation.kind === 'RenameTable' && operation.to === table.name) {
      ;[table, renamed] = [{ ...table, name: operation.table.name }, true]
    } else if (operation.kind === 'RenameColumn' && operation.to === column && operation.table.name === table.name) {
      ;[column, renamed] = [operation.column, true]
    }
  }
  return { table, column, renamed }
}

function earlierInChangeSet(at: Site): Operation[] {
  const ended = [...at.others.map(({ transaction }) => transaction), ...at.earlier]
  const statements = ended.flatMap(({ entries }) => entries.map(({ statement }) => statement))
  return [...statements.flatMap(({ commands }) => commands.map(({ operation }) => operation)), ...preceding(at)]
}
