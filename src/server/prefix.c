#include "server/prefix.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

/* --- addresses -------------------------------------------------------------------------------- */

static void set_bytes(struct peer_address *address, sa_family_t family, const void *bytes)
{
    *address = (struct peer_address){ .family = family };
    memcpy(address->bytes, bytes, family == AF_INET6 ? 16 : 4);
}

static struct peer_address of_v6(const struct in6_addr *v6)
{
    struct peer_address address;
    if (IN6_IS_ADDR_V4MAPPED(v6)) {
        set_bytes(&address, AF_INET, &v6->s6_addr[12]);
    } else {
        set_bytes(&address, AF_INET6, v6->s6_addr);
    }
    return address;
}

struct peer_address peer_address_of(const struct sockaddr_storage *from)
{
    struct peer_address address = { .family = AF_UNSPEC };
    if (from->ss_family == AF_INET) {
        set_bytes(&address, AF_INET, &((const struct sockaddr_in *)(const void *)from)->sin_addr);
    } else if (from->ss_family == AF_INET6) {
        address = of_v6(&((const struct sockaddr_in6 *)(const void *)from)->sin6_addr);
    } else if (from->ss_family == AF_UNIX) {
        address.family = AF_UNIX;
    }
    return address;
}

bool peer_address_parse(slice text, struct peer_address *out)
{
    char string[INET6_ADDRSTRLEN];
    struct in_addr v4;
    struct in6_addr v6;
    if (text.len == 0 || text.len >= sizeof string || memchr(text.ptr, '\0', text.len) != NULL) {
        return false;
    }
    memcpy(string, text.ptr, text.len);
    string[text.len] = '\0';
    if (inet_pton(AF_INET, string, &v4) == 1) {
        set_bytes(out, AF_INET, &v4);
        return true;
    }
    if (inet_pton(AF_INET6, string, &v6) == 1) {
        *out = of_v6(&v6);
        return true;
    }
    return false;
}

static unsigned bits_of(sa_family_t family)
{
    return family == AF_INET6 ? 128 : family == AF_INET ? 32 : 0;
}

static void keep_bits(struct peer_address *address, unsigned bits)
{
    for (unsigned i = 0; i < sizeof address->bytes; i++) {
        unsigned kept = bits <= i * 8 ? 0 : bits - i * 8;
        if (kept < 8) {
            address->bytes[i] = (unsigned char)(address->bytes[i] & (0xff00u >> kept));
        }
    }
}

void peer_address_cut(struct peer_address *address, unsigned v4_bits, unsigned v6_bits)
{
    keep_bits(address, address->family == AF_INET6 ? v6_bits : v4_bits);
}

void peer_address_put(const struct peer_address *address, struct buf *out)
{
    char text[INET6_ADDRSTRLEN];
    if (address->family == AF_UNIX) {
        buf_puts(out, "unix");
    } else if (bits_of(address->family) > 0 &&
               inet_ntop(address->family, address->bytes, text, sizeof text) != NULL) {
        buf_puts(out, text);
    } else {
        buf_puts(out, "?");
    }
}

/* --- prefixes --------------------------------------------------------------------------------- */

bool prefix_parse(slice text, struct prefix *out)
{
    *out = (struct prefix){ .address = { .family = AF_UNIX } };
    if (slice_equal(text, SLICE("unix"))) {
        return true;
    }
    size_t slash = slice_find_byte(text, '/');
    slice address = slice_head(text, slash);
    if (!peer_address_parse(address, &out->address)) {
        return false;
    }
    unsigned long bits = bits_of(out->address.family);
    if (slash < text.len) {
        /* The bits of `::ffff:192.0.2.0/120` are counted as they are written. */
        bool is_mapped =
            out->address.family == AF_INET && slice_find_byte(address, ':') < address.len;
        unsigned long before = is_mapped ? 96 : 0;
        if (!slice_to_number(slice_from(text, slash + 1), bits + before, &bits) || bits < before) {
            return false;
        }
        bits -= before;
    }
    out->bits = (unsigned)bits;
    keep_bits(&out->address, out->bits);
    return true;
}

bool prefix_holds(const struct prefix *prefix, const struct peer_address *address)
{
    struct peer_address start = *address;
    if (prefix->address.family != address->family) {
        return false;
    }
    keep_bits(&start, prefix->bits);
    return memcmp(start.bytes, prefix->address.bytes, sizeof start.bytes) == 0;
}

bool prefix_list_parse(slice text, struct prefix_list *out, slice *bad)
{
    slice piece = SLICE_EMPTY;
    out->count = 0;
    text = slice_trim(text);
    if (slice_equal(text, SLICE("none"))) {
        return true;
    }
    bool ok = true;
    while (ok && slice_next_piece(&text, ',', &piece)) {
        piece = slice_trim(piece);
        ok = out->count < LIMIT_PREFIXES && prefix_parse(piece, &out->items[out->count]);
        out->count += ok ? 1 : 0;
    }
    if (!ok && bad != NULL) {
        *bad = piece;
    }
    return ok && out->count > 0;
}

bool prefix_list_holds(const struct prefix_list *list, const struct peer_address *address)
{
    for (size_t i = 0; i < list->count; i++) {
        if (prefix_holds(&list->items[i], address)) {
            return true;
        }
    }
    return false;
}
