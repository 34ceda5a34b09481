/* import.h: what the unit tests of import/ share: a page in, a post, a source file, a report out.
 */
#ifndef MATINEE_TESTS_UNIT_IMPORT_H
#define MATINEE_TESTS_UNIT_IMPORT_H

#include "check.h"

#include "import/emit.h"
#include "import/page_text.h"
#include "import/shape.h"

struct imported {
    struct arena arena;
    struct diags diags;
    struct report report;
    struct post post;
    struct shape shape;
    struct buf out;
    bool ok;
};

/* Read `text` as a page; the post borrows from it. */
static inline void read_page(struct imported *imported, slice text)
{
    const struct source source = { SLICE("page.txt"), text };
    *imported = (struct imported){ 0 };
    arena_init(&imported->arena);
    diags_init(&imported->diags);
    report_init(&imported->report, &imported->arena);
    buf_init(&imported->out, 1 << 26);
    imported->ok = page_text_read(&imported->arena, &source, &imported->post, &imported->report,
                                  &imported->diags);
}

/* The whole way, without Id and Published. */
static inline slice import_page(struct imported *imported, const char *text)
{
    read_page(imported, slice_of(text));
    assert_true(imported->ok);
    shape_recognise(&imported->arena, &imported->post, SLICE("page"), &imported->shape,
                    &imported->report);
    assert_true(emit(&imported->shape, &imported->out, &imported->report));
    return buf_slice(&imported->out);
}

static inline void imported_release(struct imported *imported)
{
    buf_release(&imported->out);
    diags_release(&imported->diags);
    arena_release(&imported->arena);
}

/* The text holds `part`. */
#define assert_holds(text, part) check_holds((text), (part), true, __FILE__, __LINE__)
#define assert_lacks(text, part) check_holds((text), (part), false, __FILE__, __LINE__)
static inline void check_holds(slice text, const char *part, bool wanted, const char *file,
                               int line)
{
    if ((slice_find(text, slice_of(part)) < text.len) != wanted) {
        print_error("%s \"%s\" in:\n%.*s\n", wanted ? "no" : "an unwanted", part, SLICE_ARG(text));
        _fail(file, line);
    }
}

#endif
