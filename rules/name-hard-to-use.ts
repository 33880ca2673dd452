import { type Operation, quoteIdentifier, type Report, rule } from '../src/rule.ts'

export default rule({
  on: [
    'CreateTable',
    'CreateTableAs',
    'AddColumn',
    'CreateIndex',
    'AddConstraint',
    'CreateView',
    'CreateMaterializedView',
    'RenameTable',
    'RenameColumn',
  ],
  hazard: 'style',
  summary: 'a name that is cut, or that has to be quoted wherever it is used',
  why: `PostgreSQL cuts names after 63 bytes, with no more than a notice: two that differ further on are the same, and later statements that write
the whole name find it by being cut as well, until a tool compares it. Unquoted names are folded to lower case, so one with upper case, blanks or
a reserved word has to be quoted in every query for ever.`,
  instead: `Use lower case, digits and underscores, no reserved word, and at most 63 bytes.`,
  references: ['https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS'],
  knownAs: [
    'squawk/identifier-too-long',
    'pg-migration-lint/PGM509',
    'atlas/NM101',
    'atlas/NM102',
    'atlas/NM103',
    'atlas/NM104',
    'atlas/NM105',
    'atlas/NM106',
  ],
  check(op, at): readonly Report[] {
    const cut = [...at.statement.sql.matchAll(/"((?:[^"]|"")+)"|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/g)]
      .map((match) => match[1]?.replaceAll('""', '"') ?? match[0])
      .filter((word) => namesOf(op).some((name) => word !== name && bytes(word) > 63 && sameStart(word, name)))
    const long: readonly Report[] = cut.map((word) => ({
      message: `${quoteIdentifier(word)} has ${bytes(word)} bytes and is cut to 63`,
    }))
    const quoted = namesOf(op).filter((name) => quoteIdentifier(name) !== name)
    return [...long, ...quoted.map((name) => ({ message: `${quoteIdentifier(name)} has to be quoted wherever it is used` }))]
  },
})

/** The names that an operation gives, as PostgreSQL has folded and cut them. */
function namesOf(op: Operation): readonly string[] {
  switch (op.kind) {
    case 'CreateTable':
      return [op.table.name, ...op.columns.map(({ name }) => name), ...op.constraints.flatMap(({ name }) => name ?? [])]
    case 'CreateTableAs':
      return [op.table.name, ...op.columns]
    case 'CreateView':
    case 'CreateMaterializedView':
      return [op.view.name, ...op.columns]
    case 'AddColumn':
      return [op.column.name]
    case 'CreateIndex':
      return op.index === undefined ? [] : [op.index]
    case 'AddConstraint':
      return op.constraint.name === undefined ? [] : [op.constraint.name]
    case 'RenameTable':
    case 'RenameColumn':
      return [op.to]
    default:
      return []
  }
}

function sameStart(word: string, name: string): boolean {
  return bytes(name) >= 60 && word.toLowerCase().startsWith(name.toLowerCase())
}

const bytes = (text: string): number => new TextEncoder().encode(text).length
