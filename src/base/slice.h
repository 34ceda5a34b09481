/* slice.h: a read-only run of bytes that somebody else owns. Layer: base (includes nothing).
 *
 * Nothing here allocates. A slice need not end with NUL and may hold any byte; functions that speak
 * of blanks, cases or lines mean ASCII. An empty slice may have a null `ptr`. What everything else
 * is made of is here whole: a call would cost more than what it does. */
#ifndef MATINEE_BASE_SLICE_H
#define MATINEE_BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

typedef struct slice {
    const char *ptr;
    size_t len;
} slice;

/** A slice of a string literal, without its NUL. */
#define SLICE(literal) ((slice){ "" literal, sizeof(literal) - 1 })
/** The same where a constant is needed: the initializer of a static slice. */
#define SLICE_INIT(literal)             \
    {                                   \
        "" literal, sizeof(literal) - 1 \
    }
#define SLICE_EMPTY ((slice){ NULL, 0 })
/** The two arguments of a "%.*s" conversion. Only for slices shorter than INT_MAX. */
#define SLICE_ARG(s) (int)(s).len, ((s).ptr ? (s).ptr : "")

/** Borrow a NUL-terminated string; NULL gives the empty slice. */
static inline slice slice_of(const char *string)
{
    return (slice){ string, string ? strlen(string) : 0 };
}

/** The bytes from `begin` up to, without, `end`. */
static inline slice slice_between(const char *begin, const char *end)
{
    return (slice){ begin, (size_t)(end - begin) };
}

/** Bytes `from`.. of `s`; past the end gives an empty slice at the end. */
static inline slice slice_from(slice s, size_t from)
{
    if (s.len == 0) {
        return s; /* whose pointer may be NULL */
    }
    if (from > s.len) {
        from = s.len;
    }
    return (slice){ s.ptr + from, s.len - from };
}

/** The first `len` bytes, or all when there are fewer. */
static inline slice slice_head(slice s, size_t len)
{
    return (slice){ s.ptr, len < s.len ? len : s.len };
}

/** `c` as a small letter, when it is a capital one of ASCII. */
char ascii_lower(char c);
/** What the hexadecimal digit `c` counts, or -1 when it is none. */
int ascii_hex_digit(char c);

static inline bool slice_equal(slice a, slice b)
{
    /* Either may be NULL when it is empty; that is said of both for the static analysis. */
    return a.len == b.len && (a.len == 0 || b.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/** Equal when the case of ASCII letters is ignored. */
bool slice_equal_nocase(slice a, slice b);
/** Byte order, as memcmp; a prefix comes first. Usable in a qsort comparison. */
int slice_compare(slice a, slice b);

static inline bool slice_starts_with(slice s, slice prefix)
{
    return s.len >= prefix.len && slice_equal(slice_head(s, prefix.len), prefix);
}

bool slice_ends_with(slice s, slice suffix);
/** Position of the first `byte` in `s`, or `s.len` when there is none. */
static inline size_t slice_find_byte(slice s, char byte)
{
    const char *at = s.len == 0 ? NULL : memchr(s.ptr, byte, s.len);
    return at ? (size_t)(at - s.ptr) : s.len;
}

/** Position of the first `needle` in `s`, or `s.len` when there is none; an empty needle is at 0.
 */
size_t slice_find(slice s, slice needle);

/** Without blanks and tabs (and CR, LF) at both ends; the result points into `s`. */
slice slice_trim(slice s);
slice slice_trim_end(slice s);

/**
 * Take the next line off `*rest`: everything up to LF, which is dropped (a CR before it stays).
 * Returns false when `*rest` is empty. A last line needs no LF.
 */
bool slice_next_line(slice *rest, slice *line);
/**
 * Take the next piece off `*rest`, up to `separator`, which is dropped. A trailing separator gives
 * no empty last piece. Returns false when `*rest` is empty.
 */
bool slice_next_piece(slice *rest, char separator, slice *piece);

/** Parse a decimal number without sign. False when empty, with other bytes, or above `max`. */
bool slice_to_number(slice s, unsigned long max, unsigned long *out);

/** 64-bit FNV-1a of the bytes, continued from `seed`; start with SLICE_HASH_SEED. Not for secrets.
 */
unsigned long long slice_hash(slice s, unsigned long long seed);
#define SLICE_HASH_SEED 14695981039346656037ull

#endif
