/* field_lists.c: the header fields that hold lists. */
#include "base/limits.h"
#include "base/utf8.h"
#include "source/field.h"
#include "source/values.h"
#include "text/header.h"
#include "text/uri.h"

bool list_has_room(struct fields *fields, const char *at, size_t count)
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

void take_names(struct fields *fields, const struct field *field, slice value)
{
    struct name_list *list = (struct name_list *)((char *)fields + field->offset);
    slice written;
    while (header_next_value(&value, &written)) {
        /* People are used to writing tags so. */
        slice text = list == &fields->tags && written.len > 1 && written.ptr[0] == '#'
                         ? slice_trim(slice_from(written, 1))
                         : written;
        if (!list_has_room(fields, written.ptr, list->count)) {
            return;
        }
        if (!header_value_fits(fields->source, written.ptr, text, fields->diags)) {
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
            *ARRAY_ADD(&fields->scratch, list) = name;
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
        field_error(fields, at, "expected a name before `as`");
        return false;
    }
    if (slice_ends_with(text, SLICE(" as"))) {
        field_error(fields, at, "expected a role after `as`");
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
            warn_repeated(fields, written, written);
            return;
        }
    }
    *ARRAY_ADD(&fields->scratch, &fields->credits) = *credit;
}

void take_credits(struct fields *fields, const struct field *field, slice value)
{
    slice written;
    size_t of_kind = 0;
    for (size_t i = 0; i < fields->credits.count; i++) {
        of_kind += (int)fields->credits.items[i].kind == field->detail;
    }
    while (header_next_value(&value, &written)) {
        struct credit credit = { .kind = (enum credit_kind)field->detail };
        slice person = value_unescape(fields->arena, written);
        if (!list_has_room(fields, written.ptr, of_kind)) {
            return;
        }
        of_kind++;
        if (!header_value_fits(fields->source, written.ptr, written, fields->diags) ||
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

void take_related(struct fields *fields, const struct field *field, slice value)
{
    (void)field;
    slice slug;
    while (header_next_value(&value, &slug)) {
        if (!list_has_room(fields, slug.ptr, fields->related.count)) {
            return;
        }
        if (is_in(&fields->related, slug)) {
            warn_repeated(fields, slug, slug);
        } else if (header_value_fits(fields->source, slug.ptr, slug, fields->diags)) {
            *ARRAY_ADD(&fields->scratch, &fields->related) = slug;
        }
    }
}

/* What `written` decodes to, when it can be the path of a request; else an error, and empty. */
static slice decode_alias(struct fields *fields, slice written)
{
    if (written.ptr[0] != '/') {
        field_error(fields, written.ptr,
                    "expected an old path with its first slash, such as /2013/old-name.gmi");
        return SLICE_EMPTY;
    }
    if (slice_find_byte(written, '?') < written.len ||
        slice_find_byte(written, '#') < written.len) {
        field_error(fields, written.ptr, "an old path has no `?` and no `#`");
        return SLICE_EMPTY;
    }
    if (!header_value_fits(fields->source, written.ptr, written, fields->diags)) {
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
        field_error(fields, written.ptr, "what this path decodes to is not text");
        return SLICE_EMPTY;
    }
    return path;
}

void take_aliases(struct fields *fields, const struct field *field, slice value)
{
    (void)field;
    slice written;
    while (header_next_value(&value, &written)) {
        if (!list_has_room(fields, written.ptr, fields->aliases.count)) {
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
        *ARRAY_ADD(&fields->scratch, &fields->aliases) = path;
        *ARRAY_ADD(&fields->scratch, &fields->alias_places) = written.ptr;
    }
}
