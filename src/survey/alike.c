#include "survey/alike.h"

#include "base/limits.h"
#include "text/sounds.h"

#include <stdlib.h>

enum {
    SOUNDS_LEAST = 4, /* shorter names are alike too easily */
    /* Letters of a word in which one may be a mistake, and of the name: below, two names are as
     * likely. Syllables of Korean have six at most, and with another letter are another name. */
    LETTERS_OF_WORD = 7,
    LETTERS_OF_NAME = 8,
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_ascii_letter(char c)
{
    return c >= 'a' && c <= 'z';
}

/* --- two names -------------------------------------------------------------------------------- */

/* The bytes of a slug without its hyphens. */
struct letters {
    char bytes[LIMIT_SLUG];
    unsigned char words[LIMIT_SLUG]; /* for each the length of the part it is in */
    bool first[LIMIT_SLUG];          /* it is the first of its part */
    size_t count;
    size_t parts;
    bool latin; /* some of them are */
};

static void read_letters(slice slug, struct letters *out)
{
    slice rest = slug;
    slice part;
    *out = (struct letters){ 0 };
    while (slice_next_piece(&rest, '-', &part)) {
        out->parts++;
        for (size_t i = 0; i < part.len && out->count < sizeof out->bytes; i++) {
            out->latin = out->latin || is_ascii_letter(part.ptr[i]);
            out->first[out->count] = i == 0;
            out->words[out->count] = (unsigned char)(part.len < 255 ? part.len : 255);
            out->bytes[out->count++] = part.ptr[i];
        }
    }
}

/* `rotated`: the last part is the family name, and is taken as if it stood first. */
static void read_sounds(slice slug, bool rotated, struct sounds *out)
{
    slice part;
    size_t last = slug.len;
    out->count = 0;
    if (rotated) {
        while (last > 0 && slug.ptr[last - 1] != '-') {
            last--;
        }
        sounds_add(out, slice_from(slug, last), true);
        last = last > 0 ? last - 1 : 0;
    }
    bool family = !rotated;
    for (slice rest = slice_head(slug, last); slice_next_piece(&rest, '-', &part);) {
        sounds_add(out, part, family);
        family = false;
    }
}

/* What tells people of one name from each other, `Name (1982)`, is no mistake. */
static bool have_same_digits(const struct letters *a, const struct letters *b)
{
    size_t j = 0;
    for (size_t i = 0; i < a->count; i++) {
        if (!is_digit(a->bytes[i])) {
            continue;
        }
        while (j < b->count && !is_digit(b->bytes[j])) {
            j++;
        }
        if (j == b->count || b->bytes[j++] != a->bytes[i]) {
            return false;
        }
    }
    while (j < b->count && !is_digit(b->bytes[j])) {
        j++;
    }
    return j == b->count;
}

static bool same_from(const struct letters *a, size_t i, const struct letters *b, size_t j)
{
    return slice_equal(slice_from((slice){ a->bytes, a->count }, i),
                       slice_from((slice){ b->bytes, b->count }, j));
}

/* In a long word, and not its first, which is seldom wrong. */
static bool may_be_wrong(const struct letters *letters, size_t at)
{
    return at < letters->count && is_ascii_letter(letters->bytes[at]) && !letters->first[at] &&
           letters->words[at] >= LETTERS_OF_WORD;
}

/* True when in one of them a letter is missing, is another one, or changed places with the next. */
static bool differ_by_letter(const struct letters *a, const struct letters *b)
{
    size_t at = 0;
    if (a->count > b->count) {
        const struct letters *longer = a;
        a = b;
        b = longer;
    }
    while (at < a->count && a->bytes[at] == b->bytes[at]) {
        at++;
    }
    if (b->count < LETTERS_OF_NAME || !may_be_wrong(b, at)) {
        return false;
    }
    if (a->count < b->count) {
        return same_from(a, at, b, at + 1);
    }
    return may_be_wrong(a, at) &&
           (same_from(a, at + 1, b, at + 1) ||
            (at + 1 < a->count && a->bytes[at] == b->bytes[at + 1] &&
             a->bytes[at + 1] == b->bytes[at] && same_from(a, at + 2, b, at + 2)));
}

static bool sound_alike(slice a, bool a_rotated, slice b, bool b_rotated)
{
    struct sounds x;
    struct sounds y;
    read_sounds(a, a_rotated, &x);
    read_sounds(b, b_rotated, &y);
    return x.count >= SOUNDS_LEAST && sounds_alike(&x, &y);
}

bool alike_slugs(slice a, slice b, enum alike_why *why)
{
    struct letters x;
    struct letters y;
    read_letters(a, &x);
    read_letters(b, &y);
    if (!have_same_digits(&x, &y)) {
        return false;
    }
    if (x.count == y.count && same_from(&x, 0, &y, 0)) {
        *why = ALIKE_DIVIDED;
        return true;
    }
    /* In Hangul there is one way to write a name. */
    const bool latin = x.latin || y.latin;
    if (latin && sound_alike(a, false, b, false)) {
        *why = ALIKE_SOUND;
        return true;
    }
    if (latin && ((x.parts > 1 && sound_alike(a, true, b, false)) ||
                  (y.parts > 1 && sound_alike(a, false, b, true)))) {
        *why = ALIKE_ORDER;
        return true;
    }
    if (differ_by_letter(&x, &y)) {
        *why = ALIKE_LETTER;
        return true;
    }
    return false;
}

/* --- all names -------------------------------------------------------------------------------- */

struct key {
    uint64_t hash;
    uint32_t person; /* its place in the facet */
};

struct keys {
    struct key *items;
    size_t count, capacity;
};

/* So that keys of one kind do not meet those of another. */
enum key_kind { KEY_LETTERS = 'l', KEY_SOUNDS = 's', KEY_MISSING = 'm' };

static void add_key(struct arena *scratch, struct keys *keys, enum key_kind kind, slice bytes,
                    size_t person)
{
    const char first = (char)kind;
    const unsigned long long seed = slice_hash((slice){ &first, 1 }, SLICE_HASH_SEED);
    *ARRAY_ADD(scratch, keys) = (struct key){ slice_hash(bytes, seed), (uint32_t)person };
}

static void add_sounds_key(struct arena *scratch, struct keys *keys, slice slug, bool rotated,
                           size_t person)
{
    struct sounds sounds;
    read_sounds(slug, rotated, &sounds);
    const uint64_t skeleton = sounds_skeleton(&sounds);
    if (sounds.count >= SOUNDS_LEAST) {
        add_key(scratch, keys, KEY_SOUNDS, (slice){ (const char *)&skeleton, sizeof skeleton },
                person);
    }
}

/* Names that differ by one letter have a key in common when each has one for all of its letters and
 * one for each that may be too many or wrong, without it. */
static void add_missing_keys(struct arena *scratch, struct keys *keys,
                             const struct letters *letters, size_t person)
{
    char without[LIMIT_SLUG];
    if (letters->count + 1 < LETTERS_OF_NAME) {
        return;
    }
    add_key(scratch, keys, KEY_MISSING, (slice){ letters->bytes, letters->count }, person);
    memcpy(without, letters->bytes + 1, letters->count - 1);
    for (size_t i = 1; i < letters->count; i++) {
        /* So far `without` lacks the letter before this one: now this one. */
        without[i - 1] = letters->bytes[i - 1];
        if (may_be_wrong(letters, i)) {
            add_key(scratch, keys, KEY_MISSING, (slice){ without, letters->count - 1 }, person);
        }
    }
}

static void add_keys(struct arena *scratch, struct keys *keys, slice slug, size_t person)
{
    struct letters letters;
    read_letters(slug, &letters);
    add_key(scratch, keys, KEY_LETTERS, (slice){ letters.bytes, letters.count }, person);
    add_sounds_key(scratch, keys, slug, false, person);
    if (letters.parts > 1) {
        add_sounds_key(scratch, keys, slug, true, person);
    }
    add_missing_keys(scratch, keys, &letters, person);
}

static int compare_keys(const void *a, const void *b)
{
    const struct key *x = a;
    const struct key *y = b;
    if (x->hash != y->hash) {
        return x->hash < y->hash ? -1 : 1;
    }
    return (x->person > y->person) - (x->person < y->person);
}

static int compare_alikes(const void *a, const void *b)
{
    const struct alike *x = a;
    const struct alike *y = b;
    int order = slice_compare(x->a->slug, y->a->slug);
    return order != 0 ? order : slice_compare(x->b->slug, y->b->slug);
}

static bool is_cast(const struct mention *mention)
{
    return mention->credit != NULL && mention->credit->kind == CREDIT_CAST;
}

/* Both have their mentions newest first. */
static bool play_together(const struct facet_value *a, const struct facet_value *b)
{
    size_t i = 0;
    size_t j = 0;
    while (i < a->mention_count && j < b->mention_count) {
        const struct review *x = a->mentions[i].review;
        const struct review *y = b->mentions[j].review;
        if (!is_cast(&a->mentions[i]) || x->place > y->place) {
            i++;
        } else if (!is_cast(&b->mentions[j]) || y->place > x->place) {
            j++;
        } else {
            return true;
        }
    }
    return false;
}

static void compare(struct arena *arena, const struct facet_value *a, const struct facet_value *b,
                    struct alikes *out)
{
    enum alike_why why;
    if (!alike_slugs(a->slug, b->slug, &why) || play_together(a, b)) {
        return;
    }
    const bool turned = b->review_count > a->review_count;
    *ARRAY_ADD(arena, out) = (struct alike){ turned ? b : a, turned ? a : b, why };
}

static void drop_repeated(struct alikes *alikes)
{
    size_t kept = 0;
    if (alikes->count > 1) {
        qsort(alikes->items, alikes->count, sizeof *alikes->items, compare_alikes);
    }
    for (size_t i = 0; i < alikes->count; i++) {
        if (kept == 0 || compare_alikes(&alikes->items[kept - 1], &alikes->items[i]) != 0) {
            alikes->items[kept++] = alikes->items[i];
        }
    }
    alikes->count = kept;
}

void alike_find(struct arena *arena, const struct facet *people, struct alikes *out)
{
    struct arena scratch;
    struct keys keys = { 0 };
    *out = (struct alikes){ 0 };
    arena_init(&scratch);
    for (size_t i = 0; i < people->value_count; i++) {
        add_keys(&scratch, &keys, people->values[i].slug, i);
    }
    if (keys.count > 1) {
        qsort(keys.items, keys.count, sizeof *keys.items, compare_keys);
    }
    for (size_t i = 0; i < keys.count; i++) {
        for (size_t j = i + 1; j < keys.count && j - i <= LIMIT_ALIKE_COMPARED &&
                               keys.items[j].hash == keys.items[i].hash;
             j++) {
            if (keys.items[i].person != keys.items[j].person) {
                compare(arena, &people->values[keys.items[i].person],
                        &people->values[keys.items[j].person], out);
            }
        }
    }
    drop_repeated(out);
    arena_release(&scratch);
}
