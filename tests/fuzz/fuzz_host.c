/* Any bytes as the name of a host: what is accepted keeps the promises of host.h. */
#include "gemini/host.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool promise)
{
    if (!promise) {
        abort();
    }
}

/* The form that is kept is its own form, and so is the one that is shown. */
static void check_form(slice host)
{
    unsigned char address[16];
    struct buf again;
    struct buf shown;
    buf_init(&again, HOST_BYTES);
    buf_init(&shown, (size_t)8 * HOST_BYTES);
    require(host.len > 0 && host.len <= HOST_BYTES);
    for (size_t i = 0; i < host.len; i++) {
        char c = host.ptr[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
        require(plain || c == '.' || c == ':' || (c == '*' && i == 0));
    }
    require(host_normalise(host, true, &again, NULL) && slice_equal(buf_slice(&again), host));
    host_put_shown(host, &shown);
    buf_clear(&again);
    require(host_normalise(buf_slice(&shown), true, &again, NULL) &&
            slice_equal(buf_slice(&again), host));
    require(host_matches(host, host) != host_is_pattern(host));
    require(!host_is_pattern(host) || host_to_address(host, address) == 0);
    buf_clear(&shown);
    host_put_file_name(host, &shown);
    require(slice_find_byte(buf_slice(&shown), '/') == shown.len && shown.ptr[0] != '.');
    buf_release(&shown);
    buf_release(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    slice written = { (const char *)data, size };
    struct buf form;
    const char *problem = NULL;
    buf_init(&form, HOST_BYTES);
    if (host_normalise(written, true, &form, &problem)) {
        check_form(buf_slice(&form));
    } else {
        require(form.len == 0 && problem != NULL);
    }
    buf_release(&form);
    return 0;
}
