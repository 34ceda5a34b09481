/* The examples in docs/source-format.md do what the text around them says.
 *
 * Blocks of preformatted text say what they are behind their first back-ticks:
 *
 *     review PATH         a source file without any problem
 *     review-error PATH   one whose problems are those of the block `diagnostics` after it
 *     page PATH           a hand-written page without any problem
 *     conf, conf-error    the same of capsule.conf
 *     slugs               lines `TEXT -> SLUG`
 *
 * All good examples are one capsule; each bad one is tried as a part of it. */
#include "parse.h"

#include "base/attributes.h"
#include "base/file.h"
#include "source/values.h"
#include "text/date.h"
#include "text/slug.h"

#include <fcntl.h>

enum { MOST = 64 };

struct example {
    slice kind;
    slice path;
    slice text;
    unsigned line;
};

struct document {
    struct arena arena;
    slice text;
    struct example items[MOST];
    size_t count;
};

/* The number of back-ticks that `line` starts with. */
static size_t ticks(slice line)
{
    size_t n = 0;
    while (n < line.len && line.ptr[n] == '`') {
        n++;
    }
    return n;
}

static void document_read(struct document *document)
{
    *document = (struct document){ 0 };
    arena_init(&document->arena);
    if (!file_read(&document->arena, AT_FDCWD, "docs/source-format.md", 1 << 20, &document->text)) {
        fail_msg("docs/source-format.md cannot be read; tests run in the project's folder");
    }
    slice rest = document->text;
    slice line;
    size_t open = 0;
    for (unsigned number = 1; slice_next_line(&rest, &line); number++) {
        struct example *last = &document->items[document->count];
        size_t n = ticks(line);
        if (open == 0 && n >= 3) {
            assert_true(document->count + 1 < MOST);
            open = n;
            slice info = slice_from(line, n);
            size_t blank = slice_find_byte(info, ' ');
            *last = (struct example){ .kind = slice_head(info, blank),
                                      .path = slice_from(info, blank + 1),
                                      .text = slice_head(rest, 0),
                                      .line = number };
        } else if (open > 0 && n == open && line.len == n) {
            last->text = slice_between(last->text.ptr, line.ptr);
            document->count += last->kind.len > 0;
            open = 0;
        }
    }
    assert_int_equal(open, 0);
}

/* A capsule made of all good examples, and the bad one that is tried. */
struct world {
    struct arena arena;
    struct diags diags;
    struct review *reviews[MOST];
    struct hand_page pages[MOST];
    struct static_file statics[1];
    struct capsule_parts parts;
    struct capsule capsule;
};

static void add_review(struct world *world, const struct example *example)
{
    struct source source = { example->path, example->text };
    struct review *review = arena_alloc(&world->arena, sizeof *review);
    if (source_normalise(&world->arena, &source, &world->diags) &&
        review_parse(&world->arena, &source, review, &world->diags)) {
        world->reviews[world->parts.review_count++] = review;
    }
}

static void world_begin(struct world *world, const struct document *document)
{
    memset(world, 0, sizeof *world);
    arena_init(&world->arena);
    diags_init(&world->diags);
    world->statics[0].path = SLICE("images/plum-tree.jpg");
    world->parts = (struct capsule_parts){
        .reviews = world->reviews,
        .pages = world->pages,
        .statics = world->statics,
        .static_count = 1,
        .now = 1767225600, /* 2026-01-01 */
        .conf.featured = SLICE("example-film"),
    };
    for (size_t i = 0; i < document->count; i++) {
        const struct example *example = &document->items[i];
        if (slice_equal(example->kind, SLICE("review"))) {
            add_review(world, example);
        } else if (slice_equal(example->kind, SLICE("page"))) {
            struct source source = { example->path, example->text };
            assert_true(hand_page_parse(&world->arena, &source,
                                        &world->pages[world->parts.page_count++], &world->diags));
        }
    }
}

static void world_end(struct world *world)
{
    arena_release(&world->arena);
    diags_release(&world->diags);
}

/* The problems found are those that the document shows behind `example`. */
static void check_shown(const struct diags *diags, const struct document *document, size_t example)
{
    struct buf out;
    buf_init(&out, 1 << 20);
    diags_format(diags, &out);
    assert_true(example + 1 < document->count);
    const struct example *shown = &document->items[example + 1];
    assert_true(slice_equal(shown->kind, SLICE("diagnostics")));
    if (!slice_equal(buf_slice(&out), shown->text)) {
        fail_msg("docs/source-format.md:%u: the problems found are\n%s", shown->line,
                 buf_string(&out));
    }
    buf_release(&out);
}

static void good_examples_are_good(void **state)
{
    struct document *document = *state;
    struct world world;
    world_begin(&world, document);
    capsule_index(&world.arena, &world.parts, &world.capsule, &world.diags);
    assert_diags(&world.diags, "");
    assert_true(world.parts.review_count >= 9);
    assert_int_equal(world.parts.page_count, 1);
    assert_slice_equal(world.capsule.featured->slug, "example-film");
    world_end(&world);
}

static void bad_examples_have_the_problems_shown(void **state)
{
    struct document *document = *state;
    size_t tried = 0;
    for (size_t i = 0; i < document->count; i++) {
        if (!slice_equal(document->items[i].kind, SLICE("review-error"))) {
            continue;
        }
        struct world world;
        world_begin(&world, document);
        add_review(&world, &document->items[i]);
        capsule_index(&world.arena, &world.parts, &world.capsule, &world.diags);
        check_shown(&world.diags, document, i);
        world_end(&world);
        tried++;
    }
    assert_true(tried >= 8);
}

static void configurations_are_as_shown(void **state)
{
    struct document *document = *state;
    size_t tried = 0;
    for (size_t i = 0; i < document->count; i++) {
        const struct example *example = &document->items[i];
        bool good = slice_equal(example->kind, SLICE("conf"));
        if (!good && !slice_equal(example->kind, SLICE("conf-error"))) {
            continue;
        }
        struct parsed parsed;
        parsed_begin(&parsed, "capsule.conf", example->text);
        parsed.ok = conf_parse(&parsed.arena, &parsed.source, &parsed.conf, &parsed.diags);
        assert_int_equal(parsed.ok, good);
        if (good) {
            assert_diags(&parsed.diags, "");
        } else {
            check_shown(&parsed.diags, document, i);
        }
        parsed_release(&parsed);
        tried++;
    }
    assert_true(tried >= 2);
}

static void slugs_are_as_shown(void **state)
{
    struct document *document = *state;
    size_t tried = 0;
    for (size_t i = 0; i < document->count; i++) {
        slice rest = document->items[i].text;
        slice line;
        while (slice_equal(document->items[i].kind, SLICE("slugs")) &&
               slice_next_line(&rest, &line)) {
            struct arena arena;
            size_t arrow = slice_find(line, SLICE(" -> "));
            slice expected = slice_from(line, arrow + 4);
            arena_init(&arena);
            slice slug = slug_make_never_empty(&arena, slice_head(line, arrow));
            if (!slice_equal(slug, expected)) {
                fail_msg("%.*s: the slug is %.*s", SLICE_ARG(line), SLICE_ARG(slug));
            }
            arena_release(&arena);
            tried++;
        }
    }
    assert_true(tried >= 5);
}

/* Every key in the tables of the document is one that the program knows. */
static void keys_are_known(void **state)
{
    struct document *document = *state;
    size_t conf = slice_find(document->text, SLICE("\n## capsule.conf\n"));
    slice rest = document->text;
    slice line;
    size_t tried = 0;
    while (slice_next_line(&rest, &line)) {
        if (!slice_starts_with(line, SLICE("| `"))) {
            continue;
        }
        slice key = slice_from(line, 3);
        key = slice_head(key, slice_find_byte(key, '`'));
        struct parsed parsed;
        parsed_begin(&parsed, "x", arena_printf(&document->arena, "%.*s: x\n", SLICE_ARG(key)));
        if ((size_t)(line.ptr - document->text.ptr) > conf) {
            (void)!conf_parse(&parsed.arena, &parsed.source, &parsed.conf, &parsed.diags);
        } else {
            (void)!review_parse(&parsed.arena, &parsed.source, &parsed.review, &parsed.diags);
        }
        for (size_t i = 0; i < parsed.diags.count; i++) {
            slice message = parsed.diags.items[i].message;
            assert_false(slice_starts_with(message, SLICE("unknown key")));
        }
        parsed_release(&parsed);
        tried++;
    }
    assert_int_equal(tried, 31 + 18);
}

static int begin(void **state)
{
    static struct document document;
    document_read(&document);
    *state = &document;
    return date_use_zone(SLICE("UTC")) ? 0 : -1;
}

static int end(void **state)
{
    struct document *document = *state;
    arena_release(&document->arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_examples_are_good),
        cmocka_unit_test(bad_examples_have_the_problems_shown),
        cmocka_unit_test(configurations_are_as_shown),
        cmocka_unit_test(slugs_are_as_shown),
        cmocka_unit_test(keys_are_known),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
