#include "check.h"

#include "base/attributes.h"
#include "import/mail_date.h"

static void reads_dates_of_mail(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *expected; /* NULL: none */
    } cases[] = {
        { "Wed, 02 Oct 2002 13:00:00 GMT", "2002-10-02T13:00:00Z" },
        { "2 Oct 2002 13:00:00 +0900", "2002-10-02T13:00:00+09:00" },
        { "Wed, 2 October 2002 13:00 -05:30", "2002-10-02T13:00:00-05:30" },
        { "Sat, 07 Sep 02 00:00:01 EST", "2002-09-07T00:00:01-05:00" },
        { "  07 Sep 99  00:00:01  PDT ", "1999-09-07T00:00:01-07:00" },
        { "Sat, 31 Dec 2016 23:59:60 UT", "2016-12-31T23:59:59Z" },
        { "Wed, 02 Oct 2002 13:00:00", "2002-10-02T13:00:00Z" },
        { "Wed, 02 Oct 2002 13:00:00 XYZ", "2002-10-02T13:00:00Z" },
        { "Mon, 30 Nov -0001 00:00:00 +0000", NULL },
        { "Wed, 30 Feb 2002 13:00:00 GMT", NULL },
        { "Wed, 02 Okt 2002 13:00:00 GMT", NULL },
        { "Wed, 02 Oct 2002", NULL },
        { "Wed, 02 Oct 2002 25:00:00 GMT", NULL },
        { "Wed, 02 Oct 2002 13:61 GMT", NULL },
        { "Wed, 02 Oct 2002 13 GMT", NULL },
        { "2002-10-02T13:00:00Z", NULL },
        { "", NULL },
        { ",", NULL },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct buf out;
        buf_init(&out, 100);
        bool ok = mail_date_put(&out, slice_of(cases[i].text));
        if (cases[i].expected != NULL) {
            assert_slice_equal(buf_slice(&out), cases[i].expected);
        }
        assert_int_equal(ok, cases[i].expected != NULL);
        assert_int_equal(out.len > 0, ok);
        buf_release(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_dates_of_mail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
