#include "images.h"

#include "base/attributes.h"
#include "base/limits.h"
#include "import/image_data.h"
#include "import/image_name.h"
#include "import/memory.h"
#include "import/post_images.h"

#define A SLICE(PNG "a")
#define B SLICE(PNG "b")
#define C SLICE(PNG "c")

/* --- names and kinds -------------------------------------------------------------------------- */

static void names_come_from_addresses(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        const char *name;
    } rows[] = {
        { "https://example.org/2024/The%20Stairs.JPG", "the-stairs" },
        { "https://example.org/a/The+Attic.png?w=300#x", "the-attic" },
        { "https://blogger.googleusercontent.com/img/b/R29v/AVvXsEg1/s1600/emb.jpg", "emb" },
        { "https://example.org/s1600/%25EB%258B%25A4.jpg", "다" },
        { "https://example.org/photo/", "photo" },
        { "https://example.org/photo.php?id=5", "photo" },
        { "https://example.org/a.b.c.jpeg", "a-b-c" },
        { "https://example.org/IMG_0042.jpg", "img-0042" },
        { "https://blogger.googleusercontent.com/img/a/AVvXsEiR29vZ2xl=s0", "" },
        { "https://example.org/0.jpg", "" },
        { "https://example.org/20240506_1.jpg", "" },
        { "https://example.org/d41d8cd98f00b204e9800998ecf8427e.jpg", "" },
        { "https://example.org/AVvXsEiQrStUvWxYzAbCdEfGhIjKlMn", "" },
        { "https://example.org", "" },
        { "https://example.org/", "" },
        { "https://example.org/..", "" },
        { "https://example.org/%2E%2E%2F%2E%2E%2Fetc%2Fpasswd", "etc-passwd" },
        { "https://example.org/.hidden.png", "hidden" },
        { "https://example.org/%FF%FE.png", "" },
        { "https://example.org/a%00b.png", "a-b" },
        { "https://example.org/internationalisation-of-everything.png",
          "internationalisation-of-everything" },
    };
    struct arena arena;
    arena_init(&arena);
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        assert_slice_equal(image_name_of_url(&arena, slice_of(rows[i].url)), rows[i].name);
    }
    char url[4000];
    memset(url, 'a', sizeof url);
    for (size_t i = 8; i < sizeof url; i += 8) {
        url[i] = '-';
    }
    memcpy(url, "https://x/", 10);
    slice name = image_name_of_url(&arena, (slice){ url, sizeof url });
    assert_true(name.len > 30 && name.len <= LIMIT_IMAGE_NAME - 8);
    assert_slice_equal(image_name_of_text(&arena, SLICE("../The Attic")), "the-attic");
    assert_slice_equal(image_name_of_text(&arena, SLICE_EMPTY), "picture");
    assert_slice_equal(image_name_of_text(&arena, SLICE("\xFF")), "picture");
    arena_release(&arena);
}

static void drawings_hold_no_scripts(void **state)
{
    (void)state;
    static const char *const plain[] = {
        SVG,
        "<?xml version=\"1.0\"?><!DOCTYPE svg PUBLIC \"a\" \"b\"><svg style=\"font-weight:bold\">"
        "<title>once on a time = now</title><desc>a description</desc></svg>",
        "<svg><a xlink:href=\"https://example.org/\">&amp; on</a></svg>",
    };
    static const char *const active[] = {
        "<svg><script>x</script></svg>",
        "<svg><SCRIPT/></svg>",
        "<svg xmlns:s=\"http://www.w3.org/2000/svg\"><s:script/></svg>",
        "<svg onload=\"x\"/>",
        "<svg a=\"b\"onload = 'x'/>",
        "<svg/onload='x'>",
        "<svg><a href=\"javascript:x\"/></svg>",
        "<svg><a href=\"java\nscr\tipt\n:x\"/></svg>",
        "<svg><a href=\"&#106;avascript:x\"/></svg>",
        "<!DOCTYPE svg [<!ENTITY a \"b\">]><svg>&a;</svg>",
        "<svg><foreignObject/></svg>",
        "<svg><set attributeName=\"href\" to=\"x\"/></svg>",
        "<?xml-stylesheet href=\"x\"?><svg/>",
        "<svg>\xFF</svg>",
    };
    for (size_t i = 0; i < ARRAY_LENGTH(plain); i++) {
        assert_true(image_svg_is_plain(slice_of(plain[i])));
    }
    for (size_t i = 0; i < ARRAY_LENGTH(active); i++) {
        if (image_svg_is_plain(slice_of(active[i]))) {
            fail_msg("taken for plain: %s", active[i]);
        }
    }
    assert_false(image_svg_is_plain(SLICE("<svg>\0</svg>")));
}

static void data_addresses_hold_their_bytes(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        const char *bytes; /* NULL: none */
    } rows[] = {
        { "data:image/png;base64,YWJj", "abc" },
        { "DATA:image/png;charset=x;BASE64,YW Jj\nZA==", "abcd" },
        { "data:;base64,YWI", "ab" },
        { "data:;base64,-_-_", "\xFB\xFF\xBF" },
        { "data:image/svg+xml,%3Csvg/%3E", "<svg/>" },
        { "data:;base64,YWJj%3D%3D", "abc" },
        { "data:;base64,Y", NULL },
        { "data:;base64,YW=Jj", NULL },
        { "data:;base64,Y*Jj", NULL },
        { "data:;base64,", NULL },
        { "data:image/png;base64", NULL },
        { "http://x/,YWJj", NULL },
        { "data:;base64,YWJjZGVmZ2hp", NULL }, /* nine bytes */
    };
    struct arena arena;
    slice bytes;
    arena_init(&arena);
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        bool ok = image_data_read(&arena, slice_of(rows[i].url), 8, &bytes);
        assert_int_equal(ok, rows[i].bytes != NULL);
        if (ok) {
            assert_slice_equal(bytes, rows[i].bytes);
        }
    }
    arena_release(&arena);
}

/* --- storing ---------------------------------------------------------------------------------- */

static void stores_each_kind_by_its_bytes(void **state)
{
    (void)state;
    static const struct {
        slice bytes;
        const char *path; /* "": not stored */
    } rows[] = {
        { SLICE_INIT(PNG), "images/x.png" },
        { SLICE_INIT(JPEG), "images/x.jpg" },
        { SLICE_INIT(GIF), "images/x.gif" },
        { SLICE_INIT(WEBP), "images/x.webp" },
        { SLICE_INIT(AVIF), "images/x.avif" },
        { SLICE_INIT(BMP), "images/x.bmp" },
        { SLICE_INIT(ICO), "images/x.ico" },
        { SLICE_INIT(SVG), "images/x.svg" },
        { SLICE_INIT("<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"x()\"/>"), "" },
        { SLICE_INIT("<!DOCTYPE html><html><head><title>404</title></head></html>"), "" },
        { SLICE_INIT("not a picture"), "" },
        { SLICE_INIT(""), "" },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        struct run run;
        struct web web = { .answers = {
                               { "https://x/x.tiff", IMAGE_BYTES, rows[i].bytes, NULL } } };
        assert_int_equal(system("rm -rf static .matinee"), 0);
        run_begin(&run, &web, false);
        assert_string_equal(run_store(&run, "https://x/x.tiff", "", "n"), rows[i].path);
        if (rows[i].path[0] != '\0') {
            slice file = arena_printf(&run.arena, "static/%s", rows[i].path);
            assert_true(slice_equal(file_at(&run, file.ptr), rows[i].bytes));
            assert_int_equal(run.report.notes.count, 0);
        } else {
            assert_int_equal(run.report.notes.count, 1);
            assert_int_equal(run.report.notes.items[0].line, 7);
        }
        run_end(&run);
    }
}

static void knows_what_it_stored(void **state)
{
    (void)state;
    struct run run;
    struct web web = { .answers = {
                           { "https://x/stairs.png", IMAGE_BYTES, A, "\"1\"" },
                           { "https://x/img/a/AVv", IMAGE_BYTES, B, NULL },
                           { "https://y/stairs.png", IMAGE_BYTES, C, NULL },
                           { "https://y/same.png", IMAGE_BYTES, A, NULL },
                           { "https://y/1.png", IMAGE_BYTES, SLICE_INIT(PNG "1"), NULL } } };
    struct stat before;
    struct stat after;
    slice memory = SLICE_EMPTY;
    for (int i = 0; i < 3; i++) {
        run_begin(&run, &web, i == 2);
        assert_string_equal(run_store(&run, "https://x/stairs.png", "", "attic"),
                            "images/stairs.png");
        assert_string_equal(run_store(&run, "https://x/img/a/AVv", "", "attic"),
                            "images/attic-1.png");
        assert_string_equal(run_store(&run, "https://y/stairs.png", "", "attic"),
                            "images/stairs-2.png");
        assert_string_equal(run_store(&run, "https://y/same.png", "", "attic"),
                            "images/stairs.png");
        assert_string_equal(run_store(&run, "https://y/1.png", "", "attic"), "images/attic-2.png");
        assert_string_equal(run_store(&run, "https://y/1.png", "", "attic"), "images/attic-2.png");
        assert_int_equal(web.asked, i == 1 ? 0 : 5);
        assert_int_equal(run.images.counts.stored, i == 0 ? 4 : 0);
        assert_int_equal(run.report.notes.count, 0);
        assert_int_equal(run.diags.count, 0);
        run_end(&run);
        /* Nothing is written when there is nothing new. */
        assert_int_equal(stat(".matinee/images", &after), 0);
        assert_true(i == 0 || before.st_ino == after.st_ino);
        before = after;
    }
    assert_int_equal(system("test $(ls -A static/images | wc -l) = 4"), 0);
    struct arena arena;
    arena_init(&arena);
    assert_true(file_read(&arena, AT_FDCWD, ".matinee/images", 10000, &memory));
    slice line;
    assert_true(slice_next_line(&memory, &line));
    assert_slice_equal(line, "# matinee images 1: url, file, SHA-256, etag, modified");
    assert_true(slice_next_line(&memory, &line));
    assert_true(slice_starts_with(line, SLICE("https://x/stairs.png\timages/stairs.png\t")));
    assert_true(slice_ends_with(line, SLICE("\t\"1\"\t-")));
    arena_release(&arena);
}

static void asks_again_with_what_it_knows(void **state)
{
    (void)state;
    struct run run;
    struct web web = { .answers = { { "https://x/a.png", IMAGE_BYTES, A, "\"1\"" } } };
    run_begin(&run, &web, false);
    assert_string_equal(run_store(&run, "https://x/a.png", "", "n"), "images/a.png");
    run_end(&run);

    web.answers[0] = (struct answered){ "https://x/a.png", IMAGE_SAME, SLICE_EMPTY, NULL };
    run_begin(&run, &web, true);
    assert_string_equal(run_store(&run, "https://x/a.png", "", "n"), "images/a.png");
    assert_string_equal(web.last, "https://x/a.png \"1\" ");
    run_end(&run);

    /* It changed. */
    web.answers[0] = (struct answered){ "https://x/a.png", IMAGE_BYTES, B, "\"2\"" };
    run_begin(&run, &web, true);
    assert_string_equal(run_store(&run, "https://x/a.png", "", "n"), "images/a.png");
    assert_int_equal(run.images.counts.replaced, 1);
    assert_true(slice_equal(file_at(&run, "static/images/a.png"), B));
    run_end(&run);

    /* A person changed it: it stays, and so it does when the web has yet another one. */
    put_file("static/images/a.png", SLICE(PNG "mine"));
    for (int i = 0; i < 3; i++) {
        web.answers[0] =
            (struct answered){ "https://x/a.png", IMAGE_BYTES, i == 0 ? B : C, "\"3\"" };
        run_begin(&run, &web, true);
        assert_string_equal(run_store(&run, "https://x/a.png", "", "n"), "images/a.png");
        assert_int_equal(run.report.notes.count, i == 1 ? 1 : 0);
        assert_true(slice_equal(file_at(&run, "static/images/a.png"), SLICE(PNG "mine")));
        run_end(&run);
    }

    /* It is gone, or cannot be had: what was stored stays. */
    for (int i = 0; i < 2; i++) {
        web.answers[0].got = i == 0 ? IMAGE_GONE : IMAGE_LATER;
        run_begin(&run, &web, true);
        assert_string_equal(run_store(&run, "https://x/a.png", "", "n"), "images/a.png");
        assert_int_equal(run.report.notes.count, 0);
        run_end(&run);
    }
}

static void what_others_lead_to_is_not_replaced(void **state)
{
    (void)state;
    struct run run;
    struct web web = { .answers = { { "https://x/a.png", IMAGE_BYTES, A, NULL },
                                    { "https://x/b.png", IMAGE_BYTES, A, NULL } } };
    run_begin(&run, &web, false);
    assert_string_equal(run_store(&run, "https://x/a.png", "", "n"), "images/a.png");
    assert_string_equal(run_store(&run, "https://x/b.png", "", "n"), "images/a.png");
    assert_int_equal(run.images.counts.doubled, 1);
    run_end(&run);
    web.answers[1].bytes = B;
    run_begin(&run, &web, true);
    assert_string_equal(run_store(&run, "https://x/b.png", "", "n"), "images/b.png");
    assert_true(slice_equal(file_at(&run, "static/images/a.png"), A));
    run_end(&run);
    /* Of another kind, it gets another name. */
    web.answers[0].bytes = SLICE(GIF);
    run_begin(&run, &web, true);
    assert_string_equal(run_store(&run, "https://x/a.png", "", "n"), "images/a.gif");
    run_end(&run);
}

static void files_of_people_stay(void **state)
{
    (void)state;
    struct run run;
    struct web web = { .answers = { { "https://x/a.png", IMAGE_BYTES, A, NULL },
                                    { "https://x/b.png", IMAGE_BYTES, B, NULL } } };
    assert_true(file_make_folders(AT_FDCWD, "static/images/b.png"));
    put_file("static/images/a.png", SLICE(PNG "mine"));
    put_file("static/images/a-2.png", A);
    put_file("static/images/.a.png.1073741823.3", A);
    put_file("static/images/.a.png.1073741823", A);
    run_begin(&run, &web, false);
    /* Exactly these bytes are there: as when a run was killed before it remembered them. */
    assert_string_equal(run_store(&run, "https://x/a.png", "", "n"), "images/a-2.png");
    assert_string_equal(run_store(&run, "https://x/b.png", "", "n"), "images/b-2.png");
    assert_int_equal(run.images.counts.stored, 1);
    assert_true(slice_equal(file_at(&run, "static/images/a.png"), SLICE(PNG "mine")));
    assert_int_equal(access("static/images/.a.png.1073741823.3", F_OK), -1);
    assert_int_equal(access("static/images/.a.png.1073741823", F_OK), 0);
    run_end(&run);

    /* What a person deletes comes back when a post still shows it. */
    assert_int_equal(unlink("static/images/b-2.png"), 0);
    run_begin(&run, &web, false);
    assert_string_equal(run_store(&run, "https://x/b.png", "", "n"), "images/b-2.png");
    assert_int_equal(web.asked, 1);
    assert_true(slice_equal(file_at(&run, "static/images/b-2.png"), B));
    run_end(&run);
}

static void takes_the_smaller_form_when_the_larger_is_gone(void **state)
{
    (void)state;
    struct run run;
    struct web web = { .answers = { { "https://x/s320/a.png", IMAGE_BYTES, A, NULL },
                                    { "https://x/s0/b.png", IMAGE_LATER, SLICE_EMPTY, NULL },
                                    { "https://x/s320/b.png", IMAGE_BYTES, B, NULL },
                                    { "https://x/s0/c.png", IMAGE_BYTES,
                                      SLICE_INIT("<html>login</html>"), NULL },
                                    { "https://x/s320/c.png", IMAGE_BYTES, C, NULL } } };
    run_begin(&run, &web, false);
    assert_string_equal(run_store(&run, "https://x/s0/a.png", "https://x/s320/a.png", "n"),
                        "images/a.png");
    assert_int_equal(run.report.notes.count, 2);
    assert_string_equal(run_note(&run), "the smaller form of an image is stored in its place: "
                                        "https://x/s320/a.png");
    /* What may be there later is waited for. */
    assert_string_equal(run_store(&run, "https://x/s0/b.png", "https://x/s320/b.png", "n"), "");
    assert_string_equal(run_note(&run), "an image is not stored: no answer: https://x/s0/b.png");
    assert_string_equal(run_store(&run, "https://x/s0/c.png", "https://x/s320/c.png", "n"),
                        "images/c.png");
    assert_int_equal(web.asked, 5);
    /* Neither is asked for twice. */
    assert_string_equal(run_store(&run, "https://x/s0/b.png", "https://x/s320/b.png", "n"), "");
    assert_string_equal(run_store(&run, "https://x/s0/d.png", "https://x/s0/d.png", "n"), "");
    assert_string_equal(run_store(&run, "https://x/s0/d.png", "", "n"), "");
    assert_int_equal(web.asked, 6);
    assert_int_equal(run.images.counts.left_out, 4);
    run_end(&run);
    run_begin(&run, &web, false);
    assert_string_equal(run_store(&run, "https://x/s0/a.png", "https://x/s320/a.png", "n"),
                        "images/a.png");
    assert_int_equal(web.asked, 0);
    assert_int_equal(run.report.notes.count, 0);
    run_end(&run);
}

static void another_source_is_asked_again(void **state)
{
    (void)state;
    struct run run;
    struct web web = { .asked = 0 };
    struct web other = { .answers = { { "https://x/a.png", IMAGE_BYTES, A, NULL } } };
    const struct image_source source = { web_get, &other };
    run_begin(&run, &web, false);
    assert_string_equal(run_store(&run, "https://x/a.png", "", "n"), "");
    assert_string_equal(run_store(&run, "https://x/a.png", "", "n"), "");
    images_use(&run.images, &source);
    assert_string_equal(run_store(&run, "https://x/a.png", "", "n"), "images/a.png");
    images_use(&run.images, NULL);
    assert_string_equal(run_store(&run, "https://x/a.png", "", "n"), "images/a.png");
    assert_string_equal(run_store(&run, "https://x/b.png", "", "n"), "");
    assert_int_equal(web.asked, 1);
    assert_int_equal(other.asked, 1);
    run_end(&run);
}

static void only_the_web_is_asked(void **state)
{
    (void)state;
    struct run run;
    struct web web = { .asked = 0 };
    static const char *const urls[] = { "file:///etc/passwd",
                                        "FILE://x/a.png",
                                        "ftp://x/a.png",
                                        "gopher://x/a.png",
                                        "/a.png",
                                        "https:/x",
                                        "https://x/a b.png",
                                        "https://x/a\tb.png",
                                        "https://x/\r\nX: y.png" };
    run_begin(&run, &web, false);
    for (size_t i = 0; i < ARRAY_LENGTH(urls); i++) {
        assert_string_equal(run_store(&run, urls[i], "", "n"), "");
        assert_int_equal(run.report.notes.count, i + 1);
    }
    char url[2 * LIMIT_HTML_URL + 2];
    memset(url, 'a', sizeof url);
    memcpy(url, "https://x/", 10);
    url[sizeof url - 1] = '\0';
    assert_string_equal(run_store(&run, url, "", "n"), "");
    assert_int_equal(web.asked, 0);
    assert_int_equal(access("static", F_OK), -1);
    assert_int_equal(access(".matinee", F_OK), -1);
    run_end(&run);
}

static void pictures_in_posts_are_stored(void **state)
{
    (void)state;
    struct run run;
    struct web web = { .asked = 0 };
    static const char one[] = "data:text/plain;base64,R0lGODlhAQABAIAAAA==";
    for (int i = 0; i < 2; i++) {
        run_begin(&run, &web, i == 1);
        assert_string_equal(run_store(&run, one, "", "The Attic"), "images/the-attic-1.gif");
        assert_string_equal(run_store(&run, one, "", "Another"), "images/the-attic-1.gif");
        assert_string_equal(run_store(&run, "data:image/png;base64,YWJj", "", "n"), "");
        assert_string_equal(run_store(&run, "data:image/png;base64,*", "", "n"), "");
        assert_int_equal(run.images.counts.stored, i == 0 ? 1 : 0);
        assert_int_equal(run.report.notes.count, 2);
        assert_int_equal(web.asked, 0);
        run_end(&run);
    }
}

struct told {
    char text[1000];
};

static void take_outcome(void *context, const struct outcome *outcome)
{
    struct told *told = context;
    size_t len = strlen(told->text);
    (void)snprintf(told->text + len, sizeof told->text - len, "%.*s|%.*s|%s\n",
                   SLICE_ARG(outcome->url), SLICE_ARG(outcome->file),
                   outcome->failure.len > 0 ? "not had" : "had");
}

static void blocks_lead_to_their_pictures(void **state)
{
    (void)state;
    struct run run;
    struct told told = { "" };
    struct web web = { .answers = { { "https://x/s.png", IMAGE_BYTES, A, NULL } } };
    struct block blocks[] = {
        { .kind = BLOCK_PARAGRAPH, .text = SLICE_INIT("Words.") },
        { .kind = BLOCK_IMAGE,
          .text = SLICE_INIT("Stairs"),
          .url = SLICE_INIT("https://x/l.png"),
          .smaller = SLICE_INIT("https://x/s.png") },
        { .kind = BLOCK_IMAGE,
          .text = SLICE_INIT("A door"),
          .url = SLICE_INIT("data:image/png;base64,YWJj") },
        { .kind = BLOCK_IMAGE,
          .text = SLICE_INIT("Gone"),
          .url = SLICE_INIT("https://x/gone.png"),
          .smaller = SLICE_INIT("data:image/png;base64,YWJj") },
        { .kind = BLOCK_IMAGE,
          .text = SLICE_INIT("Inside"),
          .url = SLICE_INIT("data:image/gif;base64,R0lGODlhAQABAIAAAA==") },
        { .kind = BLOCK_LINK, .url = SLICE_INIT("https://x/s.png") },
    };
    struct post post = { .blocks = { blocks, ARRAY_LENGTH(blocks), ARRAY_LENGTH(blocks) } };
    run_begin(&run, &web, false);
    const struct post_images wanted = {
        .images = &run.images, .name = SLICE("attic"), .tell = take_outcome, .context = &told
    };
    post_images_store(&wanted, &post, &run.report);
    assert_int_equal(post.blocks.count, 5);
    assert_slice_equal(post.blocks.items[0].text, "Words.");
    assert_slice_equal(post.blocks.items[1].url, "images/s.png");
    assert_slice_equal(post.blocks.items[2].url, "https://x/gone.png");
    assert_slice_equal(post.blocks.items[3].url, "images/attic-1.gif");
    assert_slice_equal(post.blocks.items[4].url, "https://x/s.png");
    assert_string_equal(told.text, "https://x/l.png|static/images/s.png|had\n"
                                   "||not had\n"
                                   "https://x/gone.png||not had\n"
                                   "|static/images/attic-1.gif|had\n");
    bool words = false;
    for (size_t i = 0; i < run.report.notes.count; i++) {
        slice note = run.report.notes.items[i].text;
        words = words || slice_find(note, SLICE("A door")) < note.len;
    }
    assert_true(words);
    run_end(&run);
}

/* Whenever a run is killed, the next one leads to the same files and the same memory. */
static void a_killed_run_leads_to_the_same(void **state)
{
    (void)state;
    struct run run;
    struct web web = { .answers = { { "https://x/a.png", IMAGE_BYTES, A, NULL },
                                    { "https://x/s320/2.png", IMAGE_BYTES, B, NULL },
                                    { "https://y/a.png", IMAGE_BYTES, C, NULL },
                                    { "https://y/z.png", IMAGE_BYTES, A, NULL } } };
    static const char list[] =
        "(cd static/images && sha256sum *) >list && cat .matinee/images >>list";
    /* A line in the journal is cut off at each of its bytes, or its file is all there is of it. */
    for (size_t cut = 0; cut < 900; cut += 13) {
        for (int i = 0; i < 2; i++) {
            run_begin(&run, &web, false);
            assert_string_equal(run_store(&run, "https://x/a.png", "", "n"), "images/a.png");
            assert_string_equal(run_store(&run, "https://x/s0/2.png", "https://x/s320/2.png", "n"),
                                "images/n-1.png");
            assert_string_equal(run_store(&run, "https://y/a.png", "", "n"), "images/a-2.png");
            assert_string_equal(run_store(&run, "https://y/z.png", "", "n"), "images/a.png");
            run_end(&run);
            if (i == 0 && cut > 0) {
                struct stat status;
                assert_int_equal(stat(".matinee/images", &status), 0);
                if (status.st_size < (off_t)cut) {
                    cut = 900;
                    break;
                }
                assert_int_equal(truncate(".matinee/images", status.st_size - (off_t)cut), 0);
            }
        }
        assert_int_equal(system(list), 0);
        assert_int_equal(
            system(cut == 0 ? "mv list first" : "cmp list first || diff list first >&2"), 0);
    }
}

static void a_torn_line_is_a_warning(void **state)
{
    (void)state;
    struct run run;
    struct web web = { .answers = { { "https://x/a.png", IMAGE_BYTES, A, NULL },
                                    { "https://x/b.png", IMAGE_BYTES, B, NULL } } };
    run_begin(&run, &web, false);
    assert_string_equal(run_store(&run, "https://x/a.png", "", "n"), "images/a.png");
    run_end(&run);
    assert_int_equal(system("printf 'https://x/b.png\timages/' >>.matinee/images"), 0);
    run_begin(&run, &web, false);
    assert_int_equal(run.diags.counts[DIAG_WARNING], 1);
    assert_string_equal(run_store(&run, "https://x/b.png", "", "n"), "images/b.png");
    /* Killed here: the journal alone tells. */
    assert_int_equal(system("cp .matinee/images journal"), 0);
    run_end(&run);
    assert_int_equal(system("grep -c . journal | grep -qx 4 && cp journal .matinee/images"), 0);
    run_begin(&run, &web, false);
    assert_string_equal(run_store(&run, "https://x/b.png", "", "n"), "images/b.png");
    assert_int_equal(web.asked, 0);
    run_end(&run);
    assert_int_equal(system("grep -c . .matinee/images | grep -qx 3"), 0);
}

static void reads_only_pictures(void **state)
{
    (void)state;
    struct arena arena;
    struct diags diags;
    struct image_memory memory;
    struct buf out;
    static const char hash[] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    arena_init(&arena);
    diags_init(&diags);
    buf_init(&out, 1 << 16);
    slice text = arena_printf(&arena,
                              "https://x/a\timages/a.png\t%s\t-\t-\n"
                              "https://x/a\timages/../a.png\t%s\t-\t-\n"
                              "https://x/a\timages/.a.png\t%s\t-\t-\n"
                              "https://x/a\treviews/a.gmi\t%s\t-\t-\n"
                              "https://x/a\timages/a.png\tabc\t-\t-\n"
                              "https://x/a\timages/a.png\t%s\t-\n"
                              "https://x/a\timages/a.png\t%s\t-\t-\t-\n"
                              "\n"
                              "https://x/a\timages/b.png\t%s\t\"e\"\tyesterday\n",
                              hash, hash, hash, hash, hash, hash, hash);
    const struct source source = { SLICE("images"), text };
    image_memory_read(&arena, &source, &memory, &diags);
    assert_int_equal(diags.counts[DIAG_WARNING], 7);
    assert_true(memory.untidy);
    assert_int_equal(memory.count, 1);
    const struct image_entry *entry = image_memory_find(&memory, SLICE("https://x/a"));
    assert_slice_equal(entry->path, "images/b.png");
    assert_slice_equal(entry->etag, "\"e\"");
    assert_slice_equal(entry->modified, "yesterday");
    assert_int_equal(image_memory_users(&memory, SLICE("images/a.png")), 0);
    assert_int_equal(image_memory_users(&memory, SLICE("images/b.png")), 1);
    assert_ptr_equal(image_memory_find_hash(&memory, slice_of(hash)), entry);
    /* An etag that would make two lines of one is left out. */
    const struct image_entry odd = { SLICE("https://x/c"), SLICE("images/c.png"), slice_of(hash),
                                     SLICE("a\nb"), SLICE("a\tb") };
    assert_true(image_memory_set(&memory, &odd));
    entry = image_memory_find(&memory, odd.url);
    assert_int_equal(entry->etag.len + entry->modified.len, 0);
    image_memory_release(&memory);
    buf_release(&out);
    diags_release(&diags);
    arena_release(&arena);
}

/* A hundred pages of one name cost a name each, not a look at all of them. */
static void many_of_one_name(void **state)
{
    (void)state;
    struct run run;
    struct web web = { .asked = 0 };
    run_begin(&run, &web, false);
    for (unsigned i = 1; i <= 300; i++) {
        char url[64];
        char path[64];
        slice bytes = arena_printf(&run.arena, "%s %u", GIF, i);
        (void)snprintf(url, sizeof url, "https://x%u/cover.gif", i);
        (void)snprintf(path, sizeof path, i == 1 ? "images/cover.gif" : "images/cover-%u.gif", i);
        web.answers[0] = (struct answered){ url, IMAGE_BYTES, bytes, NULL };
        assert_string_equal(run_store(&run, url, "", "n"), path);
    }
    run_end(&run);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, enter_capsule, leave_capsule)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_come_from_addresses),
        cmocka_unit_test(drawings_hold_no_scripts),
        cmocka_unit_test(data_addresses_hold_their_bytes),
        TEST(stores_each_kind_by_its_bytes),
        TEST(knows_what_it_stored),
        TEST(asks_again_with_what_it_knows),
        TEST(what_others_lead_to_is_not_replaced),
        TEST(files_of_people_stay),
        TEST(takes_the_smaller_form_when_the_larger_is_gone),
        TEST(another_source_is_asked_again),
        TEST(only_the_web_is_asked),
        TEST(pictures_in_posts_are_stored),
        TEST(blocks_lead_to_their_pictures),
        TEST(a_killed_run_leads_to_the_same),
        TEST(a_torn_line_is_a_warning),
        TEST(reads_only_pictures),
        TEST(many_of_one_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
