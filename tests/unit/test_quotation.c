#include "check.h"

#include "base/attributes.h"
#include "import/quotation.h"

/* What the rest of the post teaches: Jamsil and Mina are names, `quiet` is none. */
static const char *const prose[] = {
    "They met in Jamsil, and Mina never left. It is a quiet and simple story about the old house.",
    "Nobody saw Mina again, though the film does not say so.",
};

struct scene {
    struct arena arena;
    struct post post;
    struct names names;
};

static void begin(struct scene *scene)
{
    *scene = (struct scene){ 0 };
    arena_init(&scene->arena);
    for (size_t i = 0; i < ARRAY_LENGTH(prose); i++) {
        *ARRAY_ADD(&scene->arena, &scene->post.blocks) =
            (struct block){ .text = slice_of(prose[i]) };
    }
    names_gather(&scene->arena, &scene->post, &scene->names);
}

static void knows_names(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene);
    assert_true(names_has(&scene.names, SLICE("Mina")));
    assert_true(names_has(&scene.names, SLICE("Jamsil,")));
    assert_true(names_has(&scene.names, SLICE("Mina\xE2\x80\x99s")));
    assert_false(names_has(&scene.names, SLICE("Quiet")));
    assert_false(names_has(&scene.names, SLICE("They")));
    assert_false(names_has(&scene.names, SLICE("")));
    assert_true(names_is_ordinary(&scene.names, SLICE("Quiet")));
    assert_true(names_is_starter(SLICE("It\xE2\x80\x99s")));
    assert_true(names_is_starter(SLICE("\"The")));
    assert_false(names_is_starter(SLICE("the")));
    arena_release(&scene.arena);
}

static void finds_where_the_commentary_begins(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *speaker, *context, *commentary;
    } cases[] = {
        { "Yong, in the yard", "Yong", "in the yard", "" },
        { "Yong", "Yong", "", "" },
        { "Yong, in the yard He says it.", "Yong", "in the yard", "He says it." },
        { "Yong, in the yard Quiet and exact.", "Yong", "in the yard", "Quiet and exact." },
        /* A word that the post does not know begins a sentence after a noun, … */
        { "Yong, in the yard Xylophones play.", "Yong", "in the yard", "Xylophones play." },
        /* … and is a name after a preposition. */
        { "Yong, on the way to Gwangju The road is empty.", "Yong", "on the way to Gwangju",
          "The road is empty." },
        { "Yong, at Seoul Station Nobody answers.", "Yong", "at Seoul Station", "Nobody answers." },
        { "Yong, in Cell No. 7 The men listen.", "Yong", "in Cell No. 7", "The men listen." },
        { "Yong, of Dr. Kim's advice It is bad advice.", "Yong", "of Dr. Kim's advice",
          "It is bad advice." },
        /* A name of the post. */
        { "Yong, watching Mina leave He waits.", "Yong", "watching Mina leave", "He waits." },
        /* `inside` ends a phrase here. */
        { "Yong, during her first visit inside It\xE2\x80\x99s a verdict.", "Yong",
          "during her first visit inside", "It\xE2\x80\x99s a verdict." },
        /* After a comma a capital is a name's. */
        { "Yong, in a letter, Seoul behind him Three words.", "Yong",
          "in a letter, Seoul behind him", "Three words." },
        /* A full stop ends it. */
        { "Yong, in the yard. Mina does not hear it.", "Yong", "in the yard.",
          "Mina does not hear it." },
        { "Yong, to Mr. Park. Mina hears.", "Yong", "to Mr. Park.", "Mina hears." },
        /* Brackets. */
        { "Yong (in the yard) He says it.", "Yong", "in the yard", "He says it." },
        { "(Yong, in the yard) He says it.", "Yong", "in the yard", "He says it." },
        { "(Yong)", "Yong", "", "" },
        /* No context. */
        { "So Yang-ho The blunt correction, as he makes it.", "So Yang-ho", "",
          "The blunt correction, as he makes it." },
        { "Old Man Seo. He coughs.", "Old Man Seo.", "", "He coughs." },
        { "the warden, at roll call He counts.", "the warden", "at roll call", "He counts." },
        /* No case, no sign: a short text is context. */
        { "용구, 딸에게 약속하며", "용구", "딸에게 약속하며", "" },
    };
    struct scene scene;
    begin(&scene);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct attribution got;
        assert_true(attribution_parse(slice_of(cases[i].text), &scene.names, &got));
        assert_slice_equal(got.speaker, cases[i].speaker);
        assert_slice_equal(got.context, cases[i].context);
        assert_slice_equal(got.commentary, cases[i].commentary);
    }
    arena_release(&scene.arena);
}

static void refuses_what_is_no_speaker(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        ", in the yard",
        "He left. She stayed, alone",
        "one two three four five six seven eight nine ten, in the yard",
    };
    struct scene scene;
    begin(&scene);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct attribution got;
        assert_false(attribution_parse(slice_of(cases[i]), &scene.names, &got));
    }
    arena_release(&scene.arena);
}

static void splits_quotes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool among_quotes;
        bool is_quote;
        const char *line, *speaker;
    } cases[] = {
        { "\"I promise.\" \xE2\x80\x93 Yong, in the yard", true, true, "I promise.", "Yong" },
        { "\xE2\x80\x9CI promise.\xE2\x80\x9D\xE2\x80\x94Yong", true, true, "I promise.", "Yong" },
        { "\xE2\x80\x98I don\xE2\x80\x99t.\xE2\x80\x99 - Yong", true, true, "I don\xE2\x80\x99t.",
          "Yong" },
        { "'I don't.' -- Yong", true, true, "I don't.", "Yong" },
        { "\xC2\xAB Oui. \xC2\xBB \xE2\x80\x93 Yong", true, true, "Oui.", "Yong" },
        { "\xE3\x80\x8C\xEB\x84\xA4\xE3\x80\x8D \xE2\x80\x93 Yong", true, true, "\xEB\x84\xA4",
          "Yong" },
        /* Quotation marks inside. */
        { "\"Say \"yes\" now.\" \xE2\x80\x93 Yong", true, true, "Say \"yes\" now.", "Yong" },
        { "\"I promise.\" (Yong, in the yard)", true, true, "I promise.", "Yong" },
        { "\"I promise.\"", true, true, "I promise.", "" },
        { "\"I promise.\"", false, false, "", "" },
        { "I promise. \xE2\x80\x93 Yong, in the yard", true, true, "I promise.", "Yong" },
        { "I promise. \xE2\x80\x93 Yong, in the yard", false, false, "", "" },
        { "Say it \xE2\x80\x93 they do not", true, false, "", "" },
        { "\"I promise you.\" \xE2\x80\x93 Yong, in the yard", false, true, "I promise you.",
          "Yong" },
        /* A title in quotation marks with a tagline. */
        { "\xE2\x80\x9CGull\xE2\x80\x9D \xE2\x80\x94 three songs, and a cinema", false, false, "",
          "" },
        { "\"Gull\" earns its tears \xE2\x80\x93 honestly, too.", true, false, "", "" },
        { "", true, false, "", "" },
        { "\"", true, false, "", "" },
        { "\"\"", true, false, "", "" },
    };
    struct scene scene;
    begin(&scene);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct quotation got;
        bool is_quote =
            quotation_parse(slice_of(cases[i].text), &scene.names, cases[i].among_quotes, &got);
        if (is_quote != cases[i].is_quote) {
            print_error("case %zu: %s\n", i, cases[i].text);
        }
        assert_int_equal(is_quote, cases[i].is_quote);
        if (is_quote) {
            assert_slice_equal(got.line, cases[i].line);
            assert_slice_equal(got.by.speaker, cases[i].speaker);
            assert_int_equal(got.attributed, got.by.speaker.len > 0);
        }
    }
    arena_release(&scene.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_names),
        cmocka_unit_test(finds_where_the_commentary_begins),
        cmocka_unit_test(refuses_what_is_no_speaker),
        cmocka_unit_test(splits_quotes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
