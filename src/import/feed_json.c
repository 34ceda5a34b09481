#include "import/feed_json.h"

#include "base/limits.h"

#include <errno.h>
#include <jansson.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

/* --- memory ------------------------------------------------------------------------------------
 */

/* A list of empty lists takes forty times the bytes of its text. What the library has is counted:
 * it takes its memory from here, and is used by one reader at a time. */
static size_t held;

struct counted {
    size_t size;
    alignas(max_align_t) char bytes[];
};

static void *take(size_t size)
{
    if (size > LIMIT_FEED_JSON_MEMORY ||
        held + sizeof(struct counted) + size > LIMIT_FEED_JSON_MEMORY) {
        return NULL;
    }
    struct counted *block = malloc(sizeof *block + size);
    if (block == NULL) {
        return NULL;
    }
    block->size = sizeof *block + size;
    held += block->size;
    return block->bytes;
}

static void give_back(void *bytes)
{
    if (bytes != NULL) {
        struct counted *block = (void *)((char *)bytes - offsetof(struct counted, bytes));
        held -= block->size;
        free(block);
    }
}

static bool read_all(const struct byte_stream *input, struct buf *text, struct diags *diags)
{
    for (;;) {
        const size_t piece = (size_t)64 * 1024;
        char *into = buf_room(text, piece);
        ssize_t got = into != NULL ? input->read(input->context, into, piece) : 0;
        if (into == NULL || text->failed) {
            diags_add_line(diags, DIAG_ERROR, input->path, 0,
                           "too large: an answer in JSON has at most %u bytes", LIMIT_FEED_JSON);
            return false;
        }
        if (got < 0) {
            diags_add_line(diags, DIAG_ERROR, input->path, 0, "%s", strerror(errno));
            return false;
        }
        if (got == 0) {
            return true;
        }
        buf_added(text, (size_t)got);
    }
}

/* --- JSON into XML -----------------------------------------------------------------------------
 */

static bool is_name(const char *key)
{
    size_t len = strlen(key);
    const char *allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_$";
    return len > 0 && strspn(key, allowed) == len && strchr("0123456789-$", key[0]) == NULL &&
           key[len - 1] != '$' && strchr(key, '$') == strrchr(key, '$');
}

static void put_name(struct buf *out, const char *key)
{
    for (; *key != '\0'; key++) {
        buf_putc(out, *key == '$' ? ':' : *key);
    }
}

/* Line breaks as references: all of the feed is in line 1, and values keep theirs. */
static void put_text(struct buf *out, const json_t *string)
{
    slice text = { json_string_value(string), json_string_length(string) };
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '\n' || c == '\t' || c == '&' || c == '<' || c == '>' || c == '"') {
            buf_printf(out, "&#%d;", c);
        } else {
            buf_putc(out, c);
        }
    }
}

/* The start tag of `key` with the members that are texts. */
static void put_start(struct buf *out, const char *key, json_t *object)
{
    const char *name = NULL;
    json_t *value = NULL;
    buf_putc(out, '<');
    put_name(out, key);
    json_object_foreach(object, name, value)
    {
        if (json_is_string(value) && is_name(name)) {
            buf_putc(out, ' ');
            put_name(out, name);
            buf_puts(out, "=\"");
            put_text(out, value);
            buf_putc(out, '"');
        }
    }
    buf_putc(out, '>');
}

static void put_element(struct buf *out, const char *key, json_t *value, unsigned depth);

/* The members of `object` that are elements, but not those called `except`. */
static void put_members(struct buf *out, json_t *object, const char *except, unsigned depth)
{
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach(object, name, value)
    {
        if (is_name(name) && (except == NULL || strcmp(name, except) != 0)) {
            put_element(out, name, value, depth);
        }
    }
}

static void put_element(struct buf *out, const char *key, json_t *value, unsigned depth)
{
    if (depth == LIMIT_XML_DEPTH) {
        return;
    }
    if (json_is_array(value)) {
        size_t index = 0;
        json_t *item = NULL;
        json_array_foreach(value, index, item)
        {
            put_element(out, key, item, depth + 1);
        }
    } else if (json_is_object(value)) {
        put_start(out, key, value);
        put_text(out, json_object_get(value, "$t"));
        put_members(out, value, NULL, depth + 1);
        buf_puts(out, "</");
        put_name(out, key);
        buf_putc(out, '>');
    }
}

/* --- reading -----------------------------------------------------------------------------------
 */

/* The XML of the feed: what stands before its entries, then one after the other, then its end. */
struct retold {
    json_t *feed;
    json_t *entries;
    size_t next; /* 0: the start, then entries from 1 */
    struct buf xml;
    size_t done;
};

static bool retell_more(struct retold *retold)
{
    size_t count = json_array_size(retold->entries);
    buf_clear(&retold->xml);
    retold->done = 0;
    if (retold->next == 0) {
        put_start(&retold->xml, "feed", retold->feed);
        put_members(&retold->xml, retold->feed, "entry", 1);
    } else if (retold->next <= count) {
        put_element(&retold->xml, "entry", json_array_get(retold->entries, retold->next - 1), 1);
    } else if (retold->next == count + 1) {
        buf_puts(&retold->xml, "</feed>");
    } else {
        return false;
    }
    retold->next++;
    return true;
}

static ssize_t read_retold(void *context, char *into, size_t room)
{
    struct retold *retold = context;
    while (retold->done == retold->xml.len) {
        if (!retell_more(retold)) {
            return 0;
        }
        if (retold->xml.failed) {
            errno = EFBIG;
            return -1;
        }
    }
    slice piece = slice_head(slice_from(buf_slice(&retold->xml), retold->done), room);
    memcpy(into, piece.ptr, piece.len);
    retold->done += piece.len;
    return (ssize_t)piece.len;
}

static bool parse(const struct byte_stream *input, json_t **root, struct diags *diags)
{
    struct buf text;
    json_error_t error = { .text = "" };
    buf_init(&text, LIMIT_FEED_JSON);
    *root = NULL;
    if (read_all(input, &text, diags)) {
        /* A byte order mark is none of JSON's. */
        slice json = buf_slice(&text);
        json = slice_from(json, slice_starts_with(json, SLICE("\xEF\xBB\xBF")) ? 3 : 0);
        *root = json_loadb(json.len > 0 ? json.ptr : "", json.len, JSON_ALLOW_NUL, &error);
        if (*root == NULL && error.text[0] == '\0') {
            diags_add_line(diags, DIAG_ERROR, input->path, 0,
                           "this JSON takes more than %u bytes of memory", LIMIT_FEED_JSON_MEMORY);
        } else if (*root == NULL) {
            diags_add_line(diags, DIAG_ERROR, input->path,
                           error.line > 0 ? (unsigned)error.line : 0,
                           "this JSON cannot be read: %s", error.text);
        }
    }
    buf_release(&text);
    return *root != NULL;
}

static bool read_tree(struct arena *arena, const struct byte_stream *input, json_t *root,
                      struct feed *feed, entry_visit *visit, void *context, struct diags *diags)
{
    struct retold retold = { .feed = json_object_get(root, "feed") };
    const struct byte_stream xml = { input->path, read_retold, &retold };
    retold.entries = json_object_get(retold.feed, "entry");
    if (!json_is_object(retold.feed)) {
        diags_add_line(diags, DIAG_ERROR, input->path, 0,
                       "this JSON is no feed of Blogger: it has no `feed`");
        return false;
    }
    buf_init(&retold.xml, (size_t)2 * LIMIT_ENTRY_CONTENT);
    bool ok = feed_read(arena, &xml, feed, visit, context, diags);
    buf_release(&retold.xml);
    return ok;
}

bool feed_json_read(struct arena *arena, const struct byte_stream *input, struct feed *feed,
                    entry_visit *visit, void *context, struct diags *diags)
{
    json_t *root = NULL;
    *feed = (struct feed){ 0 };
    json_set_alloc_funcs(take, give_back);
    bool ok =
        parse(input, &root, diags) && read_tree(arena, input, root, feed, visit, context, diags);
    json_decref(root);
    return ok;
}
