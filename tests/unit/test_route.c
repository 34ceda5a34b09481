/* From a request line to an answer, without sockets. */
#include "pages.h"

#include "base/file.h"
#include "server/route.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char film[] = "Title: A Film\nPublished: 2025-05-05\nTags: One\nAliases: /old.html\n\n"
                           "Lede.\n\n## First Part\n> I promise.\n— Yong, in the yard\n";

struct fixture {
    struct world world;
    struct site site;
    struct reply reply;
    slice hosts[3];
    char folder[64];
};

static void write_file(const struct fixture *fixture, const char *name, const char *text)
{
    char path[128];
    (void)snprintf(path, sizeof path, "%s/%s", fixture->folder, name);
    assert_true(file_write(AT_FDCWD, path, slice_of(text), 0));
}

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    world_begin(&fixture->world);
    world_review(&fixture->world, "a-film", film);
    world_page(&fixture->world, "about", "# About\n");
    world_static(&fixture->world, "empty.txt");
    world_static(&fixture->world, "gone.txt");
    world_static(&fixture->world, "images/a b.png");
    world_static(&fixture->world, "link.txt");
    world_ready(&fixture->world);

    strcpy(fixture->folder, "/tmp/matinee-route-XXXXXX");
    assert_non_null(mkdtemp(fixture->folder));
    char images[96];
    (void)snprintf(images, sizeof images, "%s/images", fixture->folder);
    assert_true(file_make_folders(AT_FDCWD, images));
    write_file(fixture, "images/a b.png", "0123456789");
    write_file(fixture, "empty.txt", "");

    fixture->hosts[0] = SLICE("notes.example");
    fixture->hosts[1] = SLICE("::1");
    fixture->hosts[2] = SLICE("*.wild.example");
    fixture->site = (struct site){
        .capsule = &fixture->world.capsule,
        .hosts = fixture->hosts,
        .host_count = 3,
        .ports = { 7000 },
        .port_count = 1,
        .authority = SLICE("notes.example:7000"),
        .today = { 2026, 1, 1 },
        .tomorrow_at = 1767225600 + 86400,
        .static_folder = open(fixture->folder, O_RDONLY | O_DIRECTORY),
    };
    reply_init(&fixture->reply);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    static const char *const names[] = { "images/a b.png", "images", "empty.txt", "link.txt", "" };
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        char path[128];
        (void)snprintf(path, sizeof path, "%s/%s", fixture->folder, names[i]);
        (void)remove(path);
    }
    (void)close(fixture->site.static_folder);
    reply_release(&fixture->reply);
    world_end(&fixture->world);
    free(fixture);
    return 0;
}

static enum status ask(struct fixture *fixture, const char *url)
{
    const struct arrival arrival = { .line = slice_of(url), .now = 1767225600 };
    print_message("%s\n", url);
    const struct sites sites = { &fixture->site, 1 };
    route(&sites, &arrival, &fixture->reply);
    if (fixture->reply.file >= 0) {
        (void)close(fixture->reply.file);
    }
    return fixture->reply.status;
}

static void test_statuses(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *url;
        enum status status;
    } rows[] = {
        { "gemini://notes.example/", 20 },
        { "gemini://notes.example", 20 },
        { "gemini://notes.example:1965/", 20 },
        { "gemini://notes.example:7000/", 20 },
        { "gemini://NOTES.example.:7000/?q", 20 },
        { "gemini://[::1]/", 20 },
        { "gemini://[0:0::1]:7000/", 20 },
        { "gemini://any.wild.example/", 20 },
        { "gemini://wild.example/", 53 },
        { "gemini://more.any.wild.example/", 53 },
        { "gemini://*.wild.example/", 53 },
        { "gemini://%2A.wild.example/", 53 },
        { "gemini://notes.example:7001/", 53 },
        { "gemini://other.example/", 53 },
        { "gemini://notes.example.org/", 53 },
        { "https://notes.example/", 53 },
        { "gemini://[::2]/", 53 },
        { "gemini://notes.example/no", 51 },
        { "gemini://notes.example/reviews%2Fa-film/", 51 },
        { "gemini://notes.example/%ff", 51 },
        { "gemini://notes.example/../", 59 },
        { "notes.example", 59 },
        { "gemini://notes.example/reviews/a-film/first-part.gmi", 20 },
        { "gemini://notes.example/about.gmi", 20 },
        { "gemini://notes.example/images/a%20b.png", 20 },
        { "gemini://notes.example/empty.txt", 20 },
        { "gemini://notes.example/gone.txt", 51 },
        { "gemini://notes.example/reviews", 31 },
        { "gemini://notes.example/old.html", 31 },
        { "gemini://notes.example/quotes/random.gmi", 30 },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        assert_int_equal(ask(fixture, rows[i].url), rows[i].status);
        assert_true(fixture->reply.meta.len > 0);
        assert_true(rows[i].status == 20 || fixture->reply.body.len == 0);
    }
}

static void test_bodies(void **state)
{
    struct fixture *fixture = *state;
    struct reply *reply = &fixture->reply;
    assert_int_equal(ask(fixture, "gemini://notes.example/"), 20);
    assert_slice_equal(buf_slice(&reply->meta), "text/gemini; lang=en");
    assert_true(slice_starts_with(buf_slice(&reply->body), SLICE("# Notes\n")));
    assert_int_equal(reply->file, -1);

    assert_int_equal(ask(fixture, "gemini://notes.example/images/a%20b.png"), 20);
    assert_slice_equal(buf_slice(&reply->meta), "text/plain");
    assert_int_equal(reply->body.len, 0);
    assert_true(reply->file >= 0);
    assert_int_equal(reply->file_size, 10);

    /* Nothing of the answer before is left. */
    assert_int_equal(ask(fixture, "gemini://notes.example/no"), 51);
    assert_int_equal(reply->file, -1);
    assert_int_equal(reply->file_size, 0);

    /* Absolute URLs name host and port. */
    assert_int_equal(ask(fixture, "gemini://notes.example/sitemap.txt"), 20);
    assert_true(slice_find(buf_slice(&reply->body), SLICE("gemini://notes.example:7000/")) <
                reply->body.len);
}

static void test_redirects_keep_the_query(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(ask(fixture, "gemini://notes.example/reviews/a-film?a+b%20c?"), 31);
    assert_slice_equal(buf_slice(&fixture->reply.meta), "/reviews/a-film/?a+b%20c?");
    assert_int_equal(ask(fixture, "gemini://notes.example/old.html?x"), 31);
    assert_slice_equal(buf_slice(&fixture->reply.meta), "/reviews/a-film/");
}

static void test_a_base(void **state)
{
    struct fixture *fixture = *state;
    fixture->site.base = SLICE("/sub");
    assert_int_equal(ask(fixture, "gemini://notes.example/"), 51);
    assert_int_equal(ask(fixture, "gemini://notes.example/subway/"), 51);
    assert_int_equal(ask(fixture, "gemini://notes.example/reviews/"), 51);
    assert_int_equal(ask(fixture, "gemini://notes.example/sub/"), 20);
    assert_int_equal(ask(fixture, "gemini://notes.example/sub/reviews/"), 20);
    assert_int_equal(ask(fixture, "gemini://notes.example/sub?q"), 31);
    assert_slice_equal(buf_slice(&fixture->reply.meta), "/sub/?q");
    assert_int_equal(ask(fixture, "gemini://notes.example/sub/reviews"), 31);
    assert_slice_equal(buf_slice(&fixture->reply.meta), "/sub/reviews/");
}

static void test_a_page_that_cannot_be_made(void **state)
{
    struct fixture *fixture = *state;
    fixture->reply.body.max = 150;
    assert_int_equal(ask(fixture, "gemini://notes.example/"), STATUS_TEMPORARY_FAILURE);
    assert_int_equal(fixture->reply.body.len, 0);
    assert_int_equal(ask(fixture, "gemini://notes.example/robots.txt"), 20);
}

static void test_a_static_folder_that_is_gone(void **state)
{
    struct fixture *fixture = *state;
    int folder = fixture->site.static_folder;
    fixture->site.static_folder = -1;
    assert_int_equal(ask(fixture, "gemini://notes.example/empty.txt"), 51);
    fixture->site.static_folder = folder;
}

static void test_a_link_that_leads_out(void **state)
{
    struct fixture *fixture = *state;
    char path[128];
    (void)snprintf(path, sizeof path, "%s/link.txt", fixture->folder);
    assert_int_equal(symlink("/etc/hostname", path), 0);
    assert_int_equal(ask(fixture, "gemini://notes.example/link.txt"), 51);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("empty.txt", path), 0);
    /* One that stays inside is followed where the kernel can tell. */
    enum status status = ask(fixture, "gemini://notes.example/link.txt");
    assert_true(status == 20 || status == 51);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_statuses, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bodies, setup, teardown),
        cmocka_unit_test_setup_teardown(test_redirects_keep_the_query, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_base, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_page_that_cannot_be_made, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_static_folder_that_is_gone, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_link_that_leads_out, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
