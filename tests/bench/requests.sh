#!/bin/sh
# What a request costs a server: a part of tests/bench/run.
#
# CPU of the server (user and system, all of its processes) and latency, for pages of 1 kB, 23 kB and
# 1 MB, full handshakes and resumed ones, TLS 1.3 and 1.2: matinee with two workers, Debian's molly-brown
# with the same certificate and the same bytes (the tree of `matinee build`), and tls_floor. One request
# after the other (PARALLEL=4 for four at once), each on a connection of its own, as Gemini has it.
#
# PEER='command' adds a server: a program that is started by a shell, in an empty folder, with PORT (to
# listen on, on 127.0.0.1), CERT and KEY (PEM), ROOT (the folder with the files) and HOST in its
# environment; it stays in the foreground, and gives sessions or is left out of the resumed ones.
# BEFORE=FILE adds another matinee.
# QUICK=1 is the 23 kB page alone, TLS 1.3, full handshake.
#
# Samples: requests/TLS/full|resumed/SIZE/SERVER/cpu|p50|p99; of matinee with an RSA key
# requests/TLS/rsa/23k/full|resumed/cpu|p50|p99
set -eu
: "${ROUNDS:=5}" "${PARALLEL:=1}" "${BENCH_SAMPLES:=/dev/stdout}"
WORK=$(mktemp -d "${TMPDIR:-/tmp}/matinee-bench.XXXXXX")
. tests/bench/servers.sh

# The client has the servers take turns, ten requests each, for machines drift by half within seconds. A
# resumed handshake may cost a client 40 ms (docs/performance.md).
full=300
resumed=100
large=50

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

# Each as the client wants it: NAME:PORT:PID.
others=

matinee_start matinee "$("$PROBE" port)" "$WORK/capsule" "$WORK/certs"
matinee=matinee:$server_port:$server_pid
# With this key the server gives no tickets unless it is told to, for they do not pay.
matinee_start matinee-tickets "$("$PROBE" port)" "$WORK/capsule" "$WORK/certs" --set Tickets=yes
tickets=matinee:$server_port:$server_pid
# Each kind of handshake has a server of its own, whose CPU it is.
matinee_start rsa-full "$("$PROBE" port)" "$WORK/capsule" "$WORK/certs-rsa"
rsa_full=full:$server_port:$server_pid
matinee_start rsa-resumed "$("$PROBE" port)" "$WORK/capsule" "$WORK/certs-rsa"
rsa_resumed=resumed+:$server_port:$server_pid
if command -v molly-brown >/dev/null; then
    molly_start molly-brown "$("$PROBE" port)" "$WORK/tree" "$WORK/certs"
    others=molly-brown:$server_port:$server_pid
else
    bench_say 'molly-brown is not installed: no ratio to it'
fi
if [ -n "${PEER-}" ]; then
    mkdir "$WORK/peer"
    PORT=$("$PROBE" port)
    CERT=$WORK/certs/localhost.crt KEY=$WORK/certs/localhost.key ROOT=$WORK/tree HOST=localhost
    export PORT CERT KEY ROOT HOST
    server_start peer "$PORT" sh -c "cd '$WORK/peer' && exec $PEER"
    others="$others peer?:$server_port:$server_pid"
fi
# An earlier build, to see what a change has brought.
if [ -n "${BEFORE-}" ]; then
    MATINEE=$BEFORE
    matinee_start before "$("$PROBE" port)" "$WORK/capsule" "$WORK/certs"
    before=before:$server_port:$server_pid
    matinee_start before-tickets "$("$PROBE" port)" "$WORK/capsule" "$WORK/certs" --set Tickets=yes
    before_tickets=before:$server_port:$server_pid
fi

# --- the rounds -------------------------------------------------------------------------------

# ask TLS HANDSHAKE SIZE SERVER…
ask() {
    tls=$1
    handshake=$2
    size=$3
    shift 3
    resume=
    requests=$full
    if [ "$handshake" = resumed ]; then
        resume=--resume
        requests=$resumed
    fi
    case "$size" in 1m*) requests=$large ;; esac
    path=$(path_of "$size")
    # shellcheck disable=SC2086  # an option or nothing
    "$CLIENT" --name "requests/tls$tls/$handshake/$size" --tls "$tls" $resume --requests "$requests" \
        --parallel "$PARALLEL" --path "/${path%index.gmi}" --expect "$WORK/tree/$path" "$@" >>"$BENCH_SAMPLES"
}

for size in 1k 23k 1m; do
    echo "# $size page: $(wc -c <"$WORK/tree/$(path_of "$size")") bytes" >>"$BENCH_SAMPLES"
done
round=0
while [ "$round" -lt "$ROUNDS" ]; do
    round=$((round + 1))
    # shellcheck disable=SC2086  # a list
    if [ -n "${QUICK-}" ]; then
        ask 13 full 23k "$matinee" $others ${before-} "tls_floor:$WORK/certs"
    else
        for tls in 13 12; do
            for size in 1k 23k 1m; do
                ask "$tls" full "$size" "$matinee" $others ${before-} "tls_floor:$WORK/certs"
                ask "$tls" resumed "$size" "$tickets" $others ${before_tickets-} "tls_floor:$WORK/certs"
            done
            ask "$tls" rsa 23k "$rsa_full" "$rsa_resumed"
        done
        for file in 23k-file 1m-file; do
            ask 13 full "$file" "$matinee" ${before-}
        done
    fi
    bench_say "requests: round $round of $ROUNDS"
done
