#!/bin/sh
# Starts and stops a throw-away PostgreSQL server for tests.
#   url=$(scripts/postgres-server.sh start)   prints postgres://…; installs Debian's package where it is missing and we are root
#   scripts/postgres-server.sh stop "$url"
set -eu

# PHASEWISE_TEST_POSTGRES is Debian's major version; PHASEWISE_TEST_POSTGRES_BIN a folder with initdb, pg_ctl and postgres from elsewhere.
version=${PHASEWISE_TEST_POSTGRES:-15}
bin=${PHASEWISE_TEST_POSTGRES_BIN:-/usr/lib/postgresql/$version/bin}

# The server refuses to run as root.
as_owner() {
  if [ "$(id -u)" = 0 ]; then su postgres -s /bin/sh -c "$1"; else sh -c "$1"; fi
}

install_server() {
  if [ "$(id -u)" != 0 ]; then
    echo "postgresql-$version is not installed, and only root can install it" >&2
    exit 2
  fi
  # Debian's package would create and start a cluster of its own: not wanted.
  mkdir -p /etc/postgresql-common
  [ -e /etc/postgresql-common/createcluster.conf ] || echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
  { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "postgresql-$version"; } >&2
}

# Debian's package makes the user; servers from elsewhere do not.
make_owner() {
  [ "$(id -u)" != 0 ] || id postgres >/dev/null 2>&1 || useradd --system --no-create-home --shell /bin/sh postgres
}

start() {
  [ -x "$bin/postgres" ] || [ -n "${PHASEWISE_TEST_POSTGRES_BIN:-}" ] || install_server
  make_owner
  home=$(mktemp -d "${TMPDIR:-/tmp}/phasewise-postgres.XXXXXX")
  [ "$(id -u)" != 0 ] || chown postgres "$home"
  as_owner "'$bin/initdb' -D '$home/data' -U phasewise -A trust -E UTF8 --locale=C --no-sync" >"$home.log" 2>&1 || fail
  # A port that was free a moment ago may be taken by now: try again with another one.
  for _ in 1 2 3 4 5; do
    port=$(node -e 'const s=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})')
    options="-p $port -h 127.0.0.1 -k $home -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off"
    if as_owner "'$bin/pg_ctl' -D '$home/data' -l '$home/server.log' -w -t 30 -o '$options' start" >>"$home.log" 2>&1; then
      rm -f "$home.log"
      echo "postgres://phasewise@127.0.0.1:$port/postgres" >"$home/url"
      cat "$home/url"
      return
    fi
  done
  fail
}

fail() {
  cat "$home.log" >&2
  [ ! -f "$home/server.log" ] || cat "$home/server.log" >&2
  rm -rf "$home" "$home.log"
  exit 2
}

stop() {
  for home in "${TMPDIR:-/tmp}"/phasewise-postgres.*; do
    if [ -f "$home/url" ] && [ "$(cat "$home/url")" = "$1" ]; then
      pid=$(head -n 1 "$home/data/postmaster.pid" 2>/dev/null || true)
      if [ -n "$pid" ]; then
        kill -INT "$pid" 2>/dev/null || true # fast shutdown
        tries=0
        while kill -0 "$pid" 2>/dev/null && [ $tries -lt 100 ]; do
          sleep 0.1
          tries=$((tries + 1))
        done
      fi
      rm -rf "$home"
      return
    fi
  done
  echo "no server of this script runs at $1" >&2
  exit 2
}

case ${1:-} in
  start) start ;;
  stop) stop "${2:?the URL that start printed}" ;;
  *) echo "usage: $0 start | stop <url>" >&2; exit 2 ;;
esac
