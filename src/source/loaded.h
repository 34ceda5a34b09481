/* loaded.h: what capsule_load keeps of the files it has read. Layer: source; for load.c alone.
 *
 * Each source file lies in an arena of its own, so the next snapshot can take over single files;
 * what it does not take is freed with the snapshot it was in. */
#ifndef MATINEE_SOURCE_LOADED_H
#define MATINEE_SOURCE_LOADED_H

#include "base/diag.h"
#include "source/load.h"
#include "source/stamp.h"

enum file_kind { FILE_REVIEW, FILE_PAGE, FILE_CONF };

/** A version of a source file that has no errors, in its own arena together with what was read. */
struct source_file {
    struct arena arena;
    enum file_kind kind;
    struct source source;
    union {
        struct review review;
        struct hand_page page;
        struct capsule_conf conf;
    };
};

/** A source file that exists. */
struct slot {
    slice path; /* below the capsule's folder; in the snapshot's arena */
    enum file_kind kind;
    struct source_file *file; /* its last good version; NULL: there was none, or it moved on */
    struct stamp stamp;       /* of the version that was read last, good or bad */
    unsigned waits;           /* how often it was not read since then: somebody wrote it */
    bool bad;                 /* that one has errors, or could not be read */
    bool is_new;              /* that one had not been read before this snapshot */
    bool moved;               /* a newer snapshot has this file too */
};

/** A file below static/. */
struct static_slot {
    struct static_file file;
    struct stamp stamp;
};

struct loaded {
    struct arena arena; /* this struct, the tables below and the capsule's */
    struct slot conf;
    slice zone; /* in which times were read */
    struct {
        struct slot *items; /* sorted by path when all are read */
        size_t count, capacity;
    } files;
    struct {
        struct static_slot *items; /* the same */
        size_t count, capacity;
    } statics;
    /** Hashes of all problems that this snapshot has and that were found in it, sorted. */
    struct {
        unsigned long long *items;
        size_t count;
    } known;
    struct load_counts counts;
    struct capsule capsule;
};

struct loaded *loaded_new(void);
void source_file_free(struct source_file *file);
/** Once all files are in: the tables below become searchable. */
void loaded_sort(struct loaded *loaded);
/** NULL when `loaded`, which may be NULL, has none. */
struct slot *loaded_find(struct loaded *loaded, slice path);
struct static_slot *loaded_find_static(struct loaded *loaded, slice path);
/** Add `slot` of an older snapshot, and its good version, to this one. */
void loaded_take(struct loaded *loaded, struct slot *slot);
/**
 * Remember the problems of `diags` from the number `first` on; then drop those of them that
 * `previous` had already, unless they are in a file that was read in a new version since.
 */
void loaded_drop_known(struct loaded *loaded, const struct loaded *previous, struct diags *diags,
                       size_t first);

#endif
