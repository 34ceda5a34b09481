/* The keys of session tickets. */
#include "check.h"

#include "server/tickets.h"

#include <stdio.h>
#include <string.h>

static void to_hex(const unsigned char *bytes, size_t size, char *out)
{
    for (size_t i = 0; i < size; i++) {
        (void)snprintf(out + 2 * i, 3, "%02x", bytes[i]);
    }
}

/* Computed with another implementation of RFC 5869: servers of different versions that share a
 * secret open each other's tickets. */
static void test_a_known_key(void **state)
{
    (void)state;
    unsigned char secret[TICKET_SECRET];
    struct ticket_key key;
    char hex[65];
    for (size_t i = 0; i < sizeof secret; i++) {
        secret[i] = (unsigned char)i;
    }
    assert_true(ticket_key_derive(secret, 489000, &key));
    assert_int_equal(key.hour, 489000);
    to_hex(key.name, sizeof key.name, hex);
    assert_string_equal(hex, "e4576e67d08ffd5c6d19f37e0904e485");
    to_hex(key.cipher, sizeof key.cipher, hex);
    assert_string_equal(hex, "8fa529649a4da5ed3686172b897e5fea2f589c0d00af2797c23bfb2d6b67111d");
    to_hex(key.mac, sizeof key.mac, hex);
    assert_string_equal(hex, "9c333355aa19f5134f00a05832d47e6e4cb0699f4599b7cee546d9758cf4b1e7");
}

static void test_each_hour_and_secret_has_its_own(void **state)
{
    (void)state;
    const unsigned char zero[TICKET_SECRET] = { 0 };
    const unsigned char one[TICKET_SECRET] = { 1 };
    struct ticket_key keys[4];
    /* A clock may be set to anything. */
    assert_true(ticket_key_derive(zero, 0, &keys[0]));
    assert_true(ticket_key_derive(zero, 1, &keys[1]));
    assert_true(ticket_key_derive(zero, -1, &keys[2]));
    assert_true(ticket_key_derive(one, 0, &keys[3]));
    for (size_t i = 0; i < 4; i++) {
        for (size_t k = 0; k < i; k++) {
            assert_memory_not_equal(keys[i].name, keys[k].name, sizeof keys[i].name);
            assert_memory_not_equal(keys[i].cipher, keys[k].cipher, sizeof keys[i].cipher);
            assert_memory_not_equal(keys[i].mac, keys[k].mac, sizeof keys[i].mac);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_known_key),
        cmocka_unit_test(test_each_hour_and_secret_has_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
