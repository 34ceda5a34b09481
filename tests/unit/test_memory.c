#include "check.h"

#include "base/attributes.h"
#include "import/memory.h"

static const char text[] = "# matinee imports 2: id, file, written, before, published, source, "
                           "origin, address, updated\n"
                           "urn:uuid:1\treviews/a.gmi\taa\t\t2024-05-06\tcc\t\t\t\n"
                           "urn:uuid:2\treviews/b/c.gmi\tbb\tab\t2024-05-07T20:00Z\tdd\ttag:2\t"
                           "blog.example/2024/05/c.html\t2024-05-08\n";

/* A memory that was read from `text`. */
struct fixture {
    struct arena arena;
    struct diags diags;
    struct memory memory;
};

static void read_text(struct fixture *fixture, const char *contents)
{
    const struct source source = { SLICE("imports"), slice_of(contents) };
    arena_init(&fixture->arena);
    diags_init(&fixture->diags);
    memory_read(&fixture->arena, &source, &fixture->memory, &fixture->diags);
}

static void release(struct fixture *fixture)
{
    memory_release(&fixture->memory);
    diags_release(&fixture->diags);
    arena_release(&fixture->arena);
}

static void reads_what_it_wrote(void **state)
{
    (void)state;
    struct fixture f;
    struct buf out;
    read_text(&f, text);
    buf_init(&out, 1 << 16);
    memory_put(&f.memory, &out);
    assert_slice_equal(buf_slice(&out), text);
    assert_int_equal(f.diags.count, 0);
    assert_false(f.memory.is_untidy);
    buf_release(&out);
    release(&f);
}

static void finds_by_every_name(void **state)
{
    (void)state;
    struct fixture f;
    read_text(&f, text);
    assert_slice_equal(memory_find(&f.memory, SLICE("urn:uuid:2"))->file, "reviews/b/c.gmi");
    assert_null(memory_find(&f.memory, SLICE("urn:uuid:3")));
    assert_slice_equal(memory_find_source(&f.memory, SLICE("cc"))->id, "urn:uuid:1");
    assert_null(memory_find_source(&f.memory, SLICE("aa")));
    assert_slice_equal(memory_find_file(&f.memory, SLICE("reviews/a.gmi"))->id, "urn:uuid:1");
    assert_slice_equal(memory_find_origin(&f.memory, SLICE("tag:2"))->id, "urn:uuid:2");
    assert_null(memory_find_origin(&f.memory, SLICE_EMPTY));
    assert_slice_equal(memory_find_address(&f.memory, SLICE("blog.example/2024/05/c.html"))->id,
                       "urn:uuid:2");
    /* Takeout knows no more than the path; another blog's post is another post. */
    assert_slice_equal(memory_find_address(&f.memory, SLICE("/2024/05/c.html"))->id, "urn:uuid:2");
    assert_null(memory_find_address(&f.memory, SLICE("other.example/2024/05/c.html")));
    assert_null(memory_find_address(&f.memory, SLICE_EMPTY));
    release(&f);
}

static void sets_what_changes(void **state)
{
    (void)state;
    struct fixture f;
    read_text(&f, text);
    struct import_entry entry = *memory_find(&f.memory, SLICE("urn:uuid:1"));
    assert_null(memory_set(&f.memory, &entry));
    entry.written = SLICE("ee");
    assert_non_null(memory_set(&f.memory, &entry));
    assert_int_equal(f.memory.entries.count, 2);
    assert_slice_equal(memory_find(&f.memory, SLICE("urn:uuid:1"))->written, "ee");
    assert_slice_equal(memory_find(&f.memory, SLICE("urn:uuid:1"))->before, "aa");
    entry.file = SLICE("reviews/new.gmi");
    assert_slice_equal(memory_set(&f.memory, &entry)->before, "aa");
    assert_null(memory_find_file(&f.memory, SLICE("reviews/a.gmi")));
    entry.id = SLICE("urn:uuid:3");
    entry.updated = SLICE("with a tab\tand\na line");
    assert_slice_equal(memory_set(&f.memory, &entry)->updated, "with a tab and a line");
    assert_int_equal(f.memory.entries.count, 3);
    release(&f);
}

static void reads_a_journal(void **state)
{
    (void)state;
    struct fixture f;
    /* The later line counts; the last one was cut off. */
    read_text(&f, "urn:uuid:1\treviews/a.gmi\taa\t\t\t\t\t\t\n"
                  "urn:uuid:1\treviews/b.gmi\tbb\taa\t\t\t\t\t\n"
                  "urn:uuid:2\treviews/c.gmi\tcc\t\t");
    assert_int_equal(f.memory.entries.count, 1);
    assert_slice_equal(memory_find(&f.memory, SLICE("urn:uuid:1"))->file, "reviews/b.gmi");
    assert_int_equal(f.diags.count, 0);
    assert_true(f.memory.is_untidy);
    release(&f);
}

static void reads_the_first_form(void **state)
{
    (void)state;
    struct fixture f;
    read_text(&f, "# matinee imports 1: id, file, written, published, source\n"
                  "urn:uuid:1\treviews/a.gmi\taa\t2024-05-06\tcc\n");
    assert_int_equal(f.diags.count, 0);
    assert_slice_equal(memory_find(&f.memory, SLICE("urn:uuid:1"))->published, "2024-05-06");
    assert_slice_equal(memory_find_source(&f.memory, SLICE("cc"))->written, "aa");
    release(&f);
}

static void passes_over_what_is_no_entry(void **state)
{
    (void)state;
    struct fixture f;
    read_text(&f, "urn:uuid:1\treviews/a.gmi\taa\n"
                  "urn:uuid:1\t../../etc/passwd\taa\t2024-05-06\tcc\n"
                  "urn:uuid:1\treviews/../../etc/passwd\taa\t2024-05-06\tcc\n"
                  "\n"
                  "x\treviews/a.gmi\taa\t2024-05-06\tcc\n"
                  "urn:uuid:1\treviews/a.gmi\taa\t2024-05-06\tcc\tmore\n"
                  "urn:uuid:9\treviews/a.gmi\taa\t2024-05-06\tcc\r\n");
    assert_int_equal(f.memory.entries.count, 1);
    assert_slice_equal(f.memory.entries.items[0]->source, "cc");
    assert_int_equal(f.diags.counts[DIAG_WARNING], 5);
    release(&f);
}

static void plans(void **state)
{
    (void)state;
    static const struct {
        const char *remembered, *current, *made;
        bool overwrite;
        enum write_plan plan;
    } cases[] = {
        { NULL, "", "m", false, WRITE_NEW },       { "w", "", "m", false, WRITE_NEW },
        { NULL, "m", "m", false, WRITE_NOT },      { "w", "m", "m", false, WRITE_NOT },
        { "w", "w", "m", false, WRITE_AGAIN },     { "w", "mine", "m", false, WRITE_BESIDE },
        { "m", "mine", "m", false, WRITE_KEEP },   { NULL, "mine", "m", false, WRITE_BESIDE },
        { "w", "mine", "m", true, WRITE_OVER },    { "m", "mine", "m", true, WRITE_OVER },
        { "m", "older", "m", false, WRITE_AGAIN }, { "m", "m", "m", true, WRITE_NOT },
        { "w", "w", "m", true, WRITE_AGAIN },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        const struct import_entry entry = { .written = slice_of(cases[i].remembered),
                                            .before = SLICE("older") };
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
        struct slice_map numbers;
        slice_map_init(&numbers, &arena);
        slice name = memory_name(&arena, slice_of(cases[i].title), SLICE("2024-05-06T20:00Z"),
                                 &numbers, is_taken, cases[i].taken);
        assert_slice_equal(name, cases[i].name);
        assert_true(name.len <= 80);
        slice_map_release(&numbers);
    }
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_it_wrote),
        cmocka_unit_test(finds_by_every_name),
        cmocka_unit_test(sets_what_changes),
        cmocka_unit_test(reads_a_journal),
        cmocka_unit_test(reads_the_first_form),
        cmocka_unit_test(passes_over_what_is_no_entry),
        cmocka_unit_test(plans),
        cmocka_unit_test(hashes),
        cmocka_unit_test(names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
