/* Tags in the text of a post. */
#include "import/shape_state.h"

#include "base/utf8.h"
#include "import/phrase.h"

enum {
    LABEL_BYTES = 40,
    /* Tags without a `#` stand at the end, and are short. */
    BLOCKS_AT_END = 3,
    TAG_BYTES = 60,
    TAG_LINE_BYTES = 1000,
};

/* What could not be added, for the report. */
struct left_out {
    struct shape_state *state;
    unsigned line;
    struct buf tags;
};

static slice without_comma(slice word)
{
    while (slice_ends_with(word, SLICE(",")) || slice_ends_with(word, SLICE(";"))) {
        word = slice_head(word, word.len - 1);
    }
    return word;
}

/* Take the next hashtag off `*word`, in which several may stand without a blank: `#One#Two`. */
static bool next_hashtag(slice *word, slice *tag)
{
    slice rest = slice_from(*word, 1);
    if (word->len < 2 || word->ptr[0] != '#') {
        return false;
    }
    size_t end = slice_find_byte(rest, '#');
    *tag = without_comma(slice_head(rest, end));
    *word = slice_from(rest, end);
    return shape_has_letter(*tag);
}

/* Nothing but hashtags between blanks. */
static bool is_hashtags(slice text)
{
    slice word;
    slice tag;
    while (phrase_next_word(&text, &word)) {
        do {
            if (!next_hashtag(&word, &tag)) {
                return false;
            }
        } while (word.len > 0);
    }
    return true;
}

static void add_tag(struct left_out *left_out, slice tag)
{
    struct buf *tags = &left_out->tags;
    if (!facts_add(&left_out->state->shape->facts, FACT_TAGS, tag)) {
        buf_puts(tags, tags->len > 0 ? " #" : "#");
        buf_put(tags, tag);
    }
}

static void add_hashtags(struct left_out *left_out, slice text)
{
    slice word;
    slice tag;
    while (phrase_next_word(&text, &word)) {
        while (word.len > 0 && next_hashtag(&word, &tag)) {
            add_tag(left_out, tag);
        }
    }
}

static void tell_left_out(struct left_out *left_out)
{
    if (left_out->tags.len > 0) {
        report_note(left_out->state->report, left_out->line,
                    "left out, being tags already or too many for a list: %.*s",
                    SLICE_ARG(buf_slice(&left_out->tags)));
    }
    buf_release(&left_out->tags);
}

/* A label such as `Hashtags:` before the tags; `*text` is then what follows it. */
static slice take_label(slice *text)
{
    size_t colon = slice_find(slice_head(*text, LABEL_BYTES), SLICE(":"));
    slice label = slice_trim(slice_head(*text, colon));
    if (colon < text->len && colon < LABEL_BYTES && heading_known(label) == HEADING_TAGS) {
        *text = slice_trim(slice_from(*text, colon + 1));
        return label;
    }
    return SLICE_EMPTY;
}

/* `One, Two` with no long piece. */
static bool is_tag_list(slice text)
{
    slice piece;
    if (text.len == 0 || text.len > TAG_LINE_BYTES || phrase_ends_like_prose(text)) {
        return false;
    }
    while (slice_next_piece(&text, ',', &piece)) {
        piece = slice_trim(piece);
        if (piece.len > TAG_BYTES || (piece.len > 0 && !shape_has_letter(piece))) {
            return false;
        }
    }
    return true;
}

static void add_tag_list(struct left_out *left_out, slice text)
{
    slice piece;
    while (slice_next_piece(&text, ',', &piece)) {
        piece = slice_trim(piece);
        if (piece.len > 0 && piece.ptr[0] == '#') {
            piece = slice_from(piece, 1);
        }
        if (piece.len > 0) {
            add_tag(left_out, piece);
        }
    }
}

/* A link under a hashtag: to the other posts that have it. */
static bool take_linked_hashtag(struct shape_state *state, const struct block *block)
{
    if (block->kind != BLOCK_LINK || block->text.len == 0 || !is_hashtags(block->text)) {
        return false;
    }
    struct left_out left_out = { .state = state, .line = block->line };
    buf_init(&left_out.tags, (size_t)-1);
    add_hashtags(&left_out, block->text);
    report_note(state->report, block->line, "the link of the tag %.*s is left out: %.*s",
                SLICE_ARG(block->text), SLICE_ARG(block->url));
    tell_left_out(&left_out);
    return true;
}

/* But for links, and two lines more, nothing follows. */
static bool is_at_end(const struct shape_state *state, size_t i)
{
    size_t lines = 0;
    for (size_t k = i + 1; k < state->blocks.count && lines < BLOCKS_AT_END; k++) {
        lines += shape_block(state, k)->kind != BLOCK_LINK;
    }
    return lines < BLOCKS_AT_END;
}

/* The tags of a line were links: to the other posts that have them. */
static void drop_links(struct shape_state *state, size_t begin, slice tags)
{
    for (size_t i = begin; i < state->blocks.count; i++) {
        const struct block *block = shape_block(state, i);
        if (block->kind != BLOCK_LINK || block->text.len == 0 ||
            slice_find(tags, block->text) == tags.len) {
            return;
        }
        state->use[i] = SHAPE_TAKEN;
        report_note(state->report, block->line, "the link of the tag %.*s is left out: %.*s",
                    SLICE_ARG(block->text), SLICE_ARG(block->url));
    }
}

bool shape_take_tags(struct shape_state *state, size_t i)
{
    const struct block *block = shape_block(state, i);
    if (!shape_is_line(block)) {
        return take_linked_hashtag(state, block);
    }
    slice text = block->text;
    slice label = take_label(&text);
    bool hashtags = text.len > 0 && is_hashtags(text);
    bool at_end = is_at_end(state, i);
    if (!hashtags && !(label.len > 0 && at_end && is_tag_list(text))) {
        return false;
    }
    struct left_out left_out = { .state = state, .line = block->line };
    buf_init(&left_out.tags, (size_t)-1);
    if (hashtags) {
        add_hashtags(&left_out, text);
    } else {
        add_tag_list(&left_out, text);
    }
    tell_left_out(&left_out);
    if (label.len > 0) {
        report_note(state->report, block->line, "\"%.*s\" became the Tags", SLICE_ARG(label));
        drop_links(state, i + 1, text);
    }
    return true;
}
