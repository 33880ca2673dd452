import type { Catalog } from './catalog/catalog.ts'
import { afterSession, afterTransaction } from './catalog/session.ts'
import type { Effect } from './effect/effect.ts'
import type { Moment } from './held.ts'
import type { Migration, TransactionMode, TransactionScope } from './migration.ts'
import type { Operation, Statement } from './operation.ts'
import { changeSettings, endLocal, inForce, noSettings, type SessionSettings } from './settings.ts'
import { enter, type OpenTransaction, openTransaction, type Transaction } from './transaction.ts'

/**
 * One migration's connection: which transaction each statement runs in, what is set, and the catalog that a ROLLBACK returns to.
 * A session lasts for one migration: whether a runner keeps its connection for the next is not known, so no SET is trusted across files.
 */
export interface Session {
  readonly mode: TransactionMode
  /** Which message a statement travels in; undefined: one of its own. */
  readonly messages: ReadonlyMap<Statement, Message>
  catalog: Catalog
  settings: SessionSettings
  open: OpenTransaction | undefined
  /** The transaction was opened by the runner or by a multi-statement message, not by a BEGIN in the SQL. */
  implicit: boolean
  undo: Undo | undefined
  savepoints: (Undo & { readonly name: string })[]
  readonly ended: Transaction[]
  readonly nextId: () => number
}

/** A simple-query message of several statements: an implicit transaction (manual 53.2.2.1). */
interface Message {
  readonly statements: readonly Statement[]
}

interface Undo {
  readonly catalog: Catalog
  readonly settings: SessionSettings
  readonly held: Moment
}

export function startSession(migration: Migration, catalog: Catalog, nextId: () => number): Session {
  const session: Session = {
    mode: migration.transaction,
    messages: messagesOf(migration),
    catalog,
    settings: noSettings,
    open: undefined,
    implicit: false,
    undo: undefined,
    savepoints: [],
    ended: [],
    nextId,
  }
  if (session.mode === 'unit' || session.mode === 'run') begin(session, session.mode, true)
  return session
}

/** Opens what the next statement needs and says what it runs in. */
export function beforeStatement(
  session: Session,
  statement: Statement,
  operation: Operation,
): { transaction: OpenTransaction; scope: TransactionScope } {
  if (operation.kind === 'Begin') {
    if (session.open === undefined) begin(session, 'explicit', false)
    else if (session.open.scope === 'string' || session.open.scope === 'pipeline') {
      // BEGIN turns the implicit block of a multi-statement message into a regular one; what ran before belongs to it (manual 53.2.2.1).
      session.open.scope = 'explicit'
      session.implicit = false
    }
  } else if (session.open === undefined) {
    const shared = session.messages.has(statement)
    begin(session, shared ? (session.mode === 'pipeline' ? 'pipeline' : 'string') : 'none', true)
  }
  const transaction = session.open ?? begin(session, 'none', true)
  return { transaction, scope: transaction.scope }
}

/** Records what a statement (or one inside a DO block) did. */
export function recordStatement(
  session: Session,
  statement: Statement,
  effects: readonly Effect[],
  inUse: readonly Effect[],
): void {
  if (session.open) enter(session.open, { statement, effects, inUse, settings: inForce(session.settings) })
}

/** Applies SET and RESET. */
export function changeSession(session: Session, operation: Operation): void {
  session.settings = changeSettings(session.settings, operation, session.open !== undefined && session.open.scope !== 'none')
}

/** Closes what the statement ends; returns the transactions that are over. */
export function afterStatement(session: Session, operation: Operation): Transaction | undefined {
  switch (operation.kind) {
    case 'Commit':
    case 'TwoPhase':
      return finish(session, true, operation.kind === 'Commit' && operation.chain)
    case 'Rollback':
      return finish(session, false, operation.chain)
    case 'Savepoint':
      session.savepoints.push({ name: operation.savepoint, ...undoPoint(session) })
      return undefined
    case 'RollbackTo': {
      const index = session.savepoints.findLastIndex((savepoint) => savepoint.name === operation.savepoint)
      const savepoint = session.savepoints[index]
      if (savepoint !== undefined) {
        restore(session, savepoint)
        session.savepoints.length = index + 1
      }
      return undefined
    }
    case 'ReleaseSavepoint': {
      const index = session.savepoints.findLastIndex((savepoint) => savepoint.name === operation.savepoint)
      if (index >= 0) session.savepoints.length = index
      return undefined
    }
    default:
      return session.open?.scope === 'none' ? finish(session, true, false) : undefined
  }
}

/** At the end of a message its implicit transaction commits; a written BEGIN lives on. */
export function endMessage(session: Session, statement: Statement): Transaction | undefined {
  const scope = session.open?.scope
  if (scope !== 'string' && scope !== 'pipeline') return undefined
  return session.messages.get(statement)?.statements.at(-1) === statement ? finish(session, true, false) : undefined
}

/** The end of the migration: the runner commits its transaction; a BEGIN that nothing committed is rolled back by the disconnect, but its author meant it to last. */
export function endSession(session: Session): Transaction | undefined {
  const ended = finish(session, true, false)
  session.catalog = afterSession(session.catalog)
  return ended
}

function begin(session: Session, scope: TransactionScope, implicit: boolean): OpenTransaction {
  session.open = openTransaction(session.nextId(), scope)
  session.implicit = implicit
  session.undo = undoPoint(session)
  return session.open
}

function finish(session: Session, committed: boolean, chain: boolean): Transaction | undefined {
  const ended = session.open
  if (ended === undefined) return undefined
  if (!committed && session.undo) {
    session.catalog = session.undo.catalog
    session.settings = session.undo.settings
  }
  session.settings = endLocal(session.settings)
  session.catalog = afterTransaction(session.catalog)
  session.open = undefined
  session.undo = undefined
  session.savepoints.length = 0
  session.ended.push(ended)
  if (chain) begin(session, 'explicit', false)
  return ended
}

function undoPoint(session: Session): Undo {
  return {
    catalog: session.catalog,
    settings: session.settings,
    held: session.open?.held.now() ?? 0,
  }
}

function restore(session: Session, undo: Undo): void {
  session.catalog = undo.catalog
  session.settings = undo.settings
  session.open?.held.returnTo(undo.held)
}

function messagesOf(migration: Migration): ReadonlyMap<Statement, Message> {
  const { transaction: mode, statements } = migration
  const spans =
    migration.messages ?? (mode === 'string' || mode === 'pipeline' ? [{ start: 0, end: Number.POSITIVE_INFINITY }] : [])
  const messages = new Map<Statement, Message>()
  let at = 0
  for (const span of mode === 'unit' || mode === 'run' ? [] : spans) {
    // Both are in the order of the file.
    while ((statements[at]?.span.start ?? span.start) < span.start) at++
    const from = at
    while ((statements[at]?.span.start ?? Number.POSITIVE_INFINITY) < span.end) at++
    const together = statements.slice(from, at)
    if (together.length > 1) for (const statement of together) messages.set(statement, { statements: together })
  }
  return messages
}
