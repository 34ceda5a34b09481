/* build_options.h: what `matinee build` is told. Layer: cmd. */
#ifndef MATINEE_CMD_BUILD_OPTIONS_H
#define MATINEE_CMD_BUILD_OPTIONS_H

#include "base/attributes.h"
#include "base/buf.h"
#include "export/export.h"

#include <stdint.h>

struct build_options {
    const char *folder;
    const char *output;
    const char *base;
    const struct export_format *format;
    int64_t now;
    bool drafts;
    bool keep_going;
    bool gpub;          /* with books */
    bool whole;         /* the three are for one book and nothing else; at most one is set */
    const char *review; /* a slug, or NULL */
    const char *tag;
};

extern const char build_usage[];

/** Read the command line. False when there is nothing more to do: help was printed, or what is
 * wrong; `*code` is the exit code. */
MUST_USE bool build_options_parse(int argc, char **argv, struct build_options *options, int *code);
/** Append the path of --base as links have it: `/~kim/` and `~kim` are `/~kim`; `/` is nothing. Of
 * an address it is what follows the host. */
void build_put_base(const char *given, struct buf *out);
/** What stands before that in an address: `https://example.org`. Empty when --base is a path. */
slice build_origin(const char *given);

#endif
