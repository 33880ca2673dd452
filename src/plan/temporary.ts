import type { Statement } from '../operation.ts'
import type { Remade } from './remade.ts'

/** From the first statement that names a temporary table to the last: a file of its own has another session, which knows nothing of it. */
export function temporaryIn(statements: readonly Statement[]): readonly Remade[] {
  const found: Remade[] = []
  for (const { commands } of statements) {
    for (const { operation } of commands) {
      const isTable = operation.kind === 'CreateTable' || operation.kind === 'CreateTableAs'
      if (!isTable || operation.persistence !== 'temporary') continue
      const named = operation.table.name.toLowerCase()
      const from = statements.findIndex(({ sql }) => sql.toLowerCase().includes(named))
      const to = statements.findLastIndex(({ sql }) => sql.toLowerCase().includes(named))
      found.push({ from, to })
    }
  }
  return found
}
