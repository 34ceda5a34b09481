/* Books: what is in one, that its links lead somewhere, and that it is the same each time. */
#include "pages.h"

#include "base/file.h"
#include "gempub/gempub.h"
#include "gempub/shelf.h"
#include "text/gemtext.h"
#include "text/uri.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

static const char film[] = "Title: A Film\n"
                           "Published: 2025-05-05\n"
                           "Updated: 2025-06-01\n"
                           "Summary: What it is about.\n"
                           "Genre: Drama\n"
                           "Cast: Kim Example as Yong\n"
                           "Tags: One, 한국\n"
                           "Aliases: /old.html\n"
                           "Poster: images/poster.png | A man\n"
                           "\n"
                           "=> /images/a%20b.jpg A picture\n"
                           "=> images/missing.jpg Not there\n"
                           "=> /old.html#part Itself\n"
                           "=> /reviews/a-film/second.gmi The next part\n"
                           "=> /reviews/a-film/full.gmi One page\n"
                           "=> /reviews/a-film/quote-i-promise.gmi A quote\n"
                           "=> /reviews/a-film/source.txt Source\n"
                           "=> /reviews/a-film/?question Asked\n"
                           "=> review:마지막-수업 The other one\n"
                           "=> /files/notes.txt Notes\n"
                           "=> /about.gmi About\n"
                           "=> https://example.org/ Web\n\n"
                           "## First\n"
                           "> I promise.\n"
                           "— Yong, in the yard\n\n"
                           "> I do.\n"
                           "— Yong\n\n"
                           "## Second\n"
                           "=> /images/..hidden.png Odd name\n"
                           "=> images/x:y.png Colon\n"
                           "Text.\n";

struct bookcase {
    struct world world;
    char folder[64];
    int statics;
};

static void put_file(const struct bookcase *bookcase, const char *path, size_t size)
{
    char name[256];
    (void)snprintf(name, sizeof name, "%s/%s", bookcase->folder, path);
    FILE *file = fopen(name, "w");
    assert_non_null(file);
    for (size_t i = 0; i < size; i++) {
        (void)fputc((int)(i * 7 % 251), file);
    }
    (void)fclose(file);
}

static void add_static(struct bookcase *bookcase, const char *path, const char *media_type)
{
    struct world *world = &bookcase->world;
    world_static(world, path);
    world->statics[world->parts.static_count - 1].media_type = slice_of(media_type);
    world->statics[world->parts.static_count - 1].size = 1000;
    put_file(bookcase, path, 1000);
}

static void bookcase_begin(struct bookcase *bookcase, const char *conf)
{
    struct world *world = &bookcase->world;
    char name[128];
    world_begin(world);
    (void)snprintf(bookcase->folder, sizeof bookcase->folder, "%s", "/tmp/matinee-gempub-XXXXXX");
    assert_non_null(mkdtemp(bookcase->folder));
    (void)snprintf(name, sizeof name, "%s/images", bookcase->folder);
    assert_int_equal(mkdir(name, 0700), 0);
    (void)snprintf(name, sizeof name, "%s/files", bookcase->folder);
    assert_int_equal(mkdir(name, 0700), 0);
    if (conf != NULL) {
        world_conf(world, conf);
    }
    world_review(world, "a-film", film);
    world_review(world, "마지막-수업",
                 "Title: 마지막 수업\nPublished: 2025-05-06\nLang: ko\nTags: 한국\n\n글.\n");
    world_review(world, "secret",
                 "Title: Secret\nPublished: 2024-01-01\nTags: One\nPoster: files/secret.png | S\n\n"
                 "=> /reviews/a-film/first.gmi There\n\n## Part\nHidden words.\n");
    world_page(world, "about", "# About\n=> /reviews/a-film/ A film\n=> /tags/ Tags\n");
    add_static(bookcase, "files/notes.txt", "text/plain");
    add_static(bookcase, "files/secret.png", "image/png");
    add_static(bookcase, "images/..hidden.png", "image/png");
    add_static(bookcase, "images/a b.jpg", "image/jpeg");
    add_static(bookcase, "images/poster.png", "image/png");
    add_static(bookcase, "images/unused.png", "image/png");
    add_static(bookcase, "images/x:y.png", "image/png");
    world_ready(world);
    bookcase->statics = open(bookcase->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(bookcase->statics >= 0);
}

static void bookcase_end(struct bookcase *bookcase)
{
    char command[128];
    (void)close(bookcase->statics);
    (void)snprintf(command, sizeof command, "rm -rf %s", bookcase->folder);
    assert_int_equal(system(command), 0);
    world_end(&bookcase->world);
}

static const struct review *review_of(const struct bookcase *bookcase, const char *slug)
{
    const struct review *review = capsule_find_review(&bookcase->world.capsule, slice_of(slug));
    assert_non_null(review);
    return review;
}

/* A file without a name that holds the book. */
static int make_book(const struct bookcase *bookcase, const struct book_subject *subject,
                     struct gempub_made *made)
{
    char name[] = "/tmp/matinee-gempub-XXXXXX";
    const struct gempub_order order = { .context = &bookcase->world.context,
                                        .subject = *subject,
                                        .statics = bookcase->statics };
    struct buf error;
    buf_init(&error, 4096);
    int fd = mkstemp(name);
    assert_true(fd >= 0);
    (void)unlink(name);
    assert_true(book_is_possible(&bookcase->world.capsule, subject));
    if (!gempub_write(&order, fd, made, &error)) {
        fail_msg("%s", buf_string(&error));
    }
    buf_release(&error);
    return fd;
}

/* What is in an open file. */
static slice bytes_of(struct arena *arena, int fd)
{
    size_t size = (size_t)lseek(fd, 0, SEEK_END);
    char *bytes = arena_alloc(arena, size + 1);
    assert_int_equal(pread(fd, bytes, size, 0), (ssize_t)size);
    return (slice){ bytes, size };
}

static zip_t *open_book(int fd)
{
    FILE *file = fdopen(dup(fd), "r");
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t *source = zip_source_filep_create(file, 0, -1, &error);
    assert_non_null(source);
    zip_t *zip = zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &error);
    assert_non_null(zip);
    zip_error_fini(&error);
    return zip;
}

static slice entry_of(struct arena *arena, zip_t *zip, const char *name)
{
    zip_stat_t status;
    if (zip_stat(zip, name, ZIP_FL_ENC_UTF_8, &status) != 0) {
        fail_msg("no %s in the book", name);
    }
    char *bytes = arena_alloc(arena, status.size + 1);
    zip_file_t *file = zip_fopen(zip, name, ZIP_FL_ENC_UTF_8);
    assert_non_null(file);
    assert_int_equal(zip_fread(file, bytes, status.size), (zip_int64_t)status.size);
    (void)zip_fclose(file);
    return (slice){ bytes, status.size };
}

static bool has_entry(zip_t *zip, const char *name)
{
    return zip_name_locate(zip, name, ZIP_FL_ENC_UTF_8) >= 0;
}

/* Where the link `url` of the entry `name` leads, in the archive. */
static const char *resolve(struct arena *arena, const char *name, slice url)
{
    struct buf out;
    slice folder = slice_of(name);
    while (folder.len > 0 && folder.ptr[folder.len - 1] != '/') {
        folder.len--;
    }
    url = slice_head(url, slice_find_byte(url, '#'));
    if (slice_starts_with(url, SLICE("./"))) {
        url = slice_from(url, 2);
    }
    while (slice_starts_with(url, SLICE("../"))) {
        url = slice_from(url, 3);
        assert_true(folder.len > 0);
        folder.len--;
        while (folder.len > 0 && folder.ptr[folder.len - 1] != '/') {
            folder.len--;
        }
    }
    buf_init(&out, 4096);
    buf_put(&out, folder);
    uri_put_decoded(&out, url);
    const char *path = arena_copy(arena, buf_slice(&out)).ptr;
    buf_release(&out);
    return path;
}

static void check_links_of(struct arena *arena, zip_t *zip, const char *name)
{
    struct gemtext_reader reader = { .rest = entry_of(arena, zip, name) };
    struct gemtext_line line;
    while (gemtext_next(&reader, &line)) {
        if (line.type != GEMTEXT_LINK || uri_scheme(line.url).len > 0) {
            continue;
        }
        const char *path = resolve(arena, name, line.url);
        if (!has_entry(zip, path)) {
            fail_msg("%s: %.*s leads nowhere (%s)", name, SLICE_ARG(line.url), path);
        }
    }
}

static void check_book(struct arena *arena, zip_t *zip)
{
    zip_int64_t count = zip_get_num_entries(zip, 0);
    for (zip_int64_t i = 0; i < count; i++) {
        const char *name = zip_get_name(zip, (zip_uint64_t)i, ZIP_FL_ENC_UTF_8);
        assert_non_null(name);
        slice text = entry_of(arena, zip, name);
        if (slice_ends_with(slice_of(name), SLICE(".gmi"))) {
            check_links_of(arena, zip, name);
            assert_lacks(text, "Hidden words");
            assert_lacks(text, "Secret");
        }
    }
}

static void test_review(UNUSED void **state)
{
    struct bookcase bookcase;
    struct gempub_made made;
    struct arena *arena = &bookcase.world.arena;
    bookcase_begin(&bookcase,
                   "Title: Notes\nHost: notes.example\nLang: en\nClosed: /reviews/secret/ "
                   "kim\nCertificate: kim "
                   "0000000000000000000000000000000000000000000000000000000000000000\n");
    const struct book_subject subject = { .review = review_of(&bookcase, "a-film") };
    int fd = make_book(&bookcase, &subject, &made);
    zip_t *zip = open_book(fd);
    check_book(arena, zip);
    assert_string_equal(zip_get_name(zip, 0, 0), "metadata.txt");
    slice metadata = entry_of(arena, zip, "metadata.txt");
    assert_slice_equal(metadata,
                       "title: A Film\ngpubVersion: 1.0.0\nindex: index.gmi\ncharset: UTF-8\n"
                       "language: en\ndescription: What it is about.\n"
                       "publishDate: 2025-05-05\nrevisionDate: 2025-06-01\n"
                       "cover: images/poster.png\n");
    assert_contains(entry_of(arena, zip, "index.gmi"),
                    "## Chapters\n=> reviews/a-film/index.gmi A Film\n"
                    "=> reviews/a-film/first.gmi First\n=> reviews/a-film/second.gmi Second\n"
                    "=> reviews/a-film/quotes.gmi Quotes\n");
    slice page = entry_of(arena, zip, "reviews/a-film/index.gmi");
    assert_contains(page, "=> ../../images/poster.png Poster: A man\n");
    assert_contains(page, "=> ../../images/a%20b.jpg A picture\n");
    assert_contains(page, "=> index.gmi#part Itself\n");
    assert_contains(page, "=> second.gmi The next part\n=> index.gmi One page\n"
                          "=> quotes.gmi A quote\n"
                          "=> gemini://notes.example/reviews/a-film/source.txt Source\n");
    assert_contains(page, "=> gemini://notes.example/reviews/a-film/?question Asked\n");
    assert_contains(page, "=> gemini://notes.example/files/notes.txt Notes\n");
    assert_contains(page, "=> gemini://notes.example/about.gmi About\n");
    assert_contains(page, "=> https://example.org/ Web\n");
    assert_contains(page, "=> quotes.gmi All 2 quotes on one page\n");
    assert_contains(page, "=> ../../index.gmi Contents: A Film\n");
    assert_lacks(page, "The source of this review");
    assert_lacks(page, "full.gmi");
    assert_lacks(page, "quote-i");
    assert_lacks(page, "All reviews");
    slice second = entry_of(arena, zip, "reviews/a-film/second.gmi");
    assert_contains(second, "=> gemini://notes.example/images/..hidden.png Odd name\n");
    assert_contains(second, "=> gemini://notes.example/images/x:y.png Colon\n");
    assert_false(has_entry(zip, "images/unused.png"));
    assert_int_equal(made.pictures, 2);
    assert_int_equal(zip_get_num_entries(zip, 0), (zip_int64_t)made.files);
    zip_discard(zip);
    (void)close(fd);
    bookcase_end(&bookcase);
}

static void test_many(UNUSED void **state)
{
    struct bookcase bookcase;
    struct gempub_made made;
    struct arena *arena = &bookcase.world.arena;
    bookcase_begin(&bookcase,
                   "Title: Notes\nHost: notes.example\nLang: en\nClosed: /reviews/secret/ "
                   "kim\nCertificate: kim "
                   "0000000000000000000000000000000000000000000000000000000000000000\n");
    const struct facet *tags = &bookcase.world.capsule.facets[FACET_TAGS];
    const struct book_subject tag = { .facet = tags, .value = facet_find(tags, SLICE("한국")) };
    const struct book_subject whole = { 0 };
    int fd = make_book(&bookcase, &tag, &made);
    zip_t *zip = open_book(fd);
    check_book(arena, zip);
    assert_contains(entry_of(arena, zip, "metadata.txt"), "title: Notes: 한국\n");
    assert_contains(entry_of(arena, zip, "index.gmi"),
                    "## 2025\n=> reviews/a-film/index.gmi A Film\n"
                    "=> reviews/a-film/full.gmi The whole text: A Film\n");
    assert_contains(entry_of(arena, zip, "reviews/a-film/full.gmi"),
                    "=> full.gmi The next part\n=> full.gmi One page\n=> index.gmi A quote\n");
    assert_true(has_entry(zip, "reviews/마지막-수업/index.gmi"));
    assert_false(has_entry(zip, "reviews/마지막-수업/full.gmi"));
    assert_false(has_entry(zip, "reviews/a-film/first.gmi"));
    assert_false(has_entry(zip, "about.gmi"));
    assert_contains(entry_of(arena, zip, "reviews/a-film/full.gmi"),
                    "=> ../%EB%A7%88%EC%A7%80%EB%A7%89-%EC%88%98%EC%97%85/index.gmi The other");
    zip_discard(zip);
    (void)close(fd);

    fd = make_book(&bookcase, &whole, &made);
    zip = open_book(fd);
    check_book(arena, zip);
    assert_contains(entry_of(arena, zip, "about.gmi"), "=> reviews/a-film/index.gmi A film\n"
                                                       "=> tags/index.gmi Tags\n");
    assert_contains(entry_of(arena, zip, "index.gmi"), "## Indexes\n=> tags/index.gmi Tags (2)\n");
    assert_false(has_entry(zip, "reviews/secret/index.gmi"));
    assert_false(has_entry(zip, "reviews/secret/full.gmi"));
    assert_false(has_entry(zip, "files/secret.png"));
    zip_discard(zip);
    (void)close(fd);
    bookcase_end(&bookcase);
}

static void test_same_bytes(UNUSED void **state)
{
    struct bookcase bookcase;
    struct gempub_made made;
    struct arena *arena = &bookcase.world.arena;
    static const char *const zones[] = { "UTC", "Asia/Seoul", "America/Sao_Paulo" };
    bookcase_begin(&bookcase, NULL);
    slice first = SLICE_EMPTY;
    for (size_t i = 0; i < ARRAY_LENGTH(zones); i++) {
        assert_true(date_use_zone(slice_of(zones[i])));
        bookcase.world.context.now += 86400 * 40;
        bookcase.world.context.today = (struct date){ 2026, 2, (unsigned)i + 1 };
        int fd = make_book(&bookcase, &(struct book_subject){ 0 }, &made);
        slice bytes = bytes_of(arena, fd);
        assert_true(i == 0 || slice_equal(first, bytes));
        first = bytes;
        (void)close(fd);
    }
    assert_true(date_use_zone(SLICE("UTC")));
    bookcase_end(&bookcase);
}

/* A picture that cannot be read is a link to the capsule; what cannot be written is said. */
static void test_trouble(UNUSED void **state)
{
    struct bookcase bookcase;
    struct gempub_made made;
    struct buf error;
    bookcase_begin(&bookcase, NULL);
    struct arena *arena = &bookcase.world.arena;
    const struct book_subject subject = { .review = review_of(&bookcase, "a-film") };
    const struct gempub_order order = { .context = &bookcase.world.context,
                                        .subject = subject,
                                        .statics = -1 };
    int fd = make_book(&bookcase, &subject, &made);
    assert_int_equal(ftruncate(fd, 0), 0);
    buf_init(&error, 4096);
    assert_true(gempub_write(&order, fd, &made, &error));
    zip_t *zip = open_book(fd);
    assert_contains(entry_of(arena, zip, "reviews/a-film/index.gmi"),
                    "=> gemini://notes.example/images/poster.png Poster: A man\n");
    assert_lacks(entry_of(arena, zip, "metadata.txt"), "cover");
    zip_discard(zip);
    (void)close(fd);

    int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    if (full >= 0) {
        assert_false(gempub_write(&order, full, &made, &error));
        assert_contains(buf_slice(&error), "the archive cannot be written");
        (void)close(full);
    }
    volatile sig_atomic_t stop = 1;
    struct gempub_order stopped = order;
    stopped.interrupted = &stop;
    buf_clear(&error);
    assert_false(gempub_write(&stopped, -1, &made, &error));
    assert_slice_equal(buf_slice(&error), "interrupted");
    buf_release(&error);
    bookcase_end(&bookcase);
}

static void test_closed(UNUSED void **state)
{
    struct bookcase bookcase;
    bookcase_begin(&bookcase,
                   "Title: Notes\nHost: notes.example\nLang: en\nClosed: /reviews/secret/ "
                   "kim\nCertificate: kim "
                   "0000000000000000000000000000000000000000000000000000000000000000\n");
    const struct book_subject subject = { .review = review_of(&bookcase, "secret") };
    assert_false(book_is_possible(&bookcase.world.capsule, &subject));
    bookcase_end(&bookcase);
    bookcase_begin(&bookcase,
                   "Title: Notes\nHost: notes.example\nLang: en\nClosed: / kim\nCertificate: kim "
                   "0000000000000000000000000000000000000000000000000000000000000000\n");
    assert_false(book_is_possible(&bookcase.world.capsule, &(struct book_subject){ 0 }));
    bookcase_end(&bookcase);
}

/* --- the shelf -------------------------------------------------------------------------------- */

/* An empty folder, open. */
static int begin_folder(char *path)
{
    strcpy(path, "/tmp/matinee-shelf-XXXXXX");
    assert_non_null(mkdtemp(path));
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(fd >= 0);
    return fd;
}

static void put_catalogue(int at, const char *text)
{
    assert_true(file_write(at, "catalogue", slice_of(text), 0600));
}

static void test_catalogue(UNUSED void **state)
{
    char path[64];
    int at = begin_folder(path);
    struct shelf shelf;
    shelf_init(&shelf);
    assert_false(shelf_read(&shelf, at));
    struct shelf_book *book = shelf_claim(&shelf, SLICE("reviews/마지막-수업.gpub"));
    book->digest = UINT64_MAX;
    book->size = 123456;
    book->made_at = 1767225600;
    book->cost = 5;
    assert_ptr_equal(shelf_claim(&shelf, SLICE("reviews/마지막-수업.gpub")), book);
    (void)shelf_claim(&shelf, SLICE("capsule.gpub"));
    shelf.openness = 77;
    shelf.due_at = 1767225999;
    assert_true(shelf_write(&shelf, at));
    shelf_release(&shelf);

    shelf_init(&shelf);
    assert_true(shelf_read(&shelf, at));
    assert_int_equal(shelf.books.count, 2);
    assert_int_equal(shelf.openness, 77);
    assert_int_equal(shelf.due_at, 1767225999);
    book = shelf_find(&shelf, SLICE("reviews/마지막-수업.gpub"));
    assert_non_null(book);
    assert_true(book->digest == UINT64_MAX);
    assert_int_equal(book->size, 123456);
    assert_int_equal(book->made_at, 1767225600);
    assert_int_equal(book->cost, 5);
    assert_null(shelf_find(&shelf, SLICE("tags/one.gpub")));
    shelf_release(&shelf);

    /* What is not whole, or not ours, is nothing. */
    static const char *const bad[] = {
        "",
        "matinee books 1 0 0 0",
        "matinee books 0 0 0 0\n",
        "matinee books 1 0 0 1\n",
        "matinee books 1 0 0 1\n1 2 3 4\n",
        "matinee books 1 0 0 1\n1 2 3 x capsule.gpub\n",
        "matinee books 1 0 0 1\n12345678901234567 2 3 4 capsule.gpub\n",
        "matinee books 1 0 0 2\n1 2 3 4 capsule.gpub\n1 2 3 4 capsule.gpub\n",
        "matinee books 1 0 0 1\n1 2 3 4 ../capsule.gpub\n",
        "matinee books 1 0 0 1\n1 2 3 4 reviews//capsule.gpub\n",
        "matinee books 1 0 0 1\n1 2 3 4 search.db\n",
    };
    for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
        put_catalogue(at, bad[i]);
        shelf_init(&shelf);
        assert_int_equal(shelf_read(&shelf, at), i == 1);
        assert_int_equal(shelf.books.count, 0);
        shelf_release(&shelf);
    }
    (void)unlinkat(at, "catalogue", 0);
    (void)close(at);
    assert_int_equal(rmdir(path), 0);
}

/* Pages offer what is there; books of many are put away when a part of them is not for all. */
static void test_offers(UNUSED void **state)
{
    struct shelf books;
    struct shelf *shelf = &books;
    uint64_t size = 0;
    struct world world;
    struct page_answer answer;
    world_begin(&world);
    world_review(&world, "a-film", film);
    world_review(&world, "other", "Title: Other\nPublished: 2025-05-06\nTags: One\n\nText.\n");
    world_ready(&world);
    shelf_init(shelf);
    assert_false(shelf_is_withdrawn(shelf, &world.capsule));
    shelf->openness = shelf_openness(&world.capsule);
    struct page_shelf offered = shelf_for_pages(shelf);
    world.context.shelf = &offered;
    assert_lacks(world_render(&world, "/reviews/a-film/", &answer), "Read offline");
    shelf_claim(shelf, SLICE("reviews/a-film.gpub"))->size = 12345;
    shelf_claim(shelf, SLICE("reviews/other.gpub"));
    shelf_claim(shelf, SLICE("tags/one.gpub"))->size = 999;
    shelf_claim(shelf, SLICE("capsule.gpub"))->size = 3400000;
    assert_contains(world_render(&world, "/reviews/a-film/", &answer),
                    "=> /reviews/a-film/a-film.gpub Read offline: A Film (gempub, 13 kB)\n");
    assert_lacks(world_render(&world, "/reviews/other/", &answer), "Read offline");
    assert_contains(world_render(&world, "/tags/one/", &answer),
                    "=> /tags/one/one.gpub Read offline: One (gempub, 1 kB)\n");
    assert_contains(world_render(&world, "/", &answer),
                    "=> /notes.gpub Read offline: Notes (gempub, 3.4 MB)\n");
    assert_false(shelf_is_withdrawn(shelf, &world.capsule));
    const uint64_t appearance = shelf_appearance(shelf);
    shelf_find(shelf, SLICE("reviews/a-film.gpub"))->size = 12999;
    assert_true(shelf_appearance(shelf) == appearance);
    shelf_find(shelf, SLICE("reviews/a-film.gpub"))->size = 13001;
    assert_false(shelf_appearance(shelf) == appearance);
    shelf_claim(shelf, SLICE("reviews/gone.gpub"));
    assert_true(shelf_is_withdrawn(shelf, &world.capsule));
    shelf->lacks_many = true;
    assert_contains(world_render(&world, "/reviews/a-film/", &answer), "Read offline");
    assert_lacks(world_render(&world, "/tags/one/", &answer), "Read offline");
    assert_lacks(world_render(&world, "/", &answer), "Read offline");
    const struct page page = page_of_book(&world.capsule);
    assert_false(offered.find(offered.context, &page, &size));
    shelf_release(shelf);
    world_end(&world);
}

/* What a book is made from changes when its bytes do, and only then. */
static void test_digest(UNUSED void **state)
{
    struct bookcase bookcase;
    struct buf error;
    uint64_t digests[4];
    uint64_t whole[4];
    buf_init(&error, 4096);
    bookcase_begin(&bookcase, NULL);
    for (size_t i = 0; i < ARRAY_LENGTH(digests); i++) {
        struct gempub_order order = { .context = &bookcase.world.context,
                                      .subject = { .review = review_of(&bookcase, "a-film") },
                                      .statics = bookcase.statics };
        if (i == 1) {
            bookcase.world.context.now += 86400 * 40;
            bookcase.world.context.today = (struct date){ 2026, 2, 10 };
        } else if (i == 2) {
            bookcase.world.context.host = SLICE("other.example");
        } else if (i == 3) {
            order.statics = -1;
        }
        assert_true(gempub_digest(&order, &digests[i], &error));
        order.subject.review = NULL;
        assert_true(gempub_digest(&order, &whole[i], &error));
    }
    assert_true(digests[0] == digests[1] && digests[1] != digests[2] && digests[2] != digests[3]);
    assert_true(whole[0] == whole[1] && whole[1] != whole[2]);
    buf_release(&error);
    bookcase_end(&bookcase);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_review),     cmocka_unit_test(test_many),
        cmocka_unit_test(test_same_bytes), cmocka_unit_test(test_trouble),
        cmocka_unit_test(test_closed),     cmocka_unit_test(test_catalogue),
        cmocka_unit_test(test_offers),     cmocka_unit_test(test_digest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
