#include "images.h"

#include "base/attributes.h"
#include "base/limits.h"
#include "import/albums.h"
#include "import/archive.h"

#include <zip.h>

#define FEED \
    "<?xml version='1.0'?><feed xmlns='http://www.w3.org/2005/Atom'><title>T</title></feed>"
#define RSS "<rss version='2.0'><channel/></rss>"

struct member {
    const char *path;
    slice bytes;
};

#define BLOGS "Takeout/Blogger/Blogs/The Attic/"
#define ALBUM "Takeout/Blogger/Albums/The Attic/"

static const struct member takeout[] = {
    { BLOGS "feed.atom", SLICE_INIT(FEED) },
    { BLOGS "settings.csv", SLICE_INIT("id,name\n1,The Attic\n") },
    { BLOGS "theme-classic.html", SLICE_INIT("<html><body>$[blogName]</body></html>") },
    { BLOGS "theme-layouts.xml",
      SLICE_INIT("<?xml version='1.0'?><!DOCTYPE html><html><head/></html>") },
    { "Takeout/Blogger/Blogs/Another/renamed.bin", SLICE_INIT(RSS) },
    { "Takeout/Blogger/Comments/Blog of a friend/feed.atom", SLICE_INIT(FEED) },
    { ALBUM "stairs.jpg", SLICE_INIT(JPEG "stairs") },
    { ALBUM "stairs.jpg.json", SLICE_INIT("{\"title\": \"stairs.jpg\"}") },
    { ALBUM "The Attic_s door_.png", SLICE_INIT(PNG "door") },
    { ALBUM "a very long name of a pict.png", SLICE_INIT(PNG "long") },
    { ALBUM "a very long name of a pict.png.supplemental-meta.json",
      SLICE_INIT("{\"title\": \"a very long name of a picture of the attic.png\", \"n\": 1}") },
    { ALBUM "cover.jpg", SLICE_INIT(JPEG "one") },
    { ALBUM "cover(1).jpg", SLICE_INIT(JPEG "another") },
    { ALBUM "cover(1).jpg.json", SLICE_INIT("{\"url\": \"https://blogger.googleusercontent.com"
                                            "/img/a/AVvXsEhCover=s1600\"}") },
    { ALBUM "broken.jpg.json", SLICE_INIT("{\"title\": ") },
    { ALBUM "nobody.json", SLICE_INIT("[]") },
    { "Takeout/Blogger/Albums/Another/stairs.jpg", SLICE_INIT(JPEG "the larger stairs") },
    { "Takeout/Blogger/Albums/Another/feed.atom", SLICE_INIT(FEED) },
    { "Takeout/archive_browser.html", SLICE_INIT("<!DOCTYPE html><html></html>") },
};

static void write_zip(const char *path, const struct member *members, size_t count, int level)
{
    int error = 0;
    zip_t *zip = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, &error);
    assert_non_null(zip);
    for (size_t i = 0; i < count; i++) {
        zip_source_t *source =
            zip_source_buffer(zip, members[i].bytes.ptr, members[i].bytes.len, 0);
        zip_int64_t at = zip_file_add(zip, members[i].path, source, ZIP_FL_ENC_UTF_8);
        assert_true(at >= 0);
        assert_int_equal(zip_set_file_compression(zip, (zip_uint64_t)at,
                                                  level >= 0 ? ZIP_CM_DEFLATE : ZIP_CM_STORE,
                                                  level > 0 ? (zip_uint32_t)level : 0),
                         0);
    }
    assert_int_equal(zip_close(zip), 0);
}

static void write_folder(const struct member *members, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char folder[256];
        (void)snprintf(folder, sizeof folder, "folder/%s", members[i].path);
        *strrchr(folder, '/') = '\0';
        assert_true(file_make_folders(AT_FDCWD, folder));
        (void)snprintf(folder, sizeof folder, "folder/%s", members[i].path);
        put_file(folder, members[i].bytes);
    }
}

/* All of what the archive gives for a file; empty when it fails. */
static slice read_all(struct archive *archive, const struct archive_file *file, struct arena *arena,
                      struct diags *diags)
{
    struct archive_stream stream;
    struct byte_stream bytes;
    char piece[7];
    slice all = SLICE_EMPTY;
    assert_true(archive_begin(archive, file, &stream, &bytes, diags));
    ssize_t got = 0;
    do {
        got = bytes.read(bytes.context, piece, sizeof piece);
        slice more = { piece, got > 0 ? (size_t)got : 0 };
        all = arena_printf(arena, "%.*s%.*s", SLICE_ARG(all), SLICE_ARG(more));
    } while (got > 0);
    assert_int_equal(got, 0);
    assert_int_equal(stream.given, all.len);
    assert_int_equal(file->size, all.len);
    archive_end(&stream);
    return all;
}

static const char *const inputs[] = { "folder", "takeout.zip", "folder/" };

static void write_takeout(void)
{
    write_folder(takeout, ARRAY_LENGTH(takeout));
    write_zip("takeout.zip", takeout, ARRAY_LENGTH(takeout), 6);
}

static void finds_feeds_by_their_content(void **state)
{
    (void)state;
    write_takeout();
    for (size_t i = 0; i < ARRAY_LENGTH(inputs); i++) {
        struct archive archive;
        struct arena arena;
        struct diags diags;
        arena_init(&arena);
        diags_init(&diags);
        assert_true(archive_open(&archive, inputs[i], &diags));
        assert_int_equal(archive.is_zip, i == 1);
        assert_int_equal(archive.feeds.count, 2);
        assert_slice_equal(archive.feeds.items[0].path,
                           "Takeout/Blogger/Blogs/Another/renamed.bin");
        assert_slice_equal(archive.feeds.items[1].path, BLOGS "feed.atom");
        assert_slice_equal(archive.feeds.items[1].shown,
                           i == 1 ? "takeout.zip/" BLOGS "feed.atom" : "folder/" BLOGS "feed.atom");
        assert_int_equal(archive.albums.count, 12);
        assert_int_equal(archive.comments, 1);
        assert_int_equal(archive.others, 4);
        assert_int_equal(diags.count, 1);
        assert_int_equal(diags.counts[DIAG_NOTE], 1);
        for (int twice = 0; twice < 2; twice++) {
            assert_slice_equal(read_all(&archive, &archive.feeds.items[1], &arena, &diags), FEED);
            assert_slice_equal(read_all(&archive, &archive.feeds.items[0], &arena, &diags), RSS);
        }
        archive_close(&archive);
        diags_release(&diags);
        arena_release(&arena);
    }
}

/* The bytes that the albums have for an address, or why they have none. */
static slice ask(const struct image_source *source, struct arena *arena, const char *url,
                 size_t max)
{
    const struct image_request request = { .url = slice_of(url), .max = max };
    struct image_answer answer = { .reason = SLICE_EMPTY };
    enum image_got got = source->get(source->context, arena, &request, &answer);
    assert_true(got == IMAGE_BYTES || got == IMAGE_GONE);
    assert_true((got == IMAGE_GONE) == (answer.bytes.len == 0));
    return got == IMAGE_BYTES ? answer.bytes : answer.reason;
}

static void finds_pictures_of_posts(void **state)
{
    (void)state;
#define HOST "https://blogger.googleusercontent.com/img/b/R29vZ2xl/AVvXsEh/s1600/"
    static const struct {
        const char *url;
        slice bytes;
    } rows[] = {
        { HOST "stairs.jpg", SLICE_INIT(JPEG "the larger stairs") },
        { "http://1.bp.blogspot.com/-x/s0/stairs.jpg", SLICE_INIT(JPEG "the larger stairs") },
        { "https://blogger.googleusercontent.com/img/b/R/stairs.jpg=w640-h480",
          SLICE_INIT(JPEG "the larger stairs") },
        { HOST "The%20Attic%27s%20door%3F.png", SLICE_INIT(PNG "door") },
        { HOST "The%2BAttic%2527s%2Bdoor%253F.png", SLICE_INIT(PNG "door") },
        { HOST "a+very+long+name+of+a+picture+of+the+attic.png", SLICE_INIT(PNG "long") },
        { HOST "cover(1).jpg", SLICE_INIT(JPEG "another") },
        { "https://blogger.googleusercontent.com/img/a/AVvXsEhCover=w200-h300",
          SLICE_INIT(JPEG "another") },
        /* Which of the two, nobody can tell. */
        { HOST "cover.jpg", SLICE_INIT("the albums hold several of this name") },
        { HOST "missing.jpg", SLICE_INIT("it is not in the albums") },
        { HOST "", SLICE_INIT("it is not in the albums") },
        { "https://example.org/stairs.jpg", SLICE_INIT("it is not in the albums") },
    };
    write_takeout();
    for (size_t i = 0; i < 2; i++) {
        struct archive archive;
        struct albums albums;
        struct arena arena;
        struct diags diags;
        arena_init(&arena);
        diags_init(&diags);
        assert_true(archive_open(&archive, inputs[i], &diags));
        albums_open(&albums, &archive);
        const struct image_source source = albums_source(&albums);
        for (size_t k = 0; k < ARRAY_LENGTH(rows); k++) {
            slice got = ask(&source, &arena, rows[k].url, 1000);
            if (!slice_equal(got, rows[k].bytes)) {
                print_error("%s\n", rows[k].url);
            }
            assert_true(slice_equal(got, rows[k].bytes));
        }
        assert_slice_equal(ask(&source, &arena, rows[0].url, 30),
                           "its file in the albums is too large");
        albums_close(&albums);
        archive_close(&archive);
        diags_release(&diags);
        arena_release(&arena);
    }
}

static void check_refused(const char *path, const char *why)
{
    struct archive archive;
    struct diags diags;
    struct buf text;
    diags_init(&diags);
    buf_init(&text, 1 << 16);
    assert_false(archive_open(&archive, path, &diags));
    assert_int_equal(diags.counts[DIAG_ERROR], 1);
    diags_format(&diags, &text);
    if (slice_find(buf_slice(&text), slice_of(why)) == text.len) {
        fail_msg("no \"%s\" in: %.*s", why, SLICE_ARG(buf_slice(&text)));
    }
    buf_release(&text);
    diags_release(&diags);
}

static void what_is_none_is_refused(void **state)
{
    (void)state;
    static const struct member pictures[] = { { ALBUM "a.jpg", SLICE_INIT(JPEG) } };
    assert_true(file_make_folders(AT_FDCWD, "empty"));
    put_file("text", SLICE("PK\3\4 is how an archive begins"));
    put_file("nothing", SLICE_EMPTY);
    write_zip("pictures.zip", pictures, 1, 6);
    assert_int_equal(mkfifo("fifo", 0600), 0);
    check_refused("empty", "no feed");
    check_refused("text", "no zip archive");
    check_refused("nothing", "no feed");
    check_refused("pictures.zip", "no feed");
    check_refused("missing", "No such file");
    check_refused("fifo", "not a file");
    check_refused("/dev/null", "not a file");
}

/* Cut off anywhere, or with any byte changed, it is an archive or it is refused. */
static void broken_archives_are_survived(void **state)
{
    (void)state;
    struct arena arena;
    slice whole;
    size_t opened = 0;
    write_takeout();
    arena_init(&arena);
    assert_true(file_read(&arena, AT_FDCWD, "takeout.zip", 1 << 20, &whole));
    char *bytes = (char *)whole.ptr;
    for (size_t i = 0; i < whole.len; i += 3) {
        struct archive archive;
        struct diags diags;
        diags_init(&diags);
        bool cut = i % 2 == 0;
        char kept = bytes[i];
        bytes[i] = (char)(kept ^ (i % 5 == 0 ? 0x40 : 0xFF));
        put_file("broken.zip", cut ? slice_head(whole, i) : whole);
        bytes[i] = kept;
        if (archive_open(&archive, "broken.zip", &diags)) {
            opened++;
            for (size_t k = 0; k < archive.feeds.count; k++) {
                slice feed;
                if (archive_read(&archive, &archive.feeds.items[k], &arena, 1000, &feed)) {
                    assert_true(feed.len < 200);
                }
            }
            archive_close(&archive);
        } else {
            assert_int_equal(diags.counts[DIAG_ERROR], 1);
        }
        diags_release(&diags);
    }
    assert_true(opened > 100);
    arena_release(&arena);
}

static void bombs_do_not_go_off(void **state)
{
    (void)state;
    enum { SIZE = LIMIT_ARCHIVE_FREE + (16 << 20) };
    char *zeros = calloc(1, SIZE);
    struct archive archive;
    struct archive_stream stream;
    struct byte_stream bytes;
    struct diags diags;
    struct arena arena;
    slice text;
    assert_non_null(zeros);
    memcpy(zeros, "<feed>", 6);
    const struct member bomb[] = { { "feed.atom", { zeros, SIZE } } };
    write_zip("bomb.zip", bomb, 1, 9);
    diags_init(&diags);
    arena_init(&arena);
    assert_true(archive_open(&archive, "bomb.zip", &diags));
    assert_true(archive_begin(&archive, &archive.feeds.items[0], &stream, &bytes, &diags));
    ssize_t got = 1;
    while (got > 0) {
        got = bytes.read(bytes.context, zeros, 65536);
    }
    assert_int_equal(got, -1);
    assert_int_equal(errno, EFBIG);
    assert_true(stream.given < LIMIT_ARCHIVE_FREE + 65536);
    assert_int_equal(diags.counts[DIAG_ERROR], 1);
    archive_end(&stream);
    assert_false(archive_read(&archive, &archive.feeds.items[0], &arena, 1000, &text));
    assert_int_equal(errno, EFBIG);
    archive_close(&archive);
    diags_release(&diags);
    arena_release(&arena);
    free(zeros);
}

static void names_lead_nowhere(void **state)
{
    (void)state;
    static const struct member members[] = {
        { "../feed.atom", SLICE_INIT(FEED) },   { "a/../../feed.atom", SLICE_INIT(FEED) },
        { "/etc/feed.atom", SLICE_INIT(FEED) }, { "a//feed.atom", SLICE_INIT(FEED) },
        { "..\\feed.atom", SLICE_INIT(FEED) },  { ".hidden/feed.atom", SLICE_INIT(FEED) },
        { "a/%[31mx.atom", SLICE_INIT(FEED) },
    };
    struct archive archive;
    struct diags diags;
    write_zip("names.zip", members, ARRAY_LENGTH(members), -1);
    /* libzip would not write such a name. */
    assert_int_equal(system("sed -i 's/%/\x1B/g' names.zip"), 0);
    diags_init(&diags);
    assert_true(archive_open(&archive, "names.zip", &diags));
    assert_int_equal(archive.odd, 6);
    assert_int_equal(archive.feeds.count, 1);
    assert_slice_equal(archive.feeds.items[0].shown, "names.zip/a/?[31mx.atom");
    assert_int_equal(diags.counts[DIAG_WARNING], 1);
    archive_close(&archive);
    diags_release(&diags);
}

static void encrypted_files_are_passed_over(void **state)
{
    (void)state;
    static const struct member members[] = { { "a.atom", SLICE_INIT(FEED) },
                                             { "b.atom", SLICE_INIT(FEED) } };
    struct archive archive;
    struct diags diags;
    struct arena arena;
    slice bytes;
    write_zip("a.zip", members, 2, -1);
    arena_init(&arena);
    diags_init(&diags);
    assert_true(file_read(&arena, AT_FDCWD, "a.zip", 10000, &bytes));
    /* The flag in the list of files, of the first and then of both. */
    for (int count = 1; count <= 2; count++) {
        size_t at = slice_find(bytes, SLICE("PK\1\2"));
        for (int i = 1; i < count; i++) {
            at += 4 + slice_find(slice_from(bytes, at + 4), SLICE("PK\1\2"));
        }
        ((char *)bytes.ptr)[at + 8] = (char)(bytes.ptr[at + 8] | 1);
        put_file("a.zip", bytes);
        if (count == 1) {
            assert_true(archive_open(&archive, "a.zip", &diags));
            assert_int_equal(archive.encrypted, 1);
            assert_int_equal(archive.feeds.count, 1);
            assert_int_equal(diags.counts[DIAG_WARNING], 1);
            archive_close(&archive);
        } else {
            check_refused("a.zip", "encrypted");
        }
    }
    diags_release(&diags);
    arena_release(&arena);
}

static void nothing_outside_is_read(void **state)
{
    (void)state;
    struct archive archive;
    struct diags diags;
    write_folder(takeout, 1);
    assert_true(file_make_folders(AT_FDCWD, "outside"));
    put_file("outside/feed.atom", SLICE(FEED));
    assert_int_equal(symlink("../outside/feed.atom", "folder/a.atom"), 0);
    assert_int_equal(symlink("../outside", "folder/b"), 0);
    assert_int_equal(symlink("Takeout/Blogger/Blogs/The Attic/feed.atom", "folder/c.atom"), 0);
    assert_int_equal(symlink(".", "folder/loop"), 0);
    assert_int_equal(mkfifo("folder/fifo", 0600), 0);
    put_file("folder/.hidden.atom", SLICE(FEED));
    diags_init(&diags);
    assert_true(archive_open(&archive, "folder", &diags));
    assert_int_equal(archive.feeds.count, 1);
    assert_slice_equal(archive.feeds.items[0].path, BLOGS "feed.atom");
    /* It became something else in the meantime. */
    struct archive_stream stream;
    struct byte_stream bytes;
    assert_int_equal(unlink("folder/" BLOGS "feed.atom"), 0);
    assert_int_equal(symlink("/etc/passwd", "folder/" BLOGS "feed.atom"), 0);
    assert_false(archive_begin(&archive, &archive.feeds.items[0], &stream, &bytes, &diags));
    assert_int_equal(diags.counts[DIAG_ERROR], 1);
    archive_end(&stream);
    archive_close(&archive);
    diags_release(&diags);
}

/* The list of the files is larger than it may be. */
static void many_files_are_bounded(void **state)
{
    (void)state;
    enum { NAME = 500, RECORD = 46 + NAME };
    size_t count = LIMIT_ARCHIVE_DIRECTORY / RECORD + 1000;
    size_t size = count * RECORD + 22;
    unsigned char *bytes = calloc(1, size);
    assert_non_null(bytes);
    for (size_t i = 0; i < count; i++) {
        unsigned char *at = bytes + i * RECORD;
        memcpy(at, "PK\1\2\24\0\24\0", 8);
        at[28] = NAME & 0xFF;
        at[29] = NAME >> 8;
        memset(at + 46, 'a', NAME);
        (void)snprintf((char *)at + 46, 20, "%zu", i);
        at[46 + strlen((char *)at + 46)] = 'a';
    }
    unsigned char *end = bytes + count * RECORD;
    memcpy(end, "PK\5\6", 4);
    size_t length = count * RECORD;
    end[8] = end[10] = (unsigned char)(count & 0xFF);
    end[9] = end[11] = (unsigned char)(count >> 8 & 0xFF);
    for (int i = 0; i < 4; i++) {
        end[12 + i] = (unsigned char)(length >> (8 * i) & 0xFF);
    }
    put_file("many.zip", (slice){ (char *)bytes, size });
    free(bytes);
    check_refused("many.zip", "too many files");
}

static void many_feeds_are_bounded(void **state)
{
    (void)state;
    static struct member members[LIMIT_ARCHIVE_FEEDS + 5];
    static char paths[ARRAY_LENGTH(members)][8];
    struct archive archive;
    struct diags diags;
    for (size_t i = 0; i < ARRAY_LENGTH(members); i++) {
        (void)snprintf(paths[i], sizeof paths[i], "%zu", i);
        members[i] = (struct member){ paths[i], SLICE(FEED) };
    }
    write_zip("many.zip", members, ARRAY_LENGTH(members), 6);
    diags_init(&diags);
    assert_true(archive_open(&archive, "many.zip", &diags));
    assert_int_equal(archive.feeds.count, LIMIT_ARCHIVE_FEEDS);
    assert_int_equal(diags.counts[DIAG_WARNING], 1);
    archive_close(&archive);
    diags_release(&diags);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, enter_capsule, leave_capsule)
    const struct CMUnitTest tests[] = {
        TEST(finds_feeds_by_their_content),
        TEST(finds_pictures_of_posts),
        TEST(what_is_none_is_refused),
        TEST(broken_archives_are_survived),
        TEST(bombs_do_not_go_off),
        TEST(names_lead_nowhere),
        TEST(encrypted_files_are_passed_over),
        TEST(nothing_outside_is_read),
        TEST(many_files_are_bounded),
        TEST(many_feeds_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
