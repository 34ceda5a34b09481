/* utf8.h: Unicode text in UTF-8, with utf8proc. Layer: base (includes arena.h, buf.h, slice.h). */
#ifndef MATINEE_BASE_UTF8_H
#define MATINEE_BASE_UTF8_H

#include "base/arena.h"
#include "base/attributes.h"
#include "base/buf.h"
#include "base/slice.h"

#include <stdint.h>

/** Length of the well-formed sequence (RFC 3629, section 4) at the start of `s`, and its code
 * point; 0 when there is none. */
size_t utf8_decode(slice s, int32_t *code_point);
/** Position of the first byte that is not part of well-formed UTF-8 (RFC 3629), or `s.len`. */
size_t utf8_find_invalid(slice s);

/**
 * Take the first code point off `*rest`. An ill-formed byte gives U+FFFD and is passed over.
 * Returns false when `*rest` is empty.
 */
bool utf8_next(slice *rest, int32_t *code_point);

/** Number of code points in well-formed `s`. */
size_t utf8_length(slice s);
/** Columns a terminal gives to a code point: 0, 1 or 2. */
int utf8_width(int32_t code_point);

/** Append a code point. */
void utf8_put(struct buf *buf, int32_t code_point);

/** True when every byte is ASCII: such text is its own NFC. */
bool utf8_is_ascii(slice s);
/** Number of bytes at the start of `s` that are printable ASCII, blanks included. */
size_t utf8_plain_run(slice s);
/**
 * True for code points that are no marks, are allowed in NFC, and never join the one before them or
 * change places with it (NFC_Quick_Check=Yes of Unicode Annex 15, section 9): for those of the
 * scripts in which most texts are written. A text of them is its own NFC.
 */
bool utf8_stands_alone(int32_t code_point);
/**
 * Well-formed `text` in Normalization Form C (Unicode Annex 15): `text` itself when it is so
 * already, else a copy in `arena`. Linear in its length.
 */
slice utf8_nfc(struct arena *arena, slice text);
/**
 * The same without an arena: `room` takes what has to be composed, in `count` code points. When it
 * is too small (one more than twice the bytes of `text` is always enough), `text` comes back as it
 * is.
 */
slice utf8_nfc_in(slice text, int32_t *room, size_t count);

/** What a code point is to the functions that split and fold text. */
enum utf8_class {
    UTF8_LETTER, /* letters and digits of every script, general categories L and N */
    UTF8_MARK,   /* combining marks, M */
    UTF8_SPACE,  /* separators, Z, and tab */
    UTF8_OTHER,
};
enum utf8_class utf8_class(int32_t code_point);
/** An upper-case or title-case letter (a letter without case is neither). */
bool utf8_is_upper(int32_t code_point);
bool utf8_is_digit(int32_t code_point);
/** A control character (Cc) other than tab, or a line or paragraph separator. */
bool utf8_is_control(int32_t code_point);

/** Words of well-formed `s`: runs without white space that hold a letter or a digit (utf8_words.c).
 */
size_t utf8_count_words(slice s);

/** The longest head of `s` of at most `max` bytes that ends at a code point's end. */
slice utf8_head(slice s, size_t max);

#endif
