/* images.h: the pictures of a blog, stored below static/images of a capsule. Layer: import
 * (includes base/, gemini/media_type, text/).
 *
 * - A picture that was stored is remembered (image_memory.h) and not asked for again.
 * - What it is, is seen from its bytes: jpg, png, gif, webp, avif, bmp, ico, and SVG without
 *   scripts. Anything else, an error page say, is not stored.
 * - It is called what its address calls it, else after its review, with a number: `the-stairs.jpg`,
 *   `the-attic-1.png`. When another picture has the name, `-2` follows.
 * - The same contents are stored once, whatever their addresses.
 * - A file that a person put there or changed is never written over.
 * - A file is there whole or not at all, and is remembered after it was written. A run that was
 *   killed between the two finds its own file, by its name and contents, when it is run again: the
 *   same pictures in the same order give the same files. */
#ifndef MATINEE_IMPORT_IMAGES_H
#define MATINEE_IMPORT_IMAGES_H

#include "base/arena.h"
#include "base/attributes.h"
#include "base/diag.h"
#include "gemini/media_type.h"
#include "import/image_memory.h"
#include "import/image_source.h"
#include "import/report.h"

/** What was done with the pictures that images_store was asked for. */
struct images_counts {
    size_t stored;            /* written in this run */
    size_t known;             /* there already */
    size_t replaced;          /* changed on the web, and written again */
    size_t doubled;           /* contents that another address has, too */
    size_t left_out;          /* a note says why */
    unsigned long long bytes; /* written */
};

struct images {
    struct arena arena;
    int capsule;
    const struct image_source *source;
    bool ask_again;
    struct media_type_finder *finder;
    struct image_memory memory;
    struct slice_map asked;   /* addresses, in this run */
    struct slice_map failed;  /* those that could not be had */
    struct slice_map numbers; /* by name: all before this one are taken */
    int journal;              /* open for appending, or -1 */
    size_t journal_bytes;
    bool torn; /* the journal's last line has no end */
    struct images_counts counts;
};

/** A picture in a post. */
struct image_wanted {
    slice urls[2];   /* absolute; the one to be stored, and what to take when it is gone: the
                        smaller form. Either may be empty, and may be a data: address */
    slice name_hint; /* for a picture whose address tells no name: its review's name */
    unsigned line;   /* of the input, for notes */
};

/**
 * Begin to store pictures in the capsule, an open folder, taken from `source`; NULL knows only what
 * is there already. Nobody else may do so at the same time. With `ask_again` a picture that is
 * known is asked for whether it has changed (once a run). `capsule` and `source` have to live until
 * images_close. False, with an error in `diags`, when it cannot be begun; images_close is not
 * needed then.
 */
MUST_USE bool images_open(struct images *images, int capsule, const struct image_source *source,
                          bool ask_again, struct diags *diags);
/** Ask `source` from now on; NULL for none. What the one before did not have is asked for again. */
void images_use(struct images *images, const struct image_source *source);
/**
 * Have one picture: `*path`, which lives as long as `images`, is where it is below static/, for a
 * link: `images/NAME.EXT`; it may hold letters of any script, and is not percent-encoded. False
 * when it is not there, with a note that says why: the link then leads to the web. */
bool images_store(struct images *images, const struct image_wanted *wanted, struct report *report,
                  slice *path);
/** End. The memory is written anew when it is not tidy. False, with an error in `diags`, when that
 * failed; nothing is lost then. */
MUST_USE bool images_close(struct images *images, struct diags *diags);

#endif
