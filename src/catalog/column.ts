import type { QualifiedName } from '../name.ts'
import { printName } from '../name.ts'
import type { Column, Constraint, SequenceOptions } from '../operation.ts'
import type { Table, TableColumn } from './catalog.ts'
import {
  createdName,
  type Draft,
  hint,
  hintExpression,
  hintType,
  parseName,
  put,
  refuse,
  sharesIdentity,
  shownName,
  storedType,
} from './draft.ts'
import { keyOf } from './lookup.ts'
import { sequenceName } from './names.ts'

/** A column as CREATE TABLE or ADD COLUMN makes it, with the sequence behind serial or identity. */
export function makeColumn(draft: Draft, table: QualifiedName, column: Column): TableColumn {
  if (column.type.serial && column.type.dimensions > 0) refuse(draft, 'array of serial is not implemented')
  const type = storedType(draft, column.type)
  hintType(draft, type, keyOf(table))
  hintExpression(draft, column.default, keyOf(table))
  hintExpression(draft, column.generated?.expression, keyOf(table))
  const sequence = column.type.serial || column.identity ? addSequence(draft, table, column) : undefined
  return {
    name: column.name,
    type,
    collation: column.collation && printName(column.collation),
    notNull: column.notNull || column.type.serial || column.identity !== undefined,
    default: column.type.serial && sequence !== undefined ? nextValueOf(draft, table, sequence) : column.default,
    generated: column.generated,
    identity: column.identity,
    ...(column.storage === undefined ? {} : { storage: column.storage }),
    ...(column.compression === undefined ? {} : { compression: column.compression }),
    origin: draft.origin,
  }
}

function addSequence(draft: Draft, table: QualifiedName, column: Column): QualifiedName {
  const written = column.identity?.options.others.sequence_name
  const name =
    written === undefined
      ? { schema: table.schema, name: sequenceName(draft.catalog, table, column.name) }
      : createdName(draft, parseName(written), table.schema === 'pg_temp')
  ownSequence(draft, name, table, column.name, column.identity?.options.type ?? column.type)
  return name
}

/** A sequence that goes with its column. */
export function ownSequence(
  draft: Draft,
  name: QualifiedName,
  table: QualifiedName,
  column: string,
  type: SequenceOptions['type'],
): void {
  put(draft, {
    kind: 'sequence',
    name,
    origin: draft.origin,
    ownedBy: { table, column },
    type: type && { ...type, serial: false },
  })
  hint(draft, 'owner', table, keyOf(name))
}

/** The default of a serial column, as the server writes it. */
function nextValueOf(draft: Draft, table: QualifiedName, sequence: QualifiedName): NonNullable<TableColumn['default']> {
  hint(draft, 'sequence', sequence, keyOf(table))
  const text = shownName(draft, sequence)
  const plain = { modifiers: [], dimensions: 0, serial: false, setOf: false }
  return {
    sql: `nextval('${text.replaceAll("'", "''")}'::regclass)`,
    shape: 'other',
    columns: [],
    calls: [{ function: { schema: undefined, name: 'nextval' }, arguments: 1 }],
    operators: [],
    casts: [{ name: { schema: undefined, name: 'regclass' }, ...plain }],
    strings: [text],
    provesNotNull: [],
    conjuncts: [],
    hasSubquery: false,
  }
}

/** The constraints that a column carries, its named NOT NULL among them, as constraints of the table. */
export function constraintsOf(column: Column): readonly Constraint[] {
  if (!column.notNull || column.notNullName === undefined) return column.constraints
  return [
    { kind: 'not null', name: column.notNullName, column: column.name, notValid: false, noInherit: false },
    ...column.constraints,
  ]
}

/** Columns with those of the parents first; what several have is one column, NOT NULL where any of them is (manual, CREATE TABLE, INHERITS). */
export function mergeColumns(draft: Draft, own: readonly TableColumn[], parents: readonly Table[]): readonly TableColumn[] {
  const merged = new Map<string, TableColumn>()
  for (const parent of parents) {
    for (const column of parent.columns) {
      const known = merged.get(column.name)
      merged.set(column.name, {
        ...column,
        // Identity is inherited by partitions alone.
        identity: sharesIdentity(draft, parent) ? column.identity : undefined,
        notNull: column.notNull || known?.notNull === true,
        inherited: true,
      })
    }
  }
  for (const column of own) {
    const { inherited: _, ...parent } = merged.get(column.name) ?? column
    merged.set(column.name, {
      ...parent,
      notNull: column.notNull || parent.notNull === true,
      default: column.default ?? parent.default,
      generated: column.generated ?? parent.generated,
      type: column.type ?? parent.type,
      collation: column.collation ?? parent.collation,
      identity: column.identity ?? parent.identity,
    })
  }
  return [...merged.values()]
}

/** A column of which only the name is known. */
export function unknownColumn(name: string): TableColumn {
  return {
    name,
    type: undefined,
    collation: undefined,
    notNull: undefined,
    default: undefined,
    generated: undefined,
    identity: undefined,
    origin: undefined,
  }
}

/** Writes down a column that the history never mentioned, on a table that was there before. */
export function withColumn(table: Table, name: string): Table {
  if (table.complete || table.columns.some((each) => each.name === name)) return table
  return { ...table, columns: [...table.columns, unknownColumn(name)] }
}
