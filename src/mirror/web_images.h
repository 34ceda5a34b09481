/* web_images.h: pictures from the web. Layer: mirror (includes base/, import/, web/). */
#ifndef MATINEE_MIRROR_WEB_IMAGES_H
#define MATINEE_MIRROR_WEB_IMAGES_H

#include "import/image_source.h"
#include "web/fetch.h"

struct web_images {
    struct fetcher *fetcher;
    bool incomplete; /* one could not be had now */
};

/** The source, which lives as long as `images`, whose fetcher is set. */
struct image_source web_images_source(struct web_images *images);

#endif
