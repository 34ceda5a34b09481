/* capsule_load: files on a disk into a capsule, again and again. */
#include "parse.h"

#include "base/attributes.h"
#include "base/file.h"
#include "base/limits.h"
#include "source/load.h"
#include "text/date.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* A capsule in a temporary folder. */
struct place {
    char folder[64];
    int fd;
    struct loaded *loaded;
    struct diags diags;
    bool show_drafts;
    int64_t now;
};

static void place_begin(struct place *place)
{
    memset(place, 0, sizeof *place);
    (void)snprintf(place->folder, sizeof place->folder, "/tmp/matinee-test-load.XXXXXX");
    assert_non_null(mkdtemp(place->folder));
    place->fd = open(place->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    place->now = 1750000000; /* 2025-06-15 */
    diags_init(&place->diags);
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
    (void)status;
    (void)type;
    (void)ftw;
    return remove(path);
}

static void place_end(struct place *place)
{
    loaded_free(place->loaded);
    diags_release(&place->diags);
    (void)close(place->fd);
    (void)nftw(place->folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static void put(struct place *place, const char *path, const char *contents)
{
    char folder[256];
    (void)snprintf(folder, sizeof folder, "%s", path);
    char *slash = strrchr(folder, '/');
    if (slash != NULL) {
        *slash = '\0';
        assert_true(file_make_folders(place->fd, folder));
    }
    assert_true(file_write(place->fd, path, slice_of(contents), 0));
}

/* The capsule as it is now; problems of earlier readings are forgotten. */
static const struct capsule *load(struct place *place)
{
    struct load_options options = { .folder = place->folder,
                                    .now = place->now,
                                    .show_drafts = place->show_drafts };
    diags_clear(&place->diags);
    place->loaded = capsule_load(&options, place->loaded, &place->diags);
    return place->loaded == NULL ? NULL : loaded_capsule(place->loaded);
}

static void reads_a_folder(void **state)
{
    (void)state;
    struct place place;
    place_begin(&place);
    put(&place, "capsule.conf", "Title: C\nTimezone: Asia/Seoul\n");
    put(&place, "reviews/b.gmi", "Title: B\nPublished: 2025-01-01\n\n> Line\n— X\n");
    put(&place, "reviews/2025/a.gmi",
        "Title: A\nPublished: 2025-01-02\nPoster: images/p.png | P\n");
    put(&place, "reviews/.hidden.gmi", "nothing");
    put(&place, "reviews/a.gmi~", "nothing");
    put(&place, "reviews/.a.gmi.swp", "nothing");
    put(&place, "reviews/#a.gmi#", "nothing");
    put(&place, "reviews/4913", "nothing");
    put(&place, "reviews/a.gmi.tmp", "nothing");
    put(&place, "pages/about.gmi", "# About\n");
    put(&place, "static/images/p.png", "\x89PNG\r\n\x1a\n");
    put(&place, "static/a.txt", "text");
    put(&place, "static/old.txt~", "text");
    const struct capsule *capsule = load(&place);
    assert_diags(&place.diags, "");
    assert_int_equal(loaded_bad_files(place.loaded), 0);
    assert_slice_equal(capsule->conf.title, "C");
    assert_int_equal(capsule->review_count, 2);
    assert_slice_equal(capsule->reviews[0]->slug, "a");
    assert_slice_equal(capsule->reviews[0]->path, "reviews/2025/a.gmi");
    /* Midnight in Seoul. */
    assert_int_equal(capsule->reviews[0]->published, 1735743600);
    assert_int_equal(capsule->quote_count, 1);
    assert_int_equal(capsule->page_count, 1);
    assert_int_equal(capsule->static_count, 2);
    assert_slice_equal(capsule->statics[0].path, "a.txt");
    assert_int_equal(capsule->statics[0].size, 4);
    assert_true(capsule->statics[1].media_type.len > 0);
    place_end(&place);
}

static void leaves_out_what_is_bad(void **state)
{
    (void)state;
    struct place place;
    place_begin(&place);
    put(&place, "capsule.conf", "Title: C\n");
    put(&place, "reviews/bad.gmi", "Title: B\nPublished: never\n");
    put(&place, "reviews/good.gmi", "Title: G\nPublished: 2025-01-01\n\n=> review:bad\n");
    put(&place, "reviews/note.txt", "text");
    put(&place, "pages/feed.gmi", "# Feed\n");
    const struct capsule *capsule = load(&place);
    assert_diags(&place.diags,
                 "pages/feed.gmi: error: /feed.gmi is made by matinee; choose another name for "
                 "this file\n"
                 "reviews/bad.gmi:2:12: error: expected a date such as 2025-09-12, or with a time, "
                 "2025-09-12T20:00+09:00\nPublished: never\n           ^\n"
                 "reviews/note.txt: warning: this file is passed over: source files end in .gmi\n"
                 "reviews/good.gmi:4:11: warning: the review `bad` has errors and is left out\n"
                 "=> review:bad\n          ^\n");
    assert_int_equal(loaded_bad_files(place.loaded), 2);
    assert_int_equal(capsule->review_count, 1);
    assert_int_equal(capsule->page_count, 0);
    place_end(&place);
}

static void keeps_the_last_good_version(void **state)
{
    (void)state;
    struct place place;
    place_begin(&place);
    put(&place, "capsule.conf", "Title: C\n");
    put(&place, "reviews/a.gmi", "Title: First\nPublished: 2025-01-01\n");
    put(&place, "reviews/b.gmi", "Title: B\nPublished: 2025-01-02\n");
    put(&place, "pages/about.gmi", "# About\n");
    assert_int_equal(load(&place)->review_count, 2);

    put(&place, "reviews/a.gmi", "Published: 2025-01-01\n");
    put(&place, "pages/about.gmi", "# \x01\n");
    put(&place, "capsule.conf", "Titel: D\n");
    for (int again = 0; again < 3; again++) {
        const struct capsule *capsule = load(&place);
        assert_int_equal(place.diags.counts[DIAG_ERROR], 3);
        assert_int_equal(loaded_bad_files(place.loaded), 3);
        assert_int_equal(capsule->review_count, 2);
        assert_slice_equal(capsule->conf.title, "C");
        assert_slice_equal(capsule_find_review(capsule, SLICE("a"))->title, "First");
        assert_slice_equal(capsule->pages[0].title, "About");
    }
    put(&place, "capsule.conf", "Title: D\n");
    put(&place, "reviews/a.gmi", "Title: Second\nPublished: 2025-01-01\n");
    assert_int_equal(unlinkat(place.fd, "reviews/b.gmi", 0), 0);
    assert_int_equal(unlinkat(place.fd, "pages/about.gmi", 0), 0);
    const struct capsule *capsule = load(&place);
    assert_diags(&place.diags, "");
    assert_int_equal(loaded_bad_files(place.loaded), 0);
    assert_int_equal(capsule->review_count, 1);
    assert_int_equal(capsule->page_count, 0);
    assert_slice_equal(capsule->reviews[0]->title, "Second");
    assert_slice_equal(capsule->conf.title, "D");
    place_end(&place);
}

static void keeps_everything_when_the_folder_is_gone(void **state)
{
    (void)state;
    struct place place;
    char away[80];
    place_begin(&place);
    (void)snprintf(away, sizeof away, "%s.away", place.folder);
    put(&place, "capsule.conf", "Title: C\n");
    put(&place, "reviews/a.gmi", "Title: A\nPublished: 2025-01-01\n");
    put(&place, "reviews/b.gmi", "Title: B\nPublished: 2025-07-01\n");
    put(&place, "static/a.txt", "text");
    put(&place, "pages/about.gmi", "# About\n");
    const struct capsule *capsule = load(&place);
    assert_int_equal(capsule->review_count, 1);
    assert_int_equal(capsule->next_change, 1751328000);
    assert_int_equal(rename(place.folder, away), 0);
    place.now = 1751328000;
    for (int again = 0; again < 2; again++) {
        capsule = load(&place);
        assert_int_equal(place.diags.counts[DIAG_ERROR], 1);
        /* Time goes on all the same. */
        assert_int_equal(capsule->review_count, 2);
        assert_int_equal(capsule->next_change, 0);
        assert_int_equal(capsule->page_count, 1);
        assert_int_equal(capsule->static_count, 1);
        assert_slice_equal(capsule->statics[0].path, "a.txt");
    }
    assert_int_equal(rename(away, place.folder), 0);
    assert_int_equal(load(&place)->review_count, 2);
    assert_diags(&place.diags, "");
    place_end(&place);
}

static void needs_a_configuration(void **state)
{
    (void)state;
    struct place place;
    place_begin(&place);
    assert_null(load(&place));
    assert_int_equal(place.diags.count, 1);
    assert_slice_equal(place.diags.items[0].path, "capsule.conf");
    put(&place, "capsule.conf", "Host: x\n");
    assert_null(load(&place));
    assert_diags(&place.diags, "capsule.conf: error: the capsule has no Title\n");
    put(&place, "capsule.conf", "Title: T\n");
    const struct capsule *capsule = load(&place);
    assert_diags(&place.diags, "reviews/: warning: there is no such folder, so the capsule has no "
                               "reviews\n");
    assert_int_equal(capsule->review_count, 0);
    place_end(&place);

    place_begin(&place);
    place.loaded = NULL;
    struct load_options options = { .folder = "/nonexistent/capsule" };
    assert_null(capsule_load(&options, NULL, &place.diags));
    assert_diags(&place.diags, "/nonexistent/capsule: error: this folder cannot be read: No such "
                               "file or directory\n");
    place_end(&place);
}

static void reports_names_that_are_no_text(void **state)
{
    (void)state;
    struct place place;
    place_begin(&place);
    put(&place, "capsule.conf", "Title: C\n");
    put(&place, "reviews/a\xFF.gmi", "Title: T\nPublished: 2025-01-01\n");
    put(&place, "static/\033[1m.txt", "text");
    const struct capsule *capsule = load(&place);
    assert_diags(&place.diags,
                 "reviews/a\xEF\xBF\xBD.gmi: error: the name of this file is not UTF-8, or holds "
                 "control characters; rename it\n"
                 "static/\xEF\xBF\xBD[1m.txt: error: the name of this file is not UTF-8, or holds "
                 "control characters; rename it\n");
    assert_int_equal(capsule->review_count, 0);
    assert_int_equal(capsule->static_count, 0);
    place_end(&place);
}

static void passes_over_what_is_no_file(void **state)
{
    (void)state;
    struct place place;
    place_begin(&place);
    put(&place, "capsule.conf", "Title: C\n");
    put(&place, "reviews/a.gmi", "Title: A\nPublished: 2025-01-01\n");
    assert_int_equal(mkfifoat(place.fd, "reviews/fifo.gmi", 0600), 0);
    assert_int_equal(symlinkat("/etc/passwd", place.fd, "reviews/out.gmi"), 0);
    assert_int_equal(symlinkat("a.gmi", place.fd, "reviews/b.gmi"), 0);
    assert_int_equal(load(&place)->review_count, 2);
    assert_diags(&place.diags, "");
    place_end(&place);
}

/* Root reads everything, so it becomes somebody else for as long as `place` lasts. */
static void stop_being_root(const struct place *place)
{
    const uid_t nobody = 65534;
    if (geteuid() == 0) {
        assert_int_equal(fchown(place->fd, nobody, (gid_t)-1), 0);
        assert_int_equal(seteuid(nobody), 0);
    }
}

static void be_oneself_again(void)
{
    assert_int_equal(seteuid(getuid()), 0);
}

static void reports_files_that_cannot_be_read(void **state)
{
    (void)state;
    struct place place;
    place_begin(&place);
    stop_being_root(&place);
    put(&place, "capsule.conf", "Title: C\n");
    put(&place, "reviews/a.gmi", "Title: A\nPublished: 2025-01-01\n");
    put(&place, "static/a.txt", "text");
    assert_int_equal(fchmodat(place.fd, "reviews/a.gmi", 0, 0), 0);
    assert_int_equal(fchmodat(place.fd, "static/a.txt", 0, 0), 0);
    const struct capsule *capsule = load(&place);
    assert_diags(&place.diags, "reviews/a.gmi: error: cannot be read: Permission denied\n"
                               "static/a.txt: error: cannot be read: Permission denied\n");
    assert_int_equal(capsule->review_count, 0);
    be_oneself_again();
    place_end(&place);
}

static void keeps_what_is_in_a_folder_that_cannot_be_read(void **state)
{
    (void)state;
    struct place place;
    place_begin(&place);
    stop_being_root(&place);
    put(&place, "capsule.conf", "Title: C\n");
    put(&place, "reviews/a.gmi", "Title: A\nPublished: 2025-01-01\n");
    put(&place, "reviews/2025/b.gmi", "Title: B\nPublished: 2025-01-01\n");
    put(&place, "static/images/c.txt", "text");
    assert_int_equal(load(&place)->review_count, 2);
    assert_int_equal(fchmodat(place.fd, "reviews/2025", 0, 0), 0);
    assert_int_equal(fchmodat(place.fd, "static/images", 0, 0), 0);
    for (int again = 0; again < 2; again++) {
        const struct capsule *capsule = load(&place);
        assert_diags(&place.diags,
                     "reviews/2025/: error: this folder cannot be read: Permission denied\n"
                     "static/images/: error: this folder cannot be read: Permission denied\n");
        assert_int_equal(capsule->review_count, 2);
        assert_non_null(capsule_find_review(capsule, SLICE("b")));
        assert_non_null(capsule_find_static(capsule, SLICE("images/c.txt")));
    }
    assert_int_equal(fchmodat(place.fd, "reviews/2025", 0700, 0), 0);
    assert_int_equal(fchmodat(place.fd, "static/images", 0700, 0), 0);
    assert_int_equal(load(&place)->review_count, 2);
    assert_diags(&place.diags, "");
    be_oneself_again();
    place_end(&place);
}

static void refuses_a_file_that_is_too_large(void **state)
{
    (void)state;
    struct place place;
    place_begin(&place);
    put(&place, "capsule.conf", "Title: C\n");
    put(&place, "reviews/a.gmi", "");
    int fd = openat(place.fd, "reviews/a.gmi", O_WRONLY | O_CLOEXEC);
    assert_int_equal(ftruncate(fd, (off_t)LIMIT_SOURCE_FILE + 1), 0);
    (void)close(fd);
    (void)load(&place);
    assert_diags(&place.diags, "reviews/a.gmi: error: this file is too large; a source file may "
                               "have 8388608 bytes\n");
    place_end(&place);
}

static void reads_a_review_of_a_megabyte(void **state)
{
    (void)state;
    struct place place;
    struct buf text;
    place_begin(&place);
    buf_init(&text, 4 << 20);
    buf_puts(&text, "\xEF\xBB\xBFTitle: 긴 글\r\nPublished: 2025-01-01\r\n\r\n");
    while (text.len < 1 << 20) {
        buf_puts(&text, "## 장면\r\nA paragraph with some words, 그리고 한글도.\r\n\r\n"
                        "> A line of dialogue\r\n-- Somebody, somewhere\r\n\r\n");
    }
    put(&place, "capsule.conf", "Title: C\n");
    put(&place, "reviews/long.gmi", buf_string(&text));
    double before = seconds_used();
    const struct capsule *capsule = load(&place);
    assert_true(seconds_used() - before < 10);
    assert_int_equal(place.diags.counts[DIAG_ERROR], 0);
    assert_int_equal(capsule->review_count, 1);
    assert_int_equal(slice_find_byte(capsule->reviews[0]->source, '\r'),
                     capsule->reviews[0]->source.len);
    assert_true(capsule->reviews[0]->section_count > 5000);
    buf_release(&text);
    place_end(&place);
}

static void reads_the_sample_capsule(void **state)
{
    (void)state;
    struct diags diags;
    struct load_options options = { .folder = "capsule", .now = 4102444800 };
    diags_init(&diags);
    struct loaded *loaded = capsule_load(&options, NULL, &diags);
    assert_diags(&diags, "");
    assert_non_null(loaded);
    assert_true(loaded_capsule(loaded)->review_count >= 14);
    loaded_free(loaded);
    diags_release(&diags);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_folder),
        cmocka_unit_test(leaves_out_what_is_bad),
        cmocka_unit_test(keeps_the_last_good_version),
        cmocka_unit_test(keeps_everything_when_the_folder_is_gone),
        cmocka_unit_test(needs_a_configuration),
        cmocka_unit_test(reports_names_that_are_no_text),
        cmocka_unit_test(passes_over_what_is_no_file),
        cmocka_unit_test(reports_files_that_cannot_be_read),
        cmocka_unit_test(keeps_what_is_in_a_folder_that_cannot_be_read),
        cmocka_unit_test(refuses_a_file_that_is_too_large),
        cmocka_unit_test(reads_a_review_of_a_megabyte),
        cmocka_unit_test(reads_the_sample_capsule),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
