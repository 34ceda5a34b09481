/* Responses in pieces of a record. */
#include "check.h"

#include "server/outgoing.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char scratch[LIMIT_SEND_CHUNK];

static char *pattern(size_t size)
{
    char *bytes = malloc(size + 1);
    assert_non_null(bytes);
    for (size_t i = 0; i < size; i++) {
        bytes[i] = (char)(i * 7 + i / 251);
    }
    return bytes;
}

static int file_of(const char *bytes, size_t size)
{
    char name[] = "/tmp/matinee-test-XXXXXX";
    int fd = mkstemp(name);
    assert_true(fd >= 0);
    assert_int_equal(unlink(name), 0);
    assert_int_equal(write(fd, bytes, size), size);
    return fd;
}

/* Takes it in pieces of which only `step` bytes go each time (0: all), and keeps it before the
 * piece number `keep_at`. Returns what came. */
static void check_pieces(struct outgoing *out, slice header, const char *content, size_t size,
                         size_t step, size_t keep_at)
{
    size_t kept = 0;
    char *whole = malloc(header.len + size + 1);
    assert_non_null(whole);
    assert_int_equal(outgoing_size(out), header.len + size);
    for (size_t i = 0; out->sent < outgoing_size(out); i++) {
        if (i == keep_at) {
            assert_true(outgoing_keep(out, &kept));
            assert_int_equal(kept, header.len + out->body.len);
            assert_true(outgoing_keep(out, &kept));
            assert_int_equal(kept, 0); /* it has its own already */
        }
        slice piece = outgoing_next(out, scratch);
        assert_true(piece.len > 0 && piece.len <= LIMIT_SEND_CHUNK);
        if (step != 0 && piece.len > step) {
            piece.len = step;
        }
        memcpy(whole + out->sent, piece.ptr, piece.len);
        out->sent += piece.len;
    }
    assert_memory_equal(whole, header.ptr, header.len);
    assert_memory_equal(whole + header.len, content, size);
    free(whole);
}

static void test_pages_and_files(void **state)
{
    (void)state;
    static const size_t sizes[] = { 0, 1, 100, LIMIT_SEND_CHUNK - 10, LIMIT_SEND_CHUNK, 100000 };
    static const size_t steps[] = { 0, 1000, 7 };
    const slice header = SLICE("20 text/gemini\r\n");
    for (size_t i = 0; i < ARRAY_LENGTH(sizes); i++) {
        char *content = pattern(sizes[i]);
        for (size_t k = 0; k < ARRAY_LENGTH(steps) * 2; k++) {
            struct outgoing out;
            outgoing_init(&out);
            out.header = header;
            if (k % 2 == 0) {
                out.body = (slice){ content, sizes[i] };
            } else {
                out.file = file_of(content, sizes[i]);
                out.file_size = sizes[i];
            }
            check_pieces(&out, header, content, sizes[i], steps[k / 2], k % 3);
            outgoing_release(&out);
            assert_int_equal(out.file, -1);
        }
        free(content);
    }
}

static void test_kept_outlives_what_was_borrowed(void **state)
{
    (void)state;
    char header[] = "20 text/gemini\r\n";
    char body[] = "# Words\n";
    size_t kept = 0;
    struct outgoing out;
    outgoing_init(&out);
    out.header = slice_of(header);
    out.body = slice_of(body);
    assert_true(outgoing_keep(&out, &kept));
    memset(header, 'x', sizeof header);
    memset(body, 'x', sizeof body);
    slice piece = outgoing_next(&out, scratch);
    assert_true(slice_equal(piece, SLICE("20 text/gemini\r\n# Words\n")));
    outgoing_release(&out);
}

static void test_a_file_that_shrinks(void **state)
{
    (void)state;
    struct outgoing out;
    outgoing_init(&out);
    out.header = SLICE("20 text/plain\r\n");
    out.file = file_of("abc", 3);
    out.file_size = 10;
    assert_int_equal(outgoing_next(&out, scratch).len, 0);
    outgoing_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pages_and_files),
        cmocka_unit_test(test_kept_outlives_what_was_borrowed),
        cmocka_unit_test(test_a_file_that_shrinks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
