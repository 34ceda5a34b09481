/* The first line is a path, the rest a robots.txt: what is read keeps the promises of robots.h. */
#include "base/limits.h"
#include "web/robots.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool promise)
{
    if (!promise) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    slice rest = { (const char *)data, size };
    slice path = SLICE_EMPTY;
    struct arena arena;
    struct robots robots;
    struct robots same;
    arena_init(&arena);
    (void)slice_next_line(&rest, &path);
    robots_read(&arena, rest, SLICE("matinee"), &robots);
    require(robots.crawl_delay_ms <= LIMIT_WEB_CRAWL_DELAY_MS);
    for (size_t i = 0; i < robots.count; i++) {
        slice pattern = robots.items[i].pattern;
        for (size_t at = 0; at < pattern.len; at++) {
            require(pattern.ptr[at] > ' ' && pattern.ptr[at] < 0x7F && pattern.ptr[at] != '$');
        }
    }
    bool allowed = robots_allows(&robots, path);
    require(allowed || robots.count > 0);
    robots_read(&arena, arena_copy(&arena, rest), SLICE("MATINEE"), &same);
    require(same.count == robots.count && robots_allows(&same, path) == allowed);
    arena_release(&arena);
    return 0;
}
