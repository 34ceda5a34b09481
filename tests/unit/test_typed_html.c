#include "check.h"

#include "base/attributes.h"
#include "import/typed_html.h"

static void makes_paragraphs(void **state)
{
    (void)state;
    static const struct {
        const char *html, *typed;
    } cases[] = {
        { "", "" },
        { "One line.", "One line." },
        { "One.\n\nTwo.\nStill two.", "One.\n\n<p>Two.\n<br>Still two." },
        { "One.\r\n\r\nTwo.", "One.\r\n\r\n<p>Two." },
        { "<p>One.</p>\n\n<p>Two.</p>", "<p>One.</p>\n\n<p>Two.</p>" },
        { "One.<br />\nTwo.", "One.<br />\nTwo." },
        { "<h2>A</h2>\nOne <b>or\ntwo</b>.\n\nTwo.",
          "<h2>A</h2>\nOne <b>or\n<br>two</b>.\n\n<p>Two." },
        { "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n\nAfter.",
          "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n\n<p>After." },
        { "<pre>a\n\nb</pre>\n\nAfter.", "<pre>a\n\nb</pre>\n\n<p>After." },
        { "<img alt=\"a\n\nb\">\n\nAfter.", "<img alt=\"a\n\nb\">\n\n<p>After." },
        { "<!-- a\n\nb -->\n\nAfter.", "<!-- a\n\nb -->\n\n<p>After." },
        { "[caption id=\"x\" width=\"3\"]<img src=a> The attic[/caption]\n\nAfter.",
          "<p><img src=a> The attic<p>\n\n<p>After." },
        { "a [b] c", "a [b] c" },
        { "[caption", "[caption" },
        { "a < b\n\nc", "a < b\n\nc" },
        { "<pre>never closed\n\n", "<pre>never closed\n\n" },
    };
    struct arena arena;
    arena_init(&arena);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        assert_slice_equal(typed_html(&arena, slice_of(cases[i].html)), cases[i].typed);
    }
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(makes_paragraphs) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
