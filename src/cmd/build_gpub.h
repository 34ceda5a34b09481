/* build_gpub.h: books of `matinee build`, for reading without a network. Layer: cmd. */
#ifndef MATINEE_CMD_BUILD_GPUB_H
#define MATINEE_CMD_BUILD_GPUB_H

#include "base/attributes.h"
#include "cmd/build_options.h"
#include "cmd/open_capsule.h"
#include "cmd/tree.h"
#include "gempub/shelf.h"

#include <signal.h>

/** Build the one book that `options` ask for. Returns an exit code. */
int build_gpub(const struct build_options *options);

/** All books, as files of a tree. */
struct build_books {
    const struct open_capsule *open;
    const struct page_context *pages; /* of the tree */
    struct tree *tree;
    struct shelf *shelf; /* empty; what pages are to offer is put there */
    const volatile sig_atomic_t *interrupted;
    void (*progress)(void *context); /* called for each of them */
    void *context;
};

/** Put them into the tree. False with a message in `tree->error`. */
MUST_USE bool build_books(const struct build_books *order);

#endif
