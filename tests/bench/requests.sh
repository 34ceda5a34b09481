#!/bin/sh
# What a request costs a server: a part of tests/bench/run.
#
# CPU of the server (user and system, all of its processes) and latency, for pages of 1 kB, 23 kB and
# 1 MB, full handshakes and resumed ones, TLS 1.3 and 1.2: matinee with two workers, Debian's molly-brown
# with the same certificate and the same bytes (the tree of `matinee build`), and tls_floor. One request
# after the other (PARALLEL=4 for four at once), each on a connection of its own, as Gemini has it.
#
# PEER='command' adds a server: it is started by a shell, in an empty folder, with PORT (to listen on, on
# 127.0.0.1), CERT and KEY (PEM), ROOT (the folder with the files) and HOST in its environment, stays in
# the foreground, and gives sessions or is left out of the resumed ones.
#
# Samples: requests/TLS/HANDSHAKE/SIZE/SERVER/cpu|p50|p99
set -eu
: "${ROUNDS:=5}" "${PARALLEL:=1}" "${BENCH_SAMPLES:=/dev/stdout}"
WORK=$(mktemp -d "${TMPDIR:-/tmp}/matinee-bench.XXXXXX")
. tests/bench/servers.sh

# Machines drift by half within seconds: so a round is two short turns, and within a turn those that are
# compared follow each other. A resumed handshake may cost a client 40 ms, see docs/performance.md.
turns=$((2 * ROUNDS))
full=100
resumed=50
large=25

# --- what is served ---------------------------------------------------------------------------

# write_review NAME TITLE BYTES: a review with about so much text, the same each time: paragraphs of 500
# bytes, each sixth begins a section.
write_review() {
    awk -v title="$2" -v size="$3" 'BEGIN {
        printf "Title: %s\nPublished: 2026-01-02\nKind: film\nYear: 2013\nGenre: Drama\n", title
        printf "Summary: A film that is as long as it has to be.\n\n"
        count = split("the a film camera scene holds long after voice empty street rain daughter who" \
            " leaves and nobody says anything because light is enough for her to see him walk away", word)
        while (length(text) + done < size) {
            random = (random * 1103515245 + 12345) % 2147483648
            text = text (text == "" ? "" : " ") word[int(random / 65536) % count + 1]
            if (length(text) > 500) {
                if (++paragraphs % 6 == 0) print "## Part " paragraphs / 6
                print text ".\n"
                done += length(text) + 3
                text = ""
            }
        }
        if (text != "") print text "."
    }' >"$WORK/capsule/reviews/$1.gmi"
}

cp -R capsule "$WORK/capsule"
write_review bench-1k 'A Short Film' 500
write_review bench-23k 'A Film' 22300
write_review bench-1m 'A Long Film' 1048000
"$MATINEE" cert --certs "$WORK/certs" --host localhost make >/dev/null
# As large as those of Let's Encrypt, and those that most capsules have which were not made by matinee.
mkdir -m 700 "$WORK/certs-rsa"
openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=localhost -addext subjectAltName=DNS:localhost \
    -keyout "$WORK/certs-rsa/localhost.key" -out "$WORK/certs-rsa/localhost.crt" 2>/dev/null
chmod 600 "$WORK/certs-rsa/localhost.key"
"$MATINEE" build "$WORK/capsule" --output "$WORK/tree" >/dev/null

path_of() {
    case "$1" in
    1k) echo reviews/bench-1k/index.gmi ;;
    23k) echo reviews/bench-23k/full.gmi ;;
    1m) echo reviews/bench-1m/full.gmi ;;
    23k-file) echo 23k.gmi ;;
    1m-file) echo 1m.gmi ;;
    esac
}

# Pages are rendered, what is in static/ is read: both are measured. molly-brown reads either way.
for size in 23k 1m; do
    cp "$WORK/tree/$(path_of "$size")" "$WORK/capsule/static/$size.gmi"
    cp "$WORK/tree/$(path_of "$size")" "$WORK/tree/$size.gmi"
done

# --- who serves -------------------------------------------------------------------------------

# server NAME PORT PID, kept in variables port_NAME and pid_NAME.
servers=
remember() {
    eval "port_$(echo "$1" | tr - _)=$server_port pid_$(echo "$1" | tr - _)=$server_pid"
    servers="$servers $1"
}

new_port() {
    "$PROBE" port
}

matinee_start matinee "$(new_port)" "$WORK/capsule" "$WORK/certs"
remember matinee
# With this key the server gives no tickets unless it is told to, for they do not pay.
matinee_start matinee-tickets "$(new_port)" "$WORK/capsule" "$WORK/certs" --set Tickets=yes
remember matinee-tickets
matinee_start matinee-rsa "$(new_port)" "$WORK/capsule" "$WORK/certs-rsa"
remember matinee-rsa
others=
if command -v molly-brown >/dev/null; then
    molly_start molly-brown "$(new_port)" "$WORK/tree" "$WORK/certs"
    remember molly-brown
    others=molly-brown
else
    bench_say 'molly-brown is not installed: no ratio to it'
fi
if [ -n "${PEER-}" ]; then
    mkdir "$WORK/peer"
    PORT=$(new_port)
    CERT=$WORK/certs/localhost.crt KEY=$WORK/certs/localhost.key ROOT=$WORK/tree HOST=localhost
    export PORT CERT KEY ROOT HOST
    server_start peer "$PORT" sh -c "cd '$WORK/peer' && exec $PEER"
    remember peer
    others="$others peer"
fi

# --- the rounds -------------------------------------------------------------------------------

# choose HANDSHAKE SIZE: the option and the number of requests of a turn.
choose() {
    resume=
    requests=$full
    if [ "$1" = resumed ]; then
        resume=--resume
        requests=$resumed
    fi
    case "$2" in 1m*) requests=$large ;; esac
}

# ask TLS HANDSHAKE SIZE SERVER [NAME]: a turn of one variant. NAME is that of the sample.
ask() {
    eval "port=\$port_$(echo "$4" | tr - _) pid=\$pid_$(echo "$4" | tr - _)"
    choose "$2" "$3"
    path=$(path_of "$3")
    # shellcheck disable=SC2154,SC2086  # port and pid: eval; resume is an option or nothing
    "$CLIENT" --name "requests/tls$1/$2/$3/${5-$4}" --port "$port" --server "$pid" --tls "$1" $resume \
        --requests "$requests" --parallel "$PARALLEL" --url "gemini://localhost:$port/${path%index.gmi}" \
        --expect "$WORK/tree/$path" >>"$BENCH_SAMPLES" || [ "$4" = peer ]
}

# floor TLS HANDSHAKE SIZE [CERTS]: the same bytes in memory.
floor() {
    choose "$2" "$3"
    # shellcheck disable=SC2086
    "$OUT/tests/bench/tls_floor" --name "requests/tls$1/$2/$3/tls_floor" --tls "$1" $resume --certs "$WORK/certs" \
        --host localhost --size "$(wc -c <"$WORK/tree/$(path_of "$3")")" --requests "$requests" >>"$BENCH_SAMPLES"
}

for size in 1k 23k 1m; do
    echo "# $size page: $(wc -c <"$WORK/tree/$(path_of "$size")") bytes" >>"$BENCH_SAMPLES"
done
sizes='1k 23k 1m'
[ -z "${QUICK-}" ] || sizes=23k
turn=0
while [ "$turn" -lt "$turns" ]; do
    for tls in 13 12; do
        for size in $sizes; do
            for server in matinee $others; do
                ask "$tls" full "$size" "$server"
            done
            floor "$tls" full "$size"
            ask "$tls" resumed "$size" matinee-tickets matinee
            for server in $others; do
                ask "$tls" resumed "$size" "$server"
            done
            floor "$tls" resumed "$size"
        done
    done
    for tls in 13 12; do
        ask "$tls" full 23k matinee-rsa
        ask "$tls" resumed 23k matinee-rsa
    done
    for file in 23k-file 1m-file; do
        ask 13 full "$file" matinee
    done
    turn=$((turn + 1))
    bench_say "requests: turn $turn of $turns"
done
