/** Databases that are no PostgreSQL and are asked in SQL, or by names like tables'. */
const engine =
  '(?:clickhouse|bigquery|snowflake|redshift|duckdb|databricks|elasticsearch|opensearch|mongo(?:db|ose)?|cassandra|dynamodb|neo4j)'
const named = new RegExp(engine, 'i')
const imported = new RegExp(
  `^[^\\n]*\\b(?:from|import|require|use|using|include|gem)\\b[^\\n]*${engine}|\\w*${engine}\\w*\\s*(?:<[^>\\n]*>)?\\(`,
  'im',
)
const ownClient = /prisma|kysely|knex|drizzle|sequelize|typeorm|activerecord|sqlalchemy|postgres|psycopg|sqlx|\bpg\w*\b|\bpool\b/i

/** Whether a file works with another database too, whose tables may have the same names: by its path, its imports or its calls. */
export function isOfAnotherDatabase(file: string, text: string): boolean {
  return named.test(file) || (named.test(text) && imported.test(text))
}

/** Whether a line names another database: `clickhouseTable: 'orders'`. */
export function namesAnotherDatabase(line: string): boolean {
  return named.test(line)
}

/** Whether code names a way to PostgreSQL. */
export function namesOwnClient(code: string): boolean {
  return ownClient.test(code)
}
