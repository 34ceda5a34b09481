#include "gemini/host.h"

#include "base/utf8.h"

#include <arpa/inet.h>
#include <idn2.h>
#include <string.h>

/* RFC 1035, section 2.3.4. */
enum { LABEL_BYTES = 63 };
/* A name is given to libidn2 whole; in UTF-8 none is longer that makes HOST_BYTES of A-labels. */
enum { WRITTEN_BYTES = 4 * HOST_BYTES };

static const char star[] = "*.";
static const char file_star[] = "wildcard_.";

/* The NUL-terminated string that C libraries want. False when there is no room for it, or when it
 * would end too early. */
static bool to_string(slice s, char *string, size_t room)
{
    if (s.len >= room || memchr(s.len > 0 ? s.ptr : "", '\0', s.len) != NULL) {
        return false;
    }
    if (s.len > 0) {
        memcpy(string, s.ptr, s.len);
    }
    string[s.len] = '\0';
    return true;
}

/* --- addresses -------------------------------------------------------------------------------- */

size_t host_to_address(slice host, unsigned char address[16])
{
    char text[INET6_ADDRSTRLEN];
    if (!to_string(host, text, sizeof text)) {
        return 0;
    }
    if (inet_pton(AF_INET, text, address) == 1) {
        return 4;
    }
    return inet_pton(AF_INET6, text, address) == 1 ? 16 : 0;
}

/* An address has many spellings (RFC 4291, 2.2); all are given the one of RFC 5952. */
static bool put_address(slice host, struct buf *out)
{
    unsigned char address[16];
    char text[INET6_ADDRSTRLEN];
    size_t bytes = host_to_address(host, address);
    if (bytes == 0 ||
        inet_ntop(bytes == 4 ? AF_INET : AF_INET6, address, text, sizeof text) == NULL) {
        return false;
    }
    buf_puts(out, text);
    return true;
}

/* --- names ------------------------------------------------------------------------------------ */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Letters, digits and hyphens, and the underscores that are met in practice. This is also what
 * keeps a name from being anything but a plain file name. */
static bool is_host_name(slice host)
{
    size_t label = 0;
    for (size_t i = 0; i < host.len; i++) {
        char c = ascii_lower(host.ptr[i]);
        bool plain = (c >= 'a' && c <= 'z') || is_digit(c) || c == '_';
        if (c == '.' && label > 0) {
            label = 0;
        } else if ((plain || (c == '-' && label > 0)) && label < LABEL_BYTES) {
            label++;
        } else {
            return false;
        }
    }
    return label > 0 && host.len <= HOST_BYTES;
}

/* A name whose last label is a number is read as an IPv4 address by everybody who reads one
 * loosely (RFC 3986, 3.2.2; RFC 1123, 2.1). */
static bool ends_in_number(slice host)
{
    size_t digits = 0;
    while (digits < host.len && is_digit(host.ptr[host.len - 1 - digits])) {
        digits++;
    }
    return digits > 0 && (digits == host.len || host.ptr[host.len - 1 - digits] == '.');
}

/* From any script to A-labels: UTS 46, non-transitional (`ß` is a letter of its own). */
static bool put_a_labels(slice host, struct buf *out)
{
    char text[WRITTEN_BYTES + 1];
    unsigned char *ascii = NULL;
    if (!to_string(host, text, sizeof text) || utf8_find_invalid(host) < host.len ||
        idn2_lookup_u8((const unsigned char *)text, &ascii,
                       IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK) {
        return false;
    }
    slice result = slice_of((const char *)ascii);
    if (slice_ends_with(result, SLICE("."))) { /* a full stop of another script has become one */
        result = slice_head(result, result.len - 1);
    }
    bool ok = is_host_name(result) && !ends_in_number(result);
    if (ok) {
        buf_put(out, result);
    }
    idn2_free(ascii);
    return ok;
}

static bool put_name(slice host, struct buf *out)
{
    if (!utf8_is_ascii(host)) {
        return put_a_labels(host, out);
    }
    if (!is_host_name(host) || ends_in_number(host)) {
        return false;
    }
    for (size_t i = 0; i < host.len; i++) {
        buf_putc(out, ascii_lower(host.ptr[i]));
    }
    return true;
}

/* --- what is written -------------------------------------------------------------------------- */

static const char *what_is_wrong_with(slice host)
{
    if (host.len > 0 && slice_find_byte(host, '%') < host.len &&
        slice_find_byte(host, ':') < host.len) {
        return "expected an address without a zone";
    }
    if (slice_find_byte(host, ':') < host.len || slice_find_byte(host, '/') < host.len) {
        return "expected the name of a host alone, without scheme and port";
    }
    if (slice_find_byte(host, '*') < host.len) {
        return "expected `*.` at the begin of a name alone, such as *.example.org, where a pattern "
               "is allowed";
    }
    if (!utf8_is_ascii(host)) {
        return "expected a name that the rules for internationalised names allow; where it is in "
               "use all the same, give its ASCII form, xn--…";
    }
    if (ends_in_number(host)) {
        return "expected an IP address, or the name of a host: this is neither";
    }
    return "expected the name of a host, such as example.org";
}

bool host_normalise(slice written, bool patterns, struct buf *out, const char **problem)
{
    slice host = written;
    size_t begin = out->len;
    bool ok = false;
    if (host.len > 2 && host.ptr[0] == '[' && host.ptr[host.len - 1] == ']') {
        host = slice_between(host.ptr + 1, host.ptr + host.len - 1);
        ok = slice_find_byte(host, ':') < host.len && put_address(host, out);
    } else {
        if (slice_ends_with(host, SLICE("."))) {
            host = slice_head(host, host.len - 1);
        }
        ok = put_address(host, out);
        slice name = host;
        if (!ok && patterns && slice_starts_with(host, slice_of(star))) {
            name = slice_from(host, strlen(star));
            buf_puts(out, star);
        }
        ok = ok || put_name(name, out);
    }
    ok = ok && !out->failed && out->len - begin <= HOST_BYTES;
    if (!ok) {
        buf_truncate(out, begin);
        if (problem != NULL) {
            *problem = what_is_wrong_with(host);
        }
    }
    return ok;
}

/* --- comparing and showing -------------------------------------------------------------------- */

bool host_is_pattern(slice host)
{
    return slice_starts_with(host, slice_of(star));
}

bool host_matches(slice pattern, slice host)
{
    if (slice_equal(pattern, host)) {
        return !host_is_pattern(host);
    }
    unsigned char address[16];
    size_t first = slice_find_byte(host, '.');
    return host_is_pattern(pattern) && first > 0 &&
           slice_equal(slice_from(pattern, 1), slice_from(host, first)) &&
           host_to_address(host, address) == 0;
}

static void put_unicode(slice name, struct buf *out)
{
    char ascii[HOST_BYTES + 1];
    char *shown = NULL;
    struct buf back;
    buf_init(&back, HOST_BYTES);
    /* Only what is the same host when somebody copies it from here is shown. */
    if (to_string(name, ascii, sizeof ascii) && idn2_to_unicode_8z8z(ascii, &shown, 0) == IDN2_OK &&
        put_name(slice_of(shown), &back) && slice_equal(buf_slice(&back), name)) {
        buf_puts(out, shown);
    } else {
        buf_put(out, name);
    }
    idn2_free(shown);
    buf_release(&back);
}

void host_put_shown(slice host, struct buf *out)
{
    if (slice_find(host, SLICE("xn--")) == host.len) {
        buf_put(out, host);
        return;
    }
    if (host_is_pattern(host)) {
        buf_puts(out, star);
        host = slice_from(host, strlen(star));
    }
    put_unicode(host, out);
}

void host_put_file_name(slice host, struct buf *out)
{
    if (host_is_pattern(host)) {
        buf_puts(out, file_star);
        host = slice_from(host, strlen(star));
    }
    buf_put(out, host);
}
