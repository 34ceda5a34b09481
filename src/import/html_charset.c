#include "import/html_charset.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "import/phrase.h"

#include <libxml/encoding.h>
#include <libxml/tree.h>
#include <limits.h>
#include <string.h>

/* Longest name of a charset. */
enum { NAME_BYTES = 40 };

/* Bytes given to the converter at once. */
enum { PIECE_BYTES = 4096 };

static bool is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.' || c == ':';
}

/* The name behind `charset=` or `encoding=` at the start of the page. */
static slice declared_charset(slice text)
{
    static const slice keys[] = { SLICE_INIT("charset"), SLICE_INIT("encoding") };
    slice head = slice_head(text, LIMIT_HTML_PRESCAN);
    for (size_t i = 0; i < head.len; i++) {
        slice rest = slice_from(head, i);
        for (size_t k = 0; k < ARRAY_LENGTH(keys); k++) {
            if (!phrase_starts_with(rest, keys[k])) {
                continue;
            }
            slice value = slice_trim(slice_from(rest, keys[k].len));
            if (value.len == 0 || value.ptr[0] != '=') {
                continue;
            }
            value = slice_trim(slice_from(value, 1));
            if (value.len > 0 && (value.ptr[0] == '"' || value.ptr[0] == '\'')) {
                value = slice_from(value, 1);
            }
            size_t end = 0;
            while (end < value.len && end < NAME_BYTES && is_name_byte(value.ptr[end])) {
                end++;
            }
            if (end > 0) {
                return slice_head(value, end);
            }
        }
    }
    return SLICE_EMPTY;
}

/* Browsers read these names as windows-1252, which has characters where they have none. */
static slice as_browsers_read(slice name)
{
    static const slice same[] = {
        SLICE_INIT("iso-8859-1"), SLICE_INIT("iso8859-1"), SLICE_INIT("latin1"),
        SLICE_INIT("latin-1"),    SLICE_INIT("us-ascii"),  SLICE_INIT("ascii"),
    };
    for (size_t i = 0; i < ARRAY_LENGTH(same); i++) {
        if (slice_equal_nocase(name, same[i])) {
            return SLICE("windows-1252");
        }
    }
    return name;
}

/* `text` with each ill-formed byte as U+FFFD. */
static slice repaired(struct arena *arena, slice text)
{
    struct buf out;
    int32_t c = 0;
    buf_init(&out, 3 * text.len + 1);
    while (utf8_next(&text, &c)) {
        utf8_put(&out, c);
    }
    slice copy = arena_copy(arena, buf_slice(&out));
    buf_release(&out);
    return copy;
}

/* Convert with libxml2's handler of the charset, piece by piece; what it cannot read is passed over
 * by a byte and becomes U+FFFD. */
static bool convert(xmlCharEncodingHandlerPtr handler, slice text, struct buf *out, size_t *bad)
{
    xmlBufferPtr in = xmlBufferCreate();
    xmlBufferPtr made = xmlBufferCreate();
    bool ok = in != NULL && made != NULL;
    while (ok && (text.len > 0 || xmlBufferLength(in) > 0)) {
        int left = xmlBufferLength(in);
        if (left < PIECE_BYTES) {
            slice piece = slice_head(text, PIECE_BYTES);
            ok = xmlBufferAdd(in, (const xmlChar *)piece.ptr, (int)piece.len) == 0;
            text = slice_from(text, piece.len);
            left += (int)piece.len;
        }
        xmlBufferEmpty(made);
        (void)xmlCharEncInFunc(handler, made, in);
        buf_put(out,
                (slice){ (const char *)xmlBufferContent(made), (size_t)xmlBufferLength(made) });
        bool stuck = xmlBufferLength(in) == left;
        if (stuck && (text.len == 0 || left >= 2 * PIECE_BYTES - 1 || left > 8)) {
            xmlBufferShrink(in, 1);
            buf_puts(out, "\xEF\xBF\xBD");
            (*bad)++;
        }
        ok = ok && !out->failed;
    }
    xmlBufferFree(in);
    xmlBufferFree(made);
    return ok;
}

static bool decode_as(struct arena *arena, const struct source *source, slice name, slice text,
                      slice *decoded, struct diags *diags)
{
    char zero_ended[NAME_BYTES + 1] = { 0 };
    memcpy(zero_ended, name.ptr, name.len < NAME_BYTES ? name.len : NAME_BYTES);
    xmlCharEncodingHandlerPtr handler = xmlFindCharEncodingHandler(zero_ended);
    if (handler == NULL) {
        diags_add(diags, DIAG_ERROR, source, NULL,
                  "the page says that it is in the charset %s, which is not known here",
                  zero_ended);
        return false;
    }
    struct buf out;
    size_t bad = 0;
    buf_init(&out, 4 * text.len + PIECE_BYTES);
    bool ok = convert(handler, text, &out, &bad);
    (void)xmlCharEncCloseFunc(handler);
    if (!ok) {
        diags_add(diags, DIAG_ERROR, source, NULL, "the page cannot be converted from %s",
                  zero_ended);
    } else {
        *decoded = buf_slice(&out);
        if (utf8_find_invalid(*decoded) < decoded->len) {
            bad++;
            *decoded = repaired(arena, *decoded);
        } else {
            *decoded = arena_copy(arena, *decoded);
        }
    }
    if (bad > 0) {
        diags_add(diags, DIAG_WARNING, source, NULL,
                  "%zu bytes are no characters of %s; \xEF\xBF\xBD stands for each", bad,
                  zero_ended);
    }
    buf_release(&out);
    return ok;
}

bool html_charset_decode(struct arena *arena, const struct source *source, slice *text,
                         struct diags *diags)
{
    slice bytes = source->text;
    if (slice_starts_with(bytes, SLICE("\xFF\xFE"))) {
        return decode_as(arena, source, SLICE("UTF-16LE"), slice_from(bytes, 2), text, diags);
    }
    if (slice_starts_with(bytes, SLICE("\xFE\xFF"))) {
        return decode_as(arena, source, SLICE("UTF-16BE"), slice_from(bytes, 2), text, diags);
    }
    if (slice_find_byte(bytes, '\0') < bytes.len) {
        diags_add(diags, DIAG_ERROR, source, bytes.ptr + slice_find_byte(bytes, '\0'),
                  "a NUL byte: this is no text");
        return false;
    }
    bool marked = slice_starts_with(bytes, SLICE("\xEF\xBB\xBF"));
    *text = marked ? slice_from(bytes, 3) : bytes;
    if (utf8_find_invalid(*text) == text->len && !marked && utf8_is_ascii(*text) == false) {
        /* Well-formed UTF-8 that is not ASCII is UTF-8, whatever the page says: pages that were
         * saved by a browser often keep the declaration of the site. */
        return true;
    }
    slice name = marked ? SLICE_EMPTY : as_browsers_read(declared_charset(*text));
    bool says_utf8 = slice_equal_nocase(name, SLICE("utf-8")) ||
                     slice_equal_nocase(name, SLICE("utf8")) ||
                     phrase_starts_with(name, SLICE("utf-16"));
    if (utf8_find_invalid(*text) == text->len &&
        (marked || name.len == 0 || says_utf8 || !phrase_starts_with(name, SLICE("iso-2022")))) {
        return true;
    }
    if (marked || says_utf8) {
        diags_add(diags, DIAG_WARNING, source, text->ptr + utf8_find_invalid(*text),
                  "this is not UTF-8; \xEF\xBF\xBD stands for each byte that is none");
        *text = repaired(arena, *text);
        return true;
    }
    return decode_as(arena, source, name.len > 0 ? name : SLICE("windows-1252"), *text, text,
                     diags);
}
