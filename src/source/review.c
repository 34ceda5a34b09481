#include "source/review.h"

#include "base/limits.h"
#include "base/utf8.h"
#include "source/body.h"
#include "source/fields.h"
#include "source/values.h"
#include "text/header.h"
#include "text/slug.h"

/* The name of a file without its folders and `.gmi`, in NFC: some file systems take it apart. */
static slice base_name(struct arena *arena, slice path)
{
    size_t start = path.len;
    while (start > 0 && path.ptr[start - 1] != '/') {
        start--;
    }
    slice name = slice_from(path, start);
    return utf8_nfc(arena,
                    slice_ends_with(name, SLICE(".gmi")) ? slice_head(name, name.len - 4) : name);
}

/* A review's file is named by its slug, so that its address can be read off the folder. */
static slice slug_of_file(struct arena *arena, const struct source *source, struct diags *diags)
{
    slice name = base_name(arena, source->path);
    slice slug = slug_make(arena, name);
    if (slug.len == 0) {
        diags_add(diags, DIAG_ERROR, source, NULL,
                  "the name of the file is the review's address, and needs a letter or a digit");
    } else if (!slice_equal(slug, name)) {
        diags_add(diags, DIAG_ERROR, source, NULL,
                  "the name of the file is the review's address; rename it to %.*s.gmi",
                  SLICE_ARG(slug));
    }
    return slug;
}

bool review_parse(struct arena *arena, const struct source *source, struct review *out,
                  struct diags *diags)
{
    size_t errors = diags->counts[DIAG_ERROR];
    *out = (struct review){ .path = source->path,
                            .source = source->text,
                            .rating_share = RATING_NONE };
    out->slug = slug_of_file(arena, source, diags);
    slice text = fields_read(arena, source, out, diags);
    body_read(arena, source, text, out, diags);
    return diags->counts[DIAG_ERROR] == errors;
}

static bool is_reserved_page(slice name)
{
    return slice_equal(name, SLICE("index")) || slice_equal(name, SLICE("feed")) ||
           slice_equal(name, SLICE("search"));
}

bool hand_page_parse(struct arena *arena, const struct source *source, struct hand_page *out,
                     struct diags *diags)
{
    size_t errors = diags->counts[DIAG_ERROR];
    slice below = slice_from(source->path, slice_find_byte(source->path, '/') + 1);
    *out = (struct hand_page){ .path = source->path, .source = source->text };
    out->name = base_name(arena, source->path);
    if (slice_find_byte(below, '/') < below.len) {
        diags_add(diags, DIAG_ERROR, source, NULL,
                  "hand-written pages stand in pages/ itself, not in a folder of it");
    } else if (is_reserved_page(out->name)) {
        diags_add(diags, DIAG_ERROR, source, NULL,
                  "/%.*s.gmi is made by matinee; choose another name for this file",
                  SLICE_ARG(out->name));
    }
    body_read_lines(arena, source, source->text, &out->lines, diags);
    for (size_t i = 0; i < out->lines.count && out->title.len == 0; i++) {
        const struct gemtext_line line = gemtext_lines_at(&out->lines, i);
        if (line.type == GEMTEXT_HEADING && line.level == 1) {
            out->title = line.text;
            (void)!header_value_fits(source, out->title.ptr, out->title, diags);
        }
    }
    if (out->title.len == 0) {
        out->title = out->name;
    }
    return diags->counts[DIAG_ERROR] == errors;
}
