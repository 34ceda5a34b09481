/* Any bytes as the gemtext of a page: no line of the menu breaks another one, none is longer than
 * servers take, and as a text it has nothing that a terminal would obey. */
#include "base/arena.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "export/columns.h"
#include "export/export.h"
#include "model/capsule.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool promise)
{
    if (!promise) {
        abort();
    }
}

static void check_characters(slice line, bool tabs)
{
    int32_t c = 0;
    require(utf8_find_invalid(line) == line.len);
    while (utf8_next(&line, &c)) {
        require(!utf8_is_control(c) && (tabs || c != '\t'));
    }
}

static size_t count_tabs(slice line)
{
    size_t count = 0;
    for (size_t i = 0; i < line.len; i++) {
        count += line.ptr[i] == '\t';
    }
    return count;
}

static void check_item(slice line)
{
    size_t tabs = count_tabs(line);
    require(tabs == 1 || tabs == 3);
    require(line.len <= LIMIT_GOPHER_LINE && line.len > 1);
    slice label = slice_head(line, slice_find_byte(line, '\t'));
    slice selector = slice_from(line, label.len + 1);
    require(label.len > 0 && selector.len > 0 && selector.ptr[0] != '\t');
    if (label.ptr[0] != 'i') {
        require(slice_starts_with(selector, SLICE("/")) ||
                (label.ptr[0] == 'h' && slice_starts_with(selector, SLICE("URL:"))));
        require(columns_of(slice_from(label, 1)) <= LIMIT_GOPHER_COLUMNS ||
                slice_find(label, SLICE("://")) < label.len);
    }
}

static void write_as(const struct export_site *site, const struct page *page, slice text,
                     struct buf *out)
{
    const struct export_page exported = { .site = site, .page = page };
    buf_clear(out);
    export_gopher.write(&exported, text, out);
    require(!out->failed);
    require(out->len == 0 || out->ptr[out->len - 1] == '\n');
}

static void check(const struct capsule *capsule, slice text)
{
    const struct page_context from = { .capsule = capsule,
                                       .host = SLICE("notes.example"),
                                       .export = true };
    const struct page menu = { .kind = PAGE_HOME };
    const struct review review = { .slug = SLICE("film") };
    const struct page whole = { .kind = PAGE_FULL, .review = &review };
    struct page_context context;
    struct export_site site;
    struct buf out;
    slice rest;
    slice line;
    export_begin(&site, &export_gopher, &from, SLICE_EMPTY, SLICE("/~kim"), &context);
    buf_init(&out, LIMIT_EXPORTED_PAGE);
    write_as(&site, &menu, text, &out);
    for (rest = buf_slice(&out); slice_next_line(&rest, &line);) {
        check_characters(line, true);
        check_item(line);
    }
    write_as(&site, &whole, text, &out);
    for (rest = buf_slice(&out); slice_next_line(&rest, &line);) {
        check_characters(line, false);
        require(!slice_equal(line, SLICE(".")));
        require(line.len <= LIMIT_GOPHER_LINE);
    }
    buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct diags diags;
    slice host = SLICE("notes.example");
    struct capsule_parts parts = {
        .conf = { .title = SLICE("Notes"), .lang = SLICE("en"), .hosts = &host, .host_count = 1 }
    };
    struct capsule capsule;
    arena_init(&arena);
    diags_init(&diags);
    capsule_index(&arena, &parts, &capsule, &diags);
    check(&capsule, (slice){ (const char *)data, size });
    arena_release(&arena);
    diags_release(&diags);
    return 0;
}
