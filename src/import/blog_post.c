#include "import/blog_post.h"

#include "base/limits.h"
#include "import/address.h"
#include "import/comments.h"
#include "import/emit.h"
#include "import/entry_post.h"
#include "import/old_path.h"
#include "import/plain_page.h"
#include "import/post_images.h"
#include "import/shape.h"
#include "import/typed_html.h"
#include "text/date.h"
#include "text/gemtext.h"
#include "text/slug.h"
#include "text/uri.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

/* A post on its way into the capsule. */
struct making {
    struct blog *blog;
    struct blog_item *item;
    const struct feed *feed;
    struct arena *arena;
    struct entry entry;
    struct post post;
    struct report report;
    const struct report *shown; /* that of the file which is being told of */
    slice comments_file;        /* empty when there are none */
    size_t comments;
};

static void tell(const struct making *making, enum outcome_kind kind, slice file,
                 enum write_plan plan, slice failure)
{
    const struct blog_options *options = making->blog->options;
    const struct outcome outcome = {
        .kind = kind,
        .input = options->input,
        .line = making->entry.line,
        .title = making->post.title,
        .url = making->entry.url,
        .file = file,
        .plan = plan,
        .failure = failure,
        .draft = blog_item_is_draft(making->item),
        .comments = kind == OUTCOME_COMMENTS ? making->comments : 0,
        .report = making->shown,
    };
    options->tell(options->context, &outcome);
}

/* --- reading ---------------------------------------------------------------------------------- */

/* Where the blog is may have been said at an earlier import. */
static void complete_address(struct making *making)
{
    struct entry *entry = &making->entry;
    slice known = making->item->address;
    if (making->blog->options->address.len > 0) {
        entry->url = blog_entry_url(making->blog, making->arena, entry);
    } else if (entry->url.len == 0 && entry->path.len > 0 && address_has_host(known)) {
        slice host = slice_head(known, slice_find_byte(known, '/'));
        entry->url = arena_printf(making->arena, "https://%.*s%.*s", SLICE_ARG(host),
                                  SLICE_ARG(entry->path));
    }
}

static bool read_post(struct making *making)
{
    struct blog *blog = making->blog;
    if (!entry_store_get(&blog->store, &making->item->place, making->arena, &making->entry)) {
        diags_add_line(blog->diags, DIAG_ERROR, blog->options->input, making->item->line,
                       "an entry that was put aside cannot be read: %s", strerror(errno));
        return false;
    }
    complete_address(making);
    if (making->feed->kind == FEED_WORDPRESS && making->entry.content_is_html) {
        making->entry.content = typed_html(making->arena, making->entry.content);
    }
    report_init(&making->report, making->arena);
    making->shown = &making->report;
    return entry_to_post(making->arena, &making->entry, blog->options->input, &making->post,
                         &making->report, blog->diags);
}

/* Pictures that can be had are shown from the capsule. */
static void store_images(struct making *making)
{
    const struct blog_options *options = making->blog->options;
    const struct post_images images = {
        .images = options->images,
        .input = options->input,
        .name = making->item->name,
        .tell = options->tell,
        .context = options->context,
    };
    post_images_store(&images, &making->post, &making->report);
}

/* --- comments --------------------------------------------------------------------------------- */

/* The id under which the comments of a post are remembered. */
static slice comments_id(const struct making *making)
{
    return arena_printf(making->arena, "%.*s#comments", SLICE_ARG(making->item->id));
}

/* Where the comments are, and how many: those of this run, else those of an earlier one, as a feed
 * of posts comes without any. */
static void find_comments(struct making *making)
{
    struct blog_item *item = making->item;
    const struct import_entry *known =
        memory_find(&making->blog->target->memory, comments_id(making));
    unsigned long count = 0;
    if (known != NULL) {
        making->comments_file = known->file;
        making->comments = slice_to_number(known->updated, ULONG_MAX, &count) ? count : 0;
    }
    if (item->comments > 0 && !blog_item_is_draft(making->item)) {
        making->comments = item->comments;
    }
    if (making->comments > 0 && known == NULL) {
        static const slice folder = SLICE_INIT("static/comments/");
        slice wish = arena_printf(making->arena, "%s%.*s", item->kind == ENTRY_PAGE ? "page-" : "",
                                  SLICE_ARG(item->name));
        slice name = target_choose_name(making->blog->target, making->arena, folder,
                                        comments_id(making), wish, item->day);
        making->comments_file =
            arena_printf(making->arena, "%.*s%.*s.gmi", SLICE_ARG(folder), SLICE_ARG(name));
    }
}

/* What the link to them is called. */
static slice comments_label(const struct making *making)
{
    return arena_printf(making->arena, "%zu comment%s", making->comments,
                        making->comments == 1 ? "" : "s");
}

/* A page has no header that could name its comments. */
static void put_comments_link(const struct making *making, struct buf *out)
{
    struct buf url;
    static const slice root = SLICE_INIT("static");
    if (making->comments == 0) {
        return;
    }
    buf_init(&url, 3 * making->comments_file.len + 1);
    uri_put_path(&url, slice_from(making->comments_file, root.len));
    gemtext_blank(out);
    gemtext_link(out, buf_slice(&url), comments_label(making));
    buf_release(&url);
}

/* --- what the header says --------------------------------------------------------------------- */

static void set(struct facts *facts, enum post_fact fact, slice value)
{
    if (value.len > 0 && value.len <= LIMIT_TITLE) {
        (void)facts_set(facts, fact, value);
    }
}

/* Changed on a later day: what is put right within the first hours is no news. */
static bool is_changed_later(slice published, slice updated)
{
    int64_t first = 0;
    int64_t last = 0;
    return date_parse_moment(published, &first) && date_parse_moment(updated, &last) &&
           last > first && date_compare(date_of(first), date_of(last)) != 0;
}

/* True when the old path of the post can lead to it; else a note says why not. */
static bool has_old_path(struct making *making)
{
    slice path = making->entry.path;
    const slice *owner =
        slice_map_get(&making->blog->old_paths, address_path(making->item->address));
    const char *problem = NULL;
    if (path.len == 0) {
        return false;
    }
    if (owner != NULL && !slice_equal(*owner, making->item->id)) {
        report_note(&making->report, 0, "the old address %.*s leads to another post",
                    SLICE_ARG(path));
        return false;
    }
    problem = old_path_problem(making->blog->target, path);
    if (problem != NULL) {
        report_note(&making->report, 0, "the old address %.*s does not lead here: %s",
                    SLICE_ARG(path), problem);
    }
    return problem == NULL;
}

static void set_alias(struct making *making, struct facts *facts)
{
    struct buf path;
    if (!has_old_path(making)) {
        return;
    }
    buf_init(&path, 3 * making->entry.path.len + 1);
    uri_put_written(&path, making->entry.path);
    if (path.len <= LIMIT_TITLE) {
        (void)facts_add(facts, FACT_ALIASES, arena_copy(making->arena, buf_slice(&path)));
    } else {
        report_note(&making->report, 0, "the old address is too long for a header: %.*s",
                    SLICE_ARG(making->entry.path));
    }
    buf_release(&path);
}

static void set_facts(struct making *making, struct facts *facts)
{
    const struct entry *entry = &making->entry;
    slice author = entry_words(making->arena, entry->author, false);
    slice published = making->post.published;
    set(facts, FACT_ID, making->item->id);
    if (published.len == 0 && !blog_item_is_draft(making->item)) {
        published = making->item->day;
        report_note(&making->report, 0, "Published: %.*s; the feed does not say when it was",
                    SLICE_ARG(published));
    }
    set(facts, FACT_PUBLISHED, published);
    if (is_changed_later(published, entry->updated)) {
        set(facts, FACT_UPDATED, entry_whole_seconds(making->arena, entry->updated));
    }
    if (!slice_equal(author, making->blog->target->author) &&
        !slice_equal(author, SLICE("Unknown"))) {
        set(facts, FACT_AUTHOR, author);
    }
    if (blog_item_is_draft(making->item)) {
        set(facts, FACT_DRAFT, SLICE("yes"));
    }
    set_alias(making, facts);
    if (making->comments > 0) {
        static const slice root = SLICE_INIT("static/");
        slice label = comments_label(making);
        set(facts, FACT_COMMENTS,
            arena_printf(making->arena, "%.*s | %.*s",
                         SLICE_ARG(slice_from(making->comments_file, root.len)), SLICE_ARG(label)));
    }
}

/* --- writing ---------------------------------------------------------------------------------- */

static bool place(struct making *making, enum outcome_kind kind, slice id, slice file,
                  const struct buf *text)
{
    struct blog *blog = making->blog;
    struct placed placed;
    bool is_post = kind != OUTCOME_COMMENTS;
    slice count = arena_printf(making->arena, "%zu", making->comments);
    const struct import_entry entry = {
        .id = id,
        .file = file,
        .published = making->item->undated && !blog_item_is_draft(making->item)
                         ? making->item->day
                         : making->post.published,
        .origin = is_post ? making->item->origin : SLICE_EMPTY,
        .address = is_post ? making->item->address : SLICE_EMPTY,
        .updated = is_post ? making->item->updated : count,
    };
    if (!target_place(blog->target, making->arena, &entry, buf_slice(text), &placed, blog->diags)) {
        tell(making, kind, file, WRITE_NEW, SLICE("it could not be written"));
        return false;
    }
    tell(making, kind, file, placed.plan, SLICE_EMPTY);
    return true;
}

static bool too_large(struct making *making, enum outcome_kind kind, slice file)
{
    diags_add_line(making->blog->diags, DIAG_ERROR, making->blog->options->input,
                   making->entry.line, "too large for one file");
    tell(making, kind, file, WRITE_NEW, SLICE("too large for one file"));
    return false;
}

static bool write_review(struct making *making)
{
    struct blog_item *item = making->item;
    struct shape shape;
    struct buf text;
    shape_recognise(making->arena, &making->post, slug_make_never_empty(making->arena, item->name),
                    &shape, &making->report);
    set_facts(making, &shape.facts);
    buf_init(&text, (size_t)2 * LIMIT_SOURCE_FILE);
    bool ok = emit(&shape, &text, &making->report)
                  ? place(making, OUTCOME_REVIEW, item->id, item->file, &text)
                  : too_large(making, OUTCOME_REVIEW, item->file);
    buf_release(&text);
    return ok;
}

/* The old path of a page leads to it; for reviews there are Aliases. */
static bool redirect(struct making *making, slice to)
{
    bool is_new = false;
    if (!redirects_add(&making->blog->redirects, making->entry.path, to, &is_new,
                       making->blog->diags)) {
        return false;
    }
    const struct blog_options *options = making->blog->options;
    const struct outcome outcome = { .kind = OUTCOME_REDIRECT,
                                     .input = options->input,
                                     .line = making->entry.line,
                                     .title = making->post.title,
                                     .url = making->entry.path,
                                     .file = making->item->file,
                                     .plan = is_new ? WRITE_AGAIN : WRITE_NOT };
    options->tell(options->context, &outcome);
    return true;
}

static bool write_page(struct making *making)
{
    struct blog_item *item = making->item;
    struct buf text;
    slice path = arena_printf(making->arena, "/%.*s.gmi", SLICE_ARG(item->name));
    bool is_moved = !blog_item_is_draft(making->item) && !slice_equal(making->entry.path, path) &&
                    has_old_path(making);
    buf_init(&text, (size_t)2 * LIMIT_SOURCE_FILE);
    bool ok = plain_page_put(&making->post, &text, &making->report);
    put_comments_link(making, &text);
    ok = ok && !text.failed && text.len <= LIMIT_SOURCE_FILE
             ? place(making, OUTCOME_PAGE, item->id, item->file, &text)
             : too_large(making, OUTCOME_PAGE, item->file);
    buf_release(&text);
    return ok && (!is_moved || redirect(making, path));
}

/* --- the page of the comments ----------------------------------------------------------------- */

static const struct blog_comment *comment_at(const struct making *making, size_t index)
{
    return &making->blog->comments.items[making->item->first_comment + index];
}

static bool get_comment(const struct making *making, size_t index, struct arena *arena,
                        struct entry *entry)
{
    struct blog *blog = making->blog;
    if (entry_store_get(&blog->store, &comment_at(making, index)->place, arena, entry)) {
        return true;
    }
    diags_add_line(blog->diags, DIAG_ERROR, blog->options->input, making->entry.line,
                   "a comment that was put aside cannot be read: %s", strerror(errno));
    return false;
}

static bool load_comment(void *context, struct arena *arena, size_t index,
                         struct comment_text *text)
{
    struct entry entry;
    if (!get_comment(context, index, arena, &entry)) {
        return false;
    }
    *text = (struct comment_text){ entry.content, entry.content_is_html };
    return true;
}

static void relink_comment(void *context, struct arena *arena, struct post *post)
{
    const struct making *making = context;
    (void)blog_links_turn(&making->blog->links, arena, BLOG_LINKS_RELATIVE, post);
}

/* The comments of the post, all but their texts. */
static bool list_comments(const struct making *making, struct comment *list)
{
    bool ok = true;
    for (size_t i = 0; ok && i < making->item->comments; i++) {
        struct arena arena;
        struct entry entry;
        arena_init(&arena);
        ok = get_comment(making, i, &arena, &entry);
        if (ok) {
            list[i] = (struct comment){
                .id = arena_copy(making->arena, entry.id),
                .in_reply_to = arena_copy(making->arena, entry.in_reply_to),
                .author = arena_copy(making->arena, entry.author),
                .published = arena_copy(making->arena, entry.published),
                .url = arena_copy(making->arena, entry.url),
                .line = entry.line,
            };
        }
        arena_release(&arena);
    }
    return ok;
}

static bool write_comments(struct making *making)
{
    const struct blog_item *item = making->item;
    struct comment *list = arena_array(making->arena, item->comments + 1, sizeof *list);
    struct report report;
    struct buf text;
    if (item->comments == 0 || blog_item_is_draft(making->item)) {
        return true;
    }
    slice title = making->post.title.len > 0 ? making->post.title : item->name;
    const struct comments comments = {
        .path = making->blog->options->input,
        .post = item->origin,
        .title = title,
        .link = item->kind == ENTRY_PAGE
                    ? arena_printf(making->arena, "../%.*s.gmi", SLICE_ARG(item->name))
                    : arena_printf(making->arena, "../reviews/%.*s/", SLICE_ARG(item->name)),
        .items = list,
        .count = item->comments,
        .load = load_comment,
        .relink = relink_comment,
        .context = making,
    };
    report_init(&report, making->arena);
    making->shown = &report;
    buf_init(&text, LIMIT_PAGE);
    bool ok = list_comments(making, list);
    if (ok && comments_put(&comments, &text, &report, making->blog->diags)) {
        ok = place(making, OUTCOME_COMMENTS, comments_id(making), making->comments_file, &text);
    } else if (ok) {
        ok = too_large(making, OUTCOME_COMMENTS, making->comments_file);
    }
    making->shown = &making->report;
    buf_release(&text);
    return ok;
}

/* --- both ------------------------------------------------------------------------------------- */

bool blog_post_write(struct blog *blog, struct blog_item *item, const struct feed *feed)
{
    struct arena arena;
    struct making making = { .blog = blog, .item = item, .feed = feed, .arena = &arena };
    arena_init(&arena);
    bool ok = read_post(&making);
    if (ok) {
        (void)blog_links_turn(&blog->links, &arena, BLOG_LINKS_BY_NAME, &making.post);
        store_images(&making);
        find_comments(&making);
        ok = write_comments(&making);
        if (!ok && !target_has(blog->target, making.comments_file)) {
            making.comments = 0;
        }
        ok = (item->kind == ENTRY_PAGE ? write_page(&making) : write_review(&making)) && ok;
    } else {
        tell(&making, item->kind == ENTRY_PAGE ? OUTCOME_PAGE : OUTCOME_REVIEW, item->file,
             WRITE_NEW, SLICE("it cannot be read"));
    }
    arena_release(&arena);
    return ok;
}
