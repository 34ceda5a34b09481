#include "import/redirects.h"

#include "base/file.h"
#include "base/limits.h"
#include "text/header.h"
#include "text/uri.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

static const char conf_path[] = "capsule.conf";

void redirects_init(struct redirects *redirects, struct arena *arena, int fd, const char *path)
{
    *redirects = (struct redirects){ .arena = arena, .capsule = path, .fd = fd };
    slice_map_init(&redirects->known, arena);
    buf_init(&redirects->added, LIMIT_SOURCE_FILE);
}

void redirects_release(struct redirects *redirects)
{
    slice_map_release(&redirects->known);
    buf_release(&redirects->added);
}

static bool fail(const struct redirects *redirects, const char *reason, struct diags *diags)
{
    slice path = arena_printf(redirects->arena, "%s/%s", redirects->capsule, conf_path);
    diags_add_line(diags, DIAG_ERROR, path, 0, "%s", reason);
    return false;
}

/* The path as capsule.conf has it: a star stands for itself, a comma divides no list. */
static void put_path(struct buf *out, slice path)
{
    for (size_t i = 0; i < path.len; i++) {
        if (path.ptr[i] == '*' || path.ptr[i] == ',') {
            buf_printf(out, "%%%02X", (unsigned)(unsigned char)path.ptr[i]);
        } else {
            uri_put_written(out, (slice){ path.ptr + i, 1 });
        }
    }
}

/* Remember the paths that a field of capsule.conf speaks of. */
static void take_field(struct redirects *redirects, const struct header_field *field)
{
    bool is_list = slice_equal_nocase(field->key, SLICE("Gone"));
    bool is_redirect = slice_equal_nocase(field->key, SLICE("Redirect")) ||
                       slice_equal_nocase(field->key, SLICE("Redirect-Temporary"));
    slice rest = field->value;
    slice path;
    while ((is_list || is_redirect) && slice_next_piece(&rest, is_list ? ',' : ' ', &path)) {
        redirects->count += slice_map_claim(&redirects->known, slice_trim(path), redirects);
        rest = is_list ? rest : SLICE_EMPTY;
    }
}

static bool load(struct redirects *redirects, struct diags *diags)
{
    struct diags ignored;
    struct header_reader reader;
    struct header_field field;
    struct source source = { SLICE_EMPTY, SLICE_EMPTY };
    if (redirects->loaded) {
        return true;
    }
    if (!file_read(redirects->arena, redirects->fd, conf_path, LIMIT_SOURCE_FILE, &source.text)) {
        return fail(redirects, strerror(errno), diags);
    }
    diags_init(&ignored);
    header_begin(&reader, &source, &ignored);
    reader.comments_allowed = true;
    while (header_next(&reader, &field)) {
        take_field(redirects, &field);
    }
    diags_release(&ignored);
    redirects->loaded = true;
    return true;
}

bool redirects_add(struct redirects *redirects, slice from, slice to, bool *is_new,
                   struct diags *diags)
{
    struct buf path;
    if (!load(redirects, diags)) {
        return false;
    }
    buf_init(&path, 3 * from.len + 1);
    put_path(&path, from);
    *is_new = slice_map_get(&redirects->known, buf_slice(&path)) == NULL;
    bool fits = redirects->count < LIMIT_CONF_PATHS;
    if (*is_new && fits) {
        (void)slice_map_claim(&redirects->known, arena_copy(redirects->arena, buf_slice(&path)),
                              redirects);
        redirects->count++;
        buf_puts(&redirects->added, "Redirect: ");
        buf_put(&redirects->added, buf_slice(&path));
        buf_putc(&redirects->added, ' ');
        put_path(&redirects->added, to);
        buf_putc(&redirects->added, '\n');
    }
    buf_release(&path);
    return !*is_new || fits || fail(redirects, "it may not have more redirects", diags);
}

/* A link to a capsule.conf that is somewhere else stays one. */
static bool write_conf(struct redirects *redirects, slice text)
{
    struct stat status;
    if (fstatat(redirects->fd, conf_path, &status, AT_SYMLINK_NOFOLLOW) != 0 ||
        !S_ISLNK(status.st_mode)) {
        return file_write(redirects->fd, conf_path, text, 0);
    }
    slice path = arena_printf(redirects->arena, "%s/%s", redirects->capsule, conf_path);
    char *real = realpath(path.ptr, NULL);
    bool ok = real != NULL && file_write(AT_FDCWD, real, text, 0);
    int reason = errno;
    free(real);
    errno = reason;
    return ok;
}

bool redirects_write(struct redirects *redirects, struct diags *diags)
{
    struct buf text;
    slice conf;
    if (redirects->added.len == 0) {
        return true;
    }
    if (!file_read(redirects->arena, redirects->fd, conf_path, LIMIT_SOURCE_FILE, &conf)) {
        return fail(redirects, strerror(errno), diags);
    }
    buf_init(&text, LIMIT_SOURCE_FILE);
    buf_put(&text, conf);
    if (conf.len > 0 && conf.ptr[conf.len - 1] != '\n') {
        buf_putc(&text, '\n');
    }
    buf_put(&text, buf_slice(&redirects->added));
    bool whole = !text.failed && !redirects->added.failed;
    bool ok = whole && write_conf(redirects, buf_slice(&text));
    buf_release(&text);
    buf_clear(&redirects->added);
    return ok || fail(redirects, whole ? strerror(errno) : "too large", diags);
}
