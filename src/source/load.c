#include "source/load.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "source/review.h"
#include "text/date.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Enough of a file for libmagic to tell what it is. */
enum { HEAD_SIZE = 4096 };

enum file_kind { FILE_REVIEW, FILE_PAGE, FILE_CONF };

/* One source file that has no errors. It lies in its own arena, together with what was read. */
struct source_file {
    struct arena arena;
    enum file_kind kind;
    struct source source;
    struct review review;
    struct hand_page page;
    struct capsule_conf conf;
};

struct slot {
    slice path;               /* in the file's arena */
    struct source_file *file; /* NULL: it moved on to a newer snapshot */
};

struct loaded {
    struct arena arena; /* this struct, the tables below and the capsule's */
    struct source_file *conf;
    struct {
        struct slot *items; /* sorted by path when all are read */
        size_t count, capacity;
    } files;
    struct {
        struct static_file *items;
        size_t count, capacity;
    } statics;
    struct {
        slice *items; /* slugs */
        size_t count, capacity;
    } left_out;
    size_t bad_files;
    struct capsule capsule;
};

/* One run of capsule_load. */
struct load {
    const struct load_options *options;
    int folder; /* -1: it cannot be read */
    struct loaded *previous;
    struct loaded *next;
    struct diags *diags;
    const char *prefix; /* of the folder that is walked: "reviews/" */
    unsigned too_many;  /* the limit that was passed, or 0 */
};

/* --- snapshots --- */

static struct loaded *loaded_new(void)
{
    struct arena arena;
    arena_init(&arena);
    struct loaded *loaded = arena_alloc(&arena, sizeof *loaded);
    loaded->arena = arena;
    return loaded;
}

static void file_free(struct source_file *file)
{
    if (file != NULL) {
        struct arena arena = file->arena; /* the struct goes with it */
        arena_release(&arena);
    }
}

void loaded_free(struct loaded *loaded)
{
    if (loaded == NULL) {
        return;
    }
    for (size_t i = 0; i < loaded->files.count; i++) {
        file_free(loaded->files.items[i].file);
    }
    file_free(loaded->conf);
    struct arena arena = loaded->arena;
    arena_release(&arena);
}

const struct capsule *loaded_capsule(const struct loaded *loaded)
{
    return &loaded->capsule;
}

size_t loaded_bad_files(const struct loaded *loaded)
{
    return loaded->bad_files;
}

static int compare_slots(const void *a, const void *b)
{
    return slice_compare(((const struct slot *)a)->path, ((const struct slot *)b)->path);
}

static void keep_file(struct loaded *loaded, struct source_file *file)
{
    *ARRAY_ADD(&loaded->arena, &loaded->files) = (struct slot){ file->source.path, file };
}

/* The good version of `path` in the previous snapshot, which gives it up; or NULL. */
static struct source_file *take_previous(struct load *load, slice path)
{
    struct slot key = { path, NULL };
    struct slot *slot = NULL;
    if (load->previous != NULL && load->previous->files.count > 0) {
        slot = bsearch(&key, load->previous->files.items, load->previous->files.count,
                       sizeof *load->previous->files.items, compare_slots);
    }
    if (slot == NULL) {
        return NULL;
    }
    struct source_file *file = slot->file;
    slot->file = NULL;
    return file;
}

/* --- source files --- */

/* Read and parse the file at `path`. NULL when it has errors, or is gone (`*gone`). */
static struct source_file *read_source(struct load *load, enum file_kind kind, slice path,
                                       bool *gone)
{
    struct arena arena;
    arena_init(&arena);
    struct source_file *file = arena_alloc(&arena, sizeof *file);
    file->arena = arena;
    file->kind = kind;
    file->source.path = arena_copy(&file->arena, path);
    bool ok = false;
    *gone = false;
    if (!file_read(&file->arena, load->folder, file->source.path.ptr, LIMIT_SOURCE_FILE,
                   &file->source.text)) {
        *gone = errno == ENOENT;
        file->source.text = SLICE_EMPTY;
        if (errno == EFBIG) {
            diags_add(load->diags, DIAG_ERROR, &file->source, NULL,
                      "this file is too large; a source file may have %u bytes", LIMIT_SOURCE_FILE);
        } else if (!*gone) {
            diags_add(load->diags, DIAG_ERROR, &file->source, NULL, "cannot be read: %s",
                      strerror(errno));
        }
    } else if (source_normalise(&file->arena, &file->source, load->diags)) {
        switch (kind) {
        case FILE_REVIEW:
            ok = review_parse(&file->arena, &file->source, &file->review, load->diags);
            break;
        case FILE_PAGE:
            ok = hand_page_parse(&file->arena, &file->source, &file->page, load->diags);
            break;
        case FILE_CONF:
            ok = conf_parse(&file->arena, &file->source, &file->conf, load->diags);
            break;
        }
    }
    if (!ok) {
        file_free(file);
        return NULL;
    }
    return file;
}

static slice last_name(slice path)
{
    size_t start = path.len;
    while (start > 0 && path.ptr[start - 1] != '/') {
        start--;
    }
    return slice_from(path, start);
}

static void load_source(struct load *load, enum file_kind kind, slice path)
{
    bool gone = false;
    struct source_file *file = read_source(load, kind, path, &gone);
    if (gone) {
        return; /* deleted since the folder was read */
    }
    if (file == NULL) {
        load->next->bad_files++;
        file = take_previous(load, path);
    }
    if (file != NULL) {
        keep_file(load->next, file);
    } else if (kind == FILE_REVIEW) {
        slice name = last_name(path);
        *ARRAY_ADD(&load->next->arena, &load->next->left_out) =
            arena_copy(&load->next->arena, slice_head(name, name.len - 4));
    }
}

/* What editors leave beside the file that is being written, and what an import puts beside a file
 * that was changed by hand. Names with a dot first are not visited at all. */
static bool is_left_beside(slice name)
{
    return slice_ends_with(name, SLICE("~")) || slice_ends_with(name, SLICE(".gmi.new")) ||
           slice_ends_with(name, SLICE(".swp")) || slice_ends_with(name, SLICE(".swo")) ||
           slice_ends_with(name, SLICE(".tmp")) || slice_equal(name, SLICE("4913")) ||
           (slice_starts_with(name, SLICE("#")) && slice_ends_with(name, SLICE("#")));
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
    (void)status;
    if (is_left_beside(last_name(path))) {
        return true;
    }
    if (!name_is_text(load, path)) {
        load->next->bad_files++;
        return true;
    }
    if (!slice_ends_with(path, SLICE(".gmi"))) {
        say(load, DIAG_WARNING, path, "this file is passed over: source files end in .gmi");
        return true;
    }
    if (load->next->files.count + load->next->bad_files >= LIMIT_SOURCE_FILES) {
        load->too_many = LIMIT_SOURCE_FILES;
        return false;
    }
    struct buf whole;
    buf_init(&whole, path.len + 32);
    buf_puts(&whole, load->prefix);
    buf_put(&whole, path);
    load_source(load, strcmp(load->prefix, "pages/") == 0 ? FILE_PAGE : FILE_REVIEW,
                buf_slice(&whole));
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
    if (is_left_beside(last_name(path)) || !name_is_text(load, path)) {
        return true;
    }
    if (load->next->statics.count >= LIMIT_STATIC_FILES) {
        load->too_many = LIMIT_STATIC_FILES;
        return false;
    }
    if (!read_head(load, path, head, &len)) {
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
    *ARRAY_ADD(&load->next->arena, &load->next->statics) = (struct static_file){
        .path = copy,
        .media_type = media_type_find(load->options->media_types, copy, (slice){ head, len }),
        .size = (uint64_t)status->st_size,
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
        if (slot->file != NULL && slice_starts_with(slot->path, prefix)) {
            keep_file(load->next, slot->file);
            slot->file = NULL;
        }
    }
    if (!slice_starts_with(prefix, statics)) {
        return;
    }
    for (size_t i = 0; i < load->previous->statics.count; i++) {
        struct static_file file = load->previous->statics.items[i];
        if (slice_starts_with(file.path, slice_from(prefix, statics.len))) {
            file.path = arena_copy(&load->next->arena, file.path);
            *ARRAY_ADD(&load->next->arena, &load->next->statics) = file;
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
    bool gone = false;
    struct source source = { SLICE("capsule.conf"), SLICE_EMPTY };
    struct source_file *conf = NULL;
    if (load->folder < 0) {
        source.path = slice_of(load->options->folder);
        diags_add(load->diags, DIAG_ERROR, &source, NULL, "this folder cannot be read: %s",
                  strerror(errno));
    } else {
        conf = read_source(load, FILE_CONF, source.path, &gone);
        if (gone) {
            diags_add(load->diags, DIAG_ERROR, &source, NULL,
                      "there is no such file in %s; a capsule needs one, with at least a line "
                      "`Title: …`",
                      load->options->folder);
        }
    }
    if (conf == NULL) {
        load->next->bad_files++;
        if (load->previous != NULL) {
            conf = load->previous->conf;
            load->previous->conf = NULL;
            (void)!date_use_zone(conf->conf.timezone);
        }
    }
    load->next->conf = conf;
    return conf != NULL;
}

static int compare_page_names(const void *a, const void *b)
{
    return slice_compare(((const struct hand_page *)a)->name, ((const struct hand_page *)b)->name);
}

static int compare_static_paths(const void *a, const void *b)
{
    return slice_compare(((const struct static_file *)a)->path,
                         ((const struct static_file *)b)->path);
}

static void index_loaded(struct load *load)
{
    struct loaded *next = load->next;
    if (next->files.count > 1) {
        qsort(next->files.items, next->files.count, sizeof *next->files.items, compare_slots);
    }
    if (next->statics.count > 1) {
        qsort(next->statics.items, next->statics.count, sizeof *next->statics.items,
              compare_static_paths);
    }
    struct capsule_parts parts = {
        .conf = next->conf->conf,
        .conf_source = next->conf->source,
        .reviews = arena_array(&next->arena, next->files.count, sizeof(struct review *)),
        .left_out = next->left_out.items,
        .left_out_count = next->left_out.count,
        .pages = arena_array(&next->arena, next->files.count, sizeof(struct hand_page)),
        .statics = next->statics.items,
        .static_count = next->statics.count,
        .now = load->options->now,
        .show_drafts = load->options->show_drafts,
    };
    for (size_t i = 0; i < next->files.count; i++) {
        struct source_file *file = next->files.items[i].file;
        if (file->kind == FILE_REVIEW) {
            parts.reviews[parts.review_count++] = &file->review;
        } else {
            parts.pages[parts.page_count++] = file->page;
        }
    }
    if (parts.page_count > 1) {
        qsort(parts.pages, parts.page_count, sizeof *parts.pages, compare_page_names);
    }
    capsule_index(&next->arena, &parts, &next->capsule, load->diags);
}

struct loaded *capsule_load(const struct load_options *options, struct loaded *previous,
                            struct diags *diags)
{
    struct load load = {
        .options = options, .previous = previous, .next = loaded_new(), .diags = diags
    };
    load.folder = open(options->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (load_conf(&load)) {
        load_folder(&load, "pages/", visit_source);
        load_folder(&load, "reviews/", visit_source);
        load_folder(&load, "static/", visit_static);
        index_loaded(&load);
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
