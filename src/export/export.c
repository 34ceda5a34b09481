#include "export/export.h"

#define GEMTEXT "text/gemini"

static const char *const gemini_schemes[] = { NULL };

static void put_gemini_path(const struct page *page, struct buf *out)
{
    const struct page_context nothing = { .base = SLICE_EMPTY };
    page_put_url(&nothing, page, out);
}

const struct export_format export_gemini = { .name = "gemini",
                                             .index = "index.gmi",
                                             .media_type = GEMTEXT,
                                             .schemes = gemini_schemes,
                                             .put_name = page_put_file_name,
                                             .put_path = put_gemini_path };

static const struct export_format *const formats[] = { &export_gemini, &export_html,
                                                       &export_gopher };

const struct export_format *export_find(slice name)
{
    for (size_t i = 0; i < ARRAY_LENGTH(formats); i++) {
        if (slice_equal(name, slice_of(formats[i]->name))) {
            return formats[i];
        }
    }
    return NULL;
}

void export_put_names(struct buf *out)
{
    for (size_t i = 0; i < ARRAY_LENGTH(formats); i++) {
        buf_puts(out, i > 0 ? ", " : "");
        buf_puts(out, formats[i]->name);
    }
}

void export_begin(struct export_site *site, const struct export_format *format,
                  const struct page_context *from, slice origin, slice base,
                  struct page_context *context)
{
    *context = *from;
    *site = (struct export_site){
        .format = format, .context = context, .origin = origin, .base = base
    };
    site->space = (struct page_space){ .origin = origin,
                                       .base = base,
                                       .media_type = format->media_type,
                                       .put_type = format->put_type,
                                       .put_path = format->put_path,
                                       .put_html = format->put_html,
                                       .site = site };
    if (format->write == NULL) {
        context->base = base; /* its links are those of the pages */
    } else {
        context->space = &site->space;
    }
}

bool export_converts(const struct export_site *site, slice media_type)
{
    return site->format->write != NULL && slice_equal(media_type, SLICE(GEMTEXT));
}
