#include "import/phrase.h"

#include "base/utf8.h"

int32_t phrase_first(slice s)
{
    int32_t c = 0;
    return utf8_next(&s, &c) ? c : 0;
}

size_t phrase_dash(slice s)
{
    slice rest = s;
    int32_t c = 0;
    if (slice_starts_with(s, SLICE("--"))) {
        return 2;
    }
    if (utf8_next(&rest, &c) && (c == '-' || (c >= 0x2010 && c <= 0x2015) || c == 0x2212)) {
        return s.len - rest.len;
    }
    return 0;
}

size_t phrase_find_dash(slice s)
{
    for (size_t at = 1; at < s.len; at++) {
        if (s.ptr[at - 1] == ' ') {
            size_t dash = phrase_dash(slice_from(s, at));
            if (dash > 0 && at + dash < s.len && s.ptr[at + dash] == ' ') {
                return at;
            }
        }
    }
    return s.len;
}

/* Quotation marks of one family open and close each other: writing habits and keyboards differ. */
enum mark_family { MARK_NONE, MARK_DOUBLE, MARK_SINGLE, MARK_ANGLE, MARK_CORNER };

static enum mark_family mark_family(int32_t c)
{
    switch (c) {
    case '"':
    case 0x201C:
    case 0x201D:
    case 0x201E:
    case 0x201F:
    case 0xFF02:
        return MARK_DOUBLE;
    case '\'':
    case 0x2018:
    case 0x2019:
    case 0x201A:
        return MARK_SINGLE;
    case 0xAB:
    case 0xBB:
    case 0x300A:
    case 0x300B:
        return MARK_ANGLE;
    case 0x300C:
    case 0x300D:
    case 0x300E:
    case 0x300F:
        return MARK_CORNER;
    default:
        return MARK_NONE;
    }
}

bool phrase_quoted(slice s, struct quoted *out)
{
    slice rest = s;
    int32_t c = 0;
    if (!utf8_next(&rest, &c) || mark_family(c) == MARK_NONE) {
        return false;
    }
    enum mark_family family = mark_family(c);
    slice begin = rest;
    slice before = rest;
    while (utf8_next(&rest, &c)) {
        if (mark_family(c) == family) {
            slice after = slice_trim(rest);
            if (after.len == 0 || phrase_dash(after) > 0 || after.ptr[0] == '(') {
                out->inside = slice_trim(slice_between(begin.ptr, before.ptr));
                out->rest = after;
                return out->inside.len > 0;
            }
        }
        before = rest;
    }
    return false;
}

/* Where the last code point of `s`, which is not empty, begins. */
static size_t last_code_point(slice s)
{
    size_t last = s.len - 1;
    while (last > 0 && ((unsigned char)s.ptr[last] & 0xC0) == 0x80) {
        last--;
    }
    return last;
}

slice phrase_unquoted(slice s)
{
    slice begin = s;
    int32_t first = 0;
    if (!utf8_next(&begin, &first) || mark_family(first) == MARK_NONE || begin.len == 0) {
        return s;
    }
    size_t last = last_code_point(begin);
    bool closed = mark_family(phrase_first(slice_from(begin, last))) == mark_family(first);
    /* `"One" or "two"` has two pairs. Single marks are apostrophes, too. */
    slice inside = slice_head(begin, last);
    int32_t c = 0;
    while (closed && mark_family(first) != MARK_SINGLE && utf8_next(&inside, &c)) {
        closed = mark_family(c) != mark_family(first);
    }
    return closed ? slice_trim(slice_head(begin, last)) : s;
}

bool phrase_next_word(slice *rest, slice *word)
{
    while (slice_next_piece(rest, ' ', word)) {
        if (word->len > 0) {
            return true;
        }
    }
    return false;
}

static bool is_word_class(int32_t c)
{
    enum utf8_class class = utf8_class(c);
    return class == UTF8_LETTER || class == UTF8_MARK;
}

slice phrase_bare(slice word)
{
    slice rest = word;
    slice before = word;
    const char *begin = NULL;
    const char *end = word.ptr;
    int32_t c = 0;
    while (utf8_next(&rest, &c)) {
        if (is_word_class(c)) {
            begin = begin ? begin : before.ptr;
            end = rest.ptr;
        }
        before = rest;
    }
    if (begin == NULL) {
        return slice_head(word, 0);
    }
    slice bare = slice_between(begin, end);
    static const char *const endings[] = { "'s", "\xE2\x80\x99s" };
    for (size_t i = 0; i < ARRAY_LENGTH(endings); i++) {
        slice ending = slice_of(endings[i]);
        if (slice_ends_with(bare, ending)) {
            return slice_head(bare, bare.len - ending.len);
        }
    }
    return bare;
}

bool phrase_is_capital(slice word)
{
    int32_t c = 0;
    while (utf8_next(&word, &c)) {
        if (is_word_class(c)) {
            return utf8_is_upper(c);
        }
    }
    return false;
}

/* `word` without closing quotation marks and brackets at its end. */
static slice drop_closing(slice word)
{
    while (word.len > 0) {
        size_t last = last_code_point(word);
        int32_t c = phrase_first(slice_from(word, last));
        if (c != ')' && c != ']' && mark_family(c) == MARK_NONE) {
            break;
        }
        word = slice_head(word, last);
    }
    return word;
}

static bool is_abbreviation(slice word)
{
    static const char *const known[] = {
        "Mr.", "Mrs.", "Ms.",  "Dr.",   "No.",  "St.",   "Jr.", "Sr.",
        "Lt.", "Col.", "Gen.", "Capt.", "Sgt.", "Prof.", "vs.", "Vol.",
    };
    while (word.len > 0 && (word.ptr[0] == '(' || mark_family(phrase_first(word)) != MARK_NONE)) {
        slice rest = word;
        int32_t ignored = 0;
        (void)utf8_next(&rest, &ignored);
        word = rest;
    }
    for (size_t i = 0; i < ARRAY_LENGTH(known); i++) {
        if (slice_equal_nocase(word, slice_of(known[i]))) {
            return true;
        }
    }
    /* An initial: one capital and its full stop. */
    return utf8_length(word) == 2 && phrase_is_capital(word);
}

bool phrase_ends_sentence(slice word)
{
    word = drop_closing(word);
    if (slice_ends_with(word, SLICE("!")) || slice_ends_with(word, SLICE("?")) ||
        slice_ends_with(word, SLICE("\xE2\x80\xA6")) ||
        slice_ends_with(word, SLICE("\xE3\x80\x82"))) {
        return true;
    }
    return slice_ends_with(word, SLICE(".")) && !is_abbreviation(word);
}

bool phrase_ends_like_prose(slice s)
{
    s = drop_closing(s);
    if (s.len == 0) {
        return true;
    }
    char last = s.ptr[s.len - 1];
    return last == '.' || last == ',' || last == ';' || last == ':' || last == '!' ||
           slice_ends_with(s, SLICE("\xE2\x80\xA6")) || slice_ends_with(s, SLICE("\xE3\x80\x82"));
}

bool phrase_starts_with(slice s, slice prefix)
{
    return s.len >= prefix.len && slice_equal_nocase(slice_head(s, prefix.len), prefix);
}

static bool is_ascii_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool phrase_has_word(slice s, slice word)
{
    for (size_t at = 0; at + word.len <= s.len; at++) {
        if ((at == 0 || !is_ascii_letter(s.ptr[at - 1])) &&
            phrase_starts_with(slice_from(s, at), word) &&
            (at + word.len == s.len || !is_ascii_letter(s.ptr[at + word.len]))) {
            return true;
        }
    }
    return false;
}

/* The next code point that is no quotation mark, ASCII in lower case; 0 at the end. */
static int32_t next_of_title(slice *rest)
{
    int32_t c = 0;
    while (utf8_next(rest, &c)) {
        if (mark_family(c) == MARK_NONE) {
            return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
        }
    }
    return 0;
}

size_t phrase_title_prefix(slice line, slice title)
{
    slice rest = line;
    title = slice_trim(title);
    if (title.len == 0) {
        return 0;
    }
    for (int32_t wanted = next_of_title(&title); wanted != 0; wanted = next_of_title(&title)) {
        if (next_of_title(&rest) != wanted) {
            return 0;
        }
    }
    /* A closing mark right behind belongs to the title. */
    while (rest.len > 0 && mark_family(phrase_first(rest)) != MARK_NONE) {
        int32_t ignored = 0;
        (void)utf8_next(&rest, &ignored);
    }
    return rest.len == 0 || !is_word_class(phrase_first(rest)) ? line.len - rest.len : 0;
}

bool phrase_same_title(slice a, slice b)
{
    return a.len > 0 && phrase_title_prefix(a, b) == a.len;
}

bool phrase_split_bracket(slice s, slice *before, slice *inside)
{
    s = slice_trim_end(s);
    if (s.len < 3 || s.ptr[s.len - 1] != ')') {
        return false;
    }
    size_t open = s.len - 1;
    while (open > 0 && s.ptr[open] != '(') {
        open--;
    }
    if (s.ptr[open] != '(' || open == 0) {
        return false;
    }
    *before = slice_trim(slice_head(s, open));
    *inside = slice_trim(slice_between(s.ptr + open + 1, s.ptr + s.len - 1));
    return before->len > 0 && inside->len > 0;
}

bool phrase_is_year(slice s)
{
    unsigned long year = 0;
    return s.len == 4 && slice_to_number(s, 2199, &year) && year >= 1870;
}

slice phrase_find_year(slice s)
{
    for (size_t at = 0; at + 4 <= s.len; at++) {
        bool begins = at == 0 || s.ptr[at - 1] < '0' || s.ptr[at - 1] > '9';
        bool ends = at + 4 == s.len || s.ptr[at + 4] < '0' || s.ptr[at + 4] > '9';
        slice year = slice_head(slice_from(s, at), 4);
        if (begins && ends && phrase_is_year(year)) {
            return year;
        }
    }
    return SLICE_EMPTY;
}
