#include "import/blog_links.h"

#include "import/address.h"

void blog_links_init(struct blog_links *links, struct arena *arena)
{
    links->arena = arena;
    slice_map_init(&links->targets, arena);
}

void blog_links_release(struct blog_links *links)
{
    slice_map_release(&links->targets);
}

static void add(struct blog_links *links, slice key, slice target)
{
    slice path = address_dated_path(key);
    slice *place = arena_copy_array(links->arena, &target, 1, sizeof target);
    if (key.len > 0) {
        (void)slice_map_claim(&links->targets, key, place);
    }
    if (path.len > 0) {
        (void)slice_map_claim(&links->targets, path, place);
    }
}

void blog_links_add_review(struct blog_links *links, slice address, slice name)
{
    add(links, address, arena_printf(links->arena, "review:%.*s", SLICE_ARG(name)));
}

void blog_links_add_page(struct blog_links *links, slice address, slice name)
{
    add(links, address, arena_printf(links->arena, "/%.*s.gmi", SLICE_ARG(name)));
}

slice blog_links_find(const struct blog_links *links, slice url)
{
    struct arena arena;
    arena_init(&arena);
    slice key = address_key(&arena, url);
    const slice *target = slice_map_get(&links->targets, key);
    if (target == NULL && address_dated_path(key).len > 0) {
        target = slice_map_get(&links->targets, address_dated_path(key));
    }
    arena_release(&arena);
    return target == NULL ? SLICE_EMPTY : *target;
}

/* `target`, which is written by name, as a page one folder below the root sees it. */
static slice relative(struct arena *arena, slice target)
{
    static const slice by_name = SLICE_INIT("review:");
    return slice_starts_with(target, by_name)
               ? arena_printf(arena, "../reviews/%.*s/", SLICE_ARG(slice_from(target, by_name.len)))
               : arena_printf(arena, "..%.*s", SLICE_ARG(target));
}

size_t blog_links_turn(const struct blog_links *links, struct arena *arena,
                       enum blog_links_form form, struct post *post)
{
    size_t turned = 0;
    for (size_t i = 0; i < post->blocks.count; i++) {
        struct block *block = &post->blocks.items[i];
        slice target = block->kind == BLOCK_LINK ? blog_links_find(links, block->url) : SLICE_EMPTY;
        if (target.len > 0) {
            /* The label is what is read, so an address without one stays to be seen. */
            block->text = block->text.len > 0 ? block->text : block->url;
            block->url = form == BLOG_LINKS_RELATIVE ? relative(arena, target) : target;
            turned++;
        }
    }
    return turned;
}
