/* uri.h: percent-encoding of what goes into a link (RFC 3986, section 2). Layer: text. */
#ifndef MATINEE_TEXT_URI_H
#define MATINEE_TEXT_URI_H

#include "base/buf.h"
#include "base/slice.h"

/** Append `path` with every byte but unreserved ones, `/` and the sub-delimiters and `:@` of a path
 * segment percent-encoded. What is decoded afterwards is `path` again. */
void uri_put_path(struct buf *out, slice path);
/**
 * A link target that an author wrote, made safe for a link line: blanks, control bytes, non-ASCII
 * and the characters no URI holds are percent-encoded; the reserved ones stay as they are,
 * and so does a `%` with two hexadecimal digits.
 */
void uri_put_written(struct buf *out, slice target);
/** The same for a host, with a user and a port or without: in a name of another script
 * percent-encoding would mean something else, so non-ASCII stays. */
void uri_put_host(struct buf *out, slice host);
/**
 * Append the reference that leads from the file `from` to the file `to` (RFC 3986, section 4.2),
 * both named as in one tree of folders, decoded and without a first slash.
 */
void uri_put_relative(struct buf *out, slice from, slice to);
/** Append `text` with `%XX` decoded; a `%` without two hexadecimal digits stays as it is. */
void uri_put_decoded(struct buf *out, slice text);

/** The scheme of an absolute URI reference (`gemini` of `gemini://…`), or the empty slice. */
slice uri_scheme(slice reference);

#endif
