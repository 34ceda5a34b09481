#include "server/proxy_header.h"

#include <netinet/in.h>
#include <stdint.h>
#include <string.h>

/* --- version 1: "PROXY TCP4 192.0.2.1 198.51.100.1 56324 1965\r\n" ---------------------------- */

static const slice v1_opening = SLICE_INIT("PROXY ");

/* A word up to the next blank; false when there is none. */
static bool take_word(slice *rest, slice *word)
{
    size_t end = slice_find_byte(*rest, ' ');
    *word = slice_head(*rest, end);
    *rest = slice_from(*rest, end + 1);
    return word->len > 0;
}

static bool is_port(slice word)
{
    unsigned long number = 0;
    return slice_to_number(word, UINT16_MAX, &number) && (word.len == 1 || word.ptr[0] != '0');
}

static bool parse_address(slice word, bool is_v6, struct peer_address *out)
{
    bool looks_v6 = slice_find_byte(word, ':') < word.len;
    return looks_v6 == is_v6 && peer_address_parse(word, out);
}

/* The whole line, without CRLF. */
static enum proxy_result parse_v1(slice line, struct peer_address *out)
{
    slice rest = slice_from(line, v1_opening.len);
    slice protocol;
    slice source;
    slice destination;
    slice source_port;
    struct peer_address address;
    struct peer_address ignored;
    if (!take_word(&rest, &protocol)) {
        return PROXY_BAD;
    }
    if (slice_equal(protocol, SLICE("UNKNOWN"))) {
        return PROXY_COMPLETE; /* whatever follows it */
    }
    bool is_v6 = slice_equal(protocol, SLICE("TCP6"));
    if (!is_v6 && !slice_equal(protocol, SLICE("TCP4"))) {
        return PROXY_BAD;
    }
    bool ok = take_word(&rest, &source) && take_word(&rest, &destination) &&
              take_word(&rest, &source_port) && parse_address(source, is_v6, &address) &&
              parse_address(destination, is_v6, &ignored) && is_port(source_port) && is_port(rest);
    if (ok) {
        *out = address;
    }
    return ok ? PROXY_COMPLETE : PROXY_BAD;
}

/* --- version 2: signature, version and command, family, length, addresses, extensions --------- */

static const slice v2_signature = SLICE_INIT("\r\n\r\n\0\r\nQUIT\n");

enum {
    V2_COMMAND = 12,
    V2_FAMILY = 13,
    V2_LENGTH = 14,
    V2_ADDRESSES = 16,
};

static size_t v2_total(const struct proxy_reader *reader)
{
    return V2_ADDRESSES + ((size_t)reader->bytes[V2_LENGTH] << 8) + reader->bytes[V2_LENGTH + 1];
}

/* The source address is the first one. */
static struct peer_address v4_source(const unsigned char *bytes)
{
    struct sockaddr_storage storage = { .ss_family = AF_INET };
    memcpy(&((struct sockaddr_in *)(void *)&storage)->sin_addr, bytes, 4);
    return peer_address_of(&storage);
}

static struct peer_address v6_source(const unsigned char *bytes)
{
    struct sockaddr_storage storage = { .ss_family = AF_INET6 };
    memcpy(&((struct sockaddr_in6 *)(void *)&storage)->sin6_addr, bytes, 16);
    return peer_address_of(&storage);
}

/* All of it has come. Its extensions (TLVs) are of no use here. */
static enum proxy_result parse_v2(const struct proxy_reader *reader, struct peer_address *out)
{
    enum { LOCAL = 0x20, PROXY = 0x21 };
    enum { STREAM_V4 = 0x11, STREAM_V6 = 0x21, STREAM_UNIX = 0x31 };
    enum { SIZE_V4 = 12, SIZE_V6 = 36, SIZE_UNIX = 216 };
    const unsigned char *bytes = reader->bytes;
    size_t size = v2_total(reader) - V2_ADDRESSES;
    if (bytes[V2_COMMAND] == LOCAL) {
        return PROXY_COMPLETE;
    }
    if (bytes[V2_COMMAND] != PROXY) {
        return PROXY_BAD;
    }
    switch (bytes[V2_FAMILY]) {
    case STREAM_V4:
        if (size < SIZE_V4) {
            return PROXY_BAD;
        }
        *out = v4_source(bytes + V2_ADDRESSES);
        return PROXY_COMPLETE;
    case STREAM_V6:
        if (size < SIZE_V6) {
            return PROXY_BAD;
        }
        *out = v6_source(bytes + V2_ADDRESSES);
        return PROXY_COMPLETE;
    case STREAM_UNIX:
        return size < SIZE_UNIX ? PROXY_BAD : PROXY_COMPLETE;
    default:
        /* Family or protocol not given: taken, and nothing is known. Datagrams and numbers that
         * nobody has given a meaning have no business here. */
        return bytes[V2_FAMILY] == 0 ? PROXY_COMPLETE : PROXY_BAD;
    }
}

/* --- both ------------------------------------------------------------------------------------- */

/* Is what has come so far the beginning of `opening`, or has it all of it? */
static bool opens_with(const struct proxy_reader *reader, slice opening)
{
    size_t known = reader->length < opening.len ? reader->length : opening.len;
    return memcmp(reader->bytes, opening.ptr, known) == 0;
}

/* Called after each byte; it is at reader->length - 1. */
static enum proxy_result look_v1(const struct proxy_reader *reader, struct peer_address *out)
{
    size_t length = reader->length;
    slice line = { (const char *)reader->bytes, length };
    if (!opens_with(reader, v1_opening)) {
        return PROXY_BAD;
    }
    if (slice_ends_with(line, SLICE("\r\n"))) {
        return parse_v1(slice_head(line, length - 2), out);
    }
    /* Every one of them is printable, except for CR and LF at the end. */
    unsigned char last = reader->bytes[length - 1];
    bool has_cr = length > 1 && reader->bytes[length - 2] == '\r';
    bool is_fine = !has_cr && (last == '\r' || (last >= 0x20 && last < 0x7f));
    return is_fine && length < PROXY_HEADER_KEPT ? PROXY_MORE : PROXY_BAD;
}

static enum proxy_result look_v2(const struct proxy_reader *reader, struct peer_address *out)
{
    if (!opens_with(reader, v2_signature)) {
        return PROXY_BAD;
    }
    if (reader->length > V2_COMMAND && reader->bytes[V2_COMMAND] >> 4 != 2) {
        return PROXY_BAD;
    }
    if (reader->length < V2_ADDRESSES) {
        return PROXY_MORE;
    }
    size_t total = v2_total(reader);
    if (total > LIMIT_PROXY_HEADER) {
        return PROXY_BAD;
    }
    return reader->length < total ? PROXY_MORE : parse_v2(reader, out);
}

enum proxy_result proxy_header_read(struct proxy_reader *reader, slice received, size_t *used,
                                    struct peer_address *out)
{
    *out = (struct peer_address){ .family = AF_UNSPEC };
    for (*used = 0; *used < received.len;) {
        unsigned char byte = (unsigned char)received.ptr[(*used)++];
        if (reader->length < PROXY_HEADER_KEPT) {
            reader->bytes[reader->length] = byte;
        }
        reader->length++;
        enum proxy_result result = reader->bytes[0] == (unsigned char)v2_signature.ptr[0]
                                       ? look_v2(reader, out)
                                       : look_v1(reader, out);
        if (result != PROXY_MORE) {
            return result;
        }
    }
    return PROXY_MORE;
}
