/* host.h: the names of hosts, as they are written, compared and shown. Layer: gemini (includes
 * base/).
 *
 * There is one form in which hosts are kept and compared everywhere: a name in lower case, without
 * its final dot, in another script as A-labels (`xn--…`, RFC 5890); an IP address without brackets,
 * in the spelling of RFC 5952. A pattern is such a name with `*.` before it. */
#ifndef MATINEE_GEMINI_HOST_H
#define MATINEE_GEMINI_HOST_H

#include "base/attributes.h"
#include "base/buf.h"
#include "base/slice.h"

/** Longest host in the form that is kept, in bytes (RFC 1035, section 2.3.4). */
#define HOST_BYTES 253

/**
 * Append to `out` the form in which `written` is kept: a host name in any script (UTF-8; mapped and
 * checked as Unicode Technical Standard 46 says, non-transitional), an IPv4 or IPv6 address with or
 * without brackets, or a pattern such as `*.example.org` when `patterns` are allowed.
 *
 * False when it is none of that (or `out` has no room), with nothing appended; `*problem`, when not
 * NULL, says then what is wrong, as the end of a sentence: `expected the name of a host, such as
 * example.org`.
 */
MUST_USE bool host_normalise(slice written, bool patterns, struct buf *out, const char **problem);

/* What follows takes hosts in the form that is kept. */

bool host_is_pattern(slice host);
/** The bytes of an IP address in network order: 4, 16, or 0 when `host` is a name. */
size_t host_to_address(slice host, unsigned char address[16]);
/**
 * `pattern` is `host`, or is a pattern whose `*` stands for the first label of it: exactly one, as
 * in certificates (RFC 6125, section 6.4.3). An address is matched by itself alone, a pattern by
 * nothing.
 */
bool host_matches(slice pattern, slice host);

/** Append it as people write it: A-labels in their own script where that gives the same host back;
 * everything else as it is. For messages and pages, never for comparing. */
void host_put_shown(slice host, struct buf *out);
/** Append it as the name of a file: a `*` becomes `wildcard_`. */
void host_put_file_name(slice host, struct buf *out);

#endif
