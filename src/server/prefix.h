/* prefix.h: the address of the other end, and blocks of addresses. Layer: server (includes base/).
 *
 * Blocks are written as in RFC 4632 and RFC 4291: `192.0.2.0/24`, `2001:db8::/32`, or an address
 * alone. The word `unix` stands for all who come over a Unix socket and have no address. */
#ifndef MATINEE_SERVER_PREFIX_H
#define MATINEE_SERVER_PREFIX_H

#include "base/attributes.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/slice.h"

#include <stdbool.h>
#include <sys/socket.h>

/** Who is at the other end of a connection. The bytes that the family does not use are 0, so two of
 * them may be compared as memory. */
struct peer_address {
    sa_family_t family;      /* AF_INET, AF_INET6, AF_UNIX (no bytes); AF_UNSPEC: not known */
    unsigned char bytes[16]; /* in network order; of IPv4 the first four */
};

/** What the system says, without the port. An IPv4 address in IPv6 form (`::ffff:192.0.2.7`, from a
 * socket for both families) becomes the IPv4 address that it is. */
struct peer_address peer_address_of(const struct sockaddr_storage *from);
/** Parse an IPv4 or IPv6 address, without brackets, port or zone. */
MUST_USE bool peer_address_parse(slice text, struct peer_address *out);
/** Set all bits to 0 but the first: `v4_bits` of an IPv4 address, `v6_bits` of an IPv6 address. */
void peer_address_cut(struct peer_address *address, unsigned v4_bits, unsigned v6_bits);
/** Append `192.0.2.7`, `2001:db8::1`, `unix`, or `?` when it is not known. */
void peer_address_put(const struct peer_address *address, struct buf *out);

/** Addresses that begin with the same bits. */
struct prefix {
    struct peer_address address; /* the other bits are 0 */
    unsigned bits;
};

/** Parse `ADDRESS`, `ADDRESS/BITS` or `unix`. Bits of the address beyond BITS are ignored. */
MUST_USE bool prefix_parse(slice text, struct prefix *out);
bool prefix_holds(const struct prefix *prefix, const struct peer_address *address);

struct prefix_list {
    struct prefix items[LIMIT_PREFIXES];
    size_t count;
};

/** Parse prefixes between commas, blanks around each, or `none` for an empty list. False when one
 * is wrong or there are more than LIMIT_PREFIXES; `*bad`, when not NULL, is the one then. */
MUST_USE bool prefix_list_parse(slice text, struct prefix_list *out, slice *bad);
/** Is the address in one of them? One that is not known (AF_UNSPEC) never is. */
bool prefix_list_holds(const struct prefix_list *list, const struct peer_address *address);

#endif
