#include "cmd/state_folder.h"

#include "base/slice.h"

#include <stdlib.h>
#include <string.h>

/* The specification wants relative paths to be passed over; so do we with what is no path at all.
 */
static slice absolute_path(const char *name)
{
    const char *value = getenv(name);
    return value != NULL && value[0] == '/' ? slice_of(value) : SLICE_EMPTY;
}

const char *state_folder_choose(struct arena *arena, const char *asked, bool becomes_another)
{
    if (asked != NULL) {
        return strcmp(asked, "none") == 0 ? NULL : asked;
    }
    /* Of several folders, which colons part, the first. */
    slice folder = absolute_path("STATE_DIRECTORY");
    folder = slice_head(folder, slice_find_byte(folder, ':'));
    if (folder.len > 0) {
        return arena_copy(arena, folder).ptr;
    }
    if (becomes_another) {
        return "/var/lib/matinee";
    }
    folder = absolute_path("XDG_STATE_HOME");
    if (folder.len > 0) {
        return arena_printf(arena, "%.*s/matinee", SLICE_ARG(folder)).ptr;
    }
    folder = absolute_path("HOME");
    return folder.len > 0 ? arena_printf(arena, "%.*s/.local/state/matinee", SLICE_ARG(folder)).ptr
                          : NULL;
}
