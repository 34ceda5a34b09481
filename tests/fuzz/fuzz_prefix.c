/* A list of prefixes: what was taken holds its own addresses, and is read again from what it
 * prints. */
#include "server/prefix.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool promise)
{
    if (!promise) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct prefix_list list;
    slice bad = SLICE_EMPTY;
    slice text = { (const char *)data, size };
    if (!prefix_list_parse(text, &list, &bad)) {
        require(bad.len == 0 || (bad.ptr >= text.ptr && bad.ptr + bad.len <= text.ptr + text.len));
        return 0;
    }
    require(list.count <= LIMIT_PREFIXES);
    for (size_t i = 0; i < list.count; i++) {
        const struct prefix *prefix = &list.items[i];
        struct prefix again;
        struct buf out;
        require(prefix_list_holds(&list, &prefix->address));
        buf_init(&out, 128);
        peer_address_put(&prefix->address, &out);
        if (prefix->address.family != AF_UNIX) {
            buf_printf(&out, "/%u", prefix->bits);
        }
        require(prefix_parse(buf_slice(&out), &again));
        require(again.bits == prefix->bits && memcmp(again.address.bytes, prefix->address.bytes,
                                                     sizeof again.address.bytes) == 0);
        buf_release(&out);
    }
    return 0;
}
