/* section.c: one section of a review, the whole review, and its source. */

#include "pages/body.h"
#include "pages/link.h"
#include "pages/render.h"

static void link_section(const struct page_context *context, const struct review *review,
                         const char *before, size_t index, struct buf *out)
{
    const struct page page = { .kind = PAGE_SECTION,
                               .review = review,
                               .section = &review->sections[index] };
    link_labelled(context, &page, before, page.section->heading, out);
}

/* What the headings further down are: clients without an outline of a page have no other. */
static void put_outline(const struct review *review, const struct section *section, struct buf *out)
{
    enum { WORTH_IT = 2 };
    if (section->end_sub - section->first_sub < WORTH_IT) {
        return;
    }
    for (uint32_t i = section->first_sub; i < section->end_sub; i++) {
        gemtext_item(out, review->subsections[i].heading);
    }
    gemtext_blank(out);
}

void render_section(const struct page_context *context, const struct page *page, struct buf *out)
{
    const struct review *review = page->review;
    size_t index = (size_t)(page->section - review->sections);
    gemtext_heading(out, 1, page->section->heading);
    gemtext_begin(out, GEMTEXT_TEXT, 0);
    gemtext_put(out, review->title);
    buf_printf(out, ", section %zu of %zu, %u min", index + 1, review->section_count,
               reading_minutes(page->section->words));
    gemtext_end(out, GEMTEXT_TEXT);
    gemtext_blank(out);
    put_outline(review, page->section, out);
    body_put(context, review, page->section->lines, 2, out);
    gemtext_blank(out);
    if (index + 1 < review->section_count) {
        link_section(context, review, "Next: ", index + 1, out);
    }
    if (index > 0) {
        link_section(context, review, "Previous: ", index - 1, out);
    }
    link_review(context, "The review: ", review, out);
    link_home(context, out);
}

void render_full(const struct page_context *context, const struct page *page, struct buf *out)
{
    const struct review *review = page->review;
    gemtext_heading(out, 1, review->title);
    if (review->tagline.len > 0) {
        gemtext_text(out, review->tagline);
    }
    gemtext_blank(out);
    body_put_review(context, review, out);
    gemtext_blank(out);
    link_review(context, context->book == NULL ? "The review in parts: " : "The review: ", review,
                out);
    link_home(context, out);
}

void render_source(UNUSED const struct page_context *context, const struct page *page,
                   struct buf *out)
{
    buf_put(out, page->review->source);
}
