#include "import/post_images.h"

/* What became of a picture, by what changed in the counts. */
static void tell(const struct post_images *wanted, const struct images_counts *before,
                 const struct block *block, slice file, slice url)
{
    const struct images_counts *now = &wanted->images->counts;
    const struct outcome outcome = {
        .kind = OUTCOME_IMAGE,
        .input = wanted->input,
        .line = block->line,
        .title = block->text,
        .url = url,
        .file = file,
        .plan = now->stored > before->stored       ? WRITE_NEW
                : now->replaced > before->replaced ? WRITE_AGAIN
                                                   : WRITE_NOT,
        .failure = file.len > 0 ? SLICE_EMPTY : SLICE("it could not be had"),
    };
    wanted->tell(wanted->context, &outcome);
}

void post_images_store(const struct post_images *wanted, struct post *post, struct report *report)
{
    for (size_t i = 0; i < post->blocks.count; i++) {
        struct block *block = &post->blocks.items[i];
        const struct images_counts before = wanted->images->counts;
        const struct image_wanted image = {
            .urls = { block->url, block->smaller },
            .name_hint = wanted->name,
            .line = block->line,
        };
        slice url = block->url;
        slice path = SLICE_EMPTY;
        if (block->kind != BLOCK_IMAGE) {
            continue;
        }
        bool there = images_store(wanted->images, &image, report, &path);
        if (there) {
            block->url = path;
        }
        if (there || wanted->images->source != NULL) {
            slice file =
                there ? arena_printf(report->arena, "static/%.*s", SLICE_ARG(path)) : SLICE_EMPTY;
            tell(wanted, &before, block, file, url);
        }
    }
}
