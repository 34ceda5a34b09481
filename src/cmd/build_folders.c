#include "cmd/build_folders.h"

#include "base/limits.h"

struct folders {
    const struct export_site *site;
    struct tree *tree;
    struct buf contents; /* of the file for each */
    struct buf name;     /* scratch: of a page's file */
    struct buf file;     /* scratch: of the file of a folder */
    struct buf last;     /* the folder that was looked at last; those above it were as well */
};

/* Without its last part, and the slash before that. */
static slice folder_of(slice path)
{
    size_t end = path.len;
    while (end > 0 && path.ptr[end - 1] != '/') {
        end--;
    }
    return slice_head(path, end > 0 ? end - 1 : 0);
}

static bool was_looked_at(const struct folders *folders, slice folder)
{
    slice last = buf_slice(&folders->last);
    return slice_starts_with(last, folder) &&
           (last.len == folder.len || last.ptr[folder.len] == '/');
}

/* The folder `path`, and those above it. */
static bool put_files(struct folders *folders, slice path)
{
    bool ok = true;
    for (slice at = path; at.len > 0 && ok && !was_looked_at(folders, at); at = folder_of(at)) {
        buf_clear(&folders->file);
        buf_printf(&folders->file, "%.*s/%s", SLICE_ARG(at), folders->site->format->index);
        slice file = buf_slice(&folders->file);
        ok = !tree_has(folders->tree, at) || tree_has(folders->tree, file) ||
             tree_put(folders->tree, file, buf_slice(&folders->contents));
    }
    buf_clear(&folders->last);
    buf_put(&folders->last, path);
    return ok;
}

static bool take_page(void *context, const struct page *page)
{
    struct folders *folders = context;
    buf_clear(&folders->name);
    folders->site->format->put_name(page, &folders->name);
    slice name = buf_slice(&folders->name);
    return !tree_takes_name(name) || put_files(folders, folder_of(name));
}

bool build_folders(const struct export_site *site, struct tree *tree)
{
    struct folders folders = { .site = site, .tree = tree };
    if (site->format->write_folder == NULL) {
        return true;
    }
    buf_init(&folders.contents, LIMIT_PAGE);
    buf_init(&folders.name, LIMIT_PAGE);
    buf_init(&folders.file, LIMIT_PAGE);
    buf_init(&folders.last, LIMIT_PAGE);
    site->format->write_folder(site, &folders.contents);
    bool ok = sitemap_walk(site->context->capsule, take_page, &folders);
    buf_release(&folders.contents);
    buf_release(&folders.name);
    buf_release(&folders.file);
    buf_release(&folders.last);
    return ok;
}
