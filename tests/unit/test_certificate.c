/* Certificates made, loaded and shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/attributes.h"
#include "base/file.h"
#include "gemini/certificate.h"

#include <fcntl.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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
    };
    return cmocka_run_group_tests(tests, begin, end);
}
