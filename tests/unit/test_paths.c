/* Paths and what is said of them. */
#include "check.h"

#include "base/attributes.h"
#include "model/paths.h"

#include <stdlib.h>

static const struct path_settings *scopes(void)
{
    /* In the order of their paths. */
    static struct path_area areas[] = {
        { .scope.path = SLICE_INIT("/caf\xc3\xa9") },
        { .scope.path = SLICE_INIT("/private") },
        { .scope.path = SLICE_INIT("/private/letters") },
        { .scope.path = SLICE_INIT("/x.gmi") },
    };
    static const struct path_settings settings = { .areas = areas,
                                                   .area_count = ARRAY_LENGTH(areas) };
    return &settings;
}

static void test_the_longest_path_decides(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        const char *area; /* NULL: none */
    } rows[] = {
        { "/", NULL },
        { "", NULL },
        { "/private", "/private" },
        { "/private/", "/private" },
        { "/private/a", "/private" },
        { "/private//a", "/private" },
        { "/privateer", NULL },
        { "/privat", NULL },
        { "//private/", NULL },
        { "/Private/", NULL },
        { "/private/letters", "/private/letters" },
        { "/private/letters/index.gmi", "/private/letters" },
        { "/private/letters.gmi", "/private" },
        { "/private/letters2/a/b/c", "/private" },
        { "/x.gmi", "/x.gmi" },
        { "/x.gmi/", "/x.gmi" },
        { "/x", NULL },
        { "/caf\xc3\xa9/menu", "/caf\xc3\xa9" },
        { "/cafe\xcc\x81/menu", "/caf\xc3\xa9" }, /* another form of the same text */
        { "/cafe\xcc\x81\xcc\x81/menu", NULL },
        { "/cafe", NULL },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        const struct path_area *area = path_find_area(scopes(), slice_of(rows[i].path));
        print_message("%s\n", rows[i].path);
        assert_int_equal(area != NULL, rows[i].area != NULL);
        if (area != NULL) {
            assert_slice_equal(area->scope.path, rows[i].area);
        }
    }
}

static void test_the_root_is_everything(void **state)
{
    (void)state;
    static struct path_area all[] = { { .scope.path = SLICE_INIT("") } };
    static const struct path_settings settings = { .areas = all, .area_count = 1 };
    static const struct path_settings none = { 0 };
    assert_ptr_equal(path_find_area(&settings, SLICE("/")), &all[0]);
    assert_ptr_equal(path_find_area(&settings, SLICE("/a/b")), &all[0]);
    assert_ptr_equal(path_find_area(&settings, SLICE("")), &all[0]);
    assert_null(path_find_area(&none, SLICE("/")));
}

static void test_rules(void **state)
{
    (void)state;
    static struct path_rule rules[] = {
        { .before = SLICE_INIT("/exact") },
        { .before = SLICE_INIT("/folder/") },
        { .before = SLICE_INIT("/old/*") }, /* a star that is a star */
        { .before = SLICE_INIT("/old/special.gmi") },
        { .before = SLICE_INIT("/old/"), .has_star = true },
        { .before = SLICE_INIT("/old/"), .after = SLICE_INIT(".html"), .has_star = true },
        { .before = SLICE_INIT("/old/deep/"), .has_star = true },
        { .before = SLICE_INIT("/ol"), .has_star = true },
    };
    qsort(rules, ARRAY_LENGTH(rules), sizeof rules[0], path_compare_rules);
    const struct path_settings settings = { .rules = rules,
                                            .rule_count = ARRAY_LENGTH(rules),
                                            .exact_count = 4 };
    static const struct {
        const char *path;
        const char *before; /* NULL: no rule */
        const char *rest;
    } rows[] = {
        { "/exact", "/exact", "" },
        { "/exact/", NULL, "" },
        { "/folder", "/folder/", "" },
        { "/folder/", "/folder/", "" },
        { "/folder/index.gmi", "/folder/", "" },
        { "/folder/a", NULL, "" },
        { "/old/special.gmi", "/old/special.gmi", "" },
        { "/old/*", "/old/*", "" },
        { "/old/a", "/old/", "a" },
        { "/old/a.html", "/old/", "a" },
        { "/old/.html", "/old/", "" },
        { "/old/", "/old/", "" },
        { "/old", "/old/", "" },
        { "/old/deep/a/b", "/old/deep/", "a/b" },
        { "/old/deep", "/old/deep/", "" },
        { "/old/deep/a/index.gmi", "/old/deep/", "a/" },
        { "/olive", "/ol", "ive" },
        { "/ol", "/ol", "" },
        { "/o", NULL, "" },
        { "/", NULL, "" },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        slice rest;
        const struct path_rule *rule = path_find_rule(&settings, slice_of(rows[i].path), &rest);
        print_message("%s\n", rows[i].path);
        assert_int_equal(rule != NULL, rows[i].before != NULL);
        if (rule != NULL) {
            assert_slice_equal(rule->before, rows[i].before);
            assert_slice_equal(rest, rows[i].rest);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_longest_path_decides),
        cmocka_unit_test(test_the_root_is_everything),
        cmocka_unit_test(test_rules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
