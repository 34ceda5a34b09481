#include "text/gemtext_lines.h"

static size_t count_lines(slice text)
{
    slice line;
    size_t count = 0;
    while (slice_next_line(&text, &line)) {
        count++;
    }
    return count;
}

static struct gemtext_place place_of(const char *text, enum gemtext_type type, slice raw)
{
    return (struct gemtext_place){
        .at = (uint32_t)(raw.ptr - text),
        .length = (uint32_t)raw.len & ((1u << GEMTEXT_LENGTH_BITS) - 1),
        .type = (uint32_t)type & ((1u << (32 - GEMTEXT_LENGTH_BITS)) - 1),
    };
}

static void add(struct gemtext_lines *lines, enum gemtext_type type, slice raw)
{
    lines->places[lines->count++] = place_of(lines->text, type, raw);
}

const char *gemtext_lines_read(struct arena *arena, slice text, struct gemtext_lines *out)
{
    struct gemtext_reader reader = { .rest = text };
    const char *opening = NULL;
    enum gemtext_type type;
    slice raw;
    *out = (struct gemtext_lines){ .text = text.ptr };
    out->places = arena_array(arena, count_lines(text) + 1, sizeof *out->places);
    while (gemtext_next_raw(&reader, &type, &raw)) {
        add(out, type, raw);
        if (type == GEMTEXT_FENCE) {
            opening = reader.preformatted ? raw.ptr : NULL;
        }
    }
    if (opening != NULL) {
        add(out, GEMTEXT_FENCE, slice_from(text, text.len));
    }
    return opening;
}

enum gemtext_type gemtext_lines_type(const struct gemtext_lines *lines, size_t index)
{
    return (enum gemtext_type)lines->places[index].type;
}

struct gemtext_line gemtext_lines_at(const struct gemtext_lines *lines, size_t index)
{
    const struct gemtext_place *place = &lines->places[index];
    return gemtext_split((enum gemtext_type)place->type,
                         (slice){ lines->text + place->at, place->length });
}

void gemtext_lines_cut(struct gemtext_lines *lines, size_t index, const char *end)
{
    const char *begin = lines->text + lines->places[index].at;
    lines->places[index] =
        place_of(lines->text, gemtext_lines_type(lines, index), slice_between(begin, end));
}
