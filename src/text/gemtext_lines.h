/* gemtext_lines.h: a text and where its lines are. Layer: text (includes base/).
 *
 * A line is kept as its place and its type, in 8 bytes; what is on it is split off the text again
 * when somebody looks, which costs less than the memory of keeping it. */
#ifndef MATINEE_TEXT_GEMTEXT_LINES_H
#define MATINEE_TEXT_GEMTEXT_LINES_H

#include "base/arena.h"
#include "text/gemtext.h"

#include <stdint.h>

enum { GEMTEXT_LENGTH_BITS = 28 };

struct gemtext_place {
    uint32_t at; /* bytes from gemtext_lines.text */
    uint32_t length : GEMTEXT_LENGTH_BITS;
    uint32_t type : 32 - GEMTEXT_LENGTH_BITS; /* enum gemtext_type */
};

struct gemtext_lines {
    const char *text; /* borrowed */
    struct gemtext_place *places;
    uint32_t count;
};

/**
 * Find the lines of `text`, which has less than 256 MB and lives as long as `out`; the table lies
 * in `arena`. When preformatted text is not closed, there is one line more that closes it, empty
 * and at the end; then the result is where it was opened, else NULL.
 */
const char *gemtext_lines_read(struct arena *arena, slice text, struct gemtext_lines *out);

enum gemtext_type gemtext_lines_type(const struct gemtext_lines *lines, size_t index);
struct gemtext_line gemtext_lines_at(const struct gemtext_lines *lines, size_t index);
/** Let the line end at `end`, a pointer into it: what follows belongs to its text no more. */
void gemtext_lines_cut(struct gemtext_lines *lines, size_t index, const char *end);

#endif
