#include "text/settings.h"

#include "base/limits.h"
#include "text/header.h"

#include <stdarg.h>
#include <stdio.h>

void settings_error(struct settings *settings, const char *at, const char *format, ...)
{
    char message[512];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(message, sizeof message, format, args);
    va_end(args);
    diags_add(settings->diags, DIAG_ERROR, settings->source, at, "%s", message);
}

void settings_take_text(struct settings *settings, const struct setting *setting, slice value)
{
    if (header_value_fits(settings->source, value.ptr, value, settings->diags)) {
        *(slice *)((char *)settings->out + setting->offset) = value;
    }
}

void settings_take_number(struct settings *settings, const struct setting *setting, slice value)
{
    unsigned long number = 0;
    if (!slice_to_number(value, setting->max, &number) || number < setting->min) {
        settings_error(settings, value.ptr, "%s takes a number from %lu to %lu", setting->key,
                       setting->min, setting->max);
        return;
    }
    *(unsigned long *)((char *)settings->out + setting->offset) = number;
}

void settings_take_bool(struct settings *settings, const struct setting *setting, slice value)
{
    if (!header_to_bool(value, (bool *)((char *)settings->out + setting->offset))) {
        settings_error(settings, value.ptr, "%s is yes or no", setting->key);
    }
}

static size_t find(const struct setting *table, size_t count, slice key)
{
    size_t i = 0;
    while (i < count && !slice_equal_nocase(key, slice_of(table[i].key))) {
        i++;
    }
    return i;
}

static void say_unknown(struct settings *settings, const struct setting *table, size_t count,
                        slice key)
{
    slice *known = arena_array(settings->arena, count, sizeof *known);
    bool is_error = settings->strict;
    for (size_t i = 0; i < count; i++) {
        known[i] = slice_of(table[i].key);
        is_error |= table[i].is_guard && diag_nearest(key, &known[i], 1).len > 0;
    }
    header_unknown_key(settings->source, key, known, count, is_error ? DIAG_ERROR : DIAG_WARNING,
                       is_error ? "" : " It is passed over.", settings->diags);
}

bool settings_read(struct settings *settings, const struct setting *table, size_t count,
                   unsigned *seen)
{
    const struct source *source = settings->source;
    struct diags *diags = settings->diags;
    size_t errors = diags->counts[DIAG_ERROR];
    struct header_reader header;
    struct header_field given;
    struct line_counter lines;
    if (seen == NULL) {
        seen = arena_array(settings->arena, count, sizeof *seen);
    }
    for (size_t i = 0; i < count; i++) {
        seen[i] = 0;
    }
    header_begin(&header, source, diags);
    header.comments_allowed = true;
    line_counter_begin(&lines, source->text);
    while (header_next(&header, &given)) {
        size_t i = find(table, count, given.key);
        unsigned line = line_counter_at(&lines, given.key.ptr);
        if (i == count) {
            say_unknown(settings, table, count, given.key);
        } else if (seen[i] != 0 && !table[i].may_repeat) {
            diags_add(diags, DIAG_ERROR, source, given.key.ptr,
                      "%s is given twice; the first one is on line %u", table[i].key, seen[i]);
        } else if (given.value.len == 0) {
            diags_add(diags, DIAG_WARNING, source, given.key.ptr, "%s is empty and is passed over",
                      table[i].key);
        } else {
            seen[i] = line;
            table[i].take(settings, &table[i], given.value);
        }
    }
    return diags->counts[DIAG_ERROR] == errors;
}
