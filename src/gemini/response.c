#include "gemini/response.h"

#include "base/limits.h"
#include "base/utf8.h"

/* What a person reads when nothing better was said; META is never empty, because clients differ on
 * whether the blank before it is then sent. */
static const char *default_meta(enum status status)
{
    switch (status) {
    case STATUS_INPUT:
        return "Input, please";
    case STATUS_SUCCESS:
        return "text/gemini";
    case STATUS_REDIRECT:
    case STATUS_REDIRECT_PERMANENT:
        return "/";
    case STATUS_TEMPORARY_FAILURE:
        return "Something went wrong here; try again later";
    case STATUS_SERVER_UNAVAILABLE:
        return "Not available at the moment";
    case STATUS_SLOW_DOWN:
        return "10"; /* seconds to wait */
    case STATUS_PERMANENT_FAILURE:
        return "Something is wrong here";
    case STATUS_NOT_FOUND:
        return "Not found";
    case STATUS_GONE:
        return "Gone";
    case STATUS_PROXY_REFUSED:
        return "Not served here";
    case STATUS_BAD_REQUEST:
        return "Bad request";
    case STATUS_CERTIFICATE_REQUIRED:
        return "A client certificate is needed here";
    case STATUS_CERTIFICATE_NOT_AUTHORISED:
        return "Your certificate does not open this";
    case STATUS_CERTIFICATE_NOT_VALID:
        return "Your certificate is not valid";
    }
    return "-";
}

void response_put_header(struct buf *out, enum status status, slice meta)
{
    buf_printf(out, "%02u ", (unsigned)status);
    size_t begin = out->len;
    size_t limit = begin + LIMIT_META;
    if (meta.len == 0) {
        meta = slice_of(default_meta(status));
    }
    int32_t c = 0;
    while (!out->failed && utf8_next(&meta, &c)) {
        size_t before = out->len;
        utf8_put(out, utf8_is_control(c) || c == '\t' ? ' ' : c);
        if (out->len > limit) {
            buf_truncate(out, before);
            break;
        }
    }
    buf_puts(out, "\r\n");
}

static bool is_language_tag(slice lang)
{
    for (size_t i = 0; i < lang.len; i++) {
        char c = lang.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '-' || c == ',')) {
            return false;
        }
    }
    return lang.len > 0;
}

void response_put_type(struct buf *out, slice media_type, slice lang)
{
    buf_put(out, media_type);
    if (is_language_tag(lang)) {
        buf_puts(out, "; lang=");
        buf_put(out, lang);
    }
}

static bool is_meta(slice meta)
{
    if (meta.len > LIMIT_META || utf8_find_invalid(meta) < meta.len) {
        return false;
    }
    int32_t c = 0;
    while (utf8_next(&meta, &c)) {
        if (utf8_is_control(c) || c == '\t') {
            return false;
        }
    }
    return true;
}

bool response_parse_header(slice line, int *status, slice *meta)
{
    if (line.len < 2 || line.ptr[0] < '1' || line.ptr[0] > '6' || line.ptr[1] < '0' ||
        line.ptr[1] > '9' || (line.len > 2 && line.ptr[2] != ' ')) {
        return false;
    }
    *status = (line.ptr[0] - '0') * 10 + line.ptr[1] - '0';
    *meta = slice_from(line, 3);
    if (line.len == 2) {
        *meta = slice_from(line, 2);
    }
    /* A prompt, a media type and a target have to be there; a reason for a failure need not. */
    return is_meta(*meta) && (*status >= 40 || slice_trim(*meta).len > 0);
}
