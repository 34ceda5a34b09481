/* conf.c: capsule.conf. */
#include "base/limits.h"
#include "gemini/host.h"
#include "source/conf_paths.h"
#include "source/review.h"
#include "source/values.h"
#include "text/date.h"
#include "text/header.h"

#include <stddef.h>
#include <string.h>

struct conf_reader {
    struct arena *arena;
    const struct source *source;
    struct capsule_conf *out;
    struct diags *diags;
    struct {
        slice *items;
        size_t count, capacity;
    } hosts;
    struct path_reader paths;
};

struct setting {
    const char *key;
    void (*take)(struct conf_reader *reader, const struct setting *setting, slice value);
    size_t offset; /* in struct capsule_conf */
    bool is_list;  /* may be given on several lines */
    enum path_setting path_setting;
};

static void take_text(struct conf_reader *reader, const struct setting *setting, slice value)
{
    if (value_fits(reader->source, value.ptr, value, reader->diags)) {
        *(slice *)((char *)reader->out + setting->offset) = value;
    }
}

static void take_lang(struct conf_reader *reader, const struct setting *setting, slice value)
{
    if (!is_language_tag(value)) {
        diags_add(reader->diags, DIAG_ERROR, reader->source, value.ptr,
                  "expected a language tag such as en, ko or pt-BR");
        return;
    }
    take_text(reader, setting, value);
}

static void take_zone(struct conf_reader *reader, const struct setting *setting, slice value)
{
    if (!date_use_zone(value)) {
        diags_add(
            reader->diags, DIAG_ERROR, reader->source, value.ptr,
            "this machine knows no time zone `%.*s`; expected a name such as Asia/Seoul, UTC, "
            "or an offset such as +09:00",
            SLICE_ARG(slice_head(value, LIMIT_TITLE)));
        return;
    }
    take_text(reader, setting, value);
}

static void take_user(struct conf_reader *reader, const struct setting *setting, slice value)
{
    for (size_t i = 0; i < value.len; i++) {
        if (value.ptr[i] == ' ' || value.ptr[i] == ':' || value.ptr[i] == '/') {
            diags_add(reader->diags, DIAG_ERROR, reader->source, value.ptr,
                      "expected the name of a user of this machine");
            return;
        }
    }
    take_text(reader, setting, value);
}

/* --- hosts --- */

static void add_host(struct conf_reader *reader, slice written)
{
    struct buf form;
    const char *problem = NULL;
    buf_init(&form, HOST_BYTES);
    if (!host_normalise(written, true, &form, &problem)) {
        diags_add(reader->diags, DIAG_ERROR, reader->source, written.ptr, "%s", problem);
        return;
    }
    slice host = arena_copy(reader->arena, buf_slice(&form));
    buf_release(&form);
    if (reader->hosts.count == 0 && host_is_pattern(host)) {
        diags_add(reader->diags, DIAG_ERROR, reader->source, written.ptr,
                  "the first host stands in the capsule's own links, so it has to be one name");
        return;
    }
    for (size_t i = 0; i < reader->hosts.count; i++) {
        if (slice_equal(reader->hosts.items[i], host)) {
            diags_add(reader->diags, DIAG_WARNING, reader->source, written.ptr,
                      "`%.*s` is in this list already", SLICE_ARG(host));
            return;
        }
    }
    *ARRAY_ADD(reader->arena, &reader->hosts) = host;
}

static void take_hosts(struct conf_reader *reader, const struct setting *setting, slice value)
{
    (void)setting;
    slice written;
    while (header_next_value(&value, &written)) {
        if (reader->hosts.count == LIMIT_LIST_VALUES) {
            diags_add(reader->diags, DIAG_ERROR, reader->source, written.ptr, "more than %d hosts",
                      LIMIT_LIST_VALUES);
            return;
        }
        add_host(reader, written);
    }
}

static void take_paths(struct conf_reader *reader, const struct setting *setting, slice value)
{
    path_reader_take(&reader->paths, setting->path_setting, value);
}

/* --- the table --- */

#define SETTING(key, take, member)                                 \
    {                                                              \
        key, take, offsetof(struct capsule_conf, member), false, 0 \
    }
#define SETTING_LIST(key, take, member)                           \
    {                                                             \
        key, take, offsetof(struct capsule_conf, member), true, 0 \
    }
#define SETTING_PATHS(key, kind)       \
    {                                  \
        key, take_paths, 0, true, kind \
    }

static const struct setting table[] = {
    SETTING("Title", take_text, title),
    SETTING("Tagline", take_text, tagline),
    SETTING("Author", take_text, author),
    SETTING_LIST("Host", take_hosts, hosts),
    SETTING("Lang", take_lang, lang),
    SETTING("Timezone", take_zone, timezone),
    SETTING("Featured", take_text, featured),
    SETTING("Footer", take_text, footer),
    SETTING("User", take_user, user),
    SETTING_PATHS("Certificate", PATHS_CERTIFICATE),
    SETTING_PATHS("Closed", PATHS_CLOSED),
    SETTING_PATHS("Redirect", PATHS_REDIRECT),
    SETTING_PATHS("Redirect-Temporary", PATHS_REDIRECT_TEMPORARY),
    SETTING_PATHS("Gone", PATHS_GONE),
    SETTING_PATHS("Lang-For", PATHS_LANG),
    SETTING_PATHS("Listing", PATHS_LISTING),
};

static size_t find_setting(slice key)
{
    size_t i = 0;
    while (i < ARRAY_LENGTH(table) && !slice_equal_nocase(key, slice_of(table[i].key))) {
        i++;
    }
    return i;
}

static void warn_unknown(const struct conf_reader *reader, slice key)
{
    slice known[ARRAY_LENGTH(table)];
    for (size_t i = 0; i < ARRAY_LENGTH(table); i++) {
        known[i] = slice_of(table[i].key);
    }
    warn_unknown_key(reader->source, key, known, ARRAY_LENGTH(known), "It is passed over.",
                     reader->diags);
}

static void finish(struct conf_reader *reader)
{
    struct capsule_conf *out = reader->out;
    if (reader->hosts.count == 0) {
        *ARRAY_ADD(reader->arena, &reader->hosts) = SLICE("localhost");
    }
    path_reader_finish(&reader->paths, &out->paths);
    out->hosts = reader->hosts.items;
    out->host_count = reader->hosts.count;
    if (out->timezone.len == 0) {
        out->timezone = SLICE("UTC");
        (void)!date_use_zone(out->timezone);
    }
}

bool conf_parse(struct arena *arena, const struct source *source, struct capsule_conf *out,
                struct diags *diags)
{
    size_t errors = diags->counts[DIAG_ERROR];
    *out = (struct capsule_conf){ 0 };
    struct conf_reader reader = { .arena = arena, .source = source, .out = out, .diags = diags };
    unsigned seen[ARRAY_LENGTH(table)] = { 0 };
    struct line_counter lines;
    struct header_reader header;
    struct header_field given;
    path_reader_begin(&reader.paths, arena, source, diags);
    header_begin(&header, source, diags);
    header.comments_allowed = true;
    line_counter_begin(&lines, source->text);
    while (header_next(&header, &given)) {
        size_t i = find_setting(given.key);
        unsigned line = line_counter_at(&lines, given.key.ptr);
        if (i == ARRAY_LENGTH(table)) {
            warn_unknown(&reader, given.key);
        } else if (seen[i] != 0 && !table[i].is_list) {
            diags_add(diags, DIAG_ERROR, source, given.key.ptr,
                      "%s is given twice; the first one is on line %u", table[i].key, seen[i]);
        } else if (given.value.len == 0) {
            diags_add(diags, DIAG_WARNING, source, given.key.ptr, "%s is empty and is passed over",
                      table[i].key);
        } else {
            seen[i] = line;
            table[i].take(&reader, &table[i], given.value);
        }
    }
    if (seen[find_setting(SLICE("Title"))] == 0) {
        diags_add(diags, DIAG_ERROR, source, NULL, "the capsule has no Title");
    }
    finish(&reader);
    return diags->counts[DIAG_ERROR] == errors;
}
