/* write_capsule.c: a capsule of any size, the same bytes every time for the same arguments.
 *
 *     write_capsule [--korean SHARE] FOLDER REVIEWS [SECTIONS PARAGRAPHS QUOTES]
 *
 * What tests/generate.py writes, fast enough for capsules of a gigabyte: sentences over a
 * vocabulary with a natural spread (a few words often, most words seldom), in which few letters are
 * not ASCII; 800 people, 300 tags, and scenes. Without further arguments a review has about 22 kB.
 *
 * With --korean it is text to be searched: 40,000 words of Latin letters and 20,000 stems of Hangul
 * with their endings, used as often as words are (words.h), SHARE in a hundred sentences in Korean,
 * with names in both scripts, 3,000 people of whom some recur, 2,000 tags, common and rare,
 * speakers who are roles, and links between reviews. The plain text stays as it was, so that what
 * loading costs can be compared with what it cost before.
 */

#include "base/buf.h"
#include "base/slice.h"
#include "words.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    CAST = 6,
    REVIEW_TAGS = 5,
    REVIEWS_IN_FOLDER = 1000,
    NAME_BYTES = 96,
    PATH_BYTES = 96,
    TEXT_BYTES = 64 << 20,
};

static const char *const genres[] = { "Drama",   "Comedy",     "Crime",  "Thriller",
                                      "Romance", "Historical", "Horror", "Mystery" };
static const char *const platforms[] = { "Netflix", "Viki", "MUBI", "Disc" };
static const char *const families[][2] = { { "Kim", "김" },  { "Lee", "이" },  { "Park", "박" },
                                           { "Choi", "최" }, { "Jung", "정" }, { "Kang", "강" },
                                           { "Cho", "조" },  { "Yoon", "윤" }, { "Jang", "장" },
                                           { "Han", "한" },  { "Oh", "오" },   { "Seo", "서" } };

/* --- what a capsule is written with -------------------------------------------------------------
 */

struct shape {
    size_t sections, paragraphs, quotes;
    bool searched; /* text to be searched */
    size_t korean; /* sentences in a hundred */
};

struct names {
    char (*items)[NAME_BYTES];
    size_t count;
    struct spread spread;
};

static struct shape shape = { 6, 5, 4, false, 0 };
static struct words words;
static struct words stems;
static struct spread word_spread;
static struct spread stem_spread;
static struct names people;
static struct names tags;

static bool is_korean(void)
{
    return shape.korean > 0 && dice_below(100) < shape.korean;
}

/* Valid until the next one. */
static const char *any_korean_word(void)
{
    static char word[2 * WORD_BYTES];
    const char *stem = stems.items[spread_any(&stem_spread)];
    (void)snprintf(word, sizeof word, "%s%s", stem, words_any_ending());
    return word;
}

static const char *any_word(bool korean)
{
    if (shape.searched) {
        return korean ? any_korean_word() : words.items[spread_any(&word_spread)];
    }
    /* The cube of an even spread: one word in twenty stands for a third of a text. */
    const uint64_t share = dice_roll() >> 44; /* 20 bits */
    return words.items[words.count * (share * share * share >> 20) >> 40];
}

static void put_capital(struct buf *out, const char *word)
{
    const bool small = word[0] >= 'a' && word[0] <= 'z';
    buf_putc(out, small ? (char)(word[0] - 'a' + 'A') : word[0]);
    buf_puts(out, word + 1);
}

static void put_name(struct buf *out, bool korean)
{
    put_capital(out, any_word(korean));
}

/* A person of Korea in Latin letters or, now and then, in Hangul. */
static void put_korean_person(struct buf *out, bool in_hangul)
{
    struct buf hangul;
    struct buf latin;
    const size_t family = dice_below(ARRAY_LENGTH(families));
    buf_init(&hangul, NAME_BYTES);
    buf_init(&latin, NAME_BYTES);
    words_put_syllable(&hangul, &latin);
    buf_putc(&latin, '-');
    words_put_syllable(&hangul, &latin);
    buf_puts(out, families[family][in_hangul]);
    if (in_hangul) {
        buf_put(out, buf_slice(&hangul));
    } else {
        buf_putc(out, ' ');
        put_capital(out, buf_string(&latin));
    }
    buf_release(&hangul);
    buf_release(&latin);
}

static void put_person(struct buf *out)
{
    if (shape.searched && dice_below(3) > 0) {
        put_korean_person(out, is_korean());
        return;
    }
    put_name(out, false);
    buf_putc(out, ' ');
    put_name(out, false);
    buf_printf(out, "-%s", any_word(false));
}

static void put_tag(struct buf *out)
{
    const bool korean = is_korean();
    put_name(out, korean);
    put_name(out, korean);
}

static void make_names(struct names *names, size_t count, void (*put)(struct buf *out))
{
    struct buf name;
    buf_init(&name, NAME_BYTES - 1);
    names->items = calloc(count, sizeof *names->items);
    names->count = count;
    for (size_t i = 0; names->items != NULL && i < count; i++) {
        buf_clear(&name);
        put(&name);
        memcpy(names->items[i], buf_slice(&name).ptr, name.len);
    }
    spread_make(&names->spread, count);
    buf_release(&name);
}

static void make_all(void)
{
    enum { PLAIN = 4000, SEARCHED = 40000, STEMS = 20000 };
    if (shape.searched) {
        words_make_english(&words, SEARCHED);
        words_make_korean(&stems, STEMS);
        spread_make(&word_spread, words.count);
        spread_make(&stem_spread, stems.count);
    } else {
        words_make_plain(&words, PLAIN);
    }
    make_names(&people, shape.searched ? 3000 : 800, put_person);
    make_names(&tags, shape.searched ? 2000 : 300, put_tag);
}

static void sample_names(const struct names *names, size_t *out, size_t count)
{
    if (shape.searched) {
        spread_sample(&names->spread, out, count);
    } else {
        dice_sample(out, count, names->count);
    }
}

/* --- text ---------------------------------------------------------------------------------------
 */

static void put_sentence(struct buf *out)
{
    const bool korean = is_korean();
    size_t count = dice_between(5, 24);
    put_name(out, korean);
    for (size_t i = 1; i < count; i++) {
        buf_putc(out, ' ');
        buf_puts(out, any_word(korean));
    }
    buf_putc(out, '.');
}

static void put_paragraph(struct buf *out)
{
    size_t count = dice_between(3, 7);
    for (size_t i = 0; i < count; i++) {
        if (i > 0) {
            buf_putc(out, ' ');
        }
        put_sentence(out);
    }
    buf_putc(out, '\n');
}

/* --- a review -----------------------------------------------------------------------------------
 */

struct written {
    size_t number;
    char roles[CAST][NAME_BYTES];
};

static void put_title(struct buf *out, const struct written *review)
{
    struct buf hangul;
    struct buf latin;
    const bool korean = is_korean();
    buf_puts(out, "Title: ");
    put_name(out, korean);
    buf_printf(out, " %s %zu\n", any_word(korean), review->number);
    if (!shape.searched || dice_below(2) == 0) {
        return;
    }
    buf_init(&hangul, NAME_BYTES);
    buf_init(&latin, NAME_BYTES);
    for (size_t left = dice_between(2, 5); left > 0; left--) {
        words_put_syllable(&hangul, &latin);
    }
    buf_printf(out, "Original-Title: %s\nRomanized: ", buf_string(&hangul));
    put_capital(out, buf_string(&latin));
    buf_putc(out, '\n');
    buf_release(&hangul);
    buf_release(&latin);
}

static void put_cast(struct buf *out, struct written *review)
{
    size_t chosen[CAST];
    sample_names(&people, chosen, CAST);
    for (size_t i = 0; i < CAST; i++) {
        struct buf role;
        buf_init(&role, NAME_BYTES - 1);
        buf_printf(out, "%s%s as ", i == 0 ? "Cast: " : ", ", people.items[chosen[i]]);
        put_name(&role, is_korean());
        buf_put(out, buf_slice(&role));
        (void)snprintf(review->roles[i], NAME_BYTES, "%s", buf_string(&role));
        buf_release(&role);
    }
}

static void put_header(struct buf *out, struct written *review)
{
    size_t chosen[REVIEW_TAGS];
    const size_t number = review->number;
    put_title(out, review);
    buf_printf(out, "Published: %04zu-%02zu-%02zu\n", 1990 + number % 35, 1 + number / 35 % 12,
               1 + number / 420 % 28);
    buf_printf(out, "Year: %zu\n", 1960 + number % 65);
    dice_sample(chosen, 2, ARRAY_LENGTH(genres));
    buf_printf(out, "Genre: %s, %s\n", genres[chosen[0]], genres[chosen[1]]);
    sample_names(&people, chosen, 1);
    buf_printf(out, "Director: %s\n", people.items[chosen[0]]);
    put_cast(out, review);
    buf_printf(out, "\nPlatform: %s\n", DICE_ANY(platforms));
    sample_names(&tags, chosen, REVIEW_TAGS);
    for (size_t i = 0; i < REVIEW_TAGS; i++) {
        buf_printf(out, "%s%s", i == 0 ? "Tags: " : ", ", tags.items[chosen[i]]);
    }
    if (shape.searched && number > 0) {
        buf_printf(out, "\nRelated: review-%zu", dice_below(number));
    }
    buf_puts(out, "\nTagline: ");
    put_sentence(out);
    buf_puts(out, "\nSummary: ");
    put_sentence(out);
    buf_puts(out, "\n\n");
}

static void put_quote(struct buf *out, const struct written *review)
{
    const bool korean = is_korean();
    buf_puts(out, "> ");
    put_sentence(out);
    buf_puts(out, "\n— ");
    if (shape.searched && dice_below(4) > 0) {
        buf_puts(out, DICE_ANY(review->roles));
    } else {
        put_name(out, korean);
    }
    buf_putc(out, ',');
    for (size_t i = 0; i < 3; i++) {
        buf_printf(out, " %s", any_word(korean));
    }
    buf_putc(out, '\n');
    put_paragraph(out);
    buf_putc(out, '\n');
}

static void put_section(struct buf *out, const struct written *review, size_t section)
{
    const bool korean = is_korean();
    buf_puts(out, "\n## ");
    put_name(out, korean);
    buf_printf(out, " %s %zu\n", any_word(korean), section);
    for (size_t k = 0; k < shape.paragraphs; k++) {
        put_paragraph(out);
        buf_puts(out, k + 1 < shape.paragraphs ? "\n" : "");
    }
    if (shape.searched && review->number > 0 && dice_below(3) == 0) {
        buf_printf(out, "\n=> review:review-%zu ", dice_below(review->number));
        put_sentence(out);
        buf_putc(out, '\n');
    }
}

static void put_review(struct buf *out, size_t number)
{
    struct written review = { .number = number };
    put_header(out, &review);
    put_paragraph(out);
    for (size_t i = 0; i < shape.sections; i++) {
        put_section(out, &review, i);
    }
    buf_puts(out, "\n## Lines\n");
    for (size_t i = 0; i < shape.quotes; i++) {
        put_quote(out, &review);
    }
}

/* --- files --------------------------------------------------------------------------------------
 */

static void fail(const char *path)
{
    (void)fprintf(stderr, "write_capsule: %s: %s\n", path, strerror(errno));
    exit(1);
}

static void make_folder(const char *path)
{
    if (mkdir(path, 0755) != 0) {
        fail(path);
    }
}

static void write_file(const char *path, slice text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0) {
        fail(path);
    }
    while (text.len > 0) {
        ssize_t written = write(fd, text.ptr, text.len);
        if (written < 0) {
            fail(path);
        }
        text = slice_from(text, (size_t)written);
    }
    (void)close(fd);
}

static void write_review(struct buf *text, size_t number)
{
    char path[PATH_BYTES];
    if (number % REVIEWS_IN_FOLDER == 0) {
        (void)snprintf(path, sizeof path, "reviews/%03zu", number / REVIEWS_IN_FOLDER);
        make_folder(path);
    }
    (void)snprintf(path, sizeof path, "reviews/%03zu/review-%zu.gmi", number / REVIEWS_IN_FOLDER,
                   number);
    buf_clear(text);
    put_review(text, number);
    if (text->failed) {
        fail(path);
    }
    write_file(path, buf_slice(text));
}

static size_t number_of(const char *text, unsigned long most)
{
    unsigned long number = 0;
    if (!slice_to_number(slice_of(text), most, &number)) {
        (void)fprintf(stderr, "write_capsule: %s is no number to %lu\n", text, most);
        exit(2);
    }
    return number;
}

int main(int argc, char **argv)
{
    enum { MOST = 10000000 };
    struct buf text;
    if (argc > 2 && strcmp(argv[1], "--korean") == 0) {
        shape.searched = true;
        shape.korean = number_of(argv[2], 100);
        argv += 2;
        argc -= 2;
    }
    if (argc != 3 && argc != 6) {
        (void)fputs("usage: write_capsule [--korean SHARE] FOLDER REVIEWS [SECTIONS PARAGRAPHS "
                    "QUOTES]\n",
                    stderr);
        return 2;
    }
    const size_t reviews = number_of(argv[2], MOST);
    if (argc == 6) {
        shape.sections = number_of(argv[3], MOST);
        shape.paragraphs = number_of(argv[4], MOST);
        shape.quotes = number_of(argv[5], MOST);
    }
    make_all();
    buf_init(&text, TEXT_BYTES);
    make_folder(argv[1]);
    if (chdir(argv[1]) != 0) {
        fail(argv[1]);
    }
    write_file("capsule.conf",
               SLICE("Title: A Large Capsule\nHost: localhost\nLang: en\nTimezone: UTC\n"));
    make_folder("reviews");
    for (size_t number = 0; number < reviews; number++) {
        write_review(&text, number);
    }
    buf_release(&text);
    words_release(&words);
    words_release(&stems);
    return 0;
}
