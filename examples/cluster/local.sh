#!/usr/bin/env bash
# Two nodes on one PostgreSQL, between both simulated systems, on this machine and without containers. Ctrl-C ends all
# of it and takes its folder away.
#
#   examples/cluster/local.sh
#
# PETIOLE      the binary                                      (petiole)
# PG_BIN       where initdb and pg_ctl are                     (PATH, else the newest /usr/lib/postgresql/*/bin)
# PORTS        of PostgreSQL, LeafLink, Flourish, both nodes   (5433 9001 9002 8787 8788)
# RULES        the folder of the rules                         (rules)
set -euo pipefail

petiole=${PETIOLE:-petiole}
rules=${RULES:-rules}
read -r postgres_port leaflink_port flourish_port first_port second_port <<<"${PORTS:-5433 9001 9002 8787 8788}"

fail() {
    echo "local.sh: $*" >&2
    exit 3
}

command -v "$petiole" >/dev/null || fail "there is no $petiole; name the binary as PETIOLE=target/release/petiole"
[ -d "$rules" ] || fail "there is no folder $rules; call this from the repository's folder"
if [ -z "${PG_BIN:-}" ]; then
    if command -v initdb >/dev/null; then
        PG_BIN=$(dirname "$(command -v initdb)")
    else
        PG_BIN=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1 || true)
    fi
fi
[ -x "${PG_BIN:-}/initdb" ] || fail "there is no PostgreSQL; install it (Debian: apt install postgresql) or set PG_BIN"

folder=$(mktemp -d "${TMPDIR:-/tmp}/petiole-cluster-XXXXXX")
chmod 755 "$folder"
mkdir "$folder/database"

# PostgreSQL does not run as root.
as_postgres() {
    if [ "$(id -u)" = 0 ]; then
        setpriv --reuid=postgres --regid=postgres --init-groups "$@"
    else
        "$@"
    fi
}
if [ "$(id -u)" = 0 ]; then
    id postgres >/dev/null 2>&1 || fail "PostgreSQL does not run as root, and there is no user postgres"
    chown postgres "$folder/database"
fi

started=()
end() {
    # A second Ctrl-C does not leave half of it behind.
    trap '' INT TERM
    trap - EXIT
    for process in "${started[@]}"; do kill "$process" 2>/dev/null || true; done
    for process in "${started[@]}"; do wait "$process" 2>/dev/null || true; done
    as_postgres "$PG_BIN/pg_ctl" -D "$folder/database" -m fast -w stop >/dev/null 2>&1 || true
    rm -rf "$folder"
}
trap end EXIT
trap 'exit 0' INT TERM

# Runs in the background with its own log, and is there once its log says where it listens.
start() {
    local log=$1
    shift
    "$@" >"$folder/$log" 2>&1 &
    started+=($!)
    for _ in $(seq 600); do
        grep -q '^listening on ' "$folder/$log" && return
        kill -0 "${started[-1]}" 2>/dev/null || break
        sleep 0.1
    done
    cat "$folder/$log" >&2
    fail "$log did not start"
}

as_postgres "$PG_BIN/initdb" -D "$folder/database" -U petiole -A trust -E UTF8 --no-locale >"$folder/initdb" 2>&1 ||
    { cat "$folder/initdb" >&2; fail "initdb failed"; }
as_postgres "$PG_BIN/pg_ctl" -D "$folder/database" -l "$folder/database/log" -w \
    -o "-p $postgres_port -c listen_addresses=127.0.0.1 -c unix_socket_directories=" start >/dev/null ||
    { cat "$folder/database/log" >&2; fail "PostgreSQL did not start on port $postgres_port"; }

start leaflink "$petiole" simulate leaflink --listen "127.0.0.1:$leaflink_port" \
    --webhook "http://127.0.0.1:$first_port/webhooks/leaflink"
start flourish "$petiole" simulate flourish --listen "127.0.0.1:$flourish_port" \
    --webhook "http://127.0.0.1:$second_port/webhooks/flourish"

export LEAFLINK_BASE_URL=http://127.0.0.1:$leaflink_port/api/v2 LEAFLINK_API_KEY=any-key
export LEAFLINK_WEBHOOK_KEY=simulated-webhook-key LEAFLINK_COMPANY_ID=501
export FLOURISH_BASE_URL=http://127.0.0.1:$flourish_port/external/api FLOURISH_API_KEY=any-key
export FLOURISH_WEBHOOK_KEY=simulated-webhook-key FLOURISH_FACILITY_ID=60aa00000000000000000001
store=postgres://petiole@127.0.0.1:$postgres_port/postgres

for port in "$first_port" "$second_port"; do
    start "node-$port" "$petiole" run --rules "$rules" --store "$store" --listen "127.0.0.1:$port"
done

cat <<END
the store:  $store
node:       http://127.0.0.1:$first_port (process ${started[2]})
node:       http://127.0.0.1:$second_port (process ${started[3]})
a buyer:    curl -X POST http://127.0.0.1:$leaflink_port/_control/submit
who lives:  $petiole status --url http://127.0.0.1:$second_port
the logs:   $folder
ready; Ctrl-C ends all of it
END
wait
