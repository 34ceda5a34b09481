/* What a proxy says of its client: PROXY protocol, versions 1 and 2. */
#include "check.h"

#include "base/attributes.h"
#include "server/proxy_header.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define V2 "\r\n\r\n\0\r\nQUIT\n"
#define V4_ADDRESSES "\xc0\x00\x02\x01\xc6\x33\x64\x01\xdc\x04\x07\xad"
#define V6_ADDRESSES                                                   \
    "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01\x20\x01\x0d\xb8\0\0\0" \
    "\0\0\0\0\0\0\0\0\x02\xdc\x04\x07\xad"
#define ZEROS_108                                                                                \
    "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" \
    "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" \
    "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define LONGEST_V1                                           \
    "PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff " \
    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n"

struct row {
    slice header;
    sa_family_t family; /* of what is accepted */
    const char *address;
};

static const struct row good[] = {
    { SLICE_INIT("PROXY TCP4 192.0.2.1 198.51.100.1 56324 1965\r\n"), AF_INET, "192.0.2.1" },
    { SLICE_INIT("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n"), AF_INET,
      "255.255.255.255" },
    { SLICE_INIT("PROXY TCP4 0.0.0.0 0.0.0.0 0 0\r\n"), AF_INET, "0.0.0.0" },
    { SLICE_INIT("PROXY TCP6 2001:db8::1 ::1 1 1965\r\n"), AF_INET6, "2001:db8::1" },
    { SLICE_INIT("PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
                 "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n"),
      AF_INET6, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
    { SLICE_INIT("PROXY TCP6 ::ffff:192.0.2.1 ::1 1 1965\r\n"), AF_INET, "192.0.2.1" },
    { SLICE_INIT("PROXY UNKNOWN\r\n"), AF_UNSPEC, NULL },
    { SLICE_INIT("PROXY UNKNOWN what ever\r\n"), AF_UNSPEC, NULL },
    { SLICE_INIT(LONGEST_V1), AF_UNSPEC, NULL },
    { SLICE_INIT(V2 "\x21\x11\0\x0c" V4_ADDRESSES), AF_INET, "192.0.2.1" },
    { SLICE_INIT(V2 "\x21\x21\0\x24" V6_ADDRESSES), AF_INET6, "2001:db8::1" },
    /* extensions are passed over: a no-op of 3 bytes, and bytes that are none */
    { SLICE_INIT(V2 "\x21\x11\0\x12" V4_ADDRESSES "\x04\0\x03xyz"), AF_INET, "192.0.2.1" },
    { SLICE_INIT(V2 "\x21\x11\0\x0f" V4_ADDRESSES "\xff\xff\xff"), AF_INET, "192.0.2.1" },
    { SLICE_INIT(V2 "\x21\x11\x01\x0c" V4_ADDRESSES ZEROS_108 ZEROS_108
                    "0123456789012345678901234567890123456789"),
      AF_INET, "192.0.2.1" },
    { SLICE_INIT(V2 "\x21\x31\0\xd8" ZEROS_108 ZEROS_108), AF_UNSPEC, NULL },
    { SLICE_INIT(V2 "\x21\0\0\0"), AF_UNSPEC, NULL },
    { SLICE_INIT(V2 "\x21\0\0\x03"
                    "abc"),
      AF_UNSPEC, NULL },
    /* the proxy for itself, whatever it says besides */
    { SLICE_INIT(V2 "\x20\0\0\0"), AF_UNSPEC, NULL },
    { SLICE_INIT(V2 "\x20\x11\0\x0c" V4_ADDRESSES), AF_UNSPEC, NULL },
};

static const slice bad[] = {
    SLICE_INIT("\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03 a client without a proxy"),
    SLICE_INIT("GET / HTTP/1.1\r\n"),
    SLICE_INIT("proxy TCP4 192.0.2.1 198.51.100.1 56324 1965\r\n"),
    SLICE_INIT("PROXY\r\n"),
    SLICE_INIT("PROXY \r\n"),
    SLICE_INIT("PROXY  TCP4 192.0.2.1 198.51.100.1 56324 1965\r\n"),
    SLICE_INIT("PROXY TCP4\r\n"),
    SLICE_INIT("PROXY TCP4 192.0.2.1\r\n"),
    SLICE_INIT("PROXY TCP4 192.0.2.1 198.51.100.1 56324\r\n"),
    SLICE_INIT("PROXY TCP4 192.0.2.1  198.51.100.1 56324 1965\r\n"),
    SLICE_INIT("PROXY TCP4 192.0.2.1 198.51.100.1 56324 1965 \r\n"),
    SLICE_INIT("PROXY TCP4 192.0.2.1 198.51.100.1 56324 1965\n"),
    SLICE_INIT("PROXY TCP4 192.0.2.1 198.51.100.1 56324 1965\rx"),
    SLICE_INIT("PROXY TCP4 192.0.2.1 198.51.100.1 65536 1965\r\n"),
    SLICE_INIT("PROXY TCP4 192.0.2.1 198.51.100.1 56324 65536\r\n"),
    SLICE_INIT("PROXY TCP4 192.0.2.1 198.51.100.1 01 1965\r\n"),
    SLICE_INIT("PROXY TCP4 192.0.2.1 198.51.100.1 +1 1965\r\n"),
    SLICE_INIT("PROXY TCP4 192.0.2.1 198.51.100.1 1 x\r\n"),
    SLICE_INIT("PROXY TCP4 192.0.2 198.51.100.1 1 1965\r\n"),
    SLICE_INIT("PROXY TCP4 192.0.2.256 198.51.100.1 1 1965\r\n"),
    SLICE_INIT("PROXY TCP4 2001:db8::1 ::1 1 1965\r\n"),
    SLICE_INIT("PROXY TCP6 192.0.2.1 198.51.100.1 1 1965\r\n"),
    SLICE_INIT("PROXY TCP6 2001:db8::1 198.51.100.1 1 1965\r\n"),
    SLICE_INIT("PROXY TCP6 fe80::1%eth0 ::1 1 1965\r\n"),
    SLICE_INIT("PROXY UDP4 192.0.2.1 198.51.100.1 56324 1965\r\n"),
    SLICE_INIT("PROXY UNKNOWNX\r\n"),
    SLICE_INIT("PROXY UNKNOWN \0\r\n"),
    SLICE_INIT("PROXY TCP4 192.0.2.1 198.51.100.1\t1 1965\r\n"),
    SLICE_INIT("PROXY UNKNOWN fffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
               "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n"),
    SLICE_INIT("\r\n\r\n\0\r\nQUIX\n\x21\x11\0\x0c" V4_ADDRESSES),
    SLICE_INIT(V2 "\x11\x11\0\x0c" V4_ADDRESSES),
    SLICE_INIT(V2 "\x31\x11\0\x0c" V4_ADDRESSES),
    SLICE_INIT(V2 "\x22\x11\0\x0c" V4_ADDRESSES),
    SLICE_INIT(V2 "\x21\x12\0\x0c" V4_ADDRESSES),
    SLICE_INIT(V2 "\x21\x41\0\x0c" V4_ADDRESSES),
    SLICE_INIT(V2 "\x21\x01\0\x0c" V4_ADDRESSES),
    SLICE_INIT(V2 "\x21\x11\0\x0b" V4_ADDRESSES),
    SLICE_INIT(V2 "\x21\x11\0\0" V4_ADDRESSES),
    SLICE_INIT(V2 "\x21\x21\0\x23" V6_ADDRESSES),
    SLICE_INIT(V2 "\x21\x31\0\x0c" V4_ADDRESSES),
    SLICE_INIT(V2 "\x21\x11\x0f\xf1" V4_ADDRESSES),
    SLICE_INIT(V2 "\x21\x11\xff\xff" V4_ADDRESSES),
    SLICE_INIT(V2 "\x20\x00\xff\xff"),
};

static void check_source(const struct row *row, const struct peer_address *source)
{
    char text[INET6_ADDRSTRLEN] = "";
    assert_int_equal(source->family, row->family);
    if (row->address != NULL) {
        assert_non_null(inet_ntop(source->family, source->bytes, text, sizeof text));
        assert_string_equal(text, row->address);
    }
}

/* With the client's bytes behind it, none of which are taken; and one byte at a time. */
static void test_good(UNUSED void **state)
{
    for (size_t i = 0; i < ARRAY_LENGTH(good); i++) {
        const struct row *row = &good[i];
        char bytes[1024];
        memcpy(bytes, row->header.ptr, row->header.len);
        memset(bytes + row->header.len, 0x16, 10);
        struct proxy_reader reader = { .length = 0 };
        struct peer_address source;
        size_t used = 0;
        print_message("good %zu\n", i);
        assert_int_equal(
            proxy_header_read(&reader, (slice){ bytes, row->header.len + 10 }, &used, &source),
            PROXY_COMPLETE);
        assert_int_equal(used, row->header.len);
        check_source(row, &source);

        reader = (struct proxy_reader){ .length = 0 };
        for (size_t k = 0; k < row->header.len; k++) {
            bool is_last = k + 1 == row->header.len;
            assert_int_equal(proxy_header_read(&reader, (slice){ bytes + k, 1 }, &used, &source),
                             is_last ? PROXY_COMPLETE : PROXY_MORE);
            assert_int_equal(used, 1);
        }
        check_source(row, &source);
    }
}

static void test_bad(UNUSED void **state)
{
    for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
        struct proxy_reader reader = { .length = 0 };
        struct peer_address source;
        size_t used = 0;
        print_message("bad %zu\n", i);
        assert_int_equal(proxy_header_read(&reader, bad[i], &used, &source), PROXY_BAD);
    }
}

static void test_nothing_received(UNUSED void **state)
{
    struct proxy_reader reader = { .length = 0 };
    struct peer_address source;
    size_t used = 1;
    assert_int_equal(proxy_header_read(&reader, SLICE_EMPTY, &used, &source), PROXY_MORE);
    assert_int_equal(used, 0);
}

/* The longest one that is taken, and one byte more. */
static void test_the_limit(UNUSED void **state)
{
    char *bytes = calloc(1, LIMIT_PROXY_HEADER + 1);
    assert_non_null(bytes);
    memcpy(bytes, V2 "\x21\x11", 14);
    for (size_t more = 0; more < 2; more++) {
        struct proxy_reader reader = { .length = 0 };
        struct peer_address source;
        size_t length = LIMIT_PROXY_HEADER - 16 + more;
        size_t used = 0;
        bytes[14] = (char)(length >> 8);
        bytes[15] = (char)(length & 0xff);
        assert_int_equal(proxy_header_read(&reader, (slice){ bytes, 16 + length }, &used, &source),
                         more == 0 ? PROXY_COMPLETE : PROXY_BAD);
        assert_true(more == 1 || used == LIMIT_PROXY_HEADER);
    }
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_nothing_received),
        cmocka_unit_test(test_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
