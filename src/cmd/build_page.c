#include "cmd/build_page.h"

#include "base/file.h"
#include "base/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

void build_page_begin(struct build_page *build)
{
    buf_init(&build->gemtext, LIMIT_PAGE);
    buf_init(&build->name, LIMIT_PAGE);
    buf_init(&build->file, LIMIT_EXPORTED_PAGE);
}

void build_page_end(struct build_page *build)
{
    buf_release(&build->gemtext);
    buf_release(&build->name);
    buf_release(&build->file);
}

bool build_page_is_closed(const struct build_page *build, const struct page *page)
{
    return page_area(build->open->capsule, page) != NULL;
}

bool build_page_is_in_static(const struct build_page *build, const struct page *page, slice name)
{
    const struct capsule *capsule = build->open->capsule;
    const struct page other = { .kind = PAGE_STATIC, .file = capsule_find_static(capsule, name) };
    return other.file != NULL && other.file != page->file &&
           page_is_for(build->site->context, &other);
}

/* What has no file is no reason to build nothing, but its author wants to know. */
static void say_left_out(struct build_page *build, slice name, const char *why)
{
    struct arena arena;
    arena_init(&arena);
    progress_say(build->progress,
                 arena_printf(&arena, "the page /%.*s is left out: %s", SLICE_ARG(name), why));
    arena_release(&arena);
}

static slice path_in_static(const struct build_page *build, struct arena *arena, slice name)
{
    return arena_printf(arena, "%s/static/%.*s", build->open->folder, SLICE_ARG(name));
}

static bool copy_static(struct build_page *build, slice name)
{
    struct arena arena;
    arena_init(&arena);
    bool ok = tree_copy(build->tree, name, path_in_static(build, &arena, name).ptr);
    arena_release(&arena);
    return ok;
}

/* Gemtext that is no page of ours: build->gemtext gets what is in the file. */
static bool read_static(struct build_page *build, const struct static_file *file)
{
    struct arena arena;
    slice text;
    arena_init(&arena);
    slice path = path_in_static(build, &arena, file->path);
    bool ok = file_read(&arena, AT_FDCWD, path.ptr, LIMIT_SOURCE_FILE, &text);
    if (ok) {
        buf_put(&build->gemtext, text);
    } else {
        buf_printf(&build->tree->error, "%s: %s", path.ptr, strerror(errno));
    }
    arena_release(&arena);
    return ok;
}

/* The page that stands for an old address. Where that is a folder by now, static servers show its
 * index. */
static bool put_alias(struct build_page *build, slice contents)
{
    size_t length = build->name.len;
    bool ok = tree_put(build->tree, buf_slice(&build->name), contents);
    if (!ok && build->tree->name_taken) {
        buf_printf(&build->name, "/%s", build->site->format->index);
        ok = tree_put(build->tree, buf_slice(&build->name), contents);
    }
    if (!ok && build->tree->name_taken) {
        say_left_out(build, slice_head(buf_slice(&build->name), length),
                     "its name is taken in a tree of files");
        buf_clear(&build->tree->error);
        return true;
    }
    return ok;
}

/* In another form a page may have the name of a file in static/, which its author wants there. */
static bool has_no_place(struct build_page *build, const struct page *page, slice name)
{
    const char *why = !tree_takes_name(name) ? "no file can have this name"
                      : build_page_is_in_static(build, page, name)
                          ? "static/ has a file of this name"
                          : NULL;
    if (why != NULL) {
        say_left_out(build, name, why);
    }
    return why != NULL;
}

/* The page in the format of the tree. */
static const struct buf *convert(struct build_page *build, const struct page *page, slice lang)
{
    const struct export_page exported = { build->site, page, buf_slice(&build->name), lang };
    if (build->gemtext.failed) {
        return &build->gemtext;
    }
    buf_clear(&build->file);
    build->site->format->write(&exported, buf_slice(&build->gemtext), &build->file);
    return &build->file;
}

bool build_page_put(struct build_page *build, const struct page *page,
                    const struct page_answer *made)
{
    bool is_static = page->kind == PAGE_STATIC;
    bool converts = export_converts(build->site, made->media_type);
    buf_clear(&build->name);
    build->site->format->put_name(page, &build->name);
    slice name = buf_slice(&build->name);
    if (has_no_place(build, page, name)) {
        return true;
    }
    if (is_static && !converts) {
        return copy_static(build, name);
    }
    if (is_static && !read_static(build, page->file)) {
        return false;
    }
    const struct buf *bytes = converts ? convert(build, page, made->lang) : &build->gemtext;
    if (bytes->failed) {
        buf_printf(&build->tree->error, "%.*s: the page is too large", SLICE_ARG(name));
        return false;
    }
    return page->kind == PAGE_ALIAS || page->kind == PAGE_RULE
               ? put_alias(build, buf_slice(bytes))
               : tree_put(build->tree, name, buf_slice(bytes));
}
