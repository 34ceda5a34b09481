/* Certificates and the secret of tickets, on their way from files to the processes that need them.
 */
#include "check.h"

#include "base/file.h"
#include "base/limits.h"
#include "gemini/certificate_files.h"
#include "server/channel.h"
#include "server/keyring.h"
#include "server/tls.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[64];
static const slice hosts[] = { SLICE_INIT("a.example"), SLICE_INIT("*.a.example") };
static const struct server_site site = { .certificate_name = SLICE_INIT("a.example"),
                                         .shown_hosts = hosts,
                                         .shown_host_count = 2 };
static struct server_settings settings;
static const struct server_options options = {
    .settings = &settings, .sites = &site, .site_count = 1, .certs_folder = folder
};

static void make(const char *name)
{
    struct buf error;
    const slice names[] = { slice_of(name) };
    buf_init(&error, 1000);
    if (!certificate_make(folder, names, 1, &error)) {
        fail_msg("%s", buf_string(&error));
    }
    buf_release(&error);
}

static const char *path_of(const char *name)
{
    static char path[sizeof folder + 64];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void remove_pair(const char *name)
{
    char file[64];
    (void)snprintf(file, sizeof file, "%s.crt", name);
    (void)unlink(path_of(file));
    (void)snprintf(file, sizeof file, "%s.key", name);
    (void)unlink(path_of(file));
}

static int setup(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/matinee-keyring-XXXXXX");
    if (mkdtemp(folder) == NULL) {
        return -1;
    }
    settings.tickets = TICKETS_AUTO;
    make("a.example");
    make("b.example");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    char command[128];
    (void)snprintf(command, sizeof command, "rm -r '%s'", folder);
    return system(command);
}

static void load(const struct keyring *old, struct keyring *out)
{
    if (!keyring_load(&options, old, out)) {
        fail_msg("no ring");
    }
}

static void test_there_and_back(void **state)
{
    (void)state;
    struct keyring ring;
    struct keyring received;
    int sockets[2];
    settings.tickets = TICKETS_YES;
    load(NULL, &ring);
    assert_int_equal(ring.count, 2);
    assert_true(ring.has_secret);
    /* Some extra certificate as a chain: it is passed on as it is. */
    X509 *extra = ring.pairs[1].certificate.leaf;
    assert_true(X509_up_ref(extra) == 1 &&
                sk_X509_push(ring.pairs[0].certificate.chain, extra) > 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), 0);
    int fds[CHANNEL_FILES];
    size_t fd_count = 0;
    assert_true(keyring_send(sockets[0], &ring));
    assert_int_equal(channel_receive(sockets[1], fds, &fd_count), CHANNEL_CREDENTIALS);
    assert_true(keyring_receive(sockets[1], &received));
    assert_true(keyring_equal(&ring, &received));
    assert_int_equal(sk_X509_num(received.pairs[0].certificate.chain), 1);
    assert_non_null(keyring_find(&received, SLICE("b.example")));
    assert_null(keyring_find(&received, SLICE("c.example")));
    received.secret[3] ^= 1;
    assert_false(keyring_equal(&ring, &received));
    keyring_release(&received);

    (void)close(sockets[0]);
    assert_false(keyring_receive(sockets[1], &received));
    (void)close(sockets[1]);
    keyring_release(&ring);
}

static void test_what_is_no_ring(void **state)
{
    (void)state;
    static const struct {
        uint32_t size, count;
        const char *bytes;
    } rows[] = {
        { 0, 0, "" },
        { 5, 0, "hello" },
        { 100, 1, "too short" },
        { UINT32_MAX, 1, "too long" },
        { 44, 1, "the secret's thirty-two bytes...\xff\xff\xff\x7f\x01\x01\x01\x01name" },
        { 36, 0, "the secret's thirty-two bytes...more" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct keyring received;
        const uint32_t preface[3] = { rows[i].size, rows[i].count, 0 };
        int sockets[2];
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), 0);
        assert_int_equal(write(sockets[0], preface, sizeof preface), sizeof preface);
        assert_true(write(sockets[0], rows[i].bytes, strlen(rows[i].bytes)) >= 0);
        (void)close(sockets[0]);
        assert_false(keyring_receive(sockets[1], &received));
        assert_int_equal(received.count, 0);
        (void)close(sockets[1]);
    }
}

static void test_what_cannot_be_used_at_the_start(void **state)
{
    (void)state;
    struct keyring ring;
    assert_int_equal(chmod(path_of("a.example.key"), 0644), 0);
    assert_false(keyring_load(&options, NULL, &ring));
    assert_int_equal(chmod(path_of("a.example.key"), 0600), 0);
    /* Another name of the capsule. */
    make("*.a.example");
    assert_int_equal(unlink(path_of("wildcard_.a.example.key")), 0);
    assert_false(keyring_load(&options, NULL, &ring));
    remove_pair("wildcard_.a.example");
    /* Somebody else's is nobody's problem: broken, or without a key. */
    assert_int_equal(chmod(path_of("b.example.key"), 0644), 0);
    assert_true(file_write(AT_FDCWD, path_of("reader.crt"), SLICE("what is this?"), 0));
    load(NULL, &ring);
    assert_int_equal(ring.count, 1);
    keyring_release(&ring);
    assert_int_equal(unlink(path_of("reader.crt")), 0);
    assert_int_equal(chmod(path_of("b.example.key"), 0600), 0);
}

static void test_what_changes_later(void **state)
{
    (void)state;
    struct keyring before;
    struct keyring after;
    load(NULL, &before);
    load(&before, &after);
    assert_true(keyring_equal(&before, &after));
    keyring_release(&after);

    /* One that cannot be read stays as it was, one that is gone goes, a needed one stays. */
    assert_true(file_write(AT_FDCWD, path_of("b.example.crt"), SLICE("broken"), 0));
    load(&before, &after);
    assert_true(keyring_equal(&before, &after));
    keyring_release(&after);
    remove_pair("b.example");
    load(&before, &after);
    assert_int_equal(after.count, 1);
    keyring_release(&after);
    remove_pair("a.example");
    load(&before, &after);
    assert_int_equal(after.count, 1);
    assert_non_null(keyring_find(&after, SLICE("a.example")));
    keyring_release(&after);

    make("a.example");
    make("*.a.example");
    load(&before, &after);
    assert_int_equal(after.count, 2);
    assert_non_null(keyring_find(&after, SLICE("wildcard_.a.example")));
    assert_false(certificate_equal(&keyring_find(&after, SLICE("a.example"))->certificate,
                                   &keyring_find(&before, SLICE("a.example"))->certificate));
    keyring_release(&after);
    keyring_release(&before);
}

/* As large as the file of a certificate may be. */
static void make_large(const char *name)
{
    static unsigned char filler[700 * 1024];
    struct certificate certificate;
    struct buf error;
    char file[64];
    buf_init(&error, 1000);
    make(name);
    assert_true(certificate_load(folder, slice_of(name), true, &certificate, NULL, &error));
    ASN1_OCTET_STRING *string = ASN1_OCTET_STRING_new();
    assert_true(string != NULL && ASN1_OCTET_STRING_set(string, filler, sizeof filler) == 1);
    X509_EXTENSION *extension = X509_EXTENSION_create_by_NID(NULL, NID_netscape_comment, 0, string);
    BIO *pem = BIO_new(BIO_s_mem());
    assert_true(extension != NULL && X509_add_ext(certificate.leaf, extension, -1) == 1 &&
                X509_sign(certificate.leaf, certificate.key, EVP_sha256()) > 0 && pem != NULL &&
                certificate_put_pem(&certificate, pem));
    (void)snprintf(file, sizeof file, "%s.crt", name);
    assert_true(file_write(AT_FDCWD, path_of(file), certificate_bio_bytes(pem), 0));
    BIO_free(pem);
    X509_EXTENSION_free(extension);
    ASN1_OCTET_STRING_free(string);
    certificate_release(&certificate);
    buf_release(&error);
}

/* They are sent in one piece, for which there is a limit: what is beyond it is passed over, and the
 * others arrive. */
static void test_too_many_bytes(void **state)
{
    (void)state;
    struct keyring ring;
    struct keyring received;
    int fds[CHANNEL_FILES];
    size_t fd_count = 0;
    int sockets[2];
    char name[24];
    for (int i = 0; i < 18; i++) {
        (void)snprintf(name, sizeof name, "large-%02d", i);
        make_large(name);
    }
    load(NULL, &ring);
    assert_int_equal(ring.count, 1 + 1 + 17);
    assert_non_null(keyring_find(&ring, SLICE("a.example")));
    assert_null(keyring_find(&ring, SLICE("large-17")));
    keyring_release(&ring);

    settings.tickets = TICKETS_YES;
    load(NULL, &ring);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), 0);
    pid_t sender = fork();
    if (sender == 0) {
        _exit(keyring_send(sockets[0], &ring) ? 0 : 1);
    }
    (void)close(sockets[0]);
    assert_int_equal(channel_receive(sockets[1], fds, &fd_count), CHANNEL_CREDENTIALS);
    assert_true(keyring_receive(sockets[1], &received));
    assert_true(keyring_equal(&ring, &received));
    assert_int_equal(waitpid(sender, NULL, 0), sender);
    (void)close(sockets[1]);
    keyring_release(&received);
    keyring_release(&ring);
}

static void test_links(void **state)
{
    (void)state;
    struct keyring ring;
    char elsewhere[] = "/tmp/matinee-keyring-link-XXXXXX";
    char from[sizeof elsewhere + 16];
    assert_non_null(mkdtemp(elsewhere));
    (void)snprintf(from, sizeof from, "%s/x.crt", elsewhere);
    assert_int_equal(rename(path_of("b.example.crt"), from), 0);
    assert_int_equal(symlink(from, path_of("b.example.crt")), 0);
    load(NULL, &ring);
    assert_non_null(keyring_find(&ring, SLICE("b.example")));
    keyring_release(&ring);
    assert_int_equal(unlink(from), 0);
    assert_int_equal(rmdir(elsewhere), 0);
}

static void test_the_secret(void **state)
{
    (void)state;
    struct keyring first;
    struct keyring again;
    struct stat status;
    const char *path = path_of(TICKET_SECRET_FILE);
    load(NULL, &first);
    assert_false(first.has_secret);
    assert_int_equal(access(path, F_OK), -1);
    keyring_release(&first);

    settings.tickets = TICKETS_YES;
    load(NULL, &first);
    assert_true(first.has_secret);
    assert_int_equal(stat(path_of(TICKET_SECRET_FILE), &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    load(NULL, &again);
    assert_true(keyring_equal(&first, &again));
    keyring_release(&again);

    assert_int_equal(chmod(path_of(TICKET_SECRET_FILE), 0644), 0);
    assert_false(keyring_load(&options, NULL, &again));
    load(&first, &again);
    assert_true(keyring_equal(&first, &again));
    keyring_release(&again);
    assert_int_equal(chmod(path_of(TICKET_SECRET_FILE), 0600), 0);

    static const char *const bad[] = { "", "0123", "x",
                                       "0123456789abcdef0123456789abcdef"
                                       "0123456789abcdef0123456789abcdeg" };
    for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
        assert_true(file_write(AT_FDCWD, path_of(TICKET_SECRET_FILE), slice_of(bad[i]), 0600));
        assert_false(keyring_load(&options, NULL, &again));
    }
    assert_true(file_write(
        AT_FDCWD, path_of(TICKET_SECRET_FILE),
        SLICE("0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef\n"), 0600));
    load(NULL, &again);
    assert_int_equal(again.secret[0], 0x01);
    assert_int_equal(again.secret[7], 0xEF);
    keyring_release(&again);
    keyring_release(&first);
}

static void test_a_context(void **state)
{
    (void)state;
    struct keyring ring;
    struct buf error;
    load(NULL, &ring);
    buf_init(&error, 1000);
    SSL_CTX *context = tls_context_new(&ring.pairs[0].certificate, &error);
    assert_non_null(context);
    assert_int_equal(error.len, 0);
    SSL_CTX_free(context);

    /* The key of another certificate. */
    const struct certificate mixed = { .leaf = ring.pairs[0].certificate.leaf,
                                       .chain = ring.pairs[0].certificate.chain,
                                       .key = ring.pairs[1].certificate.key };
    assert_null(tls_context_new(&mixed, &error));
    assert_true(error.len > 0);
    buf_release(&error);
    keyring_release(&ring);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_there_and_back, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_is_no_ring, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_cannot_be_used_at_the_start, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_changes_later, setup, teardown),
        cmocka_unit_test_setup_teardown(test_too_many_bytes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_links, setup, teardown),
        cmocka_unit_test_setup_teardown(test_the_secret, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_context, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
