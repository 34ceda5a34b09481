/* best.h: lists by rating. Layer: pages (includes model/). */
#ifndef MATINEE_PAGES_BEST_H
#define MATINEE_PAGES_BEST_H

/** Rated reviews that a value needs for a list of the best: one alone is no choice. */
enum { BEST_LEAST = 3 };

#endif
