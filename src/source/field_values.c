/* field_values.c: the header fields that hold one value. */
#include "base/limits.h"
#include "source/field.h"
#include "source/values.h"
#include "text/header.h"
#include "text/uri.h"
#include "text/uuid.h"

void field_error(struct fields *fields, const char *at, const char *message)
{
    diags_add(fields->diags, DIAG_ERROR, fields->source, at, "%s", message);
}

void take_text(struct fields *fields, const struct field *field, slice value)
{
    if (header_value_fits(fields->source, value.ptr, value, fields->diags)) {
        *(slice *)((char *)fields->out + field->offset) = value;
    }
}

void take_paragraph(struct fields *fields, const struct field *field, slice value)
{
    *(slice *)((char *)fields->out + field->offset) = value;
}

void take_moment(struct fields *fields, const struct field *field, slice value)
{
    int64_t *moment = (int64_t *)((char *)fields->out + field->offset);
    if (!date_parse_moment(value, moment)) {
        field_error(fields, value.ptr,
                    "expected a date such as 2025-09-12, or with a time, 2025-09-12T20:00+09:00");
    }
}

void take_draft(struct fields *fields, const struct field *field, slice value)
{
    (void)field;
    if (!header_to_bool(value, &fields->out->draft)) {
        field_error(fields, value.ptr, "expected `yes` or `no`");
    }
}

void take_year(struct fields *fields, const struct field *field, slice value)
{
    (void)field;
    unsigned long year = 0;
    if (value.len != 4 || !slice_to_number(value, 9999, &year)) {
        field_error(fields, value.ptr, "expected a year of four digits, such as 2013");
        return;
    }
    struct review *out = fields->out;
    out->year_text = value;
    out->years = arena_array(fields->arena, 1, sizeof *out->years);
    out->years[out->year_count++] = name_make(fields->arena, value);
}

void take_id(struct fields *fields, const struct field *field, slice value)
{
    (void)field;
    if (!uuid_is_urn(value)) {
        field_error(fields, value.ptr,
                    "expected `urn:uuid:` and a UUID; leave Id out when there is none");
        return;
    }
    fields->out->id = value;
}

void take_lang(struct fields *fields, const struct field *field, slice value)
{
    (void)field;
    if (!is_language_tag(value)) {
        field_error(fields, value.ptr,
                    "expected a language tag such as en, ko or pt-BR (the language of the film "
                    "is Language)");
        return;
    }
    fields->out->lang = value;
}

void take_source(struct fields *fields, const struct field *field, slice value)
{
    (void)field;
    if (uri_scheme(value).len == 0 || slice_find_byte(value, ' ') < value.len) {
        field_error(fields, value.ptr, "expected an address such as https://example.org/post");
        return;
    }
    take_text(fields, field, value);
}

/* As it is written; one that is understood is compared with others. */
void take_rating(struct fields *fields, const struct field *field, slice value)
{
    take_text(fields, field, value);
    if (!rating_parse(value, &fields->out->rating_share)) {
        fields->out->rating_share = RATING_NONE;
    }
}

/* `Name` or `Name, number`. */
void take_series(struct fields *fields, const struct field *field, slice value)
{
    (void)field;
    slice rest = value;
    slice name;
    slice number;
    unsigned long parsed = 0;
    if (!header_next_value(&rest, &name)) {
        field_error(fields, value.ptr, "expected the name of the series and a number: `Name, 2`");
        return;
    }
    if (header_next_value(&rest, &number)) {
        if (!slice_to_number(number, 100000, &parsed)) {
            field_error(fields, number.ptr,
                        "expected a number after the name of the series: `Name, 2`; a comma inside "
                        "the name is written `\\,`");
            return;
        }
        fields->out->series_number = number;
    }
    if (header_next_value(&rest, &number)) {
        field_error(fields, number.ptr, "expected nothing after the number in the series");
        return;
    }
    if (header_value_fits(fields->source, name.ptr, name, fields->diags)) {
        fields->out->series = name_make(fields->arena, value_unescape(fields->arena, name));
    }
}

/* `path | words`: a file below static/ and what is said of it. False, with an error, when it is the
 * path of none; `what` is what was expected. */
static bool take_file(struct fields *fields, slice value, const char *what, slice *path,
                      slice *words)
{
    size_t bar = slice_find_byte(value, '|');
    *path = slice_trim(slice_head(value, bar));
    *words = slice_trim(slice_from(value, bar + 1));
    const char *at = path->len > 0 ? path->ptr : value.ptr;
    if (path->len > 0 && path->ptr[0] == '/') {
        *path = slice_from(*path, 1);
    }
    if (path->len == 0) {
        field_error(fields, at, what);
    } else if (uri_scheme(*path).len > 0) {
        field_error(fields, at,
                    "expected the path of a file below static/, not an address elsewhere");
    } else if (slice_starts_with(*path, SLICE("static/"))) {
        diags_add(fields->diags, DIAG_ERROR, fields->source, at,
                  "the path is one below static/; write `%.*s`",
                  SLICE_ARG(slice_head(slice_from(*path, 7), LIMIT_TITLE)));
    } else {
        return header_value_fits(fields->source, at, *path, fields->diags);
    }
    return false;
}

/* `path | alternative text` */
void take_poster(struct fields *fields, const struct field *field, slice value)
{
    slice path;
    slice alternative;
    (void)field;
    if (take_file(fields, value, "expected the path of an image below static/ before the `|`",
                  &path, &alternative)) {
        fields->out->poster = (struct image){ path, alternative };
    }
    if (alternative.len == 0) {
        diags_add(fields->diags, DIAG_WARNING, fields->source, value.ptr + value.len,
                  "the image has no alternative text; add `| what it shows` for those who cannot "
                  "see it");
    }
}

/* `path | label` */
void take_comments(struct fields *fields, const struct field *field, slice value)
{
    slice path;
    slice label;
    (void)field;
    if (take_file(fields, value, "expected the path of a page below static/ before the `|`", &path,
                  &label) &&
        header_value_fits(fields->source, label.ptr, label, fields->diags)) {
        fields->out->comments = (struct comments_page){ path, label };
    }
}
