/* What readers of the sample capsule type is found among the first five results: tests/queries. */
#include "check.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/file.h"
#include "base/folder.h"
#include "search/find.h"
#include "search/index.h"
#include "search/passage.h"
#include "source/load.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    FIRST = 5, /* results in which an answer is to be */
    LIMIT_MS = 10000,
    FEWEST = 50,
};

struct asking {
    const struct capsule *capsule;
    struct finder *finder;
    struct search_query query;
    struct find_result result;
    struct buf complaints;
    struct buf offered;
    size_t asked;
};

static const struct find_options listed = { .limit_ms = LIMIT_MS };

/* True when the query `typed` is one; then there are results, perhaps none. */
static bool ask(struct asking *asking, slice typed)
{
    const char *problem = NULL;
    return search_query_parse(typed, &asking->query, &problem) &&
           finder_find(asking->finder, asking->capsule, &asking->query, 0, &listed,
                       &asking->result) == FIND_DONE;
}

static bool is_found(const struct asking *asking, slice slug, size_t most)
{
    for (size_t i = 0; i < asking->result.count && i < most; i++) {
        if (slice_equal(asking->result.hits[i].review->slug, slug)) {
            return true;
        }
    }
    return false;
}

/* The section that the passage of the review is in; empty for none, or when it is not found. */
static slice section_of(const struct asking *asking, slice slug)
{
    const struct review *review = capsule_find_review(asking->capsule, slug);
    struct passage passage;
    if (review == NULL) {
        return SLICE_EMPTY;
    }
    passage_find(review, &asking->query, &passage);
    return passage.section == NULL ? SLICE_EMPTY : passage.section->id;
}

/* `wanted`: SLUG, SLUG/SECTION or !SLUG. */
static bool is_right(const struct asking *asking, slice wanted)
{
    if (slice_starts_with(wanted, SLICE("!"))) {
        return !is_found(asking, slice_from(wanted, 1), LIMIT_SEARCH_PAGE);
    }
    const size_t end = slice_find_byte(wanted, '/');
    const slice slug = slice_head(wanted, end);
    return is_found(asking, slug, FIRST) &&
           (end == wanted.len ||
            slice_equal(section_of(asking, slug), slice_from(wanted, end + 1)));
}

static bool are_right(const struct asking *asking, slice expected, size_t *count)
{
    slice wanted;
    *count = 0;
    while (slice_next_piece(&expected, ' ', &wanted)) {
        *count += wanted.len > 0;
        if (wanted.len > 0 && !is_right(asking, wanted)) {
            return false;
        }
    }
    return true;
}

/* Nothing is found, and one of the queries that are offered then finds it. */
static bool offers(struct asking *asking, slice expected)
{
    enum { OFFERS = 3 };
    struct find_near near[OFFERS];
    size_t wanted = 0;
    if (asking->result.total > 0) {
        return false;
    }
    const size_t count =
        finder_near(asking->finder, asking->capsule, &asking->query, &listed, near, OFFERS);
    for (size_t i = 0; i < count; i++) {
        buf_printf(&asking->offered, " [%.*s]", (int)near[i].length, near[i].text);
        if (ask(asking, (slice){ near[i].text, near[i].length }) &&
            are_right(asking, expected, &wanted)) {
            return true;
        }
    }
    return false;
}

static bool is_answered(struct asking *asking, slice typed, slice expected)
{
    size_t count = 0;
    const slice rest = slice_trim(slice_from(expected, 1));
    if (!ask(asking, typed)) {
        return false;
    }
    if (slice_starts_with(expected, SLICE("~"))) {
        return offers(asking, rest);
    }
    if (slice_starts_with(expected, SLICE("="))) {
        return are_right(asking, rest, &count) && asking->result.total == count;
    }
    return are_right(asking, expected, &count);
}

static void complain(struct asking *asking, slice line)
{
    struct buf *out = &asking->complaints;
    buf_put(out, line);
    buf_printf(out, "\n    found %zu:", asking->result.total);
    for (size_t i = 0; i < asking->result.count; i++) {
        const slice slug = asking->result.hits[i].review->slug;
        const slice section = section_of(asking, slug);
        buf_printf(out, " %.*s/%.*s", SLICE_ARG(slug), SLICE_ARG(section));
    }
    buf_put(out, buf_slice(&asking->offered));
    buf_putc(out, '\n');
}

static void ask_all(struct asking *asking, slice queries)
{
    slice line;
    while (slice_next_line(&queries, &line)) {
        const size_t end = slice_find_byte(line, '|');
        if (line.len == 0 || line.ptr[0] == '#' || end == line.len) {
            continue;
        }
        asking->asked++;
        buf_clear(&asking->offered);
        asking->result.count = asking->result.total = 0;
        if (!is_answered(asking, slice_trim(slice_head(line, end)),
                         slice_trim(slice_from(line, end + 1)))) {
            complain(asking, line);
        }
    }
}

static void finds_what_readers_look_for(void **state)
{
    (void)state;
    enum { LONGEST = 100000 };
    struct load_options options = { .folder = "capsule", .now = 1795000000 /* 2026-11-18 */ };
    struct diags diags;
    struct asking asking = { .asked = 0 };
    struct search_update done;
    struct arena arena;
    slice queries;
    char folder[] = "/tmp/matinee-queries-XXXXXX";
    char path[sizeof folder + 8];

    diags_init(&diags);
    arena_init(&arena);
    buf_init(&asking.complaints, LONGEST);
    buf_init(&asking.offered, LONGEST);
    assert_true(file_read(&arena, AT_FDCWD, "tests/queries", LONGEST, &queries));
    struct loaded *loaded = capsule_load(&options, NULL, &diags);
    assert_non_null(loaded);
    asking.capsule = loaded_capsule(loaded);
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/words", folder);
    assert_true(search_index_update(path, asking.capsule, false, &done, &asking.complaints));
    asking.finder = finder_new(path);
    assert_non_null(asking.finder);

    ask_all(&asking, queries);
    if (asking.complaints.len > 0) {
        fail_msg("\n%.*s", SLICE_ARG(buf_slice(&asking.complaints)));
    }
    assert_true(asking.asked >= FEWEST);

    finder_free(asking.finder);
    assert_true(folder_remove(AT_FDCWD, folder));
    loaded_free(loaded);
    diags_release(&diags);
    arena_release(&arena);
    buf_release(&asking.complaints);
    buf_release(&asking.offered);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_what_readers_look_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
