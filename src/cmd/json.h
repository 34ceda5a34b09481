/* json.h: JSON (RFC 8259) written piece by piece. Layer: cmd (includes base/).
 *
 * Each member or item is followed by a comma, and json_close takes the last one away: so a writer
 * need not know whether it is the first. Names are constants that need no escaping. */
#ifndef MATINEE_CMD_JSON_H
#define MATINEE_CMD_JSON_H

#include "base/buf.h"
#include "base/slice.h"

/** Append `text` as a string: any bytes; those that are not UTF-8 become U+FFFD. */
void json_put_string(struct buf *out, slice text);
/** Append `"name":"text",`. */
void json_put_text(struct buf *out, const char *name, slice text);
/** The same when there is text, else nothing. */
void json_put_any_text(struct buf *out, const char *name, slice text);
/** Append `"name":count,`. */
void json_put_count(struct buf *out, const char *name, size_t count);
/** End an object or array with `bracket`: the comma at the end of `out`, if any, goes. */
void json_close(struct buf *out, char bracket);

#endif
