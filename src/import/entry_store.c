#include "import/entry_store.h"

#include "base/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* What is written of an entry before its texts. */
struct head {
    struct entry plain; /* with slices that lead nowhere */
    size_t labels;
};

enum { TEXTS = 12 };

/* The texts of an entry, in the order in which they are written. */
static void list_texts(struct entry *entry, slice *texts[TEXTS])
{
    slice *const list[TEXTS] = { &entry->id,      &entry->title,  &entry->url,
                                 &entry->path,    &entry->name,   &entry->published,
                                 &entry->updated, &entry->author, &entry->summary,
                                 &entry->content, &entry->parent, &entry->in_reply_to };
    memcpy(texts, list, sizeof list);
}

bool entry_store_open(struct entry_store *store, int at, const char *path)
{
    *store = (struct entry_store){ .fd = -1 };
    if (unlinkat(at, path, 0) != 0 && errno != ENOENT) {
        return false;
    }
    store->fd = openat(at, path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    return store->fd >= 0 && unlinkat(at, path, 0) == 0;
}

void entry_store_close(struct entry_store *store)
{
    if (store->fd >= 0) {
        (void)close(store->fd);
    }
    store->fd = -1;
}

static bool write_all(const struct entry_store *store, slice bytes)
{
    int64_t offset = store->size;
    while (bytes.len > 0) {
        ssize_t written = pwrite(store->fd, bytes.ptr, bytes.len, (off_t)offset);
        if (written < 0 && errno != EINTR) {
            return false;
        }
        if (written > 0) {
            bytes = slice_from(bytes, (size_t)written);
            offset += written;
        }
    }
    return true;
}

static void put_text(struct buf *out, slice text)
{
    buf_put(out, (slice){ (const char *)&text.len, sizeof text.len });
    buf_put(out, text);
}

bool entry_store_add(struct entry_store *store, const struct entry *entry,
                     struct entry_place *place)
{
    struct buf out;
    struct entry copy = *entry;
    slice *texts[TEXTS];
    const struct head head = { *entry, entry->labels.count };
    buf_init(&out, (size_t)-1);
    list_texts(&copy, texts);
    buf_put(&out, (slice){ (const char *)&head, sizeof head });
    for (size_t i = 0; i < TEXTS; i++) {
        put_text(&out, *texts[i]);
    }
    for (size_t i = 0; i < entry->labels.count; i++) {
        put_text(&out, entry->labels.items[i]);
    }
    bool ok = !out.failed;
    if (!ok) {
        errno = ENOMEM;
    }
    ok = ok && write_all(store, buf_slice(&out));
    *place = (struct entry_place){ store->size, out.len };
    store->size += ok ? (int64_t)out.len : 0;
    buf_release(&out);
    return ok;
}

static bool take(slice *rest, void *into, size_t size)
{
    if (rest->len < size) {
        return false;
    }
    memcpy(into, rest->ptr, size);
    *rest = slice_from(*rest, size);
    return true;
}

static bool take_text(slice *rest, slice *text)
{
    size_t length = 0;
    if (!take(rest, &length, sizeof length) || length > rest->len) {
        return false;
    }
    *text = slice_head(*rest, length);
    *rest = slice_from(*rest, length);
    return true;
}

static bool take_entry(slice rest, struct arena *arena, struct entry *entry)
{
    struct head head;
    slice *texts[TEXTS];
    if (!take(&rest, &head, sizeof head)) {
        return false;
    }
    *entry = head.plain;
    entry->labels = (struct slices){ 0 };
    list_texts(entry, texts);
    for (size_t i = 0; i < TEXTS; i++) {
        if (!take_text(&rest, texts[i])) {
            return false;
        }
    }
    for (size_t i = 0; i < head.labels; i++) {
        if (!take_text(&rest, ARRAY_ADD(arena, &entry->labels))) {
            return false;
        }
    }
    return true;
}

bool entry_store_get(const struct entry_store *store, const struct entry_place *place,
                     struct arena *arena, struct entry *entry)
{
    char *bytes = arena_alloc(arena, place->size + 1);
    size_t done = 0;
    while (done < place->size) {
        ssize_t got = pread(store->fd, bytes + done, place->size - done,
                            (off_t)(place->offset + (int64_t)done));
        if (got == 0) {
            errno = EIO;
        }
        if (got == 0 || (got < 0 && errno != EINTR)) {
            return false;
        }
        done += got > 0 ? (size_t)got : 0;
    }
    if (!take_entry((slice){ bytes, place->size }, arena, entry)) {
        errno = EIO;
        return false;
    }
    return true;
}
