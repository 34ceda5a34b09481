#include "check.h"

#include "text/rating.h"

static void reads_what_people_write(void **state)
{
    static const struct {
        const char *text;
        unsigned share;
    } cases[] = {
        { "9/10", 900 },
        { "10/10", 1000 },
        { "0/10", 0 },
        { "8.5/10", 850 },
        { "8,5/10", 850 },
        { "8½/10", 850 },
        { "4.5/5", 900 },
        { " 4 / 5 ", 800 },
        { "4.5 out of 5", 900 },
        { "4 of 5", 800 },
        { "3.25/4", 813 },
        { "2/3", 667 },
        { "85/100", 850 },
        { "85%", 850 },
        { "85 %", 850 },
        { "9/10, and one more for the dog", 900 },
        { "9/10.", 900 },
        { "9/10 (second time)", 900 },
        { "4 stars", 800 },
        { "4½ Stars", 900 },
        { "4 stars out of 10", 400 },
        { "1 star", 200 },
        { "4★", 800 },
        { "★★★★☆", 800 },
        { "★★★★", 800 },
        { "★★★★½", 900 },
        { "★★★½☆", 700 },
        { "★★★☆", 750 },
        { "★★★★★★★☆☆☆", 700 },
        { "★★★★★★★", 1000 },
        { "☆☆☆☆☆", 0 },
        { "⭐⭐⭐", 600 },
        { "⭐️⭐️⭐️", 600 },
        { "★★★★ (again)", 800 },
        { "", RATING_NONE },
        { "9", RATING_NONE },
        { "8.5", RATING_NONE },
        { "A-", RATING_NONE },
        { "Must watch", RATING_NONE },
        { "11/10", RATING_NONE },
        { "1/2", RATING_NONE },
        { "9/", RATING_NONE },
        { "/10", RATING_NONE },
        { "9/10/2024", RATING_NONE },
        { "9/10.5.3", RATING_NONE },
        { "9/1000", RATING_NONE },
        { "1234/10", RATING_NONE },
        { "120%", RATING_NONE },
        { "9/0", RATING_NONE },
        { "4 starships", RATING_NONE },
        { "4th of 5", RATING_NONE },
        { "½", RATING_NONE },
        { "☆★★", RATING_NONE },
        { "★★★★★★★★★★★", RATING_NONE },
        { "-3/5", RATING_NONE },
        { "99999999999999999999/5", RATING_NONE },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        unsigned share = RATING_NONE;
        if (!rating_parse(slice_of(cases[i].text), &share)) {
            share = RATING_NONE;
        }
        if (share != cases[i].share) {
            fail_msg("\"%s\" is %u, expected %u", cases[i].text, share, cases[i].share);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(reads_what_people_write) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
