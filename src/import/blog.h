/* blog.h: the entries of a blog into the files of a capsule. Layer: import (includes base/, text/).
 *
 * Posts become reviews, pages hand-written pages, comments a page for each review that has some.
 * All entries are taken first, then all is written, the oldest post first: names then come out the
 * same whether a blog is imported at once or post by post, and links between posts are known. */
#ifndef MATINEE_IMPORT_BLOG_H
#define MATINEE_IMPORT_BLOG_H

#include "base/arena.h"
#include "base/attributes.h"
#include "base/diag.h"
#include "import/blog_links.h"
#include "import/entry_store.h"
#include "import/feed.h"
#include "import/images.h"
#include "import/outcome.h"
#include "import/redirects.h"
#include "import/target.h"

#include <signal.h>

struct blog_options {
    slice input;           /* what is imported, as messages name it */
    slice address;         /* of the blog, where its entries have no more than a path; or empty */
    slice published;       /* the date of posts that have none */
    struct images *images; /* pictures are stored in */
    outcome_tell *tell;    /* is told of each file */
    void *context;
    /** Not 0: no more files are begun. May be NULL. */
    const volatile sig_atomic_t *stop;
};

/** A post or a page that is to be written. */
struct blog_item {
    enum entry_kind kind;
    enum entry_status status;
    unsigned line;
    bool unchanged;    /* nothing of it is in the store: it stays as it is */
    int64_t published; /* a moment, for the order */
    slice origin;
    slice address;
    slice updated;
    slice day;    /* published, as text */
    bool undated; /* the blog does not say when: the day was chosen here */
    slice wish;   /* what its name is to be made of */
    struct entry_place place;

    slice id; /* from here on: when all are known */
    slice name;
    slice file; /* below the capsule, NUL-terminated */
    size_t first_comment;
    size_t comments;
};

struct blog_comment {
    slice post; /* which one: see entry_number */
    struct entry_place place;
};

struct blog {
    struct arena *arena;
    struct target *target;
    const struct blog_options *options;
    struct diags *diags;
    struct entry_store store;
    struct slice_map seen;    /* ids of entries that were taken */
    struct slice_map claimed; /* identities of this run's posts */
    struct slice_map doubles; /* how many posts there are that nothing tells apart, by their name */
    struct slice_map old_paths; /* whose they are: an identity, as a slice */
    struct blog_links links;
    struct redirects redirects;
    struct {
        struct blog_item *items;
        size_t count, capacity;
    } items;
    struct {
        struct blog_comment *items;
        size_t count, capacity;
    } comments;
    bool failed; /* an entry could not be put aside */
};

/** True for what is to be written as a draft. */
static inline bool blog_item_is_draft(const struct blog_item *item)
{
    return item->status == ENTRY_DRAFT || item->status == ENTRY_HIDDEN;
}

/** Begin; everything is borrowed until blog_end, and what the blog keeps lives in `arena`. False,
 * with an error in `diags`, when there is no room for a temporary file; then there is nothing to
 * end. */
MUST_USE bool blog_begin(struct blog *blog, struct arena *arena, struct target *target,
                         const struct blog_options *options, struct diags *diags);
void blog_end(struct blog *blog);

/** Where an entry stands on the web: its address; of Blogger's Takeout, which has no more than a
 * path, that path behind the address of the blog, or alone where nobody has said it. May be empty.
 */
slice blog_entry_url(const struct blog *blog, struct arena *arena, const struct entry *entry);

/** Take an entry: an entry_visit, whose context is the struct blog. Entries that were taken already
 * (a feed's pages overlap), and those that nobody is to read (trash, spam) are passed over. False
 * when it cannot be put aside. */
bool blog_take(void *blog, const struct entry *entry);

/** True when the post was imported earlier, its file is there, and the blog has not changed it
 * since. */
bool blog_is_current(const struct blog *blog, const struct entry *entry);
/** Take an entry of which that is true: its file stays as it is, links to it are turned. */
void blog_keep(struct blog *blog, const struct entry *entry);

/** Write everything that was taken. `feed` says whose it is. False, with errors in the diags, when
 * something could not be written; the rest was. */
MUST_USE bool blog_write(struct blog *blog, const struct feed *feed);

#endif
