#include "import/shape.h"

#include "base/limits.h"
#include "base/utf8.h"
#include "import/heading.h"
#include "import/names.h"
#include "import/phrase.h"

enum {
    SCENE_NAME_BYTES = 80,
    SCENE_NAME_WORDS = 9,
    /* A title line longer than this is a paragraph. */
    TITLE_BYTES = 200,
    /* What a title is cut from when a post begins with a paragraph. */
    MADE_TITLE_BYTES = 60,
    /* Blocks under the title among which `Title – tagline` is looked for. */
    TAGLINE_BLOCKS = 3,
    /* A paragraph, in bytes, that proves the short line above it to be a heading. */
    LONG_PARAGRAPH = 100,
    SHORT_PARAGRAPH = 40,
    NEXT_LINE_VALUE = 300,
    /* A longer fact without a place in the header is a paragraph that has a colon. */
    LISTED_BYTES = 200,
    LABEL_BYTES = 40,
};

/* What has become of a block. */
enum use { USE_TEXT, USE_TAKEN, USE_LISTED };

struct state {
    struct arena *arena;
    const struct post *post;
    struct shape *shape;
    struct report *report;
    struct names names;
    unsigned char *use;    /* enum use of each block */
    enum heading section;  /* the section we are in */
    bool has_named_scenes; /* a scene of the section was `Name: text` */
};

static const struct block *block_at(const struct state *state, size_t i)
{
    return &state->post->blocks.items[i];
}

/* --- headings --------------------------------------------------------------------------------- */

static bool has_letter(slice s)
{
    int32_t c = 0;
    while (utf8_next(&s, &c)) {
        if (utf8_class(c) == UTF8_LETTER) {
            return true;
        }
    }
    return false;
}

/* An id could be read into these: `## Heading {#id}`. */
static bool looks_pinned(slice text)
{
    return slice_ends_with(text, SLICE("}")) && slice_find(text, SLICE("{#")) < text.len;
}

/* True when the short line of block `i` has something under it that it is the heading of: a list, a
 * long paragraph, a shorter one that ends as sentences do. */
static bool heads_something(const struct state *state, size_t i)
{
    if (i + 1 == state->post->blocks.count) {
        return false;
    }
    const struct block *next = block_at(state, i + 1);
    return next->kind != BLOCK_PARAGRAPH || next->text.len >= LONG_PARAGRAPH ||
           (next->text.len >= SHORT_PARAGRAPH && phrase_ends_sentence(next->text));
}

static bool is_heading(const struct state *state, size_t i)
{
    const struct block *block = block_at(state, i);
    if (looks_pinned(block->text) || block->text.len > LIMIT_TITLE ||
        !has_letter(heading_text(block->text))) {
        return false;
    }
    if (block->kind == BLOCK_HEADING) {
        return true;
    }
    bool alone =
        !block->joined && (i + 1 == state->post->blocks.count || !block_at(state, i + 1)->joined);
    return block->kind == BLOCK_PARAGRAPH &&
           (heading_known(block->text) != HEADING_NONE ||
            (alone && heading_is_likely(block->text) && heads_something(state, i)));
}

static bool begins_hashtags(const struct block *block)
{
    return block->text.len > 1 && block->text.ptr[0] == '#' && block->text.ptr[1] != ' ' &&
           block->text.ptr[1] != '#';
}

/* --- facts ------------------------------------------------------------------------------------ */

static bool is_line(const struct block *block)
{
    return block->kind == BLOCK_PARAGRAPH || block->kind == BLOCK_ITEM;
}

static bool read_fact(const struct state *state, size_t i, struct fact_line *fact)
{
    const struct block *block = block_at(state, i);
    return is_line(block) && fact_line_split(block->text, fact);
}

/* Take the fact of block `i`; its value may stand in the block behind it. */
static void take_fact(struct state *state, size_t i, struct fact_line *fact)
{
    const struct block *block = block_at(state, i);
    struct fact_line ignored;
    size_t last = i;
    if (fact->value.len == 0 && fact_line_is_known(fact) && i + 1 < state->post->blocks.count &&
        !read_fact(state, i + 1, &ignored) && is_line(block_at(state, i + 1)) &&
        heading_known(block_at(state, i + 1)->text) == HEADING_NONE &&
        block_at(state, i + 1)->text.len <= NEXT_LINE_VALUE) {
        fact->value = block_at(state, i + 1)->text;
        last = i + 1;
    }
    if (facts_take(&state->shape->facts, fact, block->line, state->report)) {
        state->use[i] = USE_TAKEN;
        state->use[last] = USE_TAKEN;
    } else if (last == i && fact->value.len > 0 && fact->value.len <= LISTED_BYTES) {
        state->use[i] = USE_LISTED;
    }
}

/* The lines under an overview heading, up to the next heading. Returns where they end. */
static size_t take_overview(struct state *state, size_t heading)
{
    size_t end = heading + 1;
    size_t left = 0;
    while (end < state->post->blocks.count) {
        struct fact_line fact;
        if (state->use[end] == USE_TEXT && read_fact(state, end, &fact)) {
            take_fact(state, end, &fact);
        } else if (state->use[end] == USE_TEXT &&
                   (is_heading(state, end) || begins_hashtags(block_at(state, end)))) {
            break;
        }
        left += state->use[end] != USE_TAKEN;
        end++;
    }
    if (left == 0 && end > heading + 1) {
        state->use[heading] = USE_TAKEN;
        report_note(state->report, block_at(state, heading)->line,
                    "the lines under \"%.*s\" became the header",
                    SLICE_ARG(block_at(state, heading)->text));
    }
    return end;
}

/* A run of facts without a heading: two known keys one after the other. Returns where it ends. */
static size_t take_run(struct state *state, size_t begin)
{
    struct fact_line fact;
    size_t end = begin;
    size_t known = 0;
    while (end < state->post->blocks.count && read_fact(state, end, &fact) && fact.value.len > 0) {
        known += fact_line_is_known(&fact);
        end++;
    }
    for (size_t i = begin; known >= 2 && i < end; i++) {
        if (read_fact(state, i, &fact)) {
            take_fact(state, i, &fact);
        }
    }
    return end;
}

static void gather_facts(struct state *state)
{
    size_t i = 0;
    while (i < state->post->blocks.count) {
        const struct block *block = block_at(state, i);
        size_t end = heading_known(block->text) == HEADING_FACTS ? take_overview(state, i)
                                                                 : take_run(state, i);
        i = end > i ? end : i + 1;
    }
}

/* --- title, tagline, summary ------------------------------------------------------------------ */

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

static void note_title_again(struct state *state, unsigned line, slice text)
{
    report_note(state->report, line, "\"%.*s\" is the title again", SLICE_ARG(text));
}

/* The line under the title that begins with the title too: its tagline, or the title once more. */
static void take_tagline(struct state *state)
{
    struct facts *facts = &state->shape->facts;
    slice known = facts_value(facts, FACT_TITLE);
    slice title;
    slice tagline;
    size_t seen = 0;
    for (size_t i = 0; i < state->post->blocks.count && seen < TAGLINE_BLOCKS; i++) {
        const struct block *block = block_at(state, i);
        if (state->use[i] != USE_TEXT || !is_line(block)) {
            continue;
        }
        if (heading_known(block->text) != HEADING_NONE) {
            return;
        }
        if (known.len > 0 && phrase_same_title(block->text, known)) {
            state->use[i] = USE_TAKEN;
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
                state->use[i] = USE_TAKEN;
                return;
            }
        }
        seen++;
    }
}

/* Take the title that a title line holds: what stands before `(2013)`, before a dash, or all of it.
 * True when the line says more than went into the header by that. */
static bool title_from_line(struct state *state, slice line)
{
    struct facts *facts = &state->shape->facts;
    size_t open = slice_find_byte(line, '(');
    size_t close = slice_find_byte(line, ')');
    slice title;
    slice tagline;
    if (open > 0 && close < line.len && open < close) {
        slice inside = slice_trim(slice_between(line.ptr + open + 1, line.ptr + close));
        if (phrase_is_year(inside)) {
            facts_set_title(facts, slice_head(line, close + 1), state->post->line, state->report);
            return close + 1 < line.len;
        }
    }
    if (facts_value(facts, FACT_TAGLINE).len == 0 && split_tagline(line, &title, &tagline)) {
        facts_set_title(facts, title, state->post->line, state->report);
        (void)facts_set(facts, FACT_TAGLINE, tagline);
        return false;
    }
    facts_set_title(facts, line, state->post->line, state->report);
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

/* What the title line says besides the title, which the facts have named: `Title – tagline`, or a
 * summary. */
static void use_title_line(struct state *state, slice line)
{
    struct facts *facts = &state->shape->facts;
    slice title = facts_value(facts, FACT_TITLE);
    slice before;
    slice tagline;
    if (phrase_same_title(line, title) || is_title_with_facts(facts, line)) {
        note_title_again(state, state->post->line, line);
    } else if (split_tagline(line, &before, &tagline) && phrase_same_title(before, title) &&
               facts_set(facts, FACT_TAGLINE, tagline)) {
        note_title_again(state, state->post->line, before);
    } else {
        (void)facts_set(facts, FACT_SUMMARY, line);
        report_note(state->report, state->post->line, "the title line became the Summary");
    }
}

static void add_part(struct state *state, struct part part)
{
    *ARRAY_ADD(state->arena, &state->shape->parts) = part;
}

/* A title of the first words of a paragraph. */
static slice made_title(struct state *state, slice text)
{
    slice head = utf8_head(text, MADE_TITLE_BYTES);
    size_t end = head.len;
    while (end > 0 && end < text.len && text.ptr[end] != ' ') {
        end--;
    }
    head = slice_trim(slice_head(head, end > 0 ? end : head.len));
    return arena_printf(state->arena, "%.*s\xE2\x80\xA6", SLICE_ARG(head));
}

static void find_title(struct state *state, slice fallback)
{
    struct facts *facts = &state->shape->facts;
    slice line = state->post->title;
    bool prose = line.len > TITLE_BYTES && facts_value(facts, FACT_SUMMARY).len == 0;
    take_tagline(state);
    if (line.len > LIMIT_TITLE || (prose && facts_value(facts, FACT_TITLE).len == 0)) {
        add_part(state, (struct part){ .kind = PART_PARAGRAPH, .text = line });
        if (facts_value(facts, FACT_TITLE).len == 0) {
            (void)facts_set(facts, FACT_TITLE,
                            has_letter(slice_head(line, MADE_TITLE_BYTES)) ? made_title(state, line)
                                                                           : fallback);
            report_note(state->report, state->post->line,
                        "no title was found; it is made of the first words");
        }
        return;
    }
    bool says_more = line.len > 0;
    if (facts_value(facts, FACT_TITLE).len == 0 && has_letter(line)) {
        says_more = title_from_line(state, line);
    }
    if (!has_letter(facts_value(facts, FACT_TITLE))) {
        facts->values[FACT_TITLE].count = 0;
        (void)facts_set(facts, FACT_TITLE, fallback);
        report_note(state->report, 0, "no title was found; \"%.*s\" stands for it",
                    SLICE_ARG(fallback));
        if (line.len > 0) {
            add_part(state, (struct part){ .kind = PART_PARAGRAPH, .text = line });
        }
    } else if (says_more) {
        use_title_line(state, line);
    }
}

/* --- tags ------------------------------------------------------------------------------------- */

static bool is_hashtag(slice word)
{
    return word.len > 1 && word.ptr[0] == '#' && has_letter(word) &&
           slice_find_byte(slice_from(word, 1), '#') == word.len - 1;
}

static slice without_comma(slice word)
{
    return slice_ends_with(word, SLICE(",")) ? slice_head(word, word.len - 1) : word;
}

/* A line of nothing but hashtags, a word such as `Hashtags:` before them allowed. */
static bool take_hashtags(struct state *state, const struct block *block)
{
    struct facts *facts = &state->shape->facts;
    slice tags = block->text;
    slice word;
    size_t colon = slice_find(slice_head(tags, LABEL_BYTES), SLICE(": #"));
    slice label = SLICE_EMPTY;
    if (colon + 3 < tags.len && heading_known(slice_head(tags, colon)) == HEADING_TAGS) {
        label = slice_head(tags, colon);
        tags = slice_trim(slice_from(tags, colon + 1));
    }
    for (slice rest = tags; phrase_next_word(&rest, &word);) {
        if (!is_hashtag(without_comma(word))) {
            return false;
        }
    }
    struct buf left_out;
    buf_init(&left_out, tags.len);
    for (slice rest = tags; phrase_next_word(&rest, &word);) {
        if (!facts_add(facts, FACT_TAGS, slice_from(without_comma(word), 1))) {
            buf_puts(&left_out, left_out.len > 0 ? " " : "");
            buf_put(&left_out, without_comma(word));
        }
    }
    if (left_out.len > 0) {
        report_note(state->report, block->line,
                    "left out, being tags already or too many for a list: %.*s",
                    SLICE_ARG(buf_slice(&left_out)));
    }
    buf_release(&left_out);
    if (label.len > 0) {
        report_note(state->report, block->line, "\"%.*s\" became the Tags", SLICE_ARG(label));
    }
    return true;
}

/* --- the text --------------------------------------------------------------------------------- */

static void add_heading(struct state *state, size_t i)
{
    const struct block *block = block_at(state, i);
    enum heading known = heading_known(block->text);
    if (known == HEADING_TAGS && i + 1 < state->post->blocks.count &&
        begins_hashtags(block_at(state, i + 1))) {
        report_note(state->report, block->line, "\"%.*s\" became the Tags", SLICE_ARG(block->text));
        return;
    }
    /* Among scenes, a name alone above its text is a scene's. */
    bool deep =
        block->kind == BLOCK_HEADING
            ? block->level > 2
            : state->section == HEADING_SCENES && known == HEADING_NONE && !state->has_named_scenes;
    bool has_section = state->section != HEADING_NONE;
    deep = deep && has_section;
    add_part(state, (struct part){ .kind = deep ? PART_SCENE : PART_SECTION,
                                   .text = heading_text(block->text) });
    if (!deep) {
        state->section = known == HEADING_NONE ? HEADING_OTHER : known;
        state->has_named_scenes = false;
    }
}

/* `Name: text`, `Name – text`: a scene and what is said of it. */
static bool split_scene(slice text, slice *name, slice *rest)
{
    size_t colon = slice_find(slice_head(text, SCENE_NAME_BYTES + 2), SLICE(": "));
    size_t dash = phrase_find_dash(slice_head(text, SCENE_NAME_BYTES + 5));
    size_t end = colon < dash ? colon : dash;
    if (end == 0 || end > SCENE_NAME_BYTES || end + 2 >= text.len) {
        return false;
    }
    slice behind = slice_from(text, end);
    *name = slice_trim(slice_head(text, end));
    *rest = slice_trim(slice_from(behind, colon < dash ? 1 : phrase_dash(behind)));
    slice words = *name;
    slice word;
    size_t count = 0;
    while (phrase_next_word(&words, &word)) {
        count++;
        if (words.len > 0 && phrase_ends_sentence(word) && !utf8_is_digit(phrase_first(word))) {
            return false;
        }
    }
    int32_t first = phrase_first(*rest);
    bool begins = utf8_class(first) != UTF8_LETTER || !(first >= 'a' && first <= 'z');
    return has_letter(*name) && rest->len > 0 && count <= SCENE_NAME_WORDS && begins &&
           !looks_pinned(*name) && !phrase_ends_like_prose(*name);
}

static bool take_scene(struct state *state, const struct block *block)
{
    slice name;
    slice rest;
    if (state->section != HEADING_SCENES || !is_line(block) ||
        !split_scene(block->text, &name, &rest)) {
        return false;
    }
    add_part(state, (struct part){ .kind = PART_SCENE, .text = name });
    add_part(state, (struct part){ .kind = PART_PARAGRAPH, .text = rest });
    state->has_named_scenes = true;
    return true;
}

/* True when block `i` is text that can belong to the quote above it. */
static bool continues_quote(const struct state *state, size_t i)
{
    struct quotation ignored;
    return i < state->post->blocks.count && state->use[i] == USE_TEXT &&
           is_line(block_at(state, i)) && !is_heading(state, i) &&
           !begins_hashtags(block_at(state, i)) &&
           !quotation_parse(block_at(state, i)->text, &state->names, true, &ignored);
}

/* The attribution on a line of its own: `– Yong, in the yard`. */
static bool take_attribution_line(struct state *state, size_t i, struct attribution *by)
{
    if (!continues_quote(state, i)) {
        return false;
    }
    const struct block *block = block_at(state, i);
    size_t dash = phrase_dash(block->text);
    slice text = slice_trim(slice_from(block->text, dash));
    bool hyphen_item = block->kind == BLOCK_ITEM && block->joined;
    return (dash > 0 || hyphen_item) && !looks_pinned(text) &&
           attribution_parse(text, &state->names, by);
}

/* Take the quote that begins with block `*i`, and the blocks that belong to it. */
static bool take_quote(struct state *state, size_t *i)
{
    const struct block *block = block_at(state, *i);
    struct quotation quotation;
    bool among_quotes = state->section == HEADING_QUOTES;
    if (!is_line(block) || looks_pinned(block->text) ||
        !quotation_parse(block->text, &state->names, among_quotes, &quotation)) {
        return false;
    }
    struct part part = { .kind = PART_QUOTE, .text = quotation.line, .by = quotation.by };
    if (!quotation.attributed && take_attribution_line(state, *i + 1, &part.by)) {
        (*i)++;
    }
    if (looks_pinned(part.by.context.len > 0 ? part.by.context : part.by.speaker)) {
        return false;
    }
    if (among_quotes && part.by.speaker.len > 0 && part.by.commentary.len == 0 &&
        continues_quote(state, *i + 1)) {
        part.by.commentary = block_at(state, *i + 1)->text;
        (*i)++;
    }
    add_part(state, part);
    return true;
}

static void add_text(struct state *state, size_t i)
{
    static const enum part_kind kinds[] = {
        [BLOCK_PARAGRAPH] = PART_PARAGRAPH, [BLOCK_HEADING] = PART_PARAGRAPH,
        [BLOCK_ITEM] = PART_ITEM,           [BLOCK_QUOTE] = PART_BLOCKQUOTE,
        [BLOCK_LINK] = PART_LINK,           [BLOCK_IMAGE] = PART_LINK,
        [BLOCK_CAPTION] = PART_PARAGRAPH,   [BLOCK_PREFORMATTED] = PART_PREFORMATTED,
    };
    const struct block *block = block_at(state, i);
    bool listed = state->use[i] == USE_LISTED;
    add_part(state, (struct part){ .kind = listed ? PART_ITEM : kinds[block->kind],
                                   .joined = block->joined || listed,
                                   .text = block->text,
                                   .url = block->url,
                                   .alt = block->alt });
}

/* Take what begins with block `*i` when it is a part of a review. */
static bool take_part(struct state *state, size_t *i)
{
    const struct block *block = block_at(state, *i);
    if (state->use[*i] == USE_LISTED) {
        return false;
    }
    if (is_heading(state, *i)) {
        add_heading(state, *i);
        return true;
    }
    return (is_line(block) && take_hashtags(state, block)) || take_scene(state, block) ||
           take_quote(state, i);
}

static void read_text(struct state *state)
{
    for (size_t i = 0; i < state->post->blocks.count; i++) {
        if (state->use[i] != USE_TAKEN && !take_part(state, &i)) {
            add_text(state, i);
        }
    }
}

void shape_recognise(struct arena *arena, const struct post *post, slice fallback_title,
                     struct shape *shape, struct report *report)
{
    struct state state = { .arena = arena, .post = post, .shape = shape, .report = report };
    *shape = (struct shape){ .facts = { .arena = arena } };
    state.use = arena_alloc(arena, post->blocks.count + 1);
    names_gather(arena, post, &state.names);
    gather_facts(&state);
    find_title(&state, fallback_title);
    for (size_t i = 0; i < post->labels.count; i++) {
        if (!facts_add(&shape->facts, FACT_TAGS, post->labels.items[i])) {
            report_note(
                report, 0,
                "the label \"%.*s\" is left out: it is a tag already, or there are too many",
                SLICE_ARG(post->labels.items[i]));
        }
    }
    if (post->url.len > LIMIT_TITLE) {
        report_note(report, 0, "the address is left out, being longer than a header may hold: %.*s",
                    SLICE_ARG(post->url));
    } else if (post->url.len > 0) {
        (void)facts_set(&shape->facts, FACT_SOURCE, post->url);
    }
    facts_infer_kind(&shape->facts, report);
    read_text(&state);
}
