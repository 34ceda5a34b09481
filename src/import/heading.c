#include "import/heading.h"

#include "base/utf8.h"
#include "import/phrase.h"

/* The longest line that is taken for a heading, in code points and in words. */
enum { HEADING_LENGTH = 80, HEADING_WORDS = 12, PLAIN_HEADING_WORDS = 4 };

/* With fewer capitals a line may be an abbreviation. */
enum { CAPITAL_LETTERS = 5 };

slice heading_text(slice line)
{
    line = slice_trim(line);
    while (line.len > 0 && line.ptr[0] == '#') {
        line = slice_trim(slice_from(line, 1));
    }
    while (line.len > 4 && slice_starts_with(line, SLICE("**")) &&
           slice_ends_with(line, SLICE("**"))) {
        line = slice_trim(slice_head(slice_from(line, 2), line.len - 4));
    }
    if (slice_ends_with(line, SLICE(":"))) {
        line = slice_trim(slice_head(line, line.len - 1));
    }
    return line;
}

/* `IV. Plot`: the bytes of the number with what ends it, and its value; 0 when there is none. */
static size_t roman_number(slice line, unsigned long *value)
{
    static const struct {
        const char *digits;
        unsigned long value;
    } numbers[] = { { "VIII", 8 }, { "VII", 7 }, { "III", 3 }, { "IV", 4 }, { "VI", 6 },
                    { "IX", 9 },   { "II", 2 },  { "I", 1 },   { "V", 5 },  { "X", 10 } };
    for (size_t i = 0; i < ARRAY_LENGTH(numbers); i++) {
        slice digits = slice_of(numbers[i].digits);
        slice rest = slice_from(line, digits.len);
        if (slice_starts_with(line, digits) &&
            (slice_starts_with(rest, SLICE(". ")) || slice_starts_with(rest, SLICE(") ")))) {
            *value = numbers[i].value;
            return digits.len + 2;
        }
    }
    return 0;
}

unsigned long heading_number(slice line)
{
    unsigned long value = 0;
    size_t digits = 0;
    line = heading_text(line);
    while (digits < line.len && digits < 3 && line.ptr[digits] >= '0' && line.ptr[digits] <= '9') {
        digits++;
    }
    slice rest = slice_from(line, digits);
    if (digits > 0 && slice_to_number(slice_head(line, digits), 999, &value) &&
        (slice_starts_with(rest, SLICE(". ")) || slice_starts_with(rest, SLICE(") ")))) {
        return value;
    }
    return roman_number(line, &value) > 0 ? value : 0;
}

/* Without the number or the emoji that some put before a heading. */
static slice core(slice line)
{
    unsigned long ignored = 0;
    line = heading_text(line);
    line = slice_trim(slice_from(line, roman_number(line, &ignored)));
    /* `[작품 정보]` */
    if (slice_starts_with(line, SLICE("[")) && slice_ends_with(line, SLICE("]"))) {
        line = slice_trim(slice_head(line, line.len - 1));
    }
    slice rest = line;
    int32_t c = 0;
    while (utf8_next(&rest, &c)) {
        if (utf8_class(c) == UTF8_LETTER && !utf8_is_digit(c)) {
            return line;
        }
        line = rest;
    }
    return line;
}

/* A row: words that make a heading when they are all of the line (exact), or when the line is short
 * and holds them. */
struct row {
    enum heading heading;
    bool exact;
    const char *words;
};

static const struct row rows[] = {
    { HEADING_TAGS, true, "hashtags" },
    { HEADING_TAGS, true, "tags" },
    { HEADING_TAGS, true, "tagged" },
    { HEADING_TAGS, true, "keywords" },
    { HEADING_FACTS, true, "overview" },
    { HEADING_FACTS, true, "details" },
    { HEADING_FACTS, true, "facts" },
    { HEADING_FACTS, true, "at a glance" },
    { HEADING_FACTS, true, "basic information" },
    { HEADING_FACTS, true, "basic info" },
    { HEADING_FACTS, true, "information" },
    { HEADING_FACTS, true, "quick facts" },
    { HEADING_FACTS, true, "key facts" },
    { HEADING_FACTS, true, "credits" },
    { HEADING_FACTS, true, "movie info" },
    { HEADING_FACTS, true, "movie details" },
    { HEADING_FACTS, true, "movie overview" },
    { HEADING_FACTS, true, "film info" },
    { HEADING_FACTS, true, "film details" },
    { HEADING_FACTS, true, "film overview" },
    { HEADING_FACTS, true, "drama info" },
    { HEADING_FACTS, true, "drama details" },
    { HEADING_FACTS, true, "drama overview" },
    { HEADING_FACTS, true, "series overview" },
    { HEADING_FACTS, true, "show overview" },
    { HEADING_FACTS, true, "기본 정보" },
    { HEADING_FACTS, true, "작품 정보" },
    { HEADING_FACTS, true, "영화 정보" },
    { HEADING_FACTS, true, "드라마 정보" },
    { HEADING_SCENES, false, "장면" },
    { HEADING_SCENES, false, "명장면" },
    { HEADING_QUOTES, false, "명대사" },
    { HEADING_OTHER, false, "줄거리" },
    { HEADING_OTHER, true, "등장인물" },
    { HEADING_OTHER, true, "총평" },
    { HEADING_TAGS, true, "태그" },
    { HEADING_TAGS, true, "해시태그" },
    { HEADING_OTHER, false, "behind the scenes" },
    { HEADING_OTHER, false, "behind-the-scenes" },
    { HEADING_QUOTES, false, "lines" },
    { HEADING_QUOTES, false, "quotes" },
    { HEADING_QUOTES, true, "dialogue" },
    { HEADING_QUOTES, false, "quotations" },
    { HEADING_SCENES, false, "scenes" },
    { HEADING_SCENES, false, "moments" },
    { HEADING_SCENES, true, "highlights" },
    { HEADING_OTHER, true, "introduction" },
    { HEADING_OTHER, true, "intro" },
    { HEADING_OTHER, false, "synopsis" },
    { HEADING_OTHER, false, "plot" },
    { HEADING_OTHER, true, "story" },
    { HEADING_OTHER, true, "overall story" },
    { HEADING_OTHER, true, "the story" },
    { HEADING_OTHER, true, "storyline" },
    { HEADING_OTHER, false, "cast" },
    { HEADING_OTHER, false, "characters" },
    { HEADING_OTHER, true, "performances" },
    { HEADING_OTHER, false, "reception" },
    { HEADING_OTHER, false, "trivia" },
    { HEADING_OTHER, false, "fun facts" },
    { HEADING_OTHER, false, "why it's special" },
    { HEADING_OTHER, false, "why it\xE2\x80\x99s special" },
    { HEADING_OTHER, true, "themes" },
    { HEADING_OTHER, true, "soundtrack" },
    { HEADING_OTHER, true, "ost" },
    { HEADING_OTHER, true, "background" },
    { HEADING_OTHER, true, "review" },
    { HEADING_OTHER, true, "my review" },
    { HEADING_OTHER, true, "verdict" },
    { HEADING_OTHER, true, "final verdict" },
    { HEADING_OTHER, true, "the verdict" },
    { HEADING_OTHER, true, "final thoughts" },
    { HEADING_OTHER, true, "closing thoughts" },
    { HEADING_OTHER, true, "conclusion" },
    { HEADING_OTHER, false, "conclusion" },
    { HEADING_OTHER, true, "where to watch" },
    { HEADING_OTHER, true, "links" },
    { HEADING_OTHER, true, "notes" },
    { HEADING_OTHER, true, "sources" },
    { HEADING_OTHER, true, "references" },
    { HEADING_OTHER, true, "further reading" },
    { HEADING_OTHER, true, "ending" },
    { HEADING_OTHER, true, "ending explained" },
};

static size_t count_words(slice s, size_t *capitals, size_t *long_words)
{
    slice word;
    size_t words = 0;
    *capitals = 0;
    *long_words = 0;
    while (words <= HEADING_WORDS && phrase_next_word(&s, &word)) {
        slice bare = phrase_bare(word);
        words += bare.len > 0;
        if (bare.len >= 4) {
            (*long_words)++;
            /* A letter without case, or a digit, cannot be wrong. */
            *capitals += phrase_is_capital(word) || !utf8_is_ascii(slice_head(bare, 1)) ||
                         utf8_is_digit(bare.ptr[0]);
        }
    }
    return words;
}

static bool is_short(slice line)
{
    return line.len > 0 && line.len <= HEADING_LENGTH * 4 && utf8_length(line) <= HEADING_LENGTH;
}

enum heading heading_known(slice line)
{
    slice text = core(line);
    size_t capitals = 0;
    size_t long_words = 0;
    if (!is_short(text)) {
        return HEADING_NONE;
    }
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        if (rows[i].exact && slice_equal_nocase(text, slice_of(rows[i].words))) {
            return rows[i].heading;
        }
    }
    /* `These lines stay with you` is prose; `Memorable Lines & Quotes` is not. */
    bool small = text.len > 0 && text.ptr[0] >= 'a' && text.ptr[0] <= 'z';
    if (phrase_ends_like_prose(text) || small ||
        (utf8_is_ascii(text) && !phrase_is_capital(text)) ||
        count_words(text, &capitals, &long_words) > 8 || capitals < long_words ||
        slice_find(text, SLICE(": ")) < text.len) {
        return HEADING_NONE;
    }
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        if (!rows[i].exact && phrase_has_word(text, slice_of(rows[i].words))) {
            return rows[i].heading;
        }
    }
    return HEADING_NONE;
}

bool heading_is_likely(slice line)
{
    size_t capitals = 0;
    size_t long_words = 0;
    struct quoted ignored;
    slice text = core(line);
    if (!is_short(text) || phrase_ends_like_prose(text) || phrase_quoted(line, &ignored)) {
        return false;
    }
    int32_t first = phrase_first(text);
    if (utf8_class(first) != UTF8_LETTER || (first >= 'a' && first <= 'z')) {
        return false;
    }
    size_t words = count_words(text, &capitals, &long_words);
    return words > 0 && words <= HEADING_WORDS &&
           (words <= PLAIN_HEADING_WORDS || capitals == long_words);
}

bool heading_stands_out(slice line)
{
    slice text = core(line);
    slice rest = heading_text(line);
    size_t letters = 0;
    size_t capitals = 0;
    int32_t first = phrase_first(rest);
    int32_t c = 0;
    /* Pictures: symbols but for stars, dingbats, emoji. */
    if ((first >= 0x2600 && first <= 0x27BF && first != 0x2605 && first != 0x2606) ||
        (first >= 0x1F300 && first <= 0x1FAFF)) {
        return true;
    }
    while (utf8_next(&text, &c)) {
        bool letter = utf8_class(c) == UTF8_LETTER && !utf8_is_digit(c);
        letters += letter;
        capitals += letter && utf8_is_upper(c);
    }
    return letters >= CAPITAL_LETTERS && capitals == letters;
}

bool heading_is_titled(slice line)
{
    size_t capitals = 0;
    size_t long_words = 0;
    slice text = core(line);
    size_t words = count_words(text, &capitals, &long_words);
    /* `Update:` begins a remark. */
    return long_words > 0 && capitals == long_words &&
           (words > 1 || !slice_ends_with(slice_trim(line), SLICE(":"))) &&
           slice_find_byte(text, ',') == text.len;
}

bool heading_is_of_review(slice line)
{
    static const char *const words[] = {
        "scene",     "scenes",      "quotes",     "lines",        "dialogue", "synopsis",
        "plot",      "story",       "storyline",  "cast",         "acting",   "characters",
        "character", "performance", "soundtrack", "performances", "ost",      "ending",
        "movie",     "film",        "drama",      "episodes",     "trivia",   "cinematography",
    };
    slice text = core(line);
    enum heading known = heading_known(line);
    if (known == HEADING_SCENES || known == HEADING_QUOTES) {
        return true;
    }
    if (!is_short(text) || phrase_ends_like_prose(text) || !phrase_is_capital(text)) {
        return false;
    }
    for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
        if (phrase_has_word(text, slice_of(words[i]))) {
            return known != HEADING_NONE || heading_is_likely(line);
        }
    }
    return false;
}

static const struct {
    enum chrome chrome;
    const char *line;
} chrome_rows[] = {
    { CHROME_LINE, "skip to main content" },
    { CHROME_LINE, "skip to content" },
    { CHROME_LINE, "skip to sidebar" },
    { CHROME_LINE, "search this blog" },
    { CHROME_LINE, "get link" },
    { CHROME_LINE, "other apps" },
    { CHROME_LINE, "email this" },
    { CHROME_LINE, "emailthis" },
    { CHROME_LINE, "blogthis!" },
    { CHROME_LINE, "email thisblogthis!share to xshare to facebookshare to pinterest" },
    { CHROME_LINE, "share to x" },
    { CHROME_LINE, "share to twitter" },
    { CHROME_LINE, "share to facebook" },
    { CHROME_LINE, "share to pinterest" },
    { CHROME_LINE, "share this post" },
    { CHROME_LINE, "share this:" },
    { CHROME_LINE, "newer post" },
    { CHROME_LINE, "older post" },
    { CHROME_LINE, "newer posts" },
    { CHROME_LINE, "older posts" },
    { CHROME_LINE, "report abuse" },
    { CHROME_LINE, "powered by blogger" },
    { CHROME_LINE, "powered by blogger." },
    { CHROME_LINE, "powered by wordpress" },
    { CHROME_LINE, "advertisement" },
    { CHROME_LINE, "advertisements" },
    { CHROME_LINE, "subscribe to: post comments (atom)" },
    { CHROME_LINE, "subscribe to: posts (atom)" },
    { CHROME_BUTTON, "share" },
    { CHROME_BUTTON, "facebook" },
    { CHROME_BUTTON, "twitter" },
    { CHROME_BUTTON, "x" },
    { CHROME_BUTTON, "pinterest" },
    { CHROME_BUTTON, "email" },
    { CHROME_BUTTON, "linkedin" },
    { CHROME_BUTTON, "reddit" },
    { CHROME_BUTTON, "whatsapp" },
    { CHROME_BUTTON, "print" },
    { CHROME_BUTTON, "home" },
    { CHROME_BUTTON, "menu" },
    { CHROME_BUTTON, "search" },
    { CHROME_BUTTON, "subscribe" },
    { CHROME_BUTTON, "follow" },
    { CHROME_BUTTON, "posts" },
    { CHROME_BUTTON, "read more" },
    { CHROME_FEATURED, "featured" },
    { CHROME_FEATURED, "featured post" },
    { CHROME_LIST, "related posts" },
    { CHROME_LIST, "related post" },
    { CHROME_LIST, "related articles" },
    { CHROME_LIST, "you may also like" },
    { CHROME_LIST, "you might also like" },
    { CHROME_LIST, "popular posts" },
    { CHROME_LIST, "popular posts from this blog" },
    { CHROME_LIST, "recent posts" },
    { CHROME_LIST, "more from this blog" },
    { CHROME_LIST, "blog archive" },
    { CHROME_LIST, "archive" },
    { CHROME_LIST, "archives" },
    { CHROME_LIST, "about me" },
    { CHROME_LIST, "followers" },
    { CHROME_LABELS, "labels" },
    { CHROME_LABELS, "labels:" },
    { CHROME_COMMENTS, "comments" },
    { CHROME_COMMENTS, "post a comment" },
    { CHROME_COMMENTS, "no comments" },
    { CHROME_COMMENTS, "no comments:" },
    { CHROME_COMMENTS, "leave a comment" },
    { CHROME_COMMENTS, "leave a reply" },
};

enum chrome chrome_find(slice line)
{
    for (size_t i = 0; i < ARRAY_LENGTH(chrome_rows); i++) {
        if (slice_equal_nocase(line, slice_of(chrome_rows[i].line))) {
            return chrome_rows[i].chrome;
        }
    }
    return CHROME_NONE;
}
