#include "gemini/url.h"

#include <uriparser/Uri.h>

/* RFC 3986 allows any run of digits; a TCP port is 1 to 65535. */
#define PORT_MAX 65535

static slice range(UriTextRangeA text)
{
    return text.first == NULL ? SLICE_EMPTY : slice_between(text.first, text.afterLast);
}

/* Parse a URI reference into `*uri`, which the caller frees when the result is true. */
static bool parse_reference(slice text, UriUriA *uri)
{
    const char *begin = text.len == 0 ? "" : text.ptr;
    const char *error_at = NULL;
    return uriParseSingleUriExA(uri, begin, begin + text.len, &error_at) == URI_SUCCESS;
}

static size_t find_any(slice text, size_t from, const char *stops)
{
    slice set = slice_of(stops);
    while (from < text.len && slice_find_byte(set, text.ptr[from]) == set.len) {
        from++;
    }
    return from;
}

static bool read_port(slice digits, int *port)
{
    unsigned long number = 0;
    *port = -1;
    if (digits.len == 0) {
        return true;
    }
    if (!slice_to_number(digits, PORT_MAX, &number) || number == 0) {
        return false;
    }
    *port = (int)number;
    return true;
}

/* Path, query and fragment are cut out by their delimiters (RFC 3986, appendix B): the parser gives
 * the path as a list, whose empty segments do not point into the text. */
static void cut_tail(slice text, size_t after_authority, struct url *out)
{
    size_t path_end = find_any(text, after_authority, "?#");
    size_t query_end = find_any(text, path_end, "#");
    out->path = slice_between(text.ptr + after_authority, text.ptr + path_end);
    out->has_query = path_end < query_end;
    if (out->has_query) {
        out->query = slice_between(text.ptr + path_end + 1, text.ptr + query_end);
    }
    out->has_fragment = query_end < text.len;
    if (out->has_fragment) {
        out->fragment = slice_from(text, query_end + 1);
    }
}

bool url_parse(slice text, struct url *out)
{
    UriUriA uri;
    *out = (struct url){ .port = -1 };
    if (!parse_reference(text, &uri)) {
        return false;
    }
    out->scheme = range(uri.scheme);
    out->userinfo = range(uri.userInfo);
    out->host = range(uri.hostText);
    out->host_is_ipv4 = uri.hostData.ip4 != NULL;
    out->host_is_ipv6 = uri.hostData.ip6 != NULL;
    if (uri.hostData.ipFuture.first != NULL) {
        /* With its brackets no registered name is equal to it. */
        out->host = slice_between(out->host.ptr - 1, out->host.ptr + out->host.len + 1);
    }
    bool ok = out->scheme.len > 0 && read_port(range(uri.portText), &out->port);
    uriFreeUriMembersA(&uri);
    size_t authority = out->scheme.len + 1;
    if (!ok || !slice_starts_with(slice_from(text, authority), SLICE("//"))) {
        return false;
    }
    cut_tail(text, find_any(text, authority + 2, "/?#"), out);
    return true;
}

void url_put_host(slice host, struct buf *out)
{
    bool is_ipv6 = slice_find_byte(host, ':') < host.len;
    buf_puts(out, is_ipv6 ? "[" : "");
    buf_put(out, host);
    buf_puts(out, is_ipv6 ? "]" : "");
}

static bool put_uri(const UriUriA *original, struct buf *out)
{
    UriUriA copy = *original; /* borrows everything */
    UriUriA *uri = &copy;
    int length = 0;
    if (uri->hostData.ip6 != NULL) {
        /* Kept as it was spelled: as an address it would be written with all its zeros. */
        uri->hostData.ip6 = NULL;
        uri->hostData.ipFuture = uri->hostText;
    }
    if (uriToStringCharsRequiredA(uri, &length) != URI_SUCCESS || length < 0) {
        return false;
    }
    char *room = buf_room(out, (size_t)length);
    /* A buf keeps a byte for a final NUL behind what was asked for. */
    if (room == NULL || uriToStringA(room, uri, length + 1, NULL) != URI_SUCCESS) {
        return false;
    }
    /* Without an authority, a path that has come to start with two slashes would be read as one
     * (RFC 3986, 3.3): `a:/.//b` has no normal form. */
    slice written = { room, (size_t)length };
    slice after_scheme = slice_from(written, range(uri->scheme).len + 1);
    if (uri->hostText.first == NULL && slice_starts_with(after_scheme, SLICE("//"))) {
        return false;
    }
    buf_added(out, (size_t)length);
    return true;
}

bool url_resolve(slice base, slice reference, struct buf *out)
{
    UriUriA base_uri;
    UriUriA reference_uri;
    UriUriA result = { 0 };
    if (!parse_reference(base, &base_uri)) {
        return false;
    }
    if (!parse_reference(reference, &reference_uri)) {
        uriFreeUriMembersA(&base_uri);
        return false;
    }
    bool ok = false;
    if (uriAddBaseUriExA(&result, &reference_uri, &base_uri, URI_RESOLVE_STRICTLY) == URI_SUCCESS) {
        ok = put_uri(&result, out);
        uriFreeUriMembersA(&result);
    }
    uriFreeUriMembersA(&reference_uri);
    uriFreeUriMembersA(&base_uri);
    return ok;
}
