#include "source/body.h"

#include "base/limits.h"
#include "base/utf8.h"
#include "source/slug_map.h"
#include "source/values.h"
#include "text/header.h"
#include "text/slug.h"

#include <assert.h>

/* --- lines --- */

void body_read_lines(struct arena *arena, const struct source *source, slice text,
                     struct gemtext_lines *out, struct diags *diags)
{
    const char *opening = gemtext_lines_read(arena, text, out);
    if (opening != NULL) {
        diags_add(diags, DIAG_WARNING, source, opening,
                  "this preformatted block has no closing line of three back-ticks");
    }
}

static bool is_image(slice url)
{
    static const char *const extensions[] = { ".jpg", ".jpeg", ".png", ".gif", ".webp" };
    for (size_t i = 0; i < ARRAY_LENGTH(extensions); i++) {
        slice extension = slice_of(extensions[i]);
        if (url.len > extension.len &&
            slice_equal_nocase(slice_from(url, url.len - extension.len), extension)) {
            return true;
        }
    }
    return false;
}

/* What is wrong with a single line, whatever stands around it. */
static void check_line(const struct source *source, const struct gemtext_line *line,
                       struct diags *diags)
{
    switch (line->type) {
    case GEMTEXT_HEADING:
        if (line->level == 1) {
            diags_add(diags, DIAG_ERROR, source, line->raw.ptr,
                      "a heading with one `#` is the title, which stands in the header; sections "
                      "start with `##`");
        } else if (line->level == 3 && slice_starts_with(line->raw, SLICE("####"))) {
            diags_add(diags, DIAG_WARNING, source, line->raw.ptr,
                      "headings have at most three levels; this is read as `###`");
        }
        break;
    case GEMTEXT_LINK:
        if (line->text.len == 0 && is_image(line->url)) {
            diags_add(diags, DIAG_WARNING, source, line->raw.ptr + line->raw.len,
                      "the link to an image has no label; say what it shows for those who cannot "
                      "see it");
        }
        break;
    case GEMTEXT_TEXT:
        if (slice_starts_with(line->raw, SLICE("=>"))) {
            diags_add(diags, DIAG_WARNING, source, line->raw.ptr,
                      "a link without an address is read as text");
        }
        break;
    default:
        break;
    }
}

/* --- ids --- */

slice body_take_pin(struct arena *scratch, const struct source *source, slice *text,
                    struct diags *diags)
{
    size_t open = text->len;
    if (!slice_ends_with(*text, SLICE("}"))) {
        return SLICE_EMPTY;
    }
    while (open > 0 && text->ptr[open - 1] != '{') {
        open--;
    }
    if (open == 0 || text->ptr[open] != '#') {
        return SLICE_EMPTY;
    }
    slice id = slice_between(text->ptr + open + 1, text->ptr + text->len - 1);
    *text = slice_trim_end(slice_head(*text, open - 1));
    slice slug = slug_make(scratch, id);
    if (slice_equal(slug, id) && id.len > 0) {
        return id;
    }
    if (slug.len > 0) {
        diags_add(diags, DIAG_ERROR, source, id.ptr,
                  "an id is made of small letters, digits and single hyphens; write {#%.*s}",
                  SLICE_ARG(slug));
    } else {
        diags_add(diags, DIAG_ERROR, source, id.ptr, "an id needs a letter or a digit");
    }
    return SLICE_EMPTY;
}

/* Names that other pages of a review have: /reviews/SLUG/full.gmi. */
static bool is_reserved(slice id)
{
    return slice_equal(id, SLICE("full")) || slice_equal(id, SLICE("quotes")) ||
           slice_equal(id, SLICE("source")) || slice_equal(id, SLICE("index"));
}

/* Names that the pages of quotes have. */
static bool is_quote_id(slice id)
{
    return slice_starts_with(id, SLICE("quote-"));
}

static slice free_id(struct arena *arena, slice heading)
{
    slice id = slug_make_never_empty(arena, heading);
    if (is_reserved(id)) {
        return arena_printf(arena, "%.*s-section", SLICE_ARG(id));
    }
    return is_quote_id(id) ? arena_printf(arena, "section-%.*s", SLICE_ARG(id)) : id;
}

/* --- sections --- */

/* What is left of a heading when a pinned id is taken off. */
static void check_heading(const struct source *source, const struct gemtext_line *line,
                          struct diags *diags)
{
    if (line->text.len == 0) {
        diags_add(diags, DIAG_ERROR, source, line->raw.ptr, "this heading is empty");
    }
    (void)!header_value_fits(source, line->raw.ptr, line->text, diags);
}

struct outline {
    struct arena *arena;
    struct arena scratch; /* what only reading needs */
    const struct source *source;
    struct diags *diags;
    struct gemtext_lines *lines;
    struct slug_map ids;
    struct {
        struct section *items;
        size_t count, capacity;
    } sections;
    struct {
        struct subsection *items;
        size_t count, capacity;
    } subsections;
};

/* The pinned id of the heading `line`, number `at`, which goes on without it. */
static slice take_pin(struct outline *outline, struct gemtext_line *line, size_t at)
{
    slice id = body_take_pin(&outline->scratch, outline->source, &line->text, outline->diags);
    gemtext_lines_cut(outline->lines, at, line->text.ptr + line->text.len);
    return id;
}

static void add_section(struct outline *outline, struct gemtext_line *line, size_t at)
{
    slice id = take_pin(outline, line, at);
    if (id.len > 0) {
        if (is_reserved(id) || is_quote_id(id)) {
            diags_add(outline->diags, DIAG_ERROR, outline->source, id.ptr,
                      "the id `%.*s` is reserved for another page of the review", SLICE_ARG(id));
        } else if (!slug_map_claim(&outline->ids, id, NULL)) {
            diags_add(outline->diags, DIAG_ERROR, outline->source, id.ptr,
                      "the id `%.*s` is that of another section, too", SLICE_ARG(id));
        }
    }
    check_heading(outline->source, line, outline->diags);
    *ARRAY_ADD(&outline->scratch, &outline->sections) =
        (struct section){ .heading = line->text,
                          .id = id,
                          .lines = { .first = (uint32_t)at + 1 },
                          .first_sub = (uint32_t)outline->subsections.count };
}

static void add_subsection(struct outline *outline, struct gemtext_line *line, size_t at)
{
    if (outline->sections.count == 0) {
        diags_add(outline->diags, DIAG_WARNING, outline->source, line->raw.ptr,
                  "a sub-section before the first section (`##`)");
    }
    slice id = take_pin(outline, line, at);
    if (id.len > 0) {
        diags_add(outline->diags, DIAG_WARNING, outline->source, id.ptr,
                  "a sub-section has no page of its own, so it needs no id");
    }
    check_heading(outline->source, line, outline->diags);
    *ARRAY_ADD(&outline->scratch, &outline->subsections) =
        (struct subsection){ line->text, (uint32_t)at };
}

/* Without the blank lines at both ends. */
static struct line_range trim_range(const struct gemtext_lines *lines, size_t first, size_t end)
{
    while (first < end && gemtext_lines_type(lines, first) == GEMTEXT_BLANK) {
        first++;
    }
    while (end > first && gemtext_lines_type(lines, end - 1) == GEMTEXT_BLANK) {
        end--;
    }
    return (struct line_range){ (uint32_t)first, (uint32_t)end };
}

/* Pinned ids are claimed by now, so that no heading above them takes one. */
static void finish_sections(struct outline *outline, struct review *out)
{
    struct section *sections = outline->sections.items;
    size_t count = outline->sections.count;
    assert(count == 0 || sections != NULL);
    size_t lede_end = count > 0 ? sections[0].lines.first - 1u : out->lines.count;
    out->lede = trim_range(&out->lines, 0, lede_end);
    for (size_t i = 0; i < count; i++) {
        struct section *section = &sections[i];
        const struct section *next = i + 1 < count ? section + 1 : NULL;
        section->end_sub = next ? next->first_sub : (uint32_t)outline->subsections.count;
        section->lines = trim_range(&out->lines, section->lines.first,
                                    next ? next->lines.first - 1u : out->lines.count);
        if (section->id.len == 0) {
            slice id = free_id(&outline->scratch, section->heading);
            id = slug_map_claim_numbered(&outline->ids, id, NULL);
            section->id = arena_copy(outline->arena, id);
        }
    }
    out->sections = arena_copy_array(outline->arena, sections, count, sizeof *sections);
    out->section_count = count;
    out->subsections = arena_copy_array(outline->arena, outline->subsections.items,
                                        outline->subsections.count, sizeof *out->subsections);
    out->subsection_count = outline->subsections.count;
}

static size_t words_on(const struct gemtext_lines *lines, size_t index)
{
    switch (gemtext_lines_type(lines, index)) {
    case GEMTEXT_TEXT:
    case GEMTEXT_ITEM:
    case GEMTEXT_QUOTE:
    case GEMTEXT_HEADING:
        return utf8_count_words(gemtext_lines_at(lines, index).text);
    default:
        return 0;
    }
}

/* Of the whole body and of its sections; pinned ids are no words, so they are taken off by now. */
static void count_words(struct review *out)
{
    struct section *section = out->sections;
    const struct section *end = section + out->section_count;
    for (uint32_t i = 0; i < out->lines.count; i++) {
        uint32_t words = (uint32_t)words_on(&out->lines, i);
        while (section < end && section->lines.end <= i) {
            section++;
        }
        if (section < end && section->lines.first <= i) {
            section->words += words;
        }
        out->words += words;
    }
}

void body_read(struct arena *arena, const struct source *source, slice text, struct review *out,
               struct diags *diags)
{
    struct outline outline = {
        .arena = arena, .source = source, .diags = diags, .lines = &out->lines
    };
    arena_init(&outline.scratch);
    slug_map_init(&outline.ids, &outline.scratch);
    body_read_lines(arena, source, text, &out->lines, diags);
    for (size_t i = 0; i < out->lines.count; i++) {
        struct gemtext_line line = gemtext_lines_at(&out->lines, i);
        check_line(source, &line, diags);
        if (line.type == GEMTEXT_HEADING && line.level == 2) {
            add_section(&outline, &line, i);
        } else if (line.type == GEMTEXT_HEADING && line.level == 3) {
            add_subsection(&outline, &line, i);
        }
    }
    finish_sections(&outline, out);
    quotes_read(arena, &outline.scratch, source, out, diags);
    count_words(out);
    arena_release(&outline.scratch);
}
