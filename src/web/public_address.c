#include "web/public_address.h"

#include "base/attributes.h"

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* IANA IPv4 Special-Purpose Address Registry, what is not globally reachable; and multicast. */
static const struct {
    uint32_t address;
    unsigned bits;
} closed4[] = {
    { 0x00000000, 8 },  /* 0.0.0.0: this network */
    { 0x0A000000, 8 },  /* 10.0.0.0: private */
    { 0x64400000, 10 }, /* 100.64.0.0: shared by customers of a provider */
    { 0x7F000000, 8 },  /* 127.0.0.0: loopback */
    { 0xA9FE0000, 16 }, /* 169.254.0.0: link-local, where clouds tell their machines' secrets */
    { 0xAC100000, 12 }, /* 172.16.0.0: private */
    { 0xC0000000, 24 }, /* 192.0.0.0: protocol assignments */
    { 0xC0000200, 24 }, /* 192.0.2.0: documentation */
    { 0xC0586300, 24 }, /* 192.88.99.0: relays of 6to4, given up */
    { 0xC0A80000, 16 }, /* 192.168.0.0: private */
    { 0xC6120000, 15 }, /* 198.18.0.0: benchmarking */
    { 0xC6336400, 24 }, /* 198.51.100.0: documentation */
    { 0xCB007100, 24 }, /* 203.0.113.0: documentation */
    { 0xE0000000, 4 },  /* 224.0.0.0: multicast */
    { 0xF0000000, 4 },  /* 240.0.0.0: reserved, broadcast */
};

/* The same within 2000::/3, outside of which nothing is given out but the prefix of NAT64. */
static const struct {
    unsigned char address[6];
    unsigned bits;
} closed6[] = {
    { { 0x20, 0x01, 0x00, 0x00 }, 23 }, /* 2001::: protocol assignments, Teredo */
    { { 0x20, 0x01, 0x0D, 0xB8 }, 32 }, /* 2001:db8::: documentation */
    { { 0x3F, 0xFF, 0x00, 0x00 }, 20 }, /* 3fff::: documentation */
};

static bool is_public4(uint32_t address)
{
    for (size_t i = 0; i < ARRAY_LENGTH(closed4); i++) {
        if ((address ^ closed4[i].address) >> (32 - closed4[i].bits) == 0) {
            return false;
        }
    }
    return true;
}

static uint32_t number_of(const unsigned char bytes[4])
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static bool has_prefix(const unsigned char address[16], const unsigned char *prefix, unsigned bits)
{
    unsigned whole = bits / 8;
    unsigned rest = bits % 8;
    return memcmp(address, prefix, whole) == 0 &&
           (rest == 0 || (address[whole] ^ prefix[whole]) >> (8 - rest) == 0);
}

static bool is_public6(const unsigned char address[16])
{
    static const unsigned char mapped[12] = { [10] = 0xFF, [11] = 0xFF }; /* ::ffff:0:0/96 */
    static const unsigned char nat64[12] = { 0x00, 0x64, 0xFF, 0x9B };    /* 64:ff9b::/96 */
    static const unsigned char of_6to4[2] = { 0x20, 0x02 };               /* 2002::/16 */
    if (has_prefix(address, mapped, 96) || has_prefix(address, nat64, 96)) {
        return is_public4(number_of(address + 12));
    }
    if (has_prefix(address, of_6to4, 16)) {
        return is_public4(number_of(address + 2));
    }
    for (size_t i = 0; i < ARRAY_LENGTH(closed6); i++) {
        if (has_prefix(address, closed6[i].address, closed6[i].bits)) {
            return false;
        }
    }
    return address[0] >> 5 == 1;
}

bool public_address(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, address, sizeof in);
        return is_public4(ntohl(in.sin_addr.s_addr));
    }
    if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 in6;
        memcpy(&in6, address, sizeof in6);
        return is_public6(in6.sin6_addr.s6_addr);
    }
    return false;
}
