#include "import/entry.h"

static const char *const status_names[ENTRY_STATUSES] = {
    [ENTRY_LIVE] = "live",       [ENTRY_DRAFT] = "draft", [ENTRY_SCHEDULED] = "scheduled",
    [ENTRY_TRASHED] = "trashed", [ENTRY_SPAM] = "spam",   [ENTRY_HIDDEN] = "hidden",
};

slice entry_number(slice id)
{
    size_t begin = id.len;
    while (begin > 0 && id.ptr[begin - 1] >= '0' && id.ptr[begin - 1] <= '9') {
        begin--;
    }
    return slice_from(id, begin);
}

slice entry_path(slice url)
{
    slice path = url;
    size_t host = slice_find(url, SLICE("://"));
    if (host < slice_find_byte(url, '/')) {
        path = slice_from(url, host + 3);
        path = slice_from(path, slice_find_byte(path, '/'));
    }
    path = slice_trim(slice_head(path, slice_find_byte(path, '#')));
    if (path.len < 2 || path.ptr[0] != '/' || slice_find_byte(path, '?') < path.len) {
        return SLICE_EMPTY;
    }
    return path;
}

const char *entry_status_name(enum entry_status status)
{
    return status_names[status];
}
