/* image_source.h: where the bytes of pictures come from: the web, an album. Layer: import (includes
 * base/).
 *
 * Whoever stores pictures (images.h) asks for one address after the other and knows nothing of how
 * they are had. A source decides by itself what it may reach, and says why when it may not. */
#ifndef MATINEE_IMPORT_IMAGE_SOURCE_H
#define MATINEE_IMPORT_IMAGE_SOURCE_H

#include "base/arena.h"
#include "base/slice.h"

enum image_got {
    IMAGE_BYTES, /* here it is */
    IMAGE_SAME,  /* it is what the request's etag or modified stand for; not for requests with
                    neither */
    IMAGE_GONE,  /* it cannot be had, and asking again would not help: not there, refused, not
                    allowed, too large */
    IMAGE_LATER, /* it could not be had now: no answer, no network, asked to wait */
};

struct image_request {
    slice url;      /* absolute: http: or https: */
    slice etag;     /* of what is stored, as the answer had it; or empty */
    slice modified; /* Last-Modified of what is stored, as the answer had it; or empty */
    size_t max;     /* bytes; a larger picture is IMAGE_GONE, and is not read to its end */
};

/** Whatever is set lives in the arena of the call. */
struct image_answer {
    slice bytes;    /* IMAGE_BYTES: all of the picture, not empty */
    slice etag;     /* IMAGE_BYTES: without control characters; or empty */
    slice modified; /* the same */
    slice reason;   /* IMAGE_GONE, IMAGE_LATER: for a report, "not found (404)" */
};

struct image_source {
    /** Get one picture; `*answer` is empty when it is called. Does not return before it knows. */
    enum image_got (*get)(void *context, struct arena *arena, const struct image_request *request,
                          struct image_answer *answer);
    void *context;
};

#endif
