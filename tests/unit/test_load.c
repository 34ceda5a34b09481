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
#ifdef __GLIBC__
#include <malloc.h>
#endif

/* A capsule in a temporary folder. */
struct place {
    char folder[64];
    int fd;
    struct loaded *loaded;
    struct diags diags;
    bool show_drafts;
    int64_t now;
    struct timespec clock;
    bool everything;
    const char *being_written;
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

static bool is_being_written(void *context, slice path)
{
    const struct place *place = context;
    return place->being_written != NULL && slice_equal(path, slice_of(place->being_written));
}

/* The capsule as it is now; problems of earlier readings are forgotten. */
static const struct capsule *load(struct place *place)
{
    struct load_options options = { .folder = place->folder,
                                    .now = place->now,
                                    .show_drafts = place->show_drafts,
                                    .clock = place->clock,
                                    .everything = place->everything,
                                    .is_being_written = is_being_written,
                                    .context = place };
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
    assert_int_equal(loaded_counts(place.loaded).bad, 0);
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
    assert_int_equal(loaded_counts(place.loaded).bad, 2);
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
        /* Said once. */
        assert_int_equal(place.diags.counts[DIAG_ERROR], again == 0 ? 3 : 0);
        assert_int_equal(loaded_counts(place.loaded).bad, 3);
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
    assert_int_equal(loaded_counts(place.loaded).bad, 0);
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
        assert_int_equal(place.diags.counts[DIAG_ERROR], again == 0 ? 1 : 0);
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
                     again > 0
                         ? ""
                         : "reviews/2025/: error: this folder cannot be read: Permission denied\n"
                           "static/images/: error: this folder cannot be read: Permission "
                           "denied\n");
        assert_int_equal(capsule->review_count, 2);
        assert_non_null(capsule_find_review(capsule, SLICE("b")));
        assert_non_null(capsule_find_static(capsule, SLICE("images/c.txt")));
    }
    assert_int_equal(fchmodat(place.fd, "reviews/2025", 0700, 0), 0);
    assert_int_equal(fchmodat(place.fd, "static/images", 0700, 0), 0);
    assert_int_equal(load(&place)->review_count, 2);
    /* Its names can be read, and nothing else. */
    assert_int_equal(fchmodat(place.fd, "reviews/2025", 0400, 0), 0);
    assert_int_equal(load(&place)->review_count, 2);
    assert_diags(&place.diags,
                 "reviews/2025/: error: this folder cannot be read: Permission denied\n");
    assert_int_equal(fchmodat(place.fd, "reviews/2025", 0700, 0), 0);
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

/* As if the file had been written so long ago. */
static void let_pass_since(struct place *place, const char *path, int milliseconds)
{
    struct stat status;
    assert_int_equal(fstatat(place->fd, path, &status, 0), 0);
    place->clock = status.st_mtim;
    place->clock.tv_nsec += (long)milliseconds * 1000000;
    place->clock.tv_sec += place->clock.tv_nsec / 1000000000;
    place->clock.tv_nsec %= 1000000000;
}

/* As if all had been written ten seconds ago. */
static void let_settle(struct place *place)
{
    (void)clock_gettime(CLOCK_REALTIME, &place->clock);
    place->clock.tv_sec += 10;
}

static size_t files_read(const struct place *place)
{
    return loaded_counts(place->loaded).read;
}

static void reads_only_what_has_changed(void **state)
{
    (void)state;
    struct place place;
    place_begin(&place);
    put(&place, "capsule.conf", "Title: C\n");
    put(&place, "reviews/a.gmi", "Title: A\nPublished: 2025-01-01\n");
    put(&place, "reviews/bad.gmi", "Title: B\n");
    put(&place, "pages/about.gmi", "# About\n");
    put(&place, "static/a.dat", "\x89PNG\r\n\x1a\n");
    let_settle(&place);
    const char *text = load(&place)->reviews[0]->source.ptr;
    assert_int_equal(files_read(&place), 4);
    assert_ptr_equal(load(&place)->reviews[0]->source.ptr, text);
    assert_int_equal(files_read(&place), 0);
    assert_int_equal(loaded_counts(place.loaded).bad, 1);
    assert_true(loaded_counts(place.loaded).is_same);
    assert_int_equal(loaded_capsule(place.loaded)->page_count, 1);
    assert_int_equal(loaded_capsule(place.loaded)->static_count, 1);

    /* The same size; the file is another one. */
    put(&place, "reviews/a.gmi", "Title: Z\nPublished: 2025-01-01\n");
    assert_slice_equal(load(&place)->reviews[0]->title, "Z");
    assert_int_equal(files_read(&place), 1);
    assert_false(loaded_counts(place.loaded).is_same);
    /* Written in place, with the same size, and its time set back. */
    const struct timespec old[2] = { { 1000000000, 0 }, { 1000000000, 0 } };
    int fd = openat(place.fd, "reviews/a.gmi", O_WRONLY | O_CLOEXEC);
    assert_int_equal(pwrite(fd, "Title: Y", 8, 0), 8);
    assert_int_equal(futimens(fd, old), 0);
    (void)close(fd);
    assert_slice_equal(load(&place)->reviews[0]->title, "Y");
    assert_int_equal(files_read(&place), 1);
    put(&place, "reviews/bad.gmi", "Title: B\nPublished: 2025-01-02\n");
    assert_int_equal(load(&place)->review_count, 2);
    assert_int_equal(files_read(&place), 1);
    assert_int_equal(loaded_counts(place.loaded).bad, 0);
    put(&place, "capsule.conf", "Title: D\n");
    assert_slice_equal(load(&place)->conf.title, "D");
    assert_int_equal(files_read(&place), 1);
    put(&place, "static/a.dat", "GIF89a");
    assert_int_equal(load(&place)->statics[0].size, 6);
    assert_int_equal(files_read(&place), 0);
    place_end(&place);
}

static void reads_again_what_is_too_young_to_tell(void **state)
{
    (void)state;
    struct place place;
    place_begin(&place);
    put(&place, "capsule.conf", "Title: C\n");
    put(&place, "pages/about.gmi", "# About\n");
    let_settle(&place);
    (void)load(&place);
    put(&place, "static/a.txt", "text");
    put(&place, "reviews/a.gmi", "Title: A\nPublished: 2025-01-01\nKey\n");
    let_pass_since(&place, "reviews/a.gmi", 50);
    (void)load(&place);
    assert_int_equal(place.diags.counts[DIAG_ERROR], 1);
    assert_int_equal(files_read(&place), 1);
    (void)load(&place);
    assert_int_equal(files_read(&place), 1);
    /* It is the same all the same. */
    assert_int_equal(place.diags.count, 0);
    assert_true(loaded_counts(place.loaded).is_same);
    let_settle(&place);
    (void)load(&place);
    assert_int_equal(files_read(&place), 1);
    assert_true(loaded_counts(place.loaded).is_same);
    (void)load(&place);
    assert_int_equal(files_read(&place), 0);
    /* From the future: a clock was set back. */
    place.clock.tv_sec -= 3600;
    put(&place, "reviews/a.gmi", "Title: B\nPublished: 2025-01-01\n");
    for (int again = 0; again < 3; again++) {
        assert_slice_equal(load(&place)->reviews[0]->title, "B");
        assert_int_equal(files_read(&place), 1);
    }
    place_end(&place);
}

static void reads_everything_when_told_to(void **state)
{
    (void)state;
    struct place place;
    place_begin(&place);
    put(&place, "capsule.conf", "Title: C\n");
    put(&place, "reviews/a.gmi", "Title: A\nPublished: 2025-01-01\n");
    put(&place, "reviews/bad.gmi", "Title: B\n");
    put(&place, "reviews/note.txt", "text");
    let_settle(&place);
    (void)load(&place);
    size_t problems = place.diags.count;
    assert_int_equal(problems, 2);
    (void)load(&place);
    assert_int_equal(place.diags.count, 0);
    place.everything = true;
    (void)load(&place);
    assert_int_equal(files_read(&place), 3);
    assert_int_equal(place.diags.count, problems);
    place_end(&place);
}

static void reads_everything_in_another_time_zone(void **state)
{
    (void)state;
    struct place place;
    place_begin(&place);
    put(&place, "capsule.conf", "Title: C\nTimezone: UTC\n");
    put(&place, "reviews/a.gmi", "Title: A\nPublished: 2025-01-02\n");
    put(&place, "reviews/b.gmi", "Title: B\nPublished: 2025-01-01\n");
    let_settle(&place);
    assert_int_equal(load(&place)->reviews[0]->published, 1735776000);
    put(&place, "capsule.conf", "Title: C\nTimezone: +09:00\n");
    assert_int_equal(load(&place)->reviews[0]->published, 1735743600);
    assert_int_equal(files_read(&place), 3);
    /* Another capsule has set another zone since. */
    assert_true(date_use_zone(SLICE("UTC")));
    (void)load(&place);
    assert_int_equal(files_read(&place), 0);
    assert_int_equal(date_of(1735743600).day, 2);
    place_end(&place);
}

static void waits_for_what_is_being_written(void **state)
{
    (void)state;
    struct place place;
    place_begin(&place);
    put(&place, "capsule.conf", "Title: C\n");
    put(&place, "reviews/a.gmi", "Title: A\nPublished: 2025-01-01\n\n=> review:new\n");
    let_settle(&place);
    (void)load(&place);
    put(&place, "reviews/a.gmi", "Title: Half");
    place.being_written = "reviews/a.gmi";
    for (int again = 0; again < 2; again++) {
        assert_slice_equal(load(&place)->reviews[0]->title, "A");
        assert_int_equal(place.diags.count, 0);
        assert_int_equal(loaded_counts(place.loaded).waiting, 1);
        assert_int_equal(loaded_counts(place.loaded).bad, 0);
    }
    put(&place, "reviews/a.gmi", "Title: Whole\nPublished: 2025-01-01\n\n=> review:new\n");
    put(&place, "reviews/new.gmi", "Title: Ne");
    place.being_written = "reviews/new.gmi";
    assert_slice_equal(load(&place)->reviews[0]->title, "Whole");
    assert_diags(&place.diags, "reviews/a.gmi:4:11: warning: the review `new` has errors and is "
                               "left out\n=> review:new\n          ^\n");
    assert_int_equal(place.loaded == NULL ? 0 : loaded_capsule(place.loaded)->review_count, 1);
    put(&place, "reviews/new.gmi", "Title: New\nPublished: 2025-01-02\n");
    place.being_written = NULL;
    assert_int_equal(load(&place)->review_count, 2);
    assert_int_equal(loaded_counts(place.loaded).waiting, 0);
    assert_diags(&place.diags, "");
    place_end(&place);
}

static void waits_for_what_was_written_just_now(void **state)
{
    (void)state;
    struct place place;
    place_begin(&place);
    put(&place, "capsule.conf", "Title: C\n");
    put(&place, "reviews/a.gmi", "Title: A\nPublished: 2025-01-01\n");
    let_settle(&place);
    (void)load(&place);
    put(&place, "reviews/a.gmi", "");
    let_pass_since(&place, "reviews/a.gmi", 1);
    assert_slice_equal(load(&place)->reviews[0]->title, "A");
    assert_int_equal(place.diags.count, 0);
    assert_int_equal(loaded_counts(place.loaded).waiting, 1);
    assert_true(loaded_counts(place.loaded).is_same);
    put(&place, "reviews/a.gmi", "Title: B\nPublished: 2025-01-01\n");
    let_pass_since(&place, "reviews/a.gmi", 50);
    assert_slice_equal(load(&place)->reviews[0]->title, "B");
    /* One that is written all the time is taken as it is, sooner or later. */
    for (int i = 0; i < 4; i++) {
        put(&place, "reviews/a.gmi",
            i % 2 == 0 ? "Title: C\nPublished: 2025-01-01\n" : "Title: D\nPublished: 2025-01-01\n");
        let_pass_since(&place, "reviews/a.gmi", 1);
        (void)load(&place);
    }
    assert_slice_equal(loaded_capsule(place.loaded)->reviews[0]->title, "D");
    place_end(&place);
}

static void says_what_is_wrong_once(void **state)
{
    (void)state;
    struct place place;
    place_begin(&place);
    put(&place, "capsule.conf", "Title: C\nTitel: D\n");
    put(&place, "reviews/a.gmi", "Title: A\nPublished: 2025-01-01\n\n=> review:b\n");
    put(&place, "reviews/b.gmi", "Title: B\nPublished: 2025-01-01\n");
    put(&place, "reviews/bad.gmi", "Title: B\n");
    let_settle(&place);
    (void)load(&place);
    assert_int_equal(place.diags.count, 2);
    (void)load(&place);
    assert_diags(&place.diags, "");
    /* What one file does to another. */
    assert_int_equal(unlinkat(place.fd, "reviews/b.gmi", 0), 0);
    (void)load(&place);
    assert_int_equal(place.diags.count, 1);
    assert_slice_equal(place.diags.items[0].path, "reviews/a.gmi");
    (void)load(&place);
    assert_diags(&place.diags, "");
    /* Saved again, and still wrong. */
    put(&place, "reviews/bad.gmi", "Title: Bad\n");
    (void)load(&place);
    assert_int_equal(place.diags.count, 1);
    put(&place, "reviews/a.gmi", "Title: A\nPublished: 2025-01-01\n\n=> review:b\n");
    (void)load(&place);
    assert_int_equal(place.diags.count, 1);
    /* Right, and wrong again in the same way. */
    put(&place, "reviews/b.gmi", "Title: B\nPublished: 2025-01-01\n");
    (void)load(&place);
    assert_diags(&place.diags, "");
    assert_int_equal(unlinkat(place.fd, "reviews/b.gmi", 0), 0);
    (void)load(&place);
    assert_int_equal(place.diags.count, 1);
    place_end(&place);
}

static void knows_when_pages_are_the_same(void **state)
{
    (void)state;
    struct place place;
    place_begin(&place);
    put(&place, "capsule.conf", "Title: C\n");
    put(&place, "reviews/a.gmi", "Title: A\nPublished: 2025-01-01\n");
    put(&place, "reviews/b.gmi", "Title: B\nPublished: 2025-07-01\n");
    put(&place, "static/a.txt", "text");
    let_settle(&place);
    (void)load(&place);
    assert_false(loaded_counts(place.loaded).is_same);
    (void)load(&place);
    assert_true(loaded_counts(place.loaded).is_same);
    static const char *const changes[] = {
        "touch reviews/a.gmi",
        "rm reviews/a.gmi",
        "chmod 600 static/a.txt",
        "rm static/a.txt",
        "touch static/b",
        "touch reviews/c.gmi",
        "echo Title: D >capsule.conf",
        "rm capsule.conf",
    };
    for (size_t i = 0; i < ARRAY_LENGTH(changes); i++) {
        char command[128];
        (void)snprintf(command, sizeof command, "cd %s && %s", place.folder, changes[i]);
        assert_int_equal(system(command), 0);
        (void)load(&place);
        if (loaded_counts(place.loaded).is_same) {
            fail_msg("%s", changes[i]);
        }
        let_settle(&place);
        (void)load(&place);
        if (!loaded_counts(place.loaded).is_same) {
            fail_msg("after %s", changes[i]);
        }
    }
    /* Time alone. */
    place.now = 1751328000;
    (void)load(&place);
    assert_false(loaded_counts(place.loaded).is_same);
    assert_int_equal(loaded_capsule(place.loaded)->review_count, 1);
    place_end(&place);
}

#ifdef __GLIBC__
static size_t memory_used(void)
{
    return mallinfo2().uordblks;
}
#else
static size_t memory_used(void)
{
    return 0;
}
#endif

static void keeps_no_memory_of_what_was_replaced(void **state)
{
    (void)state;
    struct place place;
    char text[128];
    size_t before = 0;
    place_begin(&place);
    put(&place, "capsule.conf", "Title: C\n");
    for (int i = 0; i < 20; i++) {
        (void)snprintf(text, sizeof text, "reviews/other-%d.gmi", i);
        put(&place, text, "Title: O\nPublished: 2025-01-01\nTags: A, B\n\n## S\n> Q\n— X\n");
    }
    put(&place, "static/a.txt", "text");
    for (int i = 0; i < 3000; i++) {
        /* Good, bad, with warnings, gone. */
        (void)snprintf(text, sizeof text, "Title: T\n%s%s\n\n=> review:nobody\n> Quote %06d\n",
                       i % 3 == 0 ? "" : "Published: 2025-01-01\n", i % 5 == 0 ? "Tag: x" : "", i);
        int fd = openat(place.fd, "reviews/a.gmi", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
        assert_int_equal(write(fd, text, strlen(text)), strlen(text));
        (void)close(fd);
        if (i % 7 == 0) {
            assert_int_equal(unlinkat(place.fd, "reviews/a.gmi", 0), 0);
        }
        let_settle(&place);
        (void)load(&place);
        diags_clear(&place.diags);
        if (i == 300) {
            before = memory_used();
        }
    }
    assert_true(memory_used() < before + 256 * 1024);
    place_end(&place);
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
        cmocka_unit_test(reads_only_what_has_changed),
        cmocka_unit_test(reads_again_what_is_too_young_to_tell),
        cmocka_unit_test(reads_everything_when_told_to),
        cmocka_unit_test(reads_everything_in_another_time_zone),
        cmocka_unit_test(waits_for_what_is_being_written),
        cmocka_unit_test(waits_for_what_was_written_just_now),
        cmocka_unit_test(says_what_is_wrong_once),
        cmocka_unit_test(knows_when_pages_are_the_same),
        cmocka_unit_test(keeps_no_memory_of_what_was_replaced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
