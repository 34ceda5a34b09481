#include "mirror/mirror_state.h"

#include "base/file.h"
#include "base/limits.h"
#include "text/header.h"

#include <errno.h>
#include <string.h>

static const char state_path[] = ".matinee/mirror-state";

/* The keys, and where their values are. */
enum { KEYS = 1 + 3 * MIRROR_FEEDS };

static const slice keys[KEYS] = {
    SLICE_INIT("Address"),           SLICE_INIT("Comments"), SLICE_INIT("Comments-ETag"),
    SLICE_INIT("Comments-Modified"), SLICE_INIT("Posts"),    SLICE_INIT("Posts-ETag"),
    SLICE_INIT("Posts-Modified"),    SLICE_INIT("Pages"),    SLICE_INIT("Pages-ETag"),
    SLICE_INIT("Pages-Modified"),
};

static void list_values(struct mirror_state *state, slice *values[KEYS])
{
    values[0] = &state->address;
    for (size_t i = 0; i < MIRROR_FEEDS; i++) {
        struct mirror_mark *mark = &state->marks[i];
        values[1 + 3 * i] = &mark->url;
        values[2 + 3 * i] = &mark->etag;
        values[3 + 3 * i] = &mark->modified;
    }
}

void mirror_state_read(const struct source *source, struct mirror_state *state, struct diags *diags)
{
    struct header_reader reader;
    struct header_field field;
    slice *values[KEYS];
    *state = (struct mirror_state){ 0 };
    list_values(state, values);
    header_begin(&reader, source, diags);
    while (header_next(&reader, &field)) {
        for (size_t i = 0; i < KEYS; i++) {
            if (slice_equal_nocase(field.key, keys[i])) {
                *values[i] = field.value;
            }
        }
    }
}

void mirror_state_put(const struct mirror_state *state, struct buf *out)
{
    struct mirror_state copy = *state;
    slice *values[KEYS];
    list_values(&copy, values);
    for (size_t i = 0; i < KEYS; i++) {
        if (values[i]->len > 0) {
            header_put(out, keys[i], *values[i]);
        }
    }
}

static bool fail(struct diags *diags, const char *reason)
{
    diags_add_line(diags, DIAG_ERROR, slice_of(state_path), 0, "%s", reason);
    return false;
}

bool mirror_state_load(struct arena *arena, int at, struct mirror_state *state, struct diags *diags)
{
    struct source source = { slice_of(state_path), SLICE_EMPTY };
    *state = (struct mirror_state){ 0 };
    if (!file_read(arena, at, state_path, LIMIT_MIRROR_STATE, &source.text)) {
        return errno == ENOENT || fail(diags, strerror(errno));
    }
    mirror_state_read(&source, state, diags);
    return true;
}

bool mirror_state_save(int at, const struct mirror_state *state, struct diags *diags)
{
    struct arena arena;
    struct buf text;
    slice there = SLICE_EMPTY;
    arena_init(&arena);
    buf_init(&text, LIMIT_MIRROR_STATE);
    mirror_state_put(state, &text);
    bool same = file_read(&arena, at, state_path, LIMIT_MIRROR_STATE, &there) &&
                slice_equal(there, buf_slice(&text));
    bool ok = !text.failed && (same || file_write(at, state_path, buf_slice(&text), 0));
    if (!ok) {
        (void)fail(diags, text.failed ? "too large" : strerror(errno));
    }
    buf_release(&text);
    arena_release(&arena);
    return ok;
}
