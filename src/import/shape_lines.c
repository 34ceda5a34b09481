/* Lines of several facts, and which lines are headings. */
#include "import/shape_state.h"

#include "base/attributes.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "import/phrase.h"

enum {
    /* A paragraph, in bytes, that proves the short line above it to be a heading. */
    LONG_PARAGRAPH = 100,
    SHORT_PARAGRAPH = 40,
    SECTION_BYTES = 60,
    /* A longer paragraph is prose, whatever keys are in it. */
    DIVIDED_BYTES = 4000,
    MOST_PIECES = 64,
    /* Known keys that make facts of a paragraph in which nothing divides them. */
    RUN_ON_KEYS = 3,
    /* Known headings, or facts, that make a post a review. */
    REVIEW_SIGNS = 2,
};

/* --- facts on one line ------------------------------------------------------------------------ */

struct pieces {
    slice items[MOST_PIECES];
    size_t count;
    size_t known;
    size_t of_work;
};

static bool add_piece(struct pieces *pieces, slice text)
{
    struct fact_line fact;
    text = slice_trim(text);
    if (pieces->count == MOST_PIECES || text.len == 0) {
        return text.len == 0;
    }
    bool ok = fact_line_split(text, &fact) && fact.value.len > 0;
    pieces->known += ok && fact_line_is_known(&fact);
    pieces->of_work += ok && fact_line_is_of_work(&fact);
    pieces->items[pieces->count++] = text;
    return ok;
}

/* Bytes of what stands between facts at `at`: a bar, a bullet between blanks; 0 when nothing does.
 */
static size_t divider(slice text, size_t at)
{
    slice rest = slice_from(text, at);
    int32_t c = 0;
    if (!utf8_next(&rest, &c) || (c != '|' && c != 0x2022 && c != 0xB7 && c != 0x2503 &&
                                  c != 0xFF5C && c != 0x2027 && c != 0x25CF)) {
        return 0;
    }
    return text.len - at - rest.len;
}

/* `Director: Ann | Year: 1998`. */
static bool divide_at_bars(slice text, struct pieces *pieces)
{
    size_t begin = 0;
    bool ok = true;
    *pieces = (struct pieces){ 0 };
    for (size_t at = 0; ok && at <= text.len; at++) {
        size_t len = at < text.len ? divider(text, at) : 1;
        if (len > 0) {
            ok = add_piece(pieces, slice_between(text.ptr + begin, text.ptr + at));
            begin = at + len;
            at += len - 1;
        }
    }
    return ok && pieces->count > 1 && pieces->known > 1;
}

/* `Director: Ann Example Year: 1998 Genre: Drama`, as bold keys in one paragraph are read. */
static bool divide_at_keys(slice text, struct pieces *pieces)
{
    size_t begin = 0;
    bool first = true;
    bool ok = true;
    *pieces = (struct pieces){ 0 };
    for (size_t at = 0; ok && at < text.len; at++) {
        slice before = slice_between(text.ptr + begin, text.ptr + at);
        size_t key = text.ptr[at] == ':' ? fact_key_before(before, before.len) : before.len;
        if (key == before.len) {
            continue;
        }
        if (first) {
            ok = key == 0;
            first = false;
        } else if (key > 0) {
            ok = add_piece(pieces, slice_head(before, key));
            begin += key;
        }
    }
    ok = ok && !first && add_piece(pieces, slice_from(text, begin));
    return ok && pieces->known >= RUN_ON_KEYS && pieces->known == pieces->count &&
           pieces->of_work > 0;
}

static void add_block(struct shape_state *state, const struct block *block)
{
    struct pieces pieces;
    bool divided = shape_is_line(block) && block->text.len <= DIVIDED_BYTES &&
                   slice_find_byte(block->text, ':') < block->text.len &&
                   (divide_at_bars(block->text, &pieces) || divide_at_keys(block->text, &pieces));
    for (size_t i = 0; divided && i < pieces.count; i++) {
        struct block piece = *block;
        piece.text = pieces.items[i];
        piece.joined = i > 0 || block->joined;
        *ARRAY_ADD(state->arena, &state->blocks) = piece;
    }
    if (!divided) {
        *ARRAY_ADD(state->arena, &state->blocks) = *block;
    }
}

/* --- headings --------------------------------------------------------------------------------- */

bool shape_has_letter(slice s)
{
    int32_t c = 0;
    while (utf8_next(&s, &c)) {
        if (utf8_class(c) == UTF8_LETTER) {
            return true;
        }
    }
    return false;
}

bool shape_looks_pinned(slice text)
{
    return slice_ends_with(text, SLICE("}")) && slice_find(text, SLICE("{#")) < text.len;
}

bool shape_begins_hashtags(const struct block *block)
{
    return block->text.len > 1 && block->text.ptr[0] == '#' && block->text.ptr[1] != ' ' &&
           block->text.ptr[1] != '#';
}

static bool is_last(const struct shape_state *state, size_t i)
{
    return i + 1 == state->blocks.count;
}

/* No other line stands right above or below it. */
static bool is_alone(const struct shape_state *state, size_t i)
{
    return !shape_block(state, i)->joined &&
           (is_last(state, i) || !shape_block(state, i + 1)->joined);
}

/* True when the short line of block `i` has something under it that it is the heading of: a list, a
 * long paragraph, a shorter one that ends as sentences do. */
static bool heads_something(const struct shape_state *state, size_t i)
{
    if (is_last(state, i)) {
        return false;
    }
    const struct block *next = shape_block(state, i + 1);
    return next->kind != BLOCK_PARAGRAPH || next->text.len >= LONG_PARAGRAPH ||
           (next->text.len >= SHORT_PARAGRAPH && phrase_ends_sentence(next->text));
}

static bool can_be_heading(const struct block *block)
{
    return !shape_looks_pinned(block->text) && block->text.len <= LIMIT_TITLE &&
           shape_has_letter(heading_text(block->text));
}

/* Lines that begin with a number, of which one comes after the other: `1. The Story`. */
static bool is_numbered_in_order(const struct shape_state *state, size_t i, unsigned long *last)
{
    const struct block *block = shape_block(state, i);
    unsigned long number = heading_number(block->text);
    if (block->kind != BLOCK_PARAGRAPH || number == 0 || !is_alone(state, i) ||
        !heading_is_likely(block->text) || !heads_something(state, i) || number != *last + 1) {
        return false;
    }
    *last = number;
    return true;
}

/* True when the post has such lines: two and more. */
static bool has_numbered_headings(const struct shape_state *state)
{
    unsigned long last = 0;
    for (size_t i = 0; i < state->blocks.count; i++) {
        (void)is_numbered_in_order(state, i, &last);
    }
    return last > 1;
}

/* Where the source marks headings, a short line alone is one only when it stands out, or in a
 * review: elsewhere it is a greeting, a remark, the beginning of a list. */
static bool stands_out(const struct shape_state *state, size_t i)
{
    const struct block *block = shape_block(state, i);
    struct fact_line fact;
    if (!state->post->marked) {
        return true;
    }
    return !fact_line_split(heading_text(block->text), &fact) &&
           (heading_stands_out(block->text) ||
            (state->is_review && !state->has_usual_headings && heading_is_titled(block->text)));
}

static bool is_heading(const struct shape_state *state, size_t i)
{
    const struct block *block = shape_block(state, i);
    if (!can_be_heading(block)) {
        return false;
    }
    if (block->kind == BLOCK_HEADING) {
        return true;
    }
    if (block->kind != BLOCK_PARAGRAPH) {
        return false;
    }
    if (heading_known(block->text) != HEADING_NONE) {
        return !state->post->marked || !block->joined;
    }
    return is_alone(state, i) && heading_is_likely(block->text) && heads_something(state, i) &&
           stands_out(state, i);
}

/* Words of a title or a label that say so. */
static bool names_a_review(slice text)
{
    static const char *const words[] = { "review", "reviews", "movie",  "movies",  "film",  "films",
                                         "drama",  "dramas",  "kdrama", "kdramas", "cinema" };
    for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
        if (phrase_has_word(text, slice_of(words[i]))) {
            return true;
        }
    }
    return false;
}

/* `Example Film (2013)` */
static bool has_year_in_brackets(slice title)
{
    slice year = phrase_find_year(title);
    return year.len > 0 && year.ptr > title.ptr && year.ptr[-1] == '(' &&
           year.ptr + year.len < title.ptr + title.len && year.ptr[year.len] == ')';
}

/* Known headings, facts of works, the title and labels tell a review from other posts. */
static bool is_review(const struct shape_state *state)
{
    slice title = state->post->title;
    size_t signs = (size_t)has_year_in_brackets(title) + names_a_review(title) +
                   facts_has_original_title(title);
    bool labelled = false;
    for (size_t i = 0; i < state->post->labels.count && !labelled; i++) {
        labelled = names_a_review(state->post->labels.items[i]);
    }
    signs += labelled;
    for (size_t i = 0; i < state->blocks.count && signs < REVIEW_SIGNS; i++) {
        const struct block *block = shape_block(state, i);
        struct fact_line fact;
        bool known = block->kind == BLOCK_PARAGRAPH && !block->joined &&
                     heading_known(block->text) != HEADING_NONE;
        signs += (block->kind == BLOCK_HEADING || known) && heading_is_of_review(block->text);
        signs += shape_is_line(block) && fact_line_split(block->text, &fact) &&
                 fact_line_is_of_work(&fact);
    }
    return signs >= REVIEW_SIGNS;
}

/* `Synopsis: A young man …`: a section that begins on the line of its heading. */
static bool split_section(const struct block *block, size_t least, slice *heading, slice *text)
{
    size_t colon = slice_find(slice_head(block->text, SECTION_BYTES), SLICE(": "));
    *heading = slice_head(block->text, colon);
    *text = slice_trim(slice_from(block->text, colon + 1));
    return block->kind == BLOCK_PARAGRAPH && !block->joined && colon < SECTION_BYTES &&
           colon < block->text.len && heading_known(*heading) == HEADING_OTHER &&
           fact_find(*heading) == FACT_OTHER && text->len >= least && phrase_ends_sentence(*text) &&
           phrase_is_capital(*text);
}

/* Two and more of them are how a post is divided. */
static bool has_sections_in_lines(const struct shape_state *state)
{
    slice heading;
    slice text;
    size_t sections = 0;
    for (size_t i = 0; state->post->marked && i < state->post->blocks.count; i++) {
        sections += split_section(&state->post->blocks.items[i], SHORT_PARAGRAPH, &heading, &text);
    }
    return sections > 1;
}

static void add_section_in_line(struct shape_state *state, const struct block *block, slice heading,
                                slice text)
{
    struct block *added = ARRAY_ADD(state->arena, &state->blocks);
    *added = (struct block){
        .kind = BLOCK_HEADING, .level = 2, .looks = true, .line = block->line, .text = heading
    };
    added = ARRAY_ADD(state->arena, &state->blocks);
    *added = *block;
    added->joined = true;
    added->text = text;
}

void shape_read_lines(struct shape_state *state)
{
    bool sections = has_sections_in_lines(state);
    for (size_t i = 0; i < state->post->blocks.count; i++) {
        const struct block *block = &state->post->blocks.items[i];
        slice heading;
        slice text;
        if (sections && split_section(block, 1, &heading, &text)) {
            add_section_in_line(state, block, heading, text);
        } else {
            add_block(state, block);
        }
    }
    state->use = arena_alloc(state->arena, state->blocks.count + 1);
    state->heads = arena_alloc(state->arena, state->blocks.count + 1);
    state->is_review = is_review(state);
    for (size_t i = 0; i < state->blocks.count; i++) {
        const struct block *block = shape_block(state, i);
        state->has_usual_headings =
            state->has_usual_headings ||
            (block->kind == BLOCK_HEADING && heading_known(block->text) != HEADING_NONE);
    }
    bool numbered = has_numbered_headings(state);
    unsigned long last = 0;
    for (size_t i = 0; i < state->blocks.count; i++) {
        bool in_order = numbered && is_numbered_in_order(state, i, &last);
        state->heads[i] =
            is_heading(state, i) || (in_order && can_be_heading(shape_block(state, i)));
    }
}
