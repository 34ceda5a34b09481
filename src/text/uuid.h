/* uuid.h: identities of reviews and of feeds, as `urn:uuid:…` (RFC 9562, RFC 4122 section 3 for the
 * URN). Layer: text (includes base/). */
#ifndef MATINEE_TEXT_UUID_H
#define MATINEE_TEXT_UUID_H

#include "base/attributes.h"
#include "base/buf.h"
#include "base/slice.h"

/** True for `urn:uuid:` and a UUID, in letters of either case. */
bool uuid_is_urn(slice text);

/**
 * Append the name-based UUID (version 5, SHA-1) of `name` as a URN: the same name gives the same
 * UUID for ever. Names are URLs, or whatever stands for one; the namespace is matinee's own. False,
 * and nothing appended, when the cryptographic library refuses.
 */
MUST_USE bool uuid_put_named(struct buf *out, slice name);

/** Append a random UUID (version 4) as a URN. False when there is no randomness to be had. */
MUST_USE bool uuid_put_random(struct buf *out);

#endif
