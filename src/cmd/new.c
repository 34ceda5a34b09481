/* new.c: `matinee new`, a review file to fill in. */

#include "base/file.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "cmd/capsule_folder.h"
#include "cmd/command.h"
#include "text/date.h"
#include "text/gemtext.h"
#include "text/header.h"
#include "text/slug.h"
#include "text/uuid.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

static const char usage[] =
    "usage: matinee new [--into CAPSULE] TITLE...\n"
    "\n"
    "Makes reviews/NAME.gmi, a review to fill in, and prints its path. The words given are one\n"
    "title; the file's name is made of it. A file that exists is never overwritten.\n"
    "The review is a draft until its line `Draft: yes` is taken out.\n"
    "\n"
    "  --into CAPSULE  the capsule's folder (default: capsule)\n"
    "  --help          print this text\n"
    "\n"
    "Exit code: 0 made, 1 not made, 2 called wrongly.\n";

static const struct option long_options[] = {
    { "help", no_argument, NULL, 'h' },
    { "into", required_argument, NULL, 'i' },
    { NULL, 0, NULL, 0 },
};

/* All words given, as one title in NFC. */
static slice join_title(struct arena *arena, int count, char **words)
{
    struct buf joined;
    buf_init(&joined, (size_t)-1);
    for (int i = 0; i < count; i++) {
        buf_puts(&joined, i > 0 ? " " : "");
        buf_puts(&joined, words[i]);
    }
    slice title = arena_copy(arena, slice_trim(buf_slice(&joined)));
    buf_release(&joined);
    return utf8_find_invalid(title) == title.len ? utf8_nfc(arena, title) : title;
}

static bool has_control(slice text)
{
    int32_t c = 0;
    while (utf8_next(&text, &c)) {
        if (utf8_is_control(c) || c == '\t') {
            return true;
        }
    }
    return false;
}

/* Why `title` cannot be one; NULL when it can. */
static const char *title_problem(slice title)
{
    if (utf8_find_invalid(title) < title.len) {
        return "the title is not UTF-8";
    }
    if (has_control(title)) {
        return "the title holds control characters";
    }
    if (title.len > LIMIT_TITLE) {
        return "the title is too long";
    }
    return utf8_count_words(title) == 0 ? "a title needs a letter or a digit" : NULL;
}

/* Fields that are given nothing are there to be filled in or deleted. */
static void put_header(slice title, slice id, struct buf *out)
{
    static const char *const empty[] = {
        "Original-Title", "Year",     "Genre", "Director", "Cast",
        "Runtime",        "Platform", "Tags",  "Tagline",  "Summary",
    };
    struct buf today;
    buf_init(&today, 32);
    date_put(&today, date_of(date_now()));
    header_put(out, SLICE("Title"), title);
    header_put(out, SLICE("Id"), id);
    header_put(out, SLICE("Published"), buf_slice(&today));
    header_put(out, SLICE("Draft"), SLICE("yes"));
    header_put(out, SLICE("Kind"), SLICE("film"));
    for (size_t i = 0; i < ARRAY_LENGTH(empty); i++) {
        buf_printf(out, "%s:\n", empty[i]);
    }
    buf_putc(out, '\n');
    buf_release(&today);
}

static void put_skeleton(struct buf *out)
{
    gemtext_text(out, SLICE("What is said here, before the first section, stands on the review's "
                            "own page. A paragraph is one line, however long."));
    gemtext_blank(out);
    gemtext_heading(out, 2, SLICE("Story"));
    gemtext_text(out, SLICE("Each section has a page of its own."));
    gemtext_blank(out);
    gemtext_heading(out, 2, SLICE("Scenes"));
    gemtext_heading(out, 3, SLICE("The Name of a Scene"));
    gemtext_text(out, SLICE("What happens in it, and why it stays."));
    gemtext_blank(out);
    gemtext_heading(out, 2, SLICE("Lines"));
    gemtext_quote(out, SLICE("What somebody says."));
    gemtext_text(out, SLICE("\xE2\x80\x94 Speaker, what was going on"));
    gemtext_text(out, SLICE("What the line does: the paragraph under a speaker is the quote's "
                            "commentary."));
}

static int write_review(const struct capsule_folder *folder, struct arena *arena, slice title)
{
    slice name = slug_make_never_empty(arena, title);
    const struct review_file *there = capsule_folder_find(folder, name);
    if (there != NULL) {
        return command_fail("%s/%s exists already; a second review needs a title of its own",
                            folder->path, there->path.ptr);
    }
    struct buf id;
    struct buf text;
    buf_init(&id, 128);
    buf_init(&text, LIMIT_SOURCE_FILE);
    int code = EXIT_DONE;
    slice path = arena_printf(arena, "reviews/%.*s.gmi", SLICE_ARG(name));
    if (!uuid_put_random(&id)) {
        code = command_fail("there is no randomness to make an Id of");
    } else {
        put_header(title, buf_slice(&id), &text);
        put_skeleton(&text);
        if (!file_create(folder->fd, path.ptr, buf_slice(&text), 0)) {
            code = command_fail("%s/%s: %s", folder->path, path.ptr, strerror(errno));
        } else if (printf("%s/%s\n", folder->path, path.ptr) < 0 || fflush(stdout) != 0) {
            code = EXIT_FAILED;
        }
    }
    buf_release(&id);
    buf_release(&text);
    return code;
}

static int make(const char *into, int count, char **words)
{
    struct arena arena;
    struct capsule_folder folder;
    arena_init(&arena);
    int code = EXIT_FAILED;
    slice title = join_title(&arena, count, words);
    const char *problem = title_problem(title);
    if (problem != NULL) {
        code = command_usage_error(&command_new, "%s", problem);
    } else if (capsule_folder_open(&folder, into, &arena)) {
        code = write_review(&folder, &arena, title);
        capsule_folder_close(&folder);
    }
    arena_release(&arena);
    return code;
}

static int run(int argc, char **argv)
{
    const char *into = "capsule";
    opterr = 0;
    for (;;) {
        switch (getopt_long(argc, argv, ":", long_options, NULL)) {
        case -1:
            if (optind == argc) {
                return command_usage_error(&command_new, "a review needs a title");
            }
            return make(into, argc - optind, argv + optind);
        case 'h':
            return command_help(&command_new);
        case 'i':
            into = optarg;
            break;
        case ':':
            return command_usage_error(&command_new, "%s needs a value", argv[optind - 1]);
        default:
            return command_usage_error(&command_new, "unknown option %s", argv[optind - 1]);
        }
    }
}

const struct command command_new = {
    .name = "new",
    .purpose = "make a review file to fill in",
    .usage = usage,
    .run = run,
};
