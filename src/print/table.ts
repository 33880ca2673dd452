import { printName, quoteIdentifier } from '../name.ts'
import type { Constraint, Operation, PartitionBound, PartitionKey } from '../operation.ts'
import { printColumn, printDefault, printGenerated, printIdentity } from './column.ts'
import { printColumnConstraint, printConstraint } from './constraint.ts'
import { printKeyExpression } from './index-definition.ts'
import { words } from './list.ts'
import { printForeignOptions, printStorage } from './option.ts'

type CreateTable = Operation<'CreateTable'>

/** `FOR VALUES …` or `DEFAULT`. */
export function printPartitionBound(bound: PartitionBound): string {
  return bound.sql
}

/** `RANGE (a, lower(b) COLLATE "C")` */
export function printPartitionKey({ strategy, columns, expressions, collations, operatorClasses }: PartitionKey): string {
  const unnamed = [...expressions]
  const keys = columns.map((column, index) => {
    const expression = column === undefined ? unnamed.shift() : undefined
    const collation = collations?.[index]
    const operatorClass = operatorClasses?.[index]
    return words(
      column === undefined ? expression && printKeyExpression(expression) : quoteIdentifier(column),
      collation && `COLLATE ${printName(collation)}`,
      operatorClass && printName(operatorClass),
    )
  })
  return `${strategy.toUpperCase()} (${keys.join(', ')})`
}

export function printCreateTable(operation: CreateTable): string {
  const { table, persistence, ifNotExists, partitionOf, ofType, partitionBy, foreignServer, inherits } = operation
  const elements = partitionOf === undefined && ofType === undefined ? definitions(operation) : additions(operation)
  return words(
    'CREATE',
    persistence !== 'permanent' && persistence.toUpperCase(),
    foreignServer !== undefined && 'FOREIGN',
    'TABLE',
    ifNotExists && 'IF NOT EXISTS',
    printName(table),
    partitionOf && `PARTITION OF ${printName(partitionOf.parent)}`,
    ofType && `OF ${printName(ofType)}`,
    elements.length > 0 ? `(\n  ${elements.join(',\n  ')}\n)` : partitionOf === undefined && ofType === undefined && '()',
    partitionOf && printPartitionBound(partitionOf.bound),
    inherits.length > 0 && `INHERITS (${inherits.map(printName).join(', ')})`,
    partitionBy && `PARTITION BY ${printPartitionKey(partitionBy)}`,
    ...propertiesOf(operation),
  )
}

/** What follows the columns, in the grammar's order. */
function propertiesOf(operation: CreateTable): readonly (string | undefined)[] {
  const { accessMethod, foreignServer, onCommit, foreignOptions, options = [], tablespace } = operation
  return [
    accessMethod && `USING ${quoteIdentifier(accessMethod)}`,
    printStorage({ options }).trimStart(),
    onCommit && `ON COMMIT ${onCommit.toUpperCase()}`,
    printStorage({ tablespace }).trimStart(),
    foreignServer && `SERVER ${quoteIdentifier(foreignServer)}`,
    printForeignOptions(foreignOptions).trimStart(),
  ]
}

/** Columns with each LIKE where it stood among them, which is where its columns go; then constraints. */
function definitions({ columns, like, constraints }: CreateTable): readonly string[] {
  const likes = (at: number) => like.filter((each) => each.at === at).map(printLike)
  return [
    ...likes(0),
    ...columns.flatMap((column, index) => [printColumn(column), ...likes(index + 1)]),
    ...constraints.map(printConstraint),
  ]
}

function printLike({ source, including }: CreateTable['like'][number]): string {
  const left = likeOptions.filter((option) => !including.includes(option))
  const options =
    left.length < including.length
      ? ['INCLUDING ALL', ...left.map((each) => `EXCLUDING ${each.toUpperCase()}`)]
      : including.map((each) => `INCLUDING ${each.toUpperCase()}`)
  return words(`LIKE ${printName(source)}`, ...options)
}

/** What LIKE can include (manual, CREATE TABLE). */
const likeOptions = [
  'comments',
  'compression',
  'constraints',
  'defaults',
  'generated',
  'identity',
  'indexes',
  'statistics',
  'storage',
] as const

/** What a partition or typed table adds to columns that it does not define: one entry a column, NOT NULL with its default. */
function additions({ constraints, columnOptions = [] }: CreateTable): readonly string[] {
  const options = new Map<string, string[]>()
  const add = (column: string, text: string) => options.set(column, [...(options.get(column) ?? []), text])
  for (const { column, collation, generated, identity, ...each } of columnOptions) {
    if (collation !== undefined) add(column, `COLLATE ${printName(collation)}`)
    if (each.default !== undefined) add(column, `DEFAULT ${printDefault(each.default)}`)
    if (generated !== undefined) add(column, printGenerated(generated))
    if (identity !== undefined) add(column, printIdentity(identity))
  }
  const others: Constraint[] = []
  for (const constraint of constraints) {
    if (constraint.kind === 'not null' && !constraint.notValid) add(constraint.column, printColumnConstraint(constraint))
    else others.push(constraint)
  }
  const ofColumns = [...options].map(([column, texts]) => words(quoteIdentifier(column), ...texts))
  return [...ofColumns, ...others.map(printConstraint)]
}
