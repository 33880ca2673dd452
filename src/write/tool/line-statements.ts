import { withSemicolon } from '../../plan/sql.ts'

/** Statements for tools that end one at any line that ends in a semicolon: what has a semicolon inside is marked as one. */
export function lineStatements(statements: readonly string[], tool: 'goose' | 'migrate'): string {
  return statements
    .map((statement) => {
      const text = withSemicolon(statement)
      return statement.includes(';') ? `-- +${tool} StatementBegin\n${text}\n-- +${tool} StatementEnd` : text
    })
    .join('\n')
}
