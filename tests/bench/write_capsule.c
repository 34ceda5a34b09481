/* write_capsule.c: a capsule of any size, the same bytes every time for the same arguments.
 *
 *     write_capsule FOLDER REVIEWS [SECTIONS PARAGRAPHS QUOTES]
 *
 * What tests/generate.py writes, fast enough for capsules of a gigabyte: sentences over a
 * vocabulary with a natural spread (a few words often, most words seldom), in which few letters are
 * not ASCII; 800 people, 300 tags, and scenes. Without further arguments a review has about 22 kB.
 */

#include "base/buf.h"
#include "base/slice.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    WORDS = 4000,
    PEOPLE = 800,
    TAGS = 300,
    NAME_BYTES = 96,
    CAST = 6,
    REVIEW_TAGS = 5,
    REVIEWS_IN_FOLDER = 1000,
    TEXT_BYTES = 64 << 20,
};

static const char *const onsets[] = { "b", "br", "ch", "d", "f", "g", "gr", "h", "j", "k",
                                      "l", "m",  "n",  "p", "r", "s", "st", "t", "w", "v" };
static const char *const vowels[] = { "a", "e", "i", "o", "u", "ai", "ea", "ou" };
static const char *const codas[] = { "", "", "n", "r", "l", "st", "m", "ck" };
static const char *const accents[] = { "é", "ö", "ā", "ñ" };
static const char *const genres[] = { "Drama",   "Comedy",     "Crime",  "Thriller",
                                      "Romance", "Historical", "Horror", "Mystery" };
static const char *const platforms[] = { "Netflix", "Viki", "MUBI", "Disc" };

static char words[WORDS][NAME_BYTES];
static char people[PEOPLE][NAME_BYTES];
static char tags[TAGS][NAME_BYTES];

/* --- dice ---------------------------------------------------------------------------------------
 */

/* SplitMix64: the same numbers on every machine. */
static uint64_t dice_state = 7;

static uint64_t roll(void)
{
    uint64_t z = dice_state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* From 0 to `count` - 1. */
static size_t below(size_t count)
{
    return (size_t)((roll() >> 32) * count >> 32);
}

static size_t between(size_t first, size_t last)
{
    return first + below(last - first + 1);
}

#define ANY(array) ((array)[below(ARRAY_LENGTH(array))])

/* `count` different numbers below `total`. */
static void sample(size_t *out, size_t count, size_t total)
{
    for (size_t i = 0; i < count;) {
        size_t number = below(total);
        size_t k = 0;
        while (k < i && out[k] != number) {
            k++;
        }
        if (k == i) {
            out[i++] = number;
        }
    }
}

/* --- words --------------------------------------------------------------------------------------
 */

static bool is_taken(size_t count, const char *word)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(words[i], word) == 0) {
            return true;
        }
    }
    return false;
}

static void make_words(void)
{
    for (size_t count = 0; count < WORDS;) {
        char word[NAME_BYTES] = "";
        int length = 0;
        for (size_t left = between(1, 3); left > 0; left--) {
            /* One after the other: the order in which arguments are made is not defined. */
            const char *onset = ANY(onsets);
            const char *vowel = below(50) == 0 ? ANY(accents) : ANY(vowels);
            const char *coda = ANY(codas);
            length +=
                snprintf(word + length, sizeof word - (size_t)length, "%s%s%s", onset, vowel, coda);
        }
        if (!is_taken(count, word)) {
            memcpy(words[count++], word, NAME_BYTES);
        }
    }
}

/* The cube of an even spread: one word in twenty stands for a third of a text. */
static const char *any_word(void)
{
    uint64_t share = roll() >> 44; /* 20 bits */
    return words[WORDS * (share * share * share >> 20) >> 40];
}

static void put_capital(struct buf *out, const char *word)
{
    buf_putc(out, (char)(word[0] - 'a' + 'A'));
    buf_puts(out, word + 1);
}

static void put_name(struct buf *out)
{
    put_capital(out, any_word());
}

static void keep_name(struct buf *scratch, char *out)
{
    slice name = buf_slice(scratch);
    memcpy(out, name.ptr, name.len < NAME_BYTES ? name.len : NAME_BYTES - 1);
    buf_clear(scratch);
}

static void make_names(void)
{
    struct buf scratch;
    buf_init(&scratch, TEXT_BYTES);
    for (size_t i = 0; i < PEOPLE; i++) {
        put_name(&scratch);
        buf_putc(&scratch, ' ');
        put_name(&scratch);
        buf_printf(&scratch, "-%s", any_word());
        keep_name(&scratch, people[i]);
    }
    for (size_t i = 0; i < TAGS; i++) {
        put_name(&scratch);
        put_name(&scratch);
        keep_name(&scratch, tags[i]);
    }
    buf_release(&scratch);
}

/* --- text ---------------------------------------------------------------------------------------
 */

static void put_sentence(struct buf *out)
{
    size_t count = between(5, 24);
    put_name(out);
    for (size_t i = 1; i < count; i++) {
        buf_putc(out, ' ');
        buf_puts(out, any_word());
    }
    buf_putc(out, '.');
}

static void put_paragraph(struct buf *out)
{
    size_t count = between(3, 7);
    for (size_t i = 0; i < count; i++) {
        if (i > 0) {
            buf_putc(out, ' ');
        }
        put_sentence(out);
    }
    buf_putc(out, '\n');
}

static void put_quote(struct buf *out)
{
    buf_puts(out, "> ");
    put_sentence(out);
    buf_puts(out, "\n— ");
    put_name(out);
    buf_putc(out, ',');
    for (size_t i = 0; i < 3; i++) {
        buf_printf(out, " %s", any_word());
    }
    buf_putc(out, '\n');
    put_paragraph(out);
    buf_putc(out, '\n');
}

struct shape {
    size_t sections, paragraphs, quotes;
};

static void put_header(struct buf *out, size_t number)
{
    size_t chosen[CAST];
    buf_puts(out, "Title: ");
    put_name(out);
    buf_printf(out, " %s %zu\n", any_word(), number);
    buf_printf(out, "Published: %04zu-%02zu-%02zu\n", 1990 + number % 35, 1 + number / 35 % 12,
               1 + number / 420 % 28);
    buf_printf(out, "Year: %zu\n", 1960 + number % 65);
    sample(chosen, 2, ARRAY_LENGTH(genres));
    buf_printf(out, "Genre: %s, %s\n", genres[chosen[0]], genres[chosen[1]]);
    buf_printf(out, "Director: %s\n", ANY(people));
    sample(chosen, CAST, PEOPLE);
    for (size_t i = 0; i < CAST; i++) {
        buf_printf(out, "%s%s as ", i == 0 ? "Cast: " : ", ", people[chosen[i]]);
        put_name(out);
    }
    buf_printf(out, "\nPlatform: %s\n", ANY(platforms));
    sample(chosen, REVIEW_TAGS, TAGS);
    for (size_t i = 0; i < REVIEW_TAGS; i++) {
        buf_printf(out, "%s%s", i == 0 ? "Tags: " : ", ", tags[chosen[i]]);
    }
    buf_puts(out, "\nTagline: ");
    put_sentence(out);
    buf_puts(out, "\nSummary: ");
    put_sentence(out);
    buf_puts(out, "\n\n");
}

static void put_review(struct buf *out, size_t number, const struct shape *shape)
{
    put_header(out, number);
    put_paragraph(out);
    for (size_t i = 0; i < shape->sections; i++) {
        buf_puts(out, "\n## ");
        put_name(out);
        buf_printf(out, " %s %zu\n", any_word(), i);
        for (size_t k = 0; k < shape->paragraphs; k++) {
            put_paragraph(out);
            buf_puts(out, k + 1 < shape->paragraphs ? "\n" : "");
        }
    }
    buf_puts(out, "\n## Lines\n");
    for (size_t i = 0; i < shape->quotes; i++) {
        put_quote(out);
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

static size_t number_of(const char *text)
{
    unsigned long number = 0;
    if (!slice_to_number(slice_of(text), 10000000, &number)) {
        (void)fprintf(stderr, "write_capsule: %s is no number\n", text);
        exit(2);
    }
    return number;
}

int main(int argc, char **argv)
{
    struct shape shape = { 6, 5, 4 };
    struct buf text;
    if (argc != 3 && argc != 6) {
        (void)fputs("usage: write_capsule FOLDER REVIEWS [SECTIONS PARAGRAPHS QUOTES]\n", stderr);
        return 2;
    }
    const size_t reviews = number_of(argv[2]);
    if (argc == 6) {
        shape = (struct shape){ number_of(argv[3]), number_of(argv[4]), number_of(argv[5]) };
    }
    make_words();
    make_names();
    buf_init(&text, TEXT_BYTES);
    make_folder(argv[1]);
    if (chdir(argv[1]) != 0) {
        fail(argv[1]);
    }
    write_file("capsule.conf",
               SLICE("Title: A Large Capsule\nHost: localhost\nLang: en\nTimezone: UTC\n"));
    make_folder("reviews");
    for (size_t number = 0; number < reviews; number++) {
        char path[NAME_BYTES];
        if (number % REVIEWS_IN_FOLDER == 0) {
            (void)snprintf(path, sizeof path, "reviews/%03zu", number / REVIEWS_IN_FOLDER);
            make_folder(path);
        }
        (void)snprintf(path, sizeof path, "reviews/%03zu/review-%zu.gmi",
                       number / REVIEWS_IN_FOLDER, number);
        buf_clear(&text);
        put_review(&text, number, &shape);
        if (text.failed) {
            fail(path);
        }
        write_file(path, buf_slice(&text));
    }
    buf_release(&text);
    return 0;
}
