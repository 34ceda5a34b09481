# servers.sh: servers that are started and ended by the parts of the bench, which read this file (". …").
# They set OUT, the folder of what was built, and WORK, an empty folder of their own.
# shellcheck shell=sh

MATINEE=$OUT/matinee
PROBE=$OUT/tests/bench/probe
# shellcheck disable=SC2034  # the parts use it
CLIENT=$OUT/tests/bench/client
started=

bench_say() {
    echo "bench: $*" >&2
}

bench_die() {
    bench_say "$*"
    exit 1
}

# In awk, for the shell has no fractions: calculate '3 / 7'
calculate() {
    awk "BEGIN { print $1 }"
}

# The processes that this shell has started, by their ids, and no others.
servers_stop() {
    for server_pid in $started; do
        kill "$server_pid" 2>/dev/null || true
    done
    for server_pid in $started; do
        wait "$server_pid" 2>/dev/null || true
    done
    started=
}
trap 'servers_stop; rm -rf "$WORK"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# server_stop PID: one of them.
server_stop() {
    kill "$1" 2>/dev/null || true
    wait "$1" 2>/dev/null || true
}

# server_start NAME PORT COMMAND…: what it says goes to WORK/NAME.log; its id is in $server_pid. DESCRIPTORS
# is the limit of its open files, when set.
server_start() {
    server_name=$1
    server_port=$2
    shift 2
    (
        # shellcheck disable=SC3045
        [ -z "${DESCRIPTORS-}" ] || ulimit -n "$DESCRIPTORS"
        exec "$@"
    ) >"$WORK/$server_name.log" 2>&1 </dev/null &
    server_pid=$!
    started="$started $server_pid"
    "$PROBE" wait "$server_port" ||
        bench_die "$server_name does not start: $(tail -n 3 "$WORK/$server_name.log")"
}

# matinee_start NAME PORT CAPSULE CERTS [OPTION…]: as its users run it, with the sandbox and a log of the
# requests; WORKERS=2. Without a state folder, unless STATE is one: nothing else is to run meanwhile.
matinee_start() {
    matinee_name=$1
    matinee_port=$2
    matinee_capsule=$3
    matinee_certs=$4
    shift 4
    # An earlier build, which is compared with, may know nothing of it.
    if "$MATINEE" serve --help | grep -q -e --state; then
        set -- --state "${STATE:-none}" "$@"
    fi
    server_start "$matinee_name" "$matinee_port" "$MATINEE" serve "$matinee_capsule" --certs "$matinee_certs" \
        --listen "127.0.0.1:$matinee_port" --workers "${WORKERS:-2}" \
        --set "Log=$WORK/$matinee_name-access.log" "$@"
}

# molly_start NAME PORT ROOT CERTS: Debian's molly-brown, with a log of the requests too.
molly_start() {
    cat >"$WORK/$1.conf" <<END
Port = $2
Hostname = "localhost"
CertPath = "$4/localhost.crt"
KeyPath = "$4/localhost.key"
DocBase = "$3/"
GeminiExt = "gmi"
AccessLog = "$WORK/$1-access.log"
ErrorLog = "$WORK/$1-error.log"
END
    server_start "$1" "$2" molly-brown -c "$WORK/$1.conf"
}
