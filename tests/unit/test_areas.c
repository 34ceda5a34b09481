/* What capsule.conf says of paths, from a request line to an answer: closed areas, redirects, what
 * is gone, languages, listings. */
#include "pages.h"

#include "server/route.h"

#define KIM "1111111111111111111111111111111111111111111111111111111111111111"
#define LEE "2222222222222222222222222222222222222222222222222222222222222222"

enum { NOW = 1767225600 };

struct fixture {
    struct world world;
    struct site site;
    struct sites sites;
    struct reply reply;
    slice host;
};

static struct review *add_review(struct fixture *fixture, const char *slug, const char *more)
{
    struct arena *arena = &fixture->world.arena;
    slice text = arena_printf(
        arena,
        "Title: The %s\nPublished: 2025-05-05\nTags: Tag-%s\nDirector: Somebody of %s\n%s\n"
        "Lede.\n\n## First Part\n> Words of %s.\n— Yong\n",
        slug, slug, slug, more, slug);
    world_review(&fixture->world, slug, text.ptr);
    return fixture->world.reviews[fixture->world.parts.review_count - 1];
}

static struct fixture *begin(const char *conf)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    struct world *world = &fixture->world;
    assert_non_null(fixture);
    world_begin(world);
    world_conf(world, conf);
    add_review(fixture, "open", "Aliases: /old-open.html\nRelated: secret\n");
    add_review(fixture, "other", "Related: open\n");
    add_review(fixture, "secret", "Aliases: /old-secret.html\nLang: fr\n");
    world_page(world, "about",
               "# About\n=> review:secret\n=> review:secret Mine\n=> review:open\n");
    world_page(world, "diary", "# The diary\n=> review:secret\n");
    world_static(world, "files/a.gmi");
    world_static(world, "files/b c.txt");
    world_static(world, "files/closed/x.txt");
    world_static(world, "files/sub/deep/d.txt");
    world_static(world, "files/sub/e.txt");
    world_static(world, "files/with-index/index.gmi");
    world_static(world, "files/with-index/z.txt");
    world_static(world, "private/index.gmi");
    world_static(world, "private/letter.gmi");
    world_static(world, "tags/x.txt");
    for (size_t i = 0; i < world->parts.static_count; i++) {
        world->statics[i].size = 10 * i * i * i * i * i;
        world->statics[i].modified = (struct date){ 2025, 1, 2 };
        if (slice_ends_with(world->statics[i].path, SLICE(".gmi"))) {
            world->statics[i].media_type = SLICE("text/gemini");
        }
    }
    world_ready(world);
    fixture->host = SLICE("localhost");
    fixture->site = (struct site){
        .capsule = &world->capsule,
        .hosts = &fixture->host,
        .host_count = 1,
        .authority = SLICE("localhost"),
        .today = { 2026, 1, 1 },
        .tomorrow_at = NOW + 86400,
        .static_folder = -1, /* so a file that may be read is 51 */
    };
    fixture->sites = (struct sites){ &fixture->site, 1 };
    reply_init(&fixture->reply);
    return fixture;
}

static void end(struct fixture *fixture)
{
    reply_release(&fixture->reply);
    world_end(&fixture->world);
    free(fixture);
}

static struct client_identity nobody(void)
{
    return (struct client_identity){ .present = false };
}

static struct client_identity somebody(int certificate, int key)
{
    struct client_identity made = { .present = true, .not_before = NOW - 10, .not_after = NOW };
    memset(made.certificate, certificate, sizeof made.certificate);
    memset(made.key, key, sizeof made.key);
    return made;
}

static enum status ask(struct fixture *fixture, struct client_identity client, const char *path)
{
    char line[LIMIT_REQUEST_URL + 1];
    (void)snprintf(line, sizeof line, "gemini://localhost%s", path);
    const struct arrival arrival = { .line = slice_of(line), .client = client, .now = NOW };
    route(&fixture->sites, &arrival, &fixture->reply);
    print_message("%s: %d %.*s\n", path, (int)fixture->reply.status,
                  SLICE_ARG(buf_slice(&fixture->reply.meta)));
    return fixture->reply.status;
}

static slice page_at(struct fixture *fixture, struct client_identity client, const char *path)
{
    assert_int_equal(ask(fixture, client, path), 20);
    return buf_slice(&fixture->reply.body);
}

static const char closed_conf[] = "Title: T\nHost: localhost\n"
                                  "Certificate: kim " KIM "\nCertificate: lee " LEE "\n"
                                  "Closed: /private/ kim, lee\n"
                                  "Closed: /private/letter.gmi kim\n"
                                  "Closed: /reviews/secret/ kim\n"
                                  "Closed: /diary.gmi kim\n"
                                  "Closed: /files/closed/ kim\n"
                                  "Closed: /caf\xc3\xa9/ kim\n"
                                  "Redirect: /private/old /about.gmi\n"
                                  "Redirect: /way-in /private/\n"
                                  "Listing: /files/\n";

static void test_who_may_enter(void **state)
{
    (void)state;
    struct fixture *fixture = begin(closed_conf);
    const struct client_identity kim = somebody(0x11, 0x99);
    const struct client_identity kim_by_key = somebody(0x99, 0x11);
    const struct client_identity lee = somebody(0x22, 0x99);
    const struct client_identity stranger = somebody(0x99, 0x99);
    static const struct {
        const char *path;
        enum status nobody, stranger, lee, kim;
    } rows[] = {
        { "/", 20, 20, 20, 20 },
        { "/about.gmi", 20, 20, 20, 20 },
        { "/private/", 60, 61, 51, 51 },
        { "/private", 60, 61, 31, 31 },
        { "/private/index.gmi", 60, 61, 51, 51 },
        { "/private/letter.gmi", 60, 61, 61, 51 },
        { "/private/no", 60, 61, 51, 51 },
        { "/private/letter.gmi/no", 60, 61, 61, 51 },
        { "/private/../private/letter.gmi", 60, 61, 61, 51 },
        { "/about.gmi/../private/letter.gmi", 60, 61, 61, 51 },
        { "/./private/./letter.gmi", 60, 61, 61, 51 },
        { "/%70rivate/letter.gmi", 60, 61, 61, 51 },
        { "/private%2fletter.gmi", 51, 51, 51, 51 },
        { "/private/%2e%2e/private/l%65tter%2Egmi", 60, 61, 61, 51 },
        { "/private/x/%2e%2e/letter%2egmi?query", 60, 61, 61, 51 },
        { "//private/letter.gmi", 51, 51, 51, 51 },
        { "/private//letter.gmi", 60, 61, 51, 51 },
        { "/privateer", 51, 51, 51, 51 },
        { "/PRIVATE/letter.gmi", 51, 51, 51, 51 },
        { "/private/old", 60, 61, 31, 31 },
        { "/way-in", 31, 31, 31, 31 },
        { "/reviews/secret/", 60, 61, 61, 20 },
        { "/reviews/secret", 60, 61, 61, 31 },
        { "/reviews/secret/index.gmi", 60, 61, 61, 20 },
        { "/reviews/secret/full.gmi", 60, 61, 61, 20 },
        { "/reviews/secret/first-part.gmi", 60, 61, 61, 20 },
        { "/reviews/secret/source.txt", 60, 61, 61, 20 },
        { "/reviews/secret/no.gmi", 60, 61, 61, 51 },
        { "/old-secret.html", 60, 61, 61, 31 },
        { "/old-open.html", 31, 31, 31, 31 },
        { "/diary.gmi", 60, 61, 61, 20 },
        { "/files/", 20, 20, 20, 20 },
        { "/files/closed/", 60, 61, 61, 20 },
        { "/files/closed/x.txt", 60, 61, 61, 51 },
        { "/caf%C3%A9/", 60, 61, 61, 51 },
        { "/cafe%CC%81/", 60, 61, 61, 51 },
        { "/caf%c3%A9/x", 60, 61, 61, 51 },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        assert_int_equal(ask(fixture, nobody(), rows[i].path), rows[i].nobody);
        assert_int_equal(ask(fixture, stranger, rows[i].path), rows[i].stranger);
        assert_int_equal(ask(fixture, lee, rows[i].path), rows[i].lee);
        assert_int_equal(ask(fixture, kim, rows[i].path), rows[i].kim);
        assert_int_equal(ask(fixture, kim_by_key, rows[i].path), rows[i].kim);
    }
    end(fixture);
}

static void test_what_is_said_at_the_door(void **state)
{
    (void)state;
    struct fixture *fixture = begin(closed_conf);
    struct client_identity client = somebody(0x99, 0x98);
    assert_int_equal(ask(fixture, client, "/private/"), 61);
    assert_slice_equal(buf_slice(&fixture->reply.meta),
                       "Your certificate does not open this; its SHA-256 fingerprint is "
                       "9999999999999999999999999999999999999999999999999999999999999999");
    /* A certificate that is not valid is of no use, listed or not, and of no harm on open pages. */
    client = somebody(0x11, 0x11);
    client.not_after = NOW - 1;
    assert_int_equal(ask(fixture, client, "/private/"), 62);
    assert_int_equal(ask(fixture, client, "/"), 20);
    client = somebody(0x99, 0x99);
    client.not_before = NOW + 1;
    assert_int_equal(ask(fixture, client, "/private/"), 62);
    client = somebody(0x11, 0x99);
    client.not_before = client.not_after = NOW;
    assert_int_equal(ask(fixture, client, "/private/letter.gmi"), 51);
    end(fixture);
}

static void test_nothing_tells_of_what_is_closed(void **state)
{
    (void)state;
    static const char *const open[] = {
        "/",         "/reviews/",         "/reviews/open/", "/reviews/other/",
        "/quotes/",  "/quotes/today.gmi", "/tags/",         "/people/",
        "/feed.gmi", "/atom.xml",         "/sitemap.txt",   "/files/",
    };
    struct fixture *fixture = begin(closed_conf);
    for (size_t i = 0; i < ARRAY_LENGTH(open); i++) {
        slice text = page_at(fixture, nobody(), open[i]);
        assert_lacks(text, "secret");
        assert_lacks(text, "diary");
        assert_lacks(text, "closed");
        assert_lacks(text, "private");
    }
    assert_int_equal(ask(fixture, nobody(), "/tags/tag-secret/"), 51);
    assert_int_equal(ask(fixture, nobody(), "/people/somebody-of-secret/"), 51);
    assert_int_equal(fixture->world.capsule.review_count, 2);
    assert_int_equal(fixture->world.capsule.closed_count, 1);
    assert_int_equal(fixture->world.capsule.quote_count, 2);
    end(fixture);
}

static void test_links_that_an_author_wrote(void **state)
{
    (void)state;
    struct fixture *fixture = begin(closed_conf);
    const struct client_identity kim = somebody(0x11, 0x99);
    slice text = page_at(fixture, nobody(), "/about.gmi");
    assert_contains(text, "=> /reviews/secret/ review:secret\n=> /reviews/secret/ Mine\n"
                          "=> /reviews/open/ The open\n");
    /* The same certificates, but another area. */
    text = page_at(fixture, kim, "/diary.gmi");
    assert_contains(text, "=> /reviews/secret/ review:secret\n");
    end(fixture);

    fixture = begin("Title: T\nHost: localhost\nCertificate: kim " KIM "\n"
                    "Closed: / kim\n");
    assert_int_equal(ask(fixture, nobody(), "/"), 60);
    assert_int_equal(ask(fixture, nobody(), "/robots.txt"), 60);
    text = page_at(fixture, kim, "/");
    assert_contains(text, "The secret");
    assert_contains(text, "The diary");
    text = page_at(fixture, kim, "/about.gmi");
    assert_contains(text, "=> /reviews/secret/ The secret\n");
    text = page_at(fixture, kim, "/reviews/open/");
    assert_contains(text,
                    "## Related reviews\n=> /reviews/secret/ The secret (the author's choice)\n");
    end(fixture);
}

static void test_a_closed_review_has_no_empty_headings(void **state)
{
    (void)state;
    struct fixture *fixture = begin(closed_conf);
    slice text = page_at(fixture, somebody(0x11, 0), "/reviews/secret/");
    assert_contains(text, "# The secret\n");
    assert_lacks(text, "More like this");
    assert_lacks(text, "Cast and crew");
    assert_lacks(text, "Newer review");
    assert_lacks(text, "Older review");
    text = page_at(fixture, nobody(), "/reviews/open/");
    assert_contains(text, "## More like this\n=> /tags/tag-open/ Tag: Tag-open\n");
    assert_contains(text, "## Cast and crew\n");
    end(fixture);
}

static const char rules_conf[] = "Title: T\nHost: localhost\n"
                                 "Redirect: /exact /about.gmi\n"
                                 "Redirect: /folder/ /reviews/\n"
                                 "Redirect: /posts/* /reviews/*\n"
                                 "Redirect: /html/*.html /html/*.gmi?from=html\n"
                                 "Redirect: /away/* gemini://other.example:7000/caf\xc3\xa9/*\n"
                                 "Redirect: /up* /*\n"
                                 "Redirect: /inside/* /*/deep.gmi\n"
                                 "Redirect-Temporary: /now /quotes/today.gmi\n"
                                 "Redirect: /reviews/other/ /reviews/open/\n"
                                 "Gone: /diary.gmi, /old-open.html, /files/sub/*\n"
                                 "Listing: /files/\n";

static void test_redirects(void **state)
{
    (void)state;
    struct fixture *fixture = begin(rules_conf);
    static const struct {
        const char *path;
        enum status status;
        const char *meta;
    } rows[] = {
        { "/exact", 31, "/about.gmi" },
        { "/exact?a%20b", 31, "/about.gmi?a%20b" },
        { "/exact/", 51, "Not found" },
        { "/%65xact", 31, "/about.gmi" },
        { "/folder", 31, "/reviews/" },
        { "/folder/", 31, "/reviews/" },
        { "/folder/index.gmi", 31, "/reviews/" },
        { "/posts/open/full.gmi", 31, "/reviews/open/full.gmi" },
        { "/posts/", 31, "/reviews/" },
        { "/posts", 31, "/reviews/" },
        { "/posts/%C3%BC%20x%3f", 31, "/reviews/%C3%BC%20x%3F" },
        { "/posts//other.example/", 31, "/reviews/other.example/" },
        { "/posts/a%2Fb", 51, "Not found" },
        { "/html/a/b.html?q", 31, "/html/a/b.gmi?from=html" },
        { "/html/a.gmi", 51, "Not found" },
        { "/away/x?q", 31, "gemini://other.example:7000/caf%C3%A9/x?q" },
        { "/up//evil.example/", 31, "/evil.example/" },
        { "/up/%2f", 51, "Not found" },
        { "/inside/a", 31, "/a/deep.gmi" },
        { "/inside/", 31, "/deep.gmi" },
        { "/inside", 31, "/deep.gmi" },
        { "/inside//", 31, "/deep.gmi" },
        { "/now", 30, "/quotes/today.gmi" },
        { "/reviews/other/", 31, "/reviews/open/" },
        { "/reviews/other", 31, "/reviews/open/" },
        { "/reviews/other/full.gmi", 20, "text/gemini" },
        { "/diary.gmi", 52, "Gone" },
        { "/old-open.html", 52, "Gone" },
        { "/files/sub/", 52, "Gone" },
        { "/files/sub", 52, "Gone" },
        { "/files/sub/e.txt?q", 52, "Gone" },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        assert_int_equal(ask(fixture, nobody(), rows[i].path), rows[i].status);
        assert_slice_equal(buf_slice(&fixture->reply.meta), rows[i].meta);
        assert_true(rows[i].status == 20 || fixture->reply.body.len == 0);
    }
    /* A listing does not name what is gone. */
    slice text = page_at(fixture, nobody(), "/files/");
    assert_lacks(text, "sub/");
    end(fixture);
}

static void test_redirects_that_are_too_long(void **state)
{
    (void)state;
    char path[LIMIT_REQUEST_URL];
    struct fixture *fixture = begin(rules_conf);
    memset(path, 'a', sizeof path);
    memcpy(path, "/away/", 6);
    path[LIMIT_REQUEST_URL - strlen("gemini://localhost")] = '\0';
    assert_int_equal(ask(fixture, nobody(), path), 59);
    path[LIMIT_META - strlen("gemini://other.example:7000/caf%C3%A9/") + 6] = '\0';
    assert_int_equal(ask(fixture, nobody(), path), 31);
    assert_int_equal(fixture->reply.meta.len, LIMIT_META);
    end(fixture);
}

static void test_languages(void **state)
{
    (void)state;
    struct fixture *fixture =
        begin("Title: T\nHost: localhost\nLang: en\n"
              "Lang-For: /reviews/ ko\nLang-For: /files/a.gmi de\n"
              "Lang-For: /private/ pt-BR\nLang-For: /private/letter.gmi ru\n");
    static const struct {
        const char *path;
        const char *lang;
    } rows[] = {
        { "/", "en" },
        { "/reviews/", "ko" },
        { "/reviews/open/", "ko" },
        { "/reviews/secret/", "fr" }, /* its own */
        { "/reviews/secret/full.gmi", "fr" },
        { "/reviews/secret/source.txt", "" },
        { "/about.gmi", "en" },
        { "/files/a.gmi", "de" },
        { "/files/b c.txt", "" },
        { "/private/", "pt-BR" },
        { "/private/letter.gmi", "ru" },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        struct page_answer answer;
        print_message("%s\n", rows[i].path);
        (void)world_render(&fixture->world, rows[i].path, &answer);
        assert_slice_equal(answer.lang, rows[i].lang);
    }
    assert_int_equal(ask(fixture, nobody(), "/reviews/open/"), 20);
    assert_slice_equal(buf_slice(&fixture->reply.meta), "text/gemini; lang=ko");
    end(fixture);
}

static void test_listings(void **state)
{
    (void)state;
    struct fixture *fixture = begin("Title: T\nHost: localhost\nListing: /files/, /tags/\n");
    assert_slice_equal(page_at(fixture, nobody(), "/files/"),
                       "# Files in /files/\n"
                       "\n"
                       "=> /files/closed/ closed/\n"
                       "=> /files/sub/ sub/\n"
                       "=> /files/with-index/ with-index/\n"
                       "=> /files/a.gmi a.gmi (0 bytes, 2025-01-02)\n"
                       "=> /files/b%20c.txt b c.txt (10 bytes, 2025-01-02)\n"
                       "\n"
                       "=> / Home: T\n");
    assert_slice_equal(buf_slice(&fixture->reply.meta), "text/gemini");
    assert_slice_equal(page_at(fixture, nobody(), "/files/sub/index.gmi"),
                       "# Files in /files/sub/\n"
                       "\n"
                       "=> /files/sub/deep/ deep/\n"
                       "=> /files/sub/e.txt e.txt (10 kB, 2025-01-02)\n"
                       "\n"
                       "=> /files/ Up: /files/\n"
                       "=> / Home: T\n");
    assert_int_equal(ask(fixture, nobody(), "/files/sub"), 31);
    assert_slice_equal(buf_slice(&fixture->reply.meta), "/files/sub/");
    /* An index of its own wins, and so does a page that is made. */
    assert_int_equal(ask(fixture, nobody(), "/files/with-index/"), 51);
    assert_contains(page_at(fixture, nobody(), "/tags/"), "# Tags\n");
    assert_int_equal(ask(fixture, nobody(), "/private/none/"), 51);
    assert_contains(page_at(fixture, nobody(), "/sitemap.txt"),
                    "gemini://localhost/files/sub/deep/\n");
    end(fixture);

    fixture = begin("Title: T\nHost: localhost\nListing: /files/sub/deep/\n");
    assert_int_equal(ask(fixture, nobody(), "/files/"), 51);
    assert_int_equal(ask(fixture, nobody(), "/files/sub/"), 51);
    assert_int_equal(ask(fixture, nobody(), "/files/sub/deep/"), 20);
    end(fixture);

    fixture = begin("Title: T\nHost: localhost\nListing: /\n");
    assert_contains(page_at(fixture, nobody(), "/"), "# T\n");
    assert_int_equal(ask(fixture, nobody(), "/files/sub/"), 20);
    end(fixture);
}

struct seen {
    struct buf paths;
};

static bool note_path(void *context, const struct page *page)
{
    struct seen *seen = context;
    page_put_path(page, &seen->paths);
    buf_putc(&seen->paths, '\n');
    return true;
}

/* What a walk visits is what a look-up finds, each path once. */
static bool finds_itself(void *context, const struct page *page)
{
    struct fixture *fixture = context;
    struct page found;
    struct buf path;
    buf_init(&path, 4096);
    page_put_path(page, &path);
    assert_int_equal(sitemap_find(&fixture->world.capsule, buf_slice(&path), &found),
                     SITEMAP_FOUND);
    assert_int_equal(found.kind, page->kind);
    buf_release(&path);
    return true;
}

static void test_walks(void **state)
{
    (void)state;
    struct fixture *fixture = begin(rules_conf);
    struct seen seen;
    buf_init(&seen.paths, 1 << 20);
    assert_true(sitemap_walk(&fixture->world.capsule, note_path, &seen));
    assert_true(sitemap_walk(&fixture->world.capsule, finds_itself, fixture));
    slice paths = buf_slice(&seen.paths);
    assert_contains(paths, "\n/exact\n");
    assert_contains(paths, "\n/folder/\n");
    assert_contains(paths, "\n/now\n");
    assert_contains(paths, "\n/files/\n");
    assert_contains(paths, "\n/files/closed/\n");
    assert_lacks(paths, "\n/posts");
    assert_lacks(paths, "\n/diary.gmi\n");
    assert_lacks(paths, "\n/old-open.html\n");
    assert_lacks(paths, "\n/files/sub/");
    assert_contains(paths, "\n/reviews/other/full.gmi\n");
    end(fixture);

    fixture = begin(closed_conf);
    buf_clear(&seen.paths);
    assert_true(sitemap_walk(&fixture->world.capsule, note_path, &seen));
    assert_true(sitemap_walk(&fixture->world.capsule, finds_itself, fixture));
    assert_contains(buf_slice(&seen.paths), "\n/reviews/secret/quotes.gmi\n");
    end(fixture);
    buf_release(&seen.paths);
}

static void test_an_export_has_pages_instead_of_redirects(void **state)
{
    (void)state;
    struct fixture *fixture = begin(rules_conf);
    struct page_answer answer;
    fixture->world.context.export = true;
    fixture->world.context.base = SLICE("/sub");
    assert_slice_equal(world_render(&fixture->world, "/exact", &answer),
                       "# Moved\nThis page has another address now.\n\n"
                       "=> /sub/about.gmi Go there\n=> /sub/ Home: T\n");
    assert_int_equal(answer.status, 20);
    end(fixture);

    fixture = begin(closed_conf);
    fixture->world.context.export = true;
    slice text = world_render(&fixture->world, "/about.gmi", &answer);
    assert_contains(text, "\nreview:secret\nMine\n=> /reviews/open/ The open\n");
    end(fixture);
}

static void test_what_is_wrong_in_a_capsule(void **state)
{
    (void)state;
    struct fixture *fixture = begin(closed_conf);
    assert_diags(&fixture->world.diags,
                 "reviews/open.gmi:6:10: warning: the review `secret` is in a closed area, so no "
                 "other page names it\nRelated: secret\n         ^\n");
    end(fixture);

    fixture = begin("Title: T\nHost: localhost\nFeatured: secret\nCertificate: kim " KIM "\n"
                    "Closed: /reviews/open/first-part.gmi kim\nClosed: /reviews/secret kim\n"
                    "Closed: /reviews/secret/full.gmi kim\n");
    assert_slice_equal(fixture->world.capsule.featured->slug, "open");
    assert_diags(
        &fixture->world.diags,
        "capsule.conf:3:11: warning: the review `secret` is in a closed area, so no other page "
        "names it\nFeatured: secret\n          ^\n"
        "capsule.conf:5:9: error: a part of a review cannot be closed, as other pages show it as "
        "well; close /reviews/open/\nClosed: /reviews/open/first-part.gmi kim\n        ^\n"
        "capsule.conf:7:9: error: a part of a review cannot be closed, as other pages show it as "
        "well; close /reviews/secret/\nClosed: /reviews/secret/full.gmi kim\n        ^\n"
        "reviews/open.gmi:6:10: warning: the review `secret` is in a closed area, so no other page "
        "names it\nRelated: secret\n         ^\n");
    end(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_who_may_enter),
        cmocka_unit_test(test_what_is_said_at_the_door),
        cmocka_unit_test(test_nothing_tells_of_what_is_closed),
        cmocka_unit_test(test_links_that_an_author_wrote),
        cmocka_unit_test(test_a_closed_review_has_no_empty_headings),
        cmocka_unit_test(test_redirects),
        cmocka_unit_test(test_redirects_that_are_too_long),
        cmocka_unit_test(test_languages),
        cmocka_unit_test(test_listings),
        cmocka_unit_test(test_walks),
        cmocka_unit_test(test_an_export_has_pages_instead_of_redirects),
        cmocka_unit_test(test_what_is_wrong_in_a_capsule),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
