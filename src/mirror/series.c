#include "mirror/series.h"

#include "base/limits.h"
#include "import/html_links.h"

/* Bytes in which it is seen what something is. */
enum { HEAD_BYTES = 4096 };

bool series_open(struct series *series, struct arena *arena, enum mirror_feed which, int at)
{
    *series = (struct series){ .arena = arena, .which = which };
    slice_map_init(&series->seen, arena);
    return spool_open(&series->spool, at);
}

void series_close(struct series *series)
{
    spool_close(&series->spool);
    slice_map_release(&series->seen);
}

void series_set(struct series *series, slice url)
{
    series->url = series->mark.url = url;
    series->paging = feed_address_paging(url);
}

slice series_first_page(const struct series *series)
{
    return feed_address_page(series->arena, series->url, series->paging, 1, 1);
}

slice series_next_page(const struct series *series, const struct feed *feed, slice url,
                       unsigned long pages)
{
    slice next = SLICE_EMPTY;
    if (series->fresh == 0) {
        return SLICE_EMPTY;
    }
    switch (series->paging) {
    case PAGING_BLOGGER:
        if (feed->next.len == 0 && feed->total <= series->read) {
            return SLICE_EMPTY;
        }
        break;
    case PAGING_WORDPRESS:
        break;
    case PAGING_LINKS:
        if (feed->next.len == 0 ||
            html_link_resolve(series->arena, url, feed->next, &next) != HTML_LINK_OK) {
            return SLICE_EMPTY;
        }
        return next;
    }
    return feed_address_page(series->arena, series->url, series->paging, series->read + 1,
                             pages + 1);
}

enum fetch_result series_get(struct series *series, struct fetcher *fetcher, slice url,
                             const struct mirror_mark *known, slice *problem)
{
    struct fetch_answer answer;
    struct fetch_request request = { .url = url, .max = LIMIT_MIRROR_FEED };
    if (known != NULL) {
        request.etag = known->etag;
        request.modified = known->modified;
    }
    spool_take(&series->spool, &request);
    enum fetch_result result = fetch(fetcher, series->arena, &request, &answer);
    if (result == FETCH_DONE) {
        series->mark.etag = answer.etag;
        series->mark.modified = answer.modified;
    }
    *problem = answer.problem;
    return result;
}

enum import_format series_format(const struct series *series)
{
    slice head;
    return spool_read(&series->spool, series->arena, HEAD_BYTES, &head) ? import_format_of(head)
                                                                        : FORMAT_PAGE_TEXT;
}

bool series_count(struct series *series, slice id)
{
    bool is_fresh =
        id.len > 0 && slice_map_claim(&series->seen, arena_copy(series->arena, id), series);
    series->fresh += is_fresh;
    return is_fresh;
}

void series_add(struct series *series, const struct feed *feed)
{
    series->read += feed->others + feed->refused;
    for (size_t kind = 0; kind < ENTRY_KINDS; kind++) {
        for (size_t status = 0; status < ENTRY_STATUSES; status++) {
            series->read += feed->entries[kind][status];
        }
    }
}
