/* post_images.h: the pictures of a post into the capsule. Layer: import (includes base/). */
#ifndef MATINEE_IMPORT_POST_IMAGES_H
#define MATINEE_IMPORT_POST_IMAGES_H

#include "import/images.h"
#include "import/outcome.h"
#include "import/post.h"

struct post_images {
    struct images *images;
    slice input;        /* as problems name it */
    slice name;         /* of the review: for pictures that have none */
    outcome_tell *tell; /* is told of each picture that was asked for */
    void *context;
};

/** Have the pictures of `post`, whose blocks then lead to where they are: `images/NAME.EXT`. Those
 * that cannot be had keep their web address; the report says why, unless it was never tried because
 * nothing is fetched. Those that are part of the page, and are no pictures, are left out. */
void post_images_store(const struct post_images *wanted, struct post *post, struct report *report);

#endif
