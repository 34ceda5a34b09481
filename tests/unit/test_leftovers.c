#include "check.h"

#include "base/attributes.h"
#include "base/file.h"
#include "base/leftovers.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* The number of a process that is gone. */
static pid_t gone(void)
{
    pid_t child = fork();
    if (child == 0) {
        _exit(0);
    }
    assert_int_equal(waitpid(child, NULL, 0), child);
    return child;
}

static void put(int at, const char *path)
{
    assert_true(file_write(at, path, SLICE("x"), 0));
}

static bool is_there(int at, const char *path)
{
    return faccessat(at, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static void removes_what_killed_processes_left(void **state)
{
    (void)state;
    char folder[] = "/tmp/matinee-leftovers-XXXXXX";
    char dead[64];
    char below[64];
    char alive[64];
    static const char *const kept[] = { "a.gmi",       ".a.gmi",
                                        ".hidden.1",   "..5.5",
                                        "a.gmi.5.5",   "in/b.gmi",
                                        ".git/.x.1.1", ".notes.1073741823.1" };
    static const slice endings[] = { SLICE_INIT(".conf"), SLICE_INIT(".gmi") };
    const struct leftovers first = { endings, 2, 0 };
    const struct leftovers all = { endings, 2, 5 };
    assert_non_null(mkdtemp(folder));
    int at = open(folder, O_RDONLY | O_DIRECTORY);
    assert_true(at >= 0);
    assert_true(file_make_folders(at, "in") && file_make_folders(at, ".git"));
    (void)snprintf(dead, sizeof dead, ".a.gmi.%ld.0", (long)gone());
    (void)snprintf(below, sizeof below, "in/.b.gmi.%ld.12", (long)gone());
    (void)snprintf(alive, sizeof alive, ".c.gmi.%ld.0", (long)getpid());
    for (size_t i = 0; i < ARRAY_LENGTH(kept); i++) {
        put(at, kept[i]);
    }
    put(at, dead);
    put(at, below);
    put(at, alive);
    assert_int_equal(symlinkat("a.gmi", at, ".l.gmi.1073741823.0"), 0);
    assert_int_equal(leftovers_remove(at, ".", &first), 1);
    assert_true(is_there(at, below));
    assert_int_equal(leftovers_remove(at, ".", &all), 1);
    assert_false(is_there(at, dead));
    assert_false(is_there(at, below));
    assert_true(is_there(at, alive));
    assert_true(is_there(at, ".l.gmi.1073741823.0"));
    for (size_t i = 0; i < ARRAY_LENGTH(kept); i++) {
        assert_true(is_there(at, kept[i]));
        (void)unlinkat(at, kept[i], 0);
    }
    assert_int_equal(leftovers_remove(at, "missing", &all), 0);
    (void)unlinkat(at, alive, 0);
    (void)unlinkat(at, ".l.gmi.1073741823.0", 0);
    (void)unlinkat(at, "in", AT_REMOVEDIR);
    (void)unlinkat(at, ".git", AT_REMOVEDIR);
    (void)close(at);
    (void)rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(removes_what_killed_processes_left) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
