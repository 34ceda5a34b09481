#include "cmd/progress.h"

#include "cmd/terminal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    DRAW_MILLISECONDS = 100,
    COLUMNS_LEAST = 12,
    BAR_LEAST = 6, /* a shorter bar says nothing */
    BAR_MOST = 30,
    DOING_LEAST = 7, /* columns of what is done, before the counts may take them */
};

/* --- the line --------------------------------------------------------------------------------- */

static void put_counts(const struct progress_state *state, struct buf *out)
{
    if (state->posts > 0) {
        buf_printf(out, "%zu post%s", state->posts, state->posts == 1 ? "" : "s");
    }
    if (state->images > 0) {
        buf_printf(out, "%s%zu image%s", state->posts > 0 ? ", " : "", state->images,
                   state->images == 1 ? "" : "s");
    }
}

static void put_bar(struct buf *out, unsigned width, unsigned percent)
{
    unsigned full = width * percent / 100;
    buf_putc(out, '[');
    buf_fill(out, '#', full);
    buf_fill(out, '.', width - full);
    buf_putc(out, ']');
}

static unsigned percent_of(const struct progress_state *state)
{
    if (state->done >= state->total) {
        return 100;
    }
    bool small = state->total <= UINT64_MAX / 100;
    uint64_t percent =
        small ? state->done * 100 / state->total : state->done / (state->total / 100);
    return percent < 100 ? (unsigned)percent : 99;
}

void progress_say(void *context, slice message)
{
    struct progress *progress = context;
    progress_clear(progress);
    (void)fprintf(stderr, "matinee: %.*s\n", SLICE_ARG(message));
}

void progress_line(const struct progress_state *state, unsigned columns, struct buf *out)
{
    static const unsigned percent_width = sizeof " 100 %" - 1;
    const size_t start = out->len;
    char room[96];
    struct buf counts;
    if (columns < COLUMNS_LEAST) {
        return;
    }
    buf_init_on(&counts, room, sizeof room);
    put_counts(state, &counts);
    unsigned left = columns - 1;
    unsigned counts_width = counts.len > 0 ? (unsigned)counts.len + 2 : 0;
    unsigned bar_least = state->total > 0 ? BAR_LEAST + 3 + percent_width : 0;
    /* The bar is what it is about; what is done may be cut, and the counts stand only in full. */
    bool with_counts = counts.len > 0 && left >= bar_least + counts_width + DOING_LEAST;
    unsigned others = bar_least + (with_counts ? counts_width : 0);
    if (left > others) {
        left -= terminal_put_cut(out, slice_of(state->doing), left - others);
    }
    if (state->total > 0) {
        unsigned bar = left - (with_counts ? counts_width : 0) - 3 - percent_width;
        bar = bar < BAR_MOST ? bar : BAR_MOST;
        buf_puts(out, out->len > start ? " " : "");
        put_bar(out, bar, percent_of(state));
        buf_printf(out, " %3u %%", percent_of(state));
    }
    if (with_counts) {
        buf_puts(out, state->total > 0 ? ", " : ": ");
        buf_put(out, buf_slice(&counts));
    }
}

/* --- the terminal ----------------------------------------------------------------------------- */

static int64_t now(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

void progress_begin(struct progress *progress)
{
    const char *terminal = getenv("TERM");
    *progress = (struct progress){ .on = isatty(STDERR_FILENO) == 1 && terminal != NULL &&
                                         terminal[0] != '\0' && strcmp(terminal, "dumb") != 0 };
}

void progress_delay(struct progress *progress, unsigned milliseconds)
{
    progress->next = progress->on ? now() + milliseconds : 0;
}

void progress_draw(struct progress *progress)
{
    struct buf line;
    bool on = progress->on && progress->state.doing != NULL;
    int64_t time = on ? now() : 0;
    if (!on || time < progress->next) {
        return;
    }
    progress->next = time + DRAW_MILLISECONDS;
    buf_init(&line, 4096);
    buf_putc(&line, '\r');
    progress_line(&progress->state, terminal_columns(STDERR_FILENO), &line);
    buf_puts(&line, "\033[K"); /* to the end of the line: nothing of the longer one before */
    (void)fflush(stdout);      /* what was printed before stands above */
    (void)fwrite(line.ptr, 1, line.len, stderr);
    (void)fflush(stderr);
    progress->shown = true;
    buf_release(&line);
}

void progress_clear(struct progress *progress)
{
    if (progress->shown) {
        (void)fputs("\r\033[K", stderr);
        (void)fflush(stderr);
        progress->shown = false;
        progress->next = 0; /* the line that is printed now moves it down, and no more */
    }
}
