/* Media types by extension and by content. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/attributes.h"
#include "gemini/media_type.h"

#include <string.h>

#define BYTES(literal)               \
    {                                \
        literal, sizeof(literal) - 1 \
    }

static const char png[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0";

static void test_with_database(UNUSED void **state)
{
    static const struct {
        const char *path;
        slice head;
        const char *type;
    } cases[] = {
        { "a.gmi", BYTES("# Title\n"), "text/gemini" },
        { "folder.x/A.GMI", BYTES(""), "text/gemini" },
        { "a.gemini", BYTES("<html>"), "text/gemini" },
        { "favicon.txt", BYTES("\xF0\x9F\x8E\xAC\n"), "text/plain" },
        { "a.md", BYTES("# T\n"), "text/markdown" },
        { "a.csv", BYTES("a,b\n1,2\n"), "text/csv" },
        { "a.css", BYTES("a { }\n"), "text/css" },
        { "a.gpub", BYTES("PK\x03\x04"), "application/gpub+zip" },
        { "a.svg", BYTES("<svg/>"), "image/svg+xml" },
        { "a.json", BYTES("{}"), "application/json" },
        { "images/a.png", BYTES(png), "image/png" },
        /* Content tells more than a wrong or a missing extension. */
        { "a.jpg", BYTES(png), "image/png" },
        { "a", BYTES(png), "image/png" },
        { "a.unknown", BYTES(png), "image/png" },
        { "a.b/c", BYTES(png), "image/png" },
        /* Nothing in it: the extension, or nothing, is all there is to go by. */
        { "a.png", BYTES(""), "image/png" },
        { "a.unknown", BYTES(""), "application/octet-stream" },
        { "README", BYTES("Words of prose, and a few more of them.\n"), "text/plain" },
        { "README", BYTES("#include <stdio.h>\nint main(void) { return 0; }\n"), "text/plain" },
        { "data", BYTES("\x00\x01\x02\x03\xFE\xFD\x80\x81"), "application/octet-stream" },
        { ".png", BYTES(""), "image/png" },
        { "a.", BYTES(""), "application/octet-stream" },
        { "", BYTES(""), "application/octet-stream" },
        /* A charset only where it is not UTF-8. */
        { "a.txt", BYTES("caf\xE9 au lait\n"), "text/plain; charset=iso-8859-1" },
        { "a.gmi",
          BYTES("\xFF\xFE"
                "a\0b\0\n\0"),
          "text/gemini; charset=utf-16le" },
        { "a.txt", BYTES("caf\xC3\xA9"), "text/plain" },
        { "a.txt", BYTES("caf\xC3"), "text/plain" },
        { "a.txt", BYTES("\xEC\x98"), "text/plain" },
        { "a.txt",
          BYTES("\xEF\xBB\xBF"
                "a\n"),
          "text/plain" },
        { "a.txt", BYTES("a\0b\xFF\x01"), "text/plain" },
    };
    struct media_type_finder *finder = media_type_finder_new();
    if (finder == NULL) {
        print_message("skipped: no libmagic database on this machine\n");
        skip();
    }
    slice results[ARRAY_LENGTH(cases)];
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        results[i] = media_type_find(finder, slice_of(cases[i].path), cases[i].head);
    }
    /* Looked at afterwards: a result is not overwritten by the next one. */
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        if (!slice_equal(results[i], slice_of(cases[i].type))) {
            fail_msg("%s (%zu): got %.*s, wanted %s", cases[i].path, i, SLICE_ARG(results[i]),
                     cases[i].type);
        }
    }
    slice again = media_type_find(finder, SLICE("x.png"), (slice){ png, sizeof png - 1 });
    slice first = media_type_find(finder, SLICE("y.png"), (slice){ png, sizeof png - 1 });
    assert_ptr_equal(again.ptr, first.ptr);
    media_type_finder_free(finder);
}

static void test_without_database(UNUSED void **state)
{
    slice head = { png, sizeof png - 1 };
    assert_true(slice_equal(media_type_find(NULL, SLICE("a.gmi"), head), SLICE("text/gemini")));
    assert_true(slice_equal(media_type_find(NULL, SLICE("a.PNG"), head), SLICE("image/png")));
    assert_true(
        slice_equal(media_type_find(NULL, SLICE("a"), head), SLICE("application/octet-stream")));
    media_type_finder_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_with_database),
        cmocka_unit_test(test_without_database),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
