#include "cmd/tree.h"

#include "base/file.h"
#include "base/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK = 64 * 1024 };

static const char marker_text[] =
    "This folder was made by `matinee build`. The next build replaces all of it.\n";

static bool refuse(struct tree *tree, const char *what, const char *why)
{
    buf_clear(&tree->error);
    buf_printf(&tree->error, "%s: %s", what, why);
    return false;
}

static bool fail(struct tree *tree, const char *what)
{
    return refuse(tree, what, strerror(errno));
}

/* --- beginning -------------------------------------------------------------------------------- */

/* `target` without symbolic links and final slashes; its last part need not exist. */
static bool resolve(struct tree *tree, const char *target)
{
    char real[PATH_MAX];
    slice given = slice_of(target);
    while (given.len > 1 && given.ptr[given.len - 1] == '/') {
        given.len--;
    }
    if (realpath(target, real) != NULL) {
        tree->target = arena_copy(&tree->arena, slice_of(real)).ptr;
        return true;
    }
    if (errno != ENOENT) {
        return fail(tree, target);
    }
    size_t end = given.len;
    while (end > 0 && given.ptr[end - 1] != '/') {
        end--;
    }
    slice folder = end > 0 ? slice_head(given, end) : SLICE(".");
    if (realpath(arena_copy(&tree->arena, folder).ptr, real) == NULL) {
        return fail(tree, arena_copy(&tree->arena, folder).ptr);
    }
    tree->target =
        arena_printf(&tree->arena, "%s/%.*s", real, SLICE_ARG(slice_from(given, end))).ptr;
    return true;
}

static bool open_old_tree(struct tree *tree)
{
    struct stat status;
    bool empty = false;
    tree->old_tree = open(tree->target, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (tree->old_tree < 0) {
        return errno == ENOENT || fail(tree, tree->target);
    }
    if (fstatat(tree->old_tree, TREE_MARKER, &status, AT_SYMLINK_NOFOLLOW) == 0) {
        return true;
    }
    if (!folder_is_empty(tree->old_tree, &empty)) {
        return fail(tree, tree->target);
    }
    return empty || refuse(tree, tree->target,
                           "it holds something else than an earlier build, and is left alone");
}

/* True when `name` is `prefix` and the number of a process that is gone. */
static bool is_left_over(slice name, slice prefix)
{
    unsigned long process = 0;
    return slice_starts_with(name, prefix) &&
           slice_to_number(slice_from(name, prefix.len), INT_MAX, &process) && process > 1 &&
           kill((pid_t)process, 0) != 0 && errno == ESRCH;
}

static bool remove_left_over(void *context, const char *name)
{
    struct tree *tree = context;
    slice target = slice_of(tree->target);
    const char *slash = strrchr(tree->target, '/');
    struct stat status;
    slice prefix = arena_printf(&tree->arena, "%s.new-", slash + 1);
    if (is_left_over(slice_of(name), prefix)) {
        slice folder = slice_between(target.ptr, slash);
        slice path = arena_printf(&tree->arena, "%.*s/%s", SLICE_ARG(folder), name);
        slice marker = arena_printf(&tree->arena, "%s/" TREE_MARKER, path.ptr);
        /* Killed before it wrote the marker: an empty folder, which is all that rmdir(2) takes. */
        if (lstat(marker.ptr, &status) != 0) {
            (void)rmdir(path.ptr);
        } else {
            (void)!folder_remove(AT_FDCWD, path.ptr);
        }
    }
    return true;
}

/* A run that was killed could not clean up. That nothing could be removed is no reason to stop. */
static void remove_left_overs(struct tree *tree)
{
    const char *slash = strrchr(tree->target, '/');
    slice folder = slice_between(tree->target, slash + 1);
    (void)!folder_list(AT_FDCWD, arena_copy(&tree->arena, folder).ptr, remove_left_over, tree);
}

bool tree_begin(struct tree *tree, const char *target)
{
    *tree = TREE_NONE;
    arena_init(&tree->arena);
    buf_init(&tree->name, (size_t)PATH_MAX);
    if (!resolve(tree, target) || !open_old_tree(tree)) {
        return false;
    }
    if (strcmp(tree->target, "/") == 0) {
        return refuse(tree, tree->target, "the root folder cannot be replaced");
    }
    remove_left_overs(tree);
    long process = (long)getpid();
    tree->aside = arena_printf(&tree->arena, "%s.old-%ld", tree->target, process).ptr;
    const char *building = arena_printf(&tree->arena, "%s.new-%ld", tree->target, process).ptr;
    if (mkdir(building, 0755) != 0) {
        return fail(tree, building);
    }
    tree->building = building;
    tree->new_tree = open(building, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (tree->new_tree < 0) {
        return fail(tree, building);
    }
    bool ok = tree_put(tree, SLICE(TREE_MARKER), slice_of(marker_text));
    tree->written = 0;
    tree->kept = 0;
    return ok;
}

/* --- files ------------------------------------------------------------------------------------ */

bool tree_takes_name(slice name)
{
    slice part;
    if (name.len == 0 || name.ptr[name.len - 1] == '/' || slice_find_byte(name, '\0') < name.len) {
        return false;
    }
    while (slice_next_piece(&name, '/', &part)) {
        if (part.len == 0 || part.ptr[0] == '.') {
            return false;
        }
    }
    return true;
}

bool tree_has(struct tree *tree, slice name)
{
    buf_clear(&tree->name);
    buf_put(&tree->name, name);
    const char *path = buf_string(&tree->name);
    return path != NULL && faccessat(tree->new_tree, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Where the bytes of a file come from: memory, or another file. */
struct origin {
    slice contents;
    int file; /* -1: contents */
};

/* Up to BLOCK bytes from offset `at` on. False with errno; nothing at the end. */
static bool read_block(const struct origin *origin, size_t at, char *block, slice *out)
{
    if (origin->file < 0) {
        *out = slice_head(slice_from(origin->contents, at), BLOCK);
        return true;
    }
    ssize_t got;
    do {
        got = pread(origin->file, block, BLOCK, (off_t)at);
    } while (got < 0 && errno == EINTR);
    *out = (slice){ block, got > 0 ? (size_t)got : 0 };
    return got >= 0;
}

/* True when the old tree's file has the same bytes. */
static bool is_unchanged(const struct tree *tree, const char *name, const struct origin *origin)
{
    char ours[BLOCK];
    char theirs[BLOCK];
    struct stat status;
    size_t at = 0;
    if (tree->old_tree < 0) {
        return false;
    }
    struct origin old = { .file = openat(tree->old_tree, name,
                                         O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK) };
    if (old.file < 0) {
        return false;
    }
    bool same = fstat(old.file, &status) == 0 && S_ISREG(status.st_mode) &&
                (origin->file >= 0 || (size_t)status.st_size == origin->contents.len);
    slice new_block = { ours, 1 };
    while (same && new_block.len > 0) {
        slice old_block;
        same = read_block(origin, at, ours, &new_block) &&
               read_block(&old, at, theirs, &old_block) && slice_equal(new_block, old_block);
        at += new_block.len;
    }
    (void)close(old.file);
    return same;
}

static bool write_all(int fd, slice bytes)
{
    while (bytes.len > 0) {
        ssize_t put = write(fd, bytes.ptr, bytes.len);
        if (put < 0 && errno != EINTR) {
            return false;
        }
        bytes = slice_from(bytes, put > 0 ? (size_t)put : 0);
    }
    return true;
}

static bool write_file(struct tree *tree, const char *name, const struct origin *origin)
{
    char block[BLOCK];
    slice bytes = { block, 1 };
    int fd =
        openat(tree->new_tree, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (fd < 0) {
        return false;
    }
    bool ok = true;
    for (size_t at = 0; ok && bytes.len > 0; at += bytes.len) {
        ok = read_block(origin, at, block, &bytes) && write_all(fd, bytes);
    }
    int saved = errno;
    if (close(fd) != 0 && ok) {
        return false;
    }
    errno = saved;
    return ok;
}

/* The folder that the file tree->name is to be in, with those above it. */
static bool make_folder(struct tree *tree)
{
    char *end = strrchr(tree->name.ptr, '/');
    if (end == NULL) {
        return false;
    }
    *end = '\0';
    bool ok = file_make_folders(tree->new_tree, tree->name.ptr);
    *end = '/';
    return ok;
}

static bool link_or_write(struct tree *tree, const char *path, const struct origin *origin,
                          bool unchanged)
{
    if (unchanged && linkat(tree->old_tree, path, tree->new_tree, path, 0) == 0) {
        tree->kept++;
        return true;
    }
    bool ok = write_file(tree, path, origin);
    tree->written += ok;
    return ok;
}

static bool put(struct tree *tree, slice name, const struct origin *origin)
{
    buf_clear(&tree->name);
    buf_put(&tree->name, name);
    const char *path = buf_string(&tree->name);
    if (tree->name.failed || path == NULL) {
        errno = ENAMETOOLONG;
        return fail(tree, "a page");
    }
    tree->name_taken = false;
    bool unchanged = is_unchanged(tree, path, origin);
    /* There are many files to a folder: it is made when it turns out to be missing. */
    bool ok =
        link_or_write(tree, path, origin, unchanged) ||
        (errno == ENOENT && make_folder(tree) && link_or_write(tree, path, origin, unchanged));
    if (!ok && (errno == EEXIST || errno == ENOTDIR || errno == EISDIR)) {
        tree->name_taken = true;
        return refuse(tree, path, "two pages cannot both have this name in a tree of files");
    }
    return ok || fail(tree, path);
}

bool tree_put(struct tree *tree, slice name, slice contents)
{
    const struct origin origin = { contents, -1 };
    return put(tree, name, &origin);
}

bool tree_put_file(struct tree *tree, slice name, int file)
{
    const struct origin origin = { .file = file };
    return put(tree, name, &origin);
}

bool tree_copy(struct tree *tree, slice name, const char *path)
{
    struct stat status;
    const struct origin origin = { .file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) };
    if (origin.file < 0) {
        return fail(tree, path);
    }
    bool ok = true;
    if (fstat(origin.file, &status) != 0 || !S_ISREG(status.st_mode)) {
        ok = refuse(tree, path, "not a regular file");
    }
    ok = ok && put(tree, name, &origin);
    (void)close(origin.file);
    return ok;
}

/* --- the end ---------------------------------------------------------------------------------- */

/* Put the new tree in the place of the old one. Afterwards `*old` is where that is now. */
static bool exchange(struct tree *tree, const char **old)
{
    *old = tree->building;
    if (renameat2(AT_FDCWD, tree->building, AT_FDCWD, tree->target, RENAME_EXCHANGE) == 0) {
        return true;
    }
    if (errno != EINVAL && errno != ENOSYS && errno != ENOTSUP) {
        return false;
    }
    /* The file system cannot exchange two names at once: for a moment there is none. */
    *old = tree->aside;
    if (rename(tree->target, tree->aside) != 0) {
        return false;
    }
    if (rename(tree->building, tree->target) != 0) {
        int saved = errno;
        (void)rename(tree->aside, tree->target);
        errno = saved;
        return false;
    }
    return true;
}

bool tree_finish(struct tree *tree)
{
    const char *old = NULL;
    /* One call for all files: what takes the place of a good tree has to be on the disk. */
    if (tree->written > 0 && syncfs(tree->new_tree) != 0) {
        return fail(tree, tree->building);
    }
    bool ok = tree->old_tree < 0 ? rename(tree->building, tree->target) == 0 : exchange(tree, &old);
    if (!ok) {
        return fail(tree, tree->target);
    }
    tree->building = NULL;
    if (old != NULL && !folder_remove(AT_FDCWD, old)) {
        return fail(tree, "the new tree is in its place, but the old one cannot be removed");
    }
    return true;
}

void tree_release(struct tree *tree)
{
    if (tree->building != NULL) {
        (void)!folder_remove(AT_FDCWD, tree->building);
    }
    if (tree->old_tree >= 0) {
        (void)close(tree->old_tree);
    }
    if (tree->new_tree >= 0) {
        (void)close(tree->new_tree);
    }
    buf_release(&tree->name);
    buf_release(&tree->error);
    arena_release(&tree->arena);
}
