import type {
  AlterEnumType,
  AlterIndexStatement,
  CommentStatement,
  CreateEnumType,
  CreateExtensionStatement,
  CreateFunctionStatement,
  CreateMaterializedViewStatement,
  CreateViewStatement,
  DataTypeDef,
  DropFunctionStatement,
  DropStatement,
  ReturnsTable,
} from 'pgsql-ast-parser'
import type { Command, ObjectKind, Operation } from '../../operation.ts'
import type { TypeName } from '../../type-name.ts'
import { NotUnderstood } from '../grammar.ts'
import { literalBody } from '../literal.ts'
import { nameOf, namesOf } from './name.ts'
import { afterOf, command, firstOf, type Place, type Range, stringAt, wordAt } from './place.ts'
import { lowerQuery } from './query.ts'
import { lowerNamedType, lowerType } from './type-name.ts'

export function lowerView(node: CreateViewStatement, place: Place): Operation {
  if (node.recursive === true) throw new NotUnderstood('CREATE RECURSIVE VIEW is not known to this lowering')
  // The grammar has options without the parentheses that PostgreSQL wants around them.
  if (node.parameters !== undefined) throw new NotUnderstood('such options of a view are not known')
  return {
    kind: 'CreateView',
    view: nameOf(node.name),
    columns: namesOf(node.columnNames),
    // WITH LOCAL CHECK OPTION
    query: lowerQuery(node.query, place, queryRange(node, place, node.checkOption === undefined ? 0 : 4)),
    replace: node.orReplace === true,
    temporary: node.temp === true,
    options: node.checkOption === undefined ? [] : [`check_option=${node.checkOption}`],
  }
}

export function lowerMaterializedView(node: CreateMaterializedViewStatement, place: Place): Operation {
  if (node.parameters !== undefined) throw new NotUnderstood('such options of a view are not known')
  const tail = node.withData === undefined ? 0 : node.withData ? 2 : 3
  return {
    kind: 'CreateMaterializedView',
    view: nameOf(node.name),
    columns: namesOf(node.columnNames),
    query: lowerQuery(node.query, place, queryRange(node, place, tail)),
    withData: node.withData !== false,
    ifNotExists: node.ifNotExists === true,
    ...(node.tablespace === undefined ? {} : { tablespace: node.tablespace.name }),
  }
}

/** From behind AS to the end of the statement, without `tail` words. */
function queryRange(node: CreateViewStatement | CreateMaterializedViewStatement, place: Place, tail: number): Range {
  let from = firstOf(place, node.query)
  while (wordAt(place, from - 1) === '(') from--
  return { from, to: place.whole.to - tail }
}

export function lowerAlterIndex(node: AlterIndexStatement, place: Place): readonly Command[] {
  const index = nameOf(node.index)
  const ifExists = node.ifExists === true
  if (node.change.type === 'rename') return [command(place, { kind: 'RenameIndex', index, to: node.change.to.name, ifExists })]
  const operation = {
    kind: 'AlterIndex',
    index,
    change: 'tablespace',
    tablespace: node.change.tablespace.name,
    ifExists,
  } as const
  return [command(place, operation, { from: afterOf(place, node.index), to: place.whole.to })]
}

export function lowerCreateEnum(node: CreateEnumType, place: Place): Operation {
  return { kind: 'CreateEnum', type: nameOf(node.name), values: node.values.map((value) => stringAt(place, value)) }
}

export function lowerAlterEnum({ name, change }: AlterEnumType, place: Place): Operation {
  const type = nameOf(name)
  if (change.type === 'add value') {
    return { kind: 'AddEnumValue', type, value: stringAt(place, change.add), ifNotExists: false, neighbour: undefined }
  }
  return {
    kind: 'RenameObject',
    object: 'type',
    name: type,
    table: undefined,
    to: change.to.name,
    cascade: false,
    ifExists: false,
  }
}

export function lowerExtension(node: CreateExtensionStatement, place: Place): Operation {
  // FROM went with version 13.
  if (node.from !== undefined) throw new NotUnderstood('CREATE EXTENSION … FROM is not known')
  return {
    kind: 'CreateExtension',
    extension: node.extension.name,
    schema: node.schema?.name,
    ifNotExists: node.ifNotExists === true,
    cascade: false,
    version: node.version === undefined ? undefined : stringAt(place, node.version),
  }
}

const commented: ReadonlyMap<string, ObjectKind> = new Map([
  ['table', 'table'],
  ['view', 'view'],
  ['materialized view', 'materialized view'],
  // As the parser joins the words.
  ['materializedview', 'materialized view'],
  ['index', 'index'],
  ['type', 'type'],
  ['database', 'database'],
])

export function lowerComment({ on, comment }: CommentStatement, place: Place): Operation {
  if (on.type === 'column') {
    const { schema, table, column } = on.column
    return {
      kind: 'Comment',
      object: 'column',
      name: { schema: undefined, name: column },
      table: { schema, name: table },
      text: comment,
    }
  }
  const object = commented.get(on.type)
  if (object === undefined) throw new NotUnderstood(`a comment on a ${on.type} is not known`)
  const name = object === 'type' ? lowerNamedType(on.name, place).name : nameOf(on.name)
  return { kind: 'Comment', object, name, table: undefined, ...(object === 'table' ? { text: comment } : {}) }
}

export function lowerDrop(node: DropStatement, place: Place): readonly Command[] {
  const together = node.names.map((name) => (node.type === 'drop type' ? lowerNamedType(name, place).name : nameOf(name)))
  return together.map((name, index) => {
    const own = node.names[index]
    const range =
      own === undefined || together.length === 1 ? place.whole : { from: firstOf(place, own), to: afterOf(place, own) }
    return command(place, dropped(node, name, together), range)
  })
}

function dropped(
  node: DropStatement,
  name: ReturnType<typeof nameOf>,
  together: readonly ReturnType<typeof nameOf>[],
): Operation {
  const how = { ifExists: node.ifExists === true, cascade: node.cascade === 'cascade' }
  switch (node.type) {
    case 'drop table':
      return { kind: 'DropTable', table: name, together, foreign: false, ...how }
    case 'drop index':
      return { kind: 'DropIndex', index: name, concurrently: node.concurrently === true, ...how }
    case 'drop sequence':
      return { kind: 'DropSequence', sequence: name, ...how }
    case 'drop type':
      return { kind: 'DropType', type: name, together, ...how }
    case 'drop trigger':
      throw new NotUnderstood('pgsql-ast-parser does not know the table of a trigger')
  }
}

/** Words that this grammar takes for an argument's name before its type, which are no names. */
const noNames = /^(out|double|character|char|bit|national|nchar|interval|time|timestamp|setof)$/

export function lowerDropFunction(node: DropFunctionStatement, place: Place): Operation {
  const misread = node.arguments?.find(({ name }) => name !== undefined && noNames.test(name.name))?.name
  if (misread !== undefined) throw new NotUnderstood(`pgsql-ast-parser misreads the argument ${misread.name} …`)
  return {
    kind: 'DropFunction',
    function: nameOf(node.name),
    arguments: node.arguments?.map(({ type }) => lowerType(type, place)),
    procedure: false,
    ifExists: node.ifExists === true,
    cascade: false,
  }
}

export function lowerCreateFunction(node: CreateFunctionStatement, place: Place): Operation {
  const inputs = node.arguments.filter(({ mode }) => mode !== 'out')
  if (node.language === undefined) throw new NotUnderstood('a function without a language is not known')
  return {
    kind: 'CreateFunction',
    function: nameOf(node.name),
    arguments: inputs.map(({ type }) => lowerType(type, place)),
    returns: returnType(node.returns, place),
    procedure: false,
    replace: node.orReplace === true,
    language: node.language.name.toLowerCase(),
    volatility: node.purity ?? 'volatile',
    securityDefiner: false,
    settings: [],
    body: bodyOf(place),
    dependsOn: [],
  }
}

/** RETURNS TABLE is SETOF its one column's type, or of records. */
function returnType(returns: DataTypeDef | ReturnsTable | undefined, place: Place): TypeName | undefined {
  if (returns === undefined) return undefined
  if (returns.kind !== 'table') return lowerType(returns, place)
  const [only, ...others] = returns.columns
  if (only !== undefined && others.length === 0) return { ...lowerType(only.type, place), setOf: true }
  return { name: { schema: 'pg_catalog', name: 'record' }, modifiers: [], dimensions: 0, serial: false, setOf: true }
}

/** The string behind AS: the tree's has lost the blanks around it. */
function bodyOf(place: Place): string {
  const at = place.tokens.findIndex(
    ({ kind, depth }, index) => kind === 'string' && depth === 0 && wordAt(place, index - 1) === 'as',
  )
  const body = literalBody(place.tokens[at]?.text ?? '')
  if (body === undefined) throw new NotUnderstood('a function without a body is not known')
  return body.value
}
