#include "mirror/find_feed.h"

#include "base/limits.h"
#include "import/format.h"
#include "mirror/feed_address.h"
#include "mirror/feed_links.h"
#include "web/web_url.h"

/* Bytes in which it is seen what something is. */
enum { HEAD_BYTES = 4096 };

struct search {
    struct fetcher *fetcher;
    struct arena *arena;
    struct spool *spool;
    struct diags *diags;
    struct fetch_answer answer;
    enum import_format format; /* of what is in the spool */
};

static enum fetch_result fails(const struct search *search, slice url, slice problem,
                               enum fetch_result result)
{
    diags_add_line(search->diags, DIAG_ERROR, url, 0, "%.*s", SLICE_ARG(problem));
    return result;
}

static enum fetch_result get(struct search *search, slice url)
{
    slice head;
    struct fetch_request request = { .url = url, .max = LIMIT_MIRROR_FEED };
    spool_take(search->spool, &request);
    enum fetch_result result = fetch(search->fetcher, search->arena, &request, &search->answer);
    if (result == FETCH_DONE) {
        if (!spool_read(search->spool, search->arena, HEAD_BYTES, &head)) {
            search->answer.problem = SLICE("it cannot be kept");
            return FETCH_NOT_TAKEN;
        }
        search->format = import_format_of(head);
    }
    return result;
}

static bool is_feed(enum import_format format)
{
    return format == FORMAT_FEED || format == FORMAT_JSON;
}

/* What the page in the spool names. */
static enum fetch_result read_page(struct search *search, slice *feed)
{
    struct arena arena;
    struct source source = { search->answer.url, SLICE_EMPTY };
    slice found = SLICE_EMPTY;
    arena_init(&arena);
    bool ok = spool_read(search->spool, &arena, LIMIT_HTML_FILE, &source.text) &&
              feed_links_find(&arena, &source, search->answer.url, &found, search->diags);
    *feed = arena_copy(search->arena, found);
    arena_release(&arena);
    return ok ? FETCH_DONE : FETCH_NEVER;
}

/* Where blogs usually have it. */
static enum fetch_result guess(struct search *search, slice page, slice *feed)
{
    struct web_url url;
    slice problem;
    size_t count = 0;
    if (!web_url_read(search->arena, page, &url, &problem)) {
        return fails(search, page, problem, FETCH_NEVER);
    }
    const slice *usual = feed_address_usual(search->arena, url.origin, &count);
    for (size_t i = 0; i < count; i++) {
        enum fetch_result result = get(search, usual[i]);
        if (result == FETCH_DONE && is_feed(search->format)) {
            *feed = usual[i];
            return FETCH_DONE;
        }
        if (result == FETCH_LATER || result == FETCH_STOPPED) {
            return fails(search, usual[i], search->answer.problem, result);
        }
    }
    return fails(
        search, page,
        SLICE("the page names no feed, and there is none where blogs usually have it; give "
              "the address of the feed"),
        FETCH_NEVER);
}

enum fetch_result find_feed(struct fetcher *fetcher, struct arena *arena, struct spool *spool,
                            slice address, slice *feed, struct diags *diags)
{
    struct search search = { .fetcher = fetcher, .arena = arena, .spool = spool, .diags = diags };
    enum fetch_result result = get(&search, address);
    *feed = SLICE_EMPTY;
    if (result != FETCH_DONE) {
        return fails(&search, address, search.answer.problem, result);
    }
    if (is_feed(search.format)) {
        *feed = search.answer.url;
        return FETCH_DONE;
    }
    if (search.format != FORMAT_HTML) {
        return fails(&search, address,
                     arena_printf(arena, "this is %s, neither a page of a blog nor a feed",
                                  search.format == FORMAT_PAGE_TEXT
                                      ? "text"
                                      : import_format_name(search.format)),
                     FETCH_NEVER);
    }
    slice page = search.answer.url;
    result = read_page(&search, feed);
    return result == FETCH_DONE && feed->len == 0 ? guess(&search, page, feed) : result;
}
