/* The title of a post, its tagline, and the summary. */
#include "import/shape_state.h"

#include "base/attributes.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "import/phrase.h"

enum {
    /* A title line longer than this is a paragraph. */
    TITLE_BYTES = 200,
    /* What a title is cut from when a post begins with a paragraph. */
    MADE_TITLE_BYTES = 60,
    /* Blocks under the title among which `Title – tagline` is looked for. */
    TAGLINE_BLOCKS = 3,
    /* Words behind the dash that say something of a work: `Parts One and Two` does not. */
    TAGLINE_WORDS = 3,
    /* A summary is one or two sentences. */
    SUMMARY_BYTES = 400,
    SUMMARY_LEAST = 30,
};

/* `Title – tagline`. */
static bool split_tagline(slice line, slice *title, slice *tagline)
{
    size_t at = phrase_find_dash(line);
    if (at == line.len || line.len > LIMIT_TITLE) {
        return false;
    }
    slice behind = slice_from(line, at);
    *title = slice_trim(slice_head(line, at));
    *tagline = slice_trim(slice_from(behind, phrase_dash(behind)));
    return title->len > 0 && tagline->len > 0;
}

static void note_title_again(struct shape_state *state, unsigned line, slice text)
{
    report_note(state->report, line, "\"%.*s\" is the title again", SLICE_ARG(text));
}

/* The line under the title that begins with the title too: its tagline, or the title once more. */
static void take_tagline(struct shape_state *state)
{
    struct facts *facts = &state->shape->facts;
    slice known = facts_value(facts, FACT_TITLE);
    slice title;
    slice tagline;
    size_t seen = 0;
    for (size_t i = 0; i < state->blocks.count && seen < TAGLINE_BLOCKS; i++) {
        const struct block *block = shape_block(state, i);
        if (state->use[i] != SHAPE_TEXT || !shape_is_line(block)) {
            continue;
        }
        if (heading_known(block->text) != HEADING_NONE) {
            return;
        }
        if (known.len > 0 && phrase_same_title(block->text, known)) {
            state->use[i] = SHAPE_TAKEN;
            note_title_again(state, block->line, block->text);
        } else if (split_tagline(block->text, &title, &tagline)) {
            slice name = title;
            slice ignored;
            (void)!phrase_split_bracket(title, &name, &ignored);
            bool fits = known.len > 0 ? phrase_same_title(name, known)
                                      : phrase_title_prefix(state->post->title, name) > 0;
            if (fits && facts_set(facts, FACT_TAGLINE, tagline)) {
                if (known.len > 0) {
                    note_title_again(state, block->line, title);
                }
                facts_set_title(facts, title, block->line, state->report);
                state->use[i] = SHAPE_TAKEN;
                return;
            }
        }
        seen++;
    }
}

/* `Movie Review: The Attic`, `[Review] The Attic`, `The Attic | Film Review`: what is reviewed. */
static slice without_review(slice line)
{
    static const slice words[] = {
        SLICE_INIT("movie review"),  SLICE_INIT("film review"),    SLICE_INIT("drama review"),
        SLICE_INIT("kdrama review"), SLICE_INIT("k-drama review"), SLICE_INIT("review"),
        SLICE_INIT("영화 리뷰"),     SLICE_INIT("드라마 리뷰"),    SLICE_INIT("리뷰")
    };
    bool bracket = slice_starts_with(line, SLICE("["));
    slice text = slice_trim(slice_from(line, bracket));
    for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
        slice rest = slice_trim(slice_from(text, words[i].len));
        size_t mark = slice_starts_with(rest, SLICE("]")) || slice_starts_with(rest, SLICE(":"))
                          ? 1
                          : phrase_dash(rest);
        if (phrase_starts_with(text, words[i]) && mark > 0 && rest.len > mark + 1 &&
            bracket == slice_starts_with(rest, SLICE("]"))) {
            return slice_trim(slice_from(rest, mark));
        }
        if (text.len > words[i].len + 3 &&
            slice_equal_nocase(slice_from(text, text.len - words[i].len), words[i])) {
            slice before = slice_trim(slice_head(text, text.len - words[i].len));
            size_t last = before.len - 1;
            while (last > 0 && ((unsigned char)before.ptr[last] & 0xC0) == 0x80) {
                last--;
            }
            slice end = slice_from(before, last);
            if (phrase_dash(end) > 0 || slice_equal(end, SLICE(":")) ||
                slice_equal(end, SLICE("|"))) {
                return slice_trim(slice_head(before, last));
            }
        }
    }
    return line;
}

/* Take the title that a title line holds: what stands before `(2013)`, before a dash, or all of it.
 * True when the line says more than went into the header by that. */
static bool title_from_line(struct shape_state *state, slice line)
{
    struct facts *facts = &state->shape->facts;
    size_t open = slice_find_byte(line, '(');
    size_t close = slice_find_byte(line, ')');
    slice title;
    slice tagline;
    /* In a post about something else a year is a date, and a dash a dash. */
    bool splits = !state->post->marked || state->is_review;
    slice bare = splits ? without_review(line) : line;
    if (bare.len > 0 && bare.len < line.len && shape_has_letter(bare)) {
        report_note(state->report, state->post->line, "\"%.*s\" became the title \"%.*s\"",
                    SLICE_ARG(line), SLICE_ARG(bare));
        line = bare;
        open = slice_find_byte(line, '(');
        close = slice_find_byte(line, ')');
    }
    if (splits && open > 0 && close < line.len && open < close) {
        slice inside = slice_trim(slice_between(line.ptr + open + 1, line.ptr + close));
        if (phrase_is_year(inside)) {
            facts_set_title(facts, slice_head(line, close + 1), state->post->line, state->report);
            return close + 1 < line.len;
        }
    }
    if (splits && facts_value(facts, FACT_TAGLINE).len == 0 &&
        split_tagline(line, &title, &tagline) &&
        (!state->post->marked || utf8_count_words(tagline) >= TAGLINE_WORDS)) {
        facts_set_title(facts, title, state->post->line, state->report);
        (void)facts_set(facts, FACT_TAGLINE, tagline);
        return false;
    }
    if (splits) {
        facts_set_title(facts, line, state->post->line, state->report);
    } else {
        (void)facts_set(facts, FACT_TITLE, phrase_unquoted(line));
    }
    return false;
}

/* True when the title line is `Title (원제)` or `Title (2013)`, and all of it in the header. */
static bool is_title_with_facts(const struct facts *facts, slice line)
{
    slice before;
    slice inside;
    return phrase_split_bracket(line, &before, &inside) &&
           phrase_same_title(before, facts_value(facts, FACT_TITLE)) &&
           (slice_equal(inside, facts_value(facts, FACT_YEAR)) ||
            slice_equal(inside, facts_value(facts, FACT_ORIGINAL_TITLE)));
}

/* True when `line` is the title, with its year or its original title, and the word review. */
static bool is_review_of_title(const struct facts *facts, slice line)
{
    static const slice words[] = { SLICE_INIT("movie review"), SLICE_INIT("film review"),
                                   SLICE_INIT("drama review"), SLICE_INIT("kdrama review"),
                                   SLICE_INIT("review"),       SLICE_INIT("리뷰") };
    for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
        size_t len = words[i].len;
        if (line.len <= len || !slice_equal_nocase(slice_from(line, line.len - len), words[i])) {
            continue;
        }
        slice before = slice_trim(slice_head(line, line.len - len));
        while (before.len > 0 &&
               (before.ptr[before.len - 1] == '-' || before.ptr[before.len - 1] == ':')) {
            before = slice_trim(slice_head(before, before.len - 1));
        }
        if (slice_ends_with(before, SLICE("\xE2\x80\x93")) ||
            slice_ends_with(before, SLICE("\xE2\x80\x94"))) {
            before = slice_trim(slice_head(before, before.len - 3));
        }
        if (phrase_same_title(before, facts_value(facts, FACT_TITLE)) ||
            is_title_with_facts(facts, before)) {
            return true;
        }
    }
    return false;
}

/* The year that stands in brackets behind the title in its line. */
static void take_year(struct shape_state *state, slice line)
{
    struct facts *facts = &state->shape->facts;
    slice behind = slice_from(line, phrase_title_prefix(line, facts_value(facts, FACT_TITLE)));
    behind = slice_trim(behind);
    slice year = slice_head(slice_from(behind, 1), 4);
    if (behind.len < line.len && behind.len > 5 && behind.ptr[0] == '(' && behind.ptr[5] == ')' &&
        phrase_is_year(year) && facts_set(facts, FACT_YEAR, year)) {
        state->report->facts++;
    }
}

/* What the title line says besides the title, which the facts have named: `Title – tagline`, or a
 * summary. */
static void use_title_line(struct shape_state *state, slice line)
{
    struct facts *facts = &state->shape->facts;
    slice title = facts_value(facts, FACT_TITLE);
    slice before;
    slice tagline;
    take_year(state, line);
    if (phrase_same_title(line, title) || is_title_with_facts(facts, line) ||
        is_review_of_title(facts, line) || phrase_same_title(without_review(line), title) ||
        is_title_with_facts(facts, without_review(line))) {
        note_title_again(state, state->post->line, line);
    } else if (split_tagline(line, &before, &tagline) &&
               (phrase_same_title(before, title) || is_title_with_facts(facts, before)) &&
               facts_set(facts, FACT_TAGLINE, tagline)) {
        note_title_again(state, state->post->line, before);
    } else {
        (void)facts_set(facts, FACT_SUMMARY, line);
        report_note(state->report, state->post->line, "the title line became the Summary");
    }
}

/* A title of the first words of a paragraph. */
static slice made_title(struct shape_state *state, slice text)
{
    slice head = utf8_head(text, MADE_TITLE_BYTES);
    size_t end = head.len;
    while (end > 0 && end < text.len && text.ptr[end] != ' ') {
        end--;
    }
    head = slice_trim(slice_head(head, end > 0 ? end : head.len));
    return arena_printf(state->arena, "%.*s\xE2\x80\xA6", SLICE_ARG(head));
}

/* Many posts begin with their own title. */
static void drop_title_again(struct shape_state *state)
{
    for (size_t i = 0; i < state->blocks.count && i < TAGLINE_BLOCKS; i++) {
        const struct block *block = shape_block(state, i);
        bool line = block->kind == BLOCK_HEADING || block->kind == BLOCK_PARAGRAPH;
        if (line && state->use[i] == SHAPE_TEXT &&
            phrase_same_title(block->text, state->post->title)) {
            state->use[i] = SHAPE_TAKEN;
            note_title_again(state, block->line, block->text);
            return;
        }
    }
}

void shape_find_title(struct shape_state *state, slice fallback)
{
    struct facts *facts = &state->shape->facts;
    slice line = state->post->title;
    if (state->post->marked) {
        drop_title_again(state);
    }
    bool prose = line.len > TITLE_BYTES && facts_value(facts, FACT_SUMMARY).len == 0;
    take_tagline(state);
    if (line.len > LIMIT_TITLE || (prose && facts_value(facts, FACT_TITLE).len == 0)) {
        shape_add_part(state, (struct part){ .kind = PART_PARAGRAPH, .text = line });
        if (facts_value(facts, FACT_TITLE).len == 0) {
            (void)facts_set(facts, FACT_TITLE,
                            shape_has_letter(slice_head(line, MADE_TITLE_BYTES))
                                ? made_title(state, line)
                                : fallback);
            report_note(state->report, state->post->line,
                        "no title was found; it is made of the first words");
        }
        return;
    }
    bool says_more = line.len > 0;
    if (facts_value(facts, FACT_TITLE).len == 0 && shape_has_letter(line)) {
        says_more = title_from_line(state, line);
    }
    if (!shape_has_letter(facts_value(facts, FACT_TITLE))) {
        facts->values[FACT_TITLE].count = 0;
        (void)facts_set(facts, FACT_TITLE, fallback);
        report_note(state->report, 0, "no title was found; \"%.*s\" stands for it",
                    SLICE_ARG(fallback));
        if (line.len > 0) {
            shape_add_part(state, (struct part){ .kind = PART_PARAGRAPH, .text = line });
        }
    } else if (says_more) {
        use_title_line(state, line);
    }
}

/* --- the summary ------------------------------------------------------------------------------ */

/* `without her…`, `[read more]`: a description that was cut. */
static bool is_cut(slice text)
{
    return slice_ends_with(text, SLICE("...")) || slice_ends_with(text, SLICE("\xE2\x80\xA6")) ||
           slice_ends_with(text, SLICE("]"));
}

/* The whole sentences at the start of `text` that fit; all of it when it is short enough and was
 * not cut. */
static slice first_sentences(slice text)
{
    slice word;
    size_t end = 0;
    /* What WordPress's feeds add: `The post The Attic appeared first on My Blog.` */
    size_t added = slice_find(text, SLICE(" appeared first on "));
    size_t post = slice_find(text, SLICE(" The post "));
    text = added < text.len && post < added ? slice_trim(slice_head(text, post)) : text;
    slice rest = text;
    if (text.len <= SUMMARY_BYTES && !is_cut(text)) {
        return text;
    }
    while (phrase_next_word(&rest, &word)) {
        size_t behind = (size_t)(word.ptr + word.len - text.ptr);
        if (behind <= SUMMARY_BYTES && phrase_ends_sentence(word) && !is_cut(word)) {
            end = behind;
        }
    }
    return slice_head(text, end);
}

static bool is_paragraph(const struct block *block)
{
    return block->kind == BLOCK_PARAGRAPH;
}

/* The one paragraph that stands before the jump break. */
static slice teaser(const struct post *post)
{
    slice text = SLICE_EMPTY;
    for (size_t i = 0; i < post->teaser; i++) {
        const struct block *block = &post->blocks.items[i];
        if (is_paragraph(block) && text.len > 0) {
            return SLICE_EMPTY;
        }
        text = is_paragraph(block) ? block->text : text;
    }
    return text;
}

/* The one paragraph of a review before its first heading. */
static slice lede(const struct shape_state *state)
{
    slice text = SLICE_EMPTY;
    for (size_t i = 0; i <= state->blocks.count; i++) {
        if (i == state->blocks.count) {
            return SLICE_EMPTY; /* there is nothing else */
        }
        if (state->use[i] != SHAPE_TAKEN && shape_is_heading(state, i)) {
            return text;
        }
        const struct block *block = shape_block(state, i);
        if (state->use[i] == SHAPE_TAKEN || block->kind == BLOCK_IMAGE ||
            block->kind == BLOCK_CAPTION) {
            continue;
        }
        if (text.len > 0 || !is_paragraph(block)) {
            return SLICE_EMPTY;
        }
        text = block->text;
    }
    return SLICE_EMPTY;
}

void shape_find_summary(struct shape_state *state)
{
    struct facts *facts = &state->shape->facts;
    slice candidates[] = { state->post->summary, teaser(state->post),
                           state->is_review && state->post->marked ? lede(state) : SLICE_EMPTY };
    for (size_t i = 0; i < ARRAY_LENGTH(candidates); i++) {
        slice text = i == 0 ? first_sentences(candidates[i]) : candidates[i];
        slice title = facts_value(facts, FACT_TITLE);
        if (text.len >= SUMMARY_LEAST && text.len <= SUMMARY_BYTES && phrase_ends_sentence(text) &&
            !phrase_same_title(text, state->post->title) && !phrase_same_title(text, title)) {
            (void)facts_set(facts, FACT_SUMMARY, text);
            return;
        }
    }
}
