/* conf_paths.h: the settings of capsule.conf that speak of paths. Layer: source.
 *
 * Format: docs/source-format.md, "Paths". Every one of them may be given on many lines. conf.c
 * has their keys in its table. */
#ifndef MATINEE_SOURCE_CONF_PATHS_H
#define MATINEE_SOURCE_CONF_PATHS_H

#include "base/arena.h"
#include "base/diag.h"
#include "model/paths.h"

enum path_setting {
    PATHS_CERTIFICATE,
    PATHS_CLOSED,
    PATHS_REDIRECT,
    PATHS_REDIRECT_TEMPORARY,
    PATHS_GONE,
    PATHS_LANG,
    PATHS_LISTING,
};

/** A client certificate that was given a name. */
struct named_certificate {
    slice name;
    struct fingerprint fingerprint;
    const char *at;
};

/** One name of one closed area. */
struct area_name {
    struct path_scope scope;
    slice name;
};

struct path_reader {
    struct arena *arena;
    const struct source *source;
    struct diags *diags;
    struct {
        struct named_certificate *items;
        size_t count, capacity;
    } certificates;
    struct {
        struct area_name *items;
        size_t count, capacity;
    } names;
    struct {
        struct path_rule *items;
        size_t count, capacity;
    } rules;
    struct {
        struct path_lang *items;
        size_t count, capacity;
    } langs;
    struct {
        struct path_listing *items;
        size_t count, capacity;
    } listings;
    size_t patterns; /* rules with a `*` */
};

void path_reader_begin(struct path_reader *reader, struct arena *arena, const struct source *source,
                       struct diags *diags);
/** Read a value, which is not empty. What is wrong with it goes to the problems. */
void path_reader_take(struct path_reader *reader, enum path_setting setting, slice value);
/** All have been read: look names up, sort, say what is given twice. */
void path_reader_finish(struct path_reader *reader, struct path_settings *out);

/* --- conf_areas.c ----------------------------------------------------------------------------- */

void path_take_certificate(struct path_reader *reader, slice value);
void path_take_closed(struct path_reader *reader, slice value);
void path_finish_areas(struct path_reader *reader, struct path_settings *out);

/* --- conf_redirects.c ------------------------------------------------------------------------- */

void path_take_redirect(struct path_reader *reader, enum path_rule_kind kind, slice value);
void path_take_gone(struct path_reader *reader, slice value);
void path_finish_rules(struct path_reader *reader, struct path_settings *out);

/* --- what all of them need -------------------------------------------------------------------- */

/** An error at `at`. */
void path_fail(const struct path_reader *reader, const char *at, const char *message);
/** An error at `second`: what it says was said at `first` already. */
void path_say_twice(const struct path_reader *reader, const char *first, const char *second);
/** False, with an error, when there are `most` of `what` already. */
MUST_USE bool path_has_room(const struct path_reader *reader, const char *at, size_t count,
                            size_t most, const char *what);
/** Take the first word off `*rest`, which starts with one. */
slice path_take_word(slice *rest);
/** False, with an error, when no request has the path `written`, which is not empty. */
MUST_USE bool path_is_valid(const struct path_reader *reader, slice written);
bool path_has_dot_segment(slice path);
/** What `written` decodes to, NFC, in the arena. False, with an error, when that is no text. */
MUST_USE bool path_decode(const struct path_reader *reader, slice written, slice *out);
/** A path that stands for all that is below it. False with an error. */
MUST_USE bool path_read_scope(const struct path_reader *reader, slice written,
                              struct path_scope *out);

#endif
