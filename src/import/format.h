/* format.h: what a file is that somebody wants imported, by its content, never by its name.
 * Layer: import (includes base/). */
#ifndef MATINEE_IMPORT_FORMAT_H
#define MATINEE_IMPORT_FORMAT_H

#include "base/slice.h"

enum import_format {
    FORMAT_PAGE_TEXT, /* anything that is not one of the others: a page saved as text */
    FORMAT_HTML,
    FORMAT_FEED, /* Atom, RSS, a blog's export in XML */
    FORMAT_XML,
    FORMAT_JSON,
    FORMAT_ZIP,
    FORMAT_GZIP,
    FORMAT_PDF,
    FORMAT_RTF,
    FORMAT_UTF16,
    FORMAT_IMAGE,
};

/** Look at the first bytes of `content`. */
enum import_format import_format_of(slice content);
/** What it is, for a message: "a saved HTML page". */
const char *import_format_name(enum import_format format);

#endif
