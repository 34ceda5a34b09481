#include "check.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[] = "/tmp/matinee-test-XXXXXX";

static int enter_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL || chdir(folder) != 0;
}

static int leave_folder(void **state)
{
    char command[sizeof folder + 16];
    (void)state;
    (void)snprintf(command, sizeof command, "rm -rf %s", folder);
    return chdir("/") != 0 || system(command) != 0;
}

static void writes_and_reads(void **state)
{
    (void)state;
    struct arena arena;
    slice text;
    arena_init(&arena);
    assert_true(file_make_folders(AT_FDCWD, "a/b/c"));
    assert_true(file_make_folders(AT_FDCWD, "a/b/c"));
    assert_true(file_create(AT_FDCWD, "a/b/c/x", SLICE("one"), 0));
    assert_false(file_create(AT_FDCWD, "a/b/c/x", SLICE("two"), 0));
    assert_int_equal(errno, EEXIST);
    assert_true(file_read(&arena, AT_FDCWD, "a/b/c/x", 3, &text));
    assert_string_equal(text.ptr, "one");
    assert_true(file_write(AT_FDCWD, "a/b/c/x", SLICE("three"), 0600));
    assert_false(file_read(&arena, AT_FDCWD, "a/b/c/x", 4, &text));
    assert_int_equal(errno, EFBIG);
    struct stat status;
    assert_int_equal(stat("a/b/c/x", &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    /* No temporary file is left beside it. */
    assert_int_equal(system("test \"$(ls -A a/b/c)\" = x"), 0);
    assert_false(file_make_folders(AT_FDCWD, "a/b/c/x"));
    arena_release(&arena);
}

static void refuses_what_is_no_file(void **state)
{
    (void)state;
    struct arena arena;
    slice text;
    arena_init(&arena);
    assert_int_equal(mkfifo("fifo", 0600), 0);
    assert_false(file_read(&arena, AT_FDCWD, "fifo", 100, &text));
    assert_int_equal(errno, EINVAL);
    assert_false(file_read(&arena, AT_FDCWD, ".", 100, &text));
    assert_false(file_read(&arena, AT_FDCWD, "nothing", 100, &text));
    assert_int_equal(errno, ENOENT);
    arena_release(&arena);
}

static bool collect(void *context, slice path, const struct stat *status)
{
    struct buf *out = context;
    buf_put(out, path);
    buf_printf(out, "(%d) ", (int)status->st_size);
    return slice_find(path, SLICE("stop")) == path.len;
}

static void too_deep(void *context, slice path, int reason)
{
    struct buf *out = context;
    assert_int_equal(reason, ELOOP);
    assert_true(slice_ends_with(path, SLICE("/17")));
    buf_puts(out, "too-deep ");
}

static void walks_what_may_be_served(void **state)
{
    (void)state;
    struct buf seen;
    buf_init(&seen, 10000);
    assert_int_equal(
        system("mkdir -p w/sub/deep w/.git out && echo 1 >w/b && echo 22 >w/a && "
               "echo 3 >w/sub/deep/c && echo x >w/.hidden && echo x >w/.git/y && "
               "echo out >out/secret && ln -s ../out/secret w/leak && "
               "ln -s ../out w/leaks && ln -s a w/within && ln -s gone w/dangling && "
               "ln -s . w/sub/loop && ln -s .. w/sub/back && ln -s ../.. w/sub/deep/up && "
               "mkdir -p w/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17 && "
               "mkfifo w/pipe"),
        0);
    assert_true(file_walk("w", collect, too_deep, &seen));
    slice all = buf_slice(&seen);
    /* What leads back is not followed: with some such links there would be no end to it. */
    assert_true(slice_equal(all, SLICE("too-deep a(3) b(2) sub/deep/c(2) within(3) ")));
    buf_release(&seen);
    assert_false(file_walk("absent", collect, NULL, &seen));
    assert_int_equal(errno, ENOENT);
}

/* A path that the system takes, and a name in its folder that makes it too long. */
static void a_path_that_is_too_long_is_passed_over(void **state)
{
    (void)state;
    enum { LEVELS = 15, NAME = 255 };
    char name[NAME + 1];
    struct buf seen;
    memset(name, 'n', NAME);
    name[NAME] = '\0';
    buf_init(&seen, 10000);
    assert_int_equal(mkdir("long", 0700), 0);
    int at = open("long", O_RDONLY | O_DIRECTORY);
    for (int level = 0; level <= LEVELS; level++) {
        /* The last one leaves room for a short name only. */
        name[level == LEVELS ? 200 : NAME] = '\0';
        assert_int_equal(mkdirat(at, name, 0700), 0);
        int below = openat(at, name, O_RDONLY | O_DIRECTORY);
        assert_true(below >= 0);
        assert_int_equal(close(at), 0);
        at = below;
    }
    assert_true(file_write(at, "a", SLICE("short"), 0));
    name[200] = 'n';
    name[100] = '\0';
    assert_int_equal(close(openat(at, name, O_WRONLY | O_CREAT, 0600)), 0);
    assert_int_equal(close(at), 0);
    assert_true(file_write(AT_FDCWD, "long/z", SLICE("z"), 0));
    assert_true(file_walk("long", collect, NULL, &seen));
    assert_true(slice_ends_with(buf_slice(&seen), SLICE("n/a(5) z(1) ")));
    buf_release(&seen);
}

static void a_walk_can_be_stopped(void **state)
{
    (void)state;
    struct buf seen;
    buf_init(&seen, 10000);
    assert_int_equal(system("mkdir -p s/t && touch s/a s/t/stop s/z"), 0);
    assert_false(file_walk("s", collect, NULL, &seen));
    assert_int_equal(errno, 0);
    assert_slice_equal(buf_slice(&seen), "a(0) t/stop(0) ");
    buf_release(&seen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_and_reads),
        cmocka_unit_test(refuses_what_is_no_file),
        cmocka_unit_test(walks_what_may_be_served),
        cmocka_unit_test(a_path_that_is_too_long_is_passed_over),
        cmocka_unit_test(a_walk_can_be_stopped),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
