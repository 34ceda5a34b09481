#include "text/uuid.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>

enum { UUID_BYTES = 16 };

bool uuid_is_urn(slice text)
{
    static const char pattern[] = "urn:uuid:xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    const size_t prefix = sizeof "urn:uuid:" - 1;
    bool good = text.len == sizeof pattern - 1 &&
                slice_equal_nocase(slice_head(text, prefix), (slice){ pattern, prefix });
    for (size_t i = prefix; good && i < text.len; i++) {
        good = pattern[i] == 'x' ? ascii_hex_digit(text.ptr[i]) >= 0 : text.ptr[i] == '-';
    }
    return good;
}

/* Made once at random. Changing it would give every imported review a new identity. */
static const unsigned char namespace[UUID_BYTES] = {
    0x6b, 0x1f, 0x0c, 0x52, 0x3a, 0x7d, 0x4e, 0x94, 0x9c, 0x15, 0xd2, 0x60, 0x8e, 0x41, 0xb7, 0xaf,
};

/* RFC 9562, section 4: version and variant take six bits of the value. */
static void put_urn(struct buf *out, unsigned char bytes[UUID_BYTES], unsigned version)
{
    bytes[6] = (unsigned char)((bytes[6] & 0x0FU) | (version << 4));
    bytes[8] = (unsigned char)((bytes[8] & 0x3FU) | 0x80U);
    static const char digits[] = "0123456789abcdef";
    char text[2 * UUID_BYTES + 4];
    size_t length = 0;
    for (unsigned i = 0; i < UUID_BYTES; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            text[length++] = '-';
        }
        text[length++] = digits[bytes[i] >> 4];
        text[length++] = digits[bytes[i] & 15];
    }
    buf_puts(out, "urn:uuid:");
    buf_put(out, (slice){ text, length });
}

bool uuid_put_named(struct buf *out, slice name)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool ok = context != NULL && EVP_DigestInit_ex(context, EVP_sha1(), NULL) == 1 &&
              EVP_DigestUpdate(context, namespace, sizeof namespace) == 1 &&
              EVP_DigestUpdate(context, name.len > 0 ? name.ptr : "", name.len) == 1 &&
              EVP_DigestFinal_ex(context, digest, NULL) == 1;
    EVP_MD_CTX_free(context);
    if (ok) {
        put_urn(out, digest, 5);
    }
    return ok;
}

bool uuid_put_random(struct buf *out)
{
    unsigned char bytes[UUID_BYTES];
    if (RAND_bytes(bytes, sizeof bytes) != 1) {
        return false;
    }
    put_urn(out, bytes, 4);
    return true;
}
