#include "export/html_text.h"

#include "base/utf8.h"
#include "text/date.h"
#include "text/xml.h"

/* --- escaping --------------------------------------------------------------------------------- */

/* Infra, 4.5: code points that are no characters, and errors in HTML. */
static bool is_noncharacter(int32_t c)
{
    return (c >= 0xFDD0 && c <= 0xFDEF) || (c & 0xFFFE) == 0xFFFE;
}

void html_put_escaped(struct buf *out, slice text)
{
    slice rest = text;
    size_t done = 0;
    while (rest.len > 0) {
        size_t plain = utf8_plain_run(rest);
        if (plain > 0) {
            rest = slice_from(rest, plain);
            continue;
        }
        int32_t c = 0;
        size_t at = text.len - rest.len;
        (void)utf8_next(&rest, &c);
        if (is_noncharacter(c)) {
            xml_put(out, slice_between(text.ptr + done, text.ptr + at));
            utf8_put(out, 0xFFFD);
            done = text.len - rest.len;
        }
    }
    xml_put(out, slice_from(text, done));
}

/* --- languages -------------------------------------------------------------------------------- */

enum script { SCRIPT_OTHER, SCRIPT_HANGUL, SCRIPT_KANA, SCRIPT_HAN };

static const slice languages[] = {
    [SCRIPT_HANGUL] = SLICE_INIT("ko"), [SCRIPT_KANA] = SLICE_INIT("ja")
};

static bool is_in(int32_t c, int32_t first, int32_t last)
{
    return c >= first && c <= last;
}

static enum script script_of(int32_t c)
{
    if (is_in(c, 0xAC00, 0xD7FF) || is_in(c, 0x1100, 0x11FF) || is_in(c, 0x3130, 0x318F) ||
        is_in(c, 0xA960, 0xA97F)) {
        return SCRIPT_HANGUL;
    }
    if (is_in(c, 0x3041, 0x30FA) || is_in(c, 0x30FC, 0x30FF) || is_in(c, 0x31F0, 0x31FF) ||
        is_in(c, 0xFF66, 0xFF9F)) {
        return SCRIPT_KANA;
    }
    if (is_in(c, 0x4E00, 0x9FFF) || is_in(c, 0x3400, 0x4DBF) || is_in(c, 0xF900, 0xFAFF) ||
        is_in(c, 0x20000, 0x3FFFD)) {
        return SCRIPT_HAN;
    }
    return SCRIPT_OTHER;
}

bool html_is_language(slice lang, slice primary)
{
    return slice_equal_nocase(slice_head(lang, slice_find_byte(lang, '-')), primary);
}

bool html_is_right_to_left(slice lang)
{
    static const char *const known[] = { "ar", "ckb", "dv", "fa",  "he", "ks", "ps",
                                         "sd", "ug",  "ur", "syr", "yi", "iw" };
    bool found = false;
    for (size_t i = 0; i < ARRAY_LENGTH(known) && !found; i++) {
        found = html_is_language(lang, slice_of(known[i]));
    }
    return found;
}

bool html_has_right_to_left(slice text)
{
    while (text.len > 0) {
        int32_t c = 0;
        text = slice_from(text, utf8_plain_run(text));
        if (utf8_next(&text, &c) && (is_in(c, 0x0590, 0x08FF) || is_in(c, 0xFB1D, 0xFDCF) ||
                                     is_in(c, 0xFDF0, 0xFDFF) || is_in(c, 0xFE70, 0xFEFE) ||
                                     is_in(c, 0x10800, 0x10FFF) || is_in(c, 0x1E800, 0x1EFFF))) {
            return true;
        }
    }
    return false;
}

/* Where the words of one language end that begin with `rest`: before a letter of another script,
 * without the blanks and the punctuation there. */
static slice take_words(slice *rest, enum script script)
{
    const char *begin = rest->ptr;
    slice ahead = *rest;
    int32_t c = 0;
    while (utf8_next(&ahead, &c)) {
        enum script here = script_of(c);
        bool same = here == script || here == SCRIPT_HAN || utf8_class(c) == UTF8_MARK;
        if (!same && utf8_class(c) == UTF8_LETTER && !utf8_is_digit(c)) {
            break;
        }
        if (same) {
            *rest = ahead;
        }
    }
    return slice_between(begin, rest->ptr);
}

/* --- dates ------------------------------------------------------------------------------------ */

enum { DAY_LENGTH = 10 };

static bool is_part_of_number(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
           c == '/' || c == '_';
}

/* True when a day starts `at` there, and it is no part of something longer. */
static bool is_day(slice text, size_t at)
{
    struct date day;
    return at + DAY_LENGTH <= text.len && text.ptr[at + 4] == '-' &&
           (at == 0 || !is_part_of_number(text.ptr[at - 1])) &&
           (at + DAY_LENGTH == text.len || !is_part_of_number(text.ptr[at + DAY_LENGTH])) &&
           date_parse(slice_head(slice_from(text, at), DAY_LENGTH), &day);
}

/* ---------------------------------------------------------------------------------------------- */

void html_put_text(struct buf *out, slice text, slice lang)
{
    size_t done = 0;
    size_t at = 0;
    while (at < text.len) {
        char byte = text.ptr[at];
        if (byte >= '0' && byte <= '9' && is_day(text, at)) {
            html_put_escaped(out, slice_between(text.ptr + done, text.ptr + at));
            buf_puts(out, "<time>");
            buf_put(out, slice_head(slice_from(text, at), DAY_LENGTH));
            buf_puts(out, "</time>");
            at += DAY_LENGTH;
            done = at;
            continue;
        }
        if (byte >= 0) {
            at++;
            continue;
        }
        int32_t c = 0;
        slice here = slice_from(text, at);
        slice after = here;
        (void)utf8_next(&after, &c);
        enum script script = script_of(c);
        bool marked = (script == SCRIPT_HANGUL || script == SCRIPT_KANA) &&
                      !html_is_language(lang, languages[script]);
        if (marked) {
            html_put_escaped(out, slice_between(text.ptr + done, text.ptr + at));
            buf_puts(out, "<span lang=\"");
            buf_put(out, languages[script]);
            buf_puts(out, "\">");
            html_put_escaped(out, take_words(&here, script));
            buf_puts(out, "</span>");
            done = text.len - here.len;
            at = done;
        } else {
            at = text.len - after.len;
        }
    }
    html_put_escaped(out, slice_from(text, done));
}
