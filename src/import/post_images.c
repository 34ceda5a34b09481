#include "import/post_images.h"

#include "import/image_data.h"

/* What became of a picture, by what changed in the counts; `path` is empty when it is not there. */
static void tell(const struct post_images *wanted, const struct images_counts *before,
                 const struct block *block, slice path, struct report *report)
{
    const struct images_counts *now = &wanted->images->counts;
    const struct outcome outcome = {
        .kind = OUTCOME_IMAGE,
        .input = wanted->input,
        .line = block->line,
        .title = block->text,
        .url = image_data_is(block->url) ? SLICE_EMPTY : block->url,
        .file = path.len > 0 ? arena_printf(report->arena, "static/%.*s", SLICE_ARG(path))
                             : SLICE_EMPTY,
        .plan = now->stored > before->stored       ? WRITE_NEW
                : now->replaced > before->replaced ? WRITE_AGAIN
                                                   : WRITE_NOT,
        .failure = path.len > 0 ? SLICE_EMPTY : SLICE("it could not be had"),
    };
    wanted->tell(wanted->context, &outcome);
}

/* A picture that is not stored: its web address. False when it has none, because it is part of the
 * page: nothing could lead to it. */
static bool keep_address(struct block *block, struct report *report)
{
    if (image_data_is(block->url)) {
        block->url = image_data_is(block->smaller) ? SLICE_EMPTY : block->smaller;
    }
    if (block->url.len == 0) {
        report_note(report, block->line, "an image without an address is left out: %.*s",
                    SLICE_ARG(block->text));
    }
    return block->url.len > 0;
}

/* False when the block is to be left out. */
static bool store(const struct post_images *wanted, struct block *block, struct report *report)
{
    const struct images_counts before = wanted->images->counts;
    const struct image_wanted image = {
        .urls = { block->url, block->smaller },
        .name_hint = wanted->name,
        .line = block->line,
    };
    slice path = SLICE_EMPTY;
    bool there = images_store(wanted->images, &image, report, &path);
    if (there || wanted->images->source != NULL || image_data_is(block->url)) {
        tell(wanted, &before, block, path, report);
    }
    if (there) {
        block->url = path;
    }
    return there || keep_address(block, report);
}

void post_images_store(const struct post_images *wanted, struct post *post, struct report *report)
{
    size_t kept = 0;
    for (size_t i = 0; i < post->blocks.count; i++) {
        struct block *block = &post->blocks.items[i];
        if (block->kind != BLOCK_IMAGE || store(wanted, block, report)) {
            post->blocks.items[kept++] = *block;
        }
    }
    post->blocks.count = kept;
}
