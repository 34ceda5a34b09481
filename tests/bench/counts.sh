#!/bin/sh
# How many instructions, and how many system calls, a request and a review cost: figures that do not
# depend on what else the machine does. valgrind counts them; what the kernel does for a system call
# is not in them.
#
#     tests/bench/counts.sh [OUT [PATTERN]]    OUT is build/release; PATTERN, as for grep: only these
#
# Writes build/bench/counts: a line `NAME GROUP NUMBER` each, where GROUP is whose the instructions
# are (objects.awk) or `calls`; and prints it as a table. Each number is the difference of two runs,
# divided by what the second one did more, so that starting and ending drop out. What each run did in
# detail stays in build/bench/count/, for callgrind_annotate. As a part of tests/bench/run it gives samples
# counts/NAME/all|own|calls.
set -eu

out=$(cd "${1:-${OUT:-build/release}}" && pwd)
pattern=${2:-.}
here=$(cd "$(dirname "$0")" && pwd)
work=$(dirname "$out")/bench/count
table=$(dirname "$out")/bench/counts
tools=$out/tests/bench
present=2026-01-01T00:00:00Z
server=
function=

command -v valgrind >/dev/null || {
    echo 'valgrind is missing: no instructions are counted' >&2
    [ -n "${BENCH_SAMPLES-}" ]
    exit
}

samples=
[ -z "${BENCH_SAMPLES-}" ] || samples=$(cd "$(dirname "$BENCH_SAMPLES")" && pwd)/$(basename "$BENCH_SAMPLES")
rm -rf "$work"
mkdir -p "$work"
: >"$table"
cd "$work"
trap '[ -z "$server" ] || kill "$server" 2>/dev/null' EXIT
trap 'exit 1' INT TERM HUP

is_wanted() {
    echo "$1" | grep -q -e "$pattern"
}

# valgrind takes a byte of the processor's own copying (rep movsb) for an instruction: the C library is to
# copy by its vectors instead, as it does what is short.
large=1000000000
tunables=glibc.cpu.x86_rep_movsb_threshold=$large:glibc.cpu.x86_rep_stosb_threshold=$large

# watch RUN [OPTION...] COMMAND...: what valgrind is told, in this process. The environment is always the
# same, since the C library looks through all of it whenever it converts a time.
watch() {
    run=$1
    shift
    exec env -i PATH="$PATH" GLIBC_TUNABLES="$tunables" valgrind --tool=callgrind --trace-children=yes --trace-syscalls=yes \
        --callgrind-out-file="$run/callgrind.out.%p" --log-file="$run/log.%p" "$@" \
        >"$run/out" 2>"$run/err"
}

# difference NAME COUNT FIRST SECOND: what each of the COUNT things cost that SECOND did more of.
difference() {
    for run in "$3" "$4"; do
        awk -f "$here/objects.awk" "$run"/callgrind.out.* calls=1 "$run"/log.* >"$run/cost"
        # Of one function alone only instructions are known.
        [ -z "$function" ] || sed -i /^calls/d "$run/cost"
    done
    awk -v name="$1" -v count="$2" '
        NR == FNR { first[$1] = $2; next }
        { printf "%s %s %.1f\n", name, $1, ($2 - first[$1]) / count }
    ' "$3/cost" "$4/cost" >>"$table"
    awk -v name="$1" '$1 == name { sum[$2] = $3 } END {
        printf "%-32s %11.0f %11.0f %11.0f %11.0f %9.0f %9.0f %7.1f\n", name, sum["all"], sum["own"],
            sum["openssl"], sum["libc"], sum["libevent"], sum["other"], sum["calls"]
    }' "$table"
}

# --- requests -------------------------------------------------------------------------------------

# serve RUN COUNT PATH HOW VERSION KEY TICKETS: a server that answers COUNT requests, from its start
# to its end. Its sandbox knows valgrind and leaves system calls alone, but a process that may not
# write files could not write down what it has counted.
serve() {
    mkdir "$1"
    watch "$1" "$out/matinee" serve capsule --certs "$6" --listen 127.0.0.1:0 --state none --workers 1 \
        --set Sandbox=no --set Tickets="$7" &
    server=$!
    tries=0
    until grep -q '^matinee: serving' "$1/err" 2>/dev/null; do
        tries=$((tries + 1))
        if [ "$tries" -gt 300 ] || ! kill -0 "$server" 2>/dev/null; then
            cat "$1/err" >&2
            exit 1
        fi
        sleep 0.1
    done
    port=$(sed -n 's/^matinee: listening on .*://p' "$1/err")
    "$tools/count_client" "$port" "$3" "$2" "$4" "$5" >"$1/bytes"
    kill "$server"
    wait "$server"
    server=
}

# request NAME PATH HOW VERSION KEY TICKETS
request() {
    name=request/$1
    shift
    if is_wanted "$name"; then
        few=$(echo "$name" | tr / -)-few
        many=$(echo "$name" | tr / -)-many
        serve "$few" 10 "$@"
        serve "$many" 40 "$@"
        difference "$name" 30 "$few" "$many"
    fi
}

# certificate FOLDER OPTION...
certificate() {
    folder=$1
    shift
    mkdir "$folder"
    openssl req -x509 -nodes -days 3650 -subj /CN=localhost -addext subjectAltName=DNS:localhost \
        -keyout "$folder/localhost.key" -out "$folder/localhost.crt" "$@" 2>/dev/null
    chmod 600 "$folder/localhost.key"
}

requests() {
    "$tools/write_capsule" capsule 40
    mkdir capsule/pages capsule/static
    # A kilobyte with its header, and a megabyte.
    head -c 995 capsule/reviews/000/review-1.gmi >capsule/pages/small.gmi
    cat capsule/reviews/000/*.gmi capsule/reviews/000/*.gmi | head -c 1000000 >capsule/static/large.txt
    certificate p256 -newkey ec -pkeyopt ec_paramgen_curve:P-256
    certificate rsa -newkey rsa:2048
    page=/reviews/review-7/full.gmi
    request tls13/full/1k /small.gmi full TLS1.3 p256 auto
    request tls13/full/23k $page full TLS1.3 p256 auto
    request tls13/full/1m /large.txt full TLS1.3 p256 auto
    request tls13/resumed/23k $page resumed TLS1.3 p256 yes
    request tls12/full/23k $page full TLS1.2 p256 auto
    request rsa/full/23k $page full TLS1.3 rsa auto
    request rsa/resumed/23k $page resumed TLS1.3 rsa auto
}

# --- loading --------------------------------------------------------------------------------------

# reviews NAME COUNT MODE [FUNCTION]: what COUNT more reviews cost, in FUNCTION alone when it is given.
reviews() {
    function=${4-}
    if is_wanted "$1"; then
        for size in small large; do
            mkdir "$(echo "$1" | tr / -)-$size"
            (watch "$(echo "$1" | tr / -)-$size" ${function:+"--toggle-collect=$function"} \
                "$tools/count_load" "$3" "$size")
        done
        difference "$1" "$2" "$(echo "$1" | tr / -)-small" "$(echo "$1" | tr / -)-large"
    fi
    function=
}

# reloads NAME FOLDER: what reading FOLDER again costs when one review has changed.
reloads() {
    if is_wanted "$1"; then
        for times in 1 6; do
            mkdir "$(echo "$1" | tr / -)-$times"
            (watch "$(echo "$1" | tr / -)-$times" "$tools/count_load" reload "$2" "$times")
        done
        difference "$1" 5 "$(echo "$1" | tr / -)-1" "$(echo "$1" | tr / -)-6"
    fi
}

builds() {
    if is_wanted build/file; then
        for size in small large; do
            mkdir "build-$size"
            (watch "build-$size" "$out/matinee" build "$size" --now "$present" --output "tree-$size")
        done
        files=$(($(find tree-large -type f | wc -l) - $(find tree-small -type f | wc -l)))
        difference build/file "$files" build-small build-large
    fi
}

loading() {
    "$tools/write_capsule" small 40
    "$tools/write_capsule" large 120
    sleep 0.2 # as long as a file is taken for one that may have changed unnoticed
    reviews load/review 80 load
    reviews load/index 80 load capsule_index
    reviews render/review 80 render page_render
    reloads reload/of-40 small
    reloads reload/of-120 large
    builds
}

printf '%-32s %11s %11s %11s %11s %9s %9s %7s\n' instructions all own OpenSSL libc libevent other calls
requests
loading
[ -z "$samples" ] || awk '$2 ~ /^(all|own|calls)$/ {
    printf "counts/%s/%s %s %s\n", $1, $2, ($2 == "calls" ? "calls" : "instructions"), $3
}' "$table" >>"$samples"
