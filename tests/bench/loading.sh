#!/bin/sh
# What a large capsule costs before it is served, and what a change of it costs: a part of tests/bench/run.
#
# Generated capsules of 1,000, 10,000 and 50,000 reviews of 23 kB (write_capsule). Sizes take turns. What
# is written lies in TMPDIR, or /tmp: 10 GB, and 13 GB more with LARGE=1; what does not fit is left out. Trees
# are built there, and in memory (/dev/shm) too: file systems that write to a disk take turns with whatever
# else writes.
#
# Samples, for each SIZE:
#
#     loading/SIZE/text               MB of source files
#     loading/SIZE/cat|load/…         reading all of them with cat, and capsule_load; the cache is warm
#     serving/SIZE/…                  until the first answer, memory of the loader, and changes (changes.c)
#     building/SIZE/files|bytes       what `matinee build` writes
#     building/SIZE/disk|memory/build|cp|again/…   the build, a copy of its tree, the same build once more
#     building/SIZE/disk/flush/…      the rest of the copy: until it is on the disk, as a build is
#
# QUICK=1 is 1,000 reviews alone; LARGE=1 builds the 50,000 too.
set -eu
: "${ROUNDS:=5}" "${BENCH_SAMPLES:=/dev/stdout}" "${OUT:=build/release}"
OUT=$(cd "$OUT" && pwd)
WORK=$(mktemp -d "${TMPDIR:-/tmp}/matinee-bench.XXXXXX")
. tests/bench/servers.sh
MEASURE=$OUT/tests/bench/measure
MEMORY= # a folder in memory, while there is one
trap 'servers_stop; rm -rf "$WORK" ${MEMORY:+"$MEMORY"}' EXIT

# Rounds of what takes long: loading 50,000 reviews, building 10,000.
few=$((ROUNDS < 3 ? ROUNDS : 3))
sizes='1000 10000 50000'
[ -z "${QUICK-}" ] || sizes=1000

# has_room FOLDER MB: and a reserve.
has_room() {
    free=$(df -P -k "$1" | awk 'NR == 2 { print int($4 / 1024) }')
    [ "$free" -gt $(($2 + 1000)) ]
}

# has_memory MB: for the loader, and for the cache.
has_memory() {
    free=$(awk '/^MemAvailable/ { print int($2 / 1024) }' /proc/meminfo)
    [ "$free" -gt "$1" ]
}

# sample NAME UNIT VALUE
sample() {
    echo "$1 $2 $3" >>"$BENCH_SAMPLES"
}

# measure NAME COUNT FIGURE… -- COMMAND…: measure.c
measure() {
    "$MEASURE" "$@" >>"$BENCH_SAMPLES"
}

# What was written before is not to reach the disk while something is measured.
settle() {
    sync -f "$WORK"
}

# --- capsules -------------------------------------------------------------------------------------

# write SIZE: the capsule, the list of its files, and all of them into the cache.
write() {
    "$OUT/tests/bench/write_capsule" "$WORK/$1" "$1"
    find "$WORK/$1" -type f -print0 | sort -z >"$WORK/$1.list"
    text=$(find "$WORK/$1" -type f -printf '%s\n' | awk '{ sum += $1 } END { printf "%.3f", sum / 1e6 }')
    sample "loading/$1/text" MB "$text"
    xargs -0 cat <"$WORK/$1.list" >/dev/null
}

written=
for size in $sizes; do
    if ! has_room "$WORK" $((size / 30)); then
        bench_say "loading: $size reviews are left out, there is no room for them in ${TMPDIR:-/tmp}"
    elif ! has_memory $((size / 15)); then
        bench_say "loading: $size reviews are left out, there is not enough memory for them"
    else
        write "$size"
        written="$written $size"
    fi
done
settle

# --- loading --------------------------------------------------------------------------------------

# Names come from a list, as cat has no time to look for them.
load() {
    measure "loading/$1/cat" "$1" wall cpu -- sh -c "xargs -0 cat <'$WORK/$1.list'"
    measure "loading/$1/load" "$1" wall cpu each peak -- "$OUT/tests/bench/count_load" load "$WORK/$1"
}

round=0
while [ "$round" -lt "$ROUNDS" ]; do
    for size in $written; do
        if [ "$size" -lt 50000 ] || [ "$round" -lt "$few" ]; then
            load "$size"
        fi
    done
    round=$((round + 1))
    bench_say "loading: round $round of $ROUNDS"
done

# --- serving --------------------------------------------------------------------------------------

"$MATINEE" cert --certs "$WORK/certs" --host localhost make >/dev/null
for size in $written; do
    number=$((size / 2))
    "$OUT/tests/bench/changes" "serving/$size" $((size < 50000 ? ROUNDS : few)) "$MATINEE" "$WORK/$size" \
        "$WORK/certs" "$WORK/access.log" none \
        "$WORK/$size/reviews/$(printf %03d $((number / 1000)))/review-$number.gmi" "/reviews/review-$number/" \
        >>"$BENCH_SAMPLES"
    bench_say "serving: $size reviews"
done

# --- building -------------------------------------------------------------------------------------

# build SIZE TREE WHERE: a build ends when its files are on the disk, a copy when they are in the cache.
build() {
    settle
    measure "building/$1/$3/build" "$1" wall cpu peak -- "$MATINEE" build "$WORK/$1" --output "$2"
    measure "building/$1/$3/cp" "$1" wall cpu -- cp -r "$2" "$2-copy"
    if [ "$3" = disk ]; then
        measure "building/$1/$3/flush" "$1" wall -- sync -f "$2"
    else
        measure "building/$1/$3/again" "$1" wall cpu -- "$MATINEE" build "$WORK/$1" --output "$2"
    fi
}

# build_rounds SIZE FOLDER WHERE ROUNDS: on a disk nothing is removed before the end. For minutes after many
# files were, ext4 looks at each of them again before it makes a new one (recently_deleted in its ialloc.c):
# a tree that was written in 7 seconds takes 30 then.
build_rounds() {
    if ! has_room "$2" $(($1 * $4 / 4)); then
        bench_say "building: $1 reviews are left out, there is no room for them in $2"
        return
    fi
    round=0
    while [ "$round" -lt "$4" ]; do
        build "$1" "$2/$3-$1-$round" "$3"
        [ "$3" = disk ] || rm -rf "$2/$3-$1-$round" "$2/$3-$1-$round-copy"
        round=$((round + 1))
    done
    if [ "$3" = disk ]; then
        find "$2/$3-$1-0" -type f -printf '%s\n' >"$WORK/sizes"
        sample "building/$1/files" files "$(wc -l <"$WORK/sizes")"
        sample "building/$1/bytes" MB "$(awk '{ sum += $1 } END { printf "%.3f", sum / 1e6 }' "$WORK/sizes")"
    fi
    bench_say "building: $1 reviews, $3"
}

for size in $written; do
    rounds=$few
    [ "$size" -gt 1000 ] || rounds=$ROUNDS
    if [ "$size" -lt 50000 ]; then
        if has_memory $((size / 2 + 1000)) && [ "$(stat -f -c %T /dev/shm 2>/dev/null)" = tmpfs ]; then
            MEMORY=$(mktemp -d /dev/shm/matinee-bench.XXXXXX)
            build_rounds "$size" "$MEMORY" memory "$rounds"
            rm -rf "$MEMORY"
            MEMORY=
        else
            bench_say "building: not in memory: /dev/shm has not enough, or is something else"
        fi
        # Whatever is written has to be removed in the end: a million files in three rounds.
        [ "$size" -eq 1000 ] || [ -n "${LARGE-}" ] || [ "$rounds" -lt 2 ] || rounds=2
        build_rounds "$size" "$WORK" disk "$rounds"
    elif [ -n "${LARGE-}" ]; then
        build_rounds "$size" "$WORK" disk 1
    fi
done
