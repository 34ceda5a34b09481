/* html_charset.h: the bytes of a saved page into UTF-8. Layer: import (includes base/). */
#ifndef MATINEE_IMPORT_HTML_CHARSET_H
#define MATINEE_IMPORT_HTML_CHARSET_H

#include "base/arena.h"
#include "base/attributes.h"
#include "base/diag.h"
#include "base/slice.h"

/**
 * The text of `source` in UTF-8, without a BOM: the same bytes when they are UTF-8 already, else a
 * copy in `arena`. The charset is the one of a BOM, else what the page declares (`<meta charset>`,
 * `<meta http-equiv=…>`, the XML declaration) in its first LIMIT_HTML_PRESCAN bytes, else UTF-8
 * when that is well-formed, else windows-1252, as browsers take it. Bytes that are no characters of
 * it become U+FFFD, with one warning. False, with an error, when the declared one is not known, or
 * when there are NUL bytes.
 */
MUST_USE bool html_charset_decode(struct arena *arena, const struct source *source, slice *text,
                                  struct diags *diags);

#endif
