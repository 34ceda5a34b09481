#include "import/feed_draft.h"

#include "base/limits.h"
#include "import/mail_date.h"
#include "text/date.h"

static const char kind_scheme[] = "http://schemas.google.com/g/2005#kind";

/* Of Blogger's Takeout; what is in no table is ENTRY_HIDDEN. */
struct status_word {
    slice word;
    enum entry_status status;
};
static const struct status_word blogger_statuses[] = {
    { SLICE_INIT("LIVE"), ENTRY_LIVE },           { SLICE_INIT("DRAFT"), ENTRY_DRAFT },
    { SLICE_INIT("SCHEDULED"), ENTRY_SCHEDULED }, { SLICE_INIT("SOFT_TRASHED"), ENTRY_TRASHED },
    { SLICE_INIT("SPAM_COMMENT"), ENTRY_SPAM },   { SLICE_INIT("GHOSTED_COMMENT"), ENTRY_HIDDEN },
};
static const struct status_word wordpress_statuses[] = {
    { SLICE_INIT("publish"), ENTRY_LIVE },     { SLICE_INIT("draft"), ENTRY_DRAFT },
    { SLICE_INIT("pending"), ENTRY_DRAFT },    { SLICE_INIT("auto-draft"), ENTRY_DRAFT },
    { SLICE_INIT("future"), ENTRY_SCHEDULED }, { SLICE_INIT("trash"), ENTRY_TRASHED },
    { SLICE_INIT("private"), ENTRY_HIDDEN },
};
static const struct status_word approvals[] = {
    { SLICE_INIT("1"), ENTRY_LIVE },
    { SLICE_INIT("0"), ENTRY_HIDDEN },
    { SLICE_INIT("spam"), ENTRY_SPAM },
    { SLICE_INIT("trash"), ENTRY_TRASHED },
};

void feed_draft_begin(struct feed_draft *draft, unsigned line)
{
    feed_draft_release(draft);
    draft->entry.line = line;
}

void feed_draft_release(struct feed_draft *draft)
{
    arena_release(&draft->arena);
    *draft = (struct feed_draft){ 0 };
}

static bool has_room(struct feed_draft *draft)
{
    draft->too_large = draft->too_large || draft->arena.total > LIMIT_ENTRY_VALUES;
    return !draft->too_large;
}

void feed_draft_set(struct feed_draft *draft, enum feed_word word, slice value)
{
    slice trimmed = slice_trim(value);
    if (draft->values[word].len == 0 && trimmed.len > 0 && has_room(draft)) {
        draft->values[word] = arena_copy(&draft->arena, trimmed);
    }
}

static void add_label(struct feed_draft *draft, slice label)
{
    struct slices *labels = &draft->entry.labels;
    if (label.len == 0 || labels->count == LIMIT_ENTRY_LABELS) {
        return;
    }
    for (size_t i = 0; i < labels->count; i++) {
        if (slice_equal(labels->items[i], label)) {
            return;
        }
    }
    if (has_room(draft)) {
        *ARRAY_ADD(&draft->arena, labels) = arena_copy(&draft->arena, label);
    }
}

void feed_draft_category(struct feed_draft *draft, slice scheme, slice term)
{
    if (slice_equal(scheme, slice_of(kind_scheme))) {
        if (draft->kind.len == 0) {
            draft->kind =
                arena_copy(&draft->arena, slice_from(term, slice_find_byte(term, '#') + 1));
        }
    } else if (!slice_equal_nocase(term, SLICE("Uncategorized"))) {
        add_label(draft, slice_trim(term));
    }
}

void feed_draft_link(struct feed_draft *draft, slice rel, slice href)
{
    if (rel.len == 0 || slice_equal(rel, SLICE("alternate"))) {
        feed_draft_set(draft, WORD_URL, href);
    } else if (slice_equal(rel, SLICE("related"))) {
        /* Blogger: the comment that this one answers. */
        feed_draft_set(draft, WORD_ANSWERS, href);
    }
}

/* --- what the pieces say -----------------------------------------------------------------------
 */

static enum entry_status status_of(const struct status_word *words, size_t count, slice word,
                                   const struct feed_draft *draft, const struct byte_stream *input,
                                   struct diags *diags)
{
    for (size_t i = 0; i < count; i++) {
        if (slice_equal(words[i].word, word)) {
            return words[i].status;
        }
    }
    diags_add_line(diags, DIAG_WARNING, input->path, draft->entry.line,
                   "the status `%.*s` is not known; the entry counts as hidden",
                   SLICE_ARG(slice_head(word, 40)));
    return ENTRY_HIDDEN;
}

/* `text` when it is a moment, else empty, with a warning. */
static slice moment_of(const struct feed_draft *draft, slice text, const struct byte_stream *input,
                       struct diags *diags)
{
    int64_t ignored = 0;
    if (text.len == 0 || date_parse_moment(text, &ignored)) {
        return text;
    }
    diags_add_line(diags, DIAG_WARNING, input->path, draft->entry.line, "`%.*s` is no date",
                   SLICE_ARG(slice_head(text, 40)));
    return SLICE_EMPTY;
}

/* WordPress writes a moment twice, `2008-05-15 15:42:00` in the blog's time and in UTC; together
 * they tell the offset. What was never published has zeros. */
static slice wordpress_moment(struct feed_draft *draft, slice local, slice utc)
{
    int64_t here = 0;
    int64_t there = 0;
    struct arena *arena = &draft->arena;
    slice local_z = arena_printf(arena, "%.*sZ", SLICE_ARG(local));
    slice utc_z = arena_printf(arena, "%.*sZ", SLICE_ARG(utc));
    if (!date_parse_moment(utc_z, &there)) {
        return date_parse_moment(local_z, &here) ? local : SLICE_EMPTY;
    }
    if (!date_parse_moment(local_z, &here)) {
        return utc_z;
    }
    int64_t minutes = (here - there) / 60;
    if (minutes == 0 || minutes % 15 != 0 || minutes < -14 * 60 || minutes > 14 * 60) {
        return utc_z;
    }
    int offset = (int)(minutes < 0 ? -minutes : minutes);
    return arena_printf(arena, "%.*s%c%02d:%02d", SLICE_ARG(local), minutes < 0 ? '-' : '+',
                        offset / 60, offset % 60);
}

static slice mail_moment(struct feed_draft *draft, const struct byte_stream *input,
                         struct diags *diags)
{
    struct buf buf;
    slice text = draft->values[WORD_PUB_DATE];
    slice moment = SLICE_EMPTY;
    buf_init(&buf, 64);
    if (mail_date_put(&buf, text)) {
        moment = arena_copy(&draft->arena, buf_slice(&buf));
    } else if (text.len > 0) {
        moment = moment_of(draft, text, input, diags);
    }
    buf_release(&buf);
    return moment;
}

/* --- Atom --------------------------------------------------------------------------------------
 */

static void learn_setting(const struct feed_draft *draft, struct feed *feed, struct arena *arena)
{
    if (slice_ends_with(draft->values[WORD_ID], SLICE(".BLOG_TIME_ZONE")) &&
        draft->entry.content.len <= LIMIT_TITLE) {
        feed->time_zone = arena_copy(arena, draft->entry.content);
    }
}

/* What the elements of Blogger's Takeout say. */
static enum draft_result finish_takeout(struct feed_draft *draft, const struct byte_stream *input,
                                        struct diags *diags)
{
    struct entry *entry = &draft->entry;
    slice type = draft->values[WORD_TYPE];
    if (slice_equal(type, SLICE("POST"))) {
        entry->kind = ENTRY_POST;
    } else if (slice_equal(type, SLICE("PAGE"))) {
        entry->kind = ENTRY_PAGE;
    } else if (slice_equal(type, SLICE("COMMENT"))) {
        entry->kind = ENTRY_COMMENT;
    } else {
        return DRAFT_OTHER;
    }
    entry->status = status_of(blogger_statuses, ARRAY_LENGTH(blogger_statuses),
                              draft->values[WORD_STATUS], draft, input, diags);
    return DRAFT_ENTRY;
}

static enum draft_result finish_atom(struct feed_draft *draft, struct feed *feed,
                                     struct arena *feed_arena, const struct byte_stream *input,
                                     struct diags *diags)
{
    struct entry *entry = &draft->entry;
    const slice *values = draft->values;
    entry->parent = values[WORD_PARENT];
    entry->in_reply_to = values[WORD_ANSWERS];
    if (entry->parent.len > 0) {
        entry->kind = ENTRY_COMMENT;
    }
    if (values[WORD_TYPE].len > 0) {
        feed->kind = FEED_BLOGGER_TAKEOUT;
        return finish_takeout(draft, input, diags);
    }
    if (draft->kind.len > 0) {
        feed->kind = FEED_BLOGGER_EXPORT;
        if (slice_equal(draft->kind, SLICE("page"))) {
            entry->kind = ENTRY_PAGE;
        } else if (slice_equal(draft->kind, SLICE("comment"))) {
            entry->kind = ENTRY_COMMENT;
        } else if (!slice_equal(draft->kind, SLICE("post"))) {
            learn_setting(draft, feed, feed_arena);
            return DRAFT_OTHER;
        }
    } else if (feed->kind == FEED_ATOM &&
               slice_starts_with(values[WORD_ID], SLICE("tag:blogger.com,1999:blog-"))) {
        feed->kind = FEED_BLOGGER_LIVE;
    }
    if (slice_equal_nocase(values[WORD_DRAFT], SLICE("yes"))) {
        entry->status = ENTRY_DRAFT;
    } else if (draft->removed) {
        entry->status = ENTRY_HIDDEN;
    }
    return DRAFT_ENTRY;
}

/* --- RSS ---------------------------------------------------------------------------------------
 */

static enum draft_result finish_item(struct feed_draft *draft, struct feed *feed,
                                     const struct byte_stream *input, struct diags *diags)
{
    struct entry *entry = &draft->entry;
    const slice *values = draft->values;
    entry->title_is_html = true;
    entry->content_is_html = true;
    entry->summary_is_html = true;
    if (entry->id.len == 0) {
        entry->id = entry->url;
    }
    if (values[WORD_PARENT].len > 0) {
        entry->kind = ENTRY_COMMENT;
        entry->parent = values[WORD_PARENT];
    }
    slice type = values[WORD_WP_TYPE];
    if (type.len == 0) {
        if (entry->published.len == 0) {
            entry->published = mail_moment(draft, input, diags);
        }
        return DRAFT_ENTRY;
    }
    feed->kind = FEED_WORDPRESS;
    if (slice_equal(type, SLICE("page"))) {
        entry->kind = ENTRY_PAGE;
    } else if (!slice_equal(type, SLICE("post"))) {
        return DRAFT_OTHER;
    }
    entry->status = status_of(wordpress_statuses, ARRAY_LENGTH(wordpress_statuses),
                              values[WORD_WP_STATUS], draft, input, diags);
    if (values[WORD_WP_PASSWORD].len > 0 && entry->status == ENTRY_LIVE) {
        entry->status = ENTRY_HIDDEN;
    }
    slice moment = wordpress_moment(draft, values[WORD_WP_DATE], values[WORD_WP_DATE_GMT]);
    entry->published = moment.len > 0 ? moment : mail_moment(draft, input, diags);
    return DRAFT_ENTRY;
}

/* The last part of the path, without `.html`. */
static slice name_of(slice path)
{
    slice name = path;
    while (slice_ends_with(name, SLICE("/"))) {
        name = slice_head(name, name.len - 1);
    }
    for (size_t slash = slice_find_byte(name, '/'); slash < name.len;) {
        name = slice_from(name, slash + 1);
        slash = slice_find_byte(name, '/');
    }
    return slice_trim(slice_head(name, slice_find_byte(name, '.')));
}

/* --- both --------------------------------------------------------------------------------------
 */

enum draft_result feed_draft_finish(struct feed_draft *draft, struct feed *feed,
                                    struct arena *feed_arena, const struct byte_stream *input,
                                    struct diags *diags)
{
    struct entry *entry = &draft->entry;
    const slice *values = draft->values;
    entry->id = values[WORD_ID];
    entry->title = values[WORD_TITLE];
    entry->url = values[WORD_URL];
    entry->author = values[WORD_AUTHOR].len > 0 ? values[WORD_AUTHOR] : feed->author;
    entry->updated = moment_of(draft, values[WORD_UPDATED], input, diags);
    entry->published = moment_of(
        draft, values[WORD_PUBLISHED].len > 0 ? values[WORD_PUBLISHED] : values[WORD_CREATED],
        input, diags);
    entry->path = values[WORD_FILENAME].len > 0 ? values[WORD_FILENAME] : entry_path(entry->url);
    entry->name = values[WORD_WP_NAME].len > 0 ? values[WORD_WP_NAME] : name_of(entry->path);
    bool rss = feed->kind == FEED_RSS || feed->kind == FEED_WORDPRESS;
    return rss ? finish_item(draft, feed, input, diags)
               : finish_atom(draft, feed, feed_arena, input, diags);
}

enum draft_result feed_draft_finish_comment(struct feed_draft *draft, const struct feed_draft *post,
                                            const struct byte_stream *input, struct diags *diags)
{
    struct entry *entry = &draft->entry;
    const slice *values = draft->values;
    slice type = values[WORD_COMMENT_TYPE];
    slice post_id = post->values[WORD_ID].len > 0 ? post->values[WORD_ID] : post->values[WORD_URL];
    if (type.len > 0 && !slice_equal(type, SLICE("comment"))) {
        return DRAFT_OTHER; /* pingbacks and trackbacks: machines telling of links */
    }
    entry->kind = ENTRY_COMMENT;
    entry->status = status_of(approvals, ARRAY_LENGTH(approvals), values[WORD_COMMENT_APPROVED],
                              draft, input, diags);
    entry->id = arena_printf(&draft->arena, "%.*s#comment-%.*s", SLICE_ARG(post_id),
                             SLICE_ARG(values[WORD_COMMENT_ID]));
    entry->parent = arena_copy(&draft->arena, post_id);
    if (values[WORD_COMMENT_PARENT].len > 0 &&
        !slice_equal(values[WORD_COMMENT_PARENT], SLICE("0"))) {
        entry->in_reply_to = arena_printf(&draft->arena, "%.*s#comment-%.*s", SLICE_ARG(post_id),
                                          SLICE_ARG(values[WORD_COMMENT_PARENT]));
    }
    entry->author = values[WORD_COMMENT_AUTHOR];
    entry->published =
        wordpress_moment(draft, values[WORD_COMMENT_DATE], values[WORD_COMMENT_DATE_GMT]);
    entry->content = values[WORD_COMMENT_CONTENT];
    entry->content_is_html = true;
    return DRAFT_ENTRY;
}
