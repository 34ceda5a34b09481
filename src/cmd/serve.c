/* serve.c: `matinee serve`, a capsule on the wire. */

#include "base/file.h"
#include "base/limits.h"
#include "cmd/command.h"
#include "gemini/certificate.h"
#include "gemini/host.h"
#include "gemini/media_type.h"
#include "server/server.h"
#include "source/load.h"
#include "source/review.h"
#include "text/date.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char usage[] =
    "usage: matinee serve [CAPSULE] [--certs DIR] [--listen ADDR:PORT]... [--host NAME]...\n"
    "                     [--workers N] [--user NAME] [--drafts]\n"
    "\n"
    "Serves the capsule (default: capsule) until told to end. A file that is saved shows at once.\n"
    "\n"
    "  --certs DIR         where certificates are kept (default: certs); one is made when there "
    "is\n"
    "                      none, and never replaced\n"
    "  --listen ADDR:PORT  an address to listen on, such as 127.0.0.1:1965, [::1]:1965 or :1965;\n"
    "                      again for more (default: all addresses, port 1965)\n"
    "  --host NAME         a name the capsule is reached by; again for more (default: the Host of\n"
    "                      capsule.conf)\n"
    "  --workers N         processes that answer requests (default: one a core)\n"
    "  --user NAME         whom to become when started as root (default: the User of "
    "capsule.conf,\n"
    "                      else the owner of the capsule folder)\n"
    "  --drafts            show drafts, and reviews of the future\n"
    "  --help              print this text\n"
    "\n"
    "SIGHUP reads everything again. SIGTERM and SIGINT end it when open answers are sent; a "
    "second\n"
    "one ends it at once.\n"
    "\n"
    "Exit code: 0 ended when told to, 1 could not serve, 2 called wrongly.\n";

enum option_letter { OPT_CERTS = 256, OPT_LISTEN, OPT_HOST, OPT_WORKERS, OPT_USER, OPT_DRAFTS };

static const struct option long_options[] = {
    { "certs", required_argument, NULL, OPT_CERTS },
    { "listen", required_argument, NULL, OPT_LISTEN },
    { "host", required_argument, NULL, OPT_HOST },
    { "workers", required_argument, NULL, OPT_WORKERS },
    { "user", required_argument, NULL, OPT_USER },
    { "drafts", no_argument, NULL, OPT_DRAFTS },
    { "help", no_argument, NULL, 'h' },
    { NULL, 0, NULL, 0 },
};

/* The folders of source files; capsule.conf lies beside them. */
static const char *const source_folders[] = { "reviews", "pages", "static", NULL };

/* Everything that was asked for, by options and by capsule.conf. */
struct serving {
    struct arena arena;
    const char *folder;
    const char *certs;
    const char *user_name;
    struct server_user user;
    bool show_drafts;
    unsigned long workers;
    struct {
        const char **items;
        size_t count, capacity;
    } listen;
    struct {
        slice *items;
        size_t count, capacity;
    } hosts;
    struct capsule_conf conf;

    /* In the loader process. */
    struct media_type_finder *finder;
    bool has_looked_for_finder;
    struct loaded *loaded;
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

/* Returns EXIT_DONE, or the exit code; `*is_over` when nothing is left to do. */
static int read_options(int argc, char **argv, struct serving *serving, bool *is_over)
{
    const char *problem = NULL;
    opterr = 0;
    *is_over = true;
    for (;;) {
        switch (getopt_long(argc, argv, ":", long_options, NULL)) {
        case -1:
            if (argc - optind > 1) {
                return command_usage_error(&command_serve, "one capsule at a time");
            }
            if (optind < argc) {
                serving->folder = argv[optind];
            }
            *is_over = false;
            return EXIT_DONE;
        case 'h':
            return command_help(&command_serve);
        case OPT_CERTS:
            serving->certs = optarg;
            break;
        case OPT_LISTEN:
            *ARRAY_ADD(&serving->arena, &serving->listen) = optarg;
            break;
        case OPT_HOST:
            if (!add_host(serving, slice_of(optarg), &problem)) {
                return command_usage_error(&command_serve, "--host %s: %s", optarg, problem);
            }
            break;
        case OPT_WORKERS:
            if (!slice_to_number(slice_of(optarg), LIMIT_WORKERS, &serving->workers) ||
                serving->workers == 0) {
                return command_usage_error(&command_serve, "--workers takes a number from 1 to %d",
                                           LIMIT_WORKERS);
            }
            break;
        case OPT_USER:
            serving->user_name = optarg;
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

/* --- what has to be known before ----------------------------------------------------------------
 */

/* The loader reads capsule.conf again, with everything else; this is for names and user. */
static bool read_conf(struct serving *serving)
{
    struct diags diags;
    struct source source = { .path = SLICE("capsule.conf") };
    slice path = arena_printf(&serving->arena, "%s/capsule.conf", serving->folder);
    diags_init(&diags);
    if (!file_read(&serving->arena, AT_FDCWD, path.ptr, LIMIT_SOURCE_FILE, &source.text)) {
        (void)command_fail("%s: %s", path.ptr, strerror(errno));
        return false;
    }
    bool ok = source_normalise(&serving->arena, &source, &diags) &&
              conf_parse(&serving->arena, &source, &serving->conf, &diags);
    if (!ok) {
        command_print_diags(&diags);
        (void)command_fail("there is nothing to serve before %s is right", path.ptr);
    }
    diags_release(&diags);
    return ok;
}

/* Named by --user or User:, by name or number. */
static bool find_user(const char *name, struct server_user *out)
{
    unsigned long number = 0;
    const struct passwd *entry = getpwnam(name);
    if (entry == NULL && slice_to_number(slice_of(name), UINT32_MAX - 1, &number)) {
        entry = getpwuid((uid_t)number);
        if (entry == NULL) {
            *out = (struct server_user){ .uid = (uid_t)number, .gid = (gid_t)number };
            return true;
        }
    }
    if (entry == NULL) {
        return false;
    }
    *out = (struct server_user){ .uid = entry->pw_uid, .gid = entry->pw_gid };
    return true;
}

/* Whom to become. False when that is asked for and cannot be. `serving->user.uid` stays 0 when we
 * are root and have nobody to become. */
static bool choose_user(struct serving *serving)
{
    struct stat status;
    bool is_root = geteuid() == 0;
    const char *name = serving->user_name;
    if (name == NULL && is_root && serving->conf.user.len > 0) {
        name = arena_copy(&serving->arena, serving->conf.user).ptr;
    }
    if (name != NULL && !find_user(name, &serving->user)) {
        (void)command_fail("there is no user `%s`", name);
        return false;
    }
    if (name != NULL && !is_root && serving->user.uid != geteuid()) {
        (void)command_fail("only root can become user `%s`", name);
        return false;
    }
    if (name == NULL && is_root && stat(serving->folder, &status) == 0) {
        serving->user = (struct server_user){ .uid = status.st_uid, .gid = status.st_gid };
    }
    const struct passwd *entry = serving->user.uid != 0 ? getpwuid(serving->user.uid) : NULL;
    if (entry != NULL) {
        serving->user.gid = entry->pw_gid;
        serving->user.name = arena_copy(&serving->arena, slice_of(entry->pw_name)).ptr;
    }
    return true;
}

/* Clients pin the first certificate they see, so one is only made when there is none at all. */
static bool have_certificate(const struct serving *serving, const slice *names, size_t count)
{
    struct certificate certificate;
    bool missing = false;
    struct buf error;
    buf_init(&error, 1024);
    bool ok = certificate_load(serving->certs, names[0], false, &certificate, &missing, &error);
    if (ok) {
        certificate_release(&certificate);
    } else if (missing) {
        buf_clear(&error);
        ok = certificate_make(serving->certs, names, count, &error);
        if (ok) {
            (void)fprintf(stderr, "matinee: made a certificate: %s/%.*s.crt\n", serving->certs,
                          SLICE_ARG(names[0]));
        }
    }
    if (!ok) {
        (void)command_fail("%.*s", SLICE_ARG(buf_slice(&error)));
    }
    buf_release(&error);
    return ok;
}

/* --- in the loader process ----------------------------------------------------------------------
 */

static const struct capsule *load(void *state, struct diags *diags)
{
    struct serving *serving = state;
    if (!serving->has_looked_for_finder) {
        serving->has_looked_for_finder = true;
        serving->finder = media_type_finder_new();
    }
    struct load_options options = { .folder = serving->folder,
                                    .now = date_now(),
                                    .show_drafts = serving->show_drafts,
                                    .media_types = serving->finder };
    (void)clock_gettime(CLOCK_REALTIME, &options.clock);
    serving->loaded = capsule_load(&options, serving->loaded, diags);
    return serving->loaded != NULL ? loaded_capsule(serving->loaded) : NULL;
}

/* --- serve --------------------------------------------------------------------------------------
 */

static int serve(struct serving *serving)
{
    if (!read_conf(serving) || !choose_user(serving)) {
        return EXIT_FAILED;
    }
    const slice *names = serving->hosts.count > 0 ? serving->hosts.items : serving->conf.hosts;
    size_t count = serving->hosts.count > 0 ? serving->hosts.count : serving->conf.host_count;
    if (!have_certificate(serving, names, count)) {
        return EXIT_FAILED;
    }
    bool is_root = geteuid() == 0;
    bool has_user = serving->user.uid != 0;
    if (is_root && !has_user) {
        (void)fputs("matinee: running as root and serving this machine only: for more, say with "
                    "--user, or User: in capsule.conf, whom to become\n",
                    stderr);
    }
    const struct server_options options = {
        .capsule_folder = serving->folder,
        .certs_folder = serving->certs,
        .certificate_name = names[0],
        .listen = serving->listen.items,
        .listen_count = serving->listen.count,
        .hosts = serving->hosts.items,
        .host_count = serving->hosts.count,
        .shown_hosts = names,
        .shown_host_count = count,
        .user = is_root && has_user ? &serving->user : NULL,
        .workers = (unsigned)serving->workers,
        .loopback_only = is_root && !has_user,
        .watched = source_folders,
        .load = load,
        .load_state = serving,
    };
    return server_run(&options);
}

static int run(int argc, char **argv)
{
    struct serving serving = { .folder = "capsule", .certs = "certs" };
    bool is_over = false;
    arena_init(&serving.arena);
    int code = read_options(argc, argv, &serving, &is_over);
    if (!is_over) {
        code = serve(&serving);
    }
    arena_release(&serving.arena);
    return code;
}

const struct command command_serve = {
    .name = "serve",
    .purpose = "serve a capsule over the Gemini protocol",
    .usage = usage,
    .run = run,
};
