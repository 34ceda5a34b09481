#include "cmd/tally.h"

#include "cmd/json.h"

#include <string.h>

/* For whatever is counted in the last of the places. */
static const char why_others[] = "other reasons";

static const char *const result_names[RESULTS] = {
    [WRITE_NEW] = "written",        [WRITE_AGAIN] = "written_again", [WRITE_NOT] = "up_to_date",
    [WRITE_KEEP] = "kept",          [WRITE_BESIDE] = "beside",       [WRITE_OVER] = "overwritten",
    [RESULT_LEFT_OUT] = "left_out",
};

const char *tally_result_name(int result)
{
    return result_names[result];
}

int tally_result(const struct outcome *outcome)
{
    return outcome->failure.len > 0 ? RESULT_LEFT_OUT : (int)outcome->plan;
}

/* --- counting --------------------------------------------------------------------------------- */

static struct tally_reason *reason(struct tally *tally, const char *why)
{
    for (size_t i = 0; i < tally->reason_count; i++) {
        if (strcmp(tally->reasons[i].why, why) == 0) {
            return &tally->reasons[i];
        }
    }
    if (tally->reason_count == TALLY_REASONS) {
        return &tally->reasons[TALLY_REASONS - 1];
    }
    struct tally_reason *added = &tally->reasons[tally->reason_count++];
    added->why = tally->reason_count == TALLY_REASONS ? why_others : why;
    return added;
}

static void count_parts(struct tally *tally, const struct report *report)
{
    tally->sections += report->sections;
    tally->scenes += report->scenes;
    tally->quotes += report->quotes;
    tally->cast += report->cast;
    tally->tags += report->tags;
    tally->facts += report->facts;
    tally->words += report->words;
}

static void count_dropped(struct tally *tally, const struct report *report)
{
    bool met[TALLY_REASONS] = { false };
    for (size_t i = 0; i < report->dropped.count; i++) {
        struct tally_reason *found = reason(tally, report->dropped.items[i].why);
        size_t place = (size_t)(found - tally->reasons);
        found->posts += !met[place];
        found->words += report->dropped.items[i].words;
        met[place] = true;
    }
}

void tally_outcome(struct tally *tally, const struct outcome *outcome)
{
    int result = tally_result(outcome);
    bool post = outcome->kind == OUTCOME_REVIEW || outcome->kind == OUTCOME_PAGE;
    tally->results[outcome->kind][result]++;
    if (result == RESULT_LEFT_OUT) {
        return;
    }
    tally->drafts += post && outcome->draft;
    tally->comments += outcome->kind == OUTCOME_COMMENTS ? outcome->comments : 0;
    if (outcome->report != NULL) {
        count_dropped(tally, outcome->report);
    }
    if (outcome->report != NULL && post) {
        count_parts(tally, outcome->report);
    }
}

void tally_feed(struct tally *tally, const struct feed *feed)
{
    for (size_t i = 0; i < ENTRY_KINDS; i++) {
        for (size_t j = 0; j < ENTRY_STATUSES; j++) {
            tally->read[i][j] += feed->entries[i][j];
        }
    }
    tally->others += feed->others;
    tally->refused += feed->refused;
}

void tally_images(struct tally *tally, const struct images_counts *counts)
{
    tally->images.stored += counts->stored;
    tally->images.known += counts->known;
    tally->images.replaced += counts->replaced;
    tally->images.doubled += counts->doubled;
    tally->images.left_out += counts->left_out;
    tally->images.bytes += counts->bytes;
}

/* --- text ------------------------------------------------------------------------------------- */

struct noun {
    const char *one, *many;
};

static const struct noun entry_nouns[ENTRY_KINDS] = {
    [ENTRY_POST] = { "post", "posts" },
    [ENTRY_PAGE] = { "page", "pages" },
    [ENTRY_COMMENT] = { "comment", "comments" },
};

static const char *noun_for(struct noun noun, size_t count)
{
    return count == 1 ? noun.one : noun.many;
}

/* Append `COUNT WORDS` behind what stands in the line already; nothing for none. */
static void put_item(struct buf *out, bool *first, size_t count, const char *words)
{
    if (count > 0) {
        buf_printf(out, "%s%zu %s", *first ? "" : ", ", count, words);
        *first = false;
    }
}

static size_t sum(const size_t *counts, size_t count)
{
    size_t total = 0;
    for (size_t i = 0; i < count; i++) {
        total += counts[i];
    }
    return total;
}

static void put_read(const struct tally *tally, struct buf *out)
{
    bool first = true;
    size_t start = out->len;
    buf_puts(out, "read: ");
    for (size_t i = 0; i < ENTRY_KINDS; i++) {
        const size_t *counts = tally->read[i];
        size_t all = sum(counts, ENTRY_STATUSES);
        put_item(out, &first, all, noun_for(entry_nouns[i], all));
        if (all > counts[ENTRY_LIVE]) {
            bool inner = true;
            buf_puts(out, " (");
            for (size_t j = 0; j < ENTRY_STATUSES; j++) {
                put_item(out, &inner, counts[j], entry_status_name((enum entry_status)j));
            }
            buf_putc(out, ')');
        }
    }
    put_item(out, &first, tally->refused, "refused");
    put_item(out, &first, tally->others, "of other kinds");
    if (first) {
        buf_truncate(out, start);
    } else {
        buf_putc(out, '\n');
    }
}

static void put_posts(const struct tally *tally, enum outcome_kind kind, const char *label,
                      struct buf *out)
{
    static const char *const words[RESULTS] = {
        [WRITE_NEW] = "written",
        [WRITE_AGAIN] = "written again",
        [WRITE_NOT] = "up to date",
        [WRITE_KEEP] = "changed by hand and left alone, with nothing new",
        [WRITE_BESIDE] = "changed by hand and left alone, the new version beside",
        [WRITE_OVER] = "changed by hand and overwritten",
        [RESULT_LEFT_OUT] = "left out",
    };
    bool first = true;
    const size_t *results = tally->results[kind];
    if (sum(results, RESULTS) == 0) {
        return;
    }
    buf_printf(out, "%s: ", label);
    if (kind == OUTCOME_COMMENTS) {
        buf_printf(out, "%zu; their pages: ", tally->comments);
    }
    for (int i = 0; i < RESULTS; i++) {
        put_item(out, &first, results[i], words[i]);
    }
    buf_putc(out, '\n');
}

static void put_images(const struct images_counts *images, struct buf *out)
{
    bool first = true;
    size_t start = out->len;
    buf_puts(out, "images: ");
    put_item(out, &first, images->stored, "stored");
    put_item(out, &first, images->replaced, "stored again");
    put_item(out, &first, images->known, "there already");
    put_item(out, &first, images->doubled, "the same as others");
    put_item(out, &first, images->left_out, "left on the web");
    if (first) {
        buf_truncate(out, start);
    } else {
        buf_putc(out, '\n');
    }
}

/* An old address is nothing that a person edits. */
static void put_redirects(const size_t *results, struct buf *out)
{
    bool first = true;
    if (sum(results, RESULTS) > 0) {
        buf_puts(out, "old addresses: ");
        put_item(out, &first, results[WRITE_NEW] + results[WRITE_AGAIN], "turned to pages");
        put_item(out, &first, results[WRITE_NOT], "turned already");
        buf_putc(out, '\n');
    }
}

static void put_recognised(const struct tally *tally, struct buf *out)
{
    const struct {
        size_t count;
        struct noun noun;
    } rows[] = {
        { tally->sections, { "section", "sections" } },
        { tally->scenes, { "scene", "scenes" } },
        { tally->quotes, { "quote", "quotes" } },
        { tally->facts, { "fact", "facts" } },
        { tally->cast, { "cast member", "cast members" } },
        { tally->tags, { "tag", "tags" } },
        { tally->words, { "word of text", "words of text" } },
    };
    bool first = true;
    size_t start = out->len;
    buf_puts(out, "recognised: ");
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        put_item(out, &first, rows[i].count, noun_for(rows[i].noun, rows[i].count));
    }
    if (first) {
        buf_truncate(out, start);
    } else {
        buf_putc(out, '\n');
    }
}

static void put_dropped(const struct tally *tally, struct buf *out)
{
    for (size_t i = 0; i < tally->reason_count; i++) {
        const struct tally_reason *row = &tally->reasons[i];
        buf_printf(out, "%s%s (%zu word%s in %zu post%s)", i == 0 ? "dropped: " : ", ", row->why,
                   row->words, row->words == 1 ? "" : "s", row->posts, row->posts == 1 ? "" : "s");
    }
    if (tally->reason_count > 0) {
        buf_putc(out, '\n');
    }
}

void tally_put_text(const struct tally *tally, struct buf *out)
{
    bool first = true;
    put_read(tally, out);
    put_posts(tally, OUTCOME_REVIEW, "reviews", out);
    put_posts(tally, OUTCOME_PAGE, "pages", out);
    if (tally->drafts > 0) {
        buf_printf(out, "drafts: %zu of them\n", tally->drafts);
    }
    put_posts(tally, OUTCOME_COMMENTS, "comments", out);
    put_images(&tally->images, out);
    put_redirects(tally->results[OUTCOME_REDIRECT], out);
    put_recognised(tally, out);
    put_dropped(tally, out);
    if (tally->errors + tally->warnings > 0) {
        buf_puts(out, "problems: ");
        put_item(out, &first, tally->errors, tally->errors == 1 ? "error" : "errors");
        put_item(out, &first, tally->warnings, tally->warnings == 1 ? "warning" : "warnings");
        buf_putc(out, '\n');
    }
}

/* --- JSON ------------------------------------------------------------------------------------- */

void tally_put_json(const struct tally *tally, struct buf *out)
{
    static const char *const kinds[OUTCOME_KINDS] = {
        [OUTCOME_REVIEW] = "posts",
        [OUTCOME_PAGE] = "pages",
        [OUTCOME_COMMENTS] = "comments",
        [OUTCOME_REDIRECT] = "redirects",
    };
    buf_puts(out, "{\"read\":{");
    for (size_t i = 0; i < ENTRY_KINDS; i++) {
        buf_printf(out, "\"%s\":{", entry_nouns[i].many);
        for (size_t j = 0; j < ENTRY_STATUSES; j++) {
            json_put_count(out, entry_status_name((enum entry_status)j), tally->read[i][j]);
        }
        json_close(out, '}');
        buf_putc(out, ',');
    }
    json_put_count(out, "others", tally->others);
    json_put_count(out, "refused", tally->refused);
    json_close(out, '}');
    buf_putc(out, ',');
    for (size_t i = 0; i < OUTCOME_KINDS; i++) {
        if (kinds[i] == NULL) {
            continue; /* images, of which more is known */
        }
        buf_printf(out, "\"%s\":{", kinds[i]);
        for (int j = 0; j < RESULTS; j++) {
            json_put_count(out, result_names[j], tally->results[i][j]);
        }
        json_close(out, '}');
        buf_putc(out, ',');
    }
    buf_puts(out, "\"images\":{");
    json_put_count(out, "stored", tally->images.stored);
    json_put_count(out, "replaced", tally->images.replaced);
    json_put_count(out, "known", tally->images.known);
    json_put_count(out, "doubled", tally->images.doubled);
    json_put_count(out, "left_out", tally->images.left_out);
    json_put_count(out, "bytes", (size_t)tally->images.bytes);
    json_close(out, '}');
    buf_putc(out, ',');
    json_put_count(out, "drafts", tally->drafts);
    json_put_count(out, "comments_taken", tally->comments);
    json_put_count(out, "sections", tally->sections);
    json_put_count(out, "scenes", tally->scenes);
    json_put_count(out, "quotes", tally->quotes);
    json_put_count(out, "facts", tally->facts);
    json_put_count(out, "cast", tally->cast);
    json_put_count(out, "tags", tally->tags);
    json_put_count(out, "words", tally->words);
    buf_puts(out, "\"dropped\":[");
    for (size_t i = 0; i < tally->reason_count; i++) {
        buf_putc(out, '{');
        json_put_text(out, "why", slice_of(tally->reasons[i].why));
        json_put_count(out, "posts", tally->reasons[i].posts);
        json_put_count(out, "words", tally->reasons[i].words);
        json_close(out, '}');
        buf_putc(out, ',');
    }
    json_close(out, ']');
    buf_putc(out, ',');
    json_put_count(out, "errors", tally->errors);
    json_put_count(out, "warnings", tally->warnings);
    json_close(out, '}');
}
