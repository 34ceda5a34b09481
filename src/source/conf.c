/* conf.c: capsule.conf. */
#include "base/limits.h"
#include "gemini/host.h"
#include "source/conf_paths.h"
#include "source/review.h"
#include "source/values.h"
#include "text/date.h"
#include "text/header.h"
#include "text/settings.h"
#include "text/uuid.h"

#include <stddef.h>
#include <string.h>

/* The file as it is read: lists grow here. */
struct conf_reader {
    struct capsule_conf conf;
    struct {
        slice *items;
        size_t count, capacity;
    } hosts;
    struct path_reader paths;
};

static void take_lang(struct settings *settings, const struct setting *setting, slice value)
{
    if (!is_language_tag(value)) {
        settings_error(settings, value.ptr, "expected a language tag such as en, ko or pt-BR");
        return;
    }
    settings_take_text(settings, setting, value);
}

static void take_id(struct settings *settings, const struct setting *setting, slice value)
{
    if (!uuid_is_urn(value)) {
        settings_error(settings, value.ptr,
                       "expected `urn:uuid:` and a UUID; leave Id out when there is none");
        return;
    }
    settings_take_text(settings, setting, value);
}

static void take_zone(struct settings *settings, const struct setting *setting, slice value)
{
    if (!date_use_zone(value)) {
        settings_error(
            settings, value.ptr,
            "this machine knows no time zone `%.*s`; expected a name such as Asia/Seoul, UTC, "
            "or an offset such as +09:00",
            SLICE_ARG(slice_head(value, 100)));
        return;
    }
    settings_take_text(settings, setting, value);
}

static void take_user(struct settings *settings, const struct setting *setting, slice value)
{
    for (size_t i = 0; i < value.len; i++) {
        if (value.ptr[i] == ' ' || value.ptr[i] == ':' || value.ptr[i] == '/') {
            settings_error(settings, value.ptr, "expected the name of a user of this machine");
            return;
        }
    }
    settings_take_text(settings, setting, value);
}

/* --- hosts --- */

static void add_host(struct settings *settings, slice written)
{
    struct conf_reader *reader = settings->out;
    struct buf form;
    const char *problem = NULL;
    buf_init(&form, HOST_BYTES);
    if (!host_normalise(written, true, &form, &problem)) {
        settings_error(settings, written.ptr, "%s", problem);
        buf_release(&form);
        return;
    }
    slice host = arena_copy(settings->arena, buf_slice(&form));
    buf_release(&form);
    if (reader->hosts.count == 0 && host_is_pattern(host)) {
        settings_error(
            settings, written.ptr,
            "the first host stands in the capsule's own links, so it has to be one name");
        return;
    }
    for (size_t i = 0; i < reader->hosts.count; i++) {
        if (slice_equal(reader->hosts.items[i], host)) {
            diags_add(settings->diags, DIAG_WARNING, settings->source, written.ptr,
                      "`%.*s` is in this list already", SLICE_ARG(host));
            return;
        }
    }
    *ARRAY_ADD(settings->arena, &reader->hosts) = host;
}

static void take_hosts(struct settings *settings, const struct setting *setting, slice value)
{
    const struct conf_reader *reader = settings->out;
    slice written;
    (void)setting;
    while (header_next_value(&value, &written)) {
        if (reader->hosts.count == LIMIT_LIST_VALUES) {
            settings_error(settings, written.ptr, "more than %d hosts", LIMIT_LIST_VALUES);
            return;
        }
        add_host(settings, written);
    }
}

static void take_paths(struct settings *settings, const struct setting *setting, slice value)
{
    struct conf_reader *reader = settings->out;
    path_reader_take(&reader->paths, (enum path_setting)setting->detail, value);
}

/* --- the table --- */

#define TO(member) .offset = offsetof(struct conf_reader, conf.member)

enum { TITLE }; /* the first row */

static const struct setting table[] = {
    { "Title", settings_take_text, TO(title) },
    { "Tagline", settings_take_text, TO(tagline) },
    { "Author", settings_take_text, TO(author) },
    { "Host", take_hosts, .may_repeat = true },
    { "Port", settings_take_number, TO(port), .min = 1, .max = 65535 },
    { "Id", take_id, TO(id) },
    { "Lang", take_lang, TO(lang) },
    { "Timezone", take_zone, TO(timezone) },
    { "Featured", settings_take_text, TO(featured) },
    { "Footer", settings_take_text, TO(footer) },
    { "User", take_user, TO(user) },
    { "Certificate", take_paths, .detail = PATHS_CERTIFICATE, .may_repeat = true },
    { "Closed", take_paths, .detail = PATHS_CLOSED, .may_repeat = true, .is_guard = true },
    { "Redirect", take_paths, .detail = PATHS_REDIRECT, .may_repeat = true },
    { "Redirect-Temporary", take_paths, .detail = PATHS_REDIRECT_TEMPORARY, .may_repeat = true },
    { "Gone", take_paths, .detail = PATHS_GONE, .may_repeat = true },
    { "Lang-For", take_paths, .detail = PATHS_LANG, .may_repeat = true },
    { "Listing", take_paths, .detail = PATHS_LISTING, .may_repeat = true },
};

static void finish(struct arena *arena, struct conf_reader *reader)
{
    struct capsule_conf *conf = &reader->conf;
    if (reader->hosts.count == 0) {
        *ARRAY_ADD(arena, &reader->hosts) = SLICE("localhost");
    }
    path_reader_finish(&reader->paths, &conf->paths);
    conf->hosts = reader->hosts.items;
    conf->host_count = reader->hosts.count;
    if (conf->timezone.len == 0) {
        conf->timezone = SLICE("UTC");
        (void)!date_use_zone(conf->timezone);
    }
}

bool conf_parse(struct arena *arena, const struct source *source, struct capsule_conf *out,
                struct diags *diags)
{
    struct conf_reader reader = { 0 };
    struct settings settings = { .arena = arena, .source = source, .diags = diags, .out = &reader };
    path_reader_begin(&reader.paths, arena, source, diags);
    unsigned seen[ARRAY_LENGTH(table)];
    size_t errors = diags->counts[DIAG_ERROR];
    (void)!settings_read(&settings, table, ARRAY_LENGTH(table), seen);
    if (seen[TITLE] == 0) {
        diags_add(diags, DIAG_ERROR, source, NULL, "the capsule has no Title");
    }
    finish(arena, &reader);
    *out = reader.conf;
    return diags->counts[DIAG_ERROR] == errors;
}
