#!/bin/sh
# Runs a command with PHASEWISE_TEST_DATABASE_URL set to a throw-away PostgreSQL server, and stops the server whatever happens.
#   scripts/with-postgres.sh npx vitest run test/effects-server.test.ts
set -eu

here=$(dirname "$0")
url=$("$here/postgres-server.sh" start)
trap '"$here/postgres-server.sh" stop "$url"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

PHASEWISE_TEST_DATABASE_URL=$url "$@"
