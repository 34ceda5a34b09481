/* public_address.h: which network addresses are somebody's on the internet. Layer: web (includes
 * nothing).
 *
 * Pages name hosts, and who has a host's name says where it leads: to a machine of the network that
 * matinee runs in, if it is let. */
#ifndef MATINEE_WEB_PUBLIC_ADDRESS_H
#define MATINEE_WEB_PUBLIC_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

/**
 * True for an address of IPv4 or IPv6 that can be reached from everywhere, as IANA's registries of
 * special-purpose addresses have it (RFC 6890): not loopback, private, link-local, shared,
 * multicast, reserved, for documentation; of an IPv6 address that stands for one of IPv4 (mapped,
 * NAT64, 6to4) that one is looked at, too. False for any other family.
 */
bool public_address(const struct sockaddr *address);

#endif
