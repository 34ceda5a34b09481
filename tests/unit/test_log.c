/* Lines of the log: one a request, whatever a stranger sends. */
#include "check.h"

#include "base/limits.h"
#include "server/log.h"

#include <stdlib.h>
#include <string.h>

static void test_escaping(void **state)
{
    (void)state;
    static const struct {
        slice text;
        bool ascii;
        const char *expected;
    } rows[] = {
        { { "plain ~!", 8 }, true, "plain ~!" },
        { { "", 0 }, true, "" },
        { { NULL, 0 }, true, "" },
        { { "a\nb\r\t\x1b[2J", 9 }, true, "a\\x0ab\\x0d\\x09\\x1b[2J" },
        { { "\0\x7f", 2 }, false, "\\x00\\x7f" },
        { { "C:\\x", 4 }, true, "C:\\\\x" },
        { { "\xed\x95\x9c\xff", 4 }, true, "\\xed\\x95\\x9c\\xff" },
        { { "\xed\x95\x9c", 3 }, false, "\xed\x95\x9c" },
        { { "0123456789", 10 }, true, "0123456789" },
        { { "0123456789a", 11 }, true, "0123456..." },
        { { "012345678\n", 10 }, true, "0123456..." },
        { { "012345\n", 7 }, true, "012345\\x0a" },
        { { "\n\n\n", 3 }, true, "\\x0a..." },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        struct buf out;
        buf_init(&out, 1000);
        buf_puts(&out, "> ");
        size_t max = i < 8 ? 100 : 10;
        log_put_escaped(&out, rows[i].text, max, rows[i].ascii);
        assert_false(out.failed);
        assert_slice_equal(slice_from(buf_slice(&out), 2), rows[i].expected);
        buf_release(&out);
    }
}

static void test_never_more_than_asked_for(void **state)
{
    (void)state;
    static const char bytes[] = "\n\\aaa\n\\a\n\n\naaaaaaaaaa\\\\\\\\aa\n";
    for (size_t max = 0; max < 100; max++) {
        struct buf out;
        buf_init(&out, 1000);
        log_put_escaped(&out, slice_of(bytes), max, true);
        assert_true(out.len <= max);
        buf_release(&out);
    }
}

static void test_request(void **state)
{
    (void)state;
    struct log_request request = {
        .moment = 1769890500,
        .status = 20,
        .sent = 23410,
        .size = 23410,
        .duration_us = 1449,
        .line = SLICE("gemini://example.org/reviews/"),
    };
    struct buf out;
    buf_init(&out, 4096);
    log_put_request(&out, &request);
    assert_slice_equal(buf_slice(&out),
                       "2026-01-31T20:15:00Z 20 23410 1.4ms gemini://example.org/reviews/\n");
    buf_clear(&out);
    request.sent = 100;
    request.status = 59;
    request.duration_us = 60000999;
    request.line = SLICE("two\nlines");
    log_put_request(&out, &request);
    assert_slice_equal(buf_slice(&out),
                       "2026-01-31T20:15:00Z 59 100/23410 60000.9ms two\\x0alines\n");
    buf_release(&out);
}

static void test_longest_request(void **state)
{
    (void)state;
    char line[LIMIT_REQUEST_URL + 2];
    memset(line, 0, sizeof line);
    struct log_request request = { .status = 59,
                                   .size = UINT64_MAX,
                                   .sent = UINT64_MAX - 1,
                                   .duration_us = INT64_MAX,
                                   .line = { line, sizeof line } };
    struct buf out;
    buf_init(&out, LIMIT_LOG_LINE);
    log_put_request(&out, &request);
    assert_false(out.failed);
    assert_true(slice_ends_with(buf_slice(&out), SLICE("\\x00...\n")));
    assert_int_equal(slice_find_byte(buf_slice(&out), '\n'), out.len - 1);
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_escaping),
        cmocka_unit_test(test_never_more_than_asked_for),
        cmocka_unit_test(test_request),
        cmocka_unit_test(test_longest_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
