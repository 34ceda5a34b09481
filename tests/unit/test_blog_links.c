#include "check.h"

#include "import/blog_links.h"

static void turns_links_to_posts(void **state)
{
    (void)state;
    struct arena arena;
    struct blog_links links;
    struct block blocks[] = {
        { .kind = BLOCK_LINK,
          .text = SLICE("here"),
          .url = SLICE("http://b.example/2024/05/a.html#x") },
        { .kind = BLOCK_LINK, .url = SLICE("https://b.example/p/about.html?m=1") },
        { .kind = BLOCK_LINK,
          .text = SLICE("there"),
          .url = SLICE("https://b.example/2024/05/c.html") },
        { .kind = BLOCK_LINK, .text = SLICE("home"), .url = SLICE("https://b.example/") },
        { .kind = BLOCK_IMAGE,
          .text = SLICE("picture"),
          .url = SLICE("https://b.example/2024/05/a.html") },
        { .kind = BLOCK_LINK,
          .text = SLICE("moved"),
          .url = SLICE("https://old.example/2024/05/a.html") },
    };
    struct post post = { .blocks = { blocks, sizeof blocks / sizeof *blocks, 0 } };
    arena_init(&arena);
    blog_links_init(&links, &arena);
    blog_links_add_review(&links, SLICE("b.example/2024/05/a.html"), SLICE("a"));
    blog_links_add_review(&links, SLICE("b.example/2024/05/a.html"), SLICE("a-2"));
    blog_links_add_page(&links, SLICE("b.example/p/about.html"), SLICE("about"));
    blog_links_add_review(&links, SLICE_EMPTY, SLICE("draft"));
    assert_int_equal(blog_links_turn(&links, &arena, BLOG_LINKS_BY_NAME, &post), 3);
    assert_slice_equal(blocks[0].url, "review:a");
    assert_slice_equal(blocks[0].text, "here");
    assert_slice_equal(blocks[1].url, "/about.gmi");
    assert_slice_equal(blocks[1].text, "https://b.example/p/about.html?m=1");
    assert_slice_equal(blocks[2].url, "https://b.example/2024/05/c.html");
    assert_slice_equal(blocks[3].url, "https://b.example/");
    assert_slice_equal(blocks[4].url, "https://b.example/2024/05/a.html");
    assert_slice_equal(blocks[5].url, "review:a");
    blog_links_release(&links);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(turns_links_to_posts) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
