#include "parse.h"

#include "base/attributes.h"
#include "base/limits.h"
#include "text/date.h"

#include <time.h>

static void parse_conf(struct parsed *parsed, const char *text)
{
    parsed_begin(parsed, "capsule.conf", slice_of(text));
    parsed->ok = source_normalise(&parsed->arena, &parsed->source, &parsed->diags) &&
                 conf_parse(&parsed->arena, &parsed->source, &parsed->conf, &parsed->diags);
}

static void reads_every_setting(void **state)
{
    (void)state;
    struct parsed parsed;
    parse_conf(
        &parsed,
        "# The capsule\n"
        "Title: Reviews\n"
        "\n"
        "Tagline: Of films\n"
        "Host: Example.ORG., bücher.example, *.Example.ORG, [::1], 192.0.2.7, [2001:DB8:0:0::1]\n"
        "Host: other\n"
        "Author: Somebody\n"
        "Lang: en\n"
        "timezone: +09:00\n"
        "Featured: a-film\n"
        "Footer: The end.\n"
        "User: matinee\n");
    assert_diags(&parsed.diags, "");
    assert_true(parsed.ok);
    const struct capsule_conf *conf = &parsed.conf;
    assert_slice_equal(conf->title, "Reviews");
    assert_slice_equal(conf->tagline, "Of films");
    assert_slice_equal(conf->author, "Somebody");
    assert_slice_equal(conf->lang, "en");
    assert_slice_equal(conf->timezone, "+09:00");
    assert_slice_equal(conf->featured, "a-film");
    assert_slice_equal(conf->footer, "The end.");
    assert_slice_equal(conf->user, "matinee");
    static const char *const hosts[] = { "example.org",   "xn--bcher-kva.example",
                                         "*.example.org", "::1",
                                         "192.0.2.7",     "2001:db8::1",
                                         "other" };
    assert_int_equal(conf->host_count, ARRAY_LENGTH(hosts));
    for (size_t i = 0; i < ARRAY_LENGTH(hosts); i++) {
        assert_slice_equal(conf->hosts[i], hosts[i]);
    }
    /* The zone is the process's from now on. */
    assert_int_equal(date_begin((struct date){ 1970, 1, 2 }), 15 * 3600);
    parsed_release(&parsed);
}

static void has_defaults(void **state)
{
    (void)state;
    struct parsed parsed;
    parse_conf(&parsed, "Title: T");
    assert_true(parsed.ok);
    assert_int_equal(parsed.conf.host_count, 1);
    assert_slice_equal(parsed.conf.hosts[0], "localhost");
    assert_slice_equal(parsed.conf.timezone, "UTC");
    assert_slice_equal(parsed.conf.lang, "");
    assert_int_equal(date_begin((struct date){ 1970, 1, 2 }), 24 * 3600);
    parsed_release(&parsed);
}

#define AA "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define BB                                                                                       \
    "BB:BB:BB:BB:BB:BB:BB:BB:BB:BB:BB:BB:BB:BB:BB:BB:BB:BB:BB:BB:BB:BB:BB:BB:BB:BB:BB:BB:BB:BB:" \
    "BB:BB"
#define CC "SHA256:cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"

static bool admits(const struct path_area *area, int byte)
{
    unsigned char fingerprint[32];
    memset(fingerprint, byte, sizeof fingerprint);
    return path_admits(area, fingerprint);
}

static void reads_what_is_said_of_paths(void **state)
{
    (void)state;
    struct parsed parsed;
    slice rest;
    parse_conf(&parsed, "Title: T\n"
                        "Closed: /b/ lee\n"
                        "Certificate: kim " AA " her phone, the new one\n"
                        "Certificate: kim " BB "\n"
                        "Certificate: lee " CC "\n"
                        "Closed: /b kim\n"
                        "Closed: /a%20b/x.gmi kim, kim\n"
                        "Redirect: /old/*\t /new/*?x\n"
                        "redirect-temporary: /now gemini://other.example/ü\n"
                        "Redirect: /folder/index.gmi /\n"
                        "Gone: /g*.html, /%2A\n"
                        "Lang-For: /ko/ ko\n"
                        "Lang-For: / pt-BR\n"
                        "Listing: /images/, /\n");
    assert_diags(&parsed.diags, "");
    assert_true(parsed.ok);
    const struct path_settings *paths = &parsed.conf.paths;

    assert_int_equal(paths->area_count, 2);
    assert_slice_equal(paths->areas[0].scope.path, "/a b/x.gmi");
    assert_true(admits(&paths->areas[0], 0xaa) && admits(&paths->areas[0], 0xbb));
    assert_false(admits(&paths->areas[0], 0xcc));
    assert_slice_equal(paths->areas[1].scope.path, "/b");
    assert_int_equal(paths->areas[1].admitted_count, 3);
    assert_true(admits(&paths->areas[1], 0xaa) && admits(&paths->areas[1], 0xcc));
    assert_false(admits(&paths->areas[1], 0));

    assert_int_equal(paths->rule_count, 5);
    assert_int_equal(paths->exact_count, 3);
    const struct path_rule *rule = path_find_rule(paths, SLICE("/old/a"), &rest);
    assert_true(rule != NULL && rule->kind == PATH_MOVED && !rule->target_is_url);
    assert_slice_equal(rule->target_before, "/new/");
    assert_slice_equal(rule->target_after, "?x");
    rule = path_find_rule(paths, SLICE("/now"), &rest);
    assert_true(rule != NULL && rule->kind == PATH_ELSEWHERE && rule->target_is_url);
    assert_slice_equal(rule->target_before, "gemini://other.example/%C3%BC");
    assert_non_null(path_find_rule(paths, SLICE("/folder"), &rest));
    assert_non_null(path_find_rule(paths, SLICE("/*"), &rest));
    assert_null(path_find_rule(paths, SLICE("/x"), &rest));
    assert_int_equal(path_find_rule(paths, SLICE("/guests.html"), &rest)->kind, PATH_GONE);

    assert_slice_equal(path_find_lang(paths, SLICE("/ko/x"))->lang, "ko");
    assert_slice_equal(path_find_lang(paths, SLICE("/x"))->lang, "pt-BR");
    assert_int_equal(paths->listing_count, 2);
    parsed_release(&parsed);
}

static void has_limits(void **state)
{
    (void)state;
    struct parsed parsed;
    struct buf text;
    buf_init(&text, 1 << 20);
    buf_puts(&text, "Title: T\n");
    for (int i = 0; i <= LIMIT_CONF_PATTERNS; i++) {
        buf_printf(&text, "Gone: /%d/*\n", i);
    }
    for (int i = 0; i <= LIMIT_CONF_DEVICES; i++) {
        buf_printf(&text, "Certificate: kim %064d\n", i);
    }
    parsed_begin(&parsed, "capsule.conf", buf_slice(&text));
    assert_false(conf_parse(&parsed.arena, &parsed.source, &parsed.conf, &parsed.diags));
    assert_diags(
        &parsed.diags,
        "capsule.conf:252:7: error: more than 250 redirected paths with a `*`\n"
        "Gone: /250/*\n      ^\n"
        "capsule.conf:285:14: error: more than 32 certificates of kim\n"
        "Certificate: kim 0000000000000000000000000000000000000000000000000000000000000032\n"
        "             ^\n");
    parsed_release(&parsed);
    buf_release(&text);
}

/* Everybody under one name, in as many areas as there may be: what takes the square of that takes
 * minutes. */
static void takes_linear_time_for_wrong_certificates(void **state)
{
    (void)state;
    struct parsed parsed;
    struct buf text;
    buf_init(&text, 8 << 20);
    buf_puts(&text, "Title: T\n");
    for (int i = 0; i < LIMIT_CONF_CERTIFICATES; i++) {
        buf_printf(&text, "Certificate: kim %064d\nClosed: /%d/ kim\n", i, i);
    }
    clock_t begun = clock();
    parsed_begin(&parsed, "capsule.conf", buf_slice(&text));
    assert_false(conf_parse(&parsed.arena, &parsed.source, &parsed.conf, &parsed.diags));
    assert_true(clock() - begun < 5 * CLOCKS_PER_SEC);
    assert_int_equal(parsed.diags.counts[DIAG_ERROR], 1);
    assert_int_equal(parsed.conf.paths.area_count, LIMIT_CONF_PATHS);
    assert_int_equal(parsed.conf.paths.areas[0].admitted_count, LIMIT_CONF_DEVICES);
    parsed_release(&parsed);
    buf_release(&text);
}

#define AT(line, column) "capsule.conf:" line ":" column ": "

static void reports_what_is_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *diags;
    } cases[] = {
        { "", "capsule.conf: error: the capsule has no Title\n" },
        { "Title:\n", AT("1", "1") "warning: Title is empty and is passed over\nTitle:\n^\n"
                                   "capsule.conf: error: the capsule has no Title\n" },
        { "Title: T\nTitle: U\n",
          AT("2", "1") "error: Title is given twice; the first one is on line 1\nTitle: U\n^\n" },
        { "Title: T\nHots: x\n", AT("2", "1") "warning: unknown key `Hots`; did you mean `Host`? "
                                              "It is passed over.\nHots: x\n^\n" },
        { "Title: T\nHost: a.example, gemini://b\n",
          AT("2", "18") "error: expected the name of a host alone, without scheme and port\n"
                        "Host: a.example, gemini://b\n                 ^\n" },
        { "Title: T\nHost: a.example:1965\n",
          AT("2", "7") "error: expected the name of a host alone, without scheme and port\n"
                       "Host: a.example:1965\n      ^\n" },
        { "Title: T\nHost: a..b\n",
          AT("2", "7") "error: expected the name of a host, such as example.org\nHost: a..b\n"
                       "      ^\n" },
        { "Title: T\nHost: -a\n", AT("2", "7") "error: expected the name of a host, such as "
                                               "example.org\nHost: -a\n      ^\n" },
        { "Title: T\nHost: 🎬.example\n",
          AT("2", "7") "error: expected a name that the rules for internationalised names allow; "
                       "where it is in use all the same, give its ASCII form, xn--…\n"
                       "Host: 🎬.example\n      ^\n" },
        { "Title: T\nHost: *.a.example, a.example\n",
          AT("2", "7") "error: the first host stands in the capsule's own links, so it has to be "
                       "one name\nHost: *.a.example, a.example\n      ^\n" },
        { "Title: T\nHost: bücher.example, xn--bcher-kva.example\n",
          AT("2", "23") "warning: `xn--bcher-kva.example` is in this list already\n"
                        "Host: bücher.example, xn--bcher-kva.example\n"
                        "                      ^\n" },
        { "Title: T\nHost: [::1], 0:0::1\n",
          AT("2", "14") "warning: `::1` is in this list already\nHost: [::1], 0:0::1\n"
                        "             ^\n" },
        { "Title: T\nHost: a, A\n",
          AT("2", "10") "warning: `a` is in this list already\nHost: a, A\n         ^\n" },
        { "Title: T\nTimezone: Nowhere/Land\n",
          AT("2", "11") "error: this machine knows no time zone `Nowhere/Land`; expected a name "
                        "such as Asia/Seoul, UTC, or an offset such as +09:00\n"
                        "Timezone: Nowhere/Land\n          ^\n" },
        { "Title: T\nLang: e\n", AT("2", "7") "error: expected a language tag such as en, ko or "
                                              "pt-BR\nLang: e\n      ^\n" },
        { "Title: T\nUser: a b\n",
          AT("2", "7") "error: expected the name of a user of this machine\nUser: a b\n"
                       "      ^\n" },
        { "Title: T\nCertificate: a,b " AA "\n",
          AT("2",
             "14") "error: expected a name without commas and slashes, then a fingerprint: kim "
                   "92:6c:…\nCertificate: a,b " AA "\n             ^\n" },
        { "Title: T\nCertificate: a 92:6cx\n",
          AT("2",
             "16") "error: expected the SHA-256 fingerprint of a certificate or of its key: 64 "
                   "hexadecimal digits, with or without colons\n"
                   "Certificate: a 92:6cx\n               ^\n" },
        { "Title: T\nCertificate: a da39a3ee5e6b4b0d3255bfef95601890afd80709\n",
          AT("2", "16") "error: this is an SHA-1 or MD5 fingerprint; expected SHA-256, of 64 "
                        "hexadecimal digits\n"
                        "Certificate: a da39a3ee5e6b4b0d3255bfef95601890afd80709\n"
                        "               ^\n" },
        { "Title: T\nCertificate: a " AA "\nCertificate: a " AA "\n",
          AT("3", "14") "warning: this fingerprint of a is given twice\nCertificate: a " AA
                        "\n             ^\n" },
        { "Title: T\nClosed: /a/ zoe\n",
          AT("2", "13") "error: there is no certificate `zoe`; a line `Certificate: zoe 92:6c:…` "
                        "would name it\nClosed: /a/ zoe\n            ^\n" },
        { "Title: T\nCertificate: a " AA "\nClosed: /a/* a\nClosed: /a/index.gmi a\n",
          AT("3",
             "9") "error: no `*` here: everything below a path goes with it; write /folder/, or "
                  "%2A for a star\nClosed: /a/* a\n        ^\n" AT(
                      "4", "9") "error: this is the page of its folder and goes with it; write "
                                "the path without index.gmi\n"
                                "Closed: /a/index.gmi a\n        ^\n" },
        { "Title: T\nRedirect: /a //b\nRedirect: /c /d#e\nRedirect: /e/* gemini://*/\n"
          "Redirect: /f /../g\nRedirect: /h /*?*\n",
          AT("2",
             "14") "error: two slashes in a row: nothing is served at such a path\n"
                   "Redirect: /a //b\n             ^\n" AT(
                       "3",
                       "14") "error: a redirect leads to a page, not to a part of one: no "
                             "`#`\nRedirect: /c /d#e\n             ^\n" AT(
                                 "4",
                                 "16") "error: a `*` may stand in the path only, not in the name "
                                       "of "
                                       "a host\nRedirect: /e/* gemini://*/\n               ^\n" AT(
                                           "5",
                                           "14") "error: write the path without `.` and `..`\n"
                                                 "Redirect: /f /../g\n             ^\n" AT(
                                                     "6",
                                                     "14") "error: one `*` is all there may be\n"
                                                           "Redirect: /h /*?*\n             ^\n" },
        { "Title: T\nRedirect: /a gemini://bücher.example/\n",
          AT("2", "14") "error: the host of this URL has to be written as it is sent, in ASCII "
                        "(xn--…)\nRedirect: /a gemini://bücher.example/\n             ^\n" },
        { "Title: T\nGone: /a?b, /%ff, /a%2fb, /a//b\n",
          AT("2",
             "7") "error: a path has no `?` and no `#`; write them as %3F and %23 if they belong "
                  "to a name\nGone: /a?b, /%ff, /a%2fb, /a//b\n      ^\n" AT(
                      "2",
                      "13") "error: what this path decodes to is not text\n"
                            "Gone: /a?b, /%ff, /a%2fb, /a//b\n            ^\n" AT(
                                "2",
                                "19") "error: nothing is served at a path with %2F; to separate "
                                      "folders, write a slash\n"
                                      "Gone: /a?b, /%ff, /a%2fb, /a//b\n                  ^\n" AT(
                                          "2", "27") "error: two slashes in a row: nothing is "
                                                     "served at such a "
                                                     "path\nGone: /a?b, /%ff, /a%2fb, /a//b\n"
                                                     "                          ^\n" },
        { "Title: T\nRedirect: /a/* /b\nGone: /a/*\n",
          AT("3", "7") "error: this path is given twice; the first one is on line 2\nGone: /a/*\n"
                       "      ^\n" },
        { "Title: T\nLang-For: /ko Korean\nLang-For: /a\nLang-For: /b en\nLang-For: /b/ ko\n",
          AT("2", "15") "error: expected a language tag such as en, ko or pt-BR behind the path\n"
                        "Lang-For: /ko Korean\n              ^\n" AT(
                            "3", "13") "error: expected a language tag such as en, ko or pt-BR "
                                       "behind the path\nLang-For: /a\n            ^\n" AT(
                                           "5", "11") "error: this path is given twice; the first "
                                                      "one is on line 4\n"
                                                      "Lang-For: /b/ ko\n          ^\n" },
        { "Title: T\nListing: images/, /a, /a/\n",
          AT("2", "10") "error: expected a path with its first slash, such as /old/name.gmi\n"
                        "Listing: images/, /a, /a/\n         ^\n" AT(
                            "2",
                            "23") "error: this path is given twice; the first one is on line 2\n"
                                  "Listing: images/, /a, /a/\n                      ^\n" },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct parsed parsed;
        parse_conf(&parsed, cases[i].text);
        assert_diags(&parsed.diags, cases[i].diags);
        assert_int_equal(parsed.ok, parsed.diags.counts[DIAG_ERROR] == 0);
        parsed_release(&parsed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_setting),
        cmocka_unit_test(has_defaults),
        cmocka_unit_test(reads_what_is_said_of_paths),
        cmocka_unit_test(has_limits),
        cmocka_unit_test(takes_linear_time_for_wrong_certificates),
        cmocka_unit_test(reports_what_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
