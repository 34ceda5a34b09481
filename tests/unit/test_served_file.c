/* Files below a folder, and never one outside of it. */
#include "check.h"

#include "base/file.h"
#include "server/served_file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char root[64];
static int folder = -1;

static void at(char path[128], const char *name)
{
    (void)snprintf(path, 128, "%s/%s", root, name);
}

static int setup(void **state)
{
    (void)state;
    char path[128];
    strcpy(root, "/tmp/matinee-served-XXXXXX");
    if (mkdtemp(root) == NULL) {
        return -1;
    }
    at(path, "static/deep/er");
    assert_true(file_make_folders(AT_FDCWD, path));
    at(path, "static/deep/er/file.txt");
    assert_true(file_write(AT_FDCWD, path, SLICE("12345"), 0));
    at(path, "secret.txt");
    assert_true(file_write(AT_FDCWD, path, SLICE("secret"), 0));
    static const char *const links[][2] = {
        { "static/out.txt", "../secret.txt" }, { "static/absolute.txt", "/etc/passwd" },
        { "static/deep/up", "../.." },         { "static/loop", "loop" },
        { "static/process", "/proc/self" },    { "static/inside.txt", "deep/../deep/er/file.txt" },
    };
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++) {
        at(path, links[i][0]);
        assert_int_equal(symlink(links[i][1], path), 0);
    }
    at(path, "static/fifo");
    assert_int_equal(mkfifo(path, 0600), 0);
    at(path, "static");
    folder = open(path, O_RDONLY | O_DIRECTORY);
    return folder < 0;
}

static int teardown(void **state)
{
    (void)state;
    char command[128];
    (void)close(folder);
    (void)snprintf(command, sizeof command, "rm -r '%s'", root);
    return system(command);
}

static void test_a_file(void **state)
{
    (void)state;
    uint64_t size = 0;
    char bytes[10];
    int fd = served_file_open(folder, SLICE("deep/er/file.txt"), &size);
    assert_true(fd >= 0);
    assert_int_equal(size, 5);
    assert_int_equal(read(fd, bytes, sizeof bytes), 5);
    (void)close(fd);
}

static void test_none_that_may_be_served(void **state)
{
    (void)state;
    static const char *const paths[] = {
        "",
        "nothing.txt",
        "deep",
        "deep/er",
        "deep/er/file.txt/",
        "deep/er/file.txt/x",
        "../secret.txt",
        "deep/../../secret.txt",
        "/etc/passwd",
        "out.txt",
        "absolute.txt",
        "deep/up/secret.txt",
        "loop",
        "process/status",
        "fifo",
        "..",
        ".",
        "/",
    };
    uint64_t size = 0;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        print_message("%s\n", paths[i]);
        errno = 0;
        assert_int_equal(served_file_open(folder, slice_of(paths[i]), &size), -1);
        assert_int_equal(errno, ENOENT);
    }
    assert_int_equal(served_file_open(folder, (slice){ "deep/er/file.txt\0x", 18 }, &size), -1);
    assert_int_equal(served_file_open(-1, SLICE("deep/er/file.txt"), &size), -1);
    char longest[5000];
    memset(longest, 'a', sizeof longest);
    assert_int_equal(served_file_open(folder, (slice){ longest, sizeof longest }, &size), -1);
    assert_int_equal(errno, ENOENT);
    assert_int_equal(served_file_open(folder, (slice){ longest, 300 }, &size), -1);
    assert_int_equal(errno, ENOENT);
}

/* The kernel does not follow `..` in a link while anything is renamed anywhere: then it is asked
 * again. Where it cannot tell whether a link stays inside, there is no such file. */
static void test_a_link_while_files_are_renamed(void **state)
{
    (void)state;
    uint64_t size = 0;
    int fd = served_file_open(folder, SLICE("inside.txt"), &size);
    const int expected = fd < 0 ? errno : 0;
    assert_true(expected == 0 || expected == ENOENT);
    pid_t renamer = fork();
    if (renamer == 0) {
        char one[128];
        char other[128];
        at(one, "secret.txt");
        at(other, "renamed.txt");
        while (rename(one, other) == 0 && rename(other, one) == 0) {
        }
        _exit(1);
    }
    int wrong = 0;
    for (int i = 0; i < 5000; i++) {
        (void)close(fd);
        fd = served_file_open(folder, SLICE("inside.txt"), &size);
        wrong += (fd < 0 ? errno : 0) != expected;
    }
    (void)close(fd);
    (void)kill(renamer, SIGKILL);
    assert_int_equal(waitpid(renamer, NULL, 0), renamer);
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_file),
        cmocka_unit_test(test_none_that_may_be_served),
        cmocka_unit_test(test_a_link_while_files_are_renamed),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
