#include "import/html_style.h"

#include "base/attributes.h"
#include "base/utf8.h"
#include "import/phrase.h"

/* Longest name of a language of code. */
enum { LANGUAGE_BYTES = 20 };

/* The value of a property in a style attribute, or the empty slice. */
static slice style_value(const struct html_node *node, slice property)
{
    slice rest = html_value(node, HTML_STYLE_RULES);
    slice rule;
    while (slice_next_piece(&rest, ';', &rule)) {
        size_t colon = slice_find_byte(rule, ':');
        if (slice_equal_nocase(slice_trim(slice_head(rule, colon)), property)) {
            return slice_trim(slice_from(rule, colon + 1));
        }
    }
    return SLICE_EMPTY;
}

static bool is_bold(const struct html_node *node)
{
    slice weight = style_value(node, SLICE("font-weight"));
    if (weight.len > 0 && !html_is_block(node)) {
        return phrase_starts_with(weight, SLICE("bold")) ||
               (weight.ptr[0] >= '6' && weight.ptr[0] <= '9');
    }
    return node->tag == HTML_B || node->tag == HTML_STRONG;
}

/* `18pt`, `130%`, `1.5em`, `x-large`: more than running text has. */
static bool is_large_size(slice size)
{
    static const struct {
        slice unit;
        unsigned long least; /* in hundredths */
    } units[] = { { SLICE_INIT("px"), 2000 },
                  { SLICE_INIT("pt"), 1500 },
                  { SLICE_INIT("rem"), 120 },
                  { SLICE_INIT("em"), 120 },
                  { SLICE_INIT("%"), 12000 } };
    if (phrase_starts_with(size, SLICE("large")) || phrase_starts_with(size, SLICE("x-large")) ||
        phrase_starts_with(size, SLICE("xx-large"))) {
        return true;
    }
    for (size_t i = 0; i < ARRAY_LENGTH(units); i++) {
        slice number = slice_head(size, slice_find(size, units[i].unit));
        size_t dot = slice_find_byte(number, '.');
        unsigned long whole = 0;
        unsigned long tenths = 0;
        if (number.len < size.len && slice_to_number(slice_head(number, dot), 10000, &whole)) {
            (void)!slice_to_number(slice_head(slice_from(number, dot + 1), 1), 9, &tenths);
            return whole * 100 + tenths * 10 >= units[i].least;
        }
    }
    return false;
}

static bool is_large(const struct html_node *node)
{
    slice size = html_value(node, HTML_SIZE);
    if (node->tag == HTML_FONT && size.len > 0) {
        return (size.len == 1 && size.ptr[0] >= '4' && size.ptr[0] <= '7') || size.ptr[0] == '+';
    }
    return node->tag == HTML_BIG || is_large_size(style_value(node, SLICE("font-size")));
}

static bool is_underlined(const struct html_node *node)
{
    slice lines = style_value(node, SLICE("text-decoration"));
    return node->tag == HTML_U || phrase_starts_with(lines, SLICE("underline"));
}

bool html_style_stands_out(const struct html_node *node)
{
    return is_bold(node) ||
           (!html_is_block(node) && node->tag != HTML_A && (is_large(node) || is_underlined(node)));
}

bool html_style_is_jump_break(const struct html_node *node)
{
    slice id = html_value(node, HTML_ID);
    return node->tag == HTML_MORE ||
           (node->tag == HTML_A && slice_equal(html_value(node, HTML_NAME), SLICE("more"))) ||
           (slice_starts_with(id, SLICE("more-")) && id.len > 5 && utf8_is_digit(id.ptr[5]));
}

bool html_style_is_hidden(const struct html_node *node)
{
    return html_has(node, HTML_HIDDEN) ||
           phrase_starts_with(style_value(node, SLICE("display")), SLICE("none"));
}

bool html_style_is_caption(const struct html_node *node)
{
    return node->tag == HTML_FIGCAPTION || html_has_word(node, HTML_CLASS, SLICE("tr-caption")) ||
           html_has_word(node, HTML_CLASS, SLICE("wp-caption-text")) ||
           html_has_word(node, HTML_CLASS, SLICE("wp-element-caption"));
}

/* `c`, `c++`, `objective-c`, `vb.net` */
static bool is_language(slice word)
{
    for (size_t i = 0; i < word.len; i++) {
        char c = word.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && c != '+' && c != '#' && c != '-' && c != '.' && c != '_') {
            return false;
        }
    }
    return word.len > 0 && word.len <= LANGUAGE_BYTES;
}

/* The language of code, for the preformatted text's alternative: `brush: xml`, `language-c`. */
slice html_style_language(struct arena *arena, const struct html_node *node)
{
    static const slice plain[] = { SLICE_INIT("prettyprint"), SLICE_INIT("code"),
                                   SLICE_INIT("kccodeblock"), SLICE_INIT("linenums") };
    slice words = html_value(node, HTML_CLASS);
    slice word;
    while (phrase_next_word(&words, &word)) {
        slice language = word;
        bool brush = phrase_starts_with(word, SLICE("brush:"));
        if (brush) {
            language = slice_from(word, SLICE("brush:").len);
            if (language.len == 0 && !phrase_next_word(&words, &language)) {
                return SLICE_EMPTY;
            }
            language = slice_head(language, slice_find_byte(language, ';'));
        } else if (phrase_starts_with(word, SLICE("language-"))) {
            language = slice_from(word, SLICE("language-").len);
        } else if (phrase_starts_with(word, SLICE("lang-"))) {
            language = slice_from(word, SLICE("lang-").len);
        } else if (!slice_equal_nocase(html_value(node, HTML_NAME), SLICE("code"))) {
            continue;
        }
        bool named = is_language(language);
        for (size_t i = 0; i < ARRAY_LENGTH(plain); i++) {
            named = named && !slice_equal_nocase(language, plain[i]);
        }
        if (named) {
            return arena_copy(arena, language);
        }
    }
    return SLICE_EMPTY;
}
