/* Lines of the log: one a request, whatever a stranger sends. */
#include "check.h"

#include "base/limits.h"
#include "server/log_line.h"

#include <stdio.h>
#include <string.h>

static void test_escaping(void **state)
{
    (void)state;
    static const struct {
        slice text;
        size_t max;
        const char *message, *quoted, *json;
    } rows[] = {
        { SLICE_INIT("plain ~!"), 100, "plain ~!", "plain ~!", "plain ~!" },
        { SLICE_INIT(""), 100, "", "", "" },
        { { NULL, 0 }, 100, "", "", "" },
        { SLICE_INIT("a\nb\r\t\x1b[2J"), 100, "a\\x0ab\\x0d\\x09\\x1b[2J",
          "a\\x0ab\\x0d\\x09\\x1b[2J", "a\\\\x0ab\\\\x0d\\\\x09\\\\x1b[2J" },
        { SLICE_INIT("\0\x7f"), 100, "\\x00\\x7f", "\\x00\\x7f", "\\\\x00\\\\x7f" },
        { SLICE_INIT("C:\\x"), 100, "C:\\\\x", "C:\\\\x", "C:\\\\\\\\x" },
        { SLICE_INIT("\"x\""), 100, "\"x\"", "\\\"x\\\"", "\\\"x\\\"" },
        { SLICE_INIT("\xed\x95\x9c\xff"), 100, "\xed\x95\x9c\xff", "\\xed\\x95\\x9c\\xff",
          "\\\\xed\\\\x95\\\\x9c\\\\xff" },
        { SLICE_INIT("0123456789"), 10, "0123456789", "0123456789", "0123456789" },
        { SLICE_INIT("0123456789a"), 10, "0123456...", "0123456...", "0123456..." },
        { SLICE_INIT("012345678\n"), 10, "0123456...", "0123456...", "0123456..." },
        { SLICE_INIT("012345\n"), 10, "012345\\x0a", "012345\\x0a", "012345..." },
        { SLICE_INIT("\n\n\n"), 10, "\\x0a...", "\\x0a...", "\\\\x0a..." },
        { SLICE_INIT("01234567\"x"), 10, "01234567\"x", "0123456...", "0123456..." },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        const char *const expected[] = { [LOG_ESCAPE_MESSAGE] = rows[i].message,
                                         [LOG_ESCAPE_QUOTED] = rows[i].quoted,
                                         [LOG_ESCAPE_JSON] = rows[i].json };
        for (size_t escape = 0; escape < ARRAY_LENGTH(expected); escape++) {
            struct buf out;
            buf_init(&out, 1000);
            buf_puts(&out, "> ");
            log_put_escaped(&out, rows[i].text, rows[i].max, (enum log_escape)escape);
            assert_false(out.failed);
            assert_slice_equal(slice_from(buf_slice(&out), 2), expected[escape]);
            buf_release(&out);
        }
    }
}

static void test_never_more_than_asked_for(void **state)
{
    (void)state;
    static const char bytes[] = "\n\\aaa\n\\a\n\n\naaaaaaaaaa\\\\\\\\aa\n";
    for (size_t max = 0; max < 300; max++) {
        struct buf out;
        buf_init(&out, 1000);
        log_put_escaped(&out, slice_of(bytes), max / 3, (enum log_escape)(max % 3));
        assert_true(out.len <= max / 3);
        buf_release(&out);
    }
}

static void check_line(const struct log_request *request, enum log_form form,
                       enum log_addresses addresses, const char *expected)
{
    struct buf out;
    buf_init(&out, LIMIT_LOG_LINE);
    log_line_put(&out, request, form, addresses);
    assert_slice_equal(buf_slice(&out), expected);
    buf_release(&out);
}

static void test_forms(void **state)
{
    (void)state;
    struct log_request request = {
        .moment = 1769890500,
        .status = 20,
        .sent = 23410,
        .size = 23410,
        .duration_us = 1449,
        .line = SLICE("gemini://example.org/reviews/"),
        .host = SLICE("example.org"),
        .tls = "TLSv1.3",
    };
    check_line(&request, LOG_COMMON, LOG_ADDRESSES_FULL,
               "- - - [31/Jan/2026:20:15:00 +0000] \"gemini://example.org/reviews/\" 20 23410\n");
    check_line(&request, LOG_JSON, LOG_ADDRESSES_FULL,
               "{\"time\":\"2026-01-31T20:15:00Z\",\"address\":null,\"host\":\"example.org\","
               "\"status\":20,\"bytes\":23410,\"size\":23410,\"duration_ms\":1.449,"
               "\"tls\":\"TLSv1.3\",\"url\":\"gemini://example.org/reviews/\"}\n");
    request.sent = 100;
    request.status = 59;
    request.duration_us = 60000999;
    request.line = SLICE("two\nlines, a \" and a \\");
    request.host = SLICE_EMPTY;
    check_line(&request, LOG_COMMON, LOG_ADDRESSES_NONE,
               "- - - [31/Jan/2026:20:15:00 +0000] \"two\\x0alines, a \\\" and a \\\\\" 59 100\n");
    check_line(&request, LOG_JSON, LOG_ADDRESSES_NONE,
               "{\"time\":\"2026-01-31T20:15:00Z\",\"address\":null,\"host\":null,\"status\":59,"
               "\"bytes\":100,\"size\":23410,\"duration_ms\":60000.999,\"tls\":\"TLSv1.3\","
               "\"url\":\"two\\\\x0alines, a \\\" and a \\\\\\\\\"}\n");
}

static void test_addresses(void **state)
{
    (void)state;
    static const struct {
        const char *address, *shortened;
    } rows[] = {
        { "192.0.2.77", "192.0.2.0" },
        { "2001:db8:1:2:3:4:5:6", "2001:db8:1::" },
        { "::1", "::" },
        { "::ffff:192.0.2.77", "192.0.2.0" },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        struct log_request request = { .line = SLICE("x") };
        struct buf out;
        assert_true(peer_address_parse(slice_of(rows[i].address), &request.peer));
        for (int full = 0; full < 2; full++) {
            const char *address = full ? rows[i].address : rows[i].shortened;
            address = strncmp(address, "::ffff:", 7) == 0 ? address + 7 : address;
            for (int form = LOG_COMMON; form <= LOG_JSON; form++) {
                char expected[200];
                (void)snprintf(expected, sizeof expected,
                               form == LOG_JSON ? "\"address\":\"%s\"," : "%s - - [", address);
                buf_init(&out, LIMIT_LOG_LINE);
                log_line_put(&out, &request, (enum log_form)form,
                             full ? LOG_ADDRESSES_FULL : LOG_ADDRESSES_SHORT);
                assert_true(slice_find(buf_slice(&out), slice_of(expected)) < out.len);
                buf_clear(&out);
                log_line_put(&out, &request, (enum log_form)form, LOG_ADDRESSES_NONE);
                assert_int_equal(slice_find(buf_slice(&out), slice_of(expected)), out.len);
                buf_release(&out);
            }
        }
    }
    struct log_request local = { .line = SLICE("x"), .peer = { .family = AF_UNIX } };
    check_line(&local, LOG_COMMON, LOG_ADDRESSES_SHORT,
               "unix - - [01/Jan/1970:00:00:00 +0000] \"x\" 0 0\n");
}

static void test_longest_line(void **state)
{
    (void)state;
    char line[LIMIT_REQUEST_URL + 2];
    memset(line, 0, sizeof line);
    struct log_request request = { .status = 59,
                                   .size = UINT64_MAX,
                                   .sent = UINT64_MAX - 1,
                                   .duration_us = INT64_MAX,
                                   .line = { line, sizeof line },
                                   .host = { line, 253 },
                                   .tls = "TLSv1.3" };
    assert_true(
        peer_address_parse(SLICE("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), &request.peer));
    for (int form = LOG_COMMON; form <= LOG_JSON; form++) {
        struct buf out;
        buf_init(&out, LIMIT_LOG_LINE);
        log_line_put(&out, &request, (enum log_form)form, LOG_ADDRESSES_FULL);
        assert_false(out.failed);
        assert_true(out.len > LIMIT_LOG_LINE - 5);
        assert_true(slice_find(buf_slice(&out), SLICE("\\x00...\"")) < out.len);
        assert_int_equal(slice_find_byte(buf_slice(&out), '\n'), out.len - 1);
        buf_release(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_escaping),     cmocka_unit_test(test_never_more_than_asked_for),
        cmocka_unit_test(test_forms),        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_longest_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
