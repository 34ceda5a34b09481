/* Any bytes as what a client sends: the end of the line is found, the line is parsed, and what is
 * accepted keeps the promises of request.h. */
#include "base/utf8.h"
#include "gemini/request.h"
#include "gemini/response.h"

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

static void check_path(const struct request *request)
{
    slice path = request->path;
    require(path.len > 0 && path.ptr[0] == '/');
    require(slice_find_byte(path, '\0') == path.len);
    require(request->path_is_utf8 == (utf8_find_invalid(path) == path.len));
    slice rest = slice_from(path, 1);
    slice segment;
    while (slice_next_piece(&rest, '/', &segment)) {
        require(!slice_equal(segment, SLICE(".")) && !slice_equal(segment, SLICE("..")));
    }
}

static void check_host(slice host)
{
    require(host.len > 0);
    for (size_t i = 0; i < host.len; i++) {
        unsigned char byte = (unsigned char)host.ptr[i];
        require(byte > ' ' && byte != 0x7f && !(byte >= 'A' && byte <= 'Z'));
        require(strchr("/?#@%", (char)byte) == NULL);
    }
}

static bool is_inside(slice part, const char *begin, size_t len)
{
    return part.len == 0 || (part.ptr >= begin && part.ptr + part.len <= begin + len);
}

static void check_line(slice line)
{
    struct request request;
    memset(&request, 0xAA, sizeof request);
    int status = request_parse(line, &request);
    require(slice_equal(request.url, line));
    if (status == STATUS_BAD_REQUEST) {
        require(request.scheme.len == 0 && request.host.len == 0 && request.path.len == 0 &&
                request.query.len == 0 && request.port == -1 && !request.has_query);
        return;
    }
    require(status == STATUS_SUCCESS);
    require(line.len <= LIMIT_REQUEST_URL);
    require(request.scheme.len > 0);
    require(request.port == -1 || (request.port > 0 && request.port <= 65535));
    require(is_inside(request.host, request.storage, sizeof request.storage));
    require(is_inside(request.path, request.storage, sizeof request.storage));
    require(is_inside(request.query, line.ptr, line.len));
    require(request.has_query || request.query.len == 0);
    require(slice_find_byte(line, '#') == line.len);
    check_host(request.host);
    check_path(&request);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    slice received = { (const char *)data, size };
    size_t length = 0;
    if (request_line_end(received, &length) == REQUEST_LINE_COMPLETE) {
        require(length <= LIMIT_REQUEST_URL && length + 2 <= size);
        require(received.ptr[length] == '\r' && received.ptr[length + 1] == '\n');
        check_line(slice_head(received, length));
    }
    check_line(received);
    return 0;
}
