#include "import/feed_words.h"

#include "base/attributes.h"

enum space {
    NO_SPACE,
    ATOM,
    APP,
    THREAD,
    BLOGGER,
    GDATA,
    SEARCH,
    CONTENT,
    EXCERPT,
    DUBLIN,
    WORDPRESS,
    OTHER_SPACE,
};

/* Some have more than one address: drafts of a standard, versions. */
static const struct {
    slice begin;
    enum space space;
} spaces[] = {
    { SLICE_INIT("http://www.w3.org/2005/Atom"), ATOM },
    { SLICE_INIT("http://www.w3.org/2007/app"), APP },
    { SLICE_INIT("http://purl.org/atom/app#"), APP },
    { SLICE_INIT("http://purl.org/syndication/thread/1.0"), THREAD },
    { SLICE_INIT("http://schemas.google.com/blogger/"), BLOGGER },
    { SLICE_INIT("http://schemas.google.com/g/2005"), GDATA },
    { SLICE_INIT("http://a9.com/-/spec/opensearch"), SEARCH },
    { SLICE_INIT("http://purl.org/rss/1.0/modules/content/"), CONTENT },
    { SLICE_INIT("http://purl.org/dc/elements/1.1/"), DUBLIN },
    { SLICE_INIT("http://wordpress.org/export/"), WORDPRESS },
};

static enum space space_of(slice uri)
{
    if (uri.len == 0) {
        return NO_SPACE;
    }
    for (size_t i = 0; i < ARRAY_LENGTH(spaces); i++) {
        if (slice_starts_with(uri, spaces[i].begin)) {
            bool excerpt = spaces[i].space == WORDPRESS && slice_ends_with(uri, SLICE("/excerpt/"));
            return excerpt ? EXCERPT : spaces[i].space;
        }
    }
    return OTHER_SPACE;
}

static const struct row {
    enum feed_place place;
    enum space space;
    slice name;
    struct feed_element element;
} rows[] = {
#define ROW(place, space, name, word, inside, text) \
    {                                               \
        PLACE_##place, space, SLICE_INIT(name),     \
        {                                           \
            WORD_##word, PLACE_##inside, text       \
        }                                           \
    }
    ROW(ROOT, ATOM, "feed", FEED, FEED, false),
    ROW(FEED, ATOM, "title", FEED_TITLE, NONE, true),
    ROW(FEED, ATOM, "link", FEED_LINK, NONE, false),
    ROW(FEED, ATOM, "author", NONE, FEED_AUTHOR, false),
    ROW(FEED_AUTHOR, ATOM, "name", FEED_AUTHOR, NONE, true),
    ROW(FEED, SEARCH, "totalResults", TOTAL, NONE, true),
    ROW(FEED, SEARCH, "startIndex", START, NONE, true),
    ROW(FEED, SEARCH, "itemsPerPage", PER_PAGE, NONE, true),
    ROW(FEED, ATOM, "entry", ENTRY, ENTRY, false),
    ROW(ENTRY, ATOM, "id", ID, NONE, true),
    ROW(ENTRY, ATOM, "title", TITLE, NONE, true),
    ROW(ENTRY, ATOM, "link", LINK, NONE, false),
    ROW(ENTRY, ATOM, "content", CONTENT, NONE, true),
    ROW(ENTRY, ATOM, "summary", SUMMARY, NONE, true),
    ROW(ENTRY, ATOM, "published", PUBLISHED, NONE, true),
    ROW(ENTRY, ATOM, "updated", UPDATED, NONE, true),
    ROW(ENTRY, ATOM, "category", CATEGORY, NONE, false),
    ROW(ENTRY, ATOM, "author", NONE, AUTHOR, false),
    ROW(AUTHOR, ATOM, "name", AUTHOR, NONE, true),
    ROW(ENTRY, APP, "control", NONE, CONTROL, false),
    ROW(CONTROL, APP, "draft", DRAFT, NONE, true),
    ROW(ENTRY, THREAD, "in-reply-to", ANSWERS_REF, NONE, false),
    ROW(ENTRY, GDATA, "extendedProperty", PROPERTY, NONE, false),
    ROW(ENTRY, BLOGGER, "type", TYPE, NONE, true),
    ROW(ENTRY, BLOGGER, "status", STATUS, NONE, true),
    ROW(ENTRY, BLOGGER, "filename", FILENAME, NONE, true),
    ROW(ENTRY, BLOGGER, "created", CREATED, NONE, true),
    ROW(ENTRY, BLOGGER, "parent", PARENT, NONE, true),
    ROW(ENTRY, BLOGGER, "inReplyTo", ANSWERS, NONE, true),

    ROW(ROOT, NO_SPACE, "rss", RSS, RSS, false),
    ROW(RSS, NO_SPACE, "channel", NONE, CHANNEL, false),
    ROW(CHANNEL, NO_SPACE, "title", FEED_TITLE, NONE, true),
    ROW(CHANNEL, NO_SPACE, "link", FEED_URL, NONE, true),
    ROW(CHANNEL, ATOM, "link", FEED_LINK, NONE, false),
    ROW(CHANNEL, SEARCH, "totalResults", TOTAL, NONE, true),
    ROW(CHANNEL, SEARCH, "startIndex", START, NONE, true),
    ROW(CHANNEL, SEARCH, "itemsPerPage", PER_PAGE, NONE, true),
    ROW(CHANNEL, WORDPRESS, "wxr_version", WXR, NONE, true),
    ROW(CHANNEL, NO_SPACE, "item", ENTRY, ITEM, false),
    ROW(ITEM, NO_SPACE, "guid", ID, NONE, true),
    ROW(ITEM, NO_SPACE, "title", TITLE, NONE, true),
    ROW(ITEM, NO_SPACE, "link", URL, NONE, true),
    ROW(ITEM, NO_SPACE, "description", DESCRIPTION, NONE, true),
    ROW(ITEM, NO_SPACE, "pubDate", PUB_DATE, NONE, true),
    ROW(ITEM, NO_SPACE, "category", CATEGORY, NONE, true),
    ROW(ITEM, NO_SPACE, "author", AUTHOR, NONE, true),
    ROW(ITEM, DUBLIN, "creator", AUTHOR, NONE, true),
    ROW(ITEM, DUBLIN, "date", PUBLISHED, NONE, true),
    ROW(ITEM, ATOM, "updated", UPDATED, NONE, true),
    ROW(ITEM, CONTENT, "encoded", CONTENT, NONE, true),
    ROW(ITEM, EXCERPT, "encoded", SUMMARY, NONE, true),
    ROW(ITEM, THREAD, "in-reply-to", ANSWERS_REF, NONE, false),
    ROW(ITEM, WORDPRESS, "post_date", WP_DATE, NONE, true),
    ROW(ITEM, WORDPRESS, "post_date_gmt", WP_DATE_GMT, NONE, true),
    ROW(ITEM, WORDPRESS, "post_type", WP_TYPE, NONE, true),
    ROW(ITEM, WORDPRESS, "status", WP_STATUS, NONE, true),
    ROW(ITEM, WORDPRESS, "post_name", WP_NAME, NONE, true),
    ROW(ITEM, WORDPRESS, "post_password", WP_PASSWORD, NONE, true),
    ROW(ITEM, WORDPRESS, "comment", COMMENT, COMMENT, false),
    ROW(COMMENT, WORDPRESS, "comment_id", COMMENT_ID, NONE, true),
    ROW(COMMENT, WORDPRESS, "comment_author", COMMENT_AUTHOR, NONE, true),
    ROW(COMMENT, WORDPRESS, "comment_date", COMMENT_DATE, NONE, true),
    ROW(COMMENT, WORDPRESS, "comment_date_gmt", COMMENT_DATE_GMT, NONE, true),
    ROW(COMMENT, WORDPRESS, "comment_content", COMMENT_CONTENT, NONE, true),
    ROW(COMMENT, WORDPRESS, "comment_approved", COMMENT_APPROVED, NONE, true),
    ROW(COMMENT, WORDPRESS, "comment_type", COMMENT_TYPE, NONE, true),
    ROW(COMMENT, WORDPRESS, "comment_parent", COMMENT_PARENT, NONE, true),
#undef ROW
};

struct feed_element feed_element_find(enum feed_place place, slice space, slice name)
{
    if (place != PLACE_NONE) {
        enum space known = space_of(space);
        for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
            if (rows[i].place == place && rows[i].space == known &&
                slice_equal(rows[i].name, name)) {
                return rows[i].element;
            }
        }
    }
    return (struct feed_element){ WORD_NONE, PLACE_NONE, false };
}
