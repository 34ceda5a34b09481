#include "text/sounds.h"

#include "base/attributes.h"
#include "base/utf8.h"

/* The vowels of Hangul in the order in which Unicode has them: a set of them has a bit for each. */
enum {
    A = 1 << 0,
    AE = 1 << 1,
    YA = 1 << 2,
    YAE = 1 << 3,
    EO = 1 << 4,
    E = 1 << 5,
    YEO = 1 << 6,
    YE = 1 << 7,
    O = 1 << 8,
    WA = 1 << 9,
    WAE = 1 << 10,
    OE = 1 << 11,
    YO = 1 << 12,
    U = 1 << 13,
    WEO = 1 << 14,
    WE = 1 << 15,
    WI = 1 << 16,
    YU = 1 << 17,
    EU = 1 << 18,
    UI = 1 << 19,
    I = 1 << 20,
};

#define CONSONANT 0x80000000u
/* Vowels in a row that stand for none of Hangul: they are only like themselves. */
#define OTHER_VOWELS 0x40000000u

struct spelling {
    slice text;
    sound sound;
};

/* What people write, the official spelling among it. A `u` is in Jung (EO), Jun (U, EO), Gun (EU).
 */
static const struct spelling vowels[] = {
    { SLICE_INIT("a"), A },           { SLICE_INIT("aa"), A },
    { SLICE_INIT("ae"), AE },         { SLICE_INIT("ai"), AE },
    { SLICE_INIT("ay"), AE },         { SLICE_INIT("e"), E },
    { SLICE_INIT("ea"), I },          { SLICE_INIT("ee"), I | UI },
    { SLICE_INIT("ei"), E },          { SLICE_INIT("eo"), EO },
    { SLICE_INIT("eou"), EO },        { SLICE_INIT("eu"), EU },
    { SLICE_INIT("eui"), UI },        { SLICE_INIT("ey"), E },
    { SLICE_INIT("i"), I | UI },      { SLICE_INIT("ie"), I },
    { SLICE_INIT("o"), O },           { SLICE_INIT("oe"), OE },
    { SLICE_INIT("oi"), OE },         { SLICE_INIT("oo"), U },
    { SLICE_INIT("ou"), O | U | EO }, { SLICE_INIT("oy"), OE },
    { SLICE_INIT("u"), U | EO | EU }, { SLICE_INIT("ui"), UI },
    { SLICE_INIT("uu"), U },          { SLICE_INIT("wa"), WA },
    { SLICE_INIT("wae"), WAE },       { SLICE_INIT("wai"), WAE },
    { SLICE_INIT("we"), WE | OE },    { SLICE_INIT("weo"), WEO },
    { SLICE_INIT("wi"), WI },         { SLICE_INIT("wo"), WEO },
    { SLICE_INIT("woo"), U },         { SLICE_INIT("wu"), U },
    { SLICE_INIT("wui"), WI },        { SLICE_INIT("y"), I },
    { SLICE_INIT("ya"), YA },         { SLICE_INIT("yae"), YAE },
    { SLICE_INIT("ye"), YE },         { SLICE_INIT("yeo"), YEO },
    { SLICE_INIT("yeou"), YEO },      { SLICE_INIT("yi"), I | UI },
    { SLICE_INIT("yo"), YO },         { SLICE_INIT("yoo"), YU },
    { SLICE_INIT("you"), YEO | YU },  { SLICE_INIT("yu"), YU | YEO },
};

/* Family names whose usual spellings do not say how they sound, as if they were written so. */
static const struct {
    slice written, meant;
} families[] = {
    { SLICE_INIT("bahk"), SLICE_INIT("bak") }, { SLICE_INIT("bark"), SLICE_INIT("bak") },
    { SLICE_INIT("her"), SLICE_INIT("heo") },  { SLICE_INIT("hur"), SLICE_INIT("heo") },
    { SLICE_INIT("lee"), SLICE_INIT("i") },    { SLICE_INIT("li"), SLICE_INIT("i") },
    { SLICE_INIT("lim"), SLICE_INIT("im") },   { SLICE_INIT("lyu"), SLICE_INIT("yoo") },
    { SLICE_INIT("park"), SLICE_INIT("bak") }, { SLICE_INIT("rhee"), SLICE_INIT("i") },
    { SLICE_INIT("ri"), SLICE_INIT("i") },     { SLICE_INIT("rim"), SLICE_INIT("im") },
    { SLICE_INIT("ro"), SLICE_INIT("no") },    { SLICE_INIT("roh"), SLICE_INIT("no") },
    { SLICE_INIT("ryoo"), SLICE_INIT("yoo") }, { SLICE_INIT("ryu"), SLICE_INIT("yoo") },
    { SLICE_INIT("yee"), SLICE_INIT("i") },    { SLICE_INIT("yim"), SLICE_INIT("im") },
    { SLICE_INIT("you"), SLICE_INIT("yoo") },
};

static void add(struct sounds *sounds, sound item)
{
    if (sounds->count < SOUNDS_MOST) {
        sounds->items[sounds->count++] = item;
    }
}

/* --- Hangul --- */

enum { HANGUL_FIRST = 0xAC00, HANGUL_LAST = 0xD7A3, VOWELS = 21, FINALS = 28, INITIAL_R = 5 };

/* A consonant before and after the vowel, in the order in which Unicode has them; `-` is none. */
static const char initials[] = "kknttlmppss-jjjktph";
static const char finals[] = "-kkknnntllllllllmppttgttktpt";

static void add_consonant(struct sounds *sounds, char c)
{
    if (c != '-') {
        add(sounds, CONSONANT | (sound)c);
    }
}

/* The `r` of a family name is silent in the South: Ryu is Yu, Rim is Im. */
static void add_syllable(struct sounds *sounds, int32_t c, bool family)
{
    const int32_t index = c - HANGUL_FIRST;
    const int32_t initial = index / (VOWELS * FINALS);
    if (!family || initial != INITIAL_R) {
        add_consonant(sounds, initials[initial]);
    }
    add(sounds, (sound)1 << (index / FINALS % VOWELS));
    add_consonant(sounds, finals[index % FINALS]);
}

/* --- Latin letters --- */

/* `y` and `w` stand for what is before a vowel and a part of it. */
static bool is_vowel(char c)
{
    return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u' || c == 'y' || c == 'w';
}

static char letter_at(slice part, size_t at)
{
    return at < part.len ? part.ptr[at] : '\0';
}

static sound vowel_sound(slice run)
{
    for (size_t i = 0; i < ARRAY_LENGTH(vowels); i++) {
        if (slice_equal(vowels[i].text, run)) {
            return vowels[i].sound;
        }
    }
    return OTHER_VOWELS | (sound)(slice_hash(run, SLICE_HASH_SEED) & (OTHER_VOWELS - 1));
}

/* The consonant at `at` and how many letters it has; `-` for none, as the `h` of Ahn. */
static char consonant_at(slice part, size_t at, size_t *used)
{
    const char c = part.ptr[at];
    const char next = letter_at(part, at + 1);
    *used = next == 'h' && (c == 'c' || c == 's' || c == 'p' || c == 't' || c == 'z') ? 2 : 1;
    switch (c) {
    case 'b':
    case 'p':
    case 'f':
    case 'v':
        return 'p';
    case 'd':
    case 't':
        return 't';
    case 'g':
    case 'k':
    case 'q':
        return 'k';
    case 'c':
        return *used == 2 ? 'j' : next == 'e' || next == 'i' || next == 'y' ? 's' : 'k';
    case 'j':
    case 'z':
        return 'j';
    case 'l':
    case 'r':
        return 'l';
    case 'n':
        if (next == 'g' && !is_vowel(letter_at(part, at + 2))) {
            *used = 2;
            return 'g';
        }
        return 'n';
    case 'h':
        return at > 0 && is_vowel(part.ptr[at - 1]) && !is_vowel(next) ? '-' : 'h';
    default:
        return c;
    }
}

/* Digits and letters of other scripts are only like themselves. Returns the bytes that are done. */
static size_t add_next(struct sounds *sounds, slice part, size_t at, bool family)
{
    int32_t c = 0;
    slice rest = slice_from(part, at);
    if ((unsigned char)part.ptr[at] >= 0x80) {
        (void)utf8_next(&rest, &c);
        if (c >= HANGUL_FIRST && c <= HANGUL_LAST) {
            add_syllable(sounds, c, family && at == 0);
        } else {
            add(sounds, CONSONANT | (sound)c);
        }
        return part.len - rest.len - at;
    }
    size_t used = 0;
    if (is_vowel(part.ptr[at])) {
        while (is_vowel(letter_at(part, at + used))) {
            used++;
        }
        add(sounds, vowel_sound(slice_head(rest, used)));
        return used;
    }
    if (part.ptr[at] == 'x') {
        add_consonant(sounds, 'k');
        add_consonant(sounds, 's');
        return 1;
    }
    const char found = consonant_at(part, at, &used);
    const sound before = sounds->count > 0 ? sounds->items[sounds->count - 1] : 0;
    /* Written twice it is the same. */
    if (at == 0 || before != (CONSONANT | (sound)found)) {
        add_consonant(sounds, found);
    }
    return used;
}

void sounds_add(struct sounds *sounds, slice part, bool family)
{
    for (size_t i = 0; family && i < ARRAY_LENGTH(families); i++) {
        if (slice_equal(families[i].written, part)) {
            part = families[i].meant;
            break;
        }
    }
    for (size_t at = 0; at < part.len;) {
        at += add_next(sounds, part, at, family);
    }
}

uint64_t sounds_skeleton(const struct sounds *sounds)
{
    unsigned long long hash = SLICE_HASH_SEED;
    for (size_t i = 0; i < sounds->count; i++) {
        const sound item = sounds->items[i] & CONSONANT ? sounds->items[i] : 0;
        hash = slice_hash((slice){ (const char *)&item, sizeof item }, hash);
    }
    return hash;
}

static bool is_alike(sound a, sound b)
{
    return a == b || (a < OTHER_VOWELS && b < OTHER_VOWELS && (a & b) != 0);
}

bool sounds_alike(const struct sounds *a, const struct sounds *b)
{
    if (a->count != b->count) {
        return false;
    }
    for (size_t i = 0; i < a->count; i++) {
        if (!is_alike(a->items[i], b->items[i])) {
            return false;
        }
    }
    return true;
}
