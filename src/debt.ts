import type { Catalog, Index, Origin, Table } from './catalog/catalog.ts'
import { findRoutines, isTable } from './catalog/lookup.ts'
import type { Finding, Severity } from './finding.ts'
import { fingerprints } from './fingerprint.ts'
import type { Migration } from './migration.ts'
import { printName, quoteIdentifier } from './name.ts'
import type { Span } from './span.ts'

/** The rule behind findings about old debt; they are made here, so its file only describes it. */
export const contractDebt = 'contract-debt'

/** What an expand step left behind that a contract step should have cleared away. */
export type DebtKind =
  | 'constraint never validated'
  | 'sync trigger never removed'
  | 'column never dropped'
  | 'table never dropped'
  | 'index that may be invalid'

export interface Debt {
  readonly kind: DebtKind
  /** `constraint orders_total_positive of public.orders`. */
  readonly what: string
  /** The migration that made it. */
  readonly migration: Migration
  /** The statement that made it, as far as its text names it. */
  readonly span: Span
  /** How many migrations have come since. */
  readonly age: number
  /** The statement that pays it. */
  readonly pay: string
}

/** Everything that the history left half-way, oldest first. Only what the history made itself: what was there before is not its debt. */
export function debtOf(catalog: Catalog, migrations: readonly Migration[]): readonly Debt[] {
  const found: Debt[] = []
  const add = (kind: DebtKind, origin: Origin | undefined, name: string, what: string, pay: string) => {
    const migration = origin === undefined ? undefined : migrations[origin.migration]
    if (origin === undefined || migration === undefined) return
    found.push({ kind, what, migration, span: spanOf(migration, name), age: migrations.length - 1 - origin.migration, pay })
  }
  for (const relation of catalog.relations.values()) {
    if (relation.kind === 'index' && relation.builtConcurrently && isGuarded(relation, migrations)) {
      const name = printName(relation.name)
      add(
        'index that may be invalid',
        relation.origin,
        relation.name.name,
        `index ${name}`,
        `-- if pg_index.indisvalid is false for it:\nREINDEX INDEX CONCURRENTLY ${name};`,
      )
    }
    if (!isTable(relation)) continue
    const table = printName(relation.name)
    for (const constraint of relation.constraints) {
      if (constraint.validated || ('enforced' in constraint.definition && !constraint.definition.enforced)) continue
      const name = quoteIdentifier(constraint.name)
      add(
        'constraint never validated',
        constraint.origin,
        constraint.name,
        `constraint ${name} of ${table}`,
        `ALTER TABLE ${table} VALIDATE CONSTRAINT ${name};`,
      )
    }
    for (const trigger of relation.triggers) {
      const copied = trigger.function === undefined ? undefined : copies(catalog, trigger.function)
      if (copied === undefined) continue
      const name = quoteIdentifier(trigger.name)
      const columns = `${quoteIdentifier(copied.from)} to ${quoteIdentifier(copied.to)}`
      add(
        'sync trigger never removed',
        trigger.origin,
        trigger.name,
        `trigger ${name} of ${table}, which copies ${columns}`,
        `DROP TRIGGER ${name} ON ${table};`,
      )
    }
    for (const { name, origin } of leftColumns(relation)) {
      add(
        'column never dropped',
        origin,
        name,
        `column ${quoteIdentifier(name)} of ${table}`,
        `ALTER TABLE ${table} DROP COLUMN ${quoteIdentifier(name)};`,
      )
    }
    const counterpart = counterpartOf(relation.name.name)
    if (
      counterpart !== undefined &&
      catalog.relations.get(printName({ ...relation.name, name: counterpart }))?.kind === relation.kind
    ) {
      add('table never dropped', relation.origin, relation.name.name, `table ${table}`, `DROP TABLE ${table};`)
    }
  }
  return found.sort((a, b) => b.age - a.age)
}

/**
 * Whether IF NOT EXISTS stood on the concurrent build: when the first run fails, the INVALID index it leaves makes the second a silent
 * success (manual, CREATE INDEX). A later REINDEX settles it.
 */
function isGuarded({ name, origin }: Index, migrations: readonly Migration[]): boolean {
  if (origin === undefined) return false
  const operations = (migration: Migration | undefined) =>
    migration?.statements.flatMap(({ commands }) => commands.map(({ operation }) => operation)) ?? []
  const guarded = operations(migrations[origin.migration]).some(
    (one) => one.kind === 'CreateIndex' && one.index === name.name && one.ifNotExists,
  )
  return (
    guarded &&
    !migrations
      .slice(origin.migration)
      .some((migration) => operations(migration).some((one) => one.kind === 'Reindex' && one.target?.name === name.name))
  )
}

/** Debts that are older than a number of migrations, as findings where they were made. */
export function debtFindings(
  debts: readonly Debt[],
  olderThan: number,
  severityIn: (file: string) => Severity,
): readonly Finding[] {
  const fingerprint = fingerprints()
  return debts.flatMap(({ kind, what, migration, span, age, pay }) => {
    const severity = severityIn(migration.file)
    if (age <= olderThan || severity === 'off') return []
    const sql = migration.text.slice(span.start, span.end)
    const message = `${what} was left behind ${age} migrations ago: ${kind}`
    return [
      {
        rule: contractDebt,
        hazard: 'breaks clients' as const,
        severity,
        message,
        file: migration.file,
        span,
        sql,
        effects: [],
        instead: `finish the contract step, or allow it and say why it stays\n${pay}`,
        fingerprint: fingerprint(contractDebt, migration.file, `${what}\n${sql}`),
      },
    ]
  })
}

/** Columns that stand beside the one that they replace or that replaced them. */
function leftColumns(table: Table): readonly { readonly name: string; readonly origin: Origin | undefined }[] {
  const names = new Set(table.columns.map(({ name }) => name))
  return table.columns.filter(({ name }) => {
    const counterpart = counterpartOf(name)
    return counterpart !== undefined && names.has(counterpart)
  })
}

/** `amount` for `amount_old`, `amount_new`, `old_amount`: the names that plans and people give what is to go. */
function counterpartOf(name: string): string | undefined {
  return (
    /^(?:old|new|tmp|temp)_(.+)$/.exec(name)?.[1] ??
    /^(.+)_(?:old|new|tmp|temp|bak|backup|deprecated|legacy|dropped|shadow)$/.exec(name)?.[1]
  )
}

/** The columns between which a trigger function copies, cast or not. Other triggers (a time stamp, a search vector) are there to stay. */
function copies(
  catalog: Catalog,
  name: { schema: string; name: string },
): { readonly from: string; readonly to: string } | undefined {
  for (const { body } of findRoutines(catalog, name)) {
    const match = /\bnew\s*\.\s*("(?:[^"]|"")+"|\w+)\s*:?=\s*new\s*\.\s*("(?:[^"]|"")+"|\w+)\s*(?:::[\w\s."()[\]]+)?;/i.exec(body)
    const [to, from] = [match?.[1], match?.[2]]
    if (to !== undefined && from !== undefined && to !== from) return { from: unquoted(from), to: unquoted(to) }
  }
  return undefined
}

function unquoted(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase()
}

function spanOf(migration: Migration, name: string): Span {
  const statement = migration.statements.find(({ sql }) => sql.includes(name)) ?? migration.statements[0]
  return statement?.span ?? { start: 0, end: 0 }
}
