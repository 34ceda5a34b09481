/* Any bytes as what a proxy sends: in one piece and in many they give the same, and no more of them
 * are taken than belong to the header. */
#include "server/proxy_header.h"

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

static enum proxy_result read_in_pieces(slice bytes, size_t piece, size_t *taken,
                                        struct peer_address *source)
{
    struct proxy_reader reader = { .length = 0 };
    enum proxy_result result = PROXY_MORE;
    *taken = 0;
    while (bytes.len > 0 && result == PROXY_MORE) {
        slice head = slice_head(bytes, piece);
        size_t used = 0;
        result = proxy_header_read(&reader, head, &used, source);
        require(used > 0 && used <= head.len && (result != PROXY_MORE || used == head.len));
        bytes = slice_from(bytes, used);
        *taken += used;
    }
    return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    slice bytes = { (const char *)data, size };
    struct peer_address whole = { 0 };
    struct peer_address pieces = { 0 };
    size_t taken = 0;
    size_t taken_in_pieces = 0;
    if (size == 0) {
        return 0;
    }
    enum proxy_result result = read_in_pieces(bytes, size, &taken, &whole);
    require(read_in_pieces(bytes, 1 + data[size - 1] % 7, &taken_in_pieces, &pieces) == result);
    require(taken == taken_in_pieces && taken <= LIMIT_PROXY_HEADER);
    if (result == PROXY_COMPLETE) {
        require(memcmp(&whole, &pieces, sizeof whole) == 0);
        require(whole.family == AF_UNSPEC || whole.family == AF_INET || whole.family == AF_INET6);
    }
    return 0;
}
