/* Which addresses are somebody's on the internet. */
#include "check.h"

#include "base/attributes.h"
#include "web/public_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

static bool is_public(const char *text)
{
    struct sockaddr_storage address = { 0 };
    struct sockaddr_in in = { .sin_family = AF_INET };
    struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
    if (inet_pton(AF_INET, text, &in.sin_addr) == 1) {
        memcpy(&address, &in, sizeof in);
    } else {
        assert_int_equal(inet_pton(AF_INET6, text, &in6.sin6_addr), 1);
        memcpy(&address, &in6, sizeof in6);
    }
    return public_address((const struct sockaddr *)&address);
}

static void test_public(UNUSED void **state)
{
    static const char *const addresses[] = {
        "1.1.1.1",     "8.8.8.8",         "9.255.255.255",    "11.0.0.0",        "100.63.0.1",
        "100.128.0.1", "126.255.255.255", "128.0.0.1",        "169.253.0.1",     "172.15.0.1",
        "172.32.0.1",  "192.0.1.1",       "192.167.0.1",      "192.169.0.1",     "198.17.0.1",
        "198.20.0.1",  "223.255.255.1",   "2606:4700::1111",  "2a00:1450::1",    "2001:4860::8888",
        "2001:200::1", "::ffff:8.8.8.8",  "64:ff9b::8.8.8.8", "2002:808:808::1", "3ffe::1",
    };
    for (size_t i = 0; i < ARRAY_LENGTH(addresses); i++) {
        if (!is_public(addresses[i])) {
            fail_msg("%s is public", addresses[i]);
        }
    }
}

static void test_not_public(UNUSED void **state)
{
    static const char *const addresses[] = {
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "10.255.255.255",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.1",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "64:ff9b::10.0.0.1",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:1ff::1",
        "2001:db8::1",
        "2002:7f00:1::1",
        "2002:a00:1::1",
        "3fff::1",
        "4000::1",
        "5f00::1",
        "fc00::1",
        "fd12::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    };
    for (size_t i = 0; i < ARRAY_LENGTH(addresses); i++) {
        if (is_public(addresses[i])) {
            fail_msg("%s is not public", addresses[i]);
        }
    }
    const struct sockaddr_un on_this_machine = { .sun_family = AF_UNIX };
    assert_false(public_address((const struct sockaddr *)&on_this_machine));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_public),
        cmocka_unit_test(test_not_public),
    };
    return cmocka_run_group_tests_name("public_address", tests, NULL, NULL);
}
