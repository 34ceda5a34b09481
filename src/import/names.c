#include "import/names.h"

#include "base/attributes.h"
#include "base/utf8.h"
#include "import/heading.h"
#include "import/phrase.h"

#include <stdlib.h>

/* Bytes of the longest word worth a place; a longer one is a URL or noise. */
enum { WORD_BYTES = 64 };

/* Bytes of the longest `Name: ` before a scene or a fact. */
enum { LABEL_BYTES = 60 };

static int by_text(const void *a, const void *b)
{
    return slice_compare(*(const slice *)a, *(const slice *)b);
}

static void sort_words(struct words *words)
{
    if (words->count > 1) {
        qsort(words->items, words->count, sizeof *words->items, by_text);
    }
}

static bool has_word(const struct words *words, slice word)
{
    return words->count > 0 &&
           bsearch(&word, words->items, words->count, sizeof word, by_text) != NULL;
}

static void add_word(struct arena *arena, struct words *words, slice word)
{
    if (word.len > 0 && word.len <= WORD_BYTES) {
        *ARRAY_ADD(arena, words) = word;
    }
}

/* Words after which a capital is a name and not the next sentence's beginning. */
static void gather_prose(struct arena *arena, slice text, struct names *names)
{
    slice word;
    bool inside = false; /* a sentence goes on */
    while (phrase_next_word(&text, &word)) {
        slice bare = phrase_bare(word);
        if (!phrase_is_capital(word)) {
            add_word(arena, &names->small, bare);
        } else if (inside && !names_is_starter(word)) {
            add_word(arena, &names->capital, bare);
        }
        /* After a quotation mark or a dash the capital may be a sentence's. */
        slice last = slice_from(word, word.len - 1);
        inside = !phrase_ends_sentence(word) && !slice_ends_with(word, SLICE(":")) &&
                 phrase_dash(word) == 0 && !slice_equal(last, SLICE("\"")) &&
                 !slice_ends_with(word, SLICE("\xE2\x80\x9D"));
    }
}

/* All capital words of a list of names. */
static void gather_list(struct arena *arena, slice text, struct names *names)
{
    slice word;
    while (phrase_next_word(&text, &word)) {
        if (phrase_is_capital(word) && !names_is_starter(word)) {
            add_word(arena, &names->capital, phrase_bare(word));
        }
    }
}

/* The speaker of `"line" – speaker, …`; the rest of such a line is what the names are needed for,
 * so it cannot teach them. */
static void gather_speaker(struct arena *arena, slice attribution, struct names *names)
{
    slice speaker = slice_trim(slice_from(attribution, phrase_dash(attribution)));
    size_t comma = slice_find_byte(speaker, ',');
    if (comma < speaker.len && comma <= LABEL_BYTES) {
        gather_list(arena, slice_head(speaker, comma), names);
    }
}

void names_gather(struct arena *arena, const struct post *post, struct names *names)
{
    *names = (struct names){ 0 };
    for (size_t i = 0; i < post->blocks.count; i++) {
        slice text = post->blocks.items[i].text;
        struct quoted quoted;
        if (phrase_quoted(text, &quoted) && quoted.rest.len > 0) {
            gather_prose(arena, quoted.inside, names);
            gather_speaker(arena, quoted.rest, names);
            continue;
        }
        if (heading_known(text) != HEADING_NONE || heading_is_likely(text)) {
            continue; /* its capitals are a heading's */
        }
        size_t colon = slice_find(text, SLICE(": "));
        if (colon <= LABEL_BYTES && colon < text.len) {
            slice value = slice_from(text, colon + 2);
            if (slice_find_byte(value, ',') < value.len && value.len < 400) {
                gather_list(arena, value, names);
            }
            text = value;
        }
        gather_prose(arena, text, names);
    }
    sort_words(&names->capital);
    sort_words(&names->small);
}

bool names_has(const struct names *names, slice word)
{
    slice bare = phrase_bare(word);
    return has_word(&names->capital, bare) && !names_is_ordinary(names, word);
}

bool names_is_ordinary(const struct names *names, slice word)
{
    slice bare = phrase_bare(word);
    char lower[WORD_BYTES];
    if (bare.len == 0 || bare.len > sizeof lower) {
        return false;
    }
    for (size_t i = 0; i < bare.len; i++) {
        char c = bare.ptr[i];
        lower[i] = ascii_lower(c);
    }
    return has_word(&names->small, (slice){ lower, bare.len });
}

bool names_is_starter(slice word)
{
    static const char *const starters[] = {
        "A",     "After",   "Again",   "All",      "Although",   "An",    "And",       "Any",
        "As",    "At",      "Because", "Before",   "Both",       "But",   "By",        "Despite",
        "Each",  "Even",    "Every",   "Everyone", "Everything", "For",   "From",      "Have",
        "He",    "Her",     "Here",    "His",      "How",        "I",     "I'd",       "I'm",
        "I've",  "If",      "In",      "Instead",  "It",         "Its",   "Just",      "Later",
        "Like",  "Many",    "Maybe",   "More",     "Most",       "My",    "Never",     "Nobody",
        "Not",   "Nothing", "Now",     "On",       "Once",       "One",   "Only",      "Or",
        "Our",   "Perhaps", "She",     "Since",    "So",         "Some",  "Sometimes", "Spoken",
        "Still", "That",    "The",     "Their",    "Then",       "There", "These",     "They",
        "This",  "Those",   "Though",  "Through",  "To",         "Under", "Until",     "We",
        "What",  "When",    "Where",   "Whether",  "Which",      "While", "Who",       "Why",
        "With",  "Without", "Yet",     "You",      "Your",
    };
    slice bare = phrase_bare(word);
    /* It's, They're: what stands before the apostrophe decides. */
    size_t end = slice_find_byte(bare, '\'');
    size_t curly = slice_find(bare, SLICE("\xE2\x80\x99"));
    bare = slice_head(bare, end < curly ? end : curly);
    for (size_t i = 0; i < ARRAY_LENGTH(starters); i++) {
        if (slice_equal(bare, slice_of(starters[i]))) {
            return true;
        }
    }
    return false;
}
