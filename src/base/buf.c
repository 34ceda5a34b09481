#include "base/buf.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_init(struct buf *buf, size_t max)
{
    *buf = (struct buf){ .max = max };
}

void buf_init_on(struct buf *buf, char *room, size_t size)
{
    assert(size > 0);
    *buf = (struct buf){ .ptr = room, .capacity = size, .max = size - 1 };
}

void buf_release(struct buf *buf)
{
    size_t max = buf->max;
    free(buf->ptr);
    buf_init(buf, max);
}

void buf_clear(struct buf *buf)
{
    buf->len = 0;
    buf->failed = false;
}

SELDOM static bool grow(struct buf *buf, size_t more)
{
    if (buf->failed || more > buf->max - buf->len) {
        buf->failed = true;
        return false;
    }
    size_t needed = buf->len + more + 1;
    size_t capacity = buf->capacity < 256 ? 256 : buf->capacity + buf->capacity / 2;
    if (capacity - 1 > buf->max) {
        capacity = buf->max + 1; /* so that what there is room for is never too much */
    }
    if (capacity < needed) {
        capacity = needed;
    }
    char *grown = realloc(buf->ptr, capacity);
    if (grown == NULL) {
        buf->failed = true;
        return false;
    }
    buf->ptr = grown;
    buf->capacity = capacity;
    return true;
}

static bool has_room(const struct buf *buf, size_t more)
{
    return !buf->failed && more < buf->capacity - buf->len;
}

/* Room for `more` bytes and a NUL, so that buf_string never has to grow on a full buf. */
static bool reserve(struct buf *buf, size_t more)
{
    return has_room(buf, more) || grow(buf, more);
}

char *buf_room(struct buf *buf, size_t more)
{
    return reserve(buf, more) ? buf->ptr + buf->len : NULL;
}

void buf_added(struct buf *buf, size_t added)
{
    assert(buf->len + added < buf->capacity);
    buf->len += added;
}

void buf_put(struct buf *buf, slice bytes)
{
    if (bytes.len > 0 && reserve(buf, bytes.len)) {
        memcpy(buf->ptr + buf->len, bytes.ptr, bytes.len);
        buf->len += bytes.len;
    }
}

void buf_puts(struct buf *buf, const char *string)
{
    buf_put(buf, slice_of(string));
}

void buf_putc(struct buf *buf, char byte)
{
    if (reserve(buf, 1)) {
        buf->ptr[buf->len++] = byte;
    }
}

void buf_fill(struct buf *buf, char byte, size_t count)
{
    if (reserve(buf, count)) {
        memset(buf->ptr + buf->len, byte, count);
        buf->len += count;
    }
}

void buf_vprintf(struct buf *buf, const char *format, va_list args)
{
    enum { LIKELY = 64 };
    va_list again;
    size_t room = has_room(buf, LIKELY) ? buf->capacity - buf->len : 0;
    va_copy(again, args);
    int length = vsnprintf(room > 0 ? buf->ptr + buf->len : NULL, room, format, args);
    if (length < 0) {
        buf->failed = true;
    } else if ((size_t)length < room) {
        buf->len += (size_t)length;
    } else if (reserve(buf, (size_t)length)) {
        (void)vsnprintf(buf->ptr + buf->len, (size_t)length + 1, format, again);
        buf->len += (size_t)length;
    }
    va_end(again);
}

void buf_printf(struct buf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    buf_vprintf(buf, format, args);
    va_end(args);
}

void buf_put_number(struct buf *buf, size_t number)
{
    char digits[3 * sizeof number];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    buf_put(buf, (slice){ digits + at, sizeof digits - at });
}

void buf_truncate(struct buf *buf, size_t len)
{
    assert(len <= buf->len);
    buf->len = len;
}

slice buf_slice(const struct buf *buf)
{
    return (slice){ buf->ptr, buf->len };
}

const char *buf_string(struct buf *buf)
{
    if (buf->capacity == 0 && !reserve(buf, 0)) {
        return NULL;
    }
    buf->ptr[buf->len] = '\0';
    return buf->ptr;
}
