#include "import/facts.h"

#include "base/limits.h"
#include "base/utf8.h"
#include "import/phrase.h"
#include "text/slug.h"

enum {
    /* An unknown key with a value longer than this is prose that has a colon. */
    OTHER_VALUE_BYTES = 200,
    FEATURE_MINUTES = 70,
};

/* Keys with a meaning of their own in a header, which a fact of the same name does not have. */
static const char *const reserved[] = {
    "id",     "published", "updated", "draft",      "author",  "lang",    "series",
    "source", "tags",      "summary", "best-quote", "related", "aliases", "poster",
};

slice facts_value(const struct facts *facts, enum post_fact fact)
{
    return facts->values[fact].count > 0 ? facts->values[fact].items[0] : SLICE_EMPTY;
}

bool facts_set(struct facts *facts, enum post_fact fact, slice value)
{
    value = slice_trim(value);
    if (value.len == 0 || facts->values[fact].count > 0) {
        return false;
    }
    *ARRAY_ADD(facts->arena, &facts->values[fact]) = value;
    return true;
}

/* Room for LIMIT_LIST_VALUES values and their slugs, once a list has one. */
static void make_list(struct facts *facts, struct fact_values *values)
{
    values->items = arena_array(facts->arena, LIMIT_LIST_VALUES, sizeof *values->items);
    values->slugs = arena_array(facts->arena, LIMIT_LIST_VALUES, sizeof *values->slugs);
    values->capacity = LIMIT_LIST_VALUES;
}

bool facts_add(struct facts *facts, enum post_fact fact, slice value)
{
    struct fact_values *values = &facts->values[fact];
    value = slice_trim(value);
    if (value.len == 0 || value.len > LIMIT_TITLE || values->count >= LIMIT_LIST_VALUES) {
        return false;
    }
    if (values->items == NULL) {
        make_list(facts, values);
    }
    struct buf made;
    buf_init(&made, LIMIT_SLUG * 4);
    if (fact != FACT_ALIASES) {
        slug_put(&made, value, LIMIT_SLUG);
    }
    slice slug = made.len > 0 ? buf_slice(&made) : value;
    bool is_new = true;
    for (size_t i = 0; is_new && i < values->count; i++) {
        is_new = !slice_equal(values->slugs[i], slug);
    }
    if (is_new) {
        values->slugs[values->count] = arena_copy(facts->arena, slug);
        values->items[values->count++] = value;
    }
    buf_release(&made);
    return is_new;
}

static bool has_foreign_letters(slice s)
{
    int32_t c = 0;
    while (utf8_next(&s, &c)) {
        /* Past the Latin blocks: Greek, Cyrillic, Hangul, Han, … but no general punctuation. */
        if (c >= 0x370 && !(c >= 0x1E00 && c < 0x1F00) && utf8_class(c) == UTF8_LETTER) {
            return true;
        }
    }
    return false;
}

bool facts_has_original_title(slice text)
{
    slice before;
    slice inside;
    return phrase_split_bracket(text, &before, &inside) && !has_foreign_letters(before) &&
           has_foreign_letters(inside);
}

/* Set a field of one value, or note that it has this value already. False when it has another. */
static bool set_or_note(struct facts *facts, enum post_fact fact, slice value, unsigned number,
                        struct report *report)
{
    if (facts_set(facts, fact, value)) {
        return true;
    }
    if (!slice_equal(facts_value(facts, fact), slice_trim(value))) {
        return false;
    }
    report_note(report, number, "%.*s: \"%.*s\" again", SLICE_ARG(fact_key(fact)),
                SLICE_ARG(value));
    return true;
}

void facts_set_title(struct facts *facts, slice text, unsigned number, struct report *report)
{
    slice before;
    slice inside;
    slice part;
    text = slice_trim(text);
    if (phrase_split_bracket(text, &before, &inside) && !has_foreign_letters(before)) {
        slice rest = inside;
        bool understood = true;
        bool original = false;
        while (slice_next_piece(&rest, ',', &part)) {
            part = slice_trim(part);
            /* Behind the title in its own script it may stand in Latin letters. */
            bool latin = original && phrase_is_capital(part);
            original = original || has_foreign_letters(part);
            understood = understood && (phrase_is_year(part) || has_foreign_letters(part) || latin);
        }
        rest = inside;
        while (understood && slice_next_piece(&rest, ',', &part)) {
            part = slice_trim(part);
            enum post_fact fact = phrase_is_year(part)        ? FACT_YEAR
                                  : has_foreign_letters(part) ? FACT_ORIGINAL_TITLE
                                                              : FACT_ROMANIZED;
            understood = set_or_note(facts, fact, part, number, report);
        }
        text = understood ? before : text;
    }
    /* `원제 / Title` */
    size_t bar = slice_find(text, SLICE(" / "));
    slice first = slice_trim(slice_head(text, bar));
    slice second = slice_trim(slice_from(text, bar + 3));
    if (first.len > 0 && second.len > 0 &&
        has_foreign_letters(first) != has_foreign_letters(second)) {
        bool swapped = has_foreign_letters(first);
        if (set_or_note(facts, FACT_ORIGINAL_TITLE, swapped ? first : second, number, report)) {
            text = swapped ? second : first;
        }
    }
    (void)facts_set(facts, FACT_TITLE, phrase_unquoted(text));
}

/* The longest name, or role, between which a dash or a colon stands. */
enum { NAME_BYTES = 60 };

/* `Name – Role`, `Name: Role`. */
static bool split_role(slice value, slice *name, slice *role)
{
    size_t dash = phrase_find_dash(value);
    size_t colon = slice_find(value, SLICE(": "));
    size_t end = dash < colon ? dash : colon;
    slice behind = slice_from(value, end);
    *name = slice_trim(slice_head(value, end));
    *role = slice_trim(slice_from(behind, dash < colon ? phrase_dash(behind) : 1));
    return end < value.len && name->len > 0 && name->len <= NAME_BYTES && role->len > 0 &&
           role->len <= NAME_BYTES && phrase_is_capital(*name) && !phrase_ends_like_prose(*role);
}

/* `Name (Role)` as the format has it, `Name as Role`, when the brackets hold a role: not a year,
 * which tells people of one name apart, and not the name in another script. */
static slice with_role(struct arena *arena, slice value)
{
    slice name;
    slice role;
    if (slice_find(value, SLICE(" as ")) < value.len) {
        return value;
    }
    if (split_role(value, &name, &role)) {
        return arena_printf(arena, "%.*s as %.*s", SLICE_ARG(name), SLICE_ARG(role));
    }
    if (!phrase_split_bracket(value, &name, &role) || phrase_is_year(role) ||
        has_foreign_letters(role) != has_foreign_letters(name)) {
        return value;
    }
    return phrase_starts_with(role, SLICE("as "))
               ? arena_printf(arena, "%.*s %.*s", SLICE_ARG(name), SLICE_ARG(role))
               : arena_printf(arena, "%.*s as %.*s", SLICE_ARG(name), SLICE_ARG(role));
}

/* Take the next value off a list as people write it: separated by `;` when there is one, else by
 * commas, for genres and platforms also by slashes; brackets keep theirs. */
static bool next_listed(slice *rest, bool semicolons, bool slashes, slice *value)
{
    while (rest->len > 0) {
        size_t end = 0;
        unsigned depth = 0;
        for (; end < rest->len; end++) {
            char c = rest->ptr[end];
            depth += c == '(';
            depth -= c == ')' && depth > 0;
            if (depth == 0 &&
                (c == (semicolons ? ';' : ',') || (slashes && (c == '/' || c == '|')))) {
                break;
            }
        }
        *value = slice_trim(slice_head(*rest, end));
        *rest = slice_from(*rest, end + 1);
        if (value->len > 0) {
            return true;
        }
    }
    return false;
}

/* `as` parts a person from a role, so it is no person and no role by itself. */
static bool is_good_value(enum post_fact fact, slice value)
{
    return fact != FACT_CAST ||
           !(slice_equal(value, SLICE("as")) || slice_starts_with(value, SLICE("as ")) ||
             slice_ends_with(value, SLICE(" as")));
}

static void take_list(struct facts *facts, enum post_fact fact, slice list, unsigned number,
                      struct report *report)
{
    bool semicolons = slice_find_byte(list, ';') < list.len;
    bool slashes = fact == FACT_GENRE || fact == FACT_PLATFORM;
    slice value;
    while (next_listed(&list, semicolons, slashes, &value)) {
        slice written = value;
        bool joined =
            phrase_starts_with(value, SLICE("and ")) || phrase_starts_with(value, SLICE("& "));
        if (joined) {
            value = slice_trim(slice_from(value, slice_find_byte(value, ' ')));
        }
        value = fact == FACT_CAST ? with_role(facts->arena, value) : value;
        bool added = is_good_value(fact, value) && facts_add(facts, fact, value);
        if (!added || joined) {
            report_note(report, number, "%.*s: \"%.*s\"%s", SLICE_ARG(fact_key(fact)),
                        SLICE_ARG(written),
                        added ? " without the word before the name"
                              : " is left out: the list has it already, or cannot hold it");
        }
    }
}

static bool is_reserved(slice key)
{
    for (size_t i = 0; i < ARRAY_LENGTH(reserved); i++) {
        if (slice_equal_nocase(key, slice_of(reserved[i]))) {
            return true;
        }
    }
    return false;
}

/* A key that a header can hold (text/header.h) and that no field has. */
static bool is_other_key(slice key)
{
    for (size_t i = 0; i < key.len; i++) {
        char c = key.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && !(i > 0 && ((c >= '0' && c <= '9') || c == '-'))) {
            return false;
        }
    }
    return key.len > 0 && !is_reserved(key);
}

static bool take_other(struct facts *facts, const struct fact_line *line)
{
    struct fact_values *others = &facts->values[FACT_OTHER];
    if (!is_other_key(line->key) || line->value.len > OTHER_VALUE_BYTES ||
        others->count >= 2 * LIMIT_LIST_VALUES) {
        return false;
    }
    for (size_t i = 0; i < others->count; i += 2) {
        if (slice_equal_nocase(others->items[i], line->key)) {
            return false;
        }
    }
    *ARRAY_ADD(facts->arena, others) = line->key;
    *ARRAY_ADD(facts->arena, others) = line->value;
    return true;
}

bool facts_take(struct facts *facts, const struct fact_line *line, unsigned number,
                struct report *report)
{
    enum post_fact fact = fact_find(line->key);
    bool taken = true;
    if (line->value.len == 0) {
        return false;
    }
    if (fact == FACT_OTHER) {
        taken = take_other(facts, line);
    } else if (fact_is_list(fact)) {
        taken = facts->values[fact].count == 0;
        if (taken) {
            take_list(facts, fact, line->value, number, report);
        }
        if (taken && fact_line_is_of_writer(line) && facts->values[FACT_WRITER].count == 0) {
            take_list(facts, FACT_WRITER, line->value, number, report);
        }
    } else if (fact == FACT_TITLE) {
        taken = facts_value(facts, fact).len == 0;
        if (taken) {
            facts_set_title(facts, line->value, number, report);
        }
    } else if (fact == FACT_YEAR) {
        taken =
            phrase_is_year(line->value) && set_or_note(facts, fact, line->value, number, report);
        if (!taken && facts_value(facts, fact).len == 0) {
            /* `March 2013`: the year is one, and the line stays in the text. */
            (void)facts_set(facts, fact, phrase_find_year(line->value));
        }
    } else {
        taken = facts_set(facts, fact, line->value);
    }
    if (taken) {
        report->facts++;
        slice key = fact == FACT_OTHER ? line->key : fact_key(fact);
        if (!slice_equal(key, line->key)) {
            report_note(report, number, "\"%.*s\" became %.*s", SLICE_ARG(line->key),
                        SLICE_ARG(key));
        }
    }
    return taken;
}

/* The minutes in `127 min`, `2h 7m`, `1 hr 47 min`, `97`; 0 when there is no telling. */
static unsigned long minutes(slice text)
{
    unsigned long total = 0;
    while (text.len > 0) {
        size_t digits = 0;
        while (digits < text.len && text.ptr[digits] >= '0' && text.ptr[digits] <= '9') {
            digits++;
        }
        if (digits == 0) {
            text = slice_from(text, 1);
            continue;
        }
        unsigned long number = 0;
        if (!slice_to_number(slice_head(text, digits), 10000, &number)) {
            return 0;
        }
        text = slice_trim(slice_from(text, digits));
        bool hours = text.len > 0 && (text.ptr[0] == 'h' || text.ptr[0] == 'H');
        total += hours ? number * 60 : number;
    }
    return total;
}

void facts_infer_kind(struct facts *facts, struct report *report)
{
    slice kind = facts_value(facts, FACT_KIND);
    if (kind.len > 0) {
        return;
    }
    if (facts_value(facts, FACT_EPISODES).len > 0) {
        (void)facts_set(facts, FACT_KIND, SLICE("drama"));
        report_note(report, 0, "Kind: drama, because it has episodes");
    } else if (minutes(facts_value(facts, FACT_RUNTIME)) >= FEATURE_MINUTES) {
        (void)facts_set(facts, FACT_KIND, SLICE("film"));
        report_note(report, 0, "Kind: film, by its running time");
    }
}
