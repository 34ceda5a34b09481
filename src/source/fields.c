#include "source/fields.h"

#include "source/field.h"
#include "source/values.h"
#include "text/header.h"

#include <stddef.h>

/* --- the table --- */

#define ROW(key, take, offset, detail, list, required) \
    {                                                  \
        key, take, offset, detail, list, required      \
    }
#define ONE(key, take, member) ROW(key, take, offsetof(struct review, member), 0, false, false)
#define REQUIRED(key, take, member) ROW(key, take, offsetof(struct review, member), 0, false, true)
#define TEXT(key, member) ONE(key, take_text, member)
#define NAMES(key, member) ROW(key, take_names, offsetof(struct fields, member), 0, true, false)
#define CREDITS(key, kind) ROW(key, take_credits, 0, kind, true, false)
#define LIST(key, take) ROW(key, take, 0, 0, true, false)

static const struct field table[] = {
    REQUIRED("Title", take_text, title),
    TEXT("Original-Title", original_title),
    TEXT("Romanized", romanized),
    ONE("Id", take_id, id),
    REQUIRED("Published", take_moment, published),
    ONE("Updated", take_moment, updated),
    ONE("Draft", take_draft, draft),
    TEXT("Author", author),
    ONE("Lang", take_lang, lang),
    TEXT("Kind", kind),
    ONE("Year", take_year, year_text),
    TEXT("Country", country),
    TEXT("Language", language),
    NAMES("Genre", genres),
    CREDITS("Director", CREDIT_DIRECTOR),
    CREDITS("Writer", CREDIT_WRITER),
    CREDITS("Cast", CREDIT_CAST),
    TEXT("Runtime", runtime),
    TEXT("Episodes", episodes),
    NAMES("Platform", platforms),
    ONE("Series", take_series, series),
    ONE("Rating", take_rating, rating),
    NAMES("Tags", tags),
    TEXT("Tagline", tagline),
    ONE("Summary", take_paragraph, summary),
    ONE("Poster", take_poster, poster),
    ONE("Comments", take_comments, comments),
    TEXT("Best-Quote", best_quote_id),
    LIST("Related", take_related),
    LIST("Aliases", take_aliases),
    ONE("Source", take_source, source_url),
};

static size_t find_field(slice key)
{
    size_t i = 0;
    while (i < ARRAY_LENGTH(table) && !slice_equal_nocase(key, slice_of(table[i].key))) {
        i++;
    }
    return i;
}

static void take_unknown(struct fields *fields, const struct header_field *given)
{
    slice known[ARRAY_LENGTH(table)];
    for (size_t i = 0; i < ARRAY_LENGTH(table); i++) {
        known[i] = slice_of(table[i].key);
    }
    header_unknown_key(fields->source, given->key, known, ARRAY_LENGTH(known), DIAG_WARNING,
                       " It is shown as it is.", fields->diags);
    if (given->value.len > 0 && list_has_room(fields, given->key.ptr, fields->facts.count)) {
        *ARRAY_ADD(&fields->scratch, &fields->facts) = (struct fact){ given->key, given->value };
    }
}

/* --- the whole header --- */

/* What is given once; `line` is 0 for what is not given. */
struct seen {
    unsigned line;
    bool empty;
};

/* True when a value is there to be taken. */
static bool note_seen(struct fields *fields, const struct field *field, struct seen *seen,
                      unsigned line, slice value)
{
    if (seen->line != 0 && !field->is_list) {
        diags_add(fields->diags, DIAG_ERROR, fields->source, fields->key.ptr,
                  "%s is given twice; the first one is on line %u", field->key, seen->line);
        return false;
    }
    if (seen->line == 0) {
        *seen = (struct seen){ line, value.len == 0 };
    }
    if (value.len == 0) {
        /* Below `Draft: yes` the author is still filling in what `matinee new` has put there. */
        if (!field->required && !fields->out->draft) {
            diags_add(fields->diags, DIAG_WARNING, fields->source, fields->key.ptr,
                      "%s is empty and is passed over", field->key);
        }
        return false;
    }
    return true;
}

/* A required field that is missing or empty: `empty_at` is where its key stands. */
static void check_required(struct fields *fields, const struct seen *seen, const char *key,
                           const char *empty_at)
{
    if (seen->line == 0) {
        diags_add(fields->diags, DIAG_ERROR, fields->source, fields->source->text.ptr,
                  "the header has no %s", key);
    } else if (seen->empty) {
        diags_add(fields->diags, DIAG_ERROR, fields->source, empty_at, "%s is empty", key);
    }
}

/* A list that has all its values, in the arena of the review. */
#define KEEP(fields, list) \
    arena_copy_array((fields)->arena, (list).items, (list).count, sizeof *(list).items)

static void finish(struct fields *fields)
{
    struct review *out = fields->out;
    out->tags = KEEP(fields, fields->tags);
    out->tag_count = fields->tags.count;
    out->genres = KEEP(fields, fields->genres);
    out->genre_count = fields->genres.count;
    out->platforms = KEEP(fields, fields->platforms);
    out->platform_count = fields->platforms.count;
    out->credits = KEEP(fields, fields->credits);
    out->credit_count = fields->credits.count;
    out->related = KEEP(fields, fields->related);
    out->related_count = fields->related.count;
    out->aliases = KEEP(fields, fields->aliases);
    out->alias_places = KEEP(fields, fields->alias_places);
    out->alias_count = fields->aliases.count;
    out->facts = KEEP(fields, fields->facts);
    out->fact_count = fields->facts.count;
    arena_release(&fields->scratch);
}

static void check_dates(struct fields *fields, const struct seen *published,
                        const struct seen *updated, const char *updated_at)
{
    struct review *out = fields->out;
    out->has_published = published->line != 0 && !published->empty;
    if (updated->line == 0 || updated->empty) {
        out->updated = out->published;
    }
    out->published_day = date_of(out->published);
    out->published_offset = date_offset(out->published);
    out->updated_day = date_of(out->updated);
    if (out->has_published && out->updated < out->published) {
        /* The day of publication, given without a time, is before the time that it had. */
        if (date_compare(out->updated_day, out->published_day) < 0) {
            diags_add(fields->diags, DIAG_WARNING, fields->source, updated_at,
                      "Updated is before Published");
        }
        out->updated = out->published;
        out->updated_day = out->published_day;
    }
    out->updated_offset = date_offset(out->updated);
}

slice fields_read(struct arena *arena, const struct source *source, struct review *out,
                  struct diags *diags)
{
    struct fields fields = { .arena = arena, .source = source, .out = out, .diags = diags };
    arena_init(&fields.scratch);
    struct seen seen[ARRAY_LENGTH(table)] = { 0 };
    const char *places[ARRAY_LENGTH(table)] = { 0 };
    struct line_counter lines;
    struct header_reader reader;
    struct header_field given;
    size_t title = find_field(SLICE("Title"));
    size_t published = find_field(SLICE("Published"));
    size_t updated = find_field(SLICE("Updated"));
    header_begin(&reader, source, diags);
    line_counter_begin(&lines, source->text);
    while (header_next(&reader, &given)) {
        size_t i = find_field(given.key);
        fields.key = given.key;
        if (i == ARRAY_LENGTH(table)) {
            take_unknown(&fields, &given);
            continue;
        }
        places[i] = places[i] == NULL ? given.key.ptr : places[i];
        if (note_seen(&fields, &table[i], &seen[i], line_counter_at(&lines, given.key.ptr),
                      given.value)) {
            table[i].take(&fields, &table[i], given.value);
        }
    }
    check_required(&fields, &seen[title], "Title", places[title]);
    if (!out->draft) {
        check_required(&fields, &seen[published], "Published", places[published]);
    }
    check_dates(&fields, &seen[published], &seen[updated], places[updated]);
    finish(&fields);
    return reader.rest;
}
