/* xml_stream.h: XML from strangers, element by element, in bounded memory and time. Layer: import
 * (includes base/).
 *
 * libxml2's parser, fed piece by piece, without a tree. Nothing outside of the input is ever read:
 * no DTD, no external entity. What is refused, with an error: a document that declares entities of
 * its own (they are how a kilobyte becomes a gigabyte; no feed needs them), elements deeper than
 * LIMIT_XML_DEPTH, more attributes and namespaces than their limits, tags, comments and the like
 * longer than LIMIT_XML_TAG, and whatever is not well-formed. (Its xmlTextReader takes 35 seconds
 * for one tag of 600 kB with 60,000 attributes, and nobody can look before it is through.) */
#ifndef MATINEE_IMPORT_XML_STREAM_H
#define MATINEE_IMPORT_XML_STREAM_H

#include "base/attributes.h"
#include "base/diag.h"
#include "base/slice.h"
#include "import/byte_stream.h"

/** An element that begins. Everything lives until the call returns. */
struct xml_element {
    slice space; /* its namespace, empty for none */
    slice name;  /* without prefix */
    slice prefix;
    unsigned depth; /* the root has 1 */
    unsigned line;  /* of the input, from 1 */
    size_t attributes;
    const unsigned char **raw; /* as libxml2 has them; see xml_attribute_at */
};

struct xml_attribute {
    slice space;
    slice name;
    slice prefix;
    slice value;
};
struct xml_attribute xml_attribute_at(const struct xml_element *element, size_t index);
/** The value of the attribute `name` that has no namespace, or the empty slice. */
slice xml_attribute(const struct xml_element *element, const char *name);

/** Who takes the document. Each returns false to end the reading. */
struct xml_handler {
    bool (*start)(void *context, const struct xml_element *element);
    bool (*end)(void *context, slice name, unsigned depth);
    /** A piece of text, in any size: one text comes in several. CDATA is text like any other. */
    bool (*text)(void *context, slice text);
    void *context;
};

/**
 * Read `input`, UTF-8 or in the encoding that it declares. Control characters that no XML document
 * may hold, and exports do, become blanks, with a warning.
 *
 * False, with an error in `diags`, when it is refused, cannot be read or is not well-formed; what
 * came before was handed on then. Ended by the handler is true. Memory: about 1 MB.
 */
MUST_USE bool xml_stream_read(const struct byte_stream *input, const struct xml_handler *handler,
                              struct diags *diags);

#endif
