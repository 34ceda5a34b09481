/* jobs.c: what the background process does, in this order. */

#include "search/index.h"
#include "server/background.h"
#include "server/books.h"
#include "server/log.h"

#include <stdlib.h>

/* --- search: the words of all reviews (search/index.h) -------------------------------------------
 */

static enum background_outcome index_site(const struct background_work *work,
                                          const struct site *site)
{
    enum { LONGEST_PATH = 65536, LONGEST_PROBLEM = 65536 };
    struct search_update done;
    struct buf path;
    struct buf problem;
    buf_init(&path, LONGEST_PATH);
    buf_init(&problem, LONGEST_PROBLEM);
    buf_printf(&path, "%s/%s", site->state, SEARCH_INDEX_NAME);
    /* Where SQLite puts what does not fit into its memory; it looks once. */
    (void)setenv("SQLITE_TMPDIR", site->state, 1);
    const char *name = path.failed ? NULL : buf_string(&path);
    const bool ok =
        name != NULL && search_index_update(name, site->capsule, work->is_first, &done, &problem);
    if (!ok && !work->is_retry) {
        log_problem("search: %.*s", SLICE_ARG(buf_slice(&problem)));
    }
    buf_release(&path);
    buf_release(&problem);
    return ok ? BACKGROUND_DONE : BACKGROUND_FAILED;
}

static enum background_outcome run_search(const struct background_work *work)
{
    enum background_outcome outcome = BACKGROUND_DONE;
    for (size_t i = 0; i < work->sites->count; i++) {
        const struct site *site = &work->sites->items[i];
        if (site->state_folder >= 0 && site->capsule != NULL &&
            index_site(work, site) == BACKGROUND_FAILED) {
            outcome = BACKGROUND_FAILED;
        }
    }
    return outcome;
}

/* --- the table ----------------------------------------------------------------------------------
 */

const struct background_job background_jobs[] = {
    { "search", run_search },
    { "books", books_run },
    { NULL, NULL },
};
