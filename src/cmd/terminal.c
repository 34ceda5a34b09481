#include "cmd/terminal.h"

#include "base/utf8.h"

#include <sys/ioctl.h>

enum { COLUMNS_USUAL = 80 };

unsigned terminal_columns(int descriptor)
{
    struct winsize size;
    if (ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) {
        return COLUMNS_USUAL;
    }
    return size.ws_col;
}

static int32_t shown(int32_t c)
{
    return utf8_is_control(c) || c == '\t' ? 0xFFFD : c;
}

unsigned terminal_put_cut(struct buf *out, slice text, unsigned columns)
{
    unsigned width = 0;
    size_t fits = out->len; /* up to where there is room for an ellipsis behind it */
    unsigned fits_width = 0;
    int32_t c = 0;
    while (utf8_next(&text, &c)) {
        c = shown(c);
        unsigned more = (unsigned)utf8_width(c);
        if (width + more > columns) {
            buf_truncate(out, fits);
            utf8_put(out, 0x2026);
            return fits_width + 1;
        }
        utf8_put(out, c);
        width += more;
        if (width < columns) {
            fits = out->len;
            fits_width = width;
        }
    }
    return width;
}

void terminal_put(struct buf *out, slice text)
{
    int32_t c = 0;
    while (utf8_next(&text, &c)) {
        utf8_put(out, shown(c));
    }
}

unsigned terminal_width(slice text)
{
    unsigned width = 0;
    int32_t c = 0;
    while (utf8_next(&text, &c)) {
        width += (unsigned)utf8_width(shown(c));
    }
    return width;
}
