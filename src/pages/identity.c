#include "pages/identity.h"

#include "base/limits.h"
#include "text/uuid.h"

/* Room for a name that an id is made of: a title, or an id and a path. */
enum { NAME_BYTES = LIMIT_TITLE + 256 };

static void put_small(slice id, struct buf *out)
{
    for (size_t i = 0; i < id.len; i++) {
        char c = id.ptr[i];
        buf_putc(out, c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c);
    }
}

/* A feed without ids is none, so without them the page fails. */
static void put_named(const struct buf *name, struct buf *out)
{
    if (name->failed || !uuid_put_named(out, buf_slice(name))) {
        out->failed = true;
    }
}

static void put_capsule(const struct capsule *capsule, struct buf *out)
{
    char room[NAME_BYTES];
    struct buf name;
    if (capsule->conf.id.len > 0) {
        put_small(capsule->conf.id, out);
        return;
    }
    buf_init_on(&name, room, sizeof room);
    buf_puts(&name, "capsule:");
    buf_put(&name, capsule->conf.title);
    put_named(&name, out);
}

static void put_page(const struct capsule *capsule, const struct page *page, struct buf *out)
{
    char room[NAME_BYTES];
    struct buf name;
    buf_init_on(&name, room, sizeof room);
    put_capsule(capsule, &name);
    page_put_path(page, &name);
    put_named(&name, out);
}

void identity_put_feed(const struct capsule *capsule, const struct page *shown, struct buf *out)
{
    if (shown->kind == PAGE_HOME) {
        put_capsule(capsule, out);
    } else {
        put_page(capsule, shown, out);
    }
}

void identity_put_review(const struct capsule *capsule, const struct review *review,
                         struct buf *out)
{
    const struct page page = { .kind = PAGE_REVIEW, .review = review };
    if (review->id.len > 0) {
        put_small(review->id, out);
    } else {
        put_page(capsule, &page, out);
    }
}

void identity_put_quote(const struct capsule *capsule, const struct review *review,
                        const struct quote *quote, struct buf *out)
{
    char room[NAME_BYTES];
    struct buf name;
    buf_init_on(&name, room, sizeof room);
    identity_put_review(capsule, review, &name);
    buf_putc(&name, '/');
    buf_put(&name, quote->id);
    put_named(&name, out);
}
