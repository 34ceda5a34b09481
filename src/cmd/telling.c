#include "cmd/telling.h"

#include "base/utf8.h"
#include "cmd/command.h"
#include "cmd/json.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

static const char *const part_names[TELLING_PARTS] = {
    [TELLING_POSTS] = "posts",   [TELLING_PAGES] = "pages",         [TELLING_COMMENTS] = "comments",
    [TELLING_IMAGES] = "images", [TELLING_REDIRECTS] = "redirects", [TELLING_PROBLEMS] = "problems",
};

static const enum telling_part part_of[OUTCOME_KINDS] = {
    [OUTCOME_REVIEW] = TELLING_POSTS,       [OUTCOME_PAGE] = TELLING_PAGES,
    [OUTCOME_COMMENTS] = TELLING_COMMENTS,  [OUTCOME_IMAGE] = TELLING_IMAGES,
    [OUTCOME_REDIRECT] = TELLING_REDIRECTS,
};

/* Before a line on stderr. */
static void make_room(struct telling *telling)
{
    if (telling->options.progress != NULL) {
        progress_clear(telling->options.progress);
    }
}

/* Before one on stdout, which may be a file: then the progress stays as it is. */
static void make_room_for_data(struct telling *telling)
{
    if (telling->on_terminal) {
        make_room(telling);
    }
}

/* --- JSON ------------------------------------------------------------------------------------- */

/* Where a part of the document is written; NULL, said once, when it cannot be. */
static FILE *open_part(struct telling *telling, enum telling_part part)
{
    if (telling->parts[part] == NULL && !telling->begun[part]) {
        telling->begun[part] = true;
        telling->parts[part] = tmpfile();
        if (telling->parts[part] == NULL) {
            telling->failed = true;
            (void)command_fail("a temporary file: %s", strerror(errno));
        }
        return telling->parts[part];
    }
    if (telling->parts[part] != NULL) {
        (void)fputc(',', telling->parts[part]);
    }
    return telling->parts[part];
}

/* Add what telling->text holds, an object, to a part. */
static void add_object(struct telling *telling, enum telling_part part)
{
    FILE *file = part == TELLING_POSTS ? stdout : open_part(telling, part);
    if (part == TELLING_POSTS) {
        make_room_for_data(telling);
        (void)fputs(telling->begun[part] ? ",\n" : "\n", stdout);
        telling->begun[part] = true;
    }
    if (telling->text.failed) {
        telling->failed = true;
        (void)command_fail("out of memory");
    } else if (file != NULL) {
        (void)fwrite(telling->text.ptr, 1, telling->text.len, file);
    }
}

static void put_line(struct buf *out, const char *name, unsigned line)
{
    if (line > 0) {
        json_put_count(out, name, line);
    }
}

static void put_report_json(const struct report *report, struct buf *out)
{
    const struct note *notes = report_notes(report);
    json_put_count(out, "sections", report->sections);
    json_put_count(out, "scenes", report->scenes);
    json_put_count(out, "quotes", report->quotes);
    json_put_count(out, "facts", report->facts);
    json_put_count(out, "cast", report->cast);
    json_put_count(out, "tags", report->tags);
    json_put_count(out, "words", report->words);
    buf_puts(out, "\"dropped\":[");
    for (size_t i = 0; i < report->dropped.count; i++) {
        const struct dropped *dropped = &report->dropped.items[i];
        buf_putc(out, '{');
        json_put_text(out, "why", slice_of(dropped->why));
        json_put_count(out, "first_line", dropped->first_line);
        json_put_count(out, "last_line", dropped->last_line);
        json_put_count(out, "words", dropped->words);
        buf_puts(out, "\"text\":[");
        for (size_t j = 0; j < dropped->texts.count; j++) {
            json_put_string(out, dropped->texts.items[j]);
            buf_putc(out, ',');
        }
        json_close(out, ']');
        buf_puts(out, "},");
    }
    json_close(out, ']');
    buf_puts(out, ",\"notes\":[");
    for (size_t i = 0; i < report->notes.count; i++) {
        buf_putc(out, '{');
        put_line(out, "line", notes[i].line);
        json_put_text(out, "text", notes[i].text);
        json_close(out, '}');
        buf_putc(out, ',');
    }
    json_close(out, ']');
    buf_putc(out, ',');
}

static void tell_json(struct telling *telling, const struct outcome *outcome)
{
    struct buf *out = &telling->text;
    bool post = outcome->kind == OUTCOME_REVIEW || outcome->kind == OUTCOME_PAGE;
    buf_clear(out);
    buf_putc(out, '{');
    json_put_text(out, "result", slice_of(tally_result_name(tally_result(outcome))));
    json_put_any_text(out, "reason", outcome->failure);
    json_put_any_text(out, "title", outcome->title);
    json_put_any_text(out, "file", outcome->file);
    json_put_any_text(out, "url", outcome->url);
    json_put_text(out, "input", outcome->input);
    put_line(out, "line", outcome->line);
    if (post) {
        buf_printf(out, "\"draft\":%s,", outcome->draft ? "true" : "false");
    }
    if (outcome->kind == OUTCOME_COMMENTS) {
        json_put_count(out, "comments", outcome->comments);
    }
    if (outcome->report != NULL) {
        put_report_json(outcome->report, out);
    }
    json_close(out, '}');
    add_object(telling, part_of[outcome->kind]);
}

static void add_problem(struct telling *telling, const char *level, slice path, unsigned line,
                        unsigned column, slice message)
{
    struct buf *out = &telling->text;
    buf_clear(out);
    buf_putc(out, '{');
    json_put_text(out, "level", slice_of(level));
    json_put_any_text(out, "input", path);
    put_line(out, "line", line);
    put_line(out, "column", column);
    json_put_text(out, "message", message);
    json_close(out, '}');
    add_object(telling, TELLING_PROBLEMS);
}

/* Copy a part that has waited behind what is on stdout. */
static bool copy_part(FILE *part)
{
    char piece[16384];
    rewind(part);
    for (;;) {
        size_t count = fread(piece, 1, sizeof piece, part);
        if (count == 0) {
            return ferror(part) == 0;
        }
        (void)fwrite(piece, 1, count, stdout);
    }
}

static void end_json(struct telling *telling)
{
    for (int i = TELLING_POSTS + 1; i < TELLING_PARTS; i++) {
        (void)printf("],\n\"%s\":[", part_names[i]);
        if (telling->parts[i] != NULL) {
            /* What could not be kept shows when it is read, at the latest. */
            if (ferror(telling->parts[i]) != 0 || fflush(telling->parts[i]) != 0 ||
                !copy_part(telling->parts[i])) {
                telling->failed = true;
                (void)command_fail("a temporary file: %s", strerror(errno));
            }
            (void)fclose(telling->parts[i]);
        }
    }
    buf_clear(&telling->text);
    tally_put_json(&telling->tally, &telling->text);
    (void)fputs("],\n\"totals\":", stdout);
    (void)fwrite(telling->text.ptr, 1, telling->text.len, stdout);
    (void)fputs("}\n", stdout);
}

/* --- text ------------------------------------------------------------------------------------- */

/* Names and addresses may be anything; a terminal shall not obey them. */
static void put_shown(struct buf *out, slice text)
{
    int32_t c = 0;
    while (utf8_next(&text, &c)) {
        utf8_put(out, utf8_is_control(c) ? 0xFFFD : c);
    }
}

static void put_place(struct buf *out, const struct outcome *outcome)
{
    put_shown(out, outcome->input);
    if (outcome->line > 0) {
        buf_printf(out, ":%u", outcome->line);
    }
    buf_puts(out, ": ");
}

static void put_file(const struct telling *telling, struct buf *out, slice file)
{
    buf_puts(out, telling->options.capsule);
    buf_putc(out, '/');
    put_shown(out, file);
}

static void tell_file(struct telling *telling, const struct outcome *outcome)
{
    static const char *const said[] = {
        [WRITE_NEW] = "written",
        [WRITE_AGAIN] = "written again",
        [WRITE_NOT] = "is up to date",
        [WRITE_KEEP] = "was changed by hand, and stays as it is; the page holds nothing new",
        [WRITE_BESIDE] = "was changed by hand, and stays as it is; the new version is in ",
        [WRITE_OVER] = "was changed by hand, and is overwritten",
    };
    struct buf *out = &telling->text;
    put_place(out, outcome);
    put_file(telling, out, outcome->file);
    buf_printf(out, " %s", said[outcome->plan]);
    if (outcome->plan == WRITE_BESIDE) {
        put_file(telling, out, outcome->file);
        buf_puts(out, ".new");
    }
    buf_puts(out, outcome->draft ? ", a draft\n" : "\n");
    if (outcome->report != NULL) {
        report_put(outcome->report, out);
    }
}

/* True when the line is for a person, and not only counted. */
static bool is_worth_a_line(const struct telling *telling, const struct outcome *outcome)
{
    bool nothing_new = outcome->plan == WRITE_NOT || outcome->plan == WRITE_KEEP;
    switch (outcome->kind) {
    case OUTCOME_REVIEW:
    case OUTCOME_PAGE:
        return !telling->feeds || !nothing_new;
    case OUTCOME_COMMENTS:
        return outcome->plan == WRITE_BESIDE || outcome->plan == WRITE_OVER;
    case OUTCOME_IMAGE:
        return false; /* one that is not there is in the report of its post */
    case OUTCOME_REDIRECT:
        return !nothing_new;
    }
    return false;
}

static void tell_text(struct telling *telling, const struct outcome *outcome)
{
    struct buf *out = &telling->text;
    buf_clear(out);
    if (outcome->kind != OUTCOME_IMAGE && outcome->failure.len > 0) {
        put_place(out, outcome);
        buf_putc(out, '"');
        put_shown(out, outcome->title);
        buf_puts(out, "\" is left out: ");
        put_shown(out, outcome->failure);
        buf_putc(out, '\n');
    } else if (!is_worth_a_line(telling, outcome)) {
        return;
    } else if (outcome->kind == OUTCOME_REDIRECT) {
        put_place(out, outcome);
        put_shown(out, outcome->url);
        buf_puts(out, " leads to ");
        put_file(telling, out, outcome->file);
        buf_putc(out, '\n');
    } else {
        tell_file(telling, outcome);
    }
    if (out->failed) {
        telling->failed = true;
        (void)command_fail("out of memory");
        return;
    }
    make_room_for_data(telling);
    (void)fwrite(out->ptr, 1, out->len, stdout);
}

/* --- what is told ------------------------------------------------------------------------------
 */

void telling_begin(struct telling *telling, const struct telling_options *options)
{
    *telling = (struct telling){ .options = *options, .on_terminal = isatty(STDOUT_FILENO) == 1 };
    buf_init(&telling->text, (size_t)-1);
    if (options->json) {
        (void)printf("{\"%s\":[", part_names[TELLING_POSTS]);
    }
}

void telling_outcome(void *context, const struct outcome *outcome)
{
    struct telling *telling = context;
    struct progress *progress = telling->options.progress;
    tally_outcome(&telling->tally, outcome);
    if (telling->options.json) {
        tell_json(telling, outcome);
    } else {
        tell_text(telling, outcome);
    }
    bool post = outcome->kind == OUTCOME_REVIEW || outcome->kind == OUTCOME_PAGE;
    if (progress != NULL && post && outcome->failure.len == 0) {
        progress->state.done++;
        progress_draw(progress);
    }
}

void telling_feed(struct telling *telling, const struct feed *feed)
{
    telling->feeds = true;
    tally_feed(&telling->tally, feed);
}

/* For feeds they come post by post, and the summary counts them. */
static void print_diags(struct telling *telling, const struct diags *diags)
{
    if (!telling->feeds) {
        command_print_diags(diags);
        return;
    }
    buf_clear(&telling->text);
    diags_format(diags, &telling->text);
    (void)fwrite(telling->text.ptr, 1, telling->text.len, stderr);
}

void telling_diags(struct telling *telling, const struct diags *diags)
{
    static const char *const levels[DIAG_LEVELS] = {
        [DIAG_ERROR] = "error", [DIAG_WARNING] = "warning", [DIAG_NOTE] = "note"
    };
    if (diags->count == 0) {
        return;
    }
    make_room(telling);
    print_diags(telling, diags);
    telling->tally.errors += diags->counts[DIAG_ERROR];
    telling->tally.warnings += diags->counts[DIAG_WARNING];
    telling->failed |= diags->counts[DIAG_ERROR] > 0;
    for (size_t i = 0; telling->options.json && i < diags->count; i++) {
        const struct diag *diag = &diags->items[i];
        add_problem(telling, levels[diag->level], diag->path, diag->line, diag->column,
                    diag->message);
    }
}

void telling_fail(struct telling *telling, const char *format, ...)
{
    struct buf message;
    va_list args;
    make_room(telling);
    buf_init(&message, (size_t)-1);
    va_start(args, format);
    buf_vprintf(&message, format, args);
    va_end(args);
    (void)command_fail("%.*s", SLICE_ARG(buf_slice(&message)));
    telling->failed = true;
    telling->tally.errors++;
    if (telling->options.json) {
        add_problem(telling, "error", SLICE_EMPTY, 0, 0, buf_slice(&message));
    }
    buf_release(&message);
}

void telling_images(struct telling *telling, const struct images_counts *counts)
{
    tally_images(&telling->tally, counts);
}

int telling_end(struct telling *telling)
{
    make_room(telling);
    if (telling->options.json) {
        end_json(telling);
    } else if (telling->feeds) {
        buf_clear(&telling->text);
        tally_put_text(&telling->tally, &telling->text);
        (void)fwrite(telling->text.ptr, 1, telling->text.len, stdout);
    }
    bool printed = fflush(stdout) == 0 && ferror(stdout) == 0;
    buf_release(&telling->text);
    return printed && !telling->failed ? EXIT_DONE : EXIT_FAILED;
}
