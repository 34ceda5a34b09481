/* Any bytes as what a stranger asks for: in both forms one line of printable ASCII comes of it,
 * which its readers take apart as it was put together. */
#include "base/limits.h"
#include "server/log_line.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool promise)
{
    if (!promise) {
        abort();
    }
}

static void check_bytes(slice line)
{
    require(line.len > 0 && line.len <= LIMIT_LOG_LINE);
    for (size_t i = 0; i + 1 < line.len; i++) {
        require(line.ptr[i] >= 0x20 && line.ptr[i] < 0x7f);
    }
    require(line.ptr[line.len - 1] == '\n');
}

/* From behind the quotation mark that opens the text: what follows the one that closes it. In
 * `json` only what JSON knows may follow a backslash. */
static slice after_text(slice rest, bool json)
{
    for (size_t i = 0; i < rest.len; i++) {
        if (rest.ptr[i] == '"') {
            return slice_from(rest, i + 1);
        }
        if (rest.ptr[i] == '\\') {
            i++;
            require(i < rest.len &&
                    (rest.ptr[i] == '\\' || rest.ptr[i] == '"' || (!json && rest.ptr[i] == 'x')));
        }
    }
    abort();
}

static void check(const struct log_request *request, enum log_form form, slice opening, slice end)
{
    struct buf out;
    buf_init(&out, LIMIT_LOG_LINE);
    log_line_put(&out, request, form, LOG_ADDRESSES_FULL);
    require(!out.failed);
    slice line = buf_slice(&out);
    check_bytes(line);
    size_t at = slice_find(line, opening);
    require(at < line.len);
    require(slice_equal(after_text(slice_from(line, at + opening.len), form == LOG_JSON), end));
    buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct log_request request = {
        .status = 59,
        .sent = 100,
        .size = 200,
        .line = slice_head((slice){ (const char *)data, size }, LIMIT_REQUEST_URL + 2),
        .peer = { .family = AF_INET, .bytes = { 192, 0, 2, 1 } },
        .tls = "TLSv1.3",
    };
    check(&request, LOG_COMMON, SLICE("+0000] \""), SLICE(" 59 100\n"));
    check(&request, LOG_JSON, SLICE(",\"url\":\""), SLICE("}\n"));
    return 0;
}
