/* Trust on first use. */
#include "check.h"

#include "base/attributes.h"
#include "base/file.h"
#include "gemini/certificate_facts.h"
#include "gemini/certificate_files.h"
#include "gemini/known_hosts.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char root[] = "/tmp/matinee-test-known-hosts-XXXXXX";
static char path[sizeof root + 32];
static struct buf error;
static struct certificate first;
static struct certificate second;
static int64_t now;

static bool make(const char *name, struct certificate *out)
{
    const slice names[] = { slice_of(name) };
    return certificate_make(root, names, 1, &error) &&
           certificate_load(root, names[0], false, out, NULL, &error);
}

static int begin(UNUSED void **state)
{
    buf_init(&error, 4096);
    now = (int64_t)time(NULL);
    if (mkdtemp(root) == NULL || !make("first.example", &first) ||
        !make("second.example", &second)) {
        return -1;
    }
    (void)snprintf(path, sizeof path, "%s/data/matinee/known_hosts", root);
    return 0;
}

static int end(UNUSED void **state)
{
    char command[sizeof root + 16];
    certificate_release(&first);
    certificate_release(&second);
    buf_release(&error);
    (void)snprintf(command, sizeof command, "rm -rf %s", root);
    return system(command);
}

/* Each test starts without the file. */
static int forget(UNUSED void **state)
{
    (void)unlink(path);
    buf_clear(&error);
    return 0;
}

static enum known_host check(const char *host, int port, const struct certificate *certificate,
                             struct known_host_answer *answer)
{
    struct known_host_answer local;
    answer = answer ? answer : &local;
    if (!known_hosts_check(path, slice_of(host), port, certificate->leaf, now, answer, &error)) {
        fail_msg("%s", buf_string(&error));
    }
    return answer->verdict;
}

static void write_text(const char *text)
{
    assert_true(file_make_folders(AT_FDCWD, root));
    assert_true(file_write(AT_FDCWD, path, slice_of(text), 0600));
}

static void assert_text(const char *wanted)
{
    struct arena arena;
    slice text;
    arena_init(&arena);
    assert_true(file_read(&arena, AT_FDCWD, path, 65536, &text));
    assert_slice_equal(text, wanted);
    arena_release(&arena);
}

static void test_first_then_same(UNUSED void **state)
{
    struct known_host_answer answer;
    struct stat status;
    assert_int_equal(check("a.example", 1965, &first, &answer), KNOWN_HOST_FIRST);
    assert_int_equal(strlen(answer.shown), 64);
    assert_string_equal(answer.remembered, "");
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    assert_int_equal(check("a.example", 1965, &first, &answer), KNOWN_HOST_SAME);
    assert_string_equal(answer.remembered, answer.shown);
    assert_int_equal(answer.remembered_until, certificate_expiry(first.leaf));
}

static void test_changed(UNUSED void **state)
{
    struct known_host_answer before;
    struct known_host_answer answer;
    assert_int_equal(check("a.example", 1965, &first, &before), KNOWN_HOST_FIRST);
    assert_int_equal(check("a.example", 1965, &second, &answer), KNOWN_HOST_CHANGED);
    assert_string_equal(answer.remembered, before.shown);
    assert_string_not_equal(answer.remembered, answer.shown);
    /* Seeing it once does not make it known. */
    assert_int_equal(check("a.example", 1965, &second, &answer), KNOWN_HOST_CHANGED);
    assert_int_equal(check("a.example", 1965, &first, &answer), KNOWN_HOST_SAME);
}

static void test_servers_are_apart(UNUSED void **state)
{
    assert_int_equal(check("a.example", 1965, &first, NULL), KNOWN_HOST_FIRST);
    assert_int_equal(check("a.example", 1966, &second, NULL), KNOWN_HOST_FIRST);
    assert_int_equal(check("aa.example", 1965, &second, NULL), KNOWN_HOST_FIRST);
    assert_int_equal(check("::1", 1965, &second, NULL), KNOWN_HOST_FIRST);
    assert_int_equal(check("::1", 1965, &second, NULL), KNOWN_HOST_SAME);
    assert_int_equal(check("a.example", 1965, &first, NULL), KNOWN_HOST_SAME);
}

#define OTHER "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void test_renewed(UNUSED void **state)
{
    struct known_host_answer answer;
    struct buf wanted;
    write_text("# mine\n\n"
               "b.example:1965 sha256 " OTHER " 2999-01-01T00:00:00Z\n"
               "a.example:1965 sha256 " OTHER " 2001-02-03T04:05:06Z\r\n"
               "[::1]:1965 sha256 " OTHER " 2999-01-01T00:00:00Z");
    assert_int_equal(check("a.example", 1965, &first, &answer), KNOWN_HOST_RENEWED);
    assert_string_equal(answer.remembered, OTHER);
    assert_int_equal(check("a.example", 1965, &first, NULL), KNOWN_HOST_SAME);
    assert_int_equal(check("b.example", 1965, &first, NULL), KNOWN_HOST_CHANGED);
    assert_int_equal(check("::1", 1965, &first, NULL), KNOWN_HOST_CHANGED);
    buf_init(&wanted, 4096);
    buf_printf(&wanted,
               "# mine\n\n"
               "b.example:1965 sha256 " OTHER " 2999-01-01T00:00:00Z\n"
               "a.example:1965 sha256 %s ",
               answer.shown);
    struct tm expiry;
    assert_int_equal(ASN1_TIME_to_tm(X509_get0_notAfter(first.leaf), &expiry), 1);
    char text[32];
    assert_true(strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &expiry) > 0);
    buf_printf(&wanted, "%s\n[::1]:1965 sha256 " OTHER " 2999-01-01T00:00:00Z", text);
    assert_text(buf_string(&wanted));
    /* A line is added after one that has no end. */
    assert_int_equal(check("c.example", 1965, &first, NULL), KNOWN_HOST_FIRST);
    assert_int_equal(check("::1", 1965, &first, NULL), KNOWN_HOST_CHANGED);
    buf_release(&wanted);
}

/* What cannot be read is no reason to trust. */
static void test_bad_lines(UNUSED void **state)
{
    static const char *const lines[] = {
        "a.example:1965\n",
        "a.example:1965 sha256 abc 2999-01-01T00:00:00Z\n",
        "a.example:1965 sha1 " OTHER " 2999-01-01T00:00:00Z\n",
        "a.example:1965 sha256 " OTHER "\n",
        "a.example:1965 sha256 " OTHER " soon\n",
        "a.example:1965 sha256 " OTHER " 2999-01-01T00:00:00Z more\n",
        "a.example:1965  sha256 " OTHER " 2999-01-01T00:00:00Z\n",
        "<html>\n",
    };
    struct known_host_answer answer;
    for (size_t i = 0; i < ARRAY_LENGTH(lines); i++) {
        char text[256];
        (void)snprintf(text, sizeof text, "# one\n%s", lines[i]);
        write_text(text);
        buf_clear(&error);
        assert_false(
            known_hosts_check(path, SLICE("a.example"), 1965, first.leaf, now, &answer, &error));
        assert_non_null(strstr(buf_string(&error), "known_hosts:2: "));
        assert_text(text);
    }
}

static void test_no_place(UNUSED void **state)
{
    struct known_host_answer answer;
    assert_false(known_hosts_check("/dev/null/x/known_hosts", SLICE("a.example"), 1965, first.leaf,
                                   now, &answer, &error));
    assert_true(error.len > 0);
}

/* Processes that meet different servers at once lose none of them. */
static void test_at_once(UNUSED void **state)
{
    enum { PROCESSES = 8, EACH = 5 };
    for (int i = 0; i < PROCESSES; i++) {
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            bool ok = true;
            for (int j = 0; j < EACH; j++) {
                struct known_host_answer answer;
                ok = known_hosts_check(path, SLICE("a.example"), 1 + i * EACH + j, first.leaf, now,
                                       &answer, &error) &&
                     answer.verdict == KNOWN_HOST_FIRST && ok;
            }
            _exit(ok ? 0 : 1);
        }
    }
    for (int i = 0; i < PROCESSES; i++) {
        int status = -1;
        assert_true(wait(&status) > 0);
        assert_int_equal(status, 0);
    }
    for (int i = 0; i < PROCESSES * EACH; i++) {
        assert_int_equal(check("a.example", 1 + i, &first, NULL), KNOWN_HOST_SAME);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_first_then_same, forget),
        cmocka_unit_test_setup(test_changed, forget),
        cmocka_unit_test_setup(test_servers_are_apart, forget),
        cmocka_unit_test_setup(test_renewed, forget),
        cmocka_unit_test_setup(test_bad_lines, forget),
        cmocka_unit_test_setup(test_no_place, forget),
        cmocka_unit_test_setup(test_at_once, forget),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
