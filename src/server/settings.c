#include "server/settings.h"

#include "base/limits.h"
#include "server/listen.h"
#include "text/header.h"
#include "text/settings.h"

#include <limits.h>

enum { SETTINGS_MAX = 64 };

/* The file as it is read. */
struct reader {
    struct server_settings settings;
    slice folder;                                /* of relative paths */
    const struct path_list *begun[SETTINGS_MAX]; /* lists that this file gives */
    size_t begun_count;
};

void server_settings_init(struct server_settings *settings)
{
    *settings = (struct server_settings){ .sandbox = true, .books = true, .socket_mode = 0660 };
    server_limits_init(&settings->limits);
}

/* --- values ----------------------------------------------------------------------------------- */

static const char *to_path(const struct settings *file, slice value)
{
    const struct reader *reader = file->out;
    slice folder = slice_starts_with(value, SLICE("/")) ? SLICE_EMPTY : reader->folder;
    return arena_printf(file->arena, "%.*s%.*s", SLICE_ARG(folder), SLICE_ARG(value)).ptr;
}

/* A file that gives a list replaces the one that an earlier file gave. */
static bool add(struct settings *file, const struct setting *setting, slice value, const char *item)
{
    struct reader *reader = file->out;
    struct path_list *list = (struct path_list *)((char *)file->out + setting->offset);
    size_t i = 0;
    while (i < reader->begun_count && reader->begun[i] != list) {
        i++;
    }
    if (i == reader->begun_count) {
        reader->begun[reader->begun_count++] = list;
        *list = (struct path_list){ 0 };
    }
    if (list->count == setting->max) {
        settings_error(file, value.ptr, "%s is given more than %lu times", setting->key,
                       setting->max);
        return false;
    }
    *ARRAY_ADD(file->arena, list) = item;
    return true;
}

static void take_path(struct settings *file, const struct setting *setting, slice value)
{
    *(const char **)((char *)file->out + setting->offset) = to_path(file, value);
}

static void take_name(struct settings *file, const struct setting *setting, slice value)
{
    *(const char **)((char *)file->out + setting->offset) = arena_copy(file->arena, value).ptr;
}

static void take_paths(struct settings *file, const struct setting *setting, slice value)
{
    (void)add(file, setting, value, to_path(file, value));
}

/* `none`, or a folder. */
static void take_state(struct settings *file, const struct setting *setting, slice value)
{
    *(const char **)((char *)file->out + setting->offset) =
        slice_equal(value, SLICE("none")) ? "none" : to_path(file, value);
}

/* `unix:PATH` with a path that holds wherever the server is started. */
static const char *listen_text(const struct settings *file, slice written)
{
    slice path = slice_from(written, 5);
    return slice_starts_with(written, SLICE("unix:"))
               ? arena_printf(file->arena, "unix:%s", to_path(file, path)).ptr
               : arena_copy(file->arena, written).ptr;
}

static void take_addresses(struct settings *file, const struct setting *setting, slice value)
{
    slice written;
    while (header_next_value(&value, &written)) {
        struct listen_address address;
        if (!listen_parse(written, &address)) {
            settings_error(file, written.ptr,
                           "expected an address such as 127.0.0.1:1965, [::1]:1965 or :1965, or "
                           "unix:PATH");
        } else if (!add(file, setting, written, listen_text(file, written))) {
            return;
        }
    }
}

/* In octal, as for chmod(1). */
static void take_mode(struct settings *file, const struct setting *setting, slice value)
{
    unsigned long mode = 0;
    bool ok = value.len >= 3 && value.len <= 4;
    for (size_t i = 0; i < value.len; i++) {
        ok = ok && value.ptr[i] >= '0' && value.ptr[i] <= '7';
        mode = mode * 8 + (unsigned long)(value.ptr[i] - '0');
    }
    if (!ok || mode > 0777) {
        settings_error(file, value.ptr, "expected a mode such as 0660");
        return;
    }
    *(unsigned long *)((char *)file->out + setting->offset) = mode;
}

static struct log_settings *log_of(const struct settings *file, const struct setting *setting)
{
    return (struct log_settings *)((char *)file->out + setting->offset);
}

/* `stderr`, `none` where that is possible, or a file. */
static void take_log(struct settings *file, const struct setting *setting, slice value)
{
    struct log_settings *log = log_of(file, setting);
    bool is_file = !slice_equal(value, SLICE("stderr")) && !slice_equal(value, SLICE("none"));
    log->no_requests = slice_equal(value, SLICE("none"));
    log->request_path = is_file ? to_path(file, value) : NULL;
}

static void take_error_log(struct settings *file, const struct setting *setting, slice value)
{
    struct log_settings *log = log_of(file, setting);
    log->message_path = slice_equal(value, SLICE("stderr")) ? NULL : to_path(file, value);
    if (slice_equal(value, SLICE("none"))) {
        settings_error(file, value.ptr, "messages go to stderr or to a file");
    }
}

/* One of a list of words; its number is the value of an enum. */
static unsigned take_word(struct settings *file, slice value, const char *const *words,
                          size_t count, const char *expected)
{
    for (unsigned i = 0; i < count; i++) {
        if (slice_equal_nocase(value, slice_of(words[i]))) {
            return i;
        }
    }
    settings_error(file, value.ptr, "expected %s", expected);
    return 0;
}

static void take_log_format(struct settings *file, const struct setting *setting, slice value)
{
    static const char *const words[] = { [LOG_COMMON] = "common", [LOG_JSON] = "json" };
    log_of(file, setting)->form =
        (enum log_form)take_word(file, value, words, ARRAY_LENGTH(words), "common or json");
}

static void take_log_addresses(struct settings *file, const struct setting *setting, slice value)
{
    static const char *const words[] = { [LOG_ADDRESSES_NONE] = "none",
                                         [LOG_ADDRESSES_SHORT] = "short",
                                         [LOG_ADDRESSES_FULL] = "full" };
    log_of(file, setting)->addresses = (enum log_addresses)take_word(
        file, value, words, ARRAY_LENGTH(words), "none, short or full");
}

static void take_watch(struct settings *file, const struct setting *setting, slice value)
{
    static const char *const words[] = { "events", "poll" };
    *(bool *)((char *)file->out + setting->offset) =
        take_word(file, value, words, ARRAY_LENGTH(words), "events or poll") == 1;
}

static void take_prefixes(struct settings *file, const struct setting *setting, slice value)
{
    struct prefix_list *list = (struct prefix_list *)((char *)file->out + setting->offset);
    slice bad = value;
    if (!prefix_list_parse(value, list, &bad)) {
        settings_error(file, bad.ptr,
                       "expected blocks of addresses such as 192.0.2.0/24, 2001:db8::/32, or "
                       "`unix`, or `none` alone; %d at most",
                       LIMIT_PREFIXES);
    }
}

static void take_tickets(struct settings *file, const struct setting *setting, slice value)
{
    enum ticket_mode *mode = (enum ticket_mode *)((char *)file->out + setting->offset);
    bool on = false;
    if (slice_equal_nocase(value, SLICE("auto"))) {
        *mode = TICKETS_AUTO;
    } else if (header_to_bool(value, &on)) {
        *mode = on ? TICKETS_YES : TICKETS_NO;
    } else {
        settings_error(file, value.ptr, "expected yes, no or auto");
    }
}

/* --- the table -------------------------------------------------------------------------------- */

#define TO(member) .offset = offsetof(struct reader, settings.member)

static const struct setting table[] = {
    { "Books", settings_take_bool, TO(books) },
    { "Capsule", take_paths, TO(capsules), .may_repeat = true, .max = LIMIT_CAPSULES },
    { "Certs", take_path, TO(certs) },
    { "Listen", take_addresses, TO(listen), .may_repeat = true, .max = LIMIT_LISTENERS },
    { "Error-Log", take_error_log, TO(log) },
    { "Log", take_log, TO(log) },
    { "Log-Addresses", take_log_addresses, TO(log) },
    { "Log-Format", take_log_format, TO(log) },
    { "Proxy", take_prefixes, TO(proxies) },
    { "Sandbox", settings_take_bool, TO(sandbox) },
    { "Socket-Mode", take_mode, TO(socket_mode) },
    { "State", take_state, TO(state) },
    { "Tickets", take_tickets, TO(tickets) },
    { "User", take_name, TO(user) },
    { "Watch", take_watch, TO(watch_by_looking) },
    { "Workers", settings_take_number, TO(workers), .min = 1, .max = LIMIT_WORKERS },

    { "Rate", settings_take_number, TO(limits.rate), .max = 10000 },
    { "Burst", settings_take_number, TO(limits.burst), .min = 1, .max = 1000000 },
    { "Connections-Per-Address", settings_take_number, TO(limits.address_connections),
      .max = LIMIT_CONNECTIONS_MAX },
    { "Unlimited", take_prefixes, TO(limits.unlimited) },
    { "Connections", settings_take_number, TO(limits.connections), .min = 1,
      .max = LIMIT_CONNECTIONS_MAX },
    { "Request-Seconds", settings_take_number, TO(limits.request_seconds), .min = 1, .max = 3600 },
    { "Stall-Seconds", settings_take_number, TO(limits.stall_seconds), .min = 1, .max = 3600 },
    { "Linger-Seconds", settings_take_number, TO(limits.linger_seconds), .min = 1, .max = 3600 },
    { "Held-Bytes", settings_take_number, TO(limits.held_bytes), .max = ULONG_MAX },
};

_Static_assert(ARRAY_LENGTH(table) <= SETTINGS_MAX, "`begun` has room for each");

bool server_settings_read(struct arena *arena, const struct source *source, slice folder,
                          bool strict, struct server_settings *out, struct diags *diags)
{
    struct reader reader = { .settings = *out, .folder = folder };
    struct settings file = {
        .arena = arena, .source = source, .diags = diags, .out = &reader, .strict = strict
    };
    bool ok = settings_read(&file, table, ARRAY_LENGTH(table), NULL);
    *out = reader.settings;
    return ok;
}
