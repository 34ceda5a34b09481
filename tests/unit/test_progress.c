#include "check.h"

#include "base/utf8.h"
#include "cmd/progress.h"

static void put(struct progress_state state, unsigned columns, const char *expected)
{
    struct buf out;
    buf_init(&out, 4096);
    progress_line(&state, columns, &out);
    assert_slice_equal(buf_slice(&out), expected);
    buf_release(&out);
}

static void test_bar(void **state)
{
    (void)state;
    put((struct progress_state){ .doing = "reading feed.atom", .total = 1000 }, 80,
        "reading feed.atom [..............................]   0 %");
    put((struct progress_state){ .doing = "reading feed.atom", .done = 500, .total = 1000 }, 80,
        "reading feed.atom [###############...............]  50 %");
    put((struct progress_state){ .doing = "writing", .done = 3, .total = 3, .posts = 3 }, 80,
        "writing [##############################] 100 %, 3 posts");
    put(
        (struct progress_state){
            .doing = "writing", .done = 1, .total = 3, .posts = 1, .images = 1 },
        40, "writing [#.....]  33 %, 1 post, 1 image");
}

static void test_no_total(void **state)
{
    (void)state;
    put((struct progress_state){ .doing = "reading the blog" }, 80, "reading the blog");
    put((struct progress_state){ .doing = "reading the blog", .posts = 1 }, 80,
        "reading the blog: 1 post");
    put((struct progress_state){ .doing = "reading the blog", .posts = 150, .images = 12 }, 80,
        "reading the blog: 150 posts, 12 images");
    put((struct progress_state){ .doing = "fetching", .images = 2 }, 80, "fetching: 2 images");
}

static void test_long_names(void **state)
{
    (void)state;
    put((struct progress_state){ .doing = "reading a-file-with-a-long-name.xml", .total = 10 }, 40,
        "reading a-file-with-a-l\xE2\x80\xA6 [......]   0 %");
    put((struct progress_state){ .doing = "reading", .total = 10 }, 12, "[..]   0 %");
    put((struct progress_state){ .doing = "bad \xFF\x1B name" }, 40,
        "bad \xEF\xBF\xBD\xEF\xBF\xBD name");
    put((struct progress_state){ .doing = "\xEA\xB9\x80\xEC\x94\xA8 \xED\x91\x9C\xEB\xA5\x98" }, 9,
        "");
}

/* In no terminal it is wider than there is room, and what has room is there. */
static void test_widths(void **state)
{
    const char *const names[] = { "", "x", "reading feed.atom",
                                  "reading \xEA\xB9\x80\xEC\x94\xA8\xED\x91\x9C\xEB\xA5\x98"
                                  "\xEA\xB8\xB0\xEA\xB9\x80\xEC\x94\xA8.xml" };
    const size_t counts[] = { 0, 7, 1234567 };
    const uint64_t totals[] = { 0, 1, 99, 101, 500000000, UINT64_MAX };
    (void)state;
    for (unsigned columns = 0; columns < 130; columns++) {
        for (unsigned i = 0; i < 4 * 3 * 6 * 3; i++) {
            uint64_t total = totals[i / 12 % 6];
            const struct progress_state progress = { .doing = names[i % 4],
                                                     .posts = counts[i / 4 % 3],
                                                     .images = counts[i / 4 % 3],
                                                     .total = total,
                                                     .done = total / 2 * (i / 72) };
            struct buf out;
            buf_init(&out, 4096);
            progress_line(&progress, columns, &out);
            slice line = buf_slice(&out);
            assert_int_equal(utf8_find_invalid(line), line.len);
            unsigned width = 0;
            int32_t c = 0;
            while (utf8_next(&line, &c)) {
                width += (unsigned)utf8_width(c);
            }
            assert_true(columns == 0 ? width == 0 : width < columns);
            assert_true(total == 0 || columns < 20 || width > 14);
            buf_release(&out);
        }
    }
}

static void test_percent(void **state)
{
    (void)state;
    put((struct progress_state){ .doing = "a", .done = UINT64_MAX - 1, .total = UINT64_MAX }, 20,
        "a [########.]  99 %");
    put((struct progress_state){ .doing = "a", .done = 9, .total = 3 }, 20, "a [#########] 100 %");
    put((struct progress_state){ .doing = "a", .done = 75, .total = 150 }, 20,
        "a [####.....]  50 %");
    put((struct progress_state){ .doing = "a", .done = 150, .total = 151 }, 20,
        "a [########.]  99 %");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bar),        cmocka_unit_test(test_no_total),
        cmocka_unit_test(test_long_names), cmocka_unit_test(test_widths),
        cmocka_unit_test(test_percent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
