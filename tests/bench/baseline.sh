#!/bin/sh
# The counts of tests/bench/counts.sh as they were, to see what has become dearer since.
#
#     tests/bench/baseline.sh OUT write      what build/bench/counts has becomes tests/bench/baseline.json
#     tests/bench/baseline.sh OUT compare    it is compared with that: exit code 1 when something costs
#                                            more than 3 per cent more
#
# Everything together can be compared only while libraries and compiler are the same ones; our own code
# nearly always can. A figure that has been made cheaper is worth a new baseline in the same commit.
set -eu

counts=$(dirname "$1")/bench/counts
baseline=$(dirname "$0")/baseline.json

# A line `KEY VALUE` for everything that the counts depend on besides our own sources.
versions() {
    echo "valgrind $(valgrind --version)"
    echo "compiler $(${CC:-cc} --version | head -n 1)"
    echo "OpenSSL $(openssl version | cut -d ' ' -f 1-2)"
    echo "libc $(ldd --version 2>&1 | head -n 1)"
    echo "libevent $(pkg-config --modversion libevent)"
    # By these libraries choose their code.
    echo "processor $(uname -m) $(grep -m 1 ^flags /proc/cpuinfo | tr ' ' '\n' |
        grep -x -e aes -e avx2 -e avx512f -e bmi2 -e adx -e sha_ni -e erms | sort | tr '\n' ' ')"
}

write() {
    {
        versions | awk '
            BEGIN { printf "{\n  \"versions\": {" }
            {
                key = $1
                sub(/^[^ ]* /, "")
                sub(/ *$/, "")
                printf "%s\n    \"%s\": \"%s\"", (NR > 1 ? "," : ""), key, $0
            }
            END { printf "\n  },\n" }
        '
        awk '
            BEGIN { printf "  \"counts\": {" }
            $1 != last {
                printf "%s\n    \"%s\": { ", (last == "" ? "" : " },"), $1
                last = $1
                comma = ""
            }
            { printf "%s\"%s\": %s", comma, $2, $3; comma = ", " }
            END { printf " }\n  }\n}\n" }
        ' "$counts"
    } >"$baseline"
}

compare() {
    versions | awk '
        # Of a line of the baseline, which this script has written: one key, or one thing counted.
        function number(field) {
            if (!match($0, "\"" field "\": [0-9.-]+")) return -1
            return substr($0, RSTART + length(field) + 4, RLENGTH - length(field) - 4) + 0
        }
        FILENAME == "-" {
            key = $1
            sub(/^[^ ]* /, "")
            sub(/ *$/, "")
            version[key] = $0
            next
        }
        FILENAME ~ /baseline.json$/ {
            split($0, part, "\"")
            if (part[4] != "" && part[4] == "all") {
                names[++count] = part[2]
                was_all[part[2]] = number("all")
                was_own[part[2]] = number("own")
                was_calls[part[2]] = number("calls")
            } else if (part[4] != "" && version[part[2]] != part[4]) {
                printf "%s: %s now, %s in the baseline\n", part[2], version[part[2]], part[4]
                differs = 1
            }
            next
        }
        { now[$1 " " $2] = $3; seen[$1] = 1 }

        function judge(name, what, was, is, counts_for) {
            if (was <= 0 || is == "") return
            printf "%-28s %-6s %12.0f %12.0f %8.3f", name, what, was, is, is / was
            if (is > 1.03 * was && is - was > 0.9) {
                printf "%s", (counts_for ? "  DEARER" : "  (other libraries)")
                dearer += counts_for
            } else if (is < 0.97 * was) printf "  cheaper"
            printf "\n"
        }
        END {
            if (differs) print "Only our own code can be compared with the baseline.\n"
            printf "%-28s %-6s %12s %12s %8s\n", "", "", "baseline", "now", "ratio"
            for (i = 1; i <= count; i++) {
                name = names[i]
                if (!seen[name]) continue
                judge(name, "all", was_all[name], now[name " all"], !differs)
                judge(name, "own", was_own[name], now[name " own"], 1)
                judge(name, "calls", was_calls[name], now[name " calls"], 1)
            }
            for (name in seen) if (!(name in was_all)) printf "%-28s is not in the baseline\n", name
            if (dearer) printf "\n%d figures are more than 3 per cent above the baseline\n", dearer
            exit (dearer > 0)
        }
    ' - "$baseline" "$counts"
}

case "${2-}" in
write | compare) "$2" ;;
*)
    echo 'usage: tests/bench/baseline.sh OUT write|compare' >&2
    exit 2
    ;;
esac
