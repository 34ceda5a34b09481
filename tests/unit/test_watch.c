/* watch: what is done to files and folders is seen, told or by looking; and what editors do beside
 * them is not. */
#include "check.h"

#include "server/watch.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const deep[] = { "reviews", "static", NULL };

/* In a temporary folder, which is the working directory meanwhile. */
struct place {
    char folder[64];
    int old;
    struct watch *watch;
    bool by_looking;
};

static int run(const char *command)
{
    return system(command);
}

static void end(struct place *place)
{
    char command[128];
    watch_free(place->watch);
    assert_int_equal(fchdir(place->old), 0);
    (void)close(place->old);
    (void)snprintf(command, sizeof command, "rm -rf '%s'", place->folder);
    assert_int_equal(run(command), 0);
}

static void begin(struct place *place, bool by_looking)
{
    (void)snprintf(place->folder, sizeof place->folder, "/tmp/matinee-test-watch.XXXXXX");
    assert_non_null(mkdtemp(place->folder));
    place->old = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_int_equal(chdir(place->folder), 0);
    assert_int_equal(run("mkdir -p capsule/reviews/old capsule/static elsewhere/ready && "
                         "touch capsule/capsule.conf capsule/reviews/a.gmi elsewhere/ready/x.gmi"),
                     0);
    place->by_looking = by_looking;
    place->watch = watch_new("capsule", deep, by_looking);
    assert_non_null(place->watch);
    assert_true(!by_looking || watch_fd(place->watch) < 0);
    if (watch_fd(place->watch) < 0 && !by_looking) {
        end(place);
        print_message("skipped: this system does not tell about changes\n");
        skip();
    }
    assert_int_equal(watch_take(place->watch), WATCH_NOTHING);
}

/* As the loader does: see, take in what is new, read. */
static enum watch_change seen(struct place *place)
{
    enum watch_change change = watch_take(place->watch);
    if (change != WATCH_NOTHING) {
        watch_renew(place->watch);
        (void)watch_take(place->watch);
    }
    return change;
}

static const struct {
    const char *command;
    enum watch_change change;
} cases[] = {
    { "echo 1 >capsule/reviews/a.gmi", WATCH_CHANGED },
    { "echo 2 >>capsule/reviews/a.gmi", WATCH_CHANGED },
    { "echo 3 >capsule/reviews/.a && mv capsule/reviews/.a capsule/reviews/a.gmi", WATCH_CHANGED },
    { "echo 4 >elsewhere/a && mv elsewhere/a capsule/reviews/a.gmi", WATCH_CHANGED },
    { "echo 5 >capsule/capsule.conf", WATCH_CHANGED },
    { "chmod 600 capsule/capsule.conf", WATCH_CHANGED },
    { "echo 6 >capsule/reviews/new.gmi", WATCH_CHANGED },
    { "ln -s a.gmi capsule/reviews/link.gmi", WATCH_CHANGED },
    { "ln capsule/reviews/a.gmi capsule/reviews/hard.gmi", WATCH_CHANGED },
    { "rm capsule/reviews/new.gmi capsule/reviews/hard.gmi", WATCH_CHANGED },
    { "mkdir capsule/static/deep", WATCH_CHANGED },
    { "mkdir capsule/static/deep/er", WATCH_CHANGED },
    { "echo 7 >capsule/static/deep/er/file", WATCH_CHANGED },
    { "mv elsewhere/ready capsule/reviews/2025", WATCH_CHANGED },
    { "echo 8 >capsule/reviews/2025/x.gmi", WATCH_CHANGED },
    { "mv capsule/reviews/2025 capsule/reviews/2026", WATCH_CHANGED },
    { "echo 9 >capsule/reviews/2026/x.gmi", WATCH_CHANGED },
    { "mv capsule/reviews/2026 elsewhere/ready", WATCH_CHANGED },
    { "echo 10 >elsewhere/ready/x.gmi", WATCH_NOTHING },
    { "rm -r capsule/static/deep", WATCH_CHANGED },
    /* Vim's, Emacs's and others' ways around a file. */
    { "touch capsule/reviews/4913 && rm capsule/reviews/4913", WATCH_NOTHING },
    { "echo >capsule/reviews/.a.gmi.swp && echo >capsule/reviews/a.gmi~ && "
      "echo >'capsule/reviews/#a.gmi#' && echo >capsule/reviews/a.gmi.tmp && "
      "ln -s nobody capsule/reviews/.#a.gmi",
      WATCH_NOTHING },
    { "mv capsule/reviews/a.gmi capsule/reviews/a.gmi~ && echo 11 >capsule/reviews/a.gmi",
      WATCH_CHANGED },
    { "rm capsule/reviews/a.gmi~", WATCH_NOTHING },
    { "cat capsule/reviews/a.gmi >elsewhere/copy", WATCH_NOTHING },
    /* The capsule itself. */
    { "chmod 0 capsule", WATCH_CHANGED },
    { "chmod 700 capsule", WATCH_CHANGED },
    { "mv capsule away", WATCH_CHANGED },
    { "echo 12 >away/capsule.conf", WATCH_NOTHING },
    { "mkdir -p made/reviews && mv made capsule", WATCH_CHANGED },
    { "echo 13 >capsule/reviews/a.gmi", WATCH_CHANGED },
    { "rm -r capsule", WATCH_CHANGED },
    { "ln -s away capsule", WATCH_CHANGED },
    { "echo 14 >away/capsule.conf", WATCH_CHANGED },
    { "mkdir other && ln -s other next && mv -T next capsule", WATCH_CHANGED },
    { "echo 15 >away/capsule.conf", WATCH_NOTHING },
    { "echo 16 >other/capsule.conf", WATCH_CHANGED },
};

static void sees(bool by_looking)
{
    struct place place;
    begin(&place, by_looking);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(run(cases[i].command), 0);
        enum watch_change change = seen(&place);
        if (change != cases[i].change) {
            fail_msg("%s: %d", cases[i].command, (int)change);
        }
    }
    end(&place);
}

static void is_told(void **state)
{
    (void)state;
    sees(false);
}

static void looks(void **state)
{
    (void)state;
    sees(true);
}

static void sees_a_link_on_the_way_that_is_turned(void **state)
{
    (void)state;
    struct place place;
    begin(&place, true);
    assert_int_equal(run("mkdir -p releases/1 releases/2 && cp -r capsule releases/1 && "
                         "cp -r capsule releases/2 && ln -s releases/1 current && "
                         "ln -s current/./capsule site"),
                     0);
    char path[128];
    (void)snprintf(path, sizeof path, "%s/site/", place.folder);
    for (int absolute = 0; absolute < 2; absolute++) {
        watch_free(place.watch);
        place.watch = watch_new(absolute ? path : "site", deep, false);
        assert_int_equal(run("echo 1 >releases/2/capsule/capsule.conf"), 0);
        assert_int_equal(seen(&place), WATCH_NOTHING);
        assert_int_equal(run("ln -s releases/2 next && mv -T next current"), 0);
        assert_true(watch_root_is_another(place.watch));
        assert_int_equal(seen(&place), WATCH_CHANGED);
        assert_false(watch_root_is_another(place.watch));
        assert_int_equal(run("echo 1 >releases/2/capsule/capsule.conf"), 0);
        assert_int_equal(seen(&place), WATCH_CHANGED);
        assert_int_equal(run("echo 1 >releases/1/capsule/capsule.conf"), 0);
        assert_int_equal(seen(&place), WATCH_NOTHING);
        /* Away, and back. */
        assert_int_equal(run("rm current"), 0);
        assert_true(watch_root_is_another(place.watch));
        watch_renew(place.watch);
        assert_int_equal(run("ln -s releases/1 current"), 0);
        assert_int_equal(seen(&place), WATCH_CHANGED);
        assert_int_equal(run("echo 1 >releases/1/capsule/capsule.conf"), 0);
        assert_int_equal(seen(&place), WATCH_CHANGED);
    }
    end(&place);
}

static void knows_what_is_being_written(void **state)
{
    (void)state;
    struct place place;
    const slice path = SLICE("reviews/old/slow.gmi");
    begin(&place, false);
    int fd = open("capsule/reviews/old/slow.gmi", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(watch_take(place.watch), WATCH_CREATED);
    assert_true(watch_is_being_written(place.watch, path));
    assert_int_equal(write(fd, "Title", 5), 5);
    assert_int_equal(watch_take(place.watch), WATCH_NOTHING);
    assert_true(watch_is_being_written(place.watch, path));
    assert_false(watch_is_being_written(place.watch, SLICE("reviews/a.gmi")));
    watch_renew(place.watch);
    assert_true(watch_is_being_written(place.watch, path));
    (void)close(fd);
    assert_int_equal(watch_take(place.watch), WATCH_CHANGED);
    assert_false(watch_is_being_written(place.watch, path));

    /* Cut off, then written anew. */
    fd = open("capsule/capsule.conf", O_WRONLY | O_CLOEXEC);
    assert_int_equal(write(fd, "Title", 5), 5);
    assert_int_equal(ftruncate(fd, 0), 0);
    assert_int_equal(watch_take(place.watch), WATCH_NOTHING);
    assert_true(watch_is_being_written(place.watch, SLICE("capsule.conf")));
    /* Another one takes its place meanwhile. */
    assert_int_equal(run("touch new && mv new capsule/capsule.conf"), 0);
    assert_int_equal(watch_take(place.watch), WATCH_CHANGED);
    assert_false(watch_is_being_written(place.watch, SLICE("capsule.conf")));
    (void)close(fd);
    end(&place);
}

static void many_files_at_once_are_no_problem(void **state)
{
    (void)state;
    struct place place;
    int fds[200];
    char path[64];
    begin(&place, false);
    for (int i = 0; i < 200; i++) {
        (void)snprintf(path, sizeof path, "capsule/static/%d", i);
        fds[i] = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
        assert_int_equal(write(fds[i], "x", 1), 1);
    }
    assert_int_equal(watch_take(place.watch), WATCH_CREATED);
    for (int i = 0; i < 200; i++) {
        (void)close(fds[i]);
    }
    assert_int_equal(watch_take(place.watch), WATCH_CHANGED);
    for (int i = 0; i < 200; i++) {
        (void)snprintf(path, sizeof path, "static/%d", i);
        assert_false(watch_is_being_written(place.watch, slice_of(path)));
    }
    end(&place);
}

static void folders_in_a_loop_are_no_problem(void **state)
{
    (void)state;
    for (int by_looking = 0; by_looking < 2; by_looking++) {
        struct place place;
        begin(&place, by_looking != 0);
        assert_int_equal(run("cd capsule/reviews && for i in 1 2 3 4; do ln -s . loop$i; done"), 0);
        assert_int_equal(seen(&place), WATCH_CHANGED);
        assert_int_equal(run("echo 1 >capsule/reviews/a.gmi"), 0);
        assert_int_equal(seen(&place), WATCH_CHANGED);
        end(&place);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_told),
        cmocka_unit_test(looks),
        cmocka_unit_test(sees_a_link_on_the_way_that_is_turned),
        cmocka_unit_test(knows_what_is_being_written),
        cmocka_unit_test(many_files_at_once_are_no_problem),
        cmocka_unit_test(folders_in_a_loop_are_no_problem),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
