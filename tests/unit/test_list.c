/* Pagination: every entry is on one page, and full pages stay as they are. */
#include "check.h"

#include "base/limits.h"
#include "pages/list.h"

static void counts_pages(void **state)
{
    (void)state;
    static const struct {
        size_t items, newest_first, forward;
    } cases[] = {
        { 0, 1, 1 },   { 1, 1, 1 },   { 50, 1, 1 },  { 51, 1, 2 },  { 99, 1, 2 },
        { 100, 2, 2 }, { 101, 2, 3 }, { 149, 2, 3 }, { 150, 3, 3 }, { 5000, 100, 100 },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        assert_int_equal(list_page_count(LIST_NEWEST_FIRST, cases[i].items), cases[i].newest_first);
        assert_int_equal(list_page_count(LIST_FORWARD, cases[i].items), cases[i].forward);
    }
}

/* Walking from page to page by `next` meets every entry once, in order, and `previous` leads back.
 */
static void leads_through_all(void **state)
{
    (void)state;
    for (enum list_order order = LIST_NEWEST_FIRST; order <= LIST_FORWARD; order++) {
        for (size_t items = 0; items <= 330; items++) {
            struct list_page page;
            size_t number = 0;
            size_t from = 0;
            size_t pages = 1;
            size_t seen = 0;
            assert_true(list_page(order, items, 0, &page));
            assert_false(page.has_previous);
            for (;;) {
                assert_int_equal(page.first, seen);
                seen = page.end;
                if (!page.has_next) {
                    break;
                }
                from = number;
                number = page.next;
                pages++;
                assert_true(list_page(order, items, number, &page));
                assert_true(page.has_previous);
                assert_int_equal(page.previous, from);
            }
            assert_int_equal(seen, items);
            assert_int_equal(pages, list_page_count(order, items));
        }
    }
}

static void finds_what_is_walked(void **state)
{
    (void)state;
    for (enum list_order order = LIST_NEWEST_FIRST; order <= LIST_FORWARD; order++) {
        for (size_t items = 0; items <= 330; items++) {
            size_t count = list_page_count(order, items);
            struct list_page page;
            for (size_t i = 0; i < count; i++) {
                assert_true(list_page(order, items, list_page_number(order, i), &page));
            }
            assert_false(list_page(order, items, list_page_number(order, count), &page));
            assert_false(list_page(order, items, (size_t)-1, &page));
        }
    }
    struct list_page page;
    assert_false(list_page(LIST_FORWARD, 200, 1, &page)); /* page 1 is the folder */
}

/* Entries counted from the oldest: those of a numbered page are the same however many there are. */
static void keeps_numbered_pages(void **state)
{
    (void)state;
    for (size_t items = 100; items <= 330; items++) {
        for (size_t number = 1; number < list_page_count(LIST_NEWEST_FIRST, items); number++) {
            struct list_page page;
            assert_true(list_page(LIST_NEWEST_FIRST, items, number, &page));
            assert_int_equal(items - page.end, (number - 1) * LIMIT_LIST_PAGE);
            assert_int_equal(items - page.first, number * LIMIT_LIST_PAGE);
        }
        struct list_page first;
        assert_true(list_page(LIST_NEWEST_FIRST, items, 0, &first));
        assert_in_range(first.end, LIMIT_LIST_PAGE, 2 * LIMIT_LIST_PAGE - 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_pages),
        cmocka_unit_test(leads_through_all),
        cmocka_unit_test(finds_what_is_walked),
        cmocka_unit_test(keeps_numbered_pages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
