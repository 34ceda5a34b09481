/* feeds.h: what the unit tests of feeds share: a feed in, its entries as lines of text out. */
#ifndef MATINEE_TESTS_UNIT_FEEDS_H
#define MATINEE_TESTS_UNIT_FEEDS_H

#include "check.h"

#include "base/buf.h"
#include "import/feed.h"
#include "import/feed_json.h"

#include <string.h>

struct fed {
    struct arena arena;
    struct diags diags;
    struct feed feed;
    struct buf entries;
    struct buf told; /* the diagnostics */
    bool ok;
    slice rest; /* not read yet */
    size_t piece;
    size_t stop_after; /* entries; 0: never */
    size_t seen;
    bool json;
};

static inline ssize_t fed_read(void *context, char *into, size_t room)
{
    struct fed *fed = context;
    size_t count = fed->rest.len < fed->piece ? fed->rest.len : fed->piece;
    count = count < room ? count : room;
    if (count > 0) {
        memcpy(into, fed->rest.ptr, count);
    }
    fed->rest = slice_from(fed->rest, count);
    return (ssize_t)count;
}

static inline void fed_put(struct fed *fed, const char *name, slice value)
{
    if (value.len > 0) {
        buf_printf(&fed->entries, "  %s: %.*s\n", name, SLICE_ARG(value));
    }
}

static inline bool fed_visit(void *context, const struct entry *entry)
{
    static const char *const kinds[] = { "post", "page", "comment" };
    struct fed *fed = context;
    buf_printf(&fed->entries, "%s %s\n", kinds[entry->kind], entry_status_name(entry->status));
    fed_put(fed, "id", entry->id);
    fed_put(fed, entry->title_is_html ? "title (html)" : "title", entry->title);
    fed_put(fed, "url", entry->url);
    fed_put(fed, "path", entry->path);
    fed_put(fed, "name", entry->name);
    fed_put(fed, "published", entry->published);
    fed_put(fed, "updated", entry->updated);
    fed_put(fed, "author", entry->author);
    fed_put(fed, entry->summary_is_html ? "summary (html)" : "summary", entry->summary);
    for (size_t i = 0; i < entry->labels.count; i++) {
        fed_put(fed, "label", entry->labels.items[i]);
    }
    fed_put(fed, entry->content_is_html ? "content (html)" : "content", entry->content);
    fed_put(fed, "parent", entry->parent);
    fed_put(fed, "answers", entry->in_reply_to);
    fed->seen++;
    return fed->seen != fed->stop_after;
}

/* Read `text` in pieces of `piece` bytes. */
static inline void feed_in(struct fed *fed, slice text, size_t piece)
{
    const struct byte_stream input = { SLICE("feed.xml"), fed_read, fed };
    size_t stop_after = fed->stop_after;
    bool json = fed->json;
    *fed = (struct fed){ .rest = text, .piece = piece, .stop_after = stop_after, .json = json };
    arena_init(&fed->arena);
    diags_init(&fed->diags);
    buf_init(&fed->entries, (size_t)1 << 30);
    buf_init(&fed->told, 1 << 20);
    fed->ok = (json ? feed_json_read : feed_read)(&fed->arena, &input, &fed->feed, fed_visit, fed,
                                                  &fed->diags);
    diags_format(&fed->diags, &fed->told);
}

static inline void fed_release(struct fed *fed)
{
    arena_release(&fed->arena);
    diags_release(&fed->diags);
    buf_release(&fed->entries);
    buf_release(&fed->told);
    fed->stop_after = 0;
}

#endif
