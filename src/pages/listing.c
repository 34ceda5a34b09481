/* listing.c: what is in a folder of static/. */

#include "pages/link.h"
#include "pages/render.h"
#include "text/gemtext.h"

/* Goes through what a folder itself holds: files, and folders as a whole. */
struct entries {
    const struct page_context *context;
    const struct static_folder *folder;
    size_t next; /* among capsule.statics */
};

/* The next entry that is shown, as the page it has; false at the end. */
static bool next_entry(struct entries *entries, struct page *page, slice *name)
{
    const struct capsule *capsule = entries->context->capsule;
    while (entries->next < entries->folder->end) {
        const struct static_file *file = &capsule->statics[entries->next++];
        *name = slice_from(file->path, entries->folder->path.len);
        size_t slash = slice_find_byte(*name, '/');
        *page = (struct page){ .kind = PAGE_STATIC, .file = file };
        if (slash < name->len) {
            size_t length = entries->folder->path.len + slash + 1;
            *name = slice_head(*name, slash + 1);
            *page = (struct page){ .kind = PAGE_LISTING,
                                   .folder = capsule_find_folder(capsule,
                                                                 slice_head(file->path, length)) };
            entries->next = page->folder->end;
        }
        if (page_is_for(entries->context, page)) {
            return true;
        }
    }
    return false;
}

static void put_file(const struct page_context *context, const struct page *page, slice name,
                     struct buf *out)
{
    link_begin(context, page, out);
    gemtext_put(out, name);
    buf_puts(out, " (");
    put_size(out, page->file->size);
    buf_puts(out, ", ");
    date_put(out, page->file->modified);
    buf_putc(out, ')');
    gemtext_end(out, GEMTEXT_LINK);
}

/* The entries of one kind; returns how many. */
static size_t put_entries(const struct page_context *context, const struct page *page,
                          enum page_kind kind, struct buf *out)
{
    struct entries entries = { context, page->folder, page->folder->first };
    struct page entry;
    slice name;
    size_t count = 0;
    while (next_entry(&entries, &entry, &name)) {
        if (entry.kind != kind) {
            continue;
        }
        if (kind == PAGE_STATIC) {
            put_file(context, &entry, name, out);
        } else {
            link_page(context, &entry, name, out);
        }
        count++;
    }
    return count;
}

static void link_folder_above(const struct page_context *context, const struct page *page,
                              struct buf *out)
{
    slice path = page->folder->path;
    do {
        path.len--;
    } while (path.len > 0 && path.ptr[path.len - 1] != '/');
    const struct page above = { .kind = PAGE_LISTING,
                                .folder = capsule_find_folder(context->capsule, path) };
    if (above.folder != NULL && page_is_for(context, &above)) {
        link_labelled(context, &above, "Up: /", path, out);
    }
}

void render_listing(const struct page_context *context, const struct page *page, struct buf *out)
{
    gemtext_begin(out, GEMTEXT_HEADING, 1);
    buf_puts(out, "Files in /");
    gemtext_put(out, page->folder->path);
    gemtext_end(out, GEMTEXT_HEADING);
    gemtext_blank(out);
    if (put_entries(context, page, PAGE_LISTING, out) +
            put_entries(context, page, PAGE_STATIC, out) ==
        0) {
        gemtext_text(out, SLICE("There is nothing here."));
    }
    gemtext_blank(out);
    link_folder_above(context, page, out);
    link_home(context, out);
}
