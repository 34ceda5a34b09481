#include "source/values.h"

#include "text/header.h"
#include "text/slug.h"

slice value_unescape(struct arena *arena, slice value)
{
    if (!header_is_escaped(value)) {
        return value;
    }
    struct buf out;
    buf_init(&out, value.len);
    header_put_unescaped(&out, value);
    slice meant = arena_copy(arena, buf_slice(&out));
    buf_release(&out);
    return meant;
}

struct name name_make(struct arena *arena, slice text)
{
    return (struct name){ text, slug_make_never_empty(arena, text) };
}

bool is_language_tag(slice text)
{
    size_t in_part = 0;
    size_t parts = 1;
    size_t primary = slice_find_byte(text, '-');
    /* Two or three letters; so `English`, which is meant for Language, is none. */
    if (primary < 2 || primary > 3) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (c == '-' && in_part > 0) {
            in_part = 0;
            parts++;
        } else if ((letter || (parts > 1 && c >= '0' && c <= '9')) && in_part < 8) {
            in_part++;
        } else {
            return false;
        }
    }
    /* BCP 47, section 4.4.1: 35 bytes are room for every tag in use. */
    return in_part > 0 && text.len <= 35;
}
