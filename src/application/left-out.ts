/** Endings of files that do not run: prose, locks, snapshots, images, types that are gone when the code is compiled. */
const ending =
  /\.(?:mdx?|rst|txt|adoc|snap|svg|png|jpe?g|gif|ico|map|lock|sum|min\.js|min\.css|css|scss|less|d\.[cm]?ts|csv|tsv|ndjson|jsonl|po|pot|mo|woff2?|pdf)$/i

/** Locks and what tools write down about the schema by themselves. */
const named =
  /(?:^|\/)(?:package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|poetry\.lock|Cargo\.lock|go\.sum|structure\.sql|schema\.sql|schema\.rb|dump\.sql|database\.types\.ts|_journal\.json|\d+_snapshot\.json|CHANGELOG[^/]*|LICENSE[^/]*)$/i

const tests =
  /(?:^|\/)(?:tests?|specs?|__tests__|__mocks?__|__fixtures__|fixtures|e2e|testdata|cypress|playwright)\/|[._-](?:test|tests|spec|stories|e2e|servertest|clienttest|mocks?)\.[cm]?[jt]sx?$|_test\.(?:go|py|exs)$|(?:^|\/)(?:test_[^/]*|conftest)\.py$|_spec\.rb$|_test\.rb$/i

const migrations =
  /(?:^|\/)(?:migrations?(?:_\w+)?|migrate|changelogs?|alembic|flyway|liquibase|sqitch)\/(?:[^/]+\/)*[^/]*\.(?:sql|rb|py|xml|ya?ml|json|toml|prisma|plan)$/i
const codeMigrations = /(?:^|\/)(?:migrations?|migrate)\/(?:[^/]+\/)*[A-Z]?[0-9][^/]*\.(?:[cm]?[jt]s|go|php|ex|exs|kt|java|cs)$/

/** Whether a file of the application is not code that runs: tests, migrations of any tool, dumps of the schema, prose, locks. */
export function isLeftOut(path: string): boolean {
  return ending.test(path) || named.test(path) || tests.test(path) || migrations.test(path) || codeMigrations.test(path)
}
