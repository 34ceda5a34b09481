/* A tree made again: what changed is new, what did not keeps its inode, and nothing is left over.
 */
#include "check.h"

#include "base/attributes.h"
#include "base/file.h"
#include "base/folder.h"
#include "cmd/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[] = "/tmp/matinee-test-XXXXXX";
static int home;

static int set_up(void **state)
{
    (void)state;
    memcpy(strrchr(folder, '-') + 1, "XXXXXX", 6);
    home = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return home >= 0 && mkdtemp(folder) != NULL && chdir(folder) == 0 ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    bool ok = fchdir(home) == 0 && close(home) == 0 && folder_remove(AT_FDCWD, folder);
    return ok ? 0 : -1;
}

static void write_text(const char *path, const char *text)
{
    assert_true(file_write(AT_FDCWD, path, slice_of(text), 0));
}

static void assert_text(const char *path, const char *text)
{
    struct arena arena;
    slice contents;
    arena_init(&arena);
    assert_true(file_read(&arena, AT_FDCWD, path, 1 << 20, &contents));
    assert_slice_equal(contents, text);
    arena_release(&arena);
}

static bool exists(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0;
}

static bool count_name(void *context, UNUSED const char *name)
{
    size_t *count = context;
    (*count)++;
    return true;
}

static size_t count_names(const char *path)
{
    size_t count = 0;
    assert_true(folder_list(AT_FDCWD, path, count_name, &count));
    return count;
}

/* A tree with the files a, b/c and, when it is given, `more`. */
static void make_tree(const char *a, const char *more, size_t written, size_t kept)
{
    struct tree tree;
    assert_true(tree_begin(&tree, "out"));
    assert_true(tree_put(&tree, SLICE("a"), slice_of(a)));
    assert_true(tree_put(&tree, SLICE("b/c"), SLICE("always the same")));
    assert_true(more == NULL || tree_put(&tree, slice_of(more), SLICE_EMPTY));
    assert_true(tree_finish(&tree));
    assert_int_equal(tree.written, written);
    assert_int_equal(tree.kept, kept);
    tree_release(&tree);
}

static void keeps_what_did_not_change(void **state)
{
    (void)state;
    struct stat before_a;
    struct stat before_c;
    struct stat after;
    make_tree("one", "gone/later", 3, 0);
    assert_text("out/a", "one");
    assert_text("out/b/c", "always the same");
    assert_true(exists("out/gone/later"));
    assert_int_equal(stat("out/a", &before_a), 0);
    assert_int_equal(stat("out/b/c", &before_c), 0);
    make_tree("two", NULL, 1, 1);
    assert_text("out/a", "two");
    assert_false(exists("out/gone"));
    assert_int_equal(stat("out/a", &after), 0);
    assert_int_not_equal(after.st_ino, before_a.st_ino);
    assert_int_equal(stat("out/b/c", &after), 0);
    assert_int_equal(after.st_ino, before_c.st_ino);
    assert_int_equal(after.st_mtim.tv_sec, before_c.st_mtim.tv_sec);
    assert_int_equal(after.st_mtim.tv_nsec, before_c.st_mtim.tv_nsec);
    assert_int_equal(after.st_nlink, 1);
    make_tree("two", NULL, 0, 2);
    assert_int_equal(count_names("."), 1);
}

static void notices_every_change(void **state)
{
    (void)state;
    static const char *const contents[] = { "", "x", "y", "yy", "yz", "y", "" };
    for (size_t i = 0; i < ARRAY_LENGTH(contents); i++) {
        make_tree(contents[i], NULL, i == 0 ? 2 : 1, i == 0 ? 0 : 1);
        assert_text("out/a", contents[i]);
    }
}

static void copies_files(void **state)
{
    (void)state;
    size_t size = 200000;
    char *large = test_malloc(size + 1);
    memset(large, 'x', size);
    large[size] = '\0';
    write_text("large", large);
    for (size_t run = 0; run < 3; run++) {
        struct tree tree;
        assert_true(tree_begin(&tree, "out"));
        assert_true(tree_copy(&tree, SLICE("deep/er/large"), "large"));
        assert_false(tree_copy(&tree, SLICE("none"), "none"));
        assert_slice_equal(buf_slice(&tree.error), "none: No such file or directory");
        assert_false(tree_copy(&tree, SLICE("folder"), "."));
        assert_true(tree_finish(&tree));
        assert_int_equal(tree.kept, run == 1);
        tree_release(&tree);
        assert_text("out/deep/er/large", large);
        if (run == 1) {
            large[size - 1] = 'y';
            write_text("large", large);
        }
    }
    test_free(large);
}

static void leaves_other_folders_alone(void **state)
{
    (void)state;
    struct tree tree;
    assert_int_equal(mkdir("out", 0755), 0);
    write_text("out/letter.txt", "precious");
    write_text("file", "a file");
    assert_int_equal(symlink("nowhere", "dangling"), 0);
    static const char *const targets[] = { "out", "out/", "./out", "file", "missing/out", "/" };
    for (size_t i = 0; i < ARRAY_LENGTH(targets); i++) {
        assert_false(tree_begin(&tree, targets[i]));
        assert_true(tree.error.len > 0);
        tree_release(&tree);
    }
    assert_text("out/letter.txt", "precious");
    assert_text("file", "a file");
    assert_int_equal(count_names("."), 3);
    assert_int_equal(count_names("out"), 1);
}

static void takes_empty_folders_and_links(void **state)
{
    (void)state;
    assert_int_equal(mkdir("real", 0755), 0);
    assert_int_equal(symlink("real", "out"), 0);
    make_tree("one", NULL, 2, 0);
    make_tree("two", NULL, 1, 1);
    assert_text("real/a", "two");
    char target[16];
    assert_int_equal(readlink("out", target, sizeof target), 4);
    assert_int_equal(count_names("."), 2);
}

static void leaves_nothing_when_it_fails(void **state)
{
    (void)state;
    struct tree tree;
    make_tree("one", NULL, 2, 0);
    assert_true(tree_begin(&tree, "out"));
    assert_true(tree_put(&tree, SLICE("a"), SLICE("two")));
    tree_release(&tree);
    assert_int_equal(count_names("."), 1);
    assert_text("out/a", "one");
    /* A name that is a file and a folder. */
    assert_true(tree_begin(&tree, "out"));
    assert_true(tree_put(&tree, SLICE("a"), SLICE("two")));
    assert_false(tree_put(&tree, SLICE("a/b"), SLICE("three")));
    assert_false(tree_put(&tree, SLICE("a"), SLICE("four")));
    tree_release(&tree);
    assert_int_equal(count_names("."), 1);
    assert_text("out/a", "one");
}

static void removes_what_a_killed_run_left(void **state)
{
    (void)state;
    char name[64];
    pid_t child = fork();
    if (child == 0) {
        struct tree tree;
        _exit(tree_begin(&tree, "out") && tree_put(&tree, SLICE("a"), SLICE("half")) ? 0 : 1);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    (void)snprintf(name, sizeof name, "out.new-%ld", (long)child);
    assert_true(exists(name));
    /* Not made by a run, though it looks so. */
    assert_int_equal(mkdir("out.new-999999999", 0755), 0);
    write_text("out.new-999999999/letter.txt", "precious");
    assert_int_equal(mkdir("out.new-999999998", 0755), 0); /* killed before it had a marker */
    make_tree("one", NULL, 2, 0);
    assert_false(exists(name));
    assert_true(exists("out.new-999999999/letter.txt"));
    assert_false(exists("out.new-999999998"));
}

static void takes_names(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool taken;
    } cases[] = {
        { "a", true },        { "a/b.gmi", true },    { "한국/index.gmi", true },
        { "a b/c..d", true }, { "", false },          { "/", false },
        { "/a", false },      { "a/", false },        { "a//b", false },
        { ".", false },       { "..", false },        { "../a", false },
        { "a/../b", false },  { "a/.hidden", false }, { TREE_MARKER, false },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        if (tree_takes_name(slice_of(cases[i].name)) != cases[i].taken) {
            fail_msg("%s", cases[i].name);
        }
    }
    assert_false(tree_takes_name((slice){ "a\0b", 3 }));
}

static void removes_folders(void **state)
{
    (void)state;
    write_text("kept", "kept");
    assert_true(file_make_folders(AT_FDCWD, "x/y/z"));
    write_text("x/y/file", "gone");
    assert_int_equal(symlink("../kept", "x/link"), 0);
    assert_int_equal(symlink("..", "x/y/up"), 0);
    assert_true(folder_remove(AT_FDCWD, "x"));
    assert_false(exists("x"));
    assert_text("kept", "kept");
    assert_true(folder_remove(AT_FDCWD, "x")); /* gone is gone */
    /* Deeper than anything that is made here. */
    char deep[201];
    for (size_t i = 0; i < 100; i++) {
        memcpy(deep + 2 * i, "d/", 3);
    }
    assert_true(file_make_folders(AT_FDCWD, deep));
    errno = 0;
    assert_false(folder_remove(AT_FDCWD, "d"));
    assert_int_equal(errno, ELOOP);
    for (size_t length = strlen(deep); length > 1; length -= 2) {
        deep[length - 1] = '\0';
        assert_int_equal(rmdir(deep), 0);
    }
}

#define TREE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TREE_TEST(keeps_what_did_not_change),
        TREE_TEST(notices_every_change),
        TREE_TEST(copies_files),
        TREE_TEST(leaves_other_folders_alone),
        TREE_TEST(takes_empty_folders_and_links),
        TREE_TEST(leaves_nothing_when_it_fails),
        TREE_TEST(removes_what_a_killed_run_left),
        TREE_TEST(takes_names),
        TREE_TEST(removes_folders),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
