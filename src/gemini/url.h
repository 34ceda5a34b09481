/* url.h: URL references, with uriparser. Layer: gemini (includes base/, text/uri). RFC 3986. */
#ifndef MATINEE_GEMINI_URL_H
#define MATINEE_GEMINI_URL_H

#include "base/attributes.h"
#include "base/buf.h"
#include "base/slice.h"

/** The parts of an absolute URL; slices point into the text that was parsed. */
struct url {
    slice scheme;
    slice userinfo; /* .ptr NULL when there is no `@` */
    slice host;     /* as written; an IPv6 literal without its brackets; may be empty */
    bool host_is_ipv6;
    bool host_is_ipv4;
    int port;   /* -1 when not given or empty */
    slice path; /* raw */
    bool has_query;
    slice query; /* raw */
    bool has_fragment;
    slice fragment;
};

/** Split an absolute URL with an authority (RFC 3986, section 3). False when it is none, or when
 * its port is no TCP port (1 to 65535). */
MUST_USE bool url_parse(slice text, struct url *out);
/** Append `host` as it stands in a URL: an IPv6 address gets its brackets. */
void url_put_host(slice host, struct buf *out);
/**
 * Append what `reference` means when it stands on the page `base`, an absolute URL (RFC 3986,
 * section 5.2), dot segments removed. False when one of them cannot be parsed, or `out` cannot take
 * it.
 */
MUST_USE bool url_resolve(slice base, slice reference, struct buf *out);

#endif
