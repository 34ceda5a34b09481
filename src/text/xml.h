/* xml.h: text inside of XML 1.0. Layer: text (includes base/). */
#ifndef MATINEE_TEXT_XML_H
#define MATINEE_TEXT_XML_H

#include "base/buf.h"
#include "base/slice.h"

/**
 * Append `text` so that it is safe both between tags and inside of an attribute's quotes. What no
 * XML document may hold (XML 1.0, production 2, `Char`: control characters, U+FFFE, U+FFFF) and
 * ill-formed UTF-8 becomes U+FFFD. Line breaks and tabs stay; a carriage return, which no reader
 * would see (2.11), is one of the control characters.
 */
void xml_put(struct buf *out, slice text);
/** The same for what was written to `out` from byte `start` on. */
void xml_escape(struct buf *out, size_t start);

#endif
