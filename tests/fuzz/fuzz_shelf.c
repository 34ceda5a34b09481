/* Catalogues of books: whatever the file's bytes are, no name leads out of the folder, and what was
 * read and is written again is read as the same. */
#include "base/limits.h"
#include "gempub/shelf.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool promise)
{
    if (!promise) {
        abort();
    }
}

static void check_names(const struct shelf *shelf)
{
    for (size_t i = 0; i < shelf->books.count; i++) {
        const slice name = shelf->books.items[i]->name;
        require(shelf_find(shelf, name) == shelf->books.items[i]);
        require(name.len > 0 && name.ptr[0] != '/' && name.ptr[0] != '.');
        require(slice_find(name, SLICE("/.")) == name.len);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct shelf first;
    struct shelf second;
    struct buf once;
    struct buf twice;
    if (size > LIMIT_BOOK_CATALOGUE) {
        return 0;
    }
    shelf_init(&first);
    shelf_init(&second);
    buf_init(&once, LIMIT_BOOK_CATALOGUE);
    buf_init(&twice, LIMIT_BOOK_CATALOGUE);
    if (shelf_parse(&first, (slice){ (const char *)data, size })) {
        check_names(&first);
        shelf_put(&first, &once);
        require(shelf_parse(&second, buf_slice(&once)));
        require(shelf_appearance(&first) == shelf_appearance(&second));
        shelf_put(&second, &twice);
        require(slice_equal(buf_slice(&once), buf_slice(&twice)));
    }
    shelf_release(&first);
    shelf_release(&second);
    buf_release(&once);
    buf_release(&twice);
    return 0;
}
