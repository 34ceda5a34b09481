/* The first line is a base, the rest a reference: both are split and resolved. */
#include "base/buf.h"
#include "gemini/url.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool promise)
{
    if (!promise) {
        abort();
    }
}

static void require_inside(slice part, slice whole)
{
    require(part.len == 0 ||
            (part.ptr >= whole.ptr && part.ptr + part.len <= whole.ptr + whole.len));
}

static void check_parts(slice text)
{
    struct url url;
    if (!url_parse(text, &url)) {
        return;
    }
    require(url.scheme.len > 0);
    require(url.port == -1 || (url.port > 0 && url.port <= 65535));
    require(url.path.len == 0 || url.path.ptr[0] == '/');
    require(!(url.host_is_ipv4 && url.host_is_ipv6));
    require_inside(url.scheme, text);
    require_inside(url.path, text);
    require_inside(url.query, text);
    require_inside(url.fragment, text);
    /* What lies between authority and end adds up. */
    size_t tail = url.path.len + (url.has_query ? 1 + url.query.len : 0) +
                  (url.has_fragment ? 1 + url.fragment.len : 0);
    require(url.path.ptr + tail == text.ptr + text.len);
}

/* What came out and has an authority is parsed; without dot segments, it resolves to itself. */
static void check_resolved(slice resolved)
{
    struct url url;
    if (!url_parse(resolved, &url)) {
        return;
    }
    struct buf once;
    struct buf twice;
    buf_init(&once, (size_t)1 << 20);
    buf_init(&twice, (size_t)1 << 20);
    require(url_resolve(resolved, resolved, &once));
    require(url_resolve(buf_slice(&once), buf_slice(&once), &twice));
    require(slice_equal(buf_slice(&once), buf_slice(&twice)));
    buf_release(&once);
    buf_release(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    slice reference = { (const char *)data, size };
    slice base;
    if (!slice_next_line(&reference, &base)) {
        base = SLICE_EMPTY;
    }
    check_parts(base);
    check_parts(reference);
    struct buf out;
    buf_init(&out, (size_t)1 << 20);
    if (url_resolve(base, reference, &out)) {
        check_resolved(buf_slice(&out));
    }
    buf_release(&out);
    return 0;
}
