/* Text in XML: what has a meaning there is escaped, what may not be there is replaced. */
#include "check.h"

#include "base/attributes.h"
#include "text/xml.h"

static void escapes_text(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *expected;
    } cases[] = {
        { "", "" },
        { "plain 한글 🎬", "plain 한글 🎬" },
        { "a < b && c > \"d\"", "a &lt; b &amp;&amp; c &gt; &quot;d&quot;" },
        { "]]>", "]]&gt;" },
        { "&amp;", "&amp;amp;" },
        { "two\nlines\r\nand\ta tab", "two lines  and a tab" },
        { "\x01\x1f\x7f", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD" },
        { "\xC2\x85", "\xEF\xBF\xBD" },
        { "\xEF\xBF\xBE", "\xEF\xBF\xBD" },
        { "\xFF", "\xEF\xBF\xBD" },
    };
    struct buf out;
    buf_init(&out, 1000);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        buf_clear(&out);
        xml_put(&out, slice_of(cases[i].text));
        assert_slice_equal(buf_slice(&out), cases[i].expected);
    }
    buf_clear(&out);
    xml_put(&out, (slice){ "a\0b", 3 });
    assert_slice_equal(buf_slice(&out), "a\xEF\xBF\xBD"
                                        "b");
    buf_release(&out);
}

static void escapes_urls_in_place(void **state)
{
    (void)state;
    static const struct {
        const char *before, *url, *expected;
    } cases[] = {
        { "", "", "" },
        { "&", "/plain", "&/plain" },
        { "&", "/a&b", "&/a&amp;b" },
        { "x", "&&", "x&amp;&amp;" },
        { "", "&a&", "&amp;a&amp;" },
    };
    struct buf out;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        buf_init(&out, 1000);
        buf_puts(&out, cases[i].before);
        size_t start = out.len;
        buf_puts(&out, cases[i].url);
        xml_escape_url(&out, start);
        assert_slice_equal(buf_slice(&out), cases[i].expected);
        buf_release(&out);
    }
    buf_init(&out, 6);
    buf_puts(&out, "/a&b");
    xml_escape_url(&out, 0);
    assert_true(out.failed);
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(escapes_text),
        cmocka_unit_test(escapes_urls_in_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
