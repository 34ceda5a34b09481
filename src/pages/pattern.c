#include "pages/pattern.h"

#include "base/limits.h"
#include "pages/list.h"

#include <string.h>

/* What may stand between braces in a pattern. */
struct place {
    slice name;
    /** How many things may stand here, given what the places before it stand for. */
    size_t (*count)(const struct capsule *capsule, const struct page *page);
    void (*take)(const struct capsule *capsule, size_t index, struct page *page);
    bool (*find)(const struct capsule *capsule, slice text, struct page *page);
    void (*put)(const struct page *page, pattern_write *write, struct buf *out);
};

static size_t count_reviews(const struct capsule *capsule, UNUSED const struct page *page)
{
    return capsule_count_reviews(capsule);
}

static void take_review(const struct capsule *capsule, size_t index, struct page *page)
{
    page->review = capsule_review_at(capsule, index);
}

static bool find_review(const struct capsule *capsule, slice text, struct page *page)
{
    page->review = capsule_find_review(capsule, text);
    return page->review != NULL;
}

static void put_review(const struct page *page, pattern_write *write, struct buf *out)
{
    write(out, page->review->slug);
}

static size_t count_sections(UNUSED const struct capsule *capsule, const struct page *page)
{
    return page->review->section_count;
}

static void take_section(UNUSED const struct capsule *capsule, size_t index, struct page *page)
{
    page->section = &page->review->sections[index];
}

static bool find_section(UNUSED const struct capsule *capsule, slice text, struct page *page)
{
    for (size_t i = 0; i < page->review->section_count; i++) {
        if (slice_equal(page->review->sections[i].id, text)) {
            page->section = &page->review->sections[i];
            return true;
        }
    }
    return false;
}

static void put_section(const struct page *page, pattern_write *write, struct buf *out)
{
    write(out, page->section->id);
}

static size_t count_quotes(UNUSED const struct capsule *capsule, const struct page *page)
{
    return page->review->quote_count;
}

static void take_quote(UNUSED const struct capsule *capsule, size_t index, struct page *page)
{
    page->quote = &page->review->quotes[index];
}

static bool find_quote(UNUSED const struct capsule *capsule, slice text, struct page *page)
{
    for (size_t i = 0; i < page->review->quote_count; i++) {
        if (slice_equal(page->review->quotes[i].id, text)) {
            page->quote = &page->review->quotes[i];
            return true;
        }
    }
    return false;
}

static void put_quote(const struct page *page, pattern_write *write, struct buf *out)
{
    write(out, page->quote->id);
}

static size_t count_facets(UNUSED const struct capsule *capsule, UNUSED const struct page *page)
{
    return FACET_COUNT;
}

static void take_facet(const struct capsule *capsule, size_t index, struct page *page)
{
    page->facet = &capsule->facets[index];
}

static bool find_facet(const struct capsule *capsule, slice text, struct page *page)
{
    for (size_t i = 0; i < FACET_COUNT; i++) {
        if (slice_equal(slice_of(capsule->facets[i].def->name), text)) {
            page->facet = &capsule->facets[i];
            return true;
        }
    }
    return false;
}

static void put_facet(const struct page *page, pattern_write *write, struct buf *out)
{
    write(out, slice_of(page->facet->def->name));
}

static size_t count_values(UNUSED const struct capsule *capsule, const struct page *page)
{
    return page->facet->value_count;
}

static void take_value(UNUSED const struct capsule *capsule, size_t index, struct page *page)
{
    page->value = &page->facet->values[index];
}

static bool find_value(UNUSED const struct capsule *capsule, slice text, struct page *page)
{
    page->value = facet_find(page->facet, text);
    return page->value != NULL;
}

static void put_value(const struct page *page, pattern_write *write, struct buf *out)
{
    write(out, page->value->slug);
}

static size_t count_numbers(const struct capsule *capsule, const struct page *page)
{
    return list_page_count(list_order_of(page), list_items_of(capsule, page));
}

static void take_number(UNUSED const struct capsule *capsule, size_t index, struct page *page)
{
    page->number = list_page_number(list_order_of(page), index);
}

/* `page-N.gmi`; one page has one name, so `page-02.gmi` is none. */
static bool read_number(slice text, unsigned long *number)
{
    const slice before = SLICE("page-");
    const slice after = SLICE(".gmi");
    if (!slice_starts_with(text, before) || !slice_ends_with(text, after) ||
        text.len <= before.len + after.len) {
        return false;
    }
    slice digits = slice_between(text.ptr + before.len, text.ptr + text.len - after.len);
    return digits.ptr[0] != '0' && slice_to_number(digits, 1000000000, number);
}

/* Nothing, or `page-N.gmi`. */
static bool find_number(const struct capsule *capsule, slice text, struct page *page)
{
    unsigned long number = 0;
    struct list_page ignored;
    if (text.len > 0 && !read_number(text, &number)) {
        return false;
    }
    page->number = number;
    return list_page(list_order_of(page), list_items_of(capsule, page), number, &ignored);
}

static void put_number(const struct page *page, UNUSED pattern_write *write, struct buf *out)
{
    if (page->number > 0) {
        buf_puts(out, "page-");
        buf_put_number(out, page->number);
        buf_puts(out, ".gmi");
    }
}

/* Files are kept under their own names: the folder's is repeated. */
static slice same_name(const struct page *page)
{
    return page->review != NULL ? page->review->slug : page->value->slug;
}

static size_t count_same(UNUSED const struct capsule *capsule, UNUSED const struct page *page)
{
    return 1;
}

static void take_same(UNUSED const struct capsule *capsule, UNUSED size_t index,
                      UNUSED struct page *page)
{
}

static bool find_same(UNUSED const struct capsule *capsule, slice text, struct page *page)
{
    return slice_equal(text, same_name(page));
}

static void put_same(const struct page *page, pattern_write *write, struct buf *out)
{
    write(out, same_name(page));
}

static void take_capsule(const struct capsule *capsule, UNUSED size_t index, struct page *page)
{
    page->rest = capsule->slug;
}

static bool find_capsule(const struct capsule *capsule, slice text, struct page *page)
{
    page->rest = capsule->slug;
    return slice_equal(text, capsule->slug);
}

static void put_capsule(const struct page *page, pattern_write *write, struct buf *out)
{
    write(out, page->rest);
}

/* How many pages of results there are, only who asks for them finds out. */
static size_t count_results(UNUSED const struct capsule *capsule, UNUSED const struct page *page)
{
    return 0;
}

static void take_results(UNUSED const struct capsule *capsule, UNUSED size_t index,
                         UNUSED struct page *page)
{
}

static bool find_results(UNUSED const struct capsule *capsule, slice text, struct page *page)
{
    enum { PAGES = LIMIT_SEARCH_RESULTS / LIMIT_SEARCH_PAGE };
    unsigned long number = 0;
    if (!read_number(text, &number) || number < 2 || number > PAGES) {
        return false;
    }
    page->number = number;
    return true;
}

static size_t count_hand_pages(const struct capsule *capsule, UNUSED const struct page *page)
{
    return capsule->page_count;
}

static void take_hand_page(const struct capsule *capsule, size_t index, struct page *page)
{
    page->hand = &capsule->pages[index];
}

static bool find_hand_page(const struct capsule *capsule, slice text, struct page *page)
{
    page->hand = capsule_find_page(capsule, text);
    return page->hand != NULL;
}

static void put_hand_page(const struct page *page, pattern_write *write, struct buf *out)
{
    write(out, page->hand->name);
}

static size_t count_aliases(const struct capsule *capsule, UNUSED const struct page *page)
{
    return capsule->alias_count;
}

/* From the end of their order, so that in a tree of files what lies in a folder comes before an
 * alias of the folder's own name. */
static void take_alias(const struct capsule *capsule, size_t index, struct page *page)
{
    page->alias = &capsule->aliases[capsule->alias_count - 1 - index];
}

static bool find_alias(const struct capsule *capsule, slice text, struct page *page)
{
    page->alias = capsule_find_alias(capsule, text);
    return page->alias != NULL;
}

static void put_alias(const struct page *page, pattern_write *write, struct buf *out)
{
    write(out, page->alias->path);
}

static size_t count_files(const struct capsule *capsule, UNUSED const struct page *page)
{
    return capsule->static_count;
}

static void take_file(const struct capsule *capsule, size_t index, struct page *page)
{
    page->file = &capsule->statics[index];
}

static bool find_file(const struct capsule *capsule, slice text, struct page *page)
{
    page->file = capsule_find_static(capsule, text);
    return page->file != NULL;
}

static void put_file(const struct page *page, pattern_write *write, struct buf *out)
{
    slice path = page->file->path;
    const slice index = SLICE("index.gmi");
    bool is_index = slice_equal(path, index) || slice_ends_with(path, SLICE("/index.gmi"));
    write(out, is_index ? slice_head(path, path.len - index.len) : path);
}

static size_t count_folders(const struct capsule *capsule, UNUSED const struct page *page)
{
    return capsule->folder_count;
}

static void take_folder(const struct capsule *capsule, size_t index, struct page *page)
{
    page->folder = &capsule->folders[index];
}

static bool find_folder(const struct capsule *capsule, slice text, struct page *page)
{
    page->folder = capsule_find_folder(capsule, text);
    return page->folder != NULL;
}

static void put_folder(const struct page *page, pattern_write *write, struct buf *out)
{
    write(out, page->folder->path);
}

/* Those with a `*` have any number of paths. */
static size_t count_rules(const struct capsule *capsule, UNUSED const struct page *page)
{
    return capsule->conf.paths.exact_count;
}

static void take_rule(const struct capsule *capsule, size_t index, struct page *page)
{
    page->rule = &capsule->conf.paths.rules[index];
}

static bool find_rule(const struct capsule *capsule, slice text, struct page *page)
{
    page->rule = path_find_rule(&capsule->conf.paths, text, &page->rest);
    return page->rule != NULL;
}

static void put_rule(const struct page *page, pattern_write *write, struct buf *out)
{
    write(out, page->rule->before);
    write(out, page->rest);
    write(out, page->rule->after);
}

static const struct place places[] = {
    { SLICE_INIT("review"), count_reviews, take_review, find_review, put_review },
    { SLICE_INIT("section"), count_sections, take_section, find_section, put_section },
    { SLICE_INIT("quote"), count_quotes, take_quote, find_quote, put_quote },
    { SLICE_INIT("facet"), count_facets, take_facet, find_facet, put_facet },
    { SLICE_INIT("value"), count_values, take_value, find_value, put_value },
    { SLICE_INIT("same"), count_same, take_same, find_same, put_same },
    { SLICE_INIT("capsule"), count_same, take_capsule, find_capsule, put_capsule },
    { SLICE_INIT("number"), count_numbers, take_number, find_number, put_number },
    { SLICE_INIT("results"), count_results, take_results, find_results, put_number },
    { SLICE_INIT("hand"), count_hand_pages, take_hand_page, find_hand_page, put_hand_page },
    { SLICE_INIT("alias"), count_aliases, take_alias, find_alias, put_alias },
    { SLICE_INIT("file"), count_files, take_file, find_file, put_file },
    { SLICE_INIT("folder"), count_folders, take_folder, find_folder, put_folder },
    { SLICE_INIT("rule"), count_rules, take_rule, find_rule, put_rule },
};

/* Take the literal text before the next place off `*pattern`, and that place, NULL at the end. */
static const struct place *next_place(const char **pattern, slice *literal)
{
    const char *brace = strchr(*pattern, '{');
    if (brace == NULL) {
        *literal = slice_of(*pattern);
        *pattern += literal->len;
        return NULL;
    }
    *literal = slice_between(*pattern, brace);
    const char *end = strchr(brace, '}');
    slice name = slice_between(brace + 1, end);
    *pattern = end + 1;
    for (size_t i = 0; i < ARRAY_LENGTH(places); i++) {
        if (slice_equal(name, places[i].name)) {
            return &places[i];
        }
    }
    return NULL; /* not reached: the patterns are constants of sitemap.c, all of them tested */
}

bool pattern_match(const char *pattern, const struct capsule *capsule, slice path,
                   struct page *page)
{
    slice literal;
    const struct place *place = next_place(&pattern, &literal);
    while (slice_starts_with(path, literal)) {
        path = slice_from(path, literal.len);
        if (place == NULL) {
            return path.len == 0;
        }
        /* The last place takes all but the end of the pattern; others are one segment each. */
        slice after = slice_of(pattern);
        size_t length = slice_find_byte(path, '/');
        if (strchr(pattern, '{') == NULL) {
            if (!slice_ends_with(path, after)) {
                return false;
            }
            length = path.len - after.len;
        }
        if (!place->find(capsule, slice_head(path, length), page)) {
            return false;
        }
        path = slice_from(path, length);
        place = next_place(&pattern, &literal);
    }
    return false;
}

void pattern_put(const char *pattern, const struct page *page, pattern_write *write,
                 struct buf *out)
{
    slice literal;
    const struct place *place;
    do {
        place = next_place(&pattern, &literal);
        buf_put(out, literal);
        if (place != NULL) {
            place->put(page, write, out);
        }
    } while (place != NULL);
}

bool pattern_walk(const char *pattern, const struct capsule *capsule, const struct page *page,
                  sitemap_visit *visit, void *context)
{
    slice literal;
    const struct place *place = next_place(&pattern, &literal);
    if (place == NULL) {
        return visit(context, page);
    }
    size_t count = place->count(capsule, page);
    for (size_t i = 0; i < count; i++) {
        struct page chosen = *page;
        place->take(capsule, i, &chosen);
        /* As deep as a pattern has places: at most three. */
        if (!pattern_walk(pattern, capsule, &chosen, visit, context)) {
            return false;
        }
    }
    return true;
}
