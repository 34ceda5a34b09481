/* buf.h: growable output. Layer: base (includes slice.h).
 *
 * A buf owns its bytes, grows geometrically and has a hard maximum. When it would pass the maximum,
 * or memory runs out, it becomes `failed`: it stops taking bytes, keeps what it holds, and stays
 * failed until it is cleared. So writers return void and their caller looks once, at the end. */
#ifndef MATINEE_BASE_BUF_H
#define MATINEE_BASE_BUF_H

#include "base/attributes.h"
#include "base/slice.h"

#include <stdarg.h>

struct buf {
    char *ptr;
    size_t len;
    size_t capacity;
    size_t max;
    bool failed;
};

/** An empty buf that takes at most `max` bytes. Allocates nothing yet. */
void buf_init(struct buf *buf, size_t max);
/** An empty buf on the `size` bytes at `room`, one of which is for a NUL: it never grows, and is
 * not to be released. */
void buf_init_on(struct buf *buf, char *room, size_t size);
/** Free the bytes; the buf is then as after buf_init. */
void buf_release(struct buf *buf);
/** Forget the bytes and the failure, keep the room. */
void buf_clear(struct buf *buf);

void buf_put(struct buf *buf, slice bytes);
void buf_puts(struct buf *buf, const char *string);
void buf_putc(struct buf *buf, char byte);
/** Append `count` times `byte`. */
void buf_fill(struct buf *buf, char byte, size_t count);
/** Append the decimal digits of `number`. */
void buf_put_number(struct buf *buf, size_t number);
void buf_printf(struct buf *buf, const char *format, ...) PRINTF_LIKE(2, 3);
void buf_vprintf(struct buf *buf, const char *format, va_list args) PRINTF_LIKE(2, 0);

/** Cut back to `len` bytes, which must not be more than there are. */
void buf_truncate(struct buf *buf, size_t len);
/** What was written so far; borrowed until the next write. */
slice buf_slice(const struct buf *buf);
/** The same as a NUL-terminated string (the NUL is not counted); NULL when out of memory. */
const char *buf_string(struct buf *buf);
/** Make room for `more` bytes and return where they go, or NULL (then failed); see buf_added. */
char *buf_room(struct buf *buf, size_t more);
/** Count `added` bytes written into the last buf_room. */
void buf_added(struct buf *buf, size_t added);

#endif
