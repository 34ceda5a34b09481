#include "server/search.h"

#include "search/find.h"
#include "search/index.h"
#include "search/passage.h"
#include "server/admission.h"
#include "text/uri.h"

#include <stdlib.h>

enum {
    NEAR_MOST = 5,
    /* What passage_put writes at most. */
    PASSAGE_BYTES = 512,
};

struct searcher {
    struct finder *finder;
    char typed[LIMIT_REQUEST_URL + 1];
    struct search_query query;
    struct find_result found;
    struct page_hit hits[LIMIT_SEARCH_PAGE];
    char passages[LIMIT_SEARCH_PAGE][PASSAGE_BYTES];
    struct find_near near[NEAR_MOST];
    struct page_near near_shown[NEAR_MOST];
    struct page_results results;
};

static const char too_slow[] = "That takes too long to look for. Another word, or more of a word "
                               "that ends in *, makes it quicker.";

/* NULL when there is no memory. */
static struct searcher *searcher_new(const struct site *site)
{
    enum { LONGEST_PATH = 65536 };
    struct buf path;
    struct searcher *searcher = calloc(1, sizeof *searcher);
    buf_init(&path, LONGEST_PATH);
    buf_printf(&path, "%s/%s", site->state, SEARCH_INDEX_NAME);
    const char *name = buf_string(&path);
    if (searcher != NULL && name != NULL) {
        searcher->finder = finder_new(name);
    }
    buf_release(&path);
    if (searcher != NULL && searcher->finder == NULL) {
        free(searcher);
        searcher = NULL;
    }
    return searcher;
}

/* --- who may see what ---------------------------------------------------------------------------
 */

struct asking {
    const struct capsule *capsule;
    const struct path_area *area; /* of the page of results */
    const struct arrival *arrival;
};

static bool may_be_told(void *context, const struct review *review)
{
    const struct asking *asking = context;
    return capsule_may_tell(asking->capsule, asking->area, review->area) ||
           admits(review->area, &asking->arrival->client, asking->arrival->now);
}

/* --- looking ------------------------------------------------------------------------------------
 */

static void take_hits(struct searcher *searcher)
{
    for (size_t i = 0; i < searcher->found.count; i++) {
        const struct find_hit *hit = &searcher->found.hits[i];
        struct page_hit *shown = &searcher->hits[i];
        struct passage passage = { .found = false };
        struct buf text;
        buf_init_on(&text, searcher->passages[i], sizeof searcher->passages[i]);
        if (hit->quote == NULL) {
            passage_find(hit->review, &searcher->query, &passage);
            passage_put(&passage, &text);
        }
        *shown = (struct page_hit){ .review = hit->review,
                                    .section = passage.section,
                                    .quote = hit->quote,
                                    .passage = text.failed ? SLICE_EMPTY : buf_slice(&text) };
    }
    searcher->results.hits = searcher->hits;
    searcher->results.count = searcher->found.count;
    searcher->results.total = searcher->found.total;
}

static void take_near(struct searcher *searcher, const struct capsule *capsule,
                      const struct find_options *options)
{
    struct page_results *results = &searcher->results;
    results->near_count = finder_near(searcher->finder, capsule, &searcher->query, options,
                                      searcher->near, NEAR_MOST);
    for (size_t i = 0; i < results->near_count; i++) {
        const struct find_near *near = &searcher->near[i];
        searcher->near_shown[i] = (struct page_near){ { near->text, near->length }, near->total };
    }
    results->near = searcher->near_shown;
}

/* False when there is no index. */
static bool look(struct searcher *searcher, const struct page *page, struct asking *asking)
{
    const size_t number = page->kind == PAGE_SEARCH_MORE ? page->number - 1 : 0;
    const struct find_options options = { .admits = may_be_told,
                                          .context = asking,
                                          .limit_ms = LIMIT_SEARCH_MS };
    searcher->results.first = number * LIMIT_SEARCH_PAGE;
    switch (finder_find(searcher->finder, asking->capsule, &searcher->query, number, &options,
                        &searcher->found)) {
    case FIND_DONE:
        take_hits(searcher);
        break;
    case FIND_TOO_SLOW:
        searcher->results.problem = slice_of(too_slow);
        return true;
    case FIND_NO_INDEX:
        return false;
    }
    if (searcher->found.total == 0) {
        take_near(searcher, asking->capsule, &options);
    }
    return true;
}

/* What was typed; empty when it is blanks alone. */
static slice typed_query(struct searcher *searcher, const struct request *request)
{
    struct buf typed;
    buf_init_on(&typed, searcher->typed, sizeof searcher->typed);
    uri_put_decoded(&typed, request->query);
    return slice_trim(buf_slice(&typed));
}

const struct page_results *search_find(const struct site *site, const struct page *page,
                                       const struct request *request, const struct arrival *arrival,
                                       struct reply *reply)
{
    const char *problem = NULL;
    if (site->state == NULL) {
        reply_set(reply, STATUS_TEMPORARY_FAILURE, "This server has no index to search in");
        return NULL;
    }
    if (*site->searcher == NULL) {
        *site->searcher = searcher_new(site);
    }
    struct searcher *searcher = *site->searcher;
    if (searcher == NULL) {
        reply_set(reply, STATUS_TEMPORARY_FAILURE, "There is no memory to search with");
        return NULL;
    }
    const slice typed = typed_query(searcher, request);
    if (typed.len == 0) {
        reply_set(reply, STATUS_INPUT, "What are you looking for?");
        return NULL;
    }
    searcher->query.text = SLICE_EMPTY; /* somebody else's */
    searcher->results = (struct page_results){ .total = 0 };
    if (!search_query_parse(typed, &searcher->query, &problem)) {
        searcher->results.problem = slice_of(problem);
    } else {
        struct asking asking = { .capsule = site->capsule,
                                 .area = page_area(site->capsule, page),
                                 .arrival = arrival };
        searcher->results.in_quotes = searcher->query.in_quotes;
        if (!look(searcher, page, &asking)) {
            reply_set(reply, STATUS_TEMPORARY_FAILURE,
                      "The index of words is being made; try again in a moment");
            return NULL;
        }
    }
    searcher->results.query = slice_trim(searcher->query.text);
    return &searcher->results;
}
