/* settings.h: what belongs to the server and not to one capsule: matinee.conf. Layer: server.
 *
 * The same keys are read from the file and from `--set Key=Value`. docs/man/matinee.conf.5 tells
 * them from the outside. */
#ifndef MATINEE_SERVER_SETTINGS_H
#define MATINEE_SERVER_SETTINGS_H

#include "base/arena.h"
#include "base/attributes.h"
#include "base/diag.h"
#include "base/slice.h"
#include "server/limits.h"
#include "server/log.h"
#include "server/tickets.h"

struct path_list {
    const char **items;
    size_t count, capacity;
};

struct server_settings {
    struct path_list capsules;
    const char *certs;          /* NULL: not given */
    const char *state;          /* as written, `none` too; NULL: not given */
    struct path_list listen;    /* as listen_parse takes them */
    const char *user;           /* whom to become when started as root; NULL: not given */
    unsigned long workers;      /* 0: one a core */
    unsigned long socket_mode;  /* of the files of Unix sockets */
    struct prefix_list proxies; /* who begins a connection with a PROXY header */
    bool watch_by_looking;      /* changes are looked for, not told */
    struct log_settings log;
    struct server_limits limits;
    bool sandbox; /* sandbox.h */
    bool books;   /* are kept (books.h) */
    enum ticket_mode tickets;
};

/** The values of a server that is told nothing. */
void server_settings_init(struct server_settings *settings);
/**
 * Read `source` (normalised) over what `*out` has; a list that is given replaces the one of before.
 * Paths in it are relative to `folder`, which ends in a slash, or to the working directory when it
 * is empty. A key that nobody knows is an error when `strict`, else a warning. False when something
 * is wrong, with every problem in `diags`. What is stored lies in `arena` or in the source.
 */
MUST_USE bool server_settings_read(struct arena *arena, const struct source *source, slice folder,
                                   bool strict, struct server_settings *out, struct diags *diags);

#endif
