#!/bin/sh
# What connections cost that are held open, and what others notice of it: a part of tests/bench/run.
#
# idle      15,000 connections on which nothing was said (fewer when the limit of open files is low)
# stalled   5,000 that have sent ClientHello and nothing else; what is left of their memory ten seconds
#           after they have gone
# reader    one that reads a file of 50 MB with 10 kB a second
# readers   200 of them, who take little at once, as on a slow line: else the kernels of both sides would
#           hold what they read in the next ten seconds, and the server would have nothing to do
# limit     600 idle ones, where a worker has descriptors for 186
#
# While they are held, a client asks two servers in turns: the one that holds them, and another one of the
# same kind that holds none. So both see the same machine. Nagle's algorithm is off, for its 40 ms would
# hide what is looked for.
#
# Samples: held/WHAT/… (hold.c), held/WHAT/loaded|unloaded/p50|p99
set -eu
: "${ROUNDS:=5}" "${BENCH_SAMPLES:=/dev/stdout}"
WORK=$(mktemp -d "${TMPDIR:-/tmp}/matinee-bench.XXXXXX")
. tests/bench/servers.sh

idle=15000
stalled=5000
readers=200
requests=1000
after=10
steady=5
if [ -n "${QUICK-}" ]; then
    idle=5000
    stalled=1000
    requests=300
fi

# As many connections as two workers have room for, which keep half of their descriptors for files.
# shellcheck disable=SC3045  # the shells of all systems that have a server of this kind know -H and -n
descriptors=$(ulimit -Hn)
[ "$descriptors" != unlimited ] || descriptors=1000000
if [ "$idle" -gt $((descriptors * 3 / 4)) ]; then
    idle=$((descriptors * 3 / 4))
    bench_say "the limit of open files is $descriptors: $idle idle connections"
fi

cp -R capsule "$WORK/capsule"
head -c 52428800 /dev/zero | tr '\0' 'a' >"$WORK/capsule/static/large.txt"
"$MATINEE" cert --certs "$WORK/certs" --host localhost make >/dev/null
"$MATINEE" build "$WORK/capsule" --output "$WORK/tree" >/dev/null
page=reviews/poetry/full.gmi

matinee_start unloaded "$("$PROBE" port)" "$WORK/capsule" "$WORK/certs"
unloaded=unloaded:$server_port

# Each time a new one, whose memory has nothing in it from before. The limits of an address hold for those who
# hold connections, which come from many addresses, and not for the client. None is cut for being slow
# while it is measured.
loaded_start() {
    matinee_start loaded "$("$PROBE" port)" "$WORK/capsule" "$WORK/certs" --set Unlimited=127.0.0.1 \
        --set Connections=20000 --set Request-Seconds=600 --set Stall-Seconds=600
    loaded_port=$server_port
    loaded_pid=$server_pid
    # Pages that a worker shares with the loader until it first writes to them are none of the connections'.
    "$CLIENT" --name warm-up --requests 100 --path "/$page" --expect "$WORK/tree/$page" \
        "loaded:$loaded_port" >/dev/null
}

# hold WHAT KIND COUNT [OPTION…]: with a client meanwhile, when there are requests to make.
hold() {
    what=$1
    kind=$2
    count=$3
    shift 3
    rm -f "$WORK/ready"
    "$OUT/tests/bench/hold" "$kind" --name "held/$what" --server "$loaded_port:$loaded_pid" --count "$count" \
        --ready "$WORK/ready" "$@" >>"$BENCH_SAMPLES" &
    holder=$!
    started="$started $holder"
    waited=0
    while [ ! -e "$WORK/ready" ]; do
        waited=$((waited + 1))
        if [ "$waited" -gt 600 ] || ! kill -0 "$holder" 2>/dev/null; then
            bench_die "$what: they are not held"
        fi
        sleep 0.1
    done
    "$CLIENT" --name "held/$what" --no-delay --requests "$requests" --path "/$page" \
        --expect "$WORK/tree/$page" "loaded:$loaded_port" "$unloaded" >>"$BENCH_SAMPLES"
    kill "$holder"
    wait "$holder" || bench_die "$what: holding failed"
}

round=0
while [ "$round" -lt "$ROUNDS" ]; do
    round=$((round + 1))
    loaded_start
    hold idle idle "$idle"
    server_stop "$loaded_pid"
    loaded_start
    hold stalled stalled "$stalled" --after "$after"
    server_stop "$loaded_pid"
    loaded_start
    hold reader readers 1 --path /large.txt --steady "$steady"
    hold readers readers "$readers" --path /large.txt --steady "$steady" --buffer 16384
    server_stop "$loaded_pid"
    # One worker, so that it is plain which are its oldest.
    WORKERS=1
    DESCRIPTORS=500
    loaded_start
    hold limit idle 600
    server_stop "$loaded_pid"
    WORKERS=2
    DESCRIPTORS=
    bench_say "held: round $round of $ROUNDS"
done
