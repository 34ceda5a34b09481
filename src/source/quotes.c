/* quotes.c: the quotes of a review, who speaks them, and what they are called. */
#include "base/limits.h"
#include "source/body.h"
#include "source/slug_map.h"
#include "source/values.h"
#include "text/header.h"
#include "text/slug.h"

struct quote_reader {
    struct arena *arena;
    struct arena *scratch;
    const struct source *source;
    struct review *out;
    struct diags *diags;
    struct buf line; /* scratch: the text of one quote on one line */
    struct slug_map ids;
    struct slug_map roles;     /* credits of the cast by the slug of their role */
    struct slug_map rest_of;   /* … of their role without `the`, `young`, … at the start */
    struct slug_map performer; /* … of their own name */
    struct {
        struct quote *items;
        size_t count, capacity;
    } quotes;
    unsigned long long *hashes; /* of each quote's text, 0 until somebody asks */
};

static struct gemtext_line line_at(const struct quote_reader *reader, size_t index)
{
    return gemtext_lines_at(&reader->out->lines, index);
}

static bool is_of_type(const struct quote_reader *reader, size_t index, enum gemtext_type type)
{
    return index < reader->out->lines.count &&
           gemtext_lines_type(&reader->out->lines, index) == type;
}

/* --- who speaks --- */

/* Without its first word, when that only tells one age of a role from another, or is an article. */
static bool drop_first_word(slice *role, bool articles_only)
{
    static const char *const words[] = { "the",   "a",      "an",     "young",   "younger",
                                         "old",   "older",  "grown",  "grownup", "grown-up",
                                         "adult", "little", "teenage" };
    size_t blank = slice_find_byte(*role, ' ');
    for (size_t i = 0; i < (articles_only ? 3 : ARRAY_LENGTH(words)); i++) {
        if (blank < role->len && slice_equal_nocase(slice_head(*role, blank), slice_of(words[i]))) {
            *role = slice_trim(slice_from(*role, blank));
            return true;
        }
    }
    return false;
}

static void claim_role(struct quote_reader *reader, struct slug_map *map, slice role,
                       const struct credit *credit)
{
    slice slug = slug_make(reader->scratch, role);
    if (slug.len > 0) {
        (void)slug_map_claim(map, slug, credit);
    }
}

static void collect_cast(struct quote_reader *reader)
{
    for (size_t i = 0; i < reader->out->credit_count; i++) {
        const struct credit *credit = &reader->out->credits[i];
        if (credit->kind != CREDIT_CAST) {
            continue;
        }
        (void)slug_map_claim(&reader->performer, credit->person.slug, credit);
        slice role = credit->role;
        claim_role(reader, &reader->roles, role, credit);
        while (drop_first_word(&role, false)) {
            claim_role(reader, &reader->rest_of, role, credit);
        }
    }
}

static const struct credit *find_speaker(const struct quote_reader *reader, slice slug)
{
    const struct slug_map *maps[] = { &reader->roles, &reader->rest_of, &reader->performer };
    for (size_t i = 0; i < ARRAY_LENGTH(maps); i++) {
        const struct slug_entry *entry = slug_map_find(maps[i], slug);
        if (entry != NULL) {
            return entry->value;
        }
    }
    return NULL;
}

static const struct credit *actor_of(const struct quote_reader *reader, struct name speaker)
{
    const struct credit *actor = find_speaker(reader, speaker.slug);
    if (actor == NULL && drop_first_word(&speaker.text, true)) {
        actor = find_speaker(reader, slug_make(reader->scratch, speaker.text));
    }
    return actor;
}

/* --- attributions --- */

/* The length of the dash at the start of `text`, 0 when there is none: two hyphens, an en dash, an
 * em dash or a horizontal bar. */
static size_t dash_length(slice text)
{
    static const char *const dashes[] = { "--", "\xE2\x80\x93", "\xE2\x80\x94", "\xE2\x80\x95" };
    for (size_t i = 0; i < ARRAY_LENGTH(dashes); i++) {
        if (slice_starts_with(text, slice_of(dashes[i]))) {
            return slice_of(dashes[i]).len;
        }
    }
    return 0;
}

static bool is_attribution(const struct quote_reader *reader, size_t index)
{
    return is_of_type(reader, index, GEMTEXT_TEXT) &&
           dash_length(slice_trim(line_at(reader, index).text)) > 0;
}

static void read_attribution(struct quote_reader *reader, struct quote *quote)
{
    struct gemtext_line line = line_at(reader, quote->attribution);
    quote->id = body_take_pin(reader->scratch, reader->source, &line.text, reader->diags);
    gemtext_lines_cut(&reader->out->lines, quote->attribution, line.text.ptr + line.text.len);
    slice text = slice_trim(line.text);
    text = slice_trim(slice_from(text, dash_length(text)));
    size_t comma = slice_find_byte(text, ',');
    slice speaker = slice_trim(slice_head(text, comma));
    quote->context = slice_trim(slice_from(text, comma + 1));
    if (speaker.len == 0) {
        diags_add(reader->diags, DIAG_ERROR, reader->source, line.raw.ptr,
                  "expected who speaks after the dash: `— Speaker, what was going on`");
        return;
    }
    (void)!header_value_fits(reader->source, speaker.ptr, speaker, reader->diags);
    quote->speaker = name_make(reader->arena, speaker);
    quote->actor = actor_of(reader, quote->speaker);
}

/* --- ids --- */

/* The lines of a quote as one, blanks between them. */
static slice quote_text(struct quote_reader *reader, const struct quote *quote)
{
    buf_clear(&reader->line);
    for (size_t i = quote->lines.first; i < quote->lines.end; i++) {
        slice text = line_at(reader, i).text;
        if (text.len > 0 && reader->line.len > 0) {
            buf_putc(&reader->line, ' ');
        }
        buf_put(&reader->line, text);
    }
    return buf_slice(&reader->line);
}

/* A long text that many others start like is put together only once. */
static unsigned long long hash_of(struct quote_reader *reader, const struct quote *quote)
{
    unsigned long long *hash = &reader->hashes[quote - reader->quotes.items];
    if (*hash == 0) {
        *hash = slice_hash(quote_text(reader, quote), SLICE_HASH_SEED);
    }
    return *hash;
}

static void claim_pinned(struct quote_reader *reader, struct quote *quote)
{
    slice written = quote->id;
    slice prefix = SLICE("quote-");
    if (!slice_starts_with(written, prefix)) {
        quote->id = arena_printf(reader->arena, "quote-%.*s", SLICE_ARG(written));
    }
    if (!slug_map_claim(&reader->ids, quote->id, quote)) {
        diags_add(reader->diags, DIAG_ERROR, reader->source, written.ptr,
                  "the id `%.*s` is that of another quote, too", SLICE_ARG(written));
    }
}

/* The first words of the line. A second quote that starts with them gets a part of the hash of its
 * whole text, so that its id does not depend on how many there are. */
static void claim_from_words(struct quote_reader *reader, struct quote *quote)
{
    slice text = quote_text(reader, quote);
    struct buf id;
    buf_init(&id, LIMIT_SLUG * 4);
    buf_puts(&id, "quote-");
    slug_put(&id, text, LIMIT_QUOTE_ID);
    if (id.len == 6) {
        buf_put(&id, slug_make_never_empty(reader->scratch, text));
    }
    quote->id = arena_copy(reader->arena, buf_slice(&id));
    buf_release(&id);
    if (slug_map_claim(&reader->ids, quote->id, quote)) {
        return;
    }
    const struct quote *first = slug_map_find(&reader->ids, quote->id)->value;
    unsigned long long hash = hash_of(reader, quote);
    bool quoted_before = hash_of(reader, first) == hash;
    slice hashed = arena_printf(reader->scratch, "%.*s-%06x", SLICE_ARG(quote->id),
                                (unsigned)(hash & 0xFFFFFF));
    quote->id = arena_copy(reader->arena, slug_map_claim_numbered(&reader->ids, hashed, quote));
    if (quoted_before || !slice_equal(quote->id, hashed)) {
        diags_add(reader->diags, DIAG_WARNING, reader->source,
                  line_at(reader, quote->lines.first).raw.ptr,
                  "this line is quoted before, so its address depends on the order; pin one with "
                  "an id at the end of the attribution: {#a-name}");
    }
}

/* --- finding them --- */

/* A run of `>` lines that no attribution follows is an ordinary quote; say so when it looks as if
 * one was meant. */
static void check_ordinary(const struct quote_reader *reader, size_t end)
{
    if (is_of_type(reader, end, GEMTEXT_TEXT) &&
        slice_starts_with(slice_trim(line_at(reader, end).text), SLICE("- "))) {
        diags_add(reader->diags, DIAG_WARNING, reader->source, line_at(reader, end).raw.ptr,
                  "an attribution starts with a dash `—` or two hyphens `--`; with one hyphen this "
                  "is text");
    } else if (is_of_type(reader, end, GEMTEXT_BLANK) && is_attribution(reader, end + 1)) {
        diags_add(
            reader->diags, DIAG_WARNING, reader->source, line_at(reader, end + 1).raw.ptr,
            "an attribution stands directly below its quote; after a blank line this is text");
    }
}

static void add_quote(struct quote_reader *reader, size_t first, size_t end, uint32_t section)
{
    struct quote *quote = ARRAY_ADD(reader->scratch, &reader->quotes);
    bool commented = is_of_type(reader, end + 1, GEMTEXT_TEXT);
    *quote = (struct quote){ .lines = { (uint32_t)first, (uint32_t)end },
                             .attribution = (uint32_t)end,
                             .commentary = commented ? (uint32_t)end + 1 : NO_LINE,
                             .section = section };
    read_attribution(reader, quote);
    if (quote_text(reader, quote).len == 0) {
        diags_add(reader->diags, DIAG_ERROR, reader->source, line_at(reader, first).raw.ptr,
                  "this quote is empty");
    }
}

static void find_quotes(struct quote_reader *reader)
{
    uint32_t section = NO_SECTION;
    for (size_t i = 0, end; i < reader->out->lines.count; i = end) {
        end = i + 1;
        if (is_of_type(reader, i, GEMTEXT_HEADING) && line_at(reader, i).level == 2) {
            section = section == NO_SECTION ? 0 : section + 1;
        }
        if (!is_of_type(reader, i, GEMTEXT_QUOTE)) {
            continue;
        }
        while (is_of_type(reader, end, GEMTEXT_QUOTE)) {
            end++;
        }
        if (is_attribution(reader, end)) {
            add_quote(reader, i, end, section);
        } else {
            check_ordinary(reader, end);
        }
    }
}

/* --- the best one --- */

static void find_best(struct quote_reader *reader)
{
    struct review *out = reader->out;
    slice wanted = out->best_quote_id;
    slice prefix = SLICE("quote-");
    bool prefixed = slice_starts_with(wanted, prefix);
    if (wanted.len == 0) {
        out->best_quote = out->quote_count > 0 ? &out->quotes[0] : NULL;
        return;
    }
    slice *ids = arena_array(reader->scratch, out->quote_count, sizeof *ids);
    for (size_t i = 0; i < out->quote_count; i++) {
        slice id = out->quotes[i].id;
        ids[i] = prefixed ? id : slice_from(id, prefix.len);
        if (slice_equal(ids[i], wanted)) {
            out->best_quote = &out->quotes[i];
            out->best_quote_id = id;
            return;
        }
    }
    slice near = diag_nearest(wanted, ids, out->quote_count);
    if (near.len > 0) {
        diags_add(reader->diags, DIAG_ERROR, reader->source, wanted.ptr,
                  "no quote has the id `%.*s`; did you mean `%.*s`?", SLICE_ARG(wanted),
                  SLICE_ARG(near));
    } else {
        diags_add(reader->diags, DIAG_ERROR, reader->source, wanted.ptr,
                  "no quote has the id `%.*s` (it is made of the quote's first words)",
                  SLICE_ARG(wanted));
    }
}

void quotes_read(struct arena *arena, struct arena *scratch, const struct source *source,
                 struct review *out, struct diags *diags)
{
    struct quote_reader reader = {
        .arena = arena, .scratch = scratch, .source = source, .out = out, .diags = diags
    };
    buf_init(&reader.line, LIMIT_SOURCE_FILE);
    slug_map_init(&reader.ids, scratch);
    slug_map_init(&reader.roles, scratch);
    slug_map_init(&reader.rest_of, scratch);
    slug_map_init(&reader.performer, scratch);
    collect_cast(&reader);
    find_quotes(&reader);
    reader.hashes = arena_array(scratch, reader.quotes.count, sizeof *reader.hashes);
    /* Pinned ids are taken before any other, so that no line of dialogue gets one of them. */
    for (int pinned = 1; pinned >= 0; pinned--) {
        for (size_t i = 0; i < reader.quotes.count; i++) {
            struct quote *quote = &reader.quotes.items[i];
            if (pinned && quote->id.len > 0) {
                claim_pinned(&reader, quote);
            } else if (!pinned && quote->id.len == 0) {
                claim_from_words(&reader, quote);
            }
        }
    }
    out->quotes =
        arena_copy_array(arena, reader.quotes.items, reader.quotes.count, sizeof *out->quotes);
    out->quote_count = reader.quotes.count;
    find_best(&reader);
    buf_release(&reader.line);
}
