#include "search/passage.h"

#include "base/limits.h"
#include "base/utf8.h"
#include "search/tokenizer.h"

#include <stdint.h>

enum {
    /* What is shown, in bytes: three lines on a phone; and how much of it stands before the first
     * word that was looked for. */
    SHOWN = 240,
    BEFORE = 60,
    /* Tokens of all terms; more than people type. */
    NEEDLES = 64,
    /* Words of a line that are remembered where they were found. */
    PLACES = 64,
};

/* A token of a term. */
struct needle {
    char bytes[2 * LIMIT_SEARCH_TOKEN];
    size_t length;
    size_t term;
    bool last;   /* the term ends with it */
    bool prefix; /* it may go on */
};

struct place {
    size_t term;
    size_t begin, end;
};

struct looking {
    struct needle needles[NEEDLES];
    size_t count;
    size_t term;  /* whose needles are being made */
    uint32_t all; /* a bit for each term that is looked for */

    /* The line that is looked at. */
    size_t at[LIMIT_SEARCH_TERMS];    /* the needle that each term waits for */
    size_t first[LIMIT_SEARCH_TERMS]; /* its first one */
    size_t begin[LIMIT_SEARCH_TERMS]; /* where the term began */
    struct place places[PLACES];
    size_t place_count;
    uint32_t seen;

    size_t left; /* bytes that may still be looked at */
    int best;    /* terms in the best passage so far */
};

/* --- what is looked for -------------------------------------------------------------------------
 */

static bool add_needle(void *context, const struct token *token)
{
    struct looking *looking = context;
    if (looking->count == NEEDLES || token->bytes.len > sizeof looking->needles[0].bytes) {
        return false;
    }
    struct needle *needle = &looking->needles[looking->count++];
    memcpy(needle->bytes, token->bytes.ptr, token->bytes.len);
    needle->length = token->bytes.len;
    needle->term = looking->term;
    needle->last = false;
    needle->prefix = false;
    return true;
}

/* Add the tokens of `text` as one row. Nothing when there is no room for all of them. */
static void add_row(struct looking *looking, slice text, bool prefix)
{
    const size_t before = looking->count;
    if (!tokenizer_run(text, TOKENIZER_QUERY, add_needle, looking) || looking->count == before) {
        looking->count = before;
        return;
    }
    looking->needles[looking->count - 1].last = true;
    looking->needles[looking->count - 1].prefix = prefix;
    looking->all |= UINT32_C(1) << looking->term;
}

static void add_terms(struct looking *looking, const struct search_query *query,
                      enum search_field field)
{
    for (size_t i = 0; i < query->count; i++) {
        const struct search_term *term = &query->terms[i];
        if (!term->without && term->field == field) {
            looking->term = i;
            looking->first[i] = looking->count;
            add_row(looking, term->text, term->prefix);
            if (term->joined.len > 0) {
                add_row(looking, term->joined, term->prefix);
            }
        }
    }
}

/* --- a line -------------------------------------------------------------------------------------
 */

static bool matches(const struct needle *needle, slice token)
{
    return (needle->prefix ? token.len >= needle->length : token.len == needle->length) &&
           memcmp(needle->bytes, token.ptr, needle->length) == 0;
}

static void add_place(struct looking *looking, size_t term, size_t begin, size_t end)
{
    looking->seen |= UINT32_C(1) << term;
    if (looking->place_count < PLACES) {
        looking->places[looking->place_count++] = (struct place){ term, begin, end };
    }
}

/* The row of needles from `first` on: a token that is not the next one may be the first again. */
static void follow_row(struct looking *looking, size_t first, const struct token *token)
{
    const size_t term = looking->needles[first].term;
    size_t *at = &looking->at[term];
    if (!matches(&looking->needles[*at], token->bytes)) {
        *at = first;
        if (!matches(&looking->needles[first], token->bytes)) {
            return;
        }
    }
    if (*at == first) {
        looking->begin[term] = token->begin;
    }
    if (looking->needles[*at].last) {
        add_place(looking, term, looking->begin[term], token->end);
        *at = first;
    } else {
        (*at)++;
    }
}

static bool look_at_token(void *context, const struct token *token)
{
    struct looking *looking = context;
    for (size_t i = 0; i < looking->count; i++) {
        const struct needle *needle = &looking->needles[i];
        const bool first = i == 0 || looking->needles[i - 1].last;
        if (!first) {
            continue;
        }
        if (needle->last && matches(needle, token->bytes)) {
            add_place(looking, needle->term, token->begin, token->end);
        } else if (!needle->last && !token->beside) {
            follow_row(looking, i, token);
        }
    }
    return true;
}

/* The terms in a line, counted. */
static int look_at(struct looking *looking, slice line)
{
    line = utf8_head(line, looking->left);
    looking->left -= line.len;
    looking->seen = 0;
    looking->place_count = 0;
    memcpy(looking->at, looking->first, sizeof looking->at);
    (void)tokenizer_run(line, TOKENIZER_TEXT, look_at_token, looking);
    return __builtin_popcount(looking->seen);
}

/* --- what of a line is shown --------------------------------------------------------------------
 */

/* Where the most terms are close to each other: what is shown begins before it. */
static size_t densest(const struct looking *looking)
{
    size_t best = 0;
    int most = 0;
    for (size_t i = 0; i < looking->place_count; i++) {
        uint32_t seen = 0;
        for (size_t k = 0; k < looking->place_count; k++) {
            const struct place *place = &looking->places[k];
            if (place->begin >= looking->places[i].begin &&
                place->end <= looking->places[i].begin + SHOWN - BEFORE) {
                seen |= UINT32_C(1) << place->term;
            }
        }
        if (__builtin_popcount(seen) > most) {
            most = __builtin_popcount(seen);
            best = looking->places[i].begin;
        }
    }
    return best;
}

/* Move on to the beginning of a word, when there is one before `end`; else of a code point. */
static size_t word_begin(slice line, size_t at, size_t end)
{
    if (at == 0) {
        return 0;
    }
    for (size_t i = at; i < end; i++) {
        if (line.ptr[i] == ' ') {
            return i + 1;
        }
    }
    while (at < end && ((unsigned char)line.ptr[at] & 0xC0) == 0x80) {
        at++;
    }
    return at;
}

/* Cut after a word in the second half, else after a code point. */
static size_t word_end(slice line, size_t begin)
{
    const slice rest = slice_from(line, begin);
    if (rest.len <= SHOWN) {
        return line.len;
    }
    const slice head = utf8_head(rest, SHOWN);
    for (size_t i = head.len; i > SHOWN / 2; i--) {
        if (rest.ptr[i] == ' ') {
            return begin + i;
        }
    }
    return begin + head.len;
}

static void show(struct passage *out, slice line, size_t at)
{
    out->line = line;
    out->begin = line.len <= SHOWN ? 0 : word_begin(line, at > BEFORE ? at - BEFORE : 0, at);
    out->end = word_end(line, out->begin);
}

/* --- the review ---------------------------------------------------------------------------------
 */

static slice line_text(const struct review *review, uint32_t index)
{
    return gemtext_lines_at(&review->lines, index).text;
}

static slice first_text(const struct review *review, struct line_range range)
{
    for (uint32_t i = range.first; i < range.end && i < review->lines.count; i++) {
        if (gemtext_lines_type(&review->lines, i) == GEMTEXT_TEXT) {
            return line_text(review, i);
        }
    }
    return SLICE_EMPTY;
}

static void take_line(struct looking *looking, slice line, const struct section *section,
                      struct passage *out)
{
    const int terms = line.len > 0 && looking->left > 0 ? look_at(looking, line) : 0;
    if (terms > looking->best) {
        looking->best = terms;
        out->section = section;
        out->found = true;
        show(out, line, densest(looking));
    }
}

static void take_range(struct looking *looking, const struct review *review,
                       struct line_range range, const struct section *section, struct passage *out)
{
    const int all = __builtin_popcount(looking->all);
    for (uint32_t i = range.first; looking->best < all && i < range.end && i < review->lines.count;
         i++) {
        take_line(looking, line_text(review, i), section, out);
    }
}

static void take_section(struct looking *looking, const struct review *review,
                         const struct section *section, struct passage *out)
{
    const int before = looking->best;
    take_line(looking, section->heading, section, out);
    if (looking->best > before) {
        /* The heading is shown anyway. */
        show(out, first_text(review, section->lines), 0);
    }
    take_range(looking, review, section->lines, section, out);
}

void passage_find(const struct review *review, const struct search_query *query,
                  struct passage *out)
{
    struct looking looking = { .left = LIMIT_SEARCH_PASSAGE };
    *out = (struct passage){ .found = false };
    add_terms(&looking, query, SEARCH_ANYWHERE);
    if (looking.count == 0) {
        add_terms(&looking, query, SEARCH_PEOPLE);
    }
    if (looking.count > 0) {
        take_range(&looking, review, review->lede, NULL, out);
        for (size_t i = 0; i < review->section_count; i++) {
            take_section(&looking, review, &review->sections[i], out);
        }
        take_line(&looking, review->summary, NULL, out);
        take_line(&looking, review->tagline, NULL, out);
    }
    if (!out->found) {
        const slice lines[] = { review->tagline, review->summary,
                                first_text(review, review->lede) };
        for (size_t i = 0; i < ARRAY_LENGTH(lines) && out->line.len == 0; i++) {
            show(out, lines[i], 0);
        }
    }
}

void passage_put(const struct passage *passage, struct buf *out)
{
    if (passage->line.len == 0) {
        return;
    }
    buf_puts(out, passage->begin > 0 ? "… " : "");
    buf_put(out, slice_trim(slice_between(passage->line.ptr + passage->begin,
                                          passage->line.ptr + passage->end)));
    buf_puts(out, passage->end < passage->line.len ? " …" : "");
}
