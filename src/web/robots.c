#include "web/robots.h"

#include "base/buf.h"
#include "base/limits.h"

/* --- paths -------------------------------------------------------------------------------------
 */

static bool is_unreserved(int c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

static void put_encoded(struct buf *out, int byte)
{
    static const char digits[] = "0123456789ABCDEF";
    buf_putc(out, '%');
    buf_putc(out, digits[byte >> 4]);
    buf_putc(out, digits[byte & 15]);
}

/* Append `text` with one spelling for what has several: what is encoded without need is decoded,
 * what is no printable ASCII is encoded (RFC 9309, 2.2.2). In a pattern `*` stays what it is; the
 * other signs with a meaning there are encoded, so that in a path they are only themselves. */
static void put_normal(struct buf *out, slice text, bool is_pattern)
{
    for (size_t i = 0; i < text.len; i++) {
        int byte = (unsigned char)text.ptr[i];
        int high = byte == '%' && i + 2 < text.len ? ascii_hex_digit(text.ptr[i + 1]) : -1;
        int low = high >= 0 ? ascii_hex_digit(text.ptr[i + 2]) : -1;
        if (low >= 0) {
            int decoded = high * 16 + low;
            if (is_unreserved(decoded)) {
                buf_putc(out, (char)decoded);
            } else {
                put_encoded(out, decoded);
            }
            i += 2;
        } else if (byte <= ' ' || byte >= 0x7F || byte == '$' || (byte == '*' && !is_pattern)) {
            put_encoded(out, byte);
        } else {
            buf_putc(out, (char)byte);
        }
    }
}

/* --- the file ----------------------------------------------------------------------------------
 */

/* Who the groups that are read speak of. */
enum addressee { NOBODY, EVERYBODY, US };

struct reader {
    struct arena *arena;
    slice agent;
    struct robots found[US + 1];
    bool is_named;            /* there is a group for the agent */
    enum addressee addressee; /* of the group that is read */
    bool in_rules;            /* a line of user-agent begins another group */
    struct buf pattern;
};

/* The name at the start of `value`; what follows it, such as a version, does not count. */
static enum addressee addressee_of(const struct reader *reader, slice value)
{
    size_t len = 0;
    if (value.len > 0 && value.ptr[0] == '*' &&
        (value.len == 1 || value.ptr[1] == ' ' || value.ptr[1] == '\t')) {
        return EVERYBODY;
    }
    while (len < value.len &&
           (ascii_lower(value.ptr[len]) >= 'a' || value.ptr[len] == '_' || value.ptr[len] == '-') &&
           ascii_lower(value.ptr[len]) <= 'z') {
        len++;
    }
    return slice_equal_nocase(slice_head(value, len), reader->agent) ? US : NOBODY;
}

static void take_agent(struct reader *reader, slice value)
{
    enum addressee addressee = addressee_of(reader, value);
    if (reader->in_rules) {
        reader->addressee = NOBODY;
        reader->in_rules = false;
    }
    /* Of several names of one group ours counts most. */
    if (addressee > reader->addressee) {
        reader->addressee = addressee;
    }
    reader->is_named = reader->is_named || addressee == US;
}

/* A group for everybody and us is ours; the rules of ours are all that count when there are any. */
static void take_rule(struct reader *reader, slice value, bool allow)
{
    struct robots *robots = &reader->found[reader->addressee];
    reader->in_rules = true;
    if (reader->addressee == NOBODY || value.len == 0) {
        return; /* an empty pattern matches nothing */
    }
    bool at_end = value.ptr[value.len - 1] == '$';
    buf_clear(&reader->pattern);
    put_normal(&reader->pattern, slice_head(value, value.len - at_end), true);
    *ARRAY_ADD(reader->arena, robots) = (struct robots_rule){
        .pattern = arena_copy(reader->arena, buf_slice(&reader->pattern)),
        .at_end = at_end,
        .allow = allow,
    };
}

/* Seconds, perhaps with a fraction, as milliseconds. It is no part of the standard, but sites that
 * are short of breath say it. */
static void take_delay(struct reader *reader, slice value)
{
    unsigned long whole = 0;
    unsigned long tenths = 0;
    size_t dot = slice_find_byte(value, '.');
    reader->in_rules = true;
    if (!slice_to_number(slice_head(value, dot), 1000000, &whole) ||
        (dot < value.len &&
         !slice_to_number(slice_head(slice_from(value, dot + 1), 1), 9, &tenths))) {
        return;
    }
    unsigned long delay = whole * 1000 + tenths * 100;
    reader->found[reader->addressee].crawl_delay_ms =
        (unsigned)(delay < LIMIT_WEB_CRAWL_DELAY_MS ? delay : LIMIT_WEB_CRAWL_DELAY_MS);
}

static void take_line(struct reader *reader, slice line)
{
    line = slice_head(line, slice_find_byte(line, '#'));
    size_t colon = slice_find_byte(line, ':');
    slice key = slice_trim(slice_head(line, colon));
    slice value = slice_trim(slice_from(line, colon + 1));
    if (colon == line.len) {
        return;
    }
    if (slice_equal_nocase(key, SLICE("user-agent"))) {
        take_agent(reader, value);
    } else if (slice_equal_nocase(key, SLICE("allow"))) {
        take_rule(reader, value, true);
    } else if (slice_equal_nocase(key, SLICE("disallow"))) {
        take_rule(reader, value, false);
    } else if (slice_equal_nocase(key, SLICE("crawl-delay"))) {
        take_delay(reader, value);
    }
}

void robots_read(struct arena *arena, slice text, slice agent, struct robots *robots)
{
    struct reader reader = { .arena = arena, .agent = agent };
    slice line;
    text = slice_head(text, LIMIT_WEB_ROBOTS);
    if (slice_starts_with(text, SLICE("\xEF\xBB\xBF"))) {
        text = slice_from(text, 3);
    }
    buf_init(&reader.pattern, (size_t)3 * LIMIT_WEB_ROBOTS);
    while (slice_next_line(&text, &line)) {
        slice part;
        while (slice_next_piece(&line, '\r', &part)) {
            take_line(&reader, part);
        }
    }
    buf_release(&reader.pattern);
    *robots = reader.found[reader.is_named ? US : EVERYBODY];
}

/* --- the question ------------------------------------------------------------------------------
 */

/* Take what is before the first `piece` in `*text`, and the piece, off. memmem() is linear. */
static bool pass_over(slice *text, slice piece)
{
    const char *at = piece.len == 0   ? text->ptr
                     : text->len == 0 ? NULL
                                      : memmem(text->ptr, text->len, piece.ptr, piece.len);
    if (at == NULL && piece.len > 0) {
        return false;
    }
    if (piece.len > 0) {
        *text = slice_from(*text, (size_t)(at - text->ptr) + piece.len);
    }
    return true;
}

/* Each piece between two stars is best looked for as early as possible; only the last one may have
 * to be at the end. */
static bool matches(const struct robots_rule *rule, slice path)
{
    slice rest = rule->pattern;
    bool at_begin = true;
    for (;;) {
        size_t star = slice_find_byte(rest, '*');
        slice piece = slice_head(rest, star);
        bool is_last = star == rest.len;
        if (is_last && rule->at_end) {
            return at_begin ? slice_equal(path, piece) : slice_ends_with(path, piece);
        }
        if (at_begin && !slice_starts_with(path, piece)) {
            return false;
        }
        if (at_begin) {
            path = slice_from(path, piece.len);
        } else if (!pass_over(&path, piece)) {
            return false;
        }
        if (is_last) {
            return true;
        }
        rest = slice_from(rest, star + 1);
        at_begin = false;
    }
}

bool robots_allows(const struct robots *robots, slice path)
{
    struct buf normal;
    size_t longest = 0;
    bool allowed = true;
    buf_init(&normal, (size_t)-1);
    put_normal(&normal, path, false);
    for (size_t i = 0; i < robots->count; i++) {
        const struct robots_rule *rule = &robots->items[i];
        size_t length = rule->pattern.len + rule->at_end;
        if ((length > longest || (length == longest && rule->allow)) &&
            matches(rule, buf_slice(&normal))) {
            longest = length;
            allowed = rule->allow;
        }
    }
    bool failed = normal.failed; /* out of memory: nothing that may be closed is asked for */
    buf_release(&normal);
    return allowed && !failed;
}
