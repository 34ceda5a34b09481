/* utf8_words.c: counting words, eight bytes in one step. */
#include "base/eight.h"
#include "base/utf8.h"

/* What eight bytes of text are: the lowest bit of the lane of each byte that is meant. */
struct marks {
    uint64_t letters; /* letters and digits: the first byte of each */
    uint64_t spaces;  /* white space: the same */
};

static struct marks mark_ascii(uint64_t eight)
{
    /* Capitals made small; nothing else becomes a letter or a digit by it. */
    const uint64_t small = eight | EIGHT(0x20);
    const uint64_t letters = eight_from(small, 'a') & ~eight_from(small, 'z' + 1);
    const uint64_t digits = eight_from(small, '0') & ~eight_from(small, '9' + 1);
    const uint64_t spaces = ~eight_from(eight, ' ' + 1);
    return (struct marks){ ((letters | digits) & EIGHT_HIGH) >> 7, (spaces & EIGHT_HIGH) >> 7 };
}

/* The same for any text, from `at` on; what is past the end counts as space. */
static struct marks mark_any(slice s, size_t at)
{
    char last[8] = { 0 };
    const slice here = slice_head(slice_from(s, at), sizeof last);
    memcpy(last, here.ptr, here.len);
    const uint64_t eight = eight_load(last);
    const uint64_t others = eight & EIGHT_HIGH;
    struct marks marks = mark_ascii(eight ^ others);
    /* Without their highest bit they may have looked like something. */
    marks.letters &= ~(others >> 7);
    marks.spaces &= ~(others >> 7);
    /* Where a code point starts: the second bit tells the first byte from those that follow. */
    for (uint64_t firsts = others & eight << 1; firsts != 0; firsts &= firsts - 1) {
        const size_t lane = (size_t)__builtin_ctzll(firsts) / 8;
        int32_t c = 0;
        (void)utf8_decode(slice_from(s, at + lane), &c);
        const enum utf8_class class = utf8_class(c);
        marks.letters |= (uint64_t)(class == UTF8_LETTER) << lane * 8;
        marks.spaces |= (uint64_t)(class == UTF8_SPACE) << lane * 8;
    }
    return marks;
}

struct tally {
    size_t words;
    uint64_t carry; /* 1: the run we are in holds a letter */
};

/*
 * Words end in a space behind a run that holds a letter, and one addition finds all of them: the
 * lanes of a run are all ones, those of spaces are zero. A letter adds one to its lane, from where
 * a carry goes through the rest of the run, and comes to rest in the space behind it. What is
 * carried out of the last lane tells the next eight bytes that they begin in such a run.
 */
static void count(struct tally *tally, struct marks marks)
{
    const uint64_t runs = ~(marks.spaces * 0xFF);
    const uint64_t sum = runs + (marks.letters + tally->carry);
    const uint64_t ends = sum & marks.spaces;
    tally->words += (size_t)((ends * EIGHT(1)) >> 56); /* the sum of its lanes */
    tally->carry = sum < runs;
}

size_t utf8_count_words(slice s)
{
    struct tally tally = { 0 };
    for (size_t at = 0; at < s.len; at += 8) {
        uint64_t eight;
        while (s.len - at >= 8 && eight_are_ascii(eight = eight_load(s.ptr + at))) {
            count(&tally, mark_ascii(eight));
            at += 8;
        }
        if (at < s.len) {
            count(&tally, mark_any(s, at));
        }
    }
    return tally.words + (size_t)tally.carry;
}
