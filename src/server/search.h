/* search.h: what is asked of /search.gmi, looked for. Layer: server (includes pages/, search/).
 *
 * A searcher belongs to one worker and one capsule, and is made when somebody asks for the first
 * time: workers that nobody asks need no memory for it. */
#ifndef MATINEE_SERVER_SEARCH_H
#define MATINEE_SERVER_SEARCH_H

#include "base/attributes.h"
#include "gemini/request.h"
#include "pages/results.h"
#include "server/route.h"

struct searcher;

/**
 * Look for the query of `request`, for PAGE_SEARCH or PAGE_SEARCH_MORE, and show the client what it
 * may see (admission.h). Takes LIMIT_SEARCH_MS for that and as much for words that are near, and
 * the time to look through the reviews of a page of results. Whatever bytes were sent, it ends in a
 * page or a sentence.
 *
 * Returns what is to be rendered, valid until the next call; NULL when `reply` is the answer.
 */
MUST_USE const struct page_results *search_find(const struct site *site, const struct page *page,
                                                const struct request *request,
                                                const struct arrival *arrival, struct reply *reply);

#endif
