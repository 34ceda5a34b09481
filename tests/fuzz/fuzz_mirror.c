/* The first line is an address, the rest the page that is there, or what a mirror remembered: feeds
 * that are found are addresses of the web, what is remembered is read again as it was. */
#include "base/limits.h"
#include "mirror/feed_address.h"
#include "mirror/feed_links.h"
#include "mirror/mirror_state.h"
#include "web/web_url.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool promise)
{
    if (!promise) {
        abort();
    }
}

static void check_feed(struct arena *arena, slice written)
{
    struct web_url url;
    slice problem;
    if (!web_url_read(arena, written, &url, &problem)) {
        return;
    }
    slice feed = url.text;
    enum feed_paging paging = feed_address_paging(feed);
    slice first = feed_address_page(arena, feed, paging, 1, 1);
    slice second = feed_address_page(arena, feed, paging, 151, 2);
    require(paging == PAGING_LINKS ? slice_equal(first, second) : !slice_equal(first, second));
    require(feed_address_paging(first) == paging);
    slice comments = feed_address_companion(arena, feed, "comments");
    require(comments.len == 0 || feed_address_paging(comments) == PAGING_BLOGGER);
}

static void check_state(struct arena *arena, const struct source *source, struct diags *diags)
{
    struct mirror_state state;
    struct mirror_state again;
    struct buf text;
    struct buf same;
    buf_init(&text, (size_t)4 * LIMIT_MIRROR_STATE);
    buf_init(&same, (size_t)4 * LIMIT_MIRROR_STATE);
    mirror_state_read(source, &state, diags);
    mirror_state_put(&state, &text);
    if (!text.failed) {
        const struct source written = { SLICE("state"), arena_copy(arena, buf_slice(&text)) };
        mirror_state_read(&written, &again, diags);
        mirror_state_put(&again, &same);
        require(slice_equal(buf_slice(&same), buf_slice(&text)));
    }
    buf_release(&text);
    buf_release(&same);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    slice rest = { (const char *)data, size };
    slice url = SLICE_EMPTY;
    slice feed = SLICE_EMPTY;
    struct arena arena;
    struct diags diags;
    arena_init(&arena);
    diags_init(&diags);
    (void)slice_next_line(&rest, &url);
    const struct source source = { SLICE("page"), arena_copy(&arena, rest) };
    check_feed(&arena, url);
    if (feed_links_find(&arena, &source, url, &feed, &diags) && feed.len > 0) {
        require(feed.len <= LIMIT_HTML_URL);
        check_feed(&arena, feed);
    }
    check_state(&arena, &source, &diags);
    diags_release(&diags);
    arena_release(&arena);
    return 0;
}
