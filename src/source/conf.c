/* conf.c: capsule.conf. */
#include "base/limits.h"
#include "base/utf8.h"
#include "source/review.h"
#include "source/values.h"
#include "text/date.h"
#include "text/header.h"

#include <arpa/inet.h>
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
};

struct setting {
    const char *key;
    void (*take)(struct conf_reader *reader, const struct setting *setting, slice value);
    size_t offset; /* in struct capsule_conf */
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

/* An IP address in the one spelling in which requests are compared with it (RFC 5952), or the empty
 * slice when `host` is none. */
static slice to_address(struct arena *arena, slice host)
{
    static const int families[] = { AF_INET, AF_INET6 };
    char text[INET6_ADDRSTRLEN];
    unsigned char address[sizeof(struct in6_addr)];
    if (host.len >= sizeof text) {
        return SLICE_EMPTY;
    }
    memcpy(text, host.ptr, host.len);
    text[host.len] = '\0';
    for (size_t i = 0; i < ARRAY_LENGTH(families); i++) {
        if (inet_pton(families[i], text, address) == 1 &&
            inet_ntop(families[i], address, text, sizeof text) != NULL) {
            return arena_copy(arena, slice_of(text));
        }
    }
    return SLICE_EMPTY;
}

static bool is_host_name(slice host)
{
    size_t label = 0;
    for (size_t i = 0; i < host.len; i++) {
        char c = host.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (c == '.' && label > 0) {
            label = 0;
        } else if ((letter || c == '_' || (c == '-' && label > 0)) && label < 63) {
            label++;
        } else {
            return false;
        }
    }
    /* RFC 1035, section 2.3.4. */
    return label > 0 && host.len <= 253;
}

static slice to_lower(struct arena *arena, slice text)
{
    char *copy = arena_alloc(arena, text.len + 1);
    for (size_t i = 0; i < text.len; i++) {
        copy[i] = ascii_lower(text.ptr[i]);
    }
    return (slice){ copy, text.len };
}

static const char *what_is_wrong_with(slice host)
{
    if (slice_find_byte(host, ':') < host.len) {
        return "expected the name of a host alone, without scheme and port";
    }
    /* Requests hold ASCII alone, and so do certificates. */
    return utf8_is_ascii(host) ? "expected the name of a host, such as example.org"
                               : "expected the ASCII form of this name, xn--…";
}

static void add_host(struct conf_reader *reader, slice written)
{
    slice host = written;
    if (host.len > 2 && host.ptr[0] == '[' && host.ptr[host.len - 1] == ']') {
        host = slice_between(host.ptr + 1, host.ptr + host.len - 1);
    } else if (slice_ends_with(host, SLICE("."))) {
        host = slice_head(host, host.len - 1);
    }
    slice address = to_address(reader->arena, host);
    if (address.len == 0 && !is_host_name(host)) {
        diags_add(reader->diags, DIAG_ERROR, reader->source, written.ptr, "%s",
                  what_is_wrong_with(host));
        return;
    }
    host = address.len > 0 ? address : to_lower(reader->arena, host);
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

/* --- the table --- */

#define SETTING(key, take, member)                       \
    {                                                    \
        key, take, offsetof(struct capsule_conf, member) \
    }

static const struct setting table[] = {
    SETTING("Title", take_text, title),       SETTING("Tagline", take_text, tagline),
    SETTING("Author", take_text, author),     SETTING("Host", take_hosts, hosts),
    SETTING("Lang", take_lang, lang),         SETTING("Timezone", take_zone, timezone),
    SETTING("Featured", take_text, featured), SETTING("Footer", take_text, footer),
    SETTING("User", take_user, user),
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
    header_begin(&header, source, diags);
    header.comments_allowed = true;
    line_counter_begin(&lines, source->text);
    while (header_next(&header, &given)) {
        size_t i = find_setting(given.key);
        unsigned line = line_counter_at(&lines, given.key.ptr);
        if (i == ARRAY_LENGTH(table)) {
            warn_unknown(&reader, given.key);
        } else if (seen[i] != 0 && table[i].take != take_hosts) {
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
