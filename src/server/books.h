/* books.h: the books of a capsule as a server keeps them: made by a job of the background process,
 * read by the loader, offered by workers. Layer: server (includes gempub/, pages/).
 *
 * They are in `books` of the state folder (state.h). Pages offer what the catalogue has, which the
 * loader has in memory; a worker opens a file when it is asked for. */
#ifndef MATINEE_SERVER_BOOKS_H
#define MATINEE_SERVER_BOOKS_H

#include "base/attributes.h"
#include "gempub/shelf.h"
#include "server/background.h"
#include "server/route.h"

#include <sys/stat.h>

/** What the loader knows of the books of a capsule. */
struct books {
    struct shelf shelf;
    struct page_shelf offered;
    uint64_t appearance;
    struct stat read; /* the catalogue that was read; all zero: none */
    int64_t tried;    /* a time of books_due that has passed */
};

void books_init(struct books *books);
/**
 * Look at what there is, after the background process has ended or the capsule of `site` has been
 * read again; what is withdrawn by that is not offered any more. `site->books` is set. True when
 * pages say something else now.
 */
bool books_look(struct books *books, struct site *site);
/** After the background process has ended: when it is to look again, because books have had to
 * wait, seconds since 1970; 0: it need not. A time that has passed is given once. */
int64_t books_due(struct books *books);

/** Answer with the book `page`, if there is one. */
void books_reply(const struct site *site, const struct page *page, struct reply *reply);

/** The job. */
enum background_outcome books_run(const struct background_work *work);

#endif
