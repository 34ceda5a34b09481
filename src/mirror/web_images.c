#include "mirror/web_images.h"

#include "base/buf.h"

static bool begin(void *context)
{
    buf_clear(context);
    return true;
}

static bool take(void *context, slice bytes)
{
    struct buf *body = context;
    buf_put(body, bytes);
    return !body->failed;
}

static enum image_got get(void *context, struct arena *arena, const struct image_request *request,
                          struct image_answer *answer)
{
    struct web_images *images = context;
    struct buf body;
    struct fetch_answer got;
    const struct fetch_request wanted = {
        .url = request->url,
        .etag = request->etag,
        .modified = request->modified,
        .max = request->max,
        .begin = begin,
        .take = take,
        .context = &body,
    };
    buf_init(&body, request->max);
    enum fetch_result result = fetch(images->fetcher, arena, &wanted, &got);
    bool is_empty = result == FETCH_DONE && body.len == 0;
    *answer = (struct image_answer){
        .bytes = result == FETCH_DONE ? arena_copy(arena, buf_slice(&body)) : SLICE_EMPTY,
        .etag = got.etag,
        .modified = got.modified,
        .reason = is_empty ? SLICE("it is empty") : got.problem,
    };
    buf_release(&body);
    switch (result) {
    case FETCH_DONE:
        return is_empty ? IMAGE_GONE : IMAGE_BYTES;
    case FETCH_SAME:
        return IMAGE_SAME;
    case FETCH_GONE:
    case FETCH_NEVER:
        return IMAGE_GONE;
    default:
        images->incomplete = true;
        return IMAGE_LATER;
    }
}

struct image_source web_images_source(struct web_images *images)
{
    return (struct image_source){ get, images };
}
