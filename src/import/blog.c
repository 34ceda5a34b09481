#include "import/blog.h"

#include "import/address.h"
#include "import/blog_post.h"
#include "import/entry_post.h"
#include "text/date.h"
#include "text/uri.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char store_path[] = ".matinee/entries";

bool blog_begin(struct blog *blog, struct arena *arena, struct target *target,
                const struct blog_options *options, struct diags *diags)
{
    *blog = (struct blog){ .arena = arena, .target = target, .options = options, .diags = diags };
    if (!entry_store_open(&blog->store, target->fd, store_path)) {
        diags_add_line(diags, DIAG_ERROR, arena_printf(arena, "%s/%s", target->path, store_path), 0,
                       "%s", strerror(errno));
        return false;
    }
    slice_map_init(&blog->seen, arena);
    slice_map_init(&blog->claimed, arena);
    slice_map_init(&blog->doubles, arena);
    slice_map_init(&blog->old_paths, arena);
    blog_links_init(&blog->links, arena);
    redirects_init(&blog->redirects, arena, target->fd, target->path);
    return true;
}

void blog_end(struct blog *blog)
{
    entry_store_close(&blog->store);
    slice_map_release(&blog->seen);
    slice_map_release(&blog->claimed);
    slice_map_release(&blog->doubles);
    slice_map_release(&blog->old_paths);
    blog_links_release(&blog->links);
    redirects_release(&blog->redirects);
}

/* --- taking entries --------------------------------------------------------------------------- */

/* Which post a comment belongs to: Blogger's ids are compared by their numbers (entry_number). */
static slice post_key(slice id)
{
    return slice_starts_with(id, SLICE("tag:blogger.com,")) ? entry_number(id) : id;
}

static bool put_aside(struct blog *blog, const struct entry *entry, struct entry_place *place)
{
    if (entry_store_add(&blog->store, entry, place)) {
        return true;
    }
    diags_add_line(blog->diags, DIAG_ERROR, blog->options->input, entry->line,
                   "an entry cannot be put aside in %s/%s: %s", blog->target->path, store_path,
                   strerror(errno));
    blog->failed = true;
    return false;
}

/* True when an entry with this id was taken already. */
static bool is_double(struct blog *blog, const struct entry *entry)
{
    return entry->id.len > 0 &&
           !slice_map_claim(&blog->seen, arena_copy(blog->arena, entry->id), blog);
}

/* What the name of a post is made of: what the blog made for its address, else its title. */
static slice wish_of(struct blog *blog, const struct entry *entry)
{
    struct buf name;
    struct arena arena;
    slice wish;
    if (entry->name.len == 0) {
        arena_init(&arena);
        slice title = entry_words(&arena, entry->title, entry->title_is_html);
        wish = title.len > 0 ? arena_copy(blog->arena, title) : SLICE("untitled");
        arena_release(&arena);
        return wish;
    }
    buf_init(&name, entry->name.len + 1);
    uri_put_decoded(&name, entry->name);
    wish = arena_copy(blog->arena, buf_slice(&name));
    buf_release(&name);
    return wish;
}

slice blog_entry_url(const struct blog *blog, struct arena *arena, const struct entry *entry)
{
    slice address = blog->options->address;
    if (entry->url.len > 0 || entry->path.len == 0) {
        return entry->url;
    }
    while (slice_ends_with(address, SLICE("/"))) {
        address = slice_head(address, address.len - 1);
    }
    return arena_printf(arena, "%.*s%.*s", SLICE_ARG(address), SLICE_ARG(entry->path));
}

static struct blog_item *add_item(struct blog *blog, const struct entry *entry)
{
    struct blog_item *item = ARRAY_ADD(blog->arena, &blog->items);
    slice day = entry->published.len > 0 ? entry->published : entry->updated;
    *item = (struct blog_item){
        .kind = entry->kind,
        .status = entry->status,
        .line = entry->line,
        .origin = arena_copy(blog->arena, entry->id),
        .address = address_key(blog->arena, blog_entry_url(blog, blog->arena, entry)),
        .updated = arena_copy(blog->arena, entry->updated),
        .day = arena_copy(blog->arena, day.len > 0 ? day : blog->options->published),
        .undated = day.len == 0,
        .wish = wish_of(blog, entry),
    };
    if (!date_parse_moment(item->day, &item->published)) {
        item->published = INT64_MAX;
    }
    return item;
}

/* Tell of a post that is not taken over. */
static void leave_out(struct blog *blog, const struct entry *entry)
{
    struct arena arena;
    arena_init(&arena);
    const struct outcome outcome = {
        .kind = entry->kind == ENTRY_PAGE ? OUTCOME_PAGE : OUTCOME_REVIEW,
        .input = blog->options->input,
        .line = entry->line,
        .title = entry_words(&arena, entry->title, entry->title_is_html),
        .url = entry->url,
        .failure = slice_of(entry->status == ENTRY_TRASHED ? "it is in the blog's trash"
                                                           : "it is marked as spam"),
    };
    blog->options->tell(blog->options->context, &outcome);
    arena_release(&arena);
}

bool blog_take(void *context, const struct entry *entry)
{
    struct blog *blog = context;
    struct entry_place place;
    if (is_double(blog, entry)) {
        return true;
    }
    if (entry->kind == ENTRY_COMMENT) {
        if (entry->status != ENTRY_LIVE) {
            return true;
        }
        if (!put_aside(blog, entry, &place)) {
            return false;
        }
        *ARRAY_ADD(blog->arena, &blog->comments) =
            (struct blog_comment){ arena_copy(blog->arena, post_key(entry->parent)), place };
        return true;
    }
    if (entry->status == ENTRY_TRASHED || entry->status == ENTRY_SPAM) {
        leave_out(blog, entry);
        return true;
    }
    if (!put_aside(blog, entry, &place)) {
        return false;
    }
    add_item(blog, entry)->place = place;
    return true;
}

/* What is remembered of a post, by the blog's id for it or by its address. */
static struct import_entry *remembered(const struct blog *blog, slice origin, slice address)
{
    const struct memory *memory = &blog->target->memory;
    struct import_entry *known = memory_find_origin(memory, origin);
    if (known == NULL) {
        known = memory_find_address(memory, address);
        /* Another id of one kind is another post that came to stand there; feeds of another kind
         * have ids of another kind. */
        if (known != NULL && known->origin.len > 0 && origin.len > 0 &&
            slice_equal(uri_scheme(known->origin), uri_scheme(origin))) {
            known = NULL;
        }
    }
    return known;
}

bool blog_is_current(const struct blog *blog, const struct entry *entry)
{
    const struct import_entry *known = remembered(blog, entry->id, SLICE_EMPTY);
    if (known == NULL || entry->updated.len == 0 || !slice_equal(known->updated, entry->updated)) {
        return false;
    }
    return slice_map_get(&blog->target->reviews, target_name_of(known->file)) != NULL ||
           target_has(blog->target, known->file);
}

void blog_keep(struct blog *blog, const struct entry *entry)
{
    if (!is_double(blog, entry)) {
        add_item(blog, entry)->unchanged = true;
    }
}

/* --- what is known when all are taken --------------------------------------------------------- */

/* In the order in which they came. */
static int by_place(const struct entry_place *one, const struct entry_place *two)
{
    return (one->offset > two->offset) - (one->offset < two->offset);
}

/* The oldest first; of one moment as they came. */
static int by_date(const void *a, const void *b)
{
    const struct blog_item *one = a;
    const struct blog_item *two = b;
    if (one->published != two->published) {
        return one->published < two->published ? -1 : 1;
    }
    int order = slice_compare(one->origin, two->origin);
    return order != 0 ? order : by_place(&one->place, &two->place);
}

static int by_post(const void *a, const void *b)
{
    const struct blog_comment *one = a;
    const struct blog_comment *two = b;
    int order = slice_compare(one->post, two->post);
    return order != 0 ? order : by_place(&one->place, &two->place);
}

/* Who a post is: the one that it was at an earlier import, else one made of what the blog calls
 * it. */
static const struct import_entry *identify(struct blog *blog, struct blog_item *item)
{
    const struct import_entry *known = remembered(blog, item->origin, item->address);
    slice name = item->origin.len > 0 ? item->origin
                 : item->address.len > 0
                     ? item->address
                     : arena_printf(blog->arena, "post:%.*s\n%.*s",
                                    SLICE_ARG(item->undated ? SLICE_EMPTY : item->day),
                                    SLICE_ARG(item->wish));
    if (known != NULL && slice_map_claim(&blog->claimed, known->id, blog)) {
        item->id = known->id;
        /* An export without addresses does not make us forget the one that another form had. */
        if (!address_has_host(item->address) &&
            slice_equal(address_path(known->address), item->address)) {
            item->address = known->address;
        }
        return known;
    }
    item->id = target_identity(blog->arena, name);
    while (item->id.len > 0 && !slice_map_claim(&blog->claimed, item->id, blog)) {
        unsigned *count = slice_map_get(&blog->doubles, name);
        if (count == NULL) {
            count = arena_alloc(blog->arena, sizeof *count);
            *count = 1;
            slice_map_set(&blog->doubles, name, count);
        }
        item->id = target_identity(
            blog->arena, arena_printf(blog->arena, "%.*s\n%u", SLICE_ARG(name), ++*count));
    }
    return memory_find(&blog->target->memory, item->id);
}

/* Where the post goes: into its own file of earlier times, else into a new one. */
static void place_item(struct blog *blog, struct blog_item *item)
{
    struct arena arena;
    const struct import_entry *known = identify(blog, item);
    if (item->undated && known != NULL && known->published.len > 0) {
        item->day = known->published;
    }
    bool is_review = item->kind == ENTRY_POST;
    slice folder = is_review                  ? SLICE("reviews/")
                   : blog_item_is_draft(item) ? SLICE("drafts/")
                                              : SLICE("pages/");
    arena_init(&arena);
    item->name =
        known != NULL && slice_starts_with(known->file, folder)
            ? arena_copy(blog->arena, target_name_of(known->file))
            : target_choose_name(blog->target, &arena, folder, item->id, item->wish, item->day);
    item->file = is_review ? target_review_path(blog->target, item->name)
                           : arena_printf(blog->arena, "%.*s%.*s.gmi", SLICE_ARG(folder),
                                          SLICE_ARG(item->name));
    if (!blog_item_is_draft(item) && is_review) {
        blog_links_add_review(&blog->links, item->address, item->name);
    } else if (!blog_item_is_draft(item)) {
        blog_links_add_page(&blog->links, item->address, item->name);
    }
    arena_release(&arena);
}

/* An old path leads to one post alone: to one that had it before and is not in this import, else to
 * the oldest. */
static void claim_paths(struct blog *blog)
{
    const struct memory *memory = &blog->target->memory;
    for (size_t i = 0; i < memory->entries.count; i++) {
        struct import_entry *entry = memory->entries.items[i];
        if (slice_map_get(&blog->claimed, entry->id) == NULL && entry->address.len > 0) {
            (void)slice_map_claim(&blog->old_paths, address_path(entry->address), &entry->id);
        }
    }
    for (size_t i = 0; i < blog->items.count; i++) {
        struct blog_item *item = &blog->items.items[i];
        if (item->address.len > 0) {
            (void)slice_map_claim(&blog->old_paths, address_path(item->address), &item->id);
        }
    }
}

/* Posts of earlier imports that are not in this one are linked to as well. */
static void link_remembered(struct blog *blog)
{
    const struct memory *memory = &blog->target->memory;
    for (size_t i = 0; i < memory->entries.count; i++) {
        const struct import_entry *entry = memory->entries.items[i];
        slice name = target_name_of(entry->file);
        if (entry->address.len == 0) {
            continue;
        }
        if (slice_starts_with(entry->file, SLICE("reviews/")) &&
            slice_map_get(&blog->target->reviews, name) != NULL) {
            blog_links_add_review(&blog->links, entry->address, name);
        } else if (slice_starts_with(entry->file, SLICE("pages/")) &&
                   target_has(blog->target, entry->file)) {
            blog_links_add_page(&blog->links, entry->address, name);
        }
    }
}

/* Sort the comments by their posts, and tell each post which ones are its own. */
static void group_comments(struct blog *blog)
{
    struct slice_map posts;
    size_t homeless = 0;
    slice_map_init(&posts, blog->arena);
    for (size_t i = 0; i < blog->items.count; i++) {
        struct blog_item *item = &blog->items.items[i];
        if (item->origin.len > 0) {
            slice_map_set(&posts, post_key(item->origin), item);
        }
    }
    if (blog->comments.count > 0) {
        qsort(blog->comments.items, blog->comments.count, sizeof *blog->comments.items, by_post);
    }
    for (size_t i = 0; i < blog->comments.count; i++) {
        struct blog_item *item = slice_map_get(&posts, blog->comments.items[i].post);
        if (item != NULL) {
            item->first_comment = item->comments == 0 ? i : item->first_comment;
            item->comments++;
        }
        homeless += item == NULL;
    }
    slice_map_release(&posts);
    if (homeless > 0) {
        diags_add_line(blog->diags, DIAG_NOTE, blog->options->input, 0,
                       "%zu comment%s left out: what %s about is not here", homeless,
                       homeless == 1 ? " is" : "s are", homeless == 1 ? "it is" : "they are");
    }
}

/* A post of a late evening is one of the day after elsewhere. */
static void compare_zones(const struct blog *blog, const struct feed *feed)
{
    slice zone = feed->time_zone;
    if (zone.len > 0 && !slice_equal(zone, blog->target->timezone)) {
        diags_add_line(blog->diags, DIAG_NOTE, blog->options->input, 0,
                       "the blog's days begin as in %.*s; `Timezone: %.*s` in capsule.conf has "
                       "them do so here",
                       SLICE_ARG(zone), SLICE_ARG(zone));
    }
}

static bool is_stopped(const struct blog *blog)
{
    return blog->options->stop != NULL && *blog->options->stop != 0;
}

bool blog_write(struct blog *blog, const struct feed *feed)
{
    bool ok = !blog->failed;
    compare_zones(blog, feed);
    if (blog->items.count > 0) {
        qsort(blog->items.items, blog->items.count, sizeof *blog->items.items, by_date);
    }
    for (size_t i = 0; i < blog->items.count; i++) {
        place_item(blog, &blog->items.items[i]);
    }
    claim_paths(blog);
    link_remembered(blog);
    group_comments(blog);
    for (size_t i = 0; i < blog->items.count && !is_stopped(blog); i++) {
        if (!blog->items.items[i].unchanged) {
            ok = blog_post_write(blog, &blog->items.items[i], feed) && ok;
        }
    }
    return redirects_write(&blog->redirects, blog->diags) && ok && !is_stopped(blog);
}
