#include "check.h"

#include "cmd/json.h"
#include "cmd/telling.h"

#include <jansson.h>
#include <stdio.h>
#include <unistd.h>

/* --- JSON ------------------------------------------------------------------------------------- */

static void put_string(const char *text, size_t length, const char *expected)
{
    struct buf out;
    buf_init(&out, 1000);
    json_put_string(&out, (slice){ text, length });
    assert_slice_equal(buf_slice(&out), expected);
    buf_release(&out);
}

static void test_strings(void **state)
{
    (void)state;
    put_string(NULL, 0, "\"\"");
    put_string("a\"b\\c/", 6, "\"a\\\"b\\\\c/\"");
    put_string("\n\t\r\0\x1F\x7F", 6, "\"\\n\\u0009\\u000d\\u0000\\u001f\\u007f\"");
    put_string("\xEA\xB9\x80\xF0\x9F\x8E\xAC", 7, "\"\xEA\xB9\x80\xF0\x9F\x8E\xAC\"");
    put_string("a\xFFz\xED\xA0\x80", 6, "\"a\xEF\xBF\xBDz\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

static void test_close(void **state)
{
    struct buf out;
    (void)state;
    buf_init(&out, 1000);
    buf_puts(&out, "{\"none\":[");
    json_close(&out, ']');
    buf_putc(&out, ',');
    json_put_text(&out, "text", SLICE(","));
    json_put_any_text(&out, "not", SLICE_EMPTY);
    json_put_count(&out, "count", 7);
    json_close(&out, '}');
    assert_slice_equal(buf_slice(&out), "{\"none\":[],\"text\":\",\",\"count\":7}");
    buf_release(&out);
}

/* --- what is told ----------------------------------------------------------------------------- */

struct told {
    struct arena arena;
    struct report report;
    struct telling telling;
    int saved;  /* what is stdout otherwise, */
    FILE *file; /* and what it is meanwhile; its stderr goes there, too */
    int saved_error;
    char text[20000];
    int code;
};

static void begin(struct told *told, bool json)
{
    const struct telling_options options = { .json = json, .capsule = "capsule" };
    *told = (struct told){ 0 };
    arena_init(&told->arena);
    report_init(&told->report, &told->arena);
    told->file = tmpfile();
    assert_non_null(told->file);
    (void)fflush(stdout);
    told->saved = dup(STDOUT_FILENO);
    told->saved_error = dup(STDERR_FILENO);
    assert_true(dup2(fileno(told->file), STDOUT_FILENO) >= 0);
    if (!json) {
        assert_true(dup2(fileno(told->file), STDERR_FILENO) >= 0);
    }
    telling_begin(&told->telling, &options);
}

static void end(struct told *told)
{
    told->code = telling_end(&told->telling);
    (void)fflush(stderr);
    (void)dup2(told->saved, STDOUT_FILENO);
    (void)dup2(told->saved_error, STDERR_FILENO);
    (void)close(told->saved);
    (void)close(told->saved_error);
    rewind(told->file);
    told->text[fread(told->text, 1, sizeof told->text - 1, told->file)] = '\0';
    (void)fclose(told->file);
}

/* All kinds of outcomes: of a blog when `feed`. */
static void tell_all(struct told *told, bool feed)
{
    struct diags diags;
    const struct feed read = {
        .entries = { [ENTRY_POST] = { [ENTRY_LIVE] = 3, [ENTRY_DRAFT] = 1 },
                     [ENTRY_COMMENT] = { [ENTRY_LIVE] = 2, [ENTRY_SPAM] = 5 } },
        .others = 50,
        .refused = 1,
    };
    const struct images_counts images = { .stored = 3, .known = 1, .left_out = 2, .bytes = 900 };
    struct outcome outcome = { .input = SLICE("blog.xml"), .line = 12, .title = SLICE("A \"B\"") };
    if (feed) {
        telling_feed(&told->telling, &read);
    }
    report_drop(&told->report, 20, 20, SLICE("Share this"), "share buttons");
    report_drop(&told->report, 21, 22, SLICE("Print"), "share buttons");
    report_drop(&told->report, 90, 90, SLICE("Send"), "a form's fields");
    report_note(&told->report, 15, "\"Length\" became Runtime");
    told->report.sections = 2;
    told->report.words = 100;

    outcome.report = &told->report;
    outcome.file = SLICE("reviews/a-b.gmi");
    telling_outcome(&told->telling, &outcome);
    outcome.plan = WRITE_NOT;
    outcome.file = SLICE("reviews/c.gmi");
    telling_outcome(&told->telling, &outcome);
    outcome.plan = WRITE_BESIDE;
    outcome.draft = true;
    outcome.file = SLICE("reviews/d.gmi");
    outcome.report = NULL;
    telling_outcome(&told->telling, &outcome);
    outcome.draft = false;
    outcome.plan = WRITE_NEW;
    outcome.kind = OUTCOME_PAGE;
    outcome.file = SLICE("pages/about.gmi");
    telling_outcome(&told->telling, &outcome);
    outcome.kind = OUTCOME_REDIRECT;
    outcome.url = SLICE("/p/about.html");
    telling_outcome(&told->telling, &outcome);
    outcome.kind = OUTCOME_COMMENTS;
    outcome.comments = 2;
    telling_outcome(&told->telling, &outcome);
    outcome.kind = OUTCOME_IMAGE;
    outcome.url = SLICE("https://images.example/a\x1B.png");
    outcome.file = SLICE("static/images/a.png");
    telling_outcome(&told->telling, &outcome);
    outcome.failure = SLICE("404 Not Found");
    telling_outcome(&told->telling, &outcome);
    outcome.kind = OUTCOME_REVIEW;
    outcome.title = SLICE("Old\x1B");
    outcome.failure = SLICE("it is in the blog's trash");
    telling_outcome(&told->telling, &outcome);
    telling_images(&told->telling, &images);

    diags_init(&diags);
    diags_add_line(&diags, DIAG_WARNING, SLICE("blog.xml"), 31, "the date is none");
    telling_diags(&told->telling, &diags);
    diags_release(&diags);
}

static void test_text_of_a_blog(void **state)
{
    static struct told told;
    (void)state;
    begin(&told, false);
    tell_all(&told, true);
    end(&told);
    assert_int_equal(told.code, 0);
    /* stderr is not buffered, stdout is a file here: what is a problem comes first. */
    assert_string_equal(
        told.text,
        "blog.xml:31: warning: the date is none\n"
        "blog.xml:12: capsule/reviews/a-b.gmi written\n"
        "  kept: 2 sections, 100 words of text\n"
        "  line 15: \"Length\" became Runtime\n"
        "  dropped: lines 20-22: share buttons (3 words): Share this…\n"
        "  dropped: line 90: a form's fields (1 word): Send\n"
        "blog.xml:12: capsule/reviews/d.gmi was changed by hand, and stays as it is; the new "
        "version "
        "is in capsule/reviews/d.gmi.new, a draft\n"
        "blog.xml:12: capsule/pages/about.gmi written\n"
        "blog.xml:12: /p/about.html leads to capsule/pages/about.gmi\n"
        "blog.xml:12: \"Old\xEF\xBF\xBD\" is left out: it is in the blog's trash\n"
        "read: 4 posts (3 live, 1 draft), 7 comments (2 live, 5 spam), 1 refused, 50 of other "
        "kinds\n"
        "reviews: 1 written, 1 up to date, 1 changed by hand and left alone, the new version "
        "beside, 1 left out\n"
        "pages: 1 written\n"
        "drafts: 1 of them\n"
        "comments: 2; their pages: 1 written\n"
        "images: 3 stored, 1 there already, 2 left on the web\n"
        "old addresses: 1 turned to pages\n"
        "recognised: 4 sections, 200 words of text\n"
        "dropped: share buttons (6 words in 2 posts), a form's fields (2 words in 2 posts)\n"
        "problems: 1 warning\n");
    arena_release(&told.arena);
}

static void test_text_of_a_page(void **state)
{
    static struct told told;
    const struct outcome outcome = { .input = SLICE("a.html"),
                                     .file = SLICE("reviews/a.gmi"),
                                     .plan = WRITE_NOT };
    (void)state;
    begin(&told, false);
    telling_outcome(&told.telling, &outcome);
    end(&told);
    assert_string_equal(told.text, "a.html: capsule/reviews/a.gmi is up to date\n");
    assert_int_equal(told.code, 0);
    arena_release(&told.arena);
}

static void test_failures(void **state)
{
    static struct told told;
    struct diags diags;
    (void)state;
    begin(&told, false);
    telling_fail(&told.telling, "%s: %s", "blog.xml", "not a file");
    end(&told);
    assert_string_equal(told.text, "matinee: blog.xml: not a file\n");
    assert_int_equal(told.code, 1);
    arena_release(&told.arena);

    begin(&told, false);
    diags_init(&diags);
    diags_add_line(&diags, DIAG_ERROR, SLICE("blog.xml"), 3, "it ends too early");
    telling_diags(&told.telling, &diags);
    diags_release(&diags);
    end(&told);
    assert_string_equal(told.text, "blog.xml:3: error: it ends too early\n"
                                   "1 error, 0 warnings\n");
    assert_int_equal(told.code, 1);
    arena_release(&told.arena);
}

static const char *string_at(const json_t *array, size_t i, const char *key)
{
    const char *text = json_string_value(json_object_get(json_array_get(array, i), key));
    return text != NULL ? text : "(none)";
}

static void test_json_of_a_blog(void **state)
{
    static struct told told;
    json_error_t error;
    (void)state;
    begin(&told, true);
    tell_all(&told, true);
    end(&told);
    json_t *all = json_loads(told.text, JSON_REJECT_DUPLICATES, &error);
    assert_non_null(all);
    const json_t *posts = json_object_get(all, "posts");
    assert_int_equal(json_array_size(posts), 4);
    assert_string_equal(string_at(posts, 0, "title"), "A \"B\"");
    assert_string_equal(string_at(posts, 0, "result"), "written");
    assert_string_equal(string_at(posts, 1, "result"), "up_to_date");
    assert_string_equal(string_at(posts, 2, "result"), "beside");
    assert_string_equal(string_at(posts, 3, "result"), "left_out");
    assert_string_equal(string_at(posts, 3, "title"), "Old\x1B");
    assert_true(json_is_true(json_object_get(json_array_get(posts, 2), "draft")));
    const json_t *dropped = json_object_get(json_array_get(posts, 0), "dropped");
    assert_int_equal(json_array_size(dropped), 2);
    const json_t *texts = json_object_get(json_array_get(dropped, 0), "text");
    assert_int_equal(json_array_size(texts), 2);
    assert_string_equal(json_string_value(json_array_get(texts, 1)), "Print");

    assert_string_equal(string_at(json_object_get(all, "pages"), 0, "file"), "pages/about.gmi");
    assert_string_equal(string_at(json_object_get(all, "redirects"), 0, "url"), "/p/about.html");
    const json_t *images = json_object_get(all, "images");
    assert_int_equal(json_array_size(images), 2);
    assert_string_equal(string_at(images, 0, "url"), "https://images.example/a\x1B.png");
    assert_string_equal(string_at(images, 1, "reason"), "404 Not Found");
    assert_int_equal(json_array_size(json_object_get(all, "comments")), 1);
    assert_string_equal(string_at(json_object_get(all, "problems"), 0, "message"),
                        "the date is none");

    const json_t *totals = json_object_get(all, "totals");
    const json_t *read = json_object_get(totals, "read");
    assert_int_equal(json_integer_value(json_object_get(json_object_get(read, "comments"), "spam")),
                     5);
    assert_int_equal(json_integer_value(json_object_get(totals, "comments_taken")), 2);
    assert_int_equal(
        json_integer_value(json_object_get(json_object_get(totals, "images"), "left_out")), 2);
    assert_int_equal(json_array_size(json_object_get(totals, "dropped")), 2);
    json_decref(all);
    arena_release(&told.arena);
}

static void test_json_of_nothing(void **state)
{
    static struct told told;
    json_error_t error;
    (void)state;
    begin(&told, true);
    end(&told);
    json_t *all = json_loads(told.text, 0, &error);
    assert_non_null(all);
    assert_int_equal(json_object_size(all), TELLING_PARTS + 1);
    assert_int_equal(json_array_size(json_object_get(all, "problems")), 0);
    json_decref(all);
    arena_release(&told.arena);
}

static void test_many_reasons(void **state)
{
    static struct tally tally;
    static char reasons[TALLY_REASONS + 8][8];
    struct arena arena;
    struct report report;
    size_t words = 0;
    (void)state;
    arena_init(&arena);
    report_init(&report, &arena);
    for (unsigned i = 0; i < ARRAY_LENGTH(reasons); i++) {
        (void)snprintf(reasons[i], sizeof reasons[i], "why %u", i);
        report_drop(&report, 1, 1, SLICE("one word more"), reasons[i]);
    }
    const struct outcome outcome = { .report = &report };
    tally_outcome(&tally, &outcome);
    assert_int_equal(tally.reason_count, TALLY_REASONS);
    for (size_t i = 0; i < TALLY_REASONS; i++) {
        words += tally.reasons[i].words;
        assert_int_equal(tally.reasons[i].posts, 1);
    }
    assert_int_equal(words, 3 * ARRAY_LENGTH(reasons));
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_strings),         cmocka_unit_test(test_close),
        cmocka_unit_test(test_text_of_a_blog),  cmocka_unit_test(test_text_of_a_page),
        cmocka_unit_test(test_failures),        cmocka_unit_test(test_json_of_a_blog),
        cmocka_unit_test(test_json_of_nothing), cmocka_unit_test(test_many_reasons),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
