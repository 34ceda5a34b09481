/* xml.h: text inside of XML 1.0. Layer: text (includes base/). */
#ifndef MATINEE_TEXT_XML_H
#define MATINEE_TEXT_XML_H

#include "base/buf.h"
#include "base/slice.h"

/**
 * Append `text` so that it is safe both between tags and inside of an attribute's quotes. What no
 * XML document may hold (XML 1.0, production 2, `Char`: control characters, U+FFFE, U+FFFF) and
 * ill-formed UTF-8 becomes U+FFFD; line breaks and tabs become blanks.
 */
void xml_put(struct buf *out, slice text);
/** Escape the ampersands of `out` from byte `start` on: for a URL, which has no other character
 * that means something in XML, after it was written there. */
void xml_escape_url(struct buf *out, size_t start);

#endif
