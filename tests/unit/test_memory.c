#include "check.h"

#include "base/attributes.h"
#include "import/memory.h"

static const char text[] = "# matinee imports 1: id, file, written, published, source\n"
                           "urn:uuid:1\treviews/a.gmi\taa\t2024-05-06\tcc\n"
                           "urn:uuid:2\treviews/b/c.gmi\tbb\t2024-05-07T20:00Z\tdd\n";

static void reads_what_it_wrote(void **state)
{
    (void)state;
    struct arena arena;
    struct diags diags;
    struct memory memory;
    struct buf out;
    const struct source source = { SLICE("imports"), slice_of(text) };
    arena_init(&arena);
    diags_init(&diags);
    buf_init(&out, 1 << 16);
    memory_read(&arena, &source, &memory, &diags);
    memory_put(&memory, &out);
    assert_slice_equal(buf_slice(&out), text);
    assert_int_equal(diags.count, 0);

    assert_slice_equal(memory_find(&memory, SLICE("urn:uuid:2"))->file, "reviews/b/c.gmi");
    assert_null(memory_find(&memory, SLICE("urn:uuid:3")));
    assert_slice_equal(memory_find_source(&memory, SLICE("cc"))->id, "urn:uuid:1");
    assert_null(memory_find_source(&memory, SLICE("aa")));

    struct import_entry entry = *memory_find(&memory, SLICE("urn:uuid:1"));
    entry.written = SLICE("ee");
    memory_set(&memory, &entry);
    assert_int_equal(memory.count, 2);
    entry.id = SLICE("urn:uuid:3");
    memory_set(&memory, &entry);
    assert_int_equal(memory.count, 3);
    assert_slice_equal(memory_find(&memory, SLICE("urn:uuid:1"))->written, "ee");
    buf_release(&out);
    diags_release(&diags);
    arena_release(&arena);
}

static void passes_over_what_is_no_entry(void **state)
{
    (void)state;
    struct arena arena;
    struct diags diags;
    struct memory memory;
    const struct source source = { SLICE("imports"),
                                   SLICE("urn:uuid:1\treviews/a.gmi\taa\n"
                                         "urn:uuid:1\t../../etc/passwd\taa\t2024-05-06\tcc\n"
                                         "\n"
                                         "x\treviews/a.gmi\taa\t2024-05-06\tcc\n"
                                         "urn:uuid:1\treviews/a.gmi\taa\t2024-05-06\tcc\tmore\n"
                                         "urn:uuid:9\treviews/a.gmi\taa\t2024-05-06\tcc\r\n") };
    arena_init(&arena);
    diags_init(&diags);
    memory_read(&arena, &source, &memory, &diags);
    assert_int_equal(memory.count, 1);
    assert_slice_equal(memory.items[0].source, "cc");
    assert_int_equal(diags.counts[DIAG_WARNING], 4);
    diags_release(&diags);
    arena_release(&arena);
}

static void plans(void **state)
{
    (void)state;
    static const struct {
        const char *remembered, *current, *made;
        bool overwrite;
        enum write_plan plan;
    } cases[] = {
        { NULL, "", "m", false, WRITE_NEW },     { "w", "", "m", false, WRITE_NEW },
        { NULL, "m", "m", false, WRITE_NOT },    { "w", "m", "m", false, WRITE_NOT },
        { "w", "w", "m", false, WRITE_AGAIN },   { "w", "mine", "m", false, WRITE_BESIDE },
        { "m", "mine", "m", false, WRITE_KEEP }, { NULL, "mine", "m", false, WRITE_BESIDE },
        { "w", "mine", "m", true, WRITE_OVER },  { "m", "mine", "m", true, WRITE_OVER },
        { "m", "m", "m", true, WRITE_NOT },      { "w", "w", "m", true, WRITE_AGAIN },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        const struct import_entry entry = { .written = slice_of(cases[i].remembered) };
        assert_int_equal(memory_plan(cases[i].remembered ? &entry : NULL,
                                     slice_of(cases[i].current), slice_of(cases[i].made),
                                     cases[i].overwrite),
                         cases[i].plan);
    }
}

static void hashes(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena);
    /* FIPS 180-4's example, and the empty message. */
    assert_slice_equal(memory_hash(&arena, SLICE("abc")),
                       "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_slice_equal(memory_hash(&arena, SLICE_EMPTY),
                       "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    arena_release(&arena);
}

/* `context` is the list of names that are taken. */
static bool is_taken(const void *context, slice name)
{
    for (const char *const *taken = context; *taken != NULL; taken++) {
        if (slice_equal(name, slice_of(*taken))) {
            return true;
        }
    }
    return false;
}

static void names(void **state)
{
    (void)state;
    static const struct {
        const char *title;
        const char *taken[4];
        const char *name;
    } cases[] = {
        { "The Attic", { NULL }, "the-attic" },
        { "The Attic", { "the-attic", NULL }, "the-attic-2024-05" },
        { "The Attic", { "the-attic", "the-attic-2024-05", NULL }, "the-attic-2024-05-2" },
        { "\xF0\x9F\x8E\xAC", { NULL }, "x1f3ac" },
        { "a very long title that has to be cut somewhere so that it fits in a slug, dear reader",
          { "a-very-long-title-that-has-to-be-cut-somewhere-so-that-it-fits-in-a-slug-dear", NULL },
          "a-very-long-title-that-has-to-be-cut-somewhere-so-that-it-fits-in-a-slug-2024-05" },
    };
    struct arena arena;
    arena_init(&arena);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        slice name = memory_name(&arena, slice_of(cases[i].title), SLICE("2024-05-06T20:00Z"),
                                 is_taken, cases[i].taken);
        assert_slice_equal(name, cases[i].name);
        assert_true(name.len <= 80);
    }
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_it_wrote),
        cmocka_unit_test(passes_over_what_is_no_entry),
        cmocka_unit_test(plans),
        cmocka_unit_test(hashes),
        cmocka_unit_test(names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
