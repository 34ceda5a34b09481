#!/bin/sh
# What searching costs: a part of tests/bench/run.
#
# Capsules of text to be searched (write_capsule --korean): 1,000 and 10,000 reviews, a third of them Korean,
# and 10,000 (1,000 with QUICK=1) in which all is. What is written lies in TMPDIR, or /tmp: 1 GB.
#
# Samples, for each NAME (1000, 10000, korean):
#
#     search/NAME/…               the index and queries, without a server: search.c
#     search/NAME/server/…        until the index is there, and until a saved review is found: changes.c
#     search/NAME/asked/KIND/…    a query over TLS, full handshake: client.c; `page` is a review's own page
#
# QUICK=1 is 1,000 reviews alone.
set -eu
: "${ROUNDS:=5}" "${BENCH_SAMPLES:=/dev/stdout}" "${OUT:=build/release}"
OUT=$(cd "$OUT" && pwd)
WORK=$(mktemp -d "${TMPDIR:-/tmp}/matinee-bench.XXXXXX")
. tests/bench/servers.sh

sizes='1000 10000'
queries=200
[ -z "${QUICK-}" ] || sizes=1000 queries=50
few=$((ROUNDS < 3 ? ROUNDS : 3))

# index NAME: the index and queries.
index() {
    rm -f "$WORK/index"
    "$OUT/tests/bench/search" "search/$1" "$WORK/$1" "$2" "$WORK/index" "$queries" >>"$BENCH_SAMPLES"
    rm -f "$WORK/index"
    bench_say "search: the index of $1"
}

# saves NAME SIZE
saves() {
    number=$(($2 / 2))
    "$OUT/tests/bench/changes" "search/$1/server" "$ROUNDS" "$MATINEE" "$WORK/$1" "$WORK/certs" "$WORK/access.log" \
        "$WORK/state" "$WORK/$1/reviews/$(printf %03d $((number / 1000)))/review-$number.gmi" \
        "/reviews/review-$number/" >>"$BENCH_SAMPLES"
    bench_say "search: saved and found in $1"
}

# ask NAME KIND PATH
ask() {
    "$MATINEE" get --insecure "gemini://localhost:$port$3" >"$WORK/expected" 2>/dev/null ||
        bench_die "search: there is no answer to $3"
    "$CLIENT" --name "search/$1/asked/$2" --path "$3" --expect "$WORK/expected" --requests 200 \
        "matinee:$port:$server_pid" >>"$BENCH_SAMPLES"
}

# ask_all NAME: the state folder has the index by now. Words are those of the review in the middle.
ask_all() {
    port=$("$PROBE" port)
    STATE=$WORK/state
    matinee_start "$1" "$port" "$WORK/$1" "$WORK/certs" --set Books=no
    words=$(sed -n 's/^Tagline: //p' "$WORK/$1/reviews/000/review-500.gmi" | tr -d .)
    # shellcheck disable=SC2086
    set -- "$1" $words
    ask "$1" page /reviews/review-500/
    ask "$1" word "/search.gmi?$2"
    ask "$1" words "/search.gmi?$2%20$3%20$4"
    ask "$1" phrase "/search.gmi?%22$2%20$3%22"
    ask "$1" prefix "/search.gmi?$(echo "$4" | cut -c 1-3)*"
    server_stop "$server_pid"
    bench_say "search: asked over TLS in $1"
}

"$MATINEE" cert --certs "$WORK/certs" --host localhost make >/dev/null
for size in $sizes; do
    "$OUT/tests/bench/write_capsule" --korean 30 "$WORK/$size" "$size"
    round=0
    while [ "$round" -lt "$few" ]; do
        index "$size" 30
        round=$((round + 1))
    done
    saves "$size" "$size"
    ask_all "$size"
    rm -rf "${WORK:?}/$size" "$WORK/state"
done
"$OUT/tests/bench/write_capsule" --korean 100 "$WORK/korean" "$size"
index korean 100
