#include "cmd/open_capsule.h"

#include "base/limits.h"
#include "gemini/client.h"
#include "gemini/url.h"

bool open_capsule_load(struct open_capsule *open, const char *folder, int64_t now, bool show_drafts,
                       struct diags *diags)
{
    *open = (struct open_capsule){ .folder = folder, .finder = media_type_finder_new() };
    const struct load_options options = {
        .folder = folder, .now = now, .show_drafts = show_drafts, .media_types = open->finder
    };
    open->loaded = capsule_load(&options, NULL, diags);
    if (open->loaded == NULL) {
        media_type_finder_free(open->finder);
        return false;
    }
    open->capsule = loaded_capsule(open->loaded);
    buf_init(&open->host, LIMIT_REQUEST_URL);
    const struct capsule_conf *conf = &open->capsule->conf;
    url_put_host(conf->hosts[0], &open->host);
    if (conf->port != 0 && conf->port != CLIENT_DEFAULT_PORT) {
        buf_printf(&open->host, ":%lu", conf->port);
    }
    open->context = (struct page_context){ .capsule = open->capsule,
                                           .host = buf_slice(&open->host),
                                           .today = date_of(now),
                                           .now = now,
                                           .export = true };
    return true;
}

void open_capsule_close(struct open_capsule *open)
{
    buf_release(&open->host);
    loaded_free(open->loaded);
    media_type_finder_free(open->finder);
}
