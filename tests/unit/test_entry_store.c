#include "check.h"

#include "import/entry_store.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void gives_back_what_it_took(void **state)
{
    (void)state;
    char folder[] = "/tmp/matinee-store-XXXXXX";
    struct arena arena;
    struct entry_store store;
    struct entry_place first;
    struct entry_place second;
    struct entry got;
    slice labels[] = { SLICE_INIT("Courtroom"), SLICE_INIT("") };
    struct entry entry = {
        .kind = ENTRY_PAGE,
        .status = ENTRY_DRAFT,
        .id = SLICE("tag:1"),
        .title = SLICE("The Attic"),
        .title_is_html = true,
        .labels = { labels, 2, 2 },
        .content = SLICE("<p>text\0more</p>"),
        .in_reply_to = SLICE("tag:0"),
        .line = 17,
    };
    arena_init(&arena);
    assert_non_null(mkdtemp(folder));
    int at = open(folder, O_RDONLY | O_DIRECTORY);
    assert_true(at >= 0);
    assert_true(entry_store_open(&store, at, "entries"));
    assert_int_equal(faccessat(at, "entries", F_OK, 0), -1);
    assert_true(entry_store_add(&store, &entry, &first));
    assert_true(entry_store_add(&store, &(struct entry){ .kind = ENTRY_COMMENT }, &second));
    assert_true(entry_store_get(&store, &second, &arena, &got));
    assert_int_equal(got.kind, ENTRY_COMMENT);
    assert_int_equal(got.content.len, 0);
    assert_true(entry_store_get(&store, &first, &arena, &got));
    assert_int_equal(got.kind, ENTRY_PAGE);
    assert_int_equal(got.status, ENTRY_DRAFT);
    assert_slice_equal(got.id, "tag:1");
    assert_slice_equal(got.title, "The Attic");
    assert_true(got.title_is_html);
    assert_int_equal(got.labels.count, 2);
    assert_slice_equal(got.labels.items[0], "Courtroom");
    assert_int_equal(got.labels.items[1].len, 0);
    assert_true(slice_equal(got.content, entry.content));
    assert_slice_equal(got.in_reply_to, "tag:0");
    assert_int_equal(got.line, 17);
    entry_store_close(&store);
    (void)close(at);
    (void)rmdir(folder);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(gives_back_what_it_took) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
