#include "import/fact_line.h"

#include "base/attributes.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "import/phrase.h"

enum {
    KEY_BYTES = 40,
    KEY_WORDS = 4,
    LIST_BYTES = 16 * 1024, /* the cast of a long drama, with its roles */
    CREDIT_BYTES = 200,     /* `Directed by …`: a longer line is a sentence */
    RATING_BYTES = 60,
};

static const struct {
    const char *key;
    bool is_list;
} fields[FACT_COUNT] = {
    [FACT_TITLE] = { "Title", false },
    [FACT_ORIGINAL_TITLE] = { "Original-Title", false },
    [FACT_ROMANIZED] = { "Romanized", false },
    [FACT_ID] = { "Id", false },
    [FACT_PUBLISHED] = { "Published", false },
    [FACT_UPDATED] = { "Updated", false },
    [FACT_DRAFT] = { "Draft", false },
    [FACT_AUTHOR] = { "Author", false },
    [FACT_KIND] = { "Kind", false },
    [FACT_YEAR] = { "Year", false },
    [FACT_COUNTRY] = { "Country", false },
    [FACT_LANGUAGE] = { "Language", false },
    [FACT_GENRE] = { "Genre", true },
    [FACT_DIRECTOR] = { "Director", true },
    [FACT_WRITER] = { "Writer", true },
    [FACT_CAST] = { "Cast", true },
    [FACT_RUNTIME] = { "Runtime", false },
    [FACT_EPISODES] = { "Episodes", false },
    [FACT_PLATFORM] = { "Platform", true },
    [FACT_RATING] = { "Rating", false },
    [FACT_OTHER] = { "", false },
    [FACT_TAGS] = { "Tags", true },
    [FACT_TAGLINE] = { "Tagline", false },
    [FACT_SUMMARY] = { "Summary", false },
    [FACT_POSTER] = { "Poster", false },
    [FACT_COMMENTS] = { "Comments", false },
    [FACT_ALIASES] = { "Aliases", true },
    [FACT_SOURCE] = { "Source", false },
};

/* How blogs call the fields; compared without case, a hyphen is a blank. */
static const struct {
    const char *key;
    enum post_fact fact;
} keys[] = {
    { "title", FACT_TITLE },
    { "movie", FACT_TITLE },
    { "movie title", FACT_TITLE },
    { "film", FACT_TITLE },
    { "film title", FACT_TITLE },
    { "drama", FACT_TITLE },
    { "drama title", FACT_TITLE },
    { "series", FACT_TITLE },
    { "series title", FACT_TITLE },
    { "english title", FACT_TITLE },
    { "name", FACT_TITLE },
    { "original title", FACT_ORIGINAL_TITLE },
    { "original name", FACT_ORIGINAL_TITLE },
    { "korean title", FACT_ORIGINAL_TITLE },
    { "japanese title", FACT_ORIGINAL_TITLE },
    { "chinese title", FACT_ORIGINAL_TITLE },
    { "native title", FACT_ORIGINAL_TITLE },
    { "hangul", FACT_ORIGINAL_TITLE },
    { "원제", FACT_ORIGINAL_TITLE },
    { "제목", FACT_TITLE },
    { "romanized", FACT_ROMANIZED },
    { "romanized title", FACT_ROMANIZED },
    { "romanization", FACT_ROMANIZED },
    { "revised romanization", FACT_ROMANIZED },
    { "kind", FACT_KIND },
    { "type", FACT_KIND },
    { "format", FACT_KIND },
    { "year", FACT_YEAR },
    { "release year", FACT_YEAR },
    { "year of release", FACT_YEAR },
    { "released", FACT_YEAR },
    { "release", FACT_YEAR },
    { "release date", FACT_YEAR },
    { "date of release", FACT_YEAR },
    { "premiere", FACT_YEAR },
    { "premiered", FACT_YEAR },
    { "aired", FACT_YEAR },
    { "air date", FACT_YEAR },
    { "air dates", FACT_YEAR },
    { "broadcast", FACT_YEAR },
    { "개봉", FACT_YEAR },
    { "개봉일", FACT_YEAR },
    { "제작 연도", FACT_YEAR },
    { "방영", FACT_YEAR },
    { "country", FACT_COUNTRY },
    { "country of origin", FACT_COUNTRY },
    { "국가", FACT_COUNTRY },
    { "제작국", FACT_COUNTRY },
    { "language", FACT_LANGUAGE },
    { "original language", FACT_LANGUAGE },
    { "언어", FACT_LANGUAGE },
    { "genre", FACT_GENRE },
    { "genres", FACT_GENRE },
    { "장르", FACT_GENRE },
    { "director", FACT_DIRECTOR },
    { "directors", FACT_DIRECTOR },
    { "directed by", FACT_DIRECTOR },
    { "direction", FACT_DIRECTOR },
    { "film by", FACT_DIRECTOR },
    { "director/writer", FACT_DIRECTOR },
    { "writer/director", FACT_DIRECTOR },
    { "director & writer", FACT_DIRECTOR },
    { "writer & director", FACT_DIRECTOR },
    { "director and writer", FACT_DIRECTOR },
    { "writer and director", FACT_DIRECTOR },
    { "written and directed by", FACT_DIRECTOR },
    { "directed and written by", FACT_DIRECTOR },
    { "감독", FACT_DIRECTOR },
    { "연출", FACT_DIRECTOR },
    { "writer", FACT_WRITER },
    { "writers", FACT_WRITER },
    { "written by", FACT_WRITER },
    { "screenwriter", FACT_WRITER },
    { "screenwriters", FACT_WRITER },
    { "screenplay", FACT_WRITER },
    { "scriptwriter", FACT_WRITER },
    { "screenplay by", FACT_WRITER },
    { "script", FACT_WRITER },
    { "각본", FACT_WRITER },
    { "극본", FACT_WRITER },
    { "작가", FACT_WRITER },
    { "author", FACT_WRITER },
    { "cast", FACT_CAST },
    { "main cast", FACT_CAST },
    { "lead cast", FACT_CAST },
    { "cast members", FACT_CAST },
    { "starring", FACT_CAST },
    { "stars", FACT_CAST },
    { "actors", FACT_CAST },
    { "lead actors", FACT_CAST },
    { "main leads", FACT_CAST },
    { "leads", FACT_CAST },
    { "출연", FACT_CAST },
    { "출연진", FACT_CAST },
    { "주연", FACT_CAST },
    { "배우", FACT_CAST },
    { "runtime", FACT_RUNTIME },
    { "run time", FACT_RUNTIME },
    { "running time", FACT_RUNTIME },
    { "duration", FACT_RUNTIME },
    { "러닝타임", FACT_RUNTIME },
    { "상영 시간", FACT_RUNTIME },
    { "상영시간", FACT_RUNTIME },
    { "length", FACT_RUNTIME },
    { "episodes", FACT_EPISODES },
    { "episode count", FACT_EPISODES },
    { "number of episodes", FACT_EPISODES },
    { "no. of episodes", FACT_EPISODES },
    { "no of episodes", FACT_EPISODES },
    { "회차", FACT_EPISODES },
    { "부작", FACT_EPISODES },
    { "platform", FACT_PLATFORM },
    { "platforms", FACT_PLATFORM },
    { "streaming platform", FACT_PLATFORM },
    { "streaming platforms", FACT_PLATFORM },
    { "streaming", FACT_PLATFORM },
    { "streaming on", FACT_PLATFORM },
    { "where to watch", FACT_PLATFORM },
    { "available on", FACT_PLATFORM },
    { "watch on", FACT_PLATFORM },
    { "watched on", FACT_PLATFORM },
    { "watch it on", FACT_PLATFORM },
    { "시청", FACT_PLATFORM },
    { "rating", FACT_RATING },
    { "my rating", FACT_RATING },
    { "score", FACT_RATING },
    { "my score", FACT_RATING },
    { "overall rating", FACT_RATING },
    { "final score", FACT_RATING },
    { "final rating", FACT_RATING },
    { "our rating", FACT_RATING },
    { "star rating", FACT_RATING },
    { "평점", FACT_RATING },
    { "별점", FACT_RATING },
    { "tagline", FACT_TAGLINE },
};

slice fact_key(enum post_fact fact)
{
    return slice_of(fields[fact].key);
}

bool fact_is_list(enum post_fact fact)
{
    return fields[fact].is_list;
}

static slice trim_stars(slice s)
{
    s = slice_trim(s);
    while (s.len > 0 && s.ptr[0] == '*') {
        s = slice_trim(slice_from(s, 1));
    }
    while (s.len > 0 && s.ptr[s.len - 1] == '*') {
        s = slice_trim(slice_head(s, s.len - 1));
    }
    return s;
}

static bool same_key(slice key, const char *known)
{
    slice name = slice_of(known);
    if (key.len != name.len) {
        return false;
    }
    for (size_t i = 0; i < key.len; i++) {
        char c = key.ptr[i] == '-' ? ' ' : key.ptr[i];
        char lower = ascii_lower(c);
        if (lower != name.ptr[i]) {
            return false;
        }
    }
    return true;
}

/* `Director(s)` is Director. */
enum post_fact fact_find(slice key)
{
    if (slice_ends_with(key, SLICE("(s)"))) {
        key = slice_trim(slice_head(key, key.len - 3));
    }
    for (size_t i = 0; i < ARRAY_LENGTH(keys); i++) {
        if (same_key(key, keys[i].key)) {
            return keys[i].fact;
        }
    }
    return FACT_OTHER;
}

/* Pictures, bullets and the like before a key: no letters, brackets or quotation marks. */
static slice without_pictures(slice key)
{
    slice rest = key;
    int32_t c = 0;
    while (utf8_next(&rest, &c) && utf8_class(c) != UTF8_LETTER &&
           (c >= 0x2190 || c == ' ' || c == '-' || c == 0x2022 || c == 0xB7 || c == 0x200D)) {
        key = rest;
    }
    return key;
}

/* Where the key of `text` ends: at a colon, or at a dash between blanks when a known key is before
 * it. `*mark` is how long that is; 0 when there is none. */
static size_t find_key_end(slice text, size_t *mark)
{
    slice head = slice_head(text, KEY_BYTES + 8);
    size_t colon = slice_find_byte(head, ':');
    size_t wide = slice_find(head, SLICE("\xEF\xBC\x9A")); /* the colon of East Asian type */
    *mark = 0;
    if (wide < head.len && wide < colon) {
        *mark = 3;
        return wide;
    }
    if (colon < head.len && colon <= KEY_BYTES + 4) {
        *mark = 1;
        return colon;
    }
    size_t dash = phrase_find_dash(head);
    if (dash < head.len &&
        fact_find(without_pictures(trim_stars(slice_head(head, dash)))) != FACT_OTHER) {
        *mark = phrase_dash(slice_from(head, dash));
    }
    return dash;
}

/* The words that begin a credit without a colon, `Directed by Ann Example`: how long, or 0. */
static size_t find_credit(slice text)
{
    static const slice credits[] = {
        SLICE_INIT("written and directed by "),
        SLICE_INIT("directed by "),
        SLICE_INIT("written by "),
        SLICE_INIT("screenplay by "),
        SLICE_INIT("starring "),
    };
    if (text.len > CREDIT_BYTES || phrase_ends_like_prose(text)) {
        return 0;
    }
    for (size_t i = 0; i < ARRAY_LENGTH(credits); i++) {
        if (phrase_starts_with(text, credits[i]) &&
            phrase_is_capital(slice_from(text, credits[i].len))) {
            return credits[i].len - 1;
        }
    }
    return 0;
}

bool fact_line_split(slice text, struct fact_line *out)
{
    size_t mark = 0;
    size_t end = find_key_end(text, &mark);
    if (mark == 0) {
        end = find_credit(text);
        *out = (struct fact_line){ slice_head(text, end), slice_trim(slice_from(text, end)) };
        return end > 0;
    }
    slice key = without_pictures(trim_stars(slice_head(text, end)));
    slice value = slice_from(text, end + mark);
    bool tight = value.len > 0 && value.ptr[0] != ' ' && value.ptr[0] != '*' && mark != 3;
    if (tight && (value.ptr[0] == '/' || fact_find(key) == FACT_OTHER)) {
        return false;
    }
    int32_t first = phrase_first(key);
    if (key.len == 0 || key.len > KEY_BYTES || value.len > LIST_BYTES ||
        (value.len > LIMIT_TITLE && !fact_is_list(fact_find(key))) ||
        utf8_class(first) != UTF8_LETTER || (first >= 'a' && first <= 'z')) {
        return false;
    }
    slice rest = key;
    slice word;
    size_t words = 0;
    while (phrase_next_word(&rest, &word)) {
        words++;
    }
    *out = (struct fact_line){ key, trim_stars(value) };
    return words <= KEY_WORDS;
}

bool fact_line_is_known(const struct fact_line *line)
{
    return fact_find(line->key) != FACT_OTHER;
}

bool fact_line_is_of_writer(const struct fact_line *line)
{
    return fact_find(line->key) == FACT_DIRECTOR && (phrase_has_word(line->key, SLICE("writer")) ||
                                                     phrase_has_word(line->key, SLICE("written")));
}

bool fact_line_is_of_work(const struct fact_line *line)
{
    static const char *const common[] = {
        "author", "duration", "length", "script", "name", "title"
    };
    for (size_t i = 0; i < ARRAY_LENGTH(common); i++) {
        if (same_key(line->key, common[i])) {
            return false;
        }
    }
    switch (fact_find(line->key)) {
    case FACT_TITLE:
    case FACT_ORIGINAL_TITLE:
    case FACT_ROMANIZED:
    case FACT_GENRE:
    case FACT_DIRECTOR:
    case FACT_WRITER:
    case FACT_CAST:
    case FACT_RUNTIME:
    case FACT_EPISODES:
        return true;
    default:
        return false;
    }
}

size_t fact_key_before(slice text, size_t colon)
{
    size_t begin = colon;
    size_t best = colon;
    for (size_t words = 0; begin > 0 && words < KEY_WORDS && colon - begin <= KEY_BYTES; words++) {
        while (begin > 0 && text.ptr[begin - 1] == ' ') {
            begin--;
        }
        while (begin > 0 && text.ptr[begin - 1] != ' ' && colon - begin <= KEY_BYTES) {
            begin--;
        }
        slice key = slice_trim(slice_between(text.ptr + begin, text.ptr + colon));
        int32_t first = phrase_first(key);
        if (fact_find(key) != FACT_OTHER && !(first >= 'a' && first <= 'z')) {
            best = begin;
        }
    }
    return best;
}

static bool is_star(int32_t c)
{
    return c == 0x2605 || c == 0x2606 || c == 0x2B50 || c == 0x272D || c == 0x2729 || c == 0x272E ||
           c == 0x2730 || c == 0x1F31F || c == 0x1F7C9;
}

/* The words that a rating may hold. */
static bool is_rating_word(slice word)
{
    static const char *const words[] = { "out", "of", "star", "stars", "points", "점", "만점" };
    for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
        if (slice_equal_nocase(word, slice_of(words[i]))) {
            return true;
        }
    }
    return false;
}

/* The bytes of letters, no digits, at the start of `text`. */
static size_t count_letters(slice text)
{
    slice rest = text;
    size_t letters = 0;
    int32_t c = 0;
    while (utf8_next(&rest, &c) && utf8_class(c) == UTF8_LETTER && !utf8_is_digit(c)) {
        letters = text.len - rest.len;
    }
    return letters;
}

bool fact_is_rating(slice text)
{
    slice rest = text;
    size_t stars = 0;
    size_t digits = 0;
    size_t words = 0;
    bool of = false;
    while (rest.len > 0 && text.len <= RATING_BYTES) {
        size_t letters = count_letters(rest);
        int32_t c = 0;
        if (letters > 0) {
            if (!is_rating_word(slice_head(rest, letters))) {
                return false;
            }
            words++;
            rest = slice_from(rest, letters);
            continue;
        }
        (void)utf8_next(&rest, &c);
        stars += is_star(c);
        digits += utf8_is_digit(c);
        of = of || (c == '/' && digits > 0);
        if (!is_star(c) && !utf8_is_digit(c) && c != '/' && c != ' ' && c != '.' && c != ',' &&
            c != '(' && c != ')' && c != 0xBD && c != 0xFE0F) {
            return false;
        }
    }
    return text.len <= RATING_BYTES &&
           (stars > 1 || (digits > 1 && of) || (digits > 0 && words + stars > 0));
}

bool fact_is_grade(slice text)
{
    unsigned long percent = 0;
    if (slice_ends_with(text, SLICE("%"))) {
        return slice_to_number(slice_trim(slice_head(text, text.len - 1)), 100, &percent);
    }
    return (text.len == 1 || (text.len == 2 && (text.ptr[1] == '+' || text.ptr[1] == '-'))) &&
           text.ptr[0] >= 'A' && text.ptr[0] <= 'F';
}
