#include "import/html_headings.h"

#include "base/utf8.h"
#include "import/fact_line.h"
#include "import/heading.h"
#include "import/phrase.h"

/* A bold paragraph with more words is no heading. */
enum { BOLD_WORDS = 12 };

static bool reads_like_heading(slice text)
{
    struct fact_line fact;
    struct quoted quoted;
    if (heading_known(text) != HEADING_NONE) {
        return true;
    }
    /* With a colon at its end it is a heading, too, unless it is a key or a number. */
    if (slice_ends_with(text, SLICE(":"))) {
        text = heading_text(text);
        int32_t first = phrase_first(text);
        if (fact_find(text) != FACT_OTHER || utf8_is_digit(first)) {
            return false;
        }
    }
    return text.len > 0 && !phrase_ends_like_prose(text) && !phrase_quoted(text, &quoted) &&
           phrase_dash(text) == 0 && text.ptr[0] != '#' && utf8_count_words(text) <= BOLD_WORDS &&
           !(fact_line_split(text, &fact) && fact.value.len > 0);
}

/* True when the headings that only look like ones stand above those that are marked: the first of
 * all looks like one, they hold the usual ones, and the marked ones do not. */
static bool looks_are_above(const struct post *post, size_t first)
{
    bool before = false; /* a heading stood before this one */
    size_t usual = 0;
    for (size_t i = first; i < post->blocks.count; i++) {
        const struct block *block = &post->blocks.items[i];
        if (block->kind != BLOCK_HEADING) {
            continue;
        }
        bool looks = block->level == HTML_BOLD_LEVEL;
        bool known = heading_known(block->text) != HEADING_NONE;
        if (!looks && (known || !before)) {
            return false;
        }
        usual += known;
        before = true;
    }
    return usual > 0;
}

/* What the lines of a post that stand out say together. */
struct looks {
    unsigned top;      /* level of the highest headings */
    size_t lines;      /* that stand out */
    size_t paragraphs; /* that do not */
    bool are_above;    /* the marked headings */
    bool say_nothing;  /* the whole post stands out */
};

static struct looks look_around(const struct post *post, size_t first, size_t prose,
                                size_t stands_out)
{
    struct looks looks = { .top = HTML_BOLD_LEVEL, .are_above = looks_are_above(post, first) };
    for (size_t i = first; i < post->blocks.count; i++) {
        const struct block *block = &post->blocks.items[i];
        looks.paragraphs += block->kind == BLOCK_PARAGRAPH;
        if (block->kind != BLOCK_HEADING) {
            continue;
        }
        looks.top = block->level < looks.top ? block->level : looks.top;
        if (block->level == HTML_BOLD_LEVEL) {
            looks.lines++;
            if (!reads_like_heading(block->text)) {
                prose += block->text.len;
                stands_out += block->text.len;
            }
        }
    }
    looks.say_nothing = stands_out > prose / 2;
    return looks;
}

/* True when the line that stands out, with `next` below it, is a heading. */
static bool is_heading(const struct looks *looks, const struct block *block,
                       const struct block *next)
{
    bool heads = next != NULL && (next->kind != BLOCK_HEADING || next->level != HTML_BOLD_LEVEL ||
                                  heading_known(block->text) != HEADING_NONE);
    return heads && looks->lines <= looks->paragraphs + 1 && !looks->say_nothing &&
           reads_like_heading(block->text);
}

void html_headings_fit(struct post *post, size_t first, size_t prose, size_t stands_out)
{
    const struct looks looks = look_around(post, first, prose, stands_out);
    for (size_t i = first; i < post->blocks.count; i++) {
        struct block *block = &post->blocks.items[i];
        if (block->kind != BLOCK_HEADING) {
            continue;
        }
        block->looks = block->level == HTML_BOLD_LEVEL;
        if (block->looks &&
            !is_heading(&looks, block, i + 1 < post->blocks.count ? block + 1 : NULL)) {
            block->kind = BLOCK_PARAGRAPH;
            block->level = 0;
            block->looks = false;
            continue;
        }
        bool high = looks.are_above ? block->looks : block->level <= looks.top;
        block->level = high || heading_known(block->text) != HEADING_NONE ? 2 : 3;
    }
}
