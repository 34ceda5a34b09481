#include "source/fields.h"

#include "base/limits.h"
#include "base/utf8.h"
#include "source/values.h"
#include "text/header.h"
#include "text/uri.h"

#include <stddef.h>

struct name_list {
    struct name *items;
    size_t count, capacity;
};

struct slice_list {
    slice *items;
    size_t count, capacity;
};

/* What reading a header needs besides the review that comes out. */
struct fields {
    struct arena *arena;
    const struct source *source;
    struct review *out;
    struct diags *diags;
    slice key; /* of the field at hand, as written */
    struct name_list tags, genres, platforms;
    struct slice_list related, aliases;
    struct {
        const char **items;
        size_t count, capacity;
    } alias_places;
    struct {
        struct credit *items;
        size_t count, capacity;
    } credits;
    struct {
        struct fact *items;
        size_t count, capacity;
    } facts;
};

/* A key: how its value is read, where it goes. */
struct field {
    const char *key;
    void (*take)(struct fields *fields, const struct field *field, slice value);
    size_t offset; /* in struct review, or of a list in struct fields */
    int detail;    /* enum credit_kind of a credit */
    bool is_list;  /* may be given on several lines */
    bool required; /* when it is empty, that is no mere warning */
};

static void add_error(struct fields *fields, const char *at, const char *message)
{
    diags_add(fields->diags, DIAG_ERROR, fields->source, at, "%s", message);
}

/* --- single values --- */

static void take_text(struct fields *fields, const struct field *field, slice value)
{
    if (value_fits(fields->source, value.ptr, value, fields->diags)) {
        *(slice *)((char *)fields->out + field->offset) = value;
    }
}

/* A paragraph: no heading, so only as long as a line may be. */
static void take_paragraph(struct fields *fields, const struct field *field, slice value)
{
    *(slice *)((char *)fields->out + field->offset) = value;
}

static void take_moment(struct fields *fields, const struct field *field, slice value)
{
    int64_t *moment = (int64_t *)((char *)fields->out + field->offset);
    if (!date_parse_moment(value, moment)) {
        add_error(fields, value.ptr,
                  "expected a date such as 2025-09-12, or with a time, 2025-09-12T20:00+09:00");
    }
}

static void take_draft(struct fields *fields, const struct field *field, slice value)
{
    (void)field;
    if (!header_to_bool(value, &fields->out->draft)) {
        add_error(fields, value.ptr, "expected `yes` or `no`");
    }
}

static void take_year(struct fields *fields, const struct field *field, slice value)
{
    (void)field;
    unsigned long year = 0;
    if (value.len != 4 || !slice_to_number(value, 9999, &year)) {
        add_error(fields, value.ptr, "expected a year of four digits, such as 2013");
        return;
    }
    struct review *out = fields->out;
    out->year_text = value;
    out->years = arena_array(fields->arena, 1, sizeof *out->years);
    out->years[out->year_count++] = name_make(fields->arena, value);
}

static void take_id(struct fields *fields, const struct field *field, slice value)
{
    (void)field;
    static const char pattern[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    slice prefix = SLICE("urn:uuid:");
    slice uuid = slice_from(value, prefix.len);
    bool good =
        slice_equal_nocase(slice_head(value, prefix.len), prefix) && uuid.len == sizeof pattern - 1;
    for (size_t i = 0; good && i < uuid.len; i++) {
        char c = uuid.ptr[i];
        bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        good = pattern[i] == 'x' ? hex : c == '-';
    }
    if (!good) {
        add_error(fields, value.ptr,
                  "expected `urn:uuid:` and a UUID; leave Id out when there is none");
        return;
    }
    fields->out->id = value;
}

static void take_lang(struct fields *fields, const struct field *field, slice value)
{
    (void)field;
    if (!is_language_tag(value)) {
        add_error(fields, value.ptr,
                  "expected a language tag such as en, ko or pt-BR (the language of the film "
                  "is Language)");
        return;
    }
    fields->out->lang = value;
}

static void take_source(struct fields *fields, const struct field *field, slice value)
{
    (void)field;
    if (uri_scheme(value).len == 0 || slice_find_byte(value, ' ') < value.len) {
        add_error(fields, value.ptr, "expected an address such as https://example.org/post");
        return;
    }
    take_text(fields, field, value);
}

/* `Name` or `Name, number`. */
static void take_series(struct fields *fields, const struct field *field, slice value)
{
    (void)field;
    slice rest = value;
    slice name;
    slice number;
    unsigned long parsed = 0;
    if (!header_next_value(&rest, &name)) {
        add_error(fields, value.ptr, "expected the name of the series and a number: `Name, 2`");
        return;
    }
    if (header_next_value(&rest, &number)) {
        if (!slice_to_number(number, 100000, &parsed)) {
            add_error(fields, number.ptr,
                      "expected a number after the name of the series: `Name, 2`; a comma inside "
                      "the name is written `\\,`");
            return;
        }
        fields->out->series_number = number;
    }
    if (header_next_value(&rest, &number)) {
        add_error(fields, number.ptr, "expected nothing after the number in the series");
        return;
    }
    if (value_fits(fields->source, name.ptr, name, fields->diags)) {
        fields->out->series = value_unescape(fields->arena, name);
    }
}

/* `path | alternative text` */
static void take_poster(struct fields *fields, const struct field *field, slice value)
{
    (void)field;
    size_t bar = slice_find_byte(value, '|');
    slice path = slice_trim(slice_head(value, bar));
    slice alternative = slice_trim(slice_from(value, bar + 1));
    const char *at = path.len > 0 ? path.ptr : value.ptr;
    if (path.len > 0 && path.ptr[0] == '/') {
        path = slice_from(path, 1);
    }
    if (path.len == 0) {
        add_error(fields, at, "expected the path of an image below static/ before the `|`");
    } else if (uri_scheme(path).len > 0) {
        add_error(fields, at,
                  "expected the path of a file below static/, not an address elsewhere");
    } else if (slice_starts_with(path, SLICE("static/"))) {
        diags_add(fields->diags, DIAG_ERROR, fields->source, at,
                  "the path is one below static/; write `%.*s`",
                  SLICE_ARG(slice_head(slice_from(path, 7), LIMIT_TITLE)));
    } else if (value_fits(fields->source, at, path, fields->diags)) {
        fields->out->poster = (struct image){ path, alternative };
    }
    if (alternative.len == 0) {
        diags_add(fields->diags, DIAG_WARNING, fields->source, value.ptr + value.len,
                  "the image has no alternative text; add `| what it shows` for those who cannot "
                  "see it");
    }
}

/* --- lists --- */

/* False, with an error, when one more value would be too many. */
static bool has_room(struct fields *fields, const char *at, size_t count)
{
    if (count == LIMIT_LIST_VALUES) {
        diags_add(fields->diags, DIAG_ERROR, fields->source, at,
                  "more than %d values for %.*s; this one and those after it are not read",
                  LIMIT_LIST_VALUES, SLICE_ARG(fields->key));
    }
    return count < LIMIT_LIST_VALUES;
}

static void warn_repeated(struct fields *fields, slice value, slice before)
{
    if (slice_equal(value, before)) {
        diags_add(fields->diags, DIAG_WARNING, fields->source, value.ptr,
                  "`%.*s` is in this list already", SLICE_ARG(value));
    } else {
        diags_add(fields->diags, DIAG_WARNING, fields->source, value.ptr,
                  "`%.*s` is the same as `%.*s`, which is in this list already", SLICE_ARG(value),
                  SLICE_ARG(before));
    }
}

static void take_names(struct fields *fields, const struct field *field, slice value)
{
    struct name_list *list = (struct name_list *)((char *)fields + field->offset);
    slice written;
    while (header_next_value(&value, &written)) {
        /* People are used to writing tags so. */
        slice text = list == &fields->tags && written.len > 1 && written.ptr[0] == '#'
                         ? slice_trim(slice_from(written, 1))
                         : written;
        if (!has_room(fields, written.ptr, list->count)) {
            return;
        }
        if (!value_fits(fields->source, written.ptr, text, fields->diags)) {
            continue;
        }
        struct name name = name_make(fields->arena, value_unescape(fields->arena, text));
        size_t i = 0;
        while (i < list->count && !slice_equal(list->items[i].slug, name.slug)) {
            i++;
        }
        if (i < list->count) {
            warn_repeated(fields, written, list->items[i].text);
        } else {
            *ARRAY_ADD(fields->arena, list) = name;
        }
    }
}

/* `Person` or, of the cast, `Person as Role`. False with an error when one of the two is missing.
 */
static bool split_role(struct fields *fields, const char *at, slice *person, slice *role)
{
    slice text = *person;
    *role = SLICE_EMPTY;
    if (slice_starts_with(text, SLICE("as ")) || slice_equal(text, SLICE("as"))) {
        add_error(fields, at, "expected a name before `as`");
        return false;
    }
    if (slice_ends_with(text, SLICE(" as"))) {
        add_error(fields, at, "expected a role after `as`");
        return false;
    }
    size_t as = slice_find(text, SLICE(" as "));
    if (as < text.len) {
        *person = slice_trim(slice_head(text, as));
        *role = slice_trim(slice_from(text, as + 4));
    }
    return true;
}

static void add_credit(struct fields *fields, slice written, const struct credit *credit)
{
    for (size_t i = 0; i < fields->credits.count; i++) {
        const struct credit *other = &fields->credits.items[i];
        if (other->kind == credit->kind && slice_equal(other->role, credit->role) &&
            slice_equal(other->person.slug, credit->person.slug)) {
            warn_repeated(fields, written, other->person.text);
            return;
        }
    }
    *ARRAY_ADD(fields->arena, &fields->credits) = *credit;
}

static void take_credits(struct fields *fields, const struct field *field, slice value)
{
    slice written;
    size_t of_kind = 0;
    for (size_t i = 0; i < fields->credits.count; i++) {
        of_kind += (int)fields->credits.items[i].kind == field->detail;
    }
    while (header_next_value(&value, &written)) {
        struct credit credit = { .kind = (enum credit_kind)field->detail };
        slice person = value_unescape(fields->arena, written);
        if (!has_room(fields, written.ptr, of_kind)) {
            return;
        }
        of_kind++;
        if (!value_fits(fields->source, written.ptr, written, fields->diags) ||
            (credit.kind == CREDIT_CAST &&
             !split_role(fields, written.ptr, &person, &credit.role))) {
            continue;
        }
        credit.person = name_make(fields->arena, person);
        add_credit(fields, written, &credit);
    }
}

static bool is_in(const struct slice_list *list, slice value)
{
    for (size_t i = 0; i < list->count; i++) {
        if (slice_equal(list->items[i], value)) {
            return true;
        }
    }
    return false;
}

static void take_related(struct fields *fields, const struct field *field, slice value)
{
    (void)field;
    slice slug;
    while (header_next_value(&value, &slug)) {
        if (!has_room(fields, slug.ptr, fields->related.count)) {
            return;
        }
        if (is_in(&fields->related, slug)) {
            warn_repeated(fields, slug, slug);
        } else if (value_fits(fields->source, slug.ptr, slug, fields->diags)) {
            *ARRAY_ADD(fields->arena, &fields->related) = slug;
        }
    }
}

/* What `written` decodes to, when it can be the path of a request; else an error, and empty. */
static slice decode_alias(struct fields *fields, slice written)
{
    if (written.ptr[0] != '/') {
        add_error(fields, written.ptr,
                  "expected an old path with its first slash, such as /2013/old-name.gmi");
        return SLICE_EMPTY;
    }
    if (slice_find_byte(written, '?') < written.len ||
        slice_find_byte(written, '#') < written.len) {
        add_error(fields, written.ptr, "an old path has no `?` and no `#`");
        return SLICE_EMPTY;
    }
    if (!value_fits(fields->source, written.ptr, written, fields->diags)) {
        return SLICE_EMPTY;
    }
    struct buf out;
    buf_init(&out, written.len);
    uri_put_decoded(&out, value_unescape(fields->arena, written));
    slice path = arena_copy(fields->arena, buf_slice(&out));
    buf_release(&out);
    bool control = false;
    slice rest = path;
    int32_t c = 0;
    while (utf8_next(&rest, &c)) {
        control = control || utf8_is_control(c);
    }
    if (control || utf8_find_invalid(path) < path.len) {
        add_error(fields, written.ptr, "what this path decodes to is not text");
        return SLICE_EMPTY;
    }
    return path;
}

static void take_aliases(struct fields *fields, const struct field *field, slice value)
{
    (void)field;
    slice written;
    while (header_next_value(&value, &written)) {
        if (!has_room(fields, written.ptr, fields->aliases.count)) {
            return;
        }
        slice path = decode_alias(fields, written);
        if (path.len == 0) {
            continue;
        }
        if (is_in(&fields->aliases, path)) {
            warn_repeated(fields, written, path);
            continue;
        }
        *ARRAY_ADD(fields->arena, &fields->aliases) = path;
        *ARRAY_ADD(fields->arena, &fields->alias_places) = written.ptr;
    }
}

/* --- the table --- */

#define REQUIRED(key, take, member)                                \
    {                                                              \
        key, take, offsetof(struct review, member), 0, false, true \
    }
#define ONE(key, take, member)                                      \
    {                                                               \
        key, take, offsetof(struct review, member), 0, false, false \
    }
#define TEXT(key, member) ONE(key, take_text, member)
#define NAMES(key, member)                                               \
    {                                                                    \
        key, take_names, offsetof(struct fields, member), 0, true, false \
    }
#define CREDITS(key, kind)                      \
    {                                           \
        key, take_credits, 0, kind, true, false \
    }
#define LIST(key, take)              \
    {                                \
        key, take, 0, 0, true, false \
    }

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
    TEXT("Rating", rating),
    NAMES("Tags", tags),
    TEXT("Tagline", tagline),
    ONE("Summary", take_paragraph, summary),
    ONE("Poster", take_poster, poster),
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
    warn_unknown_key(fields->source, given->key, known, ARRAY_LENGTH(known),
                     "It is shown as it is.", fields->diags);
    if (given->value.len > 0 && has_room(fields, given->key.ptr, fields->facts.count)) {
        *ARRAY_ADD(fields->arena, &fields->facts) = (struct fact){ given->key, given->value };
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
        if (!field->required) {
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

static void finish(struct fields *fields)
{
    struct review *out = fields->out;
    out->tags = fields->tags.items;
    out->tag_count = fields->tags.count;
    out->genres = fields->genres.items;
    out->genre_count = fields->genres.count;
    out->platforms = fields->platforms.items;
    out->platform_count = fields->platforms.count;
    out->credits = fields->credits.items;
    out->credit_count = fields->credits.count;
    out->related = fields->related.items;
    out->related_count = fields->related.count;
    out->aliases = fields->aliases.items;
    out->alias_places = fields->alias_places.items;
    out->alias_count = fields->aliases.count;
    out->facts = fields->facts.items;
    out->fact_count = fields->facts.count;
}

static void check_dates(struct fields *fields, const struct seen *published,
                        const struct seen *updated, const char *updated_at)
{
    struct review *out = fields->out;
    out->has_published = published->line != 0 && !published->empty;
    if (out->has_published) {
        out->published_day = date_of(out->published);
    }
    if (updated->line == 0 || updated->empty) {
        out->updated = out->published;
    } else if (out->has_published && out->updated < out->published) {
        diags_add(fields->diags, DIAG_WARNING, fields->source, updated_at,
                  "Updated is before Published");
    }
}

slice fields_read(struct arena *arena, const struct source *source, struct review *out,
                  struct diags *diags)
{
    struct fields fields = { .arena = arena, .source = source, .out = out, .diags = diags };
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
