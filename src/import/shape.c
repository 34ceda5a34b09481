#include "import/shape.h"

#include "base/limits.h"
#include "base/utf8.h"
#include "import/phrase.h"
#include "import/shape_state.h"

enum {
    SCENE_NAME_BYTES = 80,
    SCENE_NAME_WORDS = 9,
};

void shape_add_part(struct shape_state *state, struct part part)
{
    *ARRAY_ADD(state->arena, &state->shape->parts) = part;
}

static void add_heading(struct shape_state *state, size_t i)
{
    const struct block *block = shape_block(state, i);
    enum heading known = heading_known(block->text);
    if (known == HEADING_TAGS && i + 1 < state->blocks.count &&
        shape_begins_hashtags(shape_block(state, i + 1))) {
        report_note(state->report, block->line, "\"%.*s\" became the Tags", SLICE_ARG(block->text));
        return;
    }
    /* Among scenes, a name alone above its text is a scene's; a heading that is marked is one's
     * when that of the section is not. */
    bool scenes = state->section == HEADING_SCENES;
    bool marked = block->kind == BLOCK_HEADING && !block->looks;
    bool deep = block->level > 2 || ((!marked || !state->has_marked_heading) && scenes &&
                                     known == HEADING_NONE && !state->has_named_scenes);
    /* Or one that is counted, while the section's is not: `1. The Stairs`, `Scene 1`. */
    bool counted = heading_number(block->text) > 0;
    deep = deep || (scenes && known == HEADING_NONE && !state->has_counted_heading &&
                    (counted || phrase_starts_with(heading_text(block->text), SLICE("Scene "))));
    deep = deep && state->section != HEADING_NONE;
    shape_add_part(state, (struct part){ .kind = !deep    ? PART_SECTION
                                                 : scenes ? PART_SCENE
                                                          : PART_SUBSECTION,
                                         .text = heading_text(block->text) });
    if (!deep) {
        state->section = known == HEADING_NONE ? HEADING_OTHER : known;
        state->has_named_scenes = false;
        state->has_marked_heading = marked;
        state->has_counted_heading = counted;
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
    return shape_has_letter(*name) && rest->len > 0 && count <= SCENE_NAME_WORDS && begins &&
           !shape_looks_pinned(*name) && !phrase_ends_like_prose(*name);
}

/* A name alone above its text: an item with a paragraph below it, the first line of a paragraph. */
static bool is_name_above(const struct shape_state *state, size_t i)
{
    const struct block *block = shape_block(state, i);
    const struct block *next = i + 1 < state->blocks.count ? shape_block(state, i + 1) : NULL;
    if (next == NULL || next->kind != BLOCK_PARAGRAPH || shape_is_heading(state, i + 1) ||
        state->use[i + 1] != SHAPE_TEXT || !phrase_ends_sentence(next->text)) {
        return false;
    }
    bool above = block->kind == BLOCK_ITEM || (block->kind == BLOCK_PARAGRAPH && !block->joined &&
                                               next->joined && heading_is_titled(block->text));
    return above && block->text.len <= SCENE_NAME_BYTES &&
           utf8_count_words(block->text) <= SCENE_NAME_WORDS &&
           !phrase_ends_like_prose(block->text) && !shape_looks_pinned(block->text) &&
           shape_has_letter(block->text);
}

static bool take_scene(struct shape_state *state, size_t i)
{
    const struct block *block = shape_block(state, i);
    slice name;
    slice rest;
    if (state->section == HEADING_SCENES && is_name_above(state, i)) {
        shape_add_part(state, (struct part){ .kind = PART_SCENE, .text = block->text });
        state->has_named_scenes = true;
        return true;
    }
    if (state->section != HEADING_SCENES || !shape_is_line(block) ||
        !split_scene(block->text, &name, &rest)) {
        return false;
    }
    shape_add_part(state, (struct part){ .kind = PART_SCENE, .text = name });
    shape_add_part(state, (struct part){ .kind = PART_PARAGRAPH, .text = rest });
    state->has_named_scenes = true;
    return true;
}

/* The image that shows what the post is about: the first one, before the first section. In a post
 * that is no review it is the first thing of all. SHAPE_NO_POSTER when there is none. */
static size_t find_poster(const struct shape_state *state)
{
    size_t lines = 0;
    for (size_t i = 0; i < state->blocks.count; i++) {
        const struct block *block = shape_block(state, i);
        if (state->use[i] == SHAPE_TAKEN) {
            continue;
        }
        if (block->kind == BLOCK_IMAGE) {
            return state->is_review || lines == 0 ? i : SHAPE_NO_POSTER;
        }
        if (shape_is_heading(state, i)) {
            return SHAPE_NO_POSTER;
        }
        lines++;
    }
    return SHAPE_NO_POSTER;
}

/* A caption below the poster belongs to what it shows. */
static void add_poster(struct shape_state *state, size_t i)
{
    const struct block *block = shape_block(state, i);
    slice text = block->text;
    if (shape_is_stored(block->url) && i + 1 < state->blocks.count) {
        const struct block *next = shape_block(state, i + 1);
        if (next->kind == BLOCK_CAPTION && text.len + next->text.len + 3 <= LIMIT_TITLE) {
            text =
                arena_printf(state->arena, "%.*s (%.*s)", SLICE_ARG(text), SLICE_ARG(next->text));
            state->use[i + 1] = SHAPE_TAKEN;
        }
    }
    state->shape->poster = state->shape->parts.count;
    shape_add_part(
        state, (struct part){
                   .kind = PART_LINK, .joined = block->joined, .text = text, .url = block->url });
}

static void add_text(struct shape_state *state, size_t i)
{
    static const enum part_kind kinds[] = {
        [BLOCK_PARAGRAPH] = PART_PARAGRAPH, [BLOCK_HEADING] = PART_PARAGRAPH,
        [BLOCK_ITEM] = PART_ITEM,           [BLOCK_QUOTE] = PART_BLOCKQUOTE,
        [BLOCK_LINK] = PART_LINK,           [BLOCK_IMAGE] = PART_LINK,
        [BLOCK_CAPTION] = PART_PARAGRAPH,   [BLOCK_PREFORMATTED] = PART_PREFORMATTED,
    };
    const struct block *block = shape_block(state, i);
    bool listed = state->use[i] == SHAPE_LISTED;
    if (i == state->poster) {
        add_poster(state, i);
        return;
    }
    shape_add_part(state, (struct part){ .kind = listed ? PART_ITEM : kinds[block->kind],
                                         .joined = block->joined || listed,
                                         .text = block->text,
                                         .url = block->url,
                                         .alt = block->alt });
}

/* Take what begins with block `*i` when it is a part of a review. */
static bool take_part(struct shape_state *state, size_t *i)
{
    if (state->use[*i] == SHAPE_LISTED) {
        return false;
    }
    if (shape_is_heading(state, *i)) {
        add_heading(state, *i);
        return true;
    }
    return shape_take_tags(state, *i) || take_scene(state, *i) || shape_take_quote(state, i);
}

static void read_text(struct shape_state *state)
{
    for (size_t i = 0; i < state->blocks.count; i++) {
        if (state->use[i] != SHAPE_TAKEN && !take_part(state, &i)) {
            add_text(state, i);
        }
    }
}

bool shape_is_stored(slice url)
{
    return slice_starts_with(url, SLICE("images/"));
}

void shape_recognise(struct arena *arena, const struct post *post, slice fallback_title,
                     struct shape *shape, struct report *report)
{
    struct shape_state state = { .arena = arena, .post = post, .shape = shape, .report = report };
    *shape = (struct shape){ .facts = { .arena = arena }, .poster = SHAPE_NO_POSTER };
    names_gather(arena, post, &state.names);
    shape_read_lines(&state);
    shape_gather_facts(&state);
    shape_find_title(&state, fallback_title);
    shape_find_summary(&state);
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
    state.poster = find_poster(&state);
    read_text(&state);
}
