/* robots.h: what a site lets robots ask for: robots.txt (RFC 9309). Layer: web (includes base/). */
#ifndef MATINEE_WEB_ROBOTS_H
#define MATINEE_WEB_ROBOTS_H

#include "base/arena.h"
#include "base/slice.h"

struct robots_rule {
    slice pattern; /* percent-encoded as robots_allows has paths; `*` stands for any bytes */
    bool at_end;   /* the pattern ended with `$` */
    bool allow;
};

struct robots {
    struct robots_rule *items;
    size_t count, capacity;
    unsigned crawl_delay_ms; /* between two requests; 0 when nothing is said */
};

/**
 * Read `text`, any bytes, into `*robots`, which lives in `arena`: the rules for `agent`, a product
 * token such as `matinee`, or when no group names it those for all. Lines that are none are passed
 * over. What is after the first LIMIT_WEB_ROBOTS bytes does not count (RFC 9309, 2.5), nor does
 * what a delay has above LIMIT_WEB_CRAWL_DELAY_MS. Linear.
 */
void robots_read(struct arena *arena, slice text, slice agent, struct robots *robots);

/** May `path`, the path and query of an address as a request has it, be asked for? The longest
 * pattern that matches decides, of two the one that allows (RFC 9309, 2.2.2). Time: the length of
 * the patterns, and for each of them that of `path`. */
bool robots_allows(const struct robots *robots, slice path);

#endif
