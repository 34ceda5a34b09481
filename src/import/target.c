#include "import/target.h"

#include "base/file.h"
#include "base/leftovers.h"
#include "base/limits.h"
#include "text/header.h"
#include "text/uuid.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static const char memory_path[] = ".matinee/imports";

static void fail(const struct target *target, const char *path, const char *reason,
                 struct diags *diags)
{
    struct buf where;
    buf_init(&where, (size_t)-1);
    buf_printf(&where, "%s/%s", target->path, path);
    diags_add_line(diags, DIAG_ERROR, buf_slice(&where), 0, "%s", reason);
    buf_release(&where);
}

/* --- what is remembered ----------------------------------------------------------------------- */

static bool read_memory(struct target *target, struct diags *diags)
{
    struct source source = { arena_printf(target->arena, "%s/%s", target->path, memory_path),
                             SLICE_EMPTY };
    if (!file_read(target->arena, target->fd, memory_path, LIMIT_IMPORT_MEMORY, &source.text) &&
        errno != ENOENT) {
        fail(target, memory_path, strerror(errno), diags);
        return false;
    }
    memory_read(target->arena, &source, &target->memory, diags);
    return true;
}

/* Write all that is remembered anew, without what has been overtaken. */
static bool write_memory(struct target *target, struct diags *diags)
{
    struct buf text;
    buf_init(&text, LIMIT_IMPORT_MEMORY);
    memory_put(&target->memory, &text);
    bool ok = !text.failed && file_write(target->fd, memory_path, buf_slice(&text), 0);
    if (!ok) {
        fail(target, memory_path, text.failed ? "too large" : strerror(errno), diags);
    }
    buf_release(&text);
    return ok;
}

/* What an import that was killed has not finished. */
static void remove_leftovers(const struct target *target)
{
    static const char *const folders[] = { "reviews", "pages", "drafts", "static/comments" };
    static const slice sources[] = { SLICE_INIT(".gmi"), SLICE_INIT(".gmi.new") };
    static const slice conf[] = { SLICE_INIT("capsule.conf") };
    static const slice any[] = { SLICE_INIT("") };
    for (size_t i = 0; i < ARRAY_LENGTH(folders); i++) {
        (void)leftovers_remove(
            target->fd, folders[i],
            &(struct leftovers){ sources, ARRAY_LENGTH(sources), LIMIT_FOLDER_DEPTH });
    }
    (void)leftovers_remove(target->fd, ".", &(struct leftovers){ conf, 1, 0 });
    (void)leftovers_remove(target->fd, ".matinee", &(struct leftovers){ any, 1, 0 });
}

bool target_open(struct target *target, struct arena *arena, const struct review_file *reviews,
                 size_t count, struct diags *diags)
{
    target->arena = arena;
    target->lock = -1;
    target->journal = -1;
    slice_map_init(&target->reviews, arena);
    slice_map_init(&target->named, arena);
    slice_map_init(&target->numbers, arena);
    for (size_t i = 0; i < count; i++) {
        struct review_file *file = arena_copy_array(arena, &reviews[i], 1, sizeof *reviews);
        (void)slice_map_claim(&target->reviews, file->name, file);
    }
    bool ok = file_make_folders(target->fd, ".matinee");
    if (ok) {
        target->lock = openat(target->fd, ".matinee", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        ok = target->lock >= 0 && flock(target->lock, LOCK_EX) == 0;
    }
    if (!ok) {
        fail(target, ".matinee", strerror(errno), diags);
    }
    if (ok) {
        remove_leftovers(target);
    }
    ok = ok && read_memory(target, diags);
    if (ok && target->memory.is_untidy) {
        ok = write_memory(target, diags);
    }
    if (!ok) {
        (void)!target_close(target, diags);
    }
    return ok;
}

bool target_close(struct target *target, struct diags *diags)
{
    bool ok = true;
    if (target->journal >= 0) {
        (void)close(target->journal);
        ok = write_memory(target, diags);
    }
    if (target->lock >= 0) {
        (void)close(target->lock);
    }
    memory_release(&target->memory);
    slice_map_release(&target->reviews);
    slice_map_release(&target->named);
    slice_map_release(&target->numbers);
    return ok;
}

static bool open_journal(struct target *target)
{
    slice first = memory_first_line();
    target->journal =
        openat(target->fd, memory_path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    struct stat status;
    return target->journal >= 0 && fstat(target->journal, &status) == 0 &&
           (status.st_size > 0 ||
            write(target->journal, first.ptr, first.len) == (ssize_t)first.len);
}

static bool remember(struct target *target, const struct import_entry *entry, struct diags *diags)
{
    const struct import_entry *changed = memory_set(&target->memory, entry);
    if (changed == NULL) {
        return true;
    }
    struct buf line;
    buf_init(&line, LIMIT_IMPORT_MEMORY);
    memory_put_entry(changed, &line);
    bool ok = !line.failed && (target->journal >= 0 || open_journal(target)) &&
              write(target->journal, line.ptr, line.len) == (ssize_t)line.len;
    if (!ok) {
        fail(target, memory_path, strerror(errno), diags);
    }
    buf_release(&line);
    return ok;
}

/* --- names ------------------------------------------------------------------------------------ */

slice target_identity(struct arena *arena, slice name)
{
    struct buf id;
    buf_init(&id, 128);
    bool ok = uuid_put_named(&id, name);
    slice copy = ok ? arena_copy(arena, buf_slice(&id)) : SLICE_EMPTY;
    buf_release(&id);
    return copy;
}

static slice read_current(const struct target *target, struct arena *arena, const char *path)
{
    slice current;
    if (!file_read(arena, target->fd, path, LIMIT_PAGE, &current)) {
        return SLICE_EMPTY;
    }
    return current;
}

static slice id_of(slice text)
{
    struct diags ignored;
    struct header_reader reader;
    struct header_field field;
    const struct source source = { SLICE_EMPTY, text };
    slice id = SLICE_EMPTY;
    diags_init(&ignored);
    header_begin(&reader, &source, &ignored);
    while (id.len == 0 && header_next(&reader, &field)) {
        if (slice_equal_nocase(field.key, SLICE("Id"))) {
            id = field.value;
        }
    }
    diags_release(&ignored);
    return id;
}

struct naming {
    struct target *target;
    struct arena *arena;
    slice folder;
    slice id;
};

/* A name belongs to the post whose Id the file has; one that another post had before stays that
 * one's, even while its file is gone. Pages written by hand have no Id, and are nobody else's. */
static bool is_taken(const void *context, slice name)
{
    static const char *const reserved[] = { "index", "feed", "search" };
    const struct naming *naming = context;
    const struct target *target = naming->target;
    bool is_review = slice_equal(naming->folder, SLICE("reviews/"));
    const struct review_file *there = is_review ? slice_map_get(&target->reviews, name) : NULL;
    if (there != NULL) {
        slice text = read_current(target, naming->arena, there->path.ptr);
        /* Without text it is one that was named in this run, and is to be written. */
        return !slice_equal(id_of(text), naming->id);
    }
    slice path =
        arena_printf(naming->arena, "%.*s%.*s.gmi", SLICE_ARG(naming->folder), SLICE_ARG(name));
    const struct import_entry *entry = memory_find_file(&target->memory, path);
    if (entry != NULL) {
        return !slice_equal(entry->id, naming->id);
    }
    bool is_page = slice_equal(naming->folder, SLICE("pages/"));
    for (size_t i = 0; i < ARRAY_LENGTH(reserved) && is_page; i++) {
        if (slice_equal(name, slice_of(reserved[i]))) {
            return true;
        }
    }
    return !is_review && (slice_map_get(&target->named, path) != NULL || target_has(target, path));
}

slice target_choose_name(struct target *target, struct arena *arena, slice folder, slice id,
                         slice title, slice published)
{
    const struct naming naming = { target, arena, folder, id };
    slice name = arena_copy(
        target->arena, memory_name(arena, title, published, &target->numbers, is_taken, &naming));
    if (!slice_equal(folder, SLICE("reviews/"))) {
        slice_map_set(
            &target->named,
            arena_printf(target->arena, "%.*s%.*s.gmi", SLICE_ARG(folder), SLICE_ARG(name)),
            target);
    }
    return name;
}

slice target_name_of(slice path)
{
    slice name = path;
    for (size_t i = name.len; i > 0; i--) {
        if (name.ptr[i - 1] == '/') {
            name = slice_from(name, i);
            break;
        }
    }
    size_t dot = name.len;
    while (dot > 0 && name.ptr[dot - 1] != '.') {
        dot--;
    }
    return dot > 1 ? slice_head(name, dot - 1) : name;
}

slice target_review_path(struct target *target, slice name)
{
    const struct review_file *there = slice_map_get(&target->reviews, name);
    if (there != NULL) {
        return there->path;
    }
    struct review_file *file = arena_alloc(target->arena, sizeof *file);
    *file =
        (struct review_file){ arena_copy(target->arena, name),
                              arena_printf(target->arena, "reviews/%.*s.gmi", SLICE_ARG(name)) };
    slice_map_set(&target->reviews, file->name, file);
    return file->path;
}

bool target_has(const struct target *target, slice path)
{
    struct arena arena;
    arena_init(&arena);
    bool there = faccessat(target->fd, arena_copy(&arena, path).ptr, F_OK, 0) == 0;
    arena_release(&arena);
    return there;
}

/* --- writing ---------------------------------------------------------------------------------- */

static bool write_file(const struct target *target, enum write_plan plan, const char *path,
                       const char *beside, slice text)
{
    switch (plan) {
    case WRITE_NEW:
        return file_create(target->fd, path, text, 0);
    case WRITE_AGAIN:
    case WRITE_OVER:
        return file_write(target->fd, path, text, 0);
    case WRITE_BESIDE:
        return file_write(target->fd, beside, text, 0);
    case WRITE_NOT:
    case WRITE_KEEP:
        break;
    }
    return true;
}

/* Make the folder that `path` is in. */
static bool make_folder(const struct target *target, struct arena *arena, slice path)
{
    size_t end = path.len;
    while (end > 0 && path.ptr[end - 1] != '/') {
        end--;
    }
    return end == 0 ||
           file_make_folders(target->fd, arena_copy(arena, slice_head(path, end - 1)).ptr);
}

bool target_place(struct target *target, struct arena *arena, const struct import_entry *entry,
                  slice text, struct placed *placed, struct diags *diags)
{
    struct import_entry next = *entry;
    slice path = arena_copy(arena, entry->file);
    slice current = read_current(target, arena, path.ptr);
    slice there = current.ptr != NULL ? memory_hash(arena, current) : SLICE_EMPTY;
    next.written = memory_hash(arena, text);
    *placed = (struct placed){
        .plan = memory_plan(memory_find(&target->memory, entry->id), there, next.written,
                            target->overwrite),
        .beside = arena_printf(arena, "%.*s.new", SLICE_ARG(path)),
    };
    next.before = placed->plan == WRITE_AGAIN ? there : SLICE_EMPTY;
    /* What goes beside a file is nobody's, and is offered once: remembered before, it would never
     * come when this is cut off in between. */
    bool is_beside = placed->plan == WRITE_BESIDE;
    if (!is_beside && !remember(target, &next, diags)) {
        return false;
    }
    if (!(placed->plan != WRITE_NEW || make_folder(target, arena, path)) ||
        !write_file(target, placed->plan, path.ptr, placed->beside.ptr, text)) {
        fail(target, is_beside ? placed->beside.ptr : path.ptr, strerror(errno), diags);
        return false;
    }
    return !is_beside || remember(target, &next, diags);
}
