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
        { "two\nlines\r\nand\ta tab", "two\nlines\xEF\xBF\xBD\nand\ta tab" },
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

static void escapes_in_place(void **state)
{
    (void)state;
    static const struct {
        const char *before, *text, *expected;
    } cases[] = {
        { "", "", "" },
        { "&", "/plain", "&/plain" },
        { "&", "/a&b", "&/a&amp;b" },
        { "x", "&&", "x&amp;&amp;" },
        { "", "&a&", "&amp;a&amp;" },
        { "<", "=> /a\n한글 \"b\"", "<=&gt; /a\n한글 &quot;b&quot;" },
        { "", "\x01\xC2\x85\xEF\xBF\xBE\xFF", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD" },
    };
    struct buf out;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        buf_init(&out, 1000);
        buf_puts(&out, cases[i].before);
        size_t start = out.len;
        buf_puts(&out, cases[i].text);
        xml_escape(&out, start);
        assert_slice_equal(buf_slice(&out), cases[i].expected);
        buf_release(&out);
    }
    buf_init(&out, 6);
    buf_puts(&out, "/a&b");
    xml_escape(&out, 0);
    assert_true(out.failed);
    buf_release(&out);
}

/* Both ways give the same, whatever the bytes are. */
static void both_ways_agree(void **state)
{
    (void)state;
    char text[40];
    unsigned random = 1;
    struct buf put;
    struct buf escaped;
    buf_init(&put, 1000);
    buf_init(&escaped, 1000);
    for (unsigned round = 0; round < 20000; round++) {
        for (size_t i = 0; i < sizeof text; i++) {
            random = random * 1664525U + 1013904223U;
            text[i] = (random >> 30) == 0 ? "&<>\"\n"[(random >> 16) % 5] : (char)(random >> 20);
        }
        buf_clear(&put);
        buf_clear(&escaped);
        xml_put(&put, (slice){ text, sizeof text });
        buf_put(&escaped, (slice){ text, sizeof text });
        xml_escape(&escaped, 0);
        assert_int_equal(put.len, escaped.len);
        assert_memory_equal(put.ptr, escaped.ptr, put.len);
    }
    buf_release(&put);
    buf_release(&escaped);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(escapes_text),
        cmocka_unit_test(escapes_in_place),
        cmocka_unit_test(both_ways_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
