/* Certificates made, loaded and shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/attributes.h"
#include "base/file.h"
#include "gemini/certificate_facts.h"
#include "gemini/certificate_files.h"
#include "gemini/self_signed.h"

#include <fcntl.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char root[] = "/tmp/matinee-test-certificate-XXXXXX";
static char folder[sizeof root + 8];
static struct buf error;

static int begin(UNUSED void **state)
{
    if (mkdtemp(root) == NULL) {
        return -1;
    }
    (void)snprintf(folder, sizeof folder, "%s/certs", root);
    buf_init(&error, 4096);
    return 0;
}

static int end(UNUSED void **state)
{
    char command[sizeof root + 16];
    buf_release(&error);
    (void)snprintf(command, sizeof command, "rm -rf %s", root);
    return system(command);
}

static const char *path_of(const char *name)
{
    static char path[sizeof folder + 64];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void make(const char *name)
{
    slice names[1] = { slice_of(name) };
    buf_clear(&error);
    if (!certificate_make(folder, names, 1, &error)) {
        fail_msg("%s", buf_string(&error));
    }
}

static void assert_error(const char *part)
{
    const char *message = buf_string(&error);
    if (message == NULL || strstr(message, part) == NULL) {
        fail_msg("`%s` does not say `%s`", message, part);
    }
}

static void test_make_and_load(UNUSED void **state)
{
    const slice names[] = { SLICE("capsule.example"), SLICE("www.capsule.example"),
                            SLICE("127.0.0.1"), SLICE("::1"), SLICE("capsule.example") };
    struct certificate certificate;
    struct stat status;
    if (!certificate_make(folder, names, ARRAY_LENGTH(names), &error)) {
        fail_msg("%s", buf_string(&error));
    }
    assert_int_equal(stat(folder, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0700);
    assert_int_equal(stat(path_of("capsule.example.key"), &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);

    bool missing = true;
    if (!certificate_load(folder, names[0], true, &certificate, &missing, &error)) {
        fail_msg("%s", buf_string(&error));
    }
    assert_false(missing);
    assert_int_equal(EVP_PKEY_get_base_id(certificate.key), EVP_PKEY_EC);
    assert_int_equal(EVP_PKEY_get_bits(certificate.key), 256);
    assert_int_equal(sk_X509_num(certificate.chain), 0);
    /* Self-signed, and no authority: some clients refuse one that is. */
    assert_int_equal(X509_verify(certificate.leaf, certificate.key), 1);
    assert_int_equal(X509_check_ca(certificate.leaf), 0);

    struct buf shown;
    buf_init(&shown, 4096);
    certificate_put_names(certificate.leaf, &shown);
    assert_string_equal(buf_string(&shown), "capsule.example, www.capsule.example, 127.0.0.1, ::1");
    buf_release(&shown);
    assert_int_equal(X509_check_host(certificate.leaf, "www.capsule.example", 0, 0, NULL), 1);
    assert_int_equal(X509_check_ip_asc(certificate.leaf, "::1", 0), 1);
    assert_int_equal(X509_check_host(certificate.leaf, "other.example", 0, 0, NULL), 0);

    const int64_t year = 365 * 24 * 3600;
    int64_t left = certificate_expiry(certificate.leaf) - (int64_t)time(NULL);
    assert_true(left > 20 * year && left < 21 * year);
    assert_true(X509_cmp_current_time(X509_get0_notBefore(certificate.leaf)) < 0);
    certificate_release(&certificate);
    assert_null(certificate.leaf);
}

static void test_never_replaced(UNUSED void **state)
{
    const slice names[] = { SLICE("twice.example") };
    make("twice.example");
    buf_clear(&error);
    assert_false(certificate_make(folder, names, 1, &error));
    assert_error("exists already");
    /* Nor when only one of the files is left. */
    assert_int_equal(unlink(path_of("twice.example.crt")), 0);
    assert_false(certificate_make(folder, names, 1, &error));
    assert_int_equal(access(path_of("twice.example.crt"), F_OK), -1);
    assert_int_equal(access(path_of("twice.example.key"), F_OK), 0);
}

static void test_two_are_different(UNUSED void **state)
{
    struct buf prints[2];
    static const char *const names[] = { "one.example", "two.example" };
    for (int i = 0; i < 2; i++) {
        struct certificate certificate;
        make(names[i]);
        buf_clear(&error);
        assert_true(
            certificate_load(folder, slice_of(names[i]), false, &certificate, NULL, &error));
        assert_null(certificate.key);
        buf_init(&prints[i], 4096);
        certificate_put_fingerprint(certificate.leaf, '\0', &prints[i]);
        assert_int_equal(prints[i].len, 64);
        certificate_release(&certificate);
    }
    assert_false(slice_equal(buf_slice(&prints[0]), buf_slice(&prints[1])));
    buf_release(&prints[0]);
    buf_release(&prints[1]);
}

static void test_fingerprint(UNUSED void **state)
{
    struct certificate certificate;
    make("print.example");
    assert_true(
        certificate_load(folder, SLICE("print.example"), false, &certificate, NULL, &error));
    unsigned char *der = NULL;
    unsigned char digest[SHA256_DIGEST_LENGTH];
    int length = i2d_X509(certificate.leaf, &der);
    assert_true(length > 0);
    (void)SHA256(der, (size_t)length, digest);
    char wanted[3 * SHA256_DIGEST_LENGTH + 1] = "";
    for (size_t i = 0; i < sizeof digest; i++) {
        (void)snprintf(wanted + 3 * i, 4, "%02x:", digest[i]);
    }
    wanted[sizeof wanted - 2] = '\0';
    struct buf out;
    buf_init(&out, 4096);
    certificate_put_fingerprint(certificate.leaf, ':', &out);
    assert_string_equal(buf_string(&out), wanted);
    buf_release(&out);
    OPENSSL_free(der);
    certificate_release(&certificate);
}

static void test_bad_names(UNUSED void **state)
{
    static const char *const bad[] = {
        "",   ".",       "..",          "../x",      "a/b",  "a b", "a..b",
        ".a", "a,DNS:b", "*.*.example", "A.example", "a\nb", "a:b", "\xEC\x98\x81.example",
    };
    for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
        const slice names[] = { SLICE("good.example"), slice_of(bad[i]) };
        buf_clear(&error);
        assert_false(certificate_make(folder, names, 2, &error));
        assert_error("`");
    }
    assert_int_equal(access(path_of("good.example.key"), F_OK), -1);
    buf_clear(&error);
    assert_false(certificate_make(folder, NULL, 0, &error));
    /* A name as long as names can be does not fit a common name. */
    char longest[253];
    memset(longest, 'a', sizeof longest);
    longest[63] = longest[127] = longest[191] = '.';
    const slice names[] = { { longest, 200 }, { longest, sizeof longest } };
    assert_true(certificate_make(folder, names, 2, &error));
}

static void test_missing(UNUSED void **state)
{
    struct certificate certificate;
    bool missing = false;
    buf_clear(&error);
    assert_false(
        certificate_load(folder, SLICE("none.example"), true, &certificate, &missing, &error));
    assert_true(missing);
    assert_error("none.example.crt");
    assert_null(certificate.leaf);

    make("half.example");
    assert_int_equal(unlink(path_of("half.example.key")), 0);
    buf_clear(&error);
    assert_false(
        certificate_load(folder, SLICE("half.example"), true, &certificate, &missing, &error));
    assert_false(missing);
    assert_error("half.example.key");
    assert_true(
        certificate_load(folder, SLICE("half.example"), false, &certificate, &missing, &error));
    certificate_release(&certificate);
}

static void test_foreign_key(UNUSED void **state)
{
    char key[sizeof folder + 64];
    struct certificate certificate;
    make("mine.example");
    make("foreign.example");
    (void)snprintf(key, sizeof key, "%s", path_of("foreign.example.key"));
    assert_int_equal(rename(key, path_of("mine.example.key")), 0);
    buf_clear(&error);
    assert_false(certificate_load(folder, SLICE("mine.example"), true, &certificate, NULL, &error));
    assert_error("is not the key of");
}

static void test_public_key_file(UNUSED void **state)
{
    struct certificate certificate;
    make("open.example");
    assert_int_equal(chmod(path_of("open.example.key"), 0644), 0);
    buf_clear(&error);
    assert_false(certificate_load(folder, SLICE("open.example"), true, &certificate, NULL, &error));
    assert_error("chmod 600");
    assert_int_equal(chmod(path_of("open.example.key"), 0640), 0);
    assert_true(certificate_load(folder, SLICE("open.example"), true, &certificate, NULL, &error));
    certificate_release(&certificate);
}

static void test_not_pem(UNUSED void **state)
{
    static const char *const texts[] = {
        "",
        "no PEM at all\n",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    };
    struct certificate certificate;
    make("pem.example");
    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
        assert_true(file_write(AT_FDCWD, path_of("pem.example.crt"), slice_of(texts[i]), 0));
        buf_clear(&error);
        assert_false(
            certificate_load(folder, SLICE("pem.example"), true, &certificate, NULL, &error));
        assert_error("pem.example.crt");
    }
    make("pemkey.example");
    assert_true(file_write(AT_FDCWD, path_of("pemkey.example.key"), SLICE("x"), 0600));
    buf_clear(&error);
    assert_false(
        certificate_load(folder, SLICE("pemkey.example"), true, &certificate, NULL, &error));
    assert_error("pemkey.example.key");
}

static void test_encrypted_key(UNUSED void **state)
{
    struct certificate certificate;
    make("locked.example");
    assert_true(
        certificate_load(folder, SLICE("locked.example"), true, &certificate, NULL, &error));
    FILE *file = fopen(path_of("locked.example.key"), "w");
    assert_non_null(file);
    assert_int_equal(PEM_write_PrivateKey(file, certificate.key, EVP_aes_256_cbc(),
                                          (const unsigned char *)"secret", 6, NULL, NULL),
                     1);
    (void)fclose(file);
    certificate_release(&certificate);
    buf_clear(&error);
    assert_false(
        certificate_load(folder, SLICE("locked.example"), true, &certificate, NULL, &error));
    assert_error("encrypted");
}

static void test_chain(UNUSED void **state)
{
    struct arena arena;
    struct buf both;
    slice first;
    slice second;
    struct certificate certificate;
    make("leaf.example");
    make("middle.example");
    arena_init(&arena);
    buf_init(&both, 65536);
    assert_true(file_read(&arena, AT_FDCWD, path_of("leaf.example.crt"), 65536, &first));
    assert_true(file_read(&arena, AT_FDCWD, path_of("middle.example.crt"), 65536, &second));
    buf_puts(&both, "Some words before\n");
    buf_put(&both, first);
    buf_put(&both, second);
    assert_true(file_write(AT_FDCWD, path_of("leaf.example.crt"), buf_slice(&both), 0));
    buf_clear(&error);
    assert_true(certificate_load(folder, SLICE("leaf.example"), true, &certificate, NULL, &error));
    assert_int_equal(sk_X509_num(certificate.chain), 1);
    certificate_release(&certificate);

    /* A chain that breaks off is no chain. */
    buf_truncate(&both, both.len - 60);
    assert_true(file_write(AT_FDCWD, path_of("leaf.example.crt"), buf_slice(&both), 0));
    assert_false(certificate_load(folder, SLICE("leaf.example"), true, &certificate, NULL, &error));
    buf_release(&both);
    arena_release(&arena);
}

/* --- renewing --- */

static void load(const char *name, bool with_key, struct certificate *out)
{
    buf_clear(&error);
    if (!certificate_load(folder, slice_of(name), with_key, out, NULL, &error)) {
        fail_msg("%s", buf_string(&error));
    }
}

static void test_renew(UNUSED void **state)
{
    const slice names[] = { SLICE("renew.example"), SLICE("www.renew.example") };
    const slice again[] = { SLICE("renew.example"), SLICE("*.renew.example"), SLICE("192.0.2.9") };
    for (int keep = 0; keep < 2; keep++) {
        struct certificate before;
        struct certificate after;
        struct stat status;
        struct buf shown;
        buf_clear(&error);
        (void)unlink(path_of("renew.example.crt"));
        (void)unlink(path_of("renew.example.key"));
        assert_true(certificate_make(folder, names, ARRAY_LENGTH(names), &error));
        assert_int_equal(chmod(path_of("renew.example.key"), 0640), 0);
        load("renew.example", true, &before);
        if (!certificate_renew(folder, again, ARRAY_LENGTH(again), keep == 1, &error)) {
            fail_msg("%s", buf_string(&error));
        }
        load("renew.example", true, &after);
        assert_int_not_equal(X509_cmp(before.leaf, after.leaf), 0);
        assert_int_equal(EVP_PKEY_eq(before.key, after.key) == 1, keep == 1);
        assert_int_equal(X509_verify(after.leaf, after.key), 1);
        buf_init(&shown, 4096);
        certificate_put_names(after.leaf, &shown);
        assert_string_equal(buf_string(&shown),
                            "renew.example, *.renew.example, 192.0.2.9, www.renew.example");
        buf_release(&shown);
        assert_int_equal(stat(path_of("renew.example.key"), &status), 0);
        assert_int_equal(status.st_mode & 0777, 0640);
        assert_int_equal(access(path_of(".renew.example.crt.new"), F_OK), -1);
        assert_int_equal(access(path_of(".renew.example.key.new"), F_OK), -1);
        certificate_release(&before);
        certificate_release(&after);
    }
}

static void test_renew_needs_one_of_ours(UNUSED void **state)
{
    const slice names[] = { SLICE("signed.example") };
    struct certificate certificate;
    buf_clear(&error);
    assert_false(certificate_renew(folder, names, 1, false, &error));
    assert_error("signed.example.crt: No such file");
    assert_false(certificate_renew(folder, names, 0, false, &error));

    make("signed.example");
    load("signed.example", true, &certificate);
    X509_NAME *issuer = X509_NAME_new();
    assert_int_equal(X509_NAME_add_entry_by_NID(issuer, NID_commonName, MBSTRING_ASC,
                                                (const unsigned char *)"Somebody", -1, -1, 0),
                     1);
    assert_int_equal(X509_set_issuer_name(certificate.leaf, issuer), 1);
    X509_NAME_free(issuer);
    assert_true(X509_sign(certificate.leaf, certificate.key, EVP_sha256()) > 0);
    FILE *file = fopen(path_of("signed.example.crt"), "w");
    assert_non_null(file);
    assert_int_equal(PEM_write_X509(file, certificate.leaf), 1);
    (void)fclose(file);
    buf_clear(&error);
    assert_false(certificate_renew(folder, names, 1, false, &error));
    assert_error("signed by somebody else");
    certificate_release(&certificate);
}

/* Whoever renews may die between the two renames. */
static void test_half_renewed(UNUSED void **state)
{
    struct certificate before;
    struct certificate after;
    struct certificate found;
    make("half-old.example");
    make("half-new.example");
    load("half-old.example", true, &before);
    load("half-new.example", true, &after);
    char from[sizeof folder + 64];
    (void)snprintf(from, sizeof from, "%s", path_of("half-new.example.crt"));
    assert_int_equal(rename(from, path_of(".half-old.example.crt.new")), 0);
    /* The key is still the old one. */
    load("half-old.example", true, &found);
    assert_true(certificate_equal(&found, &before));
    certificate_release(&found);
    (void)snprintf(from, sizeof from, "%s", path_of("half-new.example.key"));
    assert_int_equal(rename(from, path_of("half-old.example.key")), 0);
    load("half-old.example", true, &found);
    assert_true(certificate_equal(&found, &after));
    certificate_release(&found);
    certificate_release(&before);
    certificate_release(&after);
    /* It can be renewed once more. */
    buf_clear(&error);
    assert_true(certificate_renew(folder, &(slice){ "half-old.example", 16 }, 1, false, &error));
    assert_int_equal(access(path_of(".half-old.example.crt.new"), F_OK), -1);
    load("half-old.example", true, &found);
    certificate_release(&found);
}

/* Between looking at one file and at the other both may be replaced. */
static void test_renewed_while_it_is_read(UNUSED void **state)
{
    const slice names[] = { SLICE("often.example") };
    buf_clear(&error);
    assert_true(certificate_make(folder, names, 1, &error));
    pid_t renewer = fork();
    while (renewer == 0) {
        if (!certificate_renew(folder, names, 1, false, &error)) {
            _exit(1);
        }
    }
    int wrong = 0;
    for (int i = 0; i < 300; i++) {
        struct certificate certificate;
        if (certificate_load(folder, names[0], true, &certificate, NULL, &error)) {
            certificate_release(&certificate);
        } else {
            wrong++;
        }
    }
    (void)kill(renewer, SIGKILL);
    assert_int_equal(waitpid(renewer, NULL, 0), renewer);
    print_message("%s\n", buf_string(&error));
    assert_int_equal(wrong, 0);
}

static void test_patterns(UNUSED void **state)
{
    const slice names[] = { SLICE("*.pattern.example") };
    struct certificate certificate;
    buf_clear(&error);
    assert_false(certificate_exists(folder, names[0]));
    assert_true(certificate_make(folder, names, 1, &error));
    assert_true(certificate_exists(folder, names[0]));
    assert_int_equal(access(path_of("wildcard_.pattern.example.key"), F_OK), 0);
    load("*.pattern.example", true, &certificate);
    static const struct {
        const char *host;
        bool covered;
    } cases[] = {
        { "a.pattern.example", true },    { "*.pattern.example", true },
        { "pattern.example", false },     { "a.b.pattern.example", false },
        { "*.b.pattern.example", false }, { "192.0.2.1", false },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        assert_int_equal(certificate_covers(certificate.leaf, slice_of(cases[i].host)),
                         cases[i].covered);
    }
    certificate_release(&certificate);
}

static void test_covers(UNUSED void **state)
{
    const slice names[] = { SLICE("cover.example"), SLICE("192.0.2.1"), SLICE("2001:db8::1") };
    struct certificate certificate;
    buf_clear(&error);
    assert_true(certificate_make(folder, names, ARRAY_LENGTH(names), &error));
    load("cover.example", false, &certificate);
    static const struct {
        const char *host;
        bool covered;
    } cases[] = {
        { "cover.example", true },
        { "192.0.2.1", true },
        { "2001:db8::1", true },
        { "b.example", false },
        { "192.0.2.2", false },
        { "www.cover.example", false },
        { "", false },
        { "::1", false },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        assert_int_equal(certificate_covers(certificate.leaf, slice_of(cases[i].host)),
                         cases[i].covered);
    }
    assert_false(certificate_covers(certificate.leaf, (slice){ "cover.example\0.b", 16 }));
    /* Without a DNS name there, the common name counts. */
    int at = X509_get_ext_by_NID(certificate.leaf, NID_subject_alt_name, -1);
    X509_EXTENSION_free(X509_delete_ext(certificate.leaf, at));
    assert_true(certificate_covers(certificate.leaf, SLICE("cover.example")));
    assert_false(certificate_covers(certificate.leaf, SLICE("192.0.2.1")));
    certificate_release(&certificate);
}

static void test_kinds(UNUSED void **state)
{
    const struct {
        EVP_PKEY *key;
        const char *kind;
        bool costly;
    } cases[] = {
        { NULL, "ECDSA P-256", false },
        { EVP_EC_gen("P-384"), "ECDSA P-384", true },
        { EVP_RSA_gen(2048), "RSA 2048", true },
        { EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), "Ed25519", false },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct certificate certificate;
        struct buf kind;
        const slice name = SLICE("kind.example");
        buf_clear(&error);
        buf_init(&kind, 100);
        assert_true(self_signed_new(&name, 1, cases[i].key, &certificate, &error));
        certificate_put_kind(certificate.leaf, &kind);
        assert_string_equal(buf_string(&kind), cases[i].kind);
        assert_int_equal(certificate_is_costly(certificate.leaf), cases[i].costly);
        assert_int_equal(X509_verify(certificate.leaf, certificate.key), 1);
        buf_release(&kind);
        certificate_release(&certificate);
        EVP_PKEY_free(cases[i].key);
    }
}

static void test_key_fingerprint(UNUSED void **state)
{
    struct certificate certificate;
    unsigned char *der = NULL;
    unsigned char wanted[SHA256_DIGEST_LENGTH];
    unsigned char digest[CERTIFICATE_DIGEST];
    make("pin.example");
    load("pin.example", true, &certificate);
    int length = i2d_PUBKEY(certificate.key, &der);
    assert_true(length > 0);
    (void)SHA256(der, (size_t)length, wanted);
    assert_true(certificate_key_digest(certificate.leaf, digest));
    assert_memory_equal(digest, wanted, sizeof wanted);
    int64_t begin_at = 0;
    int64_t end_at = 0;
    certificate_validity(certificate.leaf, &begin_at, &end_at);
    assert_true(begin_at < (int64_t)time(NULL) && end_at > (int64_t)time(NULL));
    OPENSSL_free(der);
    certificate_release(&certificate);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_make_and_load),
        cmocka_unit_test(test_never_replaced),
        cmocka_unit_test(test_two_are_different),
        cmocka_unit_test(test_fingerprint),
        cmocka_unit_test(test_bad_names),
        cmocka_unit_test(test_missing),
        cmocka_unit_test(test_foreign_key),
        cmocka_unit_test(test_public_key_file),
        cmocka_unit_test(test_not_pem),
        cmocka_unit_test(test_encrypted_key),
        cmocka_unit_test(test_chain),
        cmocka_unit_test(test_renew),
        cmocka_unit_test(test_renew_needs_one_of_ours),
        cmocka_unit_test(test_half_renewed),
        cmocka_unit_test(test_renewed_while_it_is_read),
        cmocka_unit_test(test_patterns),
        cmocka_unit_test(test_covers),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_key_fingerprint),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
