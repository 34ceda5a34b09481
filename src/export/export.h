/* export.h: the pages of a capsule in another form than gemtext. Layer: export (includes base/,
 * text/, gemini/, model/, pages/).
 *
 * What is on a page is decided in pages/ alone, which know one form, gemtext. A format takes the
 * bytes of a rendered page and writes what they say in its own; it also says what the file of a
 * page is called, from which all links follow. Nothing here reads a file but what it is given. */
#ifndef MATINEE_EXPORT_EXPORT_H
#define MATINEE_EXPORT_EXPORT_H

#include "base/attributes.h"
#include "base/buf.h"
#include "base/slice.h"
#include "pages/sitemap.h"

struct export_format;

/** How large an image is, in pixels. False when that is not known. */
typedef bool export_image_size(void *from, const struct static_file *file, unsigned *width,
                               unsigned *height);

/** The tree that is written. Pages are rendered with a context that has no base. */
struct export_site {
    const struct export_format *format;
    const struct page_context *context; /* of the pages, see export_begin */
    slice origin; /* where the tree will be, as `https://example.org`; empty: nobody has said */
    slice base;   /* the path before all others there, or nothing: `/~kim` */
    struct page_space space;       /* the same for pages that write absolute addresses */
    export_image_size *image_size; /* may be NULL */
    void *image_from;              /* its first argument */
};

/** One page of it. */
struct export_page {
    const struct export_site *site;
    const struct page *page;
    slice name; /* of its file, see put_name */
    slice lang; /* of its text; may be empty */
};

/** A file that a format brings along, such as a style sheet. One of static/ goes before it. */
struct export_file {
    const char *name;
    const char *contents;
};

struct export_format {
    const char *name;       /* of --format */
    const char *index;      /* the file of the page that a folder has */
    const char *media_type; /* of what is written; NULL: of several */
    /** Schemes of the address that --base may give, as a list that NULL ends. */
    const char *const *schemes;
    /** Append the name of the file that has `page`, decoded, without a first slash; made from what
     * page_put_file_name says. A page of static/ that is gemtext is written in the format, too. */
    void (*put_name)(const struct page *page, struct buf *out);
    /** Append what stands between origin and base in the address of `page`, such as the type of an
     * item of gopher; NULL: nothing does. */
    void (*put_type)(const struct page *page, struct buf *out);
    /** Append what stands behind origin and base in the address of `page`: a path, from its first
     * slash on, percent-encoded. */
    void (*put_path)(const struct page *page, struct buf *out);
    /** Append `page`, whose gemtext is `text`: rendered, or an author's, who may have written
     * anything, even what is no UTF-8. NULL: gemtext it stays. */
    void (*write)(const struct export_page *page, slice text, struct buf *out);
    /** The same for a text inside of something else; see page_space. */
    void (*put_html)(const struct page_space *space, const struct page *page, slice text,
                     struct buf *out);
    const struct export_file *files;
    size_t file_count;
    /** Append the index of a folder that has no page. NULL: such a folder has none. */
    void (*write_folder)(const struct export_site *site, struct buf *out);
};

/** Pages as they are: the format of `matinee build` when nobody asks for another one. */
extern const struct export_format export_gemini;
extern const struct export_format export_html;
extern const struct export_format export_gopher;

/** The format of that name, or NULL. */
const struct export_format *export_find(slice name);
/** The names of all of them, with `, ` between. */
void export_put_names(struct buf *out);

/** Fill in `site` for a tree at `origin` and `base`, and `context`, that pages are rendered with:
 * copied from `from`. All of it is borrowed by `site`, and neither of the two may move afterwards.
 */
void export_begin(struct export_site *site, const struct export_format *format,
                  const struct page_context *from, slice origin, slice base,
                  struct page_context *context);

/** True when the format has the bytes of the file for `page`, and not page_render: `media_type` is
 * what that answered. */
bool export_converts(const struct export_site *site, slice media_type);

#endif
