/* Quotes with their speakers. */
#include "import/shape_state.h"

#include "base/utf8.h"
#include "import/phrase.h"

/* A longer paragraph is no line that somebody says. */
enum { LINE_BYTES = 400 };

/* Code points from here on are arrows, symbols and pictures, as far as they stand before a quote.
 */
enum { FIRST_PICTURE = 0x2190 };

/* Without what stands before a quote in a list of them: a number, `3. "I promise." – Yong`, or a
 * picture. */
static slice without_mark(const struct shape_state *state, slice text)
{
    slice rest = slice_from(text, slice_find_byte(text, ' ') + 1);
    struct quoted quoted;
    bool marked = heading_number(text) > 0 || phrase_first(text) >= FIRST_PICTURE;
    return marked && state->section == HEADING_QUOTES && phrase_quoted(rest, &quoted) ? rest : text;
}

/* True when block `i` is text that can belong to the quote above it. */
static bool continues_quote(const struct shape_state *state, size_t i)
{
    struct quotation ignored;
    return i < state->blocks.count && state->use[i] == SHAPE_TEXT &&
           shape_is_line(shape_block(state, i)) && !shape_is_heading(state, i) &&
           !shape_begins_hashtags(shape_block(state, i)) &&
           !quotation_parse(without_mark(state, shape_block(state, i)->text), &state->names, true,
                            &ignored);
}

/* A dash that only speakers have before them: lists have hyphens. */
static size_t speakers_dash(slice text)
{
    return text.len > 0 && (text.ptr[0] != '-' || slice_starts_with(text, SLICE("--")))
               ? phrase_dash(text)
               : 0;
}

/* The attribution on a line of its own: `– Yong, in the yard`. */
static bool parse_attribution_line(const struct shape_state *state, size_t i,
                                   struct attribution *by)
{
    if (!continues_quote(state, i)) {
        return false;
    }
    const struct block *block = shape_block(state, i);
    size_t dash = phrase_dash(block->text);
    slice text = slice_trim(slice_from(block->text, dash));
    bool hyphen_item = block->kind == BLOCK_ITEM && block->joined;
    return (dash > 0 || hyphen_item) && !shape_looks_pinned(text) &&
           attribution_parse(text, &state->names, by);
}

static bool is_pinned(const struct attribution *by)
{
    return shape_looks_pinned(by->context.len > 0 ? by->context : by->speaker);
}

/* Among quotes the paragraph below one is what is said of it. `*i` is the quote's last block. */
static void take_commentary(struct shape_state *state, size_t *i, struct attribution *by)
{
    /* What a speaker's name follows is the next quote. */
    bool next_is_quote =
        *i + 2 < state->blocks.count && speakers_dash(shape_block(state, *i + 2)->text) > 0;
    if (state->section == HEADING_QUOTES && by->speaker.len > 0 && by->commentary.len == 0 &&
        !next_is_quote && continues_quote(state, *i + 1)) {
        by->commentary = shape_block(state, *i + 1)->text;
        (*i)++;
    }
}

/* --- quotes that the source marks ------------------------------------------------------------- */

/* Who says the lines `first` to `end` of one blockquote: it stands on the last of them, or in the
 * block behind them. `*end` is then behind the lines that are said, `*last` the quote's last block.
 */
static bool find_speaker(const struct shape_state *state, size_t first, size_t *end, size_t *last,
                         slice *said, struct attribution *by)
{
    size_t line = *end - 1;
    slice text = shape_block(state, line)->text;
    size_t dash = speakers_dash(text);
    /* Among quotes one hyphen will do, when it is not that of a list. */
    if (dash == 0 && line > first && state->section == HEADING_QUOTES &&
        phrase_dash(shape_block(state, line - 1)->text) == 0) {
        dash = phrase_dash(text);
    }
    struct quotation quotation;
    *last = line;
    *said = SLICE_EMPTY;
    if (line > first && dash > 0 &&
        attribution_parse(slice_trim(slice_from(text, dash)), &state->names, by)) {
        *end = line;
        while (*end > first && shape_block(state, *end - 1)->text.len == 0) {
            (*end)--;
        }
        return *end > first;
    }
    if (quotation_parse(text, &state->names, true, &quotation) && quotation.attributed) {
        *said = quotation.line;
        *by = quotation.by;
        return true;
    }
    if (*end < state->blocks.count && speakers_dash(shape_block(state, *end)->text) > 0 &&
        parse_attribution_line(state, *end, by)) {
        *last = *end;
        return true;
    }
    return false;
}

static bool is_first_line(const struct shape_state *state, size_t i)
{
    return shape_block(state, i)->text.len > 0 && (i == 0 || !shape_block(state, i)->joined ||
                                                   shape_block(state, i - 1)->kind != BLOCK_QUOTE);
}

static bool take_blockquote(struct shape_state *state, size_t *i)
{
    size_t first = *i;
    size_t end = first + 1;
    size_t last = 0;
    slice said;
    struct attribution by;
    while (end < state->blocks.count && shape_block(state, end)->kind == BLOCK_QUOTE &&
           shape_block(state, end)->joined) {
        end++;
    }
    if (!find_speaker(state, first, &end, &last, &said, &by) || is_pinned(&by) ||
        (by.commentary.len > 0 && state->section != HEADING_QUOTES)) {
        return false;
    }
    for (size_t k = first; k + 1 < end; k++) {
        shape_add_part(state, (struct part){ .kind = PART_BLOCKQUOTE,
                                             .joined = k > first,
                                             .text = shape_block(state, k)->text });
    }
    said = said.len > 0 ? said : shape_block(state, end - 1)->text;
    said = end == first + 1 ? phrase_unquoted(said) : said;
    take_commentary(state, &last, &by);
    shape_add_part(
        state,
        (struct part){ .kind = PART_QUOTE, .joined = end > first + 1, .text = said, .by = by });
    *i = last;
    return true;
}

/* --- quotes in paragraphs --------------------------------------------------------------------- */

/* A line without a speaker, whose speaker stands on the next one. In marks anywhere, without them
 * among quotes. */
static bool is_said_by_next(const struct shape_state *state, size_t i, slice *said,
                            struct attribution *by)
{
    slice text = shape_block(state, i)->text;
    struct quoted quoted;
    bool marked = phrase_quoted(text, &quoted) && quoted.rest.len == 0;
    if ((!marked && state->section != HEADING_QUOTES) || text.len > LINE_BYTES ||
        i + 1 >= state->blocks.count || speakers_dash(shape_block(state, i + 1)->text) == 0 ||
        !parse_attribution_line(state, i + 1, by)) {
        return false;
    }
    *said = marked ? quoted.inside : text;
    return state->section == HEADING_QUOTES || by->commentary.len == 0;
}

bool shape_take_quote(struct shape_state *state, size_t *i)
{
    const struct block *block = shape_block(state, *i);
    struct part part = { .kind = PART_QUOTE };
    struct quotation quotation;
    bool among_quotes = state->section == HEADING_QUOTES;
    if (block->kind == BLOCK_QUOTE) {
        return is_first_line(state, *i) && take_blockquote(state, i);
    }
    if (!shape_is_line(block) || shape_looks_pinned(block->text)) {
        return false;
    }
    size_t last = *i;
    slice text = without_mark(state, block->text);
    if (quotation_parse(text, &state->names, among_quotes, &quotation)) {
        part.text = quotation.line;
        part.by = quotation.by;
        last += !quotation.attributed && parse_attribution_line(state, *i + 1, &part.by);
    } else if (is_said_by_next(state, *i, &part.text, &part.by)) {
        last++;
    } else {
        return false;
    }
    if (is_pinned(&part.by)) {
        return false;
    }
    if (text.len < block->text.len && heading_number(block->text) > 0) {
        report_note(state->report, block->line, "left out, being the number of a quote: %.*s",
                    SLICE_ARG(slice_head(block->text, block->text.len - text.len)));
    }
    take_commentary(state, &last, &part.by);
    shape_add_part(state, part);
    *i = last;
    return true;
}
