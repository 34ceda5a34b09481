#include "cmd/address_check.h"

#include "base/limits.h"
#include "pages/sitemap.h"

static void check_alias(const struct capsule *capsule, const struct review *review, size_t index,
                        struct diags *diags)
{
    const struct source source = { review->path, review->source };
    slice path = review->aliases[index];
    struct page page;
    enum sitemap_found found = sitemap_find(capsule, path, &page);
    if (found == SITEMAP_FOUND && page.kind == PAGE_RULE) {
        diags_add(diags, DIAG_WARNING, &source, review->alias_places[index],
                  "capsule.conf says itself what is answered at %.*s", SLICE_ARG(path));
    } else if (found == SITEMAP_NEEDS_SLASH ||
               (found == SITEMAP_FOUND && page.kind != PAGE_ALIAS)) {
        diags_add(diags, DIAG_ERROR, &source, review->alias_places[index],
                  "there is a page at %.*s, so it cannot be an old address", SLICE_ARG(path));
    }
}

static void check_static(const struct capsule *capsule, const struct static_file *file,
                         struct buf *path, struct diags *diags)
{
    struct page page;
    buf_clear(path);
    buf_putc(path, '/');
    buf_put(path, file->path);
    if (path->failed || !sitemap_find_made(capsule, buf_slice(path), &page) ||
        (page.review == NULL && page.hand == NULL)) {
        return;
    }
    slice address = buf_slice(path);
    struct buf name;
    buf_init(&name, address.len + 16);
    buf_puts(&name, "static");
    buf_put(&name, address);
    const struct source source = { buf_slice(&name), SLICE_EMPTY };
    diags_add(diags, DIAG_WARNING, &source, NULL, "this file is served instead of the page at %.*s",
              SLICE_ARG(address));
    buf_release(&name);
}

void address_check(const struct capsule *capsule, struct diags *diags)
{
    struct buf path;
    for (size_t i = 0; i < capsule_count_reviews(capsule); i++) {
        const struct review *review = capsule_review_at(capsule, i);
        for (size_t k = 0; k < review->alias_count; k++) {
            check_alias(capsule, review, k, diags);
        }
    }
    buf_init(&path, LIMIT_REQUEST_URL);
    for (size_t i = 0; i < capsule->static_count; i++) {
        check_static(capsule, &capsule->statics[i], &path, diags);
    }
    buf_release(&path);
}
