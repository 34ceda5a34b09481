/* serve.c: `matinee serve`, capsules on the wire. */

#include "base/file.h"
#include "base/limits.h"
#include "cmd/capsule_certificate.h"
#include "cmd/command.h"
#include "cmd/server_user.h"
#include "cmd/state_folder.h"
#include "gemini/host.h"
#include "gemini/media_type.h"
#include "server/listen.h"
#include "server/server.h"
#include "source/load.h"
#include "source/review.h"
#include "text/date.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char usage[] =
    "usage: matinee serve [CAPSULE]... [--config FILE] [--certs DIR] [--listen ADDR:PORT]...\n"
    "                     [--host NAME]... [--workers N] [--user NAME] [--set KEY=VALUE]...\n"
    "                     [--state DIR] [--drafts]\n"
    "\n"
    "Serves each capsule (default: capsule) until told to end. A file that is saved shows at "
    "once.\n"
    "The first capsule is for clients that do not say which one they want.\n"
    "\n"
    "  --config FILE       settings, as matinee.conf(5) tells; options come before them\n"
    "  --certs DIR         where certificates are kept (default: certs); one is made when there "
    "is\n"
    "                      none, and never replaced\n"
    "  --listen ADDR:PORT  an address to listen on, such as 127.0.0.1:1965, [::1]:1965 or :1965,\n"
    "                      or unix:PATH; again for more (default: all addresses, port 1965)\n"
    "  --host NAME         a name the capsule is reached by, when there is one capsule; again for\n"
    "                      more (default: the Host of capsule.conf)\n"
    "  --workers N         processes that answer requests (default: one a core)\n"
    "  --user NAME         whom to become when started as root (default: the User of "
    "capsule.conf,\n"
    "                      else the owner of the capsule folder)\n"
    "  --state DIR         where search indexes are kept, which can be made anew at any time "
    "(default:\n"
    "                      matinee in the XDG state folder; /var/lib/matinee for a server that is\n"
    "                      started as root); `none` for no search\n"
    "  --set KEY=VALUE     any setting of matinee.conf; again for more\n"
    "  --drafts            show drafts, and reviews of the future\n"
    "  --help              print this text\n"
    "\n"
    "SIGHUP reads everything again, SIGUSR1 opens the files of the log again. SIGTERM and SIGINT\n"
    "end it when open answers are sent; a second one ends it at once.\n"
    "\n"
    "Exit code: 0 ended when told to, 1 could not serve, 2 called wrongly.\n";

enum option_letter {
    OPT_CONFIG = 256,
    OPT_CERTS,
    OPT_LISTEN,
    OPT_HOST,
    OPT_WORKERS,
    OPT_USER,
    OPT_SET,
    OPT_STATE,
    OPT_DRAFTS,
};

static const struct option long_options[] = {
    { "config", required_argument, NULL, OPT_CONFIG },
    { "certs", required_argument, NULL, OPT_CERTS },
    { "listen", required_argument, NULL, OPT_LISTEN },
    { "host", required_argument, NULL, OPT_HOST },
    { "workers", required_argument, NULL, OPT_WORKERS },
    { "user", required_argument, NULL, OPT_USER },
    { "set", required_argument, NULL, OPT_SET },
    { "state", required_argument, NULL, OPT_STATE },
    { "drafts", no_argument, NULL, OPT_DRAFTS },
    { "help", no_argument, NULL, 'h' },
    { NULL, 0, NULL, 0 },
};

/* The folders of source files; capsule.conf lies beside them. */
static const char *const source_folders[] = { "reviews", "pages", "static", NULL };

/* One of the capsules. */
struct served_capsule {
    struct serving *serving;
    const char *folder;
    bool is_usable;           /* `conf` could be read */
    struct capsule_conf conf; /* as it was at the start */
    const slice *names;       /* --host, or the Host of `conf` */
    size_t name_count;
    struct loaded *loaded; /* in the loader process */
};

/* Everything that was asked for, by options, by matinee.conf and by each capsule.conf. */
struct serving {
    struct arena arena;
    struct server_settings settings;
    const char *config; /* NULL: none */
    struct buf given;   /* options, as lines of settings */
    struct {
        slice *items;
        size_t count, capacity;
    } hosts;
    bool show_drafts;
    struct served_capsule *capsules;
    size_t count;
    struct server_user user;

    /* In the loader process. */
    struct media_type_finder *finder;
    bool has_looked_for_finder;
};

/* --- options ---------------------------------------------------------------------------------- */

/* False when it is no host, with the reason in `*problem`. */
static bool add_host(struct serving *serving, slice written, const char **problem)
{
    struct buf form;
    buf_init(&form, HOST_BYTES);
    bool ok = host_normalise(written, true, &form, problem);
    if (ok && serving->hosts.count == 0 && host_is_pattern(buf_slice(&form))) {
        *problem = "the first one stands in the capsule's own links, so it has to be one name";
        ok = false;
    }
    if (ok) {
        *ARRAY_ADD(&serving->arena, &serving->hosts) =
            arena_copy(&serving->arena, buf_slice(&form));
    }
    buf_release(&form);
    return ok;
}

/* `KEY=VALUE`. */
static bool add_setting(struct serving *serving, slice written)
{
    size_t equals = slice_find_byte(written, '=');
    if (equals == 0 || equals == written.len || slice_find_byte(written, '\n') < written.len) {
        return false;
    }
    buf_put(&serving->given, slice_head(written, equals));
    buf_puts(&serving->given, ": ");
    buf_put(&serving->given, slice_from(written, equals + 1));
    buf_putc(&serving->given, '\n');
    return true;
}

static void add_given(struct serving *serving, const char *key, const char *value)
{
    buf_printf(&serving->given, "%s: %s\n", key, value);
}

/* Returns EXIT_DONE, or the exit code; `*is_over` when nothing is left to do. */
static int read_options(int argc, char **argv, struct serving *serving, bool *is_over)
{
    const char *problem = NULL;
    unsigned long number = 0;
    struct listen_address address;
    opterr = 0;
    *is_over = true;
    for (;;) {
        switch (getopt_long(argc, argv, ":", long_options, NULL)) {
        case -1:
            for (int i = optind; i < argc; i++) {
                add_given(serving, "Capsule", argv[i]);
            }
            *is_over = false;
            return EXIT_DONE;
        case 'h':
            return command_help(&command_serve);
        case OPT_CONFIG:
            serving->config = optarg;
            break;
        case OPT_CERTS:
            add_given(serving, "Certs", optarg);
            break;
        case OPT_LISTEN:
            if (!listen_parse(slice_of(optarg), &address)) {
                return command_usage_error(&command_serve,
                                           "`%s` is no address to listen on; expected one such as "
                                           "127.0.0.1:1965, [::1]:1965 or :1965",
                                           optarg);
            }
            add_given(serving, "Listen", optarg);
            break;
        case OPT_HOST:
            if (!add_host(serving, slice_of(optarg), &problem)) {
                return command_usage_error(&command_serve, "--host %s: %s", optarg, problem);
            }
            break;
        case OPT_WORKERS:
            if (!slice_to_number(slice_of(optarg), LIMIT_WORKERS, &number) || number == 0) {
                return command_usage_error(&command_serve, "--workers takes a number from 1 to %d",
                                           LIMIT_WORKERS);
            }
            add_given(serving, "Workers", optarg);
            break;
        case OPT_USER:
            add_given(serving, "User", optarg);
            break;
        case OPT_SET:
            if (!add_setting(serving, slice_of(optarg))) {
                return command_usage_error(&command_serve, "--set takes KEY=VALUE, not `%s`",
                                           optarg);
            }
            break;
        case OPT_STATE:
            add_given(serving, "State", optarg);
            break;
        case OPT_DRAFTS:
            serving->show_drafts = true;
            break;
        case ':':
            return command_usage_error(&command_serve, "%s needs a value", argv[optind - 1]);
        default:
            return command_usage_error(&command_serve, "unknown option %s", argv[optind - 1]);
        }
    }
}

/* --- settings --------------------------------------------------------------------------------- */

/* The folder that a file is in, with its slash; empty for a name alone. */
static slice folder_of(slice path)
{
    while (path.len > 0 && path.ptr[path.len - 1] != '/') {
        path.len--;
    }
    return path;
}

static bool read_config(struct serving *serving)
{
    struct diags diags;
    struct source source = { .path = slice_of(serving->config) };
    diags_init(&diags);
    if (!file_read(&serving->arena, AT_FDCWD, serving->config, LIMIT_SOURCE_FILE, &source.text)) {
        (void)command_fail("%s: %s", serving->config, strerror(errno));
        return false;
    }
    bool ok = source_normalise(&serving->arena, &source, &diags) &&
              server_settings_read(&serving->arena, &source, folder_of(source.path), false,
                                   &serving->settings, &diags);
    command_print_diags(&diags);
    diags_release(&diags);
    return ok;
}

/* A key that nobody knows is a warning in a file, which other versions may read too; here it is a
 * typing mistake. */
static bool read_given(struct serving *serving)
{
    struct diags diags;
    struct source source = { .path = SLICE("options"),
                             .text = arena_copy(&serving->arena, buf_slice(&serving->given)) };
    diags_init(&diags);
    bool ok = source_normalise(&serving->arena, &source, &diags) &&
              server_settings_read(&serving->arena, &source, SLICE_EMPTY, true, &serving->settings,
                                   &diags);
    command_print_diags(&diags);
    diags_release(&diags);
    return ok;
}

/* --- the capsules ----------------------------------------------------------------------------- */

/* The loader reads capsule.conf again, with everything else; this is for names and user. False,
 * with messages printed, when it cannot be used; `served` then has no names. */
static bool read_conf(struct serving *serving, struct served_capsule *served)
{
    struct diags diags;
    slice path = arena_printf(&serving->arena, "%s/capsule.conf", served->folder);
    struct source source = { .path = path };
    diags_init(&diags);
    if (!file_read(&serving->arena, AT_FDCWD, path.ptr, LIMIT_SOURCE_FILE, &source.text)) {
        (void)command_fail("%s: %s", path.ptr, strerror(errno));
        return false;
    }
    bool ok = source_normalise(&serving->arena, &source, &diags) &&
              conf_parse(&serving->arena, &source, &served->conf, &diags);
    if (!ok) {
        command_print_diags(&diags);
        served->conf = (struct capsule_conf){ 0 };
    }
    diags_release(&diags);
    return ok;
}

/* A request's host says which capsule it is for. */
static bool shares_name(const struct served_capsule *a, const struct served_capsule *b)
{
    for (size_t i = 0; i < a->name_count; i++) {
        for (size_t k = 0; k < b->name_count; k++) {
            if (slice_equal(a->names[i], b->names[k])) {
                (void)command_fail("%s and %s are both called %.*s; give each its own Host in its "
                                   "capsule.conf",
                                   a->folder, b->folder, SLICE_ARG(a->names[i]));
                return true;
            }
        }
    }
    return false;
}

static bool has_name_of_another(const struct serving *serving, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (shares_name(&serving->capsules[i], &serving->capsules[index])) {
            return true;
        }
    }
    return false;
}

/* One that cannot be used does not keep the others off the wire: the loader takes it up once it can
 * be. False when none is left, or two are called the same. */
static bool read_capsules(struct serving *serving)
{
    const struct path_list *folders = &serving->settings.capsules;
    size_t usable = 0;
    serving->count = folders->count > 0 ? folders->count : 1;
    serving->capsules = arena_array(&serving->arena, serving->count, sizeof *serving->capsules);
    for (size_t i = 0; i < serving->count; i++) {
        struct served_capsule *served = &serving->capsules[i];
        served->serving = serving;
        served->folder = folders->count > 0 ? folders->items[i] : "capsule";
        served->is_usable = read_conf(serving, served);
        usable += served->is_usable;
        served->names = serving->hosts.count > 0 ? serving->hosts.items : served->conf.hosts;
        served->name_count =
            serving->hosts.count > 0 ? serving->hosts.count : served->conf.host_count;
        if (has_name_of_another(serving, i)) {
            return false;
        }
    }
    for (size_t i = 0; i < serving->count; i++) {
        if (!serving->capsules[i].is_usable) {
            (void)command_fail(usable > 0
                                   ? "%s/capsule.conf cannot be used, so its capsule is not served"
                                   : "there is nothing to serve before %s/capsule.conf is right",
                               serving->capsules[i].folder);
        }
    }
    return usable > 0;
}

/* --user, User in matinee.conf, User in the first capsule.conf that has it. */
static const char *user_name(struct serving *serving)
{
    const char *name = serving->settings.user;
    for (size_t i = 0; i < serving->count && name == NULL && geteuid() == 0; i++) {
        if (serving->capsules[i].conf.user.len > 0) {
            name = arena_copy(&serving->arena, serving->capsules[i].conf.user).ptr;
        }
    }
    return name;
}

/* --- in the loader process -------------------------------------------------------------------- */

static void load(void *state, struct capsule_reading *reading)
{
    struct served_capsule *served = state;
    struct serving *serving = served->serving;
    if (!serving->has_looked_for_finder) {
        serving->has_looked_for_finder = true;
        serving->finder = media_type_finder_new();
    }
    struct load_options options = { .folder = served->folder,
                                    .now = date_now(),
                                    .show_drafts = serving->show_drafts,
                                    .media_types = serving->finder,
                                    .everything = reading->everything,
                                    .is_being_written = reading->is_being_written,
                                    .context = reading->context };
    (void)clock_gettime(CLOCK_REALTIME, &options.clock);
    served->loaded = capsule_load(&options, served->loaded, reading->diags);
    if (served->loaded != NULL) {
        const struct load_counts counts = loaded_counts(served->loaded);
        reading->capsule = loaded_capsule(served->loaded);
        reading->is_same = counts.is_same;
        reading->bad = counts.bad;
        reading->waiting = counts.waiting;
    }
}

/* --- serve ------------------------------------------------------------------------------------ */

static int serve(struct serving *serving)
{
    const char *certs = serving->settings.certs != NULL ? serving->settings.certs : "certs";
    if (!read_capsules(serving) ||
        !server_user_choose(&serving->arena, user_name(serving), serving->capsules[0].folder,
                            &serving->user)) {
        return EXIT_FAILED;
    }
    struct server_site *sites = arena_array(&serving->arena, serving->count, sizeof *sites);
    for (size_t i = 0; i < serving->count; i++) {
        struct served_capsule *served = &serving->capsules[i];
        slice certificate_name = SLICE_EMPTY;
        if (served->is_usable &&
            !capsule_certificate(certs, served->names, served->name_count, &certificate_name)) {
            return EXIT_FAILED;
        }
        sites[i] = (struct server_site){
            .folder = served->folder,
            .certificate_name = certificate_name,
            .hosts = serving->hosts.items,
            .host_count = serving->hosts.count,
            .shown_hosts = served->names,
            .shown_host_count = served->name_count,
            .shown_port = (uint16_t)served->conf.port,
            .load = load,
            .load_state = served,
        };
    }
    bool is_root = geteuid() == 0;
    bool has_user = serving->user.uid != 0;
    if (is_root && !has_user) {
        (void)fputs("matinee: running as root and serving this machine only: for more, say with "
                    "--user, or User: in capsule.conf, whom to become\n",
                    stderr);
    }
    const struct server_options options = {
        .settings = &serving->settings,
        .sites = sites,
        .site_count = serving->count,
        .certs_folder = certs,
        .user = is_root && has_user ? &serving->user : NULL,
        .state = state_folder_choose(&serving->arena, serving->settings.state, is_root && has_user),
        .loopback_only = is_root && !has_user,
        .watched = source_folders,
    };
    return server_run(&options);
}

static int read_settings_and_serve(struct serving *serving)
{
    if (serving->config != NULL && !read_config(serving)) {
        return EXIT_FAILED;
    }
    if (!read_given(serving)) {
        return EXIT_USAGE;
    }
    if (serving->hosts.count > 0 && serving->settings.capsules.count > 1) {
        return command_usage_error(&command_serve,
                                   "--host is for one capsule; with several, each has its Host "
                                   "in its capsule.conf");
    }
    return serve(serving);
}

static int run(int argc, char **argv)
{
    struct serving serving = { 0 };
    bool is_over = false;
    arena_init(&serving.arena);
    buf_init(&serving.given, LIMIT_SOURCE_FILE);
    server_settings_init(&serving.settings);
    int code = read_options(argc, argv, &serving, &is_over);
    if (!is_over) {
        code = read_settings_and_serve(&serving);
    }
    buf_release(&serving.given);
    arena_release(&serving.arena);
    return code;
}

const struct command command_serve = {
    .name = "serve",
    .purpose = "serve capsules over the Gemini protocol",
    .usage = usage,
    .run = run,
};
