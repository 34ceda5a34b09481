#include "search/query.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "search/tokenizer.h"

#define TEXT_OF(number) TEXT_OF_(number)
#define TEXT_OF_(number) #number

static const char too_long[] =
    "That is too long to look for: at most " TEXT_OF(LIMIT_SEARCH_QUERY) " bytes.";
static const char too_many[] =
    "At most " TEXT_OF(LIMIT_SEARCH_TERMS) " words and phrases can be looked for at once.";
static const char nothing[] = "There is nothing to look for: type a word, a name or a \"phrase\".";
static const char only_without[] =
    "That says what to leave out only: add a word that is to be looked for.";
static const char no_year[] = "After year: a year is expected, as year:2013, or two, as "
                              "year:2010-2019.";
static const char no_place[] = "After in: only quotes is known, as in:quotes.";
static const char no_name[] = "After tag: and person: a word is expected, as tag:courtroom.";
static const char no_minus[] = "year: and in: cannot have a - before them.";

/* --- what was typed -----------------------------------------------------------------------------
 */

/* Quotation marks of the phones and scripts that have others than ASCII. */
static bool is_quotation_mark(int32_t c)
{
    return c == '"' || c == 0xAB || c == 0xBB || (c >= 0x201C && c <= 0x201F) || c == 0x2033 ||
           (c >= 0x300C && c <= 0x300F);
}

static int32_t clean_point(int32_t c)
{
    if (c >= 0xFF01 && c <= 0xFF5E) {
        c -= 0xFEE0; /* full width */
    }
    if (c == 0xFFFD || utf8_class(c) == UTF8_SPACE || utf8_is_control(c)) {
        return ' ';
    }
    return is_quotation_mark(c) ? '"' : c;
}

/* What is in `typed`, as search_query.text has it. */
static bool clean(slice typed, struct search_query *out)
{
    char room[LIMIT_SEARCH_QUERY * 3 + 1];
    int32_t points[2 * sizeof room + 1];
    struct buf cleaned;
    struct buf text;
    int32_t c = 0;
    buf_init_on(&cleaned, room, sizeof room);
    buf_init_on(&text, out->text_room, sizeof out->text_room);
    while (utf8_next(&typed, &c)) {
        utf8_put(&cleaned, clean_point(c));
    }
    buf_put(&text, utf8_nfc_in(buf_slice(&cleaned), points, ARRAY_LENGTH(points)));
    out->text = buf_slice(&text);
    return !cleaned.failed && !text.failed;
}

/* --- terms --------------------------------------------------------------------------------------
 */

struct looked_at {
    size_t count;   /* of the tokens that stand beside no other */
    size_t begin;   /* of the first one */
    size_t end;     /* of the last one */
    bool last_lone; /* the last one is a single letter that others may follow */
    size_t letters; /* of the last one, counted up to two */
    struct buf *joined;
    size_t joined_begin, joined_end;
};

static bool look_at_token(void *context, const struct token *token)
{
    struct looked_at *looked = context;
    if (!token->beside) {
        looked->begin = looked->count == 0 ? token->begin : looked->begin;
        looked->end = token->end;
        looked->last_lone = token->lone;
        looked->letters = utf8_length(token->bytes);
        looked->count++;
    } else if (!token->lone && looked->joined_end == 0) {
        looked->joined_begin = token->begin;
        looked->joined_end = token->end;
        buf_put(looked->joined, token->bytes);
    }
    return true;
}

/* Fill in what the text of `term` says about it. False when there is no token in it. */
static bool look_at(struct search_term *term, struct buf *joined_room)
{
    enum { LEAST_PREFIX = 2 };
    const size_t before = joined_room->len;
    struct looked_at looked = { .joined = joined_room };
    (void)tokenizer_run(term->text, TOKENIZER_TEXT, look_at_token, &looked);
    if (looked.count == 0) {
        return false;
    }
    if (looked.joined_end == looked.end && looked.joined_begin == looked.begin &&
        !joined_room->failed) {
        term->joined = slice_from(buf_slice(joined_room), before);
    } else {
        buf_truncate(joined_room, before);
    }
    /* What begins with one letter is a good part of all there is. */
    term->prefix = looked.last_lone ? term->prefix || !term->phrase
                                    : term->prefix && looked.letters >= LEAST_PREFIX;
    return true;
}

static slice take_phrase(slice *rest)
{
    const size_t length = slice_find_byte(slice_from(*rest, 1), '"');
    const slice phrase = slice_head(slice_from(*rest, 1), length);
    *rest = slice_from(*rest, length + 2);
    return phrase;
}

static slice take_word(slice *rest)
{
    size_t length = 0;
    while (length < rest->len && rest->ptr[length] != ' ' && rest->ptr[length] != '"') {
        length++;
    }
    const slice word = slice_head(*rest, length);
    *rest = slice_from(*rest, length);
    return word;
}

static bool take_key(slice *rest, slice key)
{
    const bool found = slice_equal_nocase(slice_head(*rest, key.len), key);
    if (found) {
        *rest = slice_trim(slice_from(*rest, key.len));
    }
    return found;
}

static void take_term(slice *rest, struct search_term *term)
{
    term->phrase = rest->len > 0 && rest->ptr[0] == '"';
    term->text = term->phrase ? take_phrase(rest) : take_word(rest);
    while (term->phrase && rest->len > 0 && rest->ptr[0] == '*') {
        term->prefix = true;
        *rest = slice_from(*rest, 1);
    }
    while (!term->phrase && term->text.len > 0 && term->text.ptr[term->text.len - 1] == '*') {
        term->prefix = true;
        term->text = slice_head(term->text, term->text.len - 1);
    }
}

static bool read_years(slice text, struct search_query *out)
{
    size_t digits = 0;
    while (digits < text.len && text.ptr[digits] >= '0' && text.ptr[digits] <= '9') {
        digits++;
    }
    slice last = slice_from(text, digits);
    while (last.len > 0 && (last.ptr[0] < '0' || last.ptr[0] > '9')) {
        last = slice_from(last, 1);
    }
    out->has_year = slice_to_number(slice_head(text, digits), 9999, &out->first_year);
    if (digits == text.len) {
        out->last_year = out->first_year;
        return out->has_year;
    }
    return out->has_year && slice_to_number(last, 9999, &out->last_year);
}

/* Take one thing that is said off `*rest`, which does not begin with a blank. */
static const char *take_item(slice *rest, struct search_query *out, struct buf *joined_room)
{
    struct search_term term = { 0 };
    if (rest->ptr[0] == '-') {
        term.without = true;
        *rest = slice_from(*rest, 1);
    }
    if (take_key(rest, SLICE("year:"))) {
        return !read_years(take_word(rest), out) ? no_year : term.without ? no_minus : NULL;
    }
    if (take_key(rest, SLICE("in:"))) {
        out->in_quotes = slice_equal_nocase(take_word(rest), SLICE("quotes"));
        return !out->in_quotes ? no_place : term.without ? no_minus : NULL;
    }
    term.field = take_key(rest, SLICE("tag:"))      ? SEARCH_TAGS
                 : take_key(rest, SLICE("person:")) ? SEARCH_PEOPLE
                                                    : SEARCH_ANYWHERE;
    take_term(rest, &term);
    if (!look_at(&term, joined_room)) {
        return term.field == SEARCH_ANYWHERE ? NULL : no_name;
    }
    if (out->count == LIMIT_SEARCH_TERMS) {
        return too_many;
    }
    out->terms[out->count++] = term;
    return NULL;
}

/* --- the expression -----------------------------------------------------------------------------
 */

struct writing {
    struct buf out;
    struct search_query *query;
    size_t phrases;
};

static void put_words(struct writing *writing, slice text, bool prefix)
{
    buf_putc(&writing->out, '"');
    buf_put(&writing->out, text); /* has no quotation mark and no NUL */
    buf_puts(&writing->out, prefix ? "\" *" : "\"");
    writing->query->prefixes[writing->phrases++] = prefix;
}

static void put_term(struct writing *writing, const struct search_term *term)
{
    static const char *const columns[] = {
        [SEARCH_ANYWHERE] = "",
        [SEARCH_TAGS] = "tags : ",
        [SEARCH_PEOPLE] = "people : ",
    };
    buf_puts(&writing->out, columns[term->field]);
    buf_putc(&writing->out, '(');
    put_words(writing, term->text, term->prefix);
    if (term->joined.len > 0) {
        buf_puts(&writing->out, " OR ");
        put_words(writing, term->joined, term->prefix);
    }
    buf_putc(&writing->out, ')');
}

/* The terms that are wanted, or those that are not; the number of them. */
static size_t put_terms(struct writing *writing, bool without)
{
    const struct search_query *query = writing->query;
    size_t count = 0;
    for (size_t i = 0; i < query->count; i++) {
        if (query->terms[i].without == without) {
            buf_puts(&writing->out, count == 0 ? "(" : without ? " OR " : " AND ");
            put_term(writing, &query->terms[i]);
            count++;
        }
    }
    buf_puts(&writing->out, count > 0 ? ")" : "");
    return count;
}

static const char *put_expression(struct search_query *query)
{
    struct writing writing = { .query = query };
    struct buf *out = &writing.out;
    buf_init_on(out, query->expression_room, sizeof query->expression_room);
    const size_t wanted = put_terms(&writing, false);
    const size_t at = out->len;
    buf_puts(out, " NOT ");
    if (put_terms(&writing, true) == 0) {
        buf_truncate(out, at);
    } else if (wanted == 0) {
        return only_without;
    }
    if (wanted == 0 && (!query->has_year || query->in_quotes)) {
        return nothing;
    }
    query->expression = (slice){ buf_string(out), out->len };
    return out->failed || query->expression.ptr == NULL ? too_long : NULL;
}

bool search_query_parse(slice typed, struct search_query *out, const char **problem)
{
    struct buf joined_room;
    *problem = NULL;
    out->count = 0;
    out->has_year = false;
    out->in_quotes = false;
    out->expression = SLICE_EMPTY;
    if (typed.len > LIMIT_SEARCH_QUERY || !clean(typed, out)) {
        *problem = too_long;
        return false;
    }
    buf_init_on(&joined_room, out->joined_room, sizeof out->joined_room);
    slice rest = slice_trim(out->text);
    while (rest.len > 0 && *problem == NULL) {
        *problem = take_item(&rest, out, &joined_room);
        rest = slice_trim(rest);
    }
    if (*problem == NULL) {
        *problem = put_expression(out);
    }
    return *problem == NULL;
}
