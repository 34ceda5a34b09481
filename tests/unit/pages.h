/* pages.h: what the unit tests of pages/ share: a capsule made from texts, and its pages. */
#ifndef MATINEE_TESTS_UNIT_PAGES_H
#define MATINEE_TESTS_UNIT_PAGES_H

#include "parse.h"

#include "base/limits.h"
#include "model/capsule.h"
#include "pages/sitemap.h"

enum { WORLD_MOST = 600 };

struct world {
    struct arena arena;
    struct diags diags;
    struct capsule_parts parts;
    struct review *reviews[WORLD_MOST];
    struct hand_page pages[8];
    struct static_file statics[16];
    slice hosts[1];
    struct capsule capsule;
    struct page_context context;
    struct buf out;
};

static inline void world_begin(struct world *world)
{
    memset(world, 0, sizeof *world);
    arena_init(&world->arena);
    diags_init(&world->diags);
    buf_init(&world->out, LIMIT_PAGE);
    world->hosts[0] = SLICE("notes.example");
    world->parts = (struct capsule_parts){
        .conf = { .title = SLICE("Notes"),
                  .lang = SLICE("en"),
                  .hosts = world->hosts,
                  .host_count = 1 },
        .conf_source = { SLICE("capsule.conf"), SLICE_EMPTY },
        .reviews = world->reviews,
        .pages = world->pages,
        .statics = world->statics,
        .now = 1767225600, /* 2026-01-01T00:00:00Z */
    };
}

/* capsule.conf; call it before world_ready. */
static inline void world_conf(struct world *world, const char *text)
{
    world->parts.conf_source = (struct source){ SLICE("capsule.conf"), slice_of(text) };
    bool ok =
        conf_parse(&world->arena, &world->parts.conf_source, &world->parts.conf, &world->diags);
    assert_diags(&world->diags, "");
    assert_true(ok);
}

static inline void world_end(struct world *world)
{
    arena_release(&world->arena);
    diags_release(&world->diags);
    buf_release(&world->out);
}

/* reviews/SLUG.gmi; `text` is all of the file. */
static inline void world_review(struct world *world, const char *slug, const char *text)
{
    struct review *review = arena_alloc(&world->arena, sizeof *review);
    struct source source = { arena_printf(&world->arena, "reviews/%s.gmi", slug),
                             arena_copy(&world->arena, slice_of(text)) };
    bool ok = review_parse(&world->arena, &source, review, &world->diags);
    assert_diags(&world->diags, "");
    assert_true(ok);
    world->reviews[world->parts.review_count++] = review;
}

static inline void world_page(struct world *world, const char *name, const char *text)
{
    struct source source = { arena_printf(&world->arena, "pages/%s.gmi", name), slice_of(text) };
    assert_true(hand_page_parse(&world->arena, &source, &world->pages[world->parts.page_count++],
                                &world->diags));
}

/* In the order of their paths. */
static inline void world_static(struct world *world, const char *path)
{
    world->statics[world->parts.static_count++] =
        (struct static_file){ .path = slice_of(path), .media_type = SLICE("text/plain") };
}

static inline void world_ready(struct world *world)
{
    capsule_index(&world->arena, &world->parts, &world->capsule, &world->diags);
    world->context = (struct page_context){ .capsule = &world->capsule,
                                            .host = SLICE("notes.example"),
                                            .today = { 2026, 1, 1 },
                                            .now = world->parts.now };
}

/* The bytes of the page at `path`, until the next call. */
static inline slice world_render(struct world *world, const char *path, struct page_answer *answer)
{
    struct page page;
    buf_clear(&world->out);
    if (sitemap_find(&world->capsule, slice_of(path), &page) != SITEMAP_FOUND) {
        fail_msg("there is no page at %s", path);
    }
    page_render(&world->context, &page, &world->out, answer);
    return buf_slice(&world->out);
}

static inline void check_contains(slice text, const char *wanted, bool expected, const char *file,
                                  int line)
{
    bool found = slice_find(text, slice_of(wanted)) < text.len;
    if (found != expected) {
        print_error("%s \"%s\" in:\n%.*s\n", expected ? "no" : "unwanted", wanted, SLICE_ARG(text));
        _fail(file, line);
    }
}
#define assert_contains(text, wanted) check_contains((text), (wanted), true, __FILE__, __LINE__)
#define assert_lacks(text, wanted) check_contains((text), (wanted), false, __FILE__, __LINE__)

#endif
