/* paths.h: what capsule.conf says about paths: who may read what is below one, where it has gone,
 * its language. Layer: model (includes base/).
 *
 * A path is decoded and starts with a slash. What is said of a path holds for everything below it,
 * segment by segment: `/private/` and `/private` both mean /private, /private/ and all in there,
 * not /privateer. The longest path decides. */
#ifndef MATINEE_MODEL_PATHS_H
#define MATINEE_MODEL_PATHS_H

#include "base/attributes.h"
#include "base/slice.h"

#include <stdbool.h>
#include <stddef.h>

/** SHA-256 of a client certificate (DER), or of its key (SubjectPublicKeyInfo, DER). */
struct fingerprint {
    unsigned char bytes[32];
};

/** A path and all below it. The tables below are sorted by it. */
struct path_scope {
    slice path;     /* NFC, without its final slash, so empty for the whole capsule */
    const char *at; /* where it stands in capsule.conf */
};

/** An area that is open to some client certificates only. */
struct path_area {
    struct path_scope scope;
    const struct fingerprint *admitted; /* sorted; a certificate or its key may be meant */
    size_t admitted_count;
};

/** The language of the pages there that say none themselves. */
struct path_lang {
    struct path_scope scope;
    slice lang; /* BCP 47 */
};

/** Folders below static/ that are listed. */
struct path_listing {
    struct path_scope scope;
};

enum path_rule_kind {
    PATH_MOVED,     /* 31 */
    PATH_ELSEWHERE, /* 30 */
    PATH_GONE,      /* 52 */
};

/** A path, or a pattern with one `*`, and what is answered there whatever the capsule has. */
struct path_rule {
    enum path_rule_kind kind;
    slice before; /* the path as far as its `*`: all of it when there is none */
    slice after;
    bool has_star;
    /* Where it leads, as it stands in a URL: a path, or an absolute URL. */
    slice target_before;
    slice target_after;
    bool target_has_star;
    bool target_is_url;
    const char *at; /* where the path stands in capsule.conf */
    const char *target_at;
};

struct path_settings {
    struct path_area *areas;
    size_t area_count;
    struct path_lang *langs;
    size_t lang_count;
    struct path_listing *listings;
    size_t listing_count;
    struct path_rule *rules; /* those without a `*`, sorted by path; then the others, those first
                                that say more of the path */
    size_t rule_count;
    size_t exact_count; /* rules without a `*` */
};

/** The area that `path` is in, or NULL when all may read it. In whatever Unicode form it is. */
const struct path_area *path_find_area(const struct path_settings *settings, slice path);
/** What is said of the language of `path`, or NULL. */
const struct path_lang *path_find_lang(const struct path_settings *settings, slice path);
/** True when the folder `path` is to be listed. */
bool path_is_listed(const struct path_settings *settings, slice path);

/**
 * The rule for `path`, or NULL. One without a `*` comes first, then the one with more before its
 * `*`, then with more after it. `X/index.gmi` is `X/`; a rule for `X/` or `X/…` with a star holds
 * for `X`, too.
 * `*rest`, a part of `path`, is what the `*` stands for.
 */
const struct path_rule *path_find_rule(const struct path_settings *settings, slice path,
                                       slice *rest);

/** What is left of a path of a scope without its last segment; false when it is the root. */
bool path_go_up(slice *path);

/** True when `fingerprint` is among those that open `area`. */
bool path_admits(const struct path_area *area, const unsigned char fingerprint[32]);

/** Compare scopes, rules and fingerprints for qsort(3), in the order in which they are looked up.
 */
int path_compare_scopes(const void *a, const void *b);
int path_compare_rules(const void *a, const void *b);
int path_compare_fingerprints(const void *a, const void *b);

/** An area that nobody may enter: stands in when it cannot be found out which one it is. */
extern const struct path_area path_area_of_nobody;

#endif
