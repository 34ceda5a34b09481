/* What a request line means, and which are refused: the table of docs/protocol.md. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/attributes.h"
#include "gemini/request.h"
#include "gemini/response.h"

#include <string.h>

#define LINE(literal)                \
    {                                \
        literal, sizeof(literal) - 1 \
    }

static void assert_slice(const char *line, slice got, const char *wanted)
{
    if (!slice_equal(got, slice_of(wanted))) {
        fail_msg("%s: got `%.*s`, wanted `%s`", line, SLICE_ARG(got), wanted);
    }
}

static void test_accepted(UNUSED void **state)
{
    static const struct {
        const char *line, *scheme, *host;
        int port;
        const char *path;
        const char *query; /* NULL: none */
    } cases[] = {
        { "gemini://example.org", "gemini", "example.org", -1, "/", NULL },
        { "gemini://example.org/", "gemini", "example.org", -1, "/", NULL },
        { "GeMiNi://ExAmPlE.oRg/A", "gemini", "example.org", -1, "/A", NULL },
        { "gemini://example.org./", "gemini", "example.org", -1, "/", NULL },
        { "gemini://example.org../", "gemini", "example.org.", -1, "/", NULL },
        { "gemini://example.org:/", "gemini", "example.org", -1, "/", NULL },
        { "gemini://example.org:", "gemini", "example.org", -1, "/", NULL },
        { "gemini://example.org:1965/", "gemini", "example.org", 1965, "/", NULL },
        { "gemini://example.org:001965/", "gemini", "example.org", 1965, "/", NULL },
        { "gemini://example.org:1/", "gemini", "example.org", 1, "/", NULL },
        { "gemini://example.org:65535/", "gemini", "example.org", 65535, "/", NULL },
        { "gemini://example.org?q", "gemini", "example.org", -1, "/", "q" },
        { "gemini://example.org?", "gemini", "example.org", -1, "/", "" },
        { "gemini://example.org/?a?b/c", "gemini", "example.org", -1, "/", "a?b/c" },
        { "gemini://example.org:1965?q", "gemini", "example.org", 1965, "/", "q" },
        /* Other schemes parse; the caller answers 53. */
        { "http://example.org/", "http", "example.org", -1, "/", NULL },
        { "HTTPS://example.org:443/x", "https", "example.org", 443, "/x", NULL },
        { "gopher://example.org/1/", "gopher", "example.org", -1, "/1/", NULL },
        { "a+b-c.1://h/", "a+b-c.1", "h", -1, "/", NULL },
        /* Addresses. */
        { "gemini://127.0.0.1/", "gemini", "127.0.0.1", -1, "/", NULL },
        { "gemini://[::1]/", "gemini", "::1", -1, "/", NULL },
        { "gemini://[::1]", "gemini", "::1", -1, "/", NULL },
        { "gemini://[::1]:1965/a", "gemini", "::1", 1965, "/a", NULL },
        { "gemini://[::1]:/a", "gemini", "::1", -1, "/a", NULL },
        { "gemini://[0:0:0:0:0:0:0:1]/", "gemini", "::1", -1, "/", NULL },
        { "gemini://[2001:DB8::00Af]/", "gemini", "2001:db8::af", -1, "/", NULL },
        { "gemini://[::ffff:192.0.2.1]/", "gemini", "::ffff:192.0.2.1", -1, "/", NULL },
        { "gemini://[v1.x]/", "gemini", "[v1.x]", -1, "/", NULL },
        /* Encoded names. */
        { "gemini://%65xample.org/", "gemini", "example.org", -1, "/", NULL },
        { "gemini://EX%41MPLE%2Eorg%2e/", "gemini", "example.org", -1, "/", NULL },
        { "gemini://%ED%95%9C.example/", "gemini", "xn--6q8b.example", -1, "/", NULL },
        { "gemini://B%C3%9Ccher.Example%2E/", "gemini", "xn--bcher-kva.example", -1, "/", NULL },
        { "gemini://xn--BCHER-kva.example/", "gemini", "xn--bcher-kva.example", -1, "/", NULL },
        { "gemini://%EF%BC%91.0.0.1/", "gemini", "\xEF\xBC\x91.0.0.1", -1, "/", NULL },
        { "gemini://a%EF%BC%8Fb.example/", "gemini",
          "a\xEF\xBC\x8F"
          "b.example",
          -1, "/", NULL },
        { "gemini://%FF.example/", "gemini", "\xFF.example", -1, "/", NULL },
        { "gemini://a_b~c!$&'()*+,;=/", "gemini", "a_b~c!$&'()*+,;=", -1, "/", NULL },
        /* Paths are decoded, then dot segments removed. */
        { "gemini://h/a/./b", "gemini", "h", -1, "/a/b", NULL },
        { "gemini://h/a/../b", "gemini", "h", -1, "/b", NULL },
        { "gemini://h/a/b/c/./../../g", "gemini", "h", -1, "/a/g", NULL },
        { "gemini://h/a/..", "gemini", "h", -1, "/", NULL },
        { "gemini://h/a/../", "gemini", "h", -1, "/", NULL },
        { "gemini://h/a/b/..", "gemini", "h", -1, "/a/", NULL },
        { "gemini://h/a/.", "gemini", "h", -1, "/a/", NULL },
        { "gemini://h/.", "gemini", "h", -1, "/", NULL },
        { "gemini://h/./", "gemini", "h", -1, "/", NULL },
        { "gemini://h/././.", "gemini", "h", -1, "/", NULL },
        { "gemini://h/a/%2e%2E/b", "gemini", "h", -1, "/b", NULL },
        { "gemini://h/a/.%2e/%2e/b", "gemini", "h", -1, "/b", NULL },
        { "gemini://h/a//../b", "gemini", "h", -1, "/a/b", NULL },
        { "gemini://h//", "gemini", "h", -1, "//", NULL },
        { "gemini://h//..", "gemini", "h", -1, "/", NULL },
        { "gemini://h/...", "gemini", "h", -1, "/...", NULL },
        { "gemini://h/..a/.b/c.", "gemini", "h", -1, "/..a/.b/c.", NULL },
        { "gemini://h/%69ndex.gmi", "gemini", "h", -1, "/index.gmi", NULL },
        { "gemini://h/%7Euser/%7euser", "gemini", "h", -1, "/~user/~user", NULL },
        { "gemini://h/a%20b%3Fc%23d", "gemini", "h", -1, "/a b?c#d", NULL },
        { "gemini://h/%252e%252e/x", "gemini", "h", -1, "/%2e%2e/x", NULL },
        { "gemini://h/%EC%98%81%ED%99%94", "gemini", "h", -1, "/\xEC\x98\x81\xED\x99\x94", NULL },
        { "gemini://h/a+b:c@d!$&'()*,;=", "gemini", "h", -1, "/a+b:c@d!$&'()*,;=", NULL },
        { "gemini://h/%0A%1B", "gemini", "h", -1, "/\n\x1b", NULL },
        { "gemini://h/a;b=c", "gemini", "h", -1, "/a;b=c", NULL },
        { "gemini://h/x:1/y@z", "gemini", "h", -1, "/x:1/y@z", NULL },
        /* Queries stay as they were sent. */
        { "gemini://h/?a+b%20c%00%2F", "gemini", "h", -1, "/", "a+b%20c%00%2F" },
        { "gemini://h/?../..", "gemini", "h", -1, "/", "../.." },
        { "gemini://h?a@b:c", "gemini", "h", -1, "/", "a@b:c" },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct request request;
        const char *line = cases[i].line;
        if (request_parse(slice_of(line), &request) != STATUS_SUCCESS) {
            fail_msg("%s is refused", line);
        }
        assert_slice(line, request.url, line);
        assert_slice(line, request.scheme, cases[i].scheme);
        assert_slice(line, request.host, cases[i].host);
        assert_int_equal(request.port, cases[i].port);
        assert_slice(line, request.path, cases[i].path);
        assert_int_equal(request.has_query, cases[i].query != NULL);
        assert_slice(line, request.query, cases[i].query ? cases[i].query : "");
        assert_false(request.has_encoded_slash);
        assert_true(request.path_is_utf8);
    }
}

static void test_refused(UNUSED void **state)
{
    static const slice lines[] = {
        /* No absolute URL with a host. */
        LINE(""),
        LINE("/"),
        LINE("index.gmi"),
        LINE("example.org/"),
        LINE("//example.org/"),
        LINE("?q"),
        LINE("gemini"),
        LINE("gemini:"),
        LINE("gemini:/x"),
        LINE("gemini:x"),
        LINE("gemini:/"),
        LINE("gemini://"),
        LINE("gemini:///"),
        LINE("gemini:///x"),
        LINE("gemini://?q"),
        LINE("gemini://:1965/"),
        LINE("gemini://:/"),
        LINE("gemini://./"),
        LINE("gemini://%2E/"),
        LINE("://example.org/"),
        LINE("1gemini://example.org/"),
        LINE("gem_ini://example.org/"),
        LINE("mailto:somebody@example.org"),
        LINE("data:text/plain,x"),
        /* Something before, behind or between that is no URL byte. */
        LINE(" gemini://example.org/"),
        LINE("\tgemini://example.org/"),
        LINE("\xEF\xBB\xBFgemini://example.org/"),
        LINE("gemini://example.org/ "),
        LINE("gemini://example.org/\n"),
        LINE("gemini://example.org/a b"),
        LINE("gemini://example.org/a\tb"),
        LINE("gemini://example.org/a\rb"),
        LINE("gemini://example.org/\0"),
        LINE("\0gemini://example.org/"),
        LINE("gemini://example.org\0.evil/"),
        LINE("gemini://example.org/\x01"),
        LINE("gemini://example.org/\x1b[2J"),
        LINE("gemini://example.org/\x7f"),
        LINE("gemini://example.org/\x80"),
        LINE("gemini://example.org/\xEC\x98\x81"),
        LINE("gemini://ex\xC3\xA4mple.org/"),
        LINE("gemini://example.org/?\xC3\xA4"),
        LINE("gemini://example.org/\""),
        LINE("gemini://example.org/<x>"),
        LINE("gemini://example.org/x\\y"),
        LINE("gemini:\\\\example.org\\"),
        LINE("gemini://example.org/x^y"),
        LINE("gemini://example.org/{x}"),
        LINE("gemini://example.org/x|y"),
        LINE("gemini://example.org/`"),
        LINE("gemini://example.org/?a|b"),
        LINE("gemini://example.org/[x]"),
        LINE("gemini://example.org/?[x]"),
        LINE("gemini://exam[ple.org/"),
        /* Escapes that are none, and NUL in a path. */
        LINE("gemini://example.org/%"),
        LINE("gemini://example.org/%4"),
        LINE("gemini://example.org/%zz"),
        LINE("gemini://example.org/%4g"),
        LINE("gemini://example.org/?%"),
        LINE("gemini://example.org/?100%"),
        LINE("gemini://example%/"),
        LINE("gemini://example.org/%00"),
        LINE("gemini://example.org/a%00.gmi"),
        LINE("gemini://example.org/a%00/../b"),
        /* User information, fragments. */
        LINE("gemini://user@example.org/"),
        LINE("gemini://user:secret@example.org/"),
        LINE("gemini://@example.org/"),
        LINE("gemini://:@example.org/"),
        LINE("gemini://a@b@example.org/"),
        LINE("http://user@example.org/"),
        LINE("gemini://example.org/#"),
        LINE("gemini://example.org/#top"),
        LINE("gemini://example.org#"),
        LINE("gemini://example.org/?q#f"),
        /* Ports. */
        LINE("gemini://example.org:0/"),
        LINE("gemini://example.org:00/"),
        LINE("gemini://example.org:65536/"),
        LINE("gemini://example.org:99999999999999999999/"),
        LINE("gemini://example.org:-1/"),
        LINE("gemini://example.org:+1965/"),
        LINE("gemini://example.org:gemini/"),
        LINE("gemini://example.org:19 65/"),
        LINE("gemini://example.org:1965:1965/"),
        LINE("gemini://example.org:%31965/"),
        LINE("gemini://[::1]:0/"),
        /* Literals that are none. */
        LINE("gemini://[::1/"),
        LINE("gemini://[::1"),
        LINE("gemini://::1]/"),
        LINE("gemini://::1/"),
        LINE("gemini://[]/"),
        LINE("gemini://[]"),
        LINE("gemini://[::1]x/"),
        LINE("gemini://x[::1]/"),
        LINE("gemini://[::g]/"),
        LINE("gemini://[1::2::3]/"),
        LINE("gemini://[127.0.0.1]/"),
        LINE("gemini://[fe80::1%25eth0]/"),
        LINE("gemini://[::1]]/"),
        /* Names that hide something. */
        LINE("gemini://example.org%00/"),
        LINE("gemini://example.org%2F/"),
        LINE("gemini://user%40example.org/"),
        LINE("gemini://example.org%3A1965/"),
        LINE("gemini://%3A%3A1/"),
        LINE("gemini://example%20org/"),
        LINE("gemini://example.org%0d%0a/"),
        LINE("gemini://%5B::1%5D/"),
        LINE("gemini://%2565xample.org/"),
        /* Above the root. */
        LINE("gemini://example.org/.."),
        LINE("gemini://example.org/../"),
        LINE("gemini://example.org/../x"),
        LINE("gemini://example.org/a/../../a"),
        LINE("gemini://example.org/./.."),
        LINE("gemini://example.org/%2e%2e/etc/passwd"),
        LINE("gemini://example.org/%2e./etc/passwd"),
        LINE("gemini://example.org/a/b/../../../c/d/e"),
    };
    for (size_t i = 0; i < ARRAY_LENGTH(lines); i++) {
        struct request request;
        int status = request_parse(lines[i], &request);
        if (status != STATUS_BAD_REQUEST) {
            fail_msg("`%.*s` gets %d", SLICE_ARG(lines[i]), status);
        }
        assert_true(slice_equal(request.url, lines[i]));
        assert_int_equal(request.scheme.len + request.host.len + request.path.len, 0);
        assert_int_equal(request.port, -1);
    }
}

static void test_every_byte(UNUSED void **state)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                  "-._~!$&'()*+,;=:@/?";
    for (int byte = 0; byte < 256; byte++) {
        char line[] = "gemini://h/a*b";
        *strchr(line, '*') = (char)byte;
        struct request request;
        int status = request_parse((slice){ line, sizeof line - 1 }, &request);
        bool good = memchr(allowed, byte, sizeof allowed - 1) != NULL;
        if (status != (good ? STATUS_SUCCESS : STATUS_BAD_REQUEST)) {
            fail_msg("byte %02x gets %d", (unsigned)byte, status);
        }
    }
}

static void test_encoded_slash(UNUSED void **state)
{
    struct request request;
    assert_int_equal(request_parse(SLICE("gemini://h/a%2Fb"), &request), STATUS_SUCCESS);
    assert_true(request.has_encoded_slash);
    assert_slice("a%2Fb", request.path, "/a%2Fb");
    assert_int_equal(request_parse(SLICE("gemini://h/a/..%2f..%2fb/"), &request), STATUS_SUCCESS);
    assert_true(request.has_encoded_slash);
    assert_slice("..%2f", request.path, "/a/..%2F..%2Fb/");
    /* An encoded percent sign is no encoded slash. */
    assert_int_equal(request_parse(SLICE("gemini://h/a%252Fb"), &request), STATUS_SUCCESS);
    assert_false(request.has_encoded_slash);
    assert_slice("a%252Fb", request.path, "/a%2Fb");
    /* One in the query is the query's affair. */
    assert_int_equal(request_parse(SLICE("gemini://h/?a%2Fb"), &request), STATUS_SUCCESS);
    assert_false(request.has_encoded_slash);
}

static void test_not_utf8(UNUSED void **state)
{
    static const char *const lines[] = {
        "gemini://h/%FF",       "gemini://h/%C3",          "gemini://h/%C0%AF",
        "gemini://h/%ED%A0%80", "gemini://h/%F4%90%80%80", "gemini://h/%C3/%A4",
    };
    struct request request;
    for (size_t i = 0; i < ARRAY_LENGTH(lines); i++) {
        assert_int_equal(request_parse(slice_of(lines[i]), &request), STATUS_SUCCESS);
        assert_false(request.path_is_utf8);
    }
}

static void test_longest(UNUSED void **state)
{
    static const char begin[] = "gemini://h/";
    char line[LIMIT_REQUEST_URL + 1];
    struct request request;
    memset(line, 'a', sizeof line);
    memcpy(line, begin, sizeof begin - 1);
    assert_int_equal(request_parse((slice){ line, LIMIT_REQUEST_URL }, &request), STATUS_SUCCESS);
    assert_int_equal(request.path.len, LIMIT_REQUEST_URL - (sizeof begin - 2));
    assert_int_equal(request_parse((slice){ line, LIMIT_REQUEST_URL + 1 }, &request),
                     STATUS_BAD_REQUEST);
    memset(line + sizeof begin - 1, '/', sizeof line - sizeof begin + 1);
    assert_int_equal(request_parse((slice){ line, LIMIT_REQUEST_URL }, &request), STATUS_SUCCESS);
}

static void test_line_end(UNUSED void **state)
{
    static const struct {
        slice received;
        enum request_line result;
        size_t length;
    } cases[] = {
        { LINE(""), REQUEST_LINE_PARTIAL, 0 },
        { LINE("gemini://h/"), REQUEST_LINE_PARTIAL, 0 },
        { LINE("gemini://h/\r"), REQUEST_LINE_PARTIAL, 0 },
        { LINE("gemini://h/\r\n"), REQUEST_LINE_COMPLETE, 11 },
        { LINE("gemini://h/\r\ngemini://second/\r\n"), REQUEST_LINE_COMPLETE, 11 },
        { LINE("gemini://h/\r\n\n"), REQUEST_LINE_COMPLETE, 11 },
        { LINE("\r\n"), REQUEST_LINE_COMPLETE, 0 },
        { LINE("\r"), REQUEST_LINE_PARTIAL, 0 },
        { LINE("\n"), REQUEST_LINE_BAD, 0 },
        { LINE("gemini://h/\n"), REQUEST_LINE_BAD, 0 },
        { LINE("gemini://h/\n\r\n"), REQUEST_LINE_BAD, 0 },
        { LINE("gemini://h/\rx"), REQUEST_LINE_BAD, 0 },
        { LINE("gemini://h/\r\r\n"), REQUEST_LINE_BAD, 0 },
        { LINE("a\0b\r\n"), REQUEST_LINE_COMPLETE, 3 },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        size_t length = 0;
        assert_int_equal(request_line_end(cases[i].received, &length), cases[i].result);
        assert_int_equal(length, cases[i].length);
    }
}

/* The protocol's border: 1024 bytes, then CR, then LF. */
static void test_line_end_at_the_limit(UNUSED void **state)
{
    char bytes[LIMIT_REQUEST_URL + 16];
    size_t length = 0;
    memset(bytes, 'a', sizeof bytes);
    assert_int_equal(request_line_end((slice){ bytes, 1024 }, &length), REQUEST_LINE_PARTIAL);
    assert_int_equal(request_line_end((slice){ bytes, 1025 }, &length), REQUEST_LINE_BAD);
    assert_int_equal(request_line_end((slice){ bytes, sizeof bytes }, &length), REQUEST_LINE_BAD);
    bytes[1024] = '\r';
    assert_int_equal(request_line_end((slice){ bytes, 1025 }, &length), REQUEST_LINE_PARTIAL);
    assert_int_equal(request_line_end((slice){ bytes, 1026 }, &length), REQUEST_LINE_BAD);
    bytes[1025] = '\n';
    assert_int_equal(request_line_end((slice){ bytes, 1026 }, &length), REQUEST_LINE_COMPLETE);
    assert_int_equal(length, 1024);
    assert_int_equal(request_line_end((slice){ bytes, sizeof bytes }, &length),
                     REQUEST_LINE_COMPLETE);
    bytes[1024] = 'a';
    bytes[1025] = '\r';
    bytes[1026] = '\n';
    assert_int_equal(request_line_end((slice){ bytes, sizeof bytes }, &length), REQUEST_LINE_BAD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accepted),   cmocka_unit_test(test_refused),
        cmocka_unit_test(test_every_byte), cmocka_unit_test(test_encoded_slash),
        cmocka_unit_test(test_not_utf8),   cmocka_unit_test(test_longest),
        cmocka_unit_test(test_line_end),   cmocka_unit_test(test_line_end_at_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
