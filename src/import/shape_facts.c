/* Facts of a post into the header. */
#include "import/shape_state.h"

#include "base/attributes.h"
#include "base/limits.h"
#include "import/phrase.h"

enum {
    NEXT_LINE_VALUE = 300,
    /* A longer fact without a place in the header is a paragraph that has a colon. */
    LISTED_BYTES = 200,
    /* A fact nobody knows that is longer, and ends as sentences do, is one. */
    PROSE_BYTES = 40,
    CAST_LINE_BYTES = 100,
    /* Known keys, one after the other, that are facts without a heading above them. */
    KNOWN_IN_RUN = 2,
    FIRST_STAR = 0x2600, /* code points from here on are no letters and digits of a rating */
};

/* `Synopsis: a young man …`, `Verdict: see it.`: a section's name, or sentences. */
static bool is_prose(const struct fact_line *fact)
{
    return !fact_line_is_known(fact) &&
           (heading_known(fact->key) != HEADING_NONE ||
            (fact->value.len > PROSE_BYTES && phrase_ends_sentence(fact->value)));
}

static bool read_fact(const struct shape_state *state, size_t i, struct fact_line *fact)
{
    const struct block *block = shape_block(state, i);
    return shape_is_line(block) && fact_line_split(block->text, fact) &&
           !(state->post->marked && is_prose(fact));
}

/* An item of the list that a key stands above. In a cast `Name: Role` is one. */
static bool is_value_item(const struct shape_state *state, size_t i, enum post_fact fact)
{
    struct fact_line line;
    const struct block *block = shape_block(state, i);
    return block->kind == BLOCK_ITEM && block->text.len <= LISTED_BYTES &&
           (!read_fact(state, i, &line) || (fact == FACT_CAST && !fact_line_is_known(&line)));
}

/* The lines of the blocks `first` to `end` as one value. */
static slice join_lines(const struct shape_state *state, size_t first, size_t end)
{
    struct buf value;
    buf_init(&value, (size_t)-1);
    for (size_t i = first; i < end; i++) {
        buf_puts(&value, i > first ? "; " : "");
        buf_put(&value, shape_block(state, i)->text);
    }
    slice text = arena_copy(state->arena, buf_slice(&value));
    buf_release(&value);
    return text;
}

/* The fact of block `i`, whose value may stand in the block behind it, or in the list there.
 * Returns the number of the block behind the fact; `i` when there is none. */
static size_t read_whole_fact(const struct shape_state *state, size_t i, struct fact_line *fact)
{
    struct fact_line ignored;
    if (!read_fact(state, i, fact)) {
        return i;
    }
    if (fact->value.len > 0 || !fact_line_is_known(fact) || i + 1 >= state->blocks.count) {
        return i + 1;
    }
    const struct block *next = shape_block(state, i + 1);
    enum post_fact which = fact_find(fact->key);
    if (fact_is_list(which) && is_value_item(state, i + 1, which)) {
        size_t end = i + 1;
        while (end < state->blocks.count && end - i <= LIMIT_LIST_VALUES &&
               is_value_item(state, end, which)) {
            end++;
        }
        fact->value = join_lines(state, i + 1, end);
        return end;
    }
    if (!read_fact(state, i + 1, &ignored) && shape_is_line(next) &&
        heading_known(next->text) == HEADING_NONE && next->text.len <= NEXT_LINE_VALUE) {
        fact->value = next->text;
        return i + 2;
    }
    return i + 1;
}

/* Take the fact of block `i`. Returns the number of the block behind it. */
static size_t take_fact(struct shape_state *state, size_t i)
{
    struct fact_line fact = { 0 };
    size_t end = read_whole_fact(state, i, &fact);
    if (end == i) {
        return i + 1;
    }
    if (facts_take(&state->shape->facts, &fact, shape_block(state, i)->line, state->report)) {
        for (size_t k = i; k < end; k++) {
            state->use[k] = SHAPE_TAKEN;
        }
        return end;
    }
    if (end == i + 1 && fact.value.len > 0 && fact.value.len <= LISTED_BYTES) {
        state->use[i] = SHAPE_LISTED;
    }
    return i + 1;
}

/* True when the known keys in the blocks `begin` to `end` are those of a film or the like. */
static bool are_of_work(const struct shape_state *state, size_t begin, size_t end, size_t wanted)
{
    struct fact_line fact;
    size_t known = 0;
    size_t of_work = 0;
    for (size_t i = begin; i < end; i++) {
        if (read_fact(state, i, &fact)) {
            known += fact_line_is_known(&fact);
            of_work += fact_line_is_of_work(&fact);
        }
    }
    return known >= wanted && (of_work > 0 || !state->post->marked);
}

/* The lines under an overview heading, up to the next heading. Returns where they end. */
static size_t take_overview(struct shape_state *state, size_t heading)
{
    size_t end = heading + 1;
    size_t left = 0;
    while (end < state->blocks.count && !shape_begins_hashtags(shape_block(state, end))) {
        struct fact_line ignored;
        size_t next = read_whole_fact(state, end, &ignored);
        if (next == end && shape_is_heading(state, end)) {
            break;
        }
        end = next > end ? next : end + 1;
    }
    if (!are_of_work(state, heading + 1, end, state->post->marked ? KNOWN_IN_RUN : 0)) {
        return heading + 1;
    }
    for (size_t i = heading + 1; i < end;) {
        struct fact_line fact;
        i = read_fact(state, i, &fact) ? take_fact(state, i) : i + 1;
    }
    for (size_t i = heading + 1; i < end; i++) {
        left += state->use[i] != SHAPE_TAKEN;
    }
    if (left == 0 && end > heading + 1) {
        state->use[heading] = SHAPE_TAKEN;
        report_note(state->report, shape_block(state, heading)->line,
                    "the lines under \"%.*s\" became the header",
                    SLICE_ARG(shape_block(state, heading)->text));
    }
    return end;
}

/* Where the run of facts ends that begins with block `begin`; there when there is none. */
static size_t run_end(const struct shape_state *state, size_t begin)
{
    struct fact_line fact;
    size_t end = begin;
    while (end < state->blocks.count) {
        size_t next = read_whole_fact(state, end, &fact);
        if (next == end || fact.value.len == 0) {
            break;
        }
        end = next;
    }
    return end;
}

/* A run of facts without a heading: two known keys one after the other. Returns where it ends. */
static size_t take_run(struct shape_state *state, size_t begin)
{
    size_t end = run_end(state, begin);
    if (are_of_work(state, begin, end, KNOWN_IN_RUN)) {
        for (size_t i = begin; i < end;) {
            i = take_fact(state, i);
        }
    }
    return end;
}

/* Facts that a work has one of. */
static bool is_single(enum post_fact fact)
{
    return fact == FACT_TITLE || fact == FACT_DIRECTOR || fact == FACT_RUNTIME ||
           fact == FACT_EPISODES;
}

/* True when runs of facts say different things of the same: each belongs to another work, and none
 * to the post. */
static bool lists_works(const struct shape_state *state)
{
    slice values[FACT_COUNT] = { { 0 } };
    for (size_t begin = 0; begin < state->blocks.count;) {
        size_t end = run_end(state, begin);
        struct fact_line fact = { 0 };
        bool taken = are_of_work(state, begin, end, KNOWN_IN_RUN);
        for (size_t i = begin; taken && i < end;) {
            i = read_whole_fact(state, i, &fact);
            enum post_fact which = fact_find(fact.key);
            if (is_single(which) && values[which].len > 0 &&
                !slice_equal(values[which], fact.value)) {
                return true;
            }
            values[which] = fact.value;
        }
        begin = end > begin ? end : begin + 1;
    }
    return false;
}

/* --- the rating ------------------------------------------------------------------------------- */

static bool is_rating_key(slice key)
{
    static const slice verdicts[] = { SLICE_INIT("Verdict"), SLICE_INIT("Final verdict"),
                                      SLICE_INIT("Overall"), SLICE_INIT("Grade") };
    for (size_t i = 0; i < ARRAY_LENGTH(verdicts); i++) {
        if (slice_equal_nocase(key, verdicts[i])) {
            return true;
        }
    }
    return fact_find(key) == FACT_RATING;
}

/* The rating that block `i` is all of: `Rating: 4/5`, `★★★★☆`, `4/5` under `My Rating`. */
static bool read_rating(const struct shape_state *state, size_t i, struct fact_line *fact)
{
    const struct block *block = shape_block(state, i);
    if (state->use[i] != SHAPE_TEXT || (!shape_is_line(block) && block->kind != BLOCK_HEADING)) {
        return false;
    }
    if (fact_is_rating(block->text)) {
        *fact = (struct fact_line){ SLICE("Rating"), block->text };
        return phrase_first(block->text) >= FIRST_STAR ||
               (i > 0 && shape_is_heading(state, i - 1) &&
                is_rating_key(heading_text(shape_block(state, i - 1)->text)));
    }
    return fact_line_split(block->text, fact) && is_rating_key(fact->key) &&
           (fact_is_rating(fact->value) || fact_is_grade(fact->value));
}

/* A heading such as `My Rating`, of which the rating is all. */
static bool is_rating_heading(const struct shape_state *state, size_t i)
{
    bool ends = i + 2 >= state->blocks.count || shape_is_heading(state, i + 2) ||
                shape_begins_hashtags(shape_block(state, i + 2));
    return shape_is_heading(state, i) && ends &&
           is_rating_key(heading_text(shape_block(state, i)->text));
}

/* The only rating of the post is that of the work; of several each belongs to what it stands at. */
static void take_rating(struct shape_state *state)
{
    struct fact_line fact;
    struct fact_line found = { 0 };
    size_t at = 0;
    size_t ratings = 0;
    for (size_t i = 0; i < state->blocks.count; i++) {
        if (read_rating(state, i, &fact)) {
            ratings++;
            at = i;
            found = fact;
        }
    }
    if (ratings != 1 || !facts_set(&state->shape->facts, FACT_RATING, found.value)) {
        return;
    }
    state->report->facts++;
    state->use[at] = SHAPE_TAKEN;
    unsigned line = shape_block(state, at)->line;
    if (!slice_equal(found.key, SLICE("Rating"))) {
        report_note(state->report, line, "\"%.*s\" became Rating", SLICE_ARG(found.key));
    }
    if (at > 0 && is_rating_heading(state, at - 1)) {
        state->use[at - 1] = SHAPE_TAKEN;
        report_note(state->report, line, "\"%.*s\" became Rating",
                    SLICE_ARG(shape_block(state, at - 1)->text));
    }
}

/* `Ann Example as Mina` in a paragraph of its own. */
static bool is_cast_line(const struct shape_state *state, size_t i)
{
    slice text = shape_block(state, i)->text;
    size_t as = slice_find(text, SLICE(" as "));
    return is_value_item(state, i, FACT_CAST) ||
           (shape_block(state, i)->kind == BLOCK_PARAGRAPH && text.len <= CAST_LINE_BYTES &&
            as < text.len && phrase_is_capital(text) &&
            phrase_is_capital(slice_from(text, as + 4)));
}

/* A section `Cast` that is nothing but a list of names with their roles. */
static void take_cast_section(struct shape_state *state, size_t heading)
{
    struct fact_line fact = { .key = heading_text(shape_block(state, heading)->text) };
    size_t end = heading + 1;
    if (!shape_is_heading(state, heading) || fact_find(fact.key) != FACT_CAST ||
        state->use[heading] != SHAPE_TEXT) {
        return;
    }
    while (end < state->blocks.count && is_cast_line(state, end) && state->use[end] == SHAPE_TEXT &&
           !phrase_ends_like_prose(shape_block(state, end)->text)) {
        end++;
    }
    /* With a colon it is a key, and what is below the list is not its section's. */
    bool whole = end == state->blocks.count || shape_is_heading(state, end) ||
                 slice_ends_with(shape_block(state, heading)->text, SLICE(":")) ||
                 shape_begins_hashtags(shape_block(state, end));
    if (end < heading + 3 || end - heading > LIMIT_LIST_VALUES || !whole) {
        return;
    }
    fact.value = join_lines(state, heading + 1, end);
    if (facts_take(&state->shape->facts, &fact, shape_block(state, heading)->line, state->report)) {
        for (size_t i = heading; i < end; i++) {
            state->use[i] = SHAPE_TAKEN;
        }
        report_note(state->report, shape_block(state, heading)->line,
                    "the list under \"%.*s\" became the Cast",
                    SLICE_ARG(shape_block(state, heading)->text));
    }
}

void shape_gather_facts(struct shape_state *state)
{
    size_t i = 0;
    if (state->post->marked && lists_works(state)) {
        i = state->blocks.count;
    }
    while (i < state->blocks.count) {
        const struct block *block = shape_block(state, i);
        bool overview = heading_known(block->text) == HEADING_FACTS &&
                        (shape_is_heading(state, i) || !state->post->marked);
        size_t end = overview ? take_overview(state, i) : take_run(state, i);
        i = end > i ? end : i + 1;
    }
    for (i = 0; i < state->blocks.count; i++) {
        take_cast_section(state, i);
    }
    take_rating(state);
}
