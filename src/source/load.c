#include "source/load.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "source/loaded.h"
#include "source/review.h"
#include "text/date.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Enough of a file for libmagic to tell what it is. */
enum { HEAD_SIZE = 4096 };
/* Looks at a file that is written all the time, before it is taken as it is. */
enum { WAITS_MAX = 3 };

/* One run of capsule_load. */
struct load {
    const struct load_options *options;
    int folder; /* -1: it cannot be read */
    struct loaded *previous;
    struct loaded *next;
    struct diags *diags;
    bool everything;    /* files that look unchanged are read too */
    const char *prefix; /* of the folder that is walked: "reviews/" */
    size_t unnamed;     /* files with names that are no text */
    unsigned too_many;  /* the limit that was passed, or 0 */
    size_t changes;     /* files that are not what they were */
    size_t statics;     /* files below static/ that are */
};

/* --- source files --- */

/* What came of a look at a source file. */
enum outcome {
    FILE_GOOD,
    FILE_BAD,
    FILE_UNREADABLE,
    FILE_GONE,      /* since its folder was read */
    FILE_UNCHANGED, /* not read: it holds what it held */
    FILE_WAITING,   /* not read, or not to its end: somebody is writing it */
};

/* Asked when the file has been read: what came may be half of it. It is, when somebody is known to
 * write it, when it has become another one meanwhile, and maybe when it was written a moment
 * before: then the news of it may be on its way, and it is looked at again, a few times at most. */
static bool is_moving(const struct load *load, const struct slot *slot, const struct slot *old)
{
    struct stat status;
    if (load->options->is_being_written != NULL &&
        load->options->is_being_written(load->options->context, slot->path)) {
        return true;
    }
    if (fstatat(load->folder, slot->path.ptr, &status, 0) != 0) {
        return true;
    }
    const struct stamp after = stamp_of(&status, load->options->clock);
    return !stamp_equal(&after, &slot->stamp) || (stamp_is_fresh(&after, load->options->clock) &&
                                                  (old == NULL || old->waits < WAITS_MAX));
}

static bool parse(struct load *load, struct source_file *file)
{
    if (!source_normalise(&file->arena, &file->source, load->diags)) {
        return false;
    }
    switch (file->kind) {
    case FILE_REVIEW:
        return review_parse(&file->arena, &file->source, &file->review, load->diags);
    case FILE_PAGE:
        return hand_page_parse(&file->arena, &file->source, &file->page, load->diags);
    case FILE_CONF:
        break;
    }
    return conf_parse(&file->arena, &file->source, &file->conf, load->diags);
}

/* Read and parse the file of `slot`, whose kind, path and stamp are set; `old` as in fill_slot. */
static enum outcome read_source(struct load *load, struct slot *slot, const struct slot *old)
{
    struct arena arena;
    arena_init(&arena);
    struct source_file *file = arena_alloc(&arena, sizeof *file);
    file->arena = arena;
    file->kind = slot->kind;
    file->source.path = arena_copy(&file->arena, slot->path);
    enum outcome outcome = FILE_BAD;
    bool ok = false;
    load->next->counts.read++;
    if (!file_read(&file->arena, load->folder, file->source.path.ptr, LIMIT_SOURCE_FILE,
                   &file->source.text)) {
        file->source.text = SLICE_EMPTY;
        if (errno == ENOENT) {
            outcome = FILE_GONE;
        } else if (errno == EAGAIN && load->previous != NULL) {
            outcome = FILE_WAITING;
        } else if (errno == EFBIG) {
            diags_add(load->diags, DIAG_ERROR, &file->source, NULL,
                      "this file is too large; a source file may have %u bytes", LIMIT_SOURCE_FILE);
        } else {
            outcome = FILE_UNREADABLE;
            diags_add(load->diags, DIAG_ERROR, &file->source, NULL, "cannot be read: %s",
                      strerror(errno));
        }
    } else if (load->previous != NULL && is_moving(load, slot, old)) {
        outcome = FILE_WAITING;
    } else {
        ok = parse(load, file);
    }
    if (!ok) {
        source_file_free(file);
        return outcome;
    }
    slot->file = file;
    return FILE_GOOD;
}

/* True when a file with `stamp` holds what was read when it had the stamp `old`. */
static bool is_proof(const struct load *load, const struct stamp *old, const struct stamp *stamp)
{
    return !load->everything && old->settled && stamp_equal(old, stamp);
}

/* True when the pages of `slot`, which was read just now, are those of `old`: of the same text, or,
 * when both are bad, of the last good version. */
static bool makes_the_same(const struct slot *slot, const struct slot *old)
{
    if (slot->bad || old->bad) {
        return slot->bad && old->bad;
    }
    return old->file != NULL && slice_equal(slot->file->source.text, old->file->source.text);
}

/* Fill in `slot`, whose kind and path are set, with what the file holds now; `old` is the slot of
 * the previous snapshot or NULL. False when there is no such file. */
static bool fill_slot(struct load *load, struct slot *slot, struct slot *old,
                      const struct stat *status)
{
    slot->stamp = stamp_of(status, load->options->clock);
    enum outcome outcome = old != NULL && is_proof(load, &old->stamp, &slot->stamp)
                               ? FILE_UNCHANGED
                               : read_source(load, slot, old);
    switch (outcome) {
    case FILE_GONE:
        return false;
    case FILE_WAITING:
        load->next->counts.waiting++;
        slot->waits = old == NULL ? 1 : old->waits + 1;
        /* Of the version that is kept; it proves nothing. */
        slot->stamp = old != NULL ? old->stamp : (struct stamp){ 0 };
        slot->stamp.settled = false;
        slot->bad = old != NULL && old->bad;
        break;
    case FILE_UNCHANGED:
        slot->stamp = old->stamp;
        slot->bad = old->bad;
        break;
    case FILE_GOOD:
    case FILE_BAD:
        slot->bad = outcome == FILE_BAD;
        slot->is_new = old == NULL || !stamp_equal(&old->stamp, &slot->stamp);
        /* One that was too young to tell may be what it was. */
        load->changes += slot->is_new || old->stamp.settled || !makes_the_same(slot, old);
        break;
    case FILE_UNREADABLE:
        load->changes += old == NULL || !old->bad;
        slot->stamp.settled = false;
        slot->bad = true;
        break;
    }
    if (outcome != FILE_GOOD && old != NULL) {
        slot->file = old->file;
        old->file = NULL;
    }
    if (old != NULL) {
        old->moved = true;
    }
    return true;
}

static void load_source(struct load *load, enum file_kind kind, slice path,
                        const struct stat *status)
{
    struct slot slot = { .path = arena_copy(&load->next->arena, path), .kind = kind };
    if (fill_slot(load, &slot, loaded_find(load->previous, path), status)) {
        *ARRAY_ADD(&load->next->arena, &load->next->files) = slot;
    }
}

static slice last_name(slice path)
{
    size_t start = path.len;
    while (start > 0 && path.ptr[start - 1] != '/') {
        start--;
    }
    return slice_from(path, start);
}

/* An error about the file at `path` (below the folder that is walked) as a whole. */
static void say(struct load *load, enum diag_level level, slice path, const char *message)
{
    struct source source = {
        arena_printf(&load->next->arena, "%s%.*s", load->prefix, SLICE_ARG(path)), SLICE_EMPTY
    };
    diags_add(load->diags, level, &source, NULL, "%s", message);
}

/* File names become addresses and parts of messages, so they have to be text. */
static bool name_is_text(struct load *load, slice path)
{
    slice rest = path;
    int32_t c = 0;
    bool control = false;
    while (utf8_next(&rest, &c)) {
        control = control || utf8_is_control(c) || c == '\t';
    }
    if (!control && utf8_find_invalid(path) == path.len) {
        return true;
    }
    struct buf shown;
    buf_init(&shown, path.len * 3);
    rest = path;
    while (utf8_next(&rest, &c)) {
        utf8_put(&shown, utf8_is_control(c) || c == '\t' ? 0xFFFD : c);
    }
    say(load, DIAG_ERROR, buf_slice(&shown),
        "the name of this file is not UTF-8, or holds control characters; rename it");
    buf_release(&shown);
    return false;
}

static bool visit_source(void *context, slice path, const struct stat *status)
{
    struct load *load = context;
    if (file_is_temporary(last_name(path))) {
        return true;
    }
    if (!name_is_text(load, path)) {
        load->unnamed++;
        return true;
    }
    if (!slice_ends_with(path, SLICE(".gmi"))) {
        say(load, DIAG_WARNING, path, "this file is passed over: source files end in .gmi");
        return true;
    }
    if (load->next->files.count + load->unnamed >= LIMIT_SOURCE_FILES) {
        load->too_many = LIMIT_SOURCE_FILES;
        return false;
    }
    struct buf whole;
    buf_init(&whole, path.len + 32);
    buf_puts(&whole, load->prefix);
    buf_put(&whole, path);
    load_source(load, strcmp(load->prefix, "pages/") == 0 ? FILE_PAGE : FILE_REVIEW,
                buf_slice(&whole), status);
    buf_release(&whole);
    return true;
}

/* --- static files --- */

static bool read_head(const struct load *load, slice path, char head[HEAD_SIZE], size_t *len)
{
    struct buf whole;
    buf_init(&whole, path.len + 32);
    buf_puts(&whole, "static/");
    buf_put(&whole, path);
    const char *name = buf_string(&whole);
    int fd = name == NULL ? -1 : openat(load->folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t got = -1;
    if (fd >= 0) {
        do {
            got = read(fd, head, HEAD_SIZE);
        } while (got < 0 && errno == EINTR);
        int saved = errno;
        (void)close(fd);
        errno = saved;
    }
    buf_release(&whole);
    *len = got < 0 ? 0 : (size_t)got;
    return got >= 0;
}

static bool visit_static(void *context, slice path, const struct stat *status)
{
    struct load *load = context;
    char head[HEAD_SIZE];
    size_t len = 0;
    if (file_is_temporary(last_name(path)) || !name_is_text(load, path)) {
        return true;
    }
    if (load->next->statics.count >= LIMIT_STATIC_FILES) {
        load->too_many = LIMIT_STATIC_FILES;
        return false;
    }
    const struct stamp stamp = stamp_of(status, load->options->clock);
    const struct static_slot *old = loaded_find_static(load->previous, path);
    bool unchanged =
        old != NULL && !load->everything && old->stamp.settled && stamp_equal(&old->stamp, &stamp);
    if (!unchanged && !read_head(load, path, head, &len)) {
        if (errno != ENOENT) {
            struct source source = {
                arena_printf(&load->next->arena, "static/%.*s", SLICE_ARG(path)), SLICE_EMPTY
            };
            diags_add(load->diags, DIAG_ERROR, &source, NULL, "cannot be read: %s",
                      strerror(errno));
        }
        return true;
    }
    slice copy = arena_copy(&load->next->arena, path);
    const slice media_type =
        unchanged ? old->file.media_type
                  : media_type_find(load->options->media_types, copy, (slice){ head, len });
    if (old != NULL && stamp_equal(&old->stamp, &stamp) &&
        slice_equal(old->file.media_type, media_type)) {
        load->statics++;
    } else {
        load->changes++;
    }
    *ARRAY_ADD(&load->next->arena, &load->next->statics) = (struct static_slot){
        .file = { .path = copy,
                  .media_type = media_type,
                  .size = (uint64_t)status->st_size,
                  .modified = date_of((int64_t)status->st_mtime) },
        .stamp = stamp,
    };
    return true;
}

/* --- the capsule --- */

/* Everything below the folder `prefix` (with its slash) that the previous snapshot has. */
static void keep_previous(struct load *load, slice prefix)
{
    const slice statics = SLICE("static/");
    if (load->previous == NULL) {
        return;
    }
    for (size_t i = 0; i < load->previous->files.count; i++) {
        struct slot *slot = &load->previous->files.items[i];
        if (!slot->moved && slice_starts_with(slot->path, prefix)) {
            /* What was to be read again still is. */
            slot->stamp.settled &= !load->everything;
            loaded_take(load->next, slot);
        }
    }
    if (!slice_starts_with(prefix, statics)) {
        return;
    }
    for (size_t i = 0; i < load->previous->statics.count; i++) {
        struct static_slot slot = load->previous->statics.items[i];
        if (slice_starts_with(slot.file.path, slice_from(prefix, statics.len))) {
            slot.file.path = arena_copy(&load->next->arena, slot.file.path);
            load->statics++;
            *ARRAY_ADD(&load->next->arena, &load->next->statics) = slot;
        }
    }
}

/* The folder `prefix` (with its slash) cannot be read: what was there stays. */
static void lose_folder(struct load *load, slice prefix, int reason)
{
    const struct source source = { prefix, SLICE_EMPTY };
    diags_add(load->diags, DIAG_ERROR, &source, NULL, "this folder cannot be read: %s",
              strerror(reason));
    keep_previous(load, prefix);
}

static void lose_folder_below(void *context, slice path, int reason)
{
    struct load *load = context;
    lose_folder(load, arena_printf(&load->next->arena, "%s%.*s/", load->prefix, SLICE_ARG(path)),
                reason);
}

static void load_folder(struct load *load, const char *prefix, file_visit *visit)
{
    const struct source source = { slice_of(prefix), SLICE_EMPTY };
    load->prefix = prefix;
    if (load->folder < 0) {
        keep_previous(load, source.path);
        return;
    }
    slice path = arena_printf(&load->next->arena, "%s/%.*s", load->options->folder,
                              (int)strlen(prefix) - 1, prefix);
    if (file_walk(path.ptr, visit, lose_folder_below, load)) {
        return;
    }
    if (load->too_many != 0) {
        diags_add(load->diags, DIAG_ERROR, &source, NULL,
                  "more than %u files; the rest is not read", load->too_many);
        load->too_many = 0;
    } else if (errno != ENOENT) {
        lose_folder(load, source.path, errno);
    } else if (strcmp(prefix, "reviews/") == 0) {
        diags_add(load->diags, DIAG_WARNING, &source, NULL,
                  "there is no such folder, so the capsule has no reviews");
    }
}

/* capsule.conf, or that of the previous snapshot. */
static bool load_conf(struct load *load)
{
    struct slot *old = load->previous != NULL ? &load->previous->conf : NULL;
    struct slot slot = { .path = SLICE("capsule.conf"), .kind = FILE_CONF };
    struct source source = { slot.path, SLICE_EMPTY };
    struct stat status;
    bool found = false;
    if (load->folder < 0) {
        source.path = slice_of(load->options->folder);
        diags_add(load->diags, DIAG_ERROR, &source, NULL, "this folder cannot be read: %s",
                  strerror(errno));
    } else if (fstatat(load->folder, slot.path.ptr, &status, 0) == 0) {
        found = fill_slot(load, &slot, old, &status);
    }
    if (!found && load->folder >= 0) {
        diags_add(load->diags, DIAG_ERROR, &source, NULL,
                  "there is no such file in %s; a capsule needs one, with at least a line "
                  "`Title: …`",
                  load->options->folder);
    }
    if (!found && old != NULL) {
        load->changes += !old->bad;
        slot.file = old->file;
        old->file = NULL;
    }
    slot.bad |= !found;
    load->next->conf = slot;
    if (slot.file == NULL) {
        return false;
    }
    const slice zone = slot.file->conf.timezone;
    /* Another capsule may have set it, and so may a configuration that is not taken. */
    (void)!date_use_zone(zone);
    return true;
}

static int compare_page_names(const void *a, const void *b)
{
    return slice_compare(((const struct hand_page *)a)->name, ((const struct hand_page *)b)->name);
}

static slice slug_of(slice path)
{
    slice name = last_name(path);
    return slice_head(name, name.len - 4);
}

static void index_loaded(struct load *load)
{
    struct loaded *next = load->next;
    loaded_sort(next);
    next->counts.bad = load->unnamed + next->conf.bad;
    slice *left_out = arena_array(&next->arena, next->files.count, sizeof *left_out);
    struct capsule_parts parts = {
        .conf = next->conf.file->conf,
        .conf_source = next->conf.file->source,
        .reviews = arena_array(&next->arena, next->files.count, sizeof(struct review *)),
        .left_out = left_out,
        .pages = arena_array(&next->arena, next->files.count, sizeof(struct hand_page)),
        .statics = arena_array(&next->arena, next->statics.count, sizeof(struct static_file)),
        .now = load->options->now,
        .show_drafts = load->options->show_drafts,
    };
    for (size_t i = 0; i < next->files.count; i++) {
        const struct slot *slot = &next->files.items[i];
        next->counts.bad += slot->bad;
        if (slot->kind == FILE_PAGE && slot->file != NULL) {
            parts.pages[parts.page_count++] = slot->file->page;
        } else if (slot->kind == FILE_REVIEW && slot->file != NULL) {
            parts.reviews[parts.review_count++] = &slot->file->review;
        } else if (slot->kind == FILE_REVIEW) {
            left_out[parts.left_out_count++] = slug_of(slot->path);
        }
    }
    for (size_t i = 0; i < next->statics.count; i++) {
        parts.statics[parts.static_count++] = next->statics.items[i].file;
    }
    if (parts.page_count > 1) {
        qsort(parts.pages, parts.page_count, sizeof *parts.pages, compare_page_names);
    }
    capsule_index(&next->arena, &parts, &next->capsule, load->diags);
}

static bool is_same(const struct load *load)
{
    const struct loaded *old = load->previous;
    if (old == NULL || load->changes > 0 || load->statics < old->statics.count ||
        (old->capsule.next_change != 0 && old->capsule.next_change <= load->options->now)) {
        return false;
    }
    for (size_t i = 0; i < old->files.count; i++) {
        if (!old->files.items[i].moved) {
            return false; /* it is gone */
        }
    }
    return true;
}

struct loaded *capsule_load(const struct load_options *options, struct loaded *previous,
                            struct diags *diags)
{
    struct load load = { .options = options,
                         .previous = previous,
                         .next = loaded_new(),
                         .diags = diags,
                         .everything = options->everything };
    size_t first = diags->count;
    load.folder = open(options->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (load_conf(&load)) {
        load.next->zone = arena_copy(&load.next->arena, load.next->conf.file->conf.timezone);
        /* Times without an offset are read in the capsule's time zone. */
        load.everything |= previous != NULL && !slice_equal(previous->zone, load.next->zone);
        load_folder(&load, "pages/", visit_source);
        load_folder(&load, "reviews/", visit_source);
        load_folder(&load, "static/", visit_static);
        index_loaded(&load);
        load.next->counts.is_same = is_same(&load);
        loaded_drop_known(load.next, options->everything ? NULL : previous, diags, first);
    } else {
        loaded_free(load.next);
        load.next = NULL;
    }
    if (load.folder >= 0) {
        (void)close(load.folder);
    }
    loaded_free(previous);
    return load.next;
}
