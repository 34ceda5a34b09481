/* Addresses of peers, blocks of them, and lists of blocks. */
#include "check.h"

#include "server/prefix.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

static const char *shown(const struct peer_address *address)
{
    static char text[64];
    struct buf out;
    buf_init(&out, sizeof text - 1);
    peer_address_put(address, &out);
    (void)snprintf(text, sizeof text, "%s", buf_string(&out));
    buf_release(&out);
    return text;
}

static struct peer_address parsed(const char *text)
{
    struct peer_address address;
    assert_true(peer_address_parse(slice_of(text), &address));
    return address;
}

static void test_addresses(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        { "192.0.2.7", "192.0.2.7" },        { "0.0.0.0", "0.0.0.0" },
        { "2001:DB8:0::1", "2001:db8::1" },  { "::", "::" },
        { "::ffff:192.0.2.7", "192.0.2.7" }, { "::ffff:c000:207", "192.0.2.7" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct peer_address address = parsed(rows[i][0]);
        assert_string_equal(shown(&address), rows[i][1]);
    }
    static const char *const bad[] = { "",         "localhost", "1.2.3",      "1.2.3.4.5",
                                       "1.2.3.4 ", "[::1]",     "fe80::1%lo", "1.2.3.4:5",
                                       "unix",     ":",         "256.1.1.1" };
    struct peer_address out;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(peer_address_parse(slice_of(bad[i]), &out));
    }
    assert_false(peer_address_parse((slice){ "1.2.3.4\0", 8 }, &out));
}

static void test_what_the_system_says(void **state)
{
    (void)state;
    struct sockaddr_storage from;
    memset(&from, 0xff, sizeof from);
    struct sockaddr_in *v4 = (struct sockaddr_in *)(void *)&from;
    v4->sin_family = AF_INET;
    v4->sin_addr.s_addr = htonl(0x7f000001);
    struct peer_address address = peer_address_of(&from);
    struct peer_address same = parsed("127.0.0.1");
    assert_memory_equal(&address, &same, sizeof address);

    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)(void *)&from;
    v6->sin6_family = AF_INET6;
    assert_int_equal(inet_pton(AF_INET6, "::ffff:127.0.0.1", &v6->sin6_addr), 1);
    address = peer_address_of(&from);
    assert_memory_equal(&address, &same, sizeof address);
    assert_int_equal(inet_pton(AF_INET6, "2001:db8::9", &v6->sin6_addr), 1);
    address = peer_address_of(&from);
    assert_string_equal(shown(&address), "2001:db8::9");

    from.ss_family = AF_UNIX;
    address = peer_address_of(&from);
    assert_int_equal(address.family, AF_UNIX);
    assert_string_equal(shown(&address), "unix");
    from.ss_family = AF_UNSPEC;
    address = peer_address_of(&from);
    assert_string_equal(shown(&address), "?");
}

static void test_cut(void **state)
{
    (void)state;
    struct peer_address address = parsed("192.0.255.255");
    peer_address_cut(&address, 20, 64);
    assert_string_equal(shown(&address), "192.0.240.0");
    address = parsed("2001:db8:1:2:3:4:5:6");
    peer_address_cut(&address, 24, 64);
    assert_string_equal(shown(&address), "2001:db8:1:2::");
    peer_address_cut(&address, 24, 0);
    assert_string_equal(shown(&address), "::");
    address = parsed("2001:db8:1:2:3:4:5:6");
    peer_address_cut(&address, 0, 128);
    assert_string_equal(shown(&address), "2001:db8:1:2:3:4:5:6");
}

struct prefix_row {
    const char *prefix;
    const char *inside; /* NULL: nothing to try */
    const char *outside;
};

static const struct prefix_row prefixes[] = {
    { "127.0.0.0/8", "127.255.3.4", "128.0.0.1" },
    { "127.0.0.0/8", "127.0.0.1", "::1" },
    { "10.1.2.3/8", "10.200.0.1", "11.1.2.3" },
    { "192.0.2.7", "192.0.2.7", "192.0.2.6" },
    { "192.0.2.7/32", "192.0.2.7", "192.0.2.15" },
    { "192.0.2.0/25", "192.0.2.127", "192.0.2.128" },
    { "0.0.0.0/0", "255.255.255.255", "::" },
    { "::/0", "2001:db8::1", "1.2.3.4" },
    { "::1", "::1", "::2" },
    { "2001:db8::/32", "2001:db8:ffff::1", "2001:db9::" },
    { "2001:db8::/33", "2001:db8:7fff::1", "2001:db8:8000::" },
    { "2001:db8::8/127", "2001:db8::9", "2001:db8::a" },
    { "::ffff:10.0.0.0/104", "10.9.9.9", "11.0.0.0" },
    { "::ffff:10.0.0.1", "10.0.0.1", "10.0.0.2" },
};

static void test_prefixes(void **state)
{
    (void)state;
    struct prefix prefix;
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        struct peer_address inside = parsed(prefixes[i].inside);
        struct peer_address outside = parsed(prefixes[i].outside);
        assert_true(prefix_parse(slice_of(prefixes[i].prefix), &prefix));
        assert_true(prefix_holds(&prefix, &inside));
        assert_false(prefix_holds(&prefix, &outside));
    }
    const struct peer_address local = { .family = AF_UNIX };
    const struct peer_address unknown = { .family = AF_UNSPEC };
    assert_true(prefix_parse(SLICE("unix"), &prefix));
    assert_true(prefix_holds(&prefix, &local));
    assert_false(prefix_holds(&prefix, &unknown));
    assert_true(prefix_parse(SLICE("0.0.0.0/0"), &prefix));
    assert_false(prefix_holds(&prefix, &local));
    static const char *const bad[] = { "",       "/8",          "1.2.3.4/",   "1.2.3.4/33",
                                       "::/129", "1.2.3.4/-1",  "1.2.3.4/+1", "1.2.3.4/8/8",
                                       "none",   "1.2.3.4 /8",  "1.2.3.4/ 8", "::ffff:1.2.3.4/95",
                                       "Unix",   "example.org", "10/8" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(prefix_parse(slice_of(bad[i]), &prefix));
    }
}

static void test_lists(void **state)
{
    (void)state;
    struct prefix_list list;
    slice bad = SLICE_EMPTY;
    assert_true(prefix_list_parse(SLICE(" 127.0.0.0/8,::1 , unix"), &list, &bad));
    assert_int_equal(list.count, 3);
    struct peer_address one = parsed("127.3.4.5");
    struct peer_address other = parsed("192.0.2.7");
    const struct peer_address local = { .family = AF_UNIX };
    const struct peer_address unknown = { .family = AF_UNSPEC };
    assert_true(prefix_list_holds(&list, &one));
    assert_true(prefix_list_holds(&list, &local));
    assert_false(prefix_list_holds(&list, &other));
    assert_false(prefix_list_holds(&list, &unknown));

    assert_true(prefix_list_parse(SLICE(" none "), &list, &bad));
    assert_int_equal(list.count, 0);
    assert_false(prefix_list_holds(&list, &one));

    assert_false(prefix_list_parse(SLICE("10.0.0.0/8, nowhere, ::1"), &list, &bad));
    assert_slice_equal(bad, "nowhere");
    assert_false(prefix_list_parse(SLICE("none, ::1"), &list, &bad));
    assert_false(prefix_list_parse(SLICE_EMPTY, &list, NULL));
    assert_false(prefix_list_parse(SLICE("::1,,::2"), &list, NULL));

    struct buf text;
    buf_init(&text, 65536);
    for (int i = 0; i < LIMIT_PREFIXES; i++) {
        buf_printf(&text, "%s10.0.0.%d", i > 0 ? "," : "", i);
    }
    assert_true(prefix_list_parse(buf_slice(&text), &list, NULL));
    buf_puts(&text, ",::1");
    assert_false(prefix_list_parse(buf_slice(&text), &list, &bad));
    assert_slice_equal(bad, "::1");
    buf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses), cmocka_unit_test(test_what_the_system_says),
        cmocka_unit_test(test_cut),       cmocka_unit_test(test_prefixes),
        cmocka_unit_test(test_lists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
