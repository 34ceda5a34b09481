/* hosts.h: what is known of the hosts that are asked: when they may be asked again, and what their
 * robots.txt lets. Layer: web (includes base/). */
#ifndef MATINEE_WEB_HOSTS_H
#define MATINEE_WEB_HOSTS_H

#include "base/arena.h"
#include "base/limits.h"
#include "base/slice.h"
#include "web/robots.h"

#include <stdint.h>

/** Times are milliseconds of the monotonic clock. Zeroed but for `origin` at first. */
struct host {
    slice origin;       /* https://example.org */
    struct arena arena; /* of origin */
    int64_t next;       /* before it, it is not asked */
    int64_t closed;     /* until then it is not asked at all, nor waited for */
    slice closed_why;   /* a constant */
    unsigned failures;  /* files in a row that could not be had in all tries */
    int64_t robots_end; /* when robots.txt is to be asked for again */
    bool robots_known;  /* else nothing may be asked until robots_end */
    struct robots robots;
    struct arena robots_arena;
    uint64_t used; /* the order in which they were looked for */
};

struct hosts {
    struct host items[LIMIT_WEB_HOSTS];
    size_t count;
    uint64_t clock;
};

/**
 * The host of `origin`. When there are too many, the one that was longest not looked for makes
 * room, so the result is good until LIMIT_WEB_HOSTS others were looked for.
 */
struct host *hosts_find(struct hosts *hosts, slice origin);
void hosts_release(struct hosts *hosts);

#endif
