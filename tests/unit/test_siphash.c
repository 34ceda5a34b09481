/* The keyed hash, against the values of its authors. */
#include "check.h"

#include "base/siphash.h"

static void test_vectors(void **state)
{
    (void)state;
    /* Key 00 01 … 0f; the input is 00 01 … of that many bytes. */
    static const struct {
        size_t length;
        uint64_t hash;
    } rows[] = {
        { 0, 0x726fdb47dd0e0e31u },  { 1, 0x74f839c593dc67fdu },  { 7, 0xab0200f58b01d137u },
        { 8, 0x93f5f5799a932462u },  { 15, 0xa129ca6149be45e5u }, { 16, 0x3f2acc7f57c29bdbu },
        { 63, 0x958a324ceb064572u },
    };
    const struct siphash_key key = { 0x0706050403020100u, 0x0f0e0d0c0b0a0908u };
    char input[64];
    for (size_t i = 0; i < sizeof input; i++) {
        input[i] = (char)i;
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_true(siphash(&key, (slice){ input, rows[i].length }) == rows[i].hash);
    }
    assert_true(siphash(&key, SLICE_EMPTY) == rows[0].hash);
    const struct siphash_key other = { 0x0706050403020100u, 0x0f0e0d0c0b0a0909u };
    assert_true(siphash(&other, SLICE_EMPTY) != rows[0].hash);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_vectors) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
