#include "gemini/certificate_files.h"

#include "base/file.h"
#include "base/limits.h"
#include "gemini/certificate_facts.h"
#include "gemini/host.h"
#include "gemini/self_signed.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool fail_errno(struct buf *error, const char *path)
{
    buf_printf(error, "%s: %s", path, strerror(errno));
    return false;
}

/* --- paths ------------------------------------------------------------------------------------ */

enum path { CRT, KEY, NEW_CRT, NEW_KEY, PATHS };

struct paths {
    struct arena arena;
    const char *items[PATHS];
};

static void paths_init(struct paths *paths, const char *folder, slice name)
{
    static const struct {
        const char *before, *after;
    } parts[PATHS] = { { "", "crt" }, { "", "key" }, { ".", "crt.new" }, { ".", "key.new" } };
    struct buf file;
    buf_init(&file, 4 * HOST_BYTES);
    host_put_file_name(name, &file);
    arena_init(&paths->arena);
    for (size_t i = 0; i < PATHS; i++) {
        paths->items[i] = arena_printf(&paths->arena, "%s/%s%.*s.%s", folder, parts[i].before,
                                       SLICE_ARG(buf_slice(&file)), parts[i].after)
                              .ptr;
    }
    buf_release(&file);
}

static void paths_release(struct paths *paths)
{
    arena_release(&paths->arena);
}

static bool exists(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0;
}

static bool has(const char *folder, slice name, enum path path)
{
    struct paths paths;
    paths_init(&paths, folder, name);
    bool found = exists(paths.items[path]);
    paths_release(&paths);
    return found;
}

bool certificate_has_crt(const char *folder, slice name)
{
    return has(folder, name, CRT);
}

bool certificate_has_key(const char *folder, slice name)
{
    return has(folder, name, KEY);
}

bool certificate_exists(const char *folder, slice name)
{
    return has(folder, name, CRT) || has(folder, name, KEY);
}

static int by_name(const void *a, const void *b)
{
    return slice_compare(*(const slice *)a, *(const slice *)b);
}

bool certificate_list(struct arena *arena, const char *folder, slice **names, size_t *count)
{
    struct {
        slice *items;
        size_t count, capacity;
    } found = { 0 };
    DIR *stream = opendir(folder);
    if (stream == NULL) {
        return false;
    }
    const struct dirent *entry = NULL;
    while ((errno = 0, entry = readdir(stream)) != NULL) {
        slice file = slice_of(entry->d_name);
        if (file.ptr[0] != '.' && slice_ends_with(file, SLICE(".crt"))) {
            *ARRAY_ADD(arena, &found) = arena_copy(arena, slice_head(file, file.len - 4));
        }
    }
    int reason = errno;
    (void)closedir(stream);
    if (found.count > 1) {
        qsort(found.items, found.count, sizeof *found.items, by_name);
    }
    *names = found.items;
    *count = found.count;
    errno = reason;
    return reason == 0;
}

/* --- loading ---------------------------------------------------------------------------------- */

static bool read_crt(struct arena *arena, const char *path, struct certificate *out,
                     struct buf *error)
{
    slice text;
    *out = (struct certificate){ 0 };
    if (!file_read(arena, AT_FDCWD, path, LIMIT_PEM_FILE, &text)) {
        return fail_errno(error, path);
    }
    return certificate_read(text, out, error, path);
}

static bool is_private(const char *path, struct buf *error)
{
    struct stat status;
    if (stat(path, &status) != 0) {
        return fail_errno(error, path);
    }
    if ((status.st_mode & (S_IRWXO | S_IWGRP)) != 0) {
        buf_printf(error, "%s: others may read it; run `chmod 600` on it", path);
        return false;
    }
    return true;
}

bool certificate_read_private(struct arena *arena, const char *path, slice *out, struct buf *error)
{
    return is_private(path, error) &&
           (file_read(arena, AT_FDCWD, path, LIMIT_PEM_FILE, out) || fail_errno(error, path));
}

static bool read_key(struct arena *arena, const char *path, struct certificate *out,
                     struct buf *error)
{
    slice text;
    if (!certificate_read_private(arena, path, &text, error)) {
        return false;
    }
    bool ok = certificate_read_key(text, out, error, path);
    OPENSSL_cleanse((void *)text.ptr, text.len);
    return ok;
}

/* The key is not that of the certificate: somebody is about to replace both, or died doing it. */
static bool take_new_crt(struct paths *paths, struct certificate *out)
{
    struct certificate fresh;
    struct buf unsaid;
    buf_init(&unsaid, 0);
    bool ok = read_crt(&paths->arena, paths->items[NEW_CRT], &fresh, &unsaid);
    buf_release(&unsaid);
    if (!ok) {
        return false;
    }
    fresh.key = out->key;
    out->key = NULL;
    certificate_release(out);
    *out = fresh;
    return certificate_is_pair(out);
}

/* Read both. When they do not belong together, `*is_pair` is false and there is nothing to release
 * and no message. */
static bool load_pair(struct paths *paths, struct certificate *out, bool *is_pair,
                      struct buf *error)
{
    *is_pair = true;
    if (!read_crt(&paths->arena, paths->items[CRT], out, error)) {
        return false;
    }
    if (read_key(&paths->arena, paths->items[KEY], out, error)) {
        if (certificate_is_pair(out) || take_new_crt(paths, out)) {
            return true;
        }
        *is_pair = false;
    }
    certificate_release(out);
    return false;
}

/* Both files may be replaced after one of them was read; to look again is to see the new ones. */
static bool load_at(struct paths *paths, bool with_key, struct certificate *out, struct buf *error)
{
    enum { LOOKS = 10 };
    if (!with_key) {
        return read_crt(&paths->arena, paths->items[CRT], out, error);
    }
    for (int i = 0; i < LOOKS; i++) {
        bool is_pair = false;
        if (load_pair(paths, out, &is_pair, error)) {
            return true;
        }
        if (is_pair) {
            return false;
        }
    }
    buf_printf(error, "%s is not the key of %s", paths->items[KEY], paths->items[CRT]);
    return false;
}

bool certificate_load(const char *folder, slice name, bool with_key, struct certificate *out,
                      bool *missing, struct buf *error)
{
    struct paths paths;
    paths_init(&paths, folder, name);
    bool none = !exists(paths.items[CRT]) && !exists(paths.items[KEY]);
    bool ok = load_at(&paths, with_key, out, error);
    if (missing != NULL) {
        *missing = !ok && none;
    }
    paths_release(&paths);
    return ok;
}

/* --- making ----------------------------------------------------------------------------------- */

/* Both as PEM; the caller frees them, also when the result is false. */
struct pem {
    BIO *crt, *key;
};

static bool pem_init(struct pem *pem, const struct certificate *certificate, struct buf *error)
{
    *pem = (struct pem){ BIO_new(BIO_s_mem()), BIO_new(BIO_s_secmem()) };
    return (pem->crt != NULL && pem->key != NULL && certificate_put_pem(certificate, pem->crt) &&
            certificate_put_key_pem(certificate, pem->key)) ||
           certificate_fail(error, "cannot write a certificate");
}

static void pem_release(struct pem *pem)
{
    BIO_free(pem->crt);
    BIO_free(pem->key);
}

static bool make_folder(const char *folder, struct buf *error)
{
    if (access(folder, F_OK) == 0) {
        return true;
    }
    if (!file_make_folders(AT_FDCWD, folder) || chmod(folder, 0700) != 0) {
        return fail_errno(error, folder);
    }
    return true;
}

/* The key first: a certificate without its key would be taken for one that is there. */
static bool create_files(const struct paths *paths, const struct pem *pem, struct buf *error)
{
    const char *crt = paths->items[CRT];
    const char *key = paths->items[KEY];
    if (!file_create(AT_FDCWD, key, certificate_bio_bytes(pem->key), 0600)) {
        return fail_errno(error, key);
    }
    if (!file_create(AT_FDCWD, crt, certificate_bio_bytes(pem->crt), 0)) {
        (void)fail_errno(error, crt);
        (void)unlink(key);
        return false;
    }
    return true;
}

static bool make_at(const struct paths *paths, const struct certificate *certificate,
                    struct buf *error)
{
    const char *crt = paths->items[CRT];
    const char *key = paths->items[KEY];
    if (exists(crt) || exists(key)) {
        buf_printf(error, "%s exists already, and is not replaced: clients have pinned it",
                   exists(crt) ? crt : key);
        return false;
    }
    struct pem pem;
    bool ok = pem_init(&pem, certificate, error) && create_files(paths, &pem, error);
    pem_release(&pem);
    return ok;
}

bool certificate_make(const char *folder, const slice *names, size_t name_count, struct buf *error)
{
    struct certificate made;
    struct paths paths;
    if (!self_signed_new(names, name_count, NULL, &made, error)) {
        return false;
    }
    paths_init(&paths, folder, names[0]);
    bool ok = make_folder(folder, error) && make_at(&paths, &made, error);
    paths_release(&paths);
    certificate_release(&made);
    return ok;
}

/* --- renewing --------------------------------------------------------------------------------- */

/* What is written in place of a file belongs to whom the file belonged: the server may be somebody
 * else than who renews. */
static bool write_like(const char *path, const char *model, slice bytes, struct buf *error)
{
    struct stat status;
    if (stat(model, &status) != 0) {
        return fail_errno(error, model);
    }
    mode_t mode = status.st_mode & 0777;
    if (!file_write(AT_FDCWD, path, bytes, mode) ||
        (geteuid() == 0 && lchown(path, status.st_uid, status.st_gid) != 0) ||
        chmod(path, mode) != 0) {
        (void)fail_errno(error, path);
        (void)unlink(path);
        return false;
    }
    return true;
}

static bool rename_to(const char *from, const char *to, struct buf *error)
{
    return rename(from, to) == 0 || fail_errno(error, to);
}

/* The new certificate is there before its key is in its place, and until both are. */
static bool replace_at(const struct paths *paths, const struct certificate *certificate,
                       bool with_key, struct buf *error)
{
    const char *const *path = paths->items;
    struct pem pem;
    bool ok = pem_init(&pem, certificate, error) &&
              write_like(path[NEW_CRT], path[CRT], certificate_bio_bytes(pem.crt), error);
    if (ok && with_key) {
        ok = write_like(path[NEW_KEY], path[KEY], certificate_bio_bytes(pem.key), error) &&
             rename_to(path[NEW_KEY], path[KEY], error);
        if (!ok) {
            (void)unlink(path[NEW_KEY]);
        }
    }
    if (ok) {
        ok = rename_to(path[NEW_CRT], path[CRT], error);
    } else {
        (void)unlink(path[NEW_CRT]);
    }
    pem_release(&pem);
    return ok;
}

/* The names that `old` has and `names` has not, after all of `names`. */
static void add_old_names(struct arena *arena, const X509 *old, const slice *names, size_t count,
                          slice **all, size_t *all_count)
{
    struct {
        slice *items;
        size_t count, capacity;
    } list = { 0 };
    struct buf shown;
    struct buf form;
    slice name;
    for (size_t i = 0; i < count; i++) {
        *ARRAY_ADD(arena, &list) = names[i];
    }
    buf_init(&shown, LIMIT_PEM_FILE);
    buf_init(&form, HOST_BYTES);
    certificate_put_names(old, &shown);
    slice rest = buf_slice(&shown);
    while (slice_next_piece(&rest, ',', &name)) {
        bool again = false;
        buf_clear(&form);
        if (!host_normalise(slice_trim(name), true, &form, NULL)) {
            continue; /* from elsewhere, and of no use to a capsule */
        }
        for (size_t i = 0; i < list.count; i++) {
            again = again || slice_equal(list.items[i], buf_slice(&form));
        }
        if (!again) {
            *ARRAY_ADD(arena, &list) = arena_copy(arena, buf_slice(&form));
        }
    }
    buf_release(&form);
    buf_release(&shown);
    *all = list.items;
    *all_count = list.count;
}

static bool is_self_signed(const X509 *certificate)
{
    return X509_NAME_cmp(X509_get_subject_name(certificate), X509_get_issuer_name(certificate)) ==
           0;
}

static bool renew_at(struct paths *paths, const slice *names, size_t count, bool keep_key,
                     struct buf *error)
{
    struct certificate old;
    struct certificate made;
    slice *all = NULL;
    size_t all_count = 0;
    if (!load_at(paths, keep_key, &old, error)) {
        return false;
    }
    if (!is_self_signed(old.leaf)) {
        buf_printf(error, "%s was signed by somebody else, and is to be renewed there",
                   paths->items[CRT]);
        certificate_release(&old);
        return false;
    }
    add_old_names(&paths->arena, old.leaf, names, count, &all, &all_count);
    bool ok = self_signed_new(all, all_count, old.key, &made, error);
    certificate_release(&old);
    if (ok) {
        ok = replace_at(paths, &made, !keep_key, error);
        certificate_release(&made);
    }
    return ok;
}

bool certificate_renew(const char *folder, const slice *names, size_t name_count, bool keep_key,
                       struct buf *error)
{
    struct paths paths;
    if (name_count == 0) {
        buf_puts(error, "a certificate needs a host name");
        return false;
    }
    paths_init(&paths, folder, names[0]);
    bool ok = renew_at(&paths, names, name_count, keep_key, error);
    paths_release(&paths);
    return ok;
}
