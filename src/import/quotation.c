#include "import/quotation.h"

#include "base/utf8.h"
#include "import/phrase.h"

#include <limits.h>

enum {
    SPEAKER_BYTES = 80,
    SPEAKER_WORDS = 8,
    CONTEXT_WORDS = 30,      /* words among which the context's end is looked for */
    LONG_CONTEXT_WORDS = 15, /* a context that long has swallowed a sentence */
    CONTEXT_BYTES = 400,
    SURE = 1, /* score of a place that is taken at once */
};

/* Words that cannot end a phrase, so that a capital after them is a name's. */
static bool needs_more(slice word)
{
    static const char *const words[] = {
        "a",       "an",     "the",     "of",      "at",    "from", "with",  "into",  "during",
        "my",      "our",    "its",     "your",    "and",   "or",   "but",   "as",    "by",
        "between", "toward", "towards", "against", "among", "his",  "their", "about", "near",
    };
    for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
        if (slice_equal_nocase(word, slice_of(words[i]))) {
            return true;
        }
    }
    return false;
}

/* Words that seldom end a phrase. */
static bool may_need_more(slice word)
{
    static const char *const words[] = {
        "in", "on", "to", "for", "inside", "outside", "before", "after", "over", "under", "her",
    };
    for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
        if (slice_equal_nocase(word, slice_of(words[i]))) {
            return true;
        }
    }
    return false;
}

static bool ends_open(slice word)
{
    return slice_ends_with(word, SLICE(",")) || slice_ends_with(word, SLICE(";")) ||
           slice_ends_with(word, SLICE(":")) || phrase_dash(word) > 0;
}

/* How likely the capitalised `word` after `before` begins a sentence: below 0 it is rather a name.
 */
static int score(const struct names *names, slice before, slice word, slice after)
{
    int points = 0;
    if (ends_open(before)) {
        return -100;
    }
    if (names_is_starter(word)) {
        points += 3;
    } else if (names_has(names, word)) {
        points -= 4;
    } else if (names_is_ordinary(names, word)) {
        points += 1;
    }
    if (needs_more(before)) {
        points -= 5;
    } else if (may_need_more(before)) {
        points -= 2;
    }
    /* Seoul District Court: one capital after the other is a name, unless the first is He or The.
     */
    if (points < 3 && phrase_is_capital(after) && !names_is_starter(after)) {
        points -= 2;
    }
    return points;
}

/* Where the commentary begins in `text`, a context and what is behind it; text.len when all of it
 * is context, 0 when none is. */
static size_t find_commentary(slice text, const struct names *names)
{
    slice rest = text;
    slice before = SLICE_EMPTY;
    slice word;
    size_t best = text.len;
    int best_score = INT_MIN;
    size_t words = 0;
    bool sentence_ended = false;
    while (!sentence_ended && words < CONTEXT_WORDS && phrase_next_word(&rest, &word)) {
        slice peek = rest;
        slice after = SLICE_EMPTY;
        (void)phrase_next_word(&peek, &after);
        if (words > 0 && phrase_is_capital(word)) {
            int points = score(names, before, word, after);
            if (points > best_score) {
                best_score = points;
                best = (size_t)(word.ptr - text.ptr);
            }
            if (points >= SURE) {
                return best;
            }
        }
        sentence_ended = phrase_ends_sentence(word);
        before = word;
        words++;
    }
    rest = slice_trim(rest);
    size_t stopped = text.len - rest.len;
    if (rest.len == 0 && !sentence_ended) {
        return best_score >= 0 ? best : text.len;
    }
    if (sentence_ended && words <= LONG_CONTEXT_WORDS && best_score < 0) {
        return rest.len > 0 ? (size_t)(rest.ptr - text.ptr) : stopped;
    }
    return best_score > -5 ? best : 0;
}

/* The length of the speaker's name where no comma ends it: up to a word that begins a sentence. */
static size_t speaker_end(slice text)
{
    slice rest = text;
    slice word;
    bool first = true;
    while (phrase_next_word(&rest, &word)) {
        if (!first && names_is_starter(word)) {
            return (size_t)(word.ptr - text.ptr);
        }
        first = false;
    }
    return text.len;
}

/* A name, or who it is: few words, and a full stop behind it only when all of them are a name's. */
static bool is_speaker(slice speaker)
{
    slice rest = speaker;
    slice word;
    size_t words = 0;
    bool all_capital = true;
    struct quoted ignored;
    if (speaker.len == 0 || speaker.len > SPEAKER_BYTES || phrase_bare(speaker).len == 0 ||
        phrase_quoted(speaker, &ignored)) {
        return false;
    }
    while (phrase_next_word(&rest, &word)) {
        words++;
        all_capital = all_capital && phrase_is_capital(word);
        if (phrase_ends_sentence(word) && (rest.len > 0 || !all_capital)) {
            return false;
        }
    }
    return words <= SPEAKER_WORDS;
}

/* `(speaker, context) commentary`: sets `*text` to what is in the brackets and `*behind`. */
static bool take_bracket(slice *text, slice *behind)
{
    size_t close = slice_find_byte(*text, ')');
    if (text->len == 0 || text->ptr[0] != '(' || close == text->len || close > CONTEXT_BYTES) {
        return false;
    }
    *behind = slice_trim(slice_from(*text, close + 1));
    *text = slice_trim(slice_between(text->ptr + 1, text->ptr + close));
    return true;
}

static void split_context(slice text, const struct names *names, struct attribution *out)
{
    size_t at = find_commentary(text, names);
    if (at > CONTEXT_BYTES) {
        at = 0; /* a text without word breaks or capitals: nothing tells */
    }
    out->context = slice_trim(slice_head(text, at));
    out->commentary = slice_trim(slice_from(text, at));
}

bool attribution_parse(slice text, const struct names *names, struct attribution *out)
{
    slice behind = SLICE_EMPTY;
    bool bracketed = take_bracket(&text, &behind);
    size_t comma = slice_find_byte(text, ',');
    size_t bracket = slice_find_byte(text, '(');
    size_t end = speaker_end(slice_head(text, comma));
    *out = (struct attribution){ 0 };
    if (!bracketed && bracket < comma && bracket < end && bracket > 0) {
        slice inside = slice_from(text, bracket);
        out->speaker = slice_trim(slice_head(text, bracket));
        if (!is_speaker(out->speaker) || !take_bracket(&inside, &out->commentary)) {
            return false;
        }
        out->context = inside;
        return true;
    }
    out->speaker = slice_trim(slice_head(text, end));
    if (!is_speaker(out->speaker)) {
        return false;
    }
    if (bracketed) {
        out->context = slice_trim(slice_from(text, comma + 1));
        out->commentary = behind;
    } else if (end < comma || comma == text.len) {
        out->commentary = slice_trim(slice_from(text, end));
    } else {
        split_context(slice_trim(slice_from(text, comma + 1)), names, out);
    }
    return true;
}

/* `I promise. – Yong, in the yard`, without quotation marks: the last dash with blanks. */
static bool parse_unmarked(slice text, const struct names *names, struct quotation *out)
{
    size_t dash = phrase_find_dash(text);
    if (text.len > CONTEXT_BYTES || dash == text.len) {
        return false;
    }
    slice by = slice_from(text, dash);
    by = slice_trim(slice_from(by, phrase_dash(by)));
    out->line = slice_trim(slice_head(text, dash));
    slice last = out->line;
    slice word = last;
    while (phrase_next_word(&last, &word)) {
    }
    out->attributed = phrase_is_capital(by) && attribution_parse(by, names, &out->by) &&
                      (phrase_ends_sentence(word) || out->by.context.len > 0);
    return out->attributed;
}

/* `Yong: "I promise."`, `Yong (in the yard): "I promise."`, `Yong – "I promise."` */
static bool parse_dialogue(slice text, struct quotation *out)
{
    struct quoted quoted;
    slice before;
    slice inside;
    slice head = slice_head(text, SPEAKER_BYTES + CONTEXT_BYTES);
    size_t colon = slice_find_byte(head, ':');
    size_t dash = phrase_find_dash(head);
    size_t end = colon < dash ? colon : dash;
    slice behind = slice_from(text, end);
    slice speaker = slice_trim(slice_head(text, end));
    behind = slice_from(behind, colon < dash ? 1 : phrase_dash(behind));
    if (end >= head.len || !phrase_quoted(slice_trim(behind), &quoted) || quoted.rest.len > 0) {
        return false;
    }
    out->by = (struct attribution){ .speaker = speaker };
    if (phrase_split_bracket(speaker, &before, &inside)) {
        out->by = (struct attribution){ .speaker = before, .context = inside };
    }
    out->line = quoted.inside;
    out->attributed = phrase_is_capital(out->by.speaker) && is_speaker(out->by.speaker);
    return out->attributed;
}

bool quotation_parse(slice text, const struct names *names, bool among_quotes,
                     struct quotation *out)
{
    struct quoted quoted;
    *out = (struct quotation){ 0 };
    if (!phrase_quoted(text, &quoted)) {
        return among_quotes && (parse_dialogue(text, out) || parse_unmarked(text, names, out));
    }
    out->line = quoted.inside;
    if (quoted.rest.len == 0) {
        return among_quotes;
    }
    slice by = slice_trim(slice_from(quoted.rest, phrase_dash(quoted.rest)));
    out->attributed = attribution_parse(by, names, &out->by);
    if (among_quotes) {
        return out->attributed;
    }
    slice word;
    slice rest = quoted.inside;
    size_t words = 0;
    while (words < 3 && phrase_next_word(&rest, &word)) {
        words++;
    }
    return out->attributed && words == 3 && phrase_is_capital(by) && out->by.context.len > 0;
}
