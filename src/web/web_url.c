#include "web/web_url.h"

#include "base/buf.h"
#include "base/limits.h"
#include "text/uri.h"

#include <curl/curl.h>
#include <stdlib.h>

/* A part of an address as curl has it, in `arena`; empty when there is none. */
static slice part_of(struct arena *arena, CURLU *handle, CURLUPart which, unsigned flags)
{
    char *text = NULL;
    slice part = SLICE_EMPTY;
    if (curl_url_get(handle, which, &text, flags) == CURLUE_OK) {
        part = arena_copy(arena, slice_of(text));
    }
    curl_free(text);
    return part;
}

static slice lower_case(struct arena *arena, slice text)
{
    char *copy = arena_alloc(arena, text.len + 1);
    for (size_t i = 0; i < text.len; i++) {
        copy[i] = ascii_lower(text.ptr[i]);
    }
    return (slice){ copy, text.len };
}

static bool take_parts(struct arena *arena, CURLU *handle, struct web_url *url)
{
    slice scheme = part_of(arena, handle, CURLUPART_SCHEME, 0);
    slice host = part_of(arena, handle, CURLUPART_HOST, 0);
    slice port = part_of(arena, handle, CURLUPART_PORT, CURLU_NO_DEFAULT_PORT);
    slice query = part_of(arena, handle, CURLUPART_QUERY, 0);
    slice path = part_of(arena, handle, CURLUPART_PATH, 0);
    if ((!slice_equal(scheme, SLICE("http")) && !slice_equal(scheme, SLICE("https"))) ||
        host.len == 0) {
        return false;
    }
    url->text = part_of(arena, handle, CURLUPART_URL, CURLU_NO_DEFAULT_PORT);
    url->origin =
        lower_case(arena, arena_printf(arena, "%.*s://%.*s%s%.*s", SLICE_ARG(scheme),
                                       SLICE_ARG(host), port.len > 0 ? ":" : "", SLICE_ARG(port)));
    url->path = arena_printf(arena, "%.*s%s%.*s", SLICE_ARG(path), query.len > 0 ? "?" : "",
                             SLICE_ARG(query));
    return url->text.len > 0 && path.len > 0;
}

bool web_url_read(struct arena *arena, slice written, struct web_url *url, slice *problem)
{
    struct buf encoded;
    *url = (struct web_url){ 0 };
    *problem = SLICE("no address of the web (http: or https:)");
    buf_init(&encoded, (size_t)3 * LIMIT_WEB_URL + 1);
    uri_put_written(&encoded, slice_trim(written));
    const char *text = buf_string(&encoded);
    CURLU *handle = curl_url();
    CURLUcode code = CURLUE_OUT_OF_MEMORY;
    if (handle != NULL && text != NULL && !encoded.failed) {
        code = curl_url_set(handle, CURLUPART_URL, text, CURLU_DISALLOW_USER);
    }
    bool ok = code == CURLUE_OK && curl_url_set(handle, CURLUPART_FRAGMENT, NULL, 0) == CURLUE_OK &&
              take_parts(arena, handle, url);
    if (code == CURLUE_USER_NOT_ALLOWED) {
        *problem = SLICE("an address with a user's name, which is not asked for");
    } else if (encoded.failed || (ok && url->text.len > LIMIT_WEB_URL)) {
        *problem = SLICE("an address that is too long");
        ok = false;
    }
    curl_url_cleanup(handle);
    buf_release(&encoded);
    return ok;
}
