#include "mirror/mirror.h"

#include "base/limits.h"
#include "base/slice_map.h"
#include "import/blog.h"
#include "import/feed_json.h"
#include "import/images.h"
#include "mirror/find_feed.h"
#include "mirror/series.h"
#include "mirror/short_entry.h"
#include "mirror/web_images.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

struct run {
    struct target *target;
    const struct mirror_options *options;
    struct diags *diags;
    struct arena arena;
    struct mirror_state state;
    struct series series[MIRROR_FEEDS];
    struct series *reading;
    struct blog blog;
    struct images images;
    struct slice_map comments; /* how many a post has, under its number */
    bool incomplete;           /* something could not be had now */
};

/* --- asking ------------------------------------------------------------------------------------
 */

static void complain(struct run *run, enum diag_level level, slice url, slice problem)
{
    diags_add_line(run->diags, level, url, 0, "%.*s", SLICE_ARG(problem));
}

static bool is_stopped(const struct run *run)
{
    return run->options->stop != NULL && *run->options->stop != 0;
}

/* A feed beside that of the posts is left out of this run: what it gave earlier stays. */
static enum fetch_result leave_out(struct run *run, struct series *series, enum diag_level level,
                                   slice url, slice problem)
{
    complain(run, level, url, problem);
    run->incomplete = run->incomplete || level == DIAG_ERROR;
    series->fetched = false;
    series_set(series, SLICE_EMPTY);
    return FETCH_SAME;
}

/* Fetch the first page of a feed. Feeds of comments and pages need not be there. */
static enum fetch_result begin_series(struct run *run, struct series *series,
                                      const struct mirror_mark *known)
{
    slice problem;
    slice url = series_first_page(series);
    enum fetch_result result = series_get(series, run->options->fetcher, url, known, &problem);
    enum import_format format = FORMAT_FEED;
    series->fetched = result == FETCH_DONE;
    if (series->fetched && series->which != MIRROR_POSTS) {
        format = series_format(series);
    }
    if (format != FORMAT_FEED && format != FORMAT_JSON) {
        return leave_out(run, series, DIAG_WARNING, url, SLICE("this is no feed"));
    }
    if (series->which != MIRROR_POSTS) {
        switch (result) {
        case FETCH_GONE:
            series_set(series, SLICE_EMPTY);
            return FETCH_SAME;
        case FETCH_NEVER:
            return leave_out(run, series, DIAG_WARNING, url, problem);
        case FETCH_LATER:
            return leave_out(run, series, DIAG_ERROR, url, problem);
        default:
            break;
        }
    }
    if (result != FETCH_DONE && result != FETCH_SAME) {
        complain(run, DIAG_ERROR, url, problem);
    }
    return result;
}

/* --- entries -----------------------------------------------------------------------------------
 */

/* Blogger's posts are known to their comments by their numbers. */
static size_t *count_for(struct run *run, slice id)
{
    slice key = slice_starts_with(id, SLICE("tag:blogger.com,")) ? entry_number(id) : id;
    size_t *count = slice_map_get(&run->comments, key);
    if (count == NULL) {
        count = arena_alloc(&run->arena, sizeof *count);
        slice_map_set(&run->comments, arena_copy(&run->arena, key), count);
    }
    return count;
}

static void count_entry(struct run *run, const struct entry *entry)
{
    if (series_count(run->reading, entry->id) && entry->kind == ENTRY_COMMENT &&
        entry->status == ENTRY_LIVE) {
        ++*count_for(run, entry->parent);
    }
}

/* Has the post as many comments as the last time? */
static bool same_comments(struct run *run, const struct entry *entry)
{
    const struct memory *memory = &run->target->memory;
    const struct import_entry *post = memory_find_origin(memory, entry->id);
    const struct import_entry *comments =
        post == NULL
            ? NULL
            : memory_find(memory, arena_printf(&run->arena, "%.*s#comments", SLICE_ARG(post->id)));
    unsigned long known = 0;
    if (run->series[MIRROR_COMMENTS].url.len == 0) {
        return true; /* nobody knows */
    }
    if (comments != NULL && !slice_to_number(comments->updated, ULONG_MAX, &known)) {
        known = 0;
    }
    return *count_for(run, entry->id) == known;
}

static bool begin_page(void *context)
{
    buf_clear(context);
    return true;
}

static bool take_page(void *context, slice bytes)
{
    struct buf *body = context;
    buf_put(body, bytes);
    return !body->failed;
}

/* Take the post from its own page. When that cannot be had for good, its summary has to do; when it
 * cannot be had now, the post is left as it is. */
static bool take_from_page(struct run *run, const struct entry *entry)
{
    struct arena arena;
    struct buf body;
    struct fetch_answer answer;
    struct entry whole = *entry;
    const struct fetch_request request = {
        .url = entry->url,
        .max = LIMIT_ENTRY_CONTENT,
        .begin = begin_page,
        .take = take_page,
        .context = &body,
    };
    arena_init(&arena);
    buf_init(&body, LIMIT_ENTRY_CONTENT);
    bool ok = true;
    enum fetch_result result = fetch(run->options->fetcher, &arena, &request, &answer);
    if (result == FETCH_DONE && import_format_of(buf_slice(&body)) == FORMAT_HTML) {
        whole.content = buf_slice(&body);
        whole.content_is_page = true;
        ok = blog_take(&run->blog, &whole);
    } else if (result == FETCH_DONE || result == FETCH_GONE || result == FETCH_NEVER) {
        complain(run, DIAG_WARNING, entry->url,
                 arena_printf(
                     &arena, "%.*s; the post has what is in the feed",
                     SLICE_ARG(result == FETCH_DONE ? SLICE("this is no page") : answer.problem)));
        ok = blog_take(&run->blog, &whole);
    } else {
        complain(run, DIAG_ERROR, entry->url, answer.problem);
        run->incomplete = true;
        if (memory_find_origin(&run->target->memory, entry->id) != NULL) {
            blog_keep(&run->blog, entry);
        }
    }
    buf_release(&body);
    arena_release(&arena);
    return ok;
}

/* An entry_visit. */
static bool on_entry(void *context, const struct entry *entry)
{
    struct run *run = context;
    struct series *series = run->reading;
    struct entry taken = *entry;
    bool wants_comments = series->which == MIRROR_COMMENTS;
    bool inside = entry->kind == ENTRY_COMMENT && run->series[MIRROR_COMMENTS].url.len == 0;
    if (is_stopped(run)) {
        return false;
    }
    count_entry(run, entry);
    if (wants_comments != (entry->kind == ENTRY_COMMENT) && !inside) {
        return true; /* it is no comment, or one of the feed that is read for them */
    }
    if (wants_comments || inside) {
        if (taken.content.len == 0) {
            taken.content = taken.summary;
            taken.content_is_html = taken.summary_is_html;
        }
        return blog_take(&run->blog, &taken);
    }
    if (series->which == MIRROR_PAGES) {
        taken.kind = ENTRY_PAGE;
    }
    if (!short_entry(entry, series->paging == PAGING_BLOGGER) || entry->url.len == 0) {
        return blog_take(&run->blog, &taken);
    }
    if (blog_is_current(&run->blog, &taken) && same_comments(run, &taken)) {
        blog_keep(&run->blog, &taken);
        return true;
    }
    return take_from_page(run, &taken);
}

/* --- one feed ----------------------------------------------------------------------------------
 */

/* Read the page in the spool. False when it is not whole. */
static bool read_page(struct run *run, struct series *series, slice url, struct feed *feed)
{
    const struct byte_stream stream = spool_stream(&series->spool, url);
    enum import_format format = series_format(series);
    size_t errors = run->diags->counts[DIAG_ERROR];
    series->fresh = 0;
    run->reading = series;
    bool ok = format == FORMAT_JSON
                  ? feed_json_read(&run->arena, &stream, feed, on_entry, run, run->diags)
                  : feed_read(&run->arena, &stream, feed, on_entry, run, run->diags);
    series_add(series, feed);
    run->options->on_feed(run->options->context, feed);
    /* An entry that was refused is an error, and not the end of the feed. */
    size_t found = run->diags->counts[DIAG_ERROR] - errors;
    if (!ok && feed->refused > 0 && found >= feed->refused) {
        run->incomplete = true;
        ok = true;
    }
    return ok && !run->blog.failed && !is_stopped(run);
}

/* Fetch the next page. `*end` when there is none after all: WordPress says so with 404, other sites
 * with the same address by a page for people. */
static bool go_to(struct run *run, struct series *series, slice url, bool *end)
{
    slice problem;
    enum fetch_result result = series_get(series, run->options->fetcher, url, NULL, &problem);
    *end = series->paging == PAGING_WORDPRESS &&
           (result == FETCH_GONE || (result == FETCH_DONE && series_format(series) == FORMAT_HTML));
    if (!*end && result != FETCH_DONE) {
        complain(run, DIAG_ERROR, url, problem);
        return false;
    }
    return true;
}

/* Read a feed whose first page is in its spool, and all its other pages. */
static bool read_series(struct run *run, struct series *series)
{
    slice url = series_first_page(series);
    const struct mirror_mark mark = series->mark; /* of the first page */
    bool end = false;
    for (unsigned long pages = 1; !end; pages++) {
        struct feed feed;
        if (!read_page(run, series, url, &feed)) {
            return false;
        }
        if (pages == 1) {
            series->feed = feed;
        }
        url = series_next_page(series, &feed, url, pages);
        if (url.len > 0 && pages == LIMIT_MIRROR_PAGES) {
            complain(run, DIAG_ERROR, url, SLICE("the feed has too many pages"));
            return false;
        }
        end = url.len == 0;
        if (!end && !go_to(run, series, url, &end)) {
            return false;
        }
    }
    series->mark = mark;
    return true;
}

/* --- the whole ---------------------------------------------------------------------------------
 */

static enum mirror_result failure(const struct run *run)
{
    return is_stopped(run) ? MIRROR_STOPPED : MIRROR_FAILED;
}

static bool read_all(struct run *run)
{
    for (size_t i = 0; i < MIRROR_FEEDS; i++) {
        if (run->series[i].fetched && !read_series(run, &run->series[i])) {
            return false;
        }
    }
    return true;
}

/* Take everything, then write it. */
static enum mirror_result take_and_write(struct run *run)
{
    const struct mirror_options *options = run->options;
    struct web_images pictures = { .fetcher = options->fetcher };
    const struct image_source source = web_images_source(&pictures);
    const struct blog_options blog_options = {
        .input = run->series[MIRROR_POSTS].url,
        .published = options->published,
        .images = &run->images,
        .tell = options->tell,
        .context = options->context,
        .stop = options->stop,
    };
    enum mirror_result result = MIRROR_FAILED;
    if (!images_open(&run->images, run->target->fd, &source, false, run->diags)) {
        return result;
    }
    if (blog_begin(&run->blog, &run->arena, run->target, &blog_options, run->diags)) {
        if (!read_all(run)) {
            result = failure(run);
        } else if (!blog_write(&run->blog, &run->series[MIRROR_POSTS].feed)) {
            result = is_stopped(run) ? MIRROR_STOPPED : MIRROR_INCOMPLETE;
        } else {
            if (pictures.incomplete) {
                complain(run, DIAG_ERROR, run->series[MIRROR_POSTS].url,
                         SLICE("some pictures could not be had now; the next run asks for them"));
                run->incomplete = true;
            }
            result = run->incomplete ? MIRROR_INCOMPLETE : MIRROR_DONE;
        }
        blog_end(&run->blog);
    }
    options->on_images(options->context, &run->images.counts);
    if (!images_close(&run->images, run->diags) && result == MIRROR_DONE) {
        result = MIRROR_INCOMPLETE;
    }
    return is_stopped(run) ? MIRROR_STOPPED : result;
}

static bool has_mark(const struct mirror_mark *mark)
{
    return mark->etag.len > 0 || mark->modified.len > 0;
}

/* The first pages of all feeds. When one holds something new, all of them are needed. */
static bool fetch_first_pages(struct run *run, bool *something_new)
{
    *something_new = false;
    for (size_t i = 0; i < MIRROR_FEEDS; i++) {
        struct series *series = &run->series[i];
        const struct mirror_mark *known = &run->state.marks[i];
        bool is_known = slice_equal(known->url, series->url) && has_mark(known);
        if (series->url.len == 0) {
            continue;
        }
        enum fetch_result result = begin_series(run, series, is_known ? known : NULL);
        if (result != FETCH_DONE && result != FETCH_SAME) {
            return false;
        }
        *something_new = *something_new || result == FETCH_DONE;
    }
    for (size_t i = 0; *something_new && i < MIRROR_FEEDS; i++) {
        struct series *series = &run->series[i];
        if (series->url.len > 0 && !series->fetched &&
            begin_series(run, series, NULL) != FETCH_DONE && series->url.len > 0) {
            return false;
        }
    }
    return true;
}

static bool open_series(struct run *run)
{
    for (size_t i = 0; i < MIRROR_FEEDS; i++) {
        if (!series_open(&run->series[i], &run->arena, (enum mirror_feed)i, run->target->fd)) {
            complain(run, DIAG_ERROR, slice_of(run->target->path),
                     arena_printf(&run->arena, "there is no room for temporary files: %s",
                                  strerror(errno)));
            return false;
        }
    }
    return true;
}

static void set_feeds(struct run *run, slice posts)
{
    const slice urls[MIRROR_FEEDS] = {
        [MIRROR_COMMENTS] = feed_address_companion(&run->arena, posts, "comments"),
        [MIRROR_POSTS] = posts,
        [MIRROR_PAGES] = feed_address_companion(&run->arena, posts, "pages"),
    };
    for (size_t i = 0; i < MIRROR_FEEDS; i++) {
        series_set(&run->series[i], urls[i]);
    }
}

/* Which blog, and where its feed is. */
static enum fetch_result find(struct run *run, slice *address)
{
    const struct mirror_state *state = &run->state;
    *address = run->options->address.len > 0 ? run->options->address : state->address;
    slice posts = state->marks[MIRROR_POSTS].url;
    if (address->len == 0) {
        complain(run, DIAG_ERROR, slice_of(run->target->path),
                 SLICE("no blog was mirrored into it yet: which one? matinee mirror URL"));
        return FETCH_NEVER;
    }
    if (!slice_equal(*address, state->address) || posts.len == 0) {
        enum fetch_result result =
            find_feed(run->options->fetcher, &run->arena, &run->series[MIRROR_POSTS].spool,
                      *address, &posts, run->diags);
        if (result != FETCH_DONE) {
            return result;
        }
        run->state = (struct mirror_state){ 0 };
    }
    set_feeds(run, posts);
    return FETCH_DONE;
}

/* Remember what is there now; of what is not all there, only where it came from. */
static bool save(struct run *run, slice address, bool complete)
{
    struct mirror_state state = { .address = address };
    for (size_t i = 0; i < MIRROR_FEEDS; i++) {
        state.marks[i] = run->series[i].mark;
        if (!complete) {
            state.marks[i].etag = state.marks[i].modified = SLICE_EMPTY;
        }
    }
    return mirror_state_save(run->target->fd, &state, run->diags);
}

static enum mirror_result mirror(struct run *run)
{
    slice address;
    bool something_new = false;
    if (!open_series(run) ||
        !mirror_state_load(&run->arena, run->target->fd, &run->state, run->diags)) {
        return MIRROR_FAILED;
    }
    if (find(run, &address) != FETCH_DONE || !fetch_first_pages(run, &something_new)) {
        return failure(run);
    }
    if (!something_new) {
        return MIRROR_NOTHING_NEW;
    }
    enum mirror_result result = take_and_write(run);
    if ((result == MIRROR_DONE || result == MIRROR_INCOMPLETE) &&
        !save(run, address, result == MIRROR_DONE)) {
        result = MIRROR_INCOMPLETE;
    }
    return result;
}

enum mirror_result mirror_blog(struct target *target, const struct mirror_options *options,
                               struct diags *diags)
{
    struct run run = { .target = target, .options = options, .diags = diags };
    for (size_t i = 0; i < MIRROR_FEEDS; i++) {
        run.series[i].spool.fd = -1;
    }
    arena_init(&run.arena);
    slice_map_init(&run.comments, &run.arena);
    enum mirror_result result = mirror(&run);
    for (size_t i = 0; i < MIRROR_FEEDS; i++) {
        series_close(&run.series[i]);
    }
    slice_map_release(&run.comments);
    arena_release(&run.arena);
    return result;
}
