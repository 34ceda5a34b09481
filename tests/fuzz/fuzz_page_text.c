/* A page as text becomes a source file: it loads without an error, it is not much larger than the
 * page, and every word of the post is in it or in the report. */
#include "import.h"

#include "import/page_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Inputs over this take long and find nothing that shorter ones do not. */
#define INPUT_MAX 65536u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct diags diags;
    struct report report;
    struct post post;
    const struct source source = { SLICE("page.txt"), { (const char *)data, size } };
    if (size > INPUT_MAX) {
        return 0;
    }
    arena_init(&arena);
    diags_init(&diags);
    report_init(&report, &arena);
    if (page_text_read(&arena, &source, &post, &report, &diags)) {
        check_import(&arena, &post, 8 * size + 4096, &report);
    } else {
        require(diags.counts[DIAG_ERROR] == 1);
    }
    diags_release(&diags);
    arena_release(&arena);
    return 0;
}
