# Adds up what files of callgrind (and of --trace-syscalls, which are given with calls=1 before them)
# say: instructions by what they belong to, and system calls.
#
#     awk -f objects.awk callgrind.out.* calls=1 log.*
#
# Prints `all N`, `own N` (the program's own code), `openssl N`, `libc N` (with the linker of shared
# libraries), `libevent N`, `other N`, `calls N`.
# The format: https://valgrind.org/docs/manual/cl-format.html; a name that has been said is written
# as its number from then on, and the line after `calls=` is the cost of a function called, which is
# counted where it is its own.

function group(object) {
    sub(/.*\//, "", object)
    if (object ~ /^(matinee|count_load)$/) return "own"
    if (object ~ /^lib(ssl|crypto)/) return "openssl"
    if (object ~ /^(libc[.-]|libm[.-]|ld[.-])/) return "libc"
    if (object ~ /^libevent/) return "libevent"
    return "other"
}

FNR == 1 { split("", name); current = "other" }

# A line when a call begins, and another one when it has blocked. The clock is no system call outside
# of valgrind.
calls {
    if ($0 ~ /^SYSCALL\[/ && $0 ~ / sys_/ && $0 !~ / sys_(clock_gettime|gettimeofday|time) ?\(/) system_calls++
    next
}

/^ob=/ {
    number = $0
    sub(/^ob=/, "", number)
    sub(/ .*/, "", number)
    if (index($0, " ") > 0) name[number] = group(substr($0, index($0, " ") + 1))
    current = name[number]
    next
}
/^cob=/ {
    number = $0
    sub(/^cob=/, "", number)
    sub(/ .*/, "", number)
    if (index($0, " ") > 0) name[number] = group(substr($0, index($0, " ") + 1))
    next
}
/^calls=/ { skip = 1; next }
/^[0-9+*-]/ {
    if (skip) skip = 0
    else { sum[current] += $2; all += $2 }
}

END {
    printf "all %.0f\n", all
    printf "own %.0f\n", sum["own"]
    printf "openssl %.0f\n", sum["openssl"]
    printf "libc %.0f\n", sum["libc"]
    printf "libevent %.0f\n", sum["libevent"]
    printf "other %.0f\n", sum["other"]
    printf "calls %.0f\n", system_calls
}
