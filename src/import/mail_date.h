/* mail_date.h: dates as mail and RSS have them. Layer: import (includes base/, text/). */
#ifndef MATINEE_IMPORT_MAIL_DATE_H
#define MATINEE_IMPORT_MAIL_DATE_H

#include "base/attributes.h"
#include "base/buf.h"
#include "base/slice.h"

/**
 * Append `YYYY-MM-DDThh:mm:ss+hh:mm` (RFC 3339) when `text` is a date of RFC 822, section 5, or RFC
 * 5322: `Wed, 02 Oct 2002 13:00:00 GMT`. The day of the week and the seconds may be missing, the
 * year may have two digits; a zone that is not known counts as UTC, as RFC 5322, section 4.3, has
 * it. False, and nothing appended, for anything else.
 */
MUST_USE bool mail_date_put(struct buf *out, slice text);

#endif
