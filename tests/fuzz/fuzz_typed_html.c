/* HTML as it was typed: nothing but `<p>` and `<br>` is put in, nothing but the marks of captions
 * taken out. */
#include "import/typed_html.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define INPUT_MAX 65536u

static void require(bool promise)
{
    if (!promise) {
        abort();
    }
}

/* `typed` without what is put in. */
static slice without_breaks(struct arena *arena, slice typed)
{
    char *out = arena_alloc(arena, typed.len + 1);
    size_t count = 0;
    while (typed.len > 0) {
        size_t put_in = slice_starts_with(typed, SLICE("<p>"))    ? 3
                        : slice_starts_with(typed, SLICE("<br>")) ? 4
                                                                  : 0;
        if (put_in == 0) {
            out[count++] = typed.ptr[0];
        }
        typed = slice_from(typed, put_in > 0 ? put_in : 1);
    }
    return (slice){ out, count };
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    const slice html = { (const char *)data, size };
    if (size > INPUT_MAX) {
        return 0;
    }
    arena_init(&arena);
    slice typed = typed_html(&arena, html);
    require(typed.len <= 8 * html.len + 64);
    bool captions = slice_find(html, SLICE("caption")) < html.len;
    if (typed.ptr != html.ptr && !captions) {
        require(slice_equal(without_breaks(&arena, typed), html));
    }
    arena_release(&arena);
    return 0;
}
