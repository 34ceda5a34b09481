#include "gemini/request.h"

#include "base/utf8.h"
#include "gemini/host.h"
#include "gemini/response.h"
#include "gemini/url.h"

#include <assert.h>
#include <string.h>

/* Where the decoded parts are put: a cursor in the request's storage. No part grows when it is
 * decoded but the host, to HOST_BYTES at most, so the storage is always enough. */
struct writer {
    char *next;
    char *end;
};

static void put(struct writer *writer, char c)
{
    assert(writer->next < writer->end);
    *writer->next++ = c;
}

/* Take one byte, or one `%XX`, off `*rest`, in which every `%` is well-formed. */
static char next_decoded(slice *rest, bool *was_encoded)
{
    char c = rest->ptr[0];
    *was_encoded = c == '%';
    if (*was_encoded) {
        c = (char)(ascii_hex_digit(rest->ptr[1]) * 16 + ascii_hex_digit(rest->ptr[2]));
    }
    *rest = slice_from(*rest, *was_encoded ? 3 : 1);
    return c;
}

/* The bytes RFC 3986 allows anywhere, less `#`: a request has no fragment. Checked before anything
 * else looks at the line, so that no parser's leniency shows. */
static bool has_only_url_bytes(slice line)
{
    static const char refused[] = "\"#<>\\^`{|}";
    for (size_t i = 0; i < line.len; i++) {
        char c = line.ptr[i];
        if (c <= ' ' || c > '~' || memchr(refused, c, sizeof refused - 1) != NULL) {
            return false;
        }
        if (c == '%' && (i + 2 >= line.len || ascii_hex_digit(line.ptr[i + 1]) < 0 ||
                         ascii_hex_digit(line.ptr[i + 2]) < 0)) {
            return false;
        }
    }
    return true;
}

static slice put_scheme(struct writer *writer, slice scheme)
{
    const char *begin = writer->next;
    for (size_t i = 0; i < scheme.len; i++) {
        put(writer, ascii_lower(scheme.ptr[i]));
    }
    return slice_between(begin, writer->next);
}

/* What an encoded byte of a registered name may stand for. Anything else (a blank, a NUL, a slash,
 * a colon, …) could make one host look like another, or like an address. */
static bool may_be_in_name(char c)
{
    static const char refused[] = "\"#%/:<>?@[\\]^`{|}\x7f";
    unsigned char byte = (unsigned char)c;
    return byte > ' ' && memchr(refused, c, sizeof refused - 1) == NULL;
}

/* Put the host in its one form, instead of what was put from `begin` on: the address has many
 * spellings, or the name is in a script that A-labels stand for. False when it is no host. */
static bool put_normal_host(struct writer *writer, char *begin, slice host)
{
    struct buf form;
    buf_init(&form, HOST_BYTES);
    bool ok = host_normalise(host, false, &form, NULL) && !form.failed;
    if (ok) {
        writer->next = begin;
        for (size_t i = 0; i < form.len; i++) {
            put(writer, form.ptr[i]);
        }
    }
    buf_release(&form);
    return ok;
}

static bool put_host(struct writer *writer, const struct url *url, slice *host)
{
    char *begin = writer->next;
    if (url->host_is_ipv6) {
        if (!put_normal_host(writer, begin, url->host)) {
            return false;
        }
    } else {
        slice rest = url->host;
        while (rest.len > 0) {
            bool was_encoded = false;
            char c = next_decoded(&rest, &was_encoded);
            if (was_encoded && !may_be_in_name(c)) {
                return false;
            }
            put(writer, ascii_lower(c));
        }
        if (writer->next > begin && writer->next[-1] == '.') {
            writer->next--;
        }
        slice name = slice_between(begin, writer->next);
        if (!utf8_is_ascii(name)) {
            /* What is no name of any host stays as it is, and is none of ours. */
            (void)!put_normal_host(writer, begin, name);
        }
    }
    *host = slice_between(begin, writer->next);
    return host->len > 0;
}

/* Append a slash and the decoded `segment`. %2F is not decoded: a slash always separates. */
static bool put_segment(struct writer *writer, slice segment, bool *has_encoded_slash)
{
    put(writer, '/');
    while (segment.len > 0) {
        bool was_encoded = false;
        char c = next_decoded(&segment, &was_encoded);
        if (c == '\0') {
            return false;
        }
        if (c == '/') {
            *has_encoded_slash = true;
            put(writer, '%');
            put(writer, '2');
            c = 'F';
        }
        put(writer, c);
    }
    return true;
}

/* Dot segments are told after decoding (`%2E` is a dot: RFC 3986, 6.2.2.2), then removed as its
 * 5.2.4 says, but that one which climbs above the root is refused. */
static bool put_path(struct writer *writer, slice path, struct request *out)
{
    char *begin = writer->next;
    slice rest = slice_from(path, 1); /* the slash that every path from an authority starts with */
    bool last = false;
    while (!last) {
        char *at = writer->next;
        size_t length = slice_find_byte(rest, '/');
        last = length == rest.len;
        if (!put_segment(writer, slice_head(rest, length), &out->has_encoded_slash)) {
            return false;
        }
        rest = slice_from(rest, length + 1);
        slice segment = slice_between(at + 1, writer->next);
        bool up = slice_equal(segment, SLICE(".."));
        if (!up && !slice_equal(segment, SLICE("."))) {
            continue;
        }
        writer->next = at;
        if (up) {
            if (at == begin) {
                return false;
            }
            do {
                writer->next--;
            } while (*writer->next != '/');
        }
        if (last) {
            put(writer, '/');
        }
    }
    out->path = slice_between(begin, writer->next);
    out->path_is_utf8 = utf8_find_invalid(out->path) == out->path.len;
    return true;
}

/* Everything but the storage, which is large and written before it is read. */
static void forget_parts(struct request *out)
{
    out->scheme = out->host = out->path = out->query = SLICE_EMPTY;
    out->port = -1;
    out->has_encoded_slash = out->path_is_utf8 = out->has_query = false;
}

static bool fill(const struct url *url, struct request *out)
{
    struct writer writer = { out->storage, out->storage + sizeof out->storage };
    out->scheme = put_scheme(&writer, url->scheme);
    out->port = url->port;
    out->has_query = url->has_query;
    out->query = url->query;
    return put_host(&writer, url, &out->host) && put_path(&writer, url->path, out);
}

int request_parse(slice line, struct request *out)
{
    struct url url;
    out->url = line;
    forget_parts(out);
    if (line.len > LIMIT_REQUEST_URL || !has_only_url_bytes(line) || !url_parse(line, &url) ||
        url.userinfo.ptr != NULL || !fill(&url, out)) {
        forget_parts(out);
        return STATUS_BAD_REQUEST;
    }
    return STATUS_SUCCESS;
}

enum request_line request_line_end(slice received, size_t *length)
{
    slice head = slice_head(received, LIMIT_REQUEST_URL + 2);
    size_t end = 0;
    while (end < head.len && head.ptr[end] != '\r' && head.ptr[end] != '\n') {
        end++;
    }
    if (end > LIMIT_REQUEST_URL || (end < head.len && head.ptr[end] == '\n')) {
        return REQUEST_LINE_BAD;
    }
    if (end + 1 >= head.len) {
        return REQUEST_LINE_PARTIAL;
    }
    if (head.ptr[end + 1] != '\n') {
        return REQUEST_LINE_BAD;
    }
    *length = end;
    return REQUEST_LINE_COMPLETE;
}
