#include "import/saved_page.h"

#include "base/limits.h"
#include "import/address.h"
#include "import/emit.h"
#include "import/entry.h"
#include "import/html.h"
#include "import/old_path.h"
#include "import/page_text.h"
#include "import/post_images.h"
#include "import/shape.h"
#include "text/slug.h"
#include "text/uri.h"

#include <limits.h>

/* A page on its way to a review file. */
struct making {
    struct target *target;
    const struct saved_page *page;
    struct arena *arena;
    struct diags *diags;
    struct post post;
    struct shape shape;
    struct report report;
    const struct import_entry *known; /* what is remembered of it, or NULL */
    slice id;
    slice address;
    slice published;
    slice hash; /* of the page */
};

static bool read_post(struct making *making)
{
    const struct source source = { slice_of(making->page->path), making->page->bytes };
    report_init(&making->report, making->arena);
    return making->page->is_html ? html_read_page(making->arena, &source, &making->post,
                                                  &making->report, making->diags)
                                 : page_text_read(making->arena, &source, &making->post,
                                                  &making->report, making->diags);
}

/* What the review is called when the page has no words: the name of the file, made a slug so that
 * any bytes are text. */
static slice fallback_title(const struct making *making)
{
    return slug_make_never_empty(making->arena, target_name_of(slice_of(making->page->path)));
}

/* A page is the same one when its contents are, or its address; without an address, its file's name
 * and its title. */
static bool identify(struct making *making)
{
    const struct memory *memory = &making->target->memory;
    making->hash = memory_hash(making->arena, making->page->bytes);
    making->address = address_key(making->arena, making->post.url);
    making->known = memory_find_source(memory, making->hash);
    if (making->known == NULL) {
        making->known = memory_find_address(memory, making->address);
    }
    if (making->known != NULL) {
        making->id = making->known->id;
        return true;
    }
    slice name = target_name_of(slice_of(making->page->path));
    slice title = facts_value(&making->shape.facts, FACT_TITLE);
    making->id = target_identity(
        making->arena, making->post.url.len > 0 ? making->post.url
                                                : arena_printf(making->arena, "page:%.*s\n%.*s",
                                                               SLICE_ARG(name), SLICE_ARG(title)));
    making->known = memory_find(memory, making->id);
    if (making->id.len == 0 || making->hash.len == 0) {
        diags_add_line(making->diags, DIAG_ERROR, slice_of(making->page->path), 0,
                       "an Id cannot be made: the cryptographic library refuses");
        return false;
    }
    return true;
}

/* The date that was asked for, the page's own, the one it got before, the file's own: the first
 * there is. */
static void date_page(struct making *making)
{
    if (making->page->published.len > 0) {
        making->published = making->page->published;
    } else if (making->post.published.len > 0) {
        making->published = making->post.published;
    } else if (making->known != NULL && making->known->published.len > 0) {
        making->published = making->known->published;
        report_note(&making->report, 0, "Published: %.*s, as at the last import",
                    SLICE_ARG(making->published));
    } else {
        making->published = making->page->file_day;
        report_note(&making->report, 0,
                    "Published: %.*s, the file's own date (the page holds none; --published DATE "
                    "sets it)",
                    SLICE_ARG(making->published));
    }
}

/* The review's file: the one it had, wherever a person has moved it, or a new one. */
static slice choose_path(struct making *making)
{
    bool has_file =
        making->known != NULL && slice_starts_with(making->known->file, SLICE("reviews/"));
    slice name =
        has_file
            ? target_name_of(making->known->file)
            : target_choose_name(making->target, making->arena, SLICE("reviews/"), making->id,
                                 facts_value(&making->shape.facts, FACT_TITLE), making->published);
    return target_review_path(making->target, name);
}

static bool place(struct making *making, const struct buf *text)
{
    struct placed placed;
    const struct import_entry *known = making->known;
    const struct import_entry entry = {
        .id = making->id,
        .file = choose_path(making),
        .published = making->published,
        .source = making->hash,
        .origin = known != NULL ? known->origin : SLICE_EMPTY,
        .address = making->address.len > 0 ? making->address
                   : known != NULL         ? known->address
                                           : SLICE_EMPTY,
    };
    if (!target_place(making->target, making->arena, &entry, buf_slice(text), &placed,
                      making->diags)) {
        return false;
    }
    const struct outcome outcome = {
        .kind = OUTCOME_REVIEW,
        .input = slice_of(making->page->path),
        .title = facts_value(&making->shape.facts, FACT_TITLE),
        .url = making->post.url,
        .file = entry.file,
        .plan = placed.plan,
        .report = &making->report,
    };
    making->page->tell(making->page->context, &outcome);
    return true;
}

/* Pictures that are part of the page, and those that the capsule has already. */
static void store_images(struct making *making)
{
    const struct saved_page *page = making->page;
    const struct post_images images = {
        .images = page->images,
        .input = slice_of(page->path),
        .name = making->post.title.len > 0
                    ? slug_make_never_empty(making->arena, making->post.title)
                    : fallback_title(making),
        .tell = page->tell,
        .context = page->context,
    };
    post_images_store(&images, &making->post, &making->report);
}

/* What the review has of its blog stays when the page alone is imported: its comments, the old path
 * that leads to it. */
static void keep_of_blog(struct making *making)
{
    static const slice root = SLICE_INIT("static/");
    struct arena *arena = making->arena;
    struct facts *facts = &making->shape.facts;
    slice path = entry_path(making->post.url);
    unsigned long count = 0;
    if (making->known == NULL || making->known->origin.len == 0) {
        return;
    }
    const struct import_entry *comments =
        memory_find(&making->target->memory,
                    arena_printf(arena, "%.*s#comments", SLICE_ARG(making->known->id)));
    if (comments != NULL && slice_starts_with(comments->file, root) &&
        slice_to_number(comments->updated, ULONG_MAX, &count) && count > 0) {
        (void)facts_set(facts, FACT_COMMENTS,
                        arena_printf(arena, "%.*s | %lu comment%s",
                                     SLICE_ARG(slice_from(comments->file, root.len)), count,
                                     count == 1 ? "" : "s"));
    }
    if (path.len > 0 && path.len <= LIMIT_TITLE / 3 &&
        old_path_problem(making->target, path) == NULL &&
        memory_find_address(&making->target->memory, making->address) == making->known) {
        struct buf written;
        buf_init(&written, 3 * path.len + 1);
        uri_put_written(&written, path);
        (void)facts_add(facts, FACT_ALIASES, arena_copy(arena, buf_slice(&written)));
        buf_release(&written);
    }
}

static bool make(struct making *making)
{
    struct buf text;
    making->post.with_data = true;
    if (!read_post(making)) {
        return false;
    }
    store_images(making);
    shape_recognise(making->arena, &making->post, fallback_title(making), &making->shape,
                    &making->report);
    if (!identify(making)) {
        return false;
    }
    date_page(making);
    keep_of_blog(making);
    (void)facts_set(&making->shape.facts, FACT_ID, making->id);
    (void)facts_set(&making->shape.facts, FACT_PUBLISHED, making->published);
    buf_init(&text, (size_t)2 * LIMIT_SOURCE_FILE);
    bool ok = emit(&making->shape, &text, &making->report);
    if (ok) {
        ok = place(making, &text);
    } else {
        diags_add_line(making->diags, DIAG_ERROR, slice_of(making->page->path), 0,
                       "too large for one review");
    }
    buf_release(&text);
    return ok;
}

bool saved_page_import(struct target *target, const struct saved_page *page, struct diags *diags)
{
    struct arena arena;
    arena_init(&arena);
    struct making making = { .target = target, .page = page, .arena = &arena, .diags = diags };
    bool ok = make(&making);
    arena_release(&arena);
    return ok;
}
