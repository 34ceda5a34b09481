/* Books kept up to date in a folder: what is made, what is left, what is taken away. */
#include "pages.h"

#include "base/file.h"
#include "base/folder.h"
#include "gempub/shelf.h"
#include "gempub/shelving.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NOW = 1767225600 };

struct keeping {
    char path[64];
    int folder;
    int64_t now;
    uint64_t max;
    volatile sig_atomic_t interrupted;
    struct shelving_done done;
};

static void keeping_begin(struct keeping *keeping)
{
    *keeping = (struct keeping){ .path = "/tmp/matinee-shelving-XXXXXX",
                                 .now = NOW,
                                 .max = LIMIT_BOOKS_BYTES };
    assert_non_null(mkdtemp(keeping->path));
    keeping->folder = open(keeping->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(keeping->folder >= 0);
}

static void keeping_end(struct keeping *keeping)
{
    (void)close(keeping->folder);
    assert_true(folder_remove(AT_FDCWD, keeping->path));
}

/* The capsule as it is when these reviews are in it: pairs of slug and text. */
static void update(struct keeping *keeping, const char *conf, const char *const *reviews,
                   size_t count)
{
    struct world *world = test_malloc(sizeof *world);
    struct buf error;
    world_begin(world);
    if (conf != NULL) {
        world_conf(world, conf);
    }
    for (size_t i = 0; i < count; i++) {
        world_review(world, reviews[2 * i], reviews[2 * i + 1]);
    }
    world->parts.show_drafts = true;
    world_ready(world);
    buf_init(&error, 4096);
    const struct shelving_order order = { .context = &world->context,
                                          .statics = -1,
                                          .folder = keeping->folder,
                                          .now = keeping->now,
                                          .max = keeping->max,
                                          .interrupted = &keeping->interrupted };
    if (!shelving_run(&order, &keeping->done, &error)) {
        fail_msg("%s", buf_string(&error));
    }
    buf_release(&error);
    world_end(world);
    test_free(world);
}
#define UPDATE(keeping, conf, reviews) \
    update((keeping), (conf), (reviews), ARRAY_LENGTH(reviews) / 2)

static void check_done(const struct keeping *keeping, size_t made, size_t removed, int line)
{
    if (keeping->done.made != made || keeping->done.removed != removed) {
        print_error("made %zu, removed %zu\n", keeping->done.made, keeping->done.removed);
        _fail(__FILE__, line);
    }
}
#define assert_done(keeping, made, removed) check_done((keeping), (made), (removed), __LINE__)

static bool has_file(const struct keeping *keeping, const char *name)
{
    struct stat status;
    return fstatat(keeping->folder, name, &status, 0) == 0 && status.st_size > 0;
}

static ino_t inode_of(const struct keeping *keeping, const char *name)
{
    struct stat status;
    assert_int_equal(fstatat(keeping->folder, name, &status, 0), 0);
    return status.st_ino;
}

static void change_book(const struct keeping *keeping, const char *name, uint64_t cost)
{
    struct shelf shelf;
    shelf_init(&shelf);
    assert_true(shelf_read(&shelf, keeping->folder));
    struct shelf_book *book = shelf_find(&shelf, slice_of(name));
    assert_non_null(book);
    book->cost = cost;
    assert_true(shelf_write(&shelf, keeping->folder));
    shelf_release(&shelf);
}

static const char one[] = "Title: One\nPublished: 2025-01-01\nTags: Good, Rare\n\nText.\n";
static const char one_more[] = "Title: One\nPublished: 2025-01-01\nTags: Good, Rare\n\nMore.\n";
static const char two[] = "Title: Two\nPublished: 2025-01-02\nTags: Good\n\nText.\n";
static const char three[] = "Title: Three\nPublished: 2025-01-03\nTags: Rare\n\nText.\n";
static const char draft[] = "Title: Draft\nDraft: yes\nTags: Rare\n\nText.\n";

static const char *const both[] = { "one", one, "two", two };
static const char *const changed[] = { "one", one_more, "two", two };
static const char *const all[] = { "one", one_more, "two", two, "three", three };

static void makes_what_changed(UNUSED void **state)
{
    struct keeping keeping;
    keeping_begin(&keeping);
    UPDATE(&keeping, NULL, both);
    assert_done(&keeping, 4, 0);
    assert_true(has_file(&keeping, "reviews/one.gpub"));
    assert_true(has_file(&keeping, "reviews/two.gpub"));
    assert_true(has_file(&keeping, "tags/good.gpub"));
    assert_true(has_file(&keeping, "capsule.gpub"));
    assert_false(has_file(&keeping, "unfinished"));
    const ino_t catalogue = inode_of(&keeping, "catalogue");
    const ino_t second = inode_of(&keeping, "reviews/two.gpub");
    keeping.now += 86400;
    UPDATE(&keeping, NULL, both);
    assert_done(&keeping, 0, 0);
    assert_int_equal(inode_of(&keeping, "catalogue"), catalogue);
    UPDATE(&keeping, NULL, changed);
    assert_int_equal(keeping.done.made, 3);
    assert_int_equal(inode_of(&keeping, "reviews/two.gpub"), second);
    keeping.now += 86400;
    UPDATE(&keeping, NULL, all);
    assert_done(&keeping, 3, 0); /* its own, the tag that has two now, the capsule's */
    assert_true(has_file(&keeping, "tags/rare.gpub"));
    keeping_end(&keeping);
}

static void lets_them_rest(UNUSED void **state)
{
    struct keeping keeping;
    struct shelf shelf;
    keeping_begin(&keeping);
    UPDATE(&keeping, NULL, both);
    change_book(&keeping, "capsule.gpub", 3000000); /* three seconds */
    const ino_t whole = inode_of(&keeping, "capsule.gpub");
    keeping.now += 100;
    UPDATE(&keeping, NULL, changed);
    assert_int_equal(keeping.done.made, 2);
    assert_int_equal(inode_of(&keeping, "capsule.gpub"), whole);
    shelf_init(&shelf);
    assert_true(shelf_read(&shelf, keeping.folder));
    assert_int_equal(shelf.due_at, NOW + 300);
    shelf_release(&shelf);
    keeping.now = NOW + 299;
    UPDATE(&keeping, NULL, changed);
    assert_int_equal(keeping.done.made, 0);
    keeping.now = NOW + 300;
    UPDATE(&keeping, NULL, changed);
    assert_int_equal(keeping.done.made, 1);
    shelf_init(&shelf);
    assert_true(shelf_read(&shelf, keeping.folder));
    assert_int_equal(shelf.due_at, 0);
    shelf_release(&shelf);
    /* A clock that was set back keeps nothing waiting. */
    change_book(&keeping, "capsule.gpub", 3000000);
    keeping.now = NOW;
    UPDATE(&keeping, NULL, both);
    assert_int_equal(keeping.done.made, 3);
    keeping_end(&keeping);
}

/* What is withdrawn is in no book from the first moment on, also when there is no time for more. */
static void puts_away(UNUSED void **state)
{
    static const char *const closed = "Title: Notes\nHost: notes.example\nClosed: /reviews/two/ "
                                      "kim\nCertificate: kim "
                                      "0000000000000000000000000000000000000000000000000000000000"
                                      "000000\n";
    static const char *const *const first = all;
    struct keeping keeping;
    keeping_begin(&keeping);
    update(&keeping, NULL, first, 3);
    change_book(&keeping, "capsule.gpub", 3000000000);
    keeping.interrupted = 1;
    UPDATE(&keeping, NULL, changed);
    assert_true(keeping.done.is_ended);
    assert_false(has_file(&keeping, "capsule.gpub"));
    assert_false(has_file(&keeping, "tags/good.gpub"));
    assert_false(has_file(&keeping, "tags/rare.gpub"));
    assert_false(has_file(&keeping, "reviews/three.gpub"));
    assert_true(has_file(&keeping, "reviews/one.gpub"));
    keeping.interrupted = 0;
    UPDATE(&keeping, NULL, changed);
    assert_done(&keeping, 2, 0);

    UPDATE(&keeping, closed, changed);
    assert_false(has_file(&keeping, "reviews/two.gpub"));
    assert_false(has_file(&keeping, "tags/good.gpub"));
    assert_true(has_file(&keeping, "capsule.gpub"));
    assert_true(has_file(&keeping, "reviews/one.gpub"));
    UPDATE(&keeping, closed, changed);
    assert_done(&keeping, 0, 0);
    keeping_end(&keeping);
}

static void leaves_drafts_alone(UNUSED void **state)
{
    static const char *const drafts[] = { "one", one_more, "two", two, "draft", draft };
    struct keeping keeping;
    keeping_begin(&keeping);
    UPDATE(&keeping, NULL, both);
    UPDATE(&keeping, NULL, drafts);
    assert_done(&keeping, 0, 0);
    keeping_end(&keeping);
    keeping_begin(&keeping);
    UPDATE(&keeping, NULL, drafts);
    assert_false(has_file(&keeping, "catalogue"));
    keeping_end(&keeping);
}

static void has_no_room(UNUSED void **state)
{
    struct keeping keeping;
    keeping_begin(&keeping);
    keeping.max = 1000; /* one book */
    UPDATE(&keeping, NULL, both);
    assert_int_equal(keeping.done.made, 1);
    assert_int_equal(keeping.done.left_out, 3);
    assert_true(has_file(&keeping, "reviews/two.gpub"));
    assert_false(has_file(&keeping, "unfinished"));
    keeping.max = LIMIT_BOOKS_BYTES;
    keeping.now += 1000;
    UPDATE(&keeping, NULL, changed);
    assert_int_equal(keeping.done.made, 3);
    keeping_end(&keeping);
}

static void put(const struct keeping *keeping, const char *name, const char *text)
{
    assert_true(file_write(keeping->folder, name, slice_of(text), 0600));
}

/* Files of a process that was killed, and what a disk has damaged. */
static void mends(UNUSED void **state)
{
    struct keeping keeping;
    keeping_begin(&keeping);
    UPDATE(&keeping, NULL, both);
    put(&keeping, "unfinished", "PK");
    put(&keeping, "tags/unfinished", "PK");
    put(&keeping, "reviews/gone.gpub", "PK");
    put(&keeping, "tags/rare.gpub", "PK");
    put(&keeping, "reviews/one.gpub", "short");
    assert_int_equal(unlinkat(keeping.folder, "capsule.gpub", 0), 0);
    UPDATE(&keeping, NULL, both);
    assert_done(&keeping, 2, 3);
    assert_false(has_file(&keeping, "unfinished"));
    assert_false(has_file(&keeping, "tags/unfinished"));
    assert_false(has_file(&keeping, "reviews/gone.gpub"));
    put(&keeping, "catalogue", "matinee books 0 0 0 0\n");
    put(&keeping, "tags/rare.gpub", "PK");
    UPDATE(&keeping, NULL, both);
    assert_done(&keeping, 4, 1);
    keeping_end(&keeping);
}

static void says_what_is_wrong(UNUSED void **state)
{
    struct keeping keeping;
    struct world *world = test_malloc(sizeof *world);
    struct buf error;
    buf_init(&error, 4096);
    keeping_begin(&keeping);
    world_begin(world);
    world_review(world, "one", one);
    world_ready(world);
    put(&keeping, "reviews", "no folder");
    const struct shelving_order order = { .context = &world->context,
                                          .statics = -1,
                                          .folder = keeping.folder,
                                          .now = NOW,
                                          .max = LIMIT_BOOKS_BYTES };
    assert_false(shelving_run(&order, &keeping.done, &error));
    assert_contains(buf_slice(&error), "reviews");
    buf_release(&error);
    world_end(world);
    test_free(world);
    keeping_end(&keeping);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_what_changed), cmocka_unit_test(lets_them_rest),
        cmocka_unit_test(puts_away),          cmocka_unit_test(leaves_drafts_alone),
        cmocka_unit_test(has_no_room),        cmocka_unit_test(mends),
        cmocka_unit_test(says_what_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
