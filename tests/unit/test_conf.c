#include "parse.h"

#include "base/attributes.h"
#include "text/date.h"

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
        cmocka_unit_test(reports_what_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
