/* eight.h: eight bytes of text looked at in one step. Layer: base (includes nothing).
 *
 * Most bytes of most texts are ASCII, and most questions about them are the same for each byte. The
 * eight bytes are lanes of one number, the first one lowest; a mask has the highest bit of each
 * lane that is meant. */
#ifndef MATINEE_BASE_EIGHT_H
#define MATINEE_BASE_EIGHT_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/** Every lane `byte`. */
#define EIGHT(byte) (UINT64_C(0x0101010101010101) * (byte))
#define EIGHT_HIGH EIGHT(0x80)

static inline uint64_t eight_load(const char *bytes)
{
    uint64_t eight;
    memcpy(&eight, bytes, sizeof eight);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    eight = __builtin_bswap64(eight);
#endif
    return eight;
}

/** True when all are ASCII. */
static inline bool eight_are_ascii(uint64_t eight)
{
    return (eight & EIGHT_HIGH) == 0;
}

/** True when all are printable ASCII, ' ' to '~'. A borrow or a carry out of a lane comes from one
 * that is not. */
static inline bool eight_are_plain(uint64_t eight)
{
    return ((eight | (eight - EIGHT(' ')) | (eight + EIGHT(1))) & EIGHT_HIGH) == 0;
}

/** True when one of them is `byte`. */
static inline bool eight_have(uint64_t eight, unsigned char byte)
{
    const uint64_t other = eight ^ EIGHT(byte);
    return ((other - EIGHT(1)) & ~other & EIGHT_HIGH) != 0;
}

/** The lanes from `least` on, where all are ASCII and `least` is, too. The lower bits of the lanes
 * mean nothing. */
static inline uint64_t eight_from(uint64_t eight, unsigned char least)
{
    return eight + EIGHT(0x80u - least);
}

#endif
