/* cert.c: `matinee cert`, the certificates of capsules. */

#include "base/file.h"
#include "base/limits.h"
#include "cmd/cert_list.h"
#include "cmd/command.h"
#include "gemini/certificate_facts.h"
#include "gemini/certificate_files.h"
#include "gemini/host.h"
#include "source/review.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#define DEFAULT_CAPSULE "capsule"

static const char usage[] =
    "usage: matinee cert [--certs DIR] [--capsule DIR]... [--host NAME]... [ACTION]\n"
    "\n"
    "  list         the certificates of the folder (this is done when there is no ACTION): names,\n"
    "               key, expiry, the SHA-256 of certificate and key, and what may be wrong\n"
    "  make         make one, for all hosts together, in the files HOST.crt and HOST.key of the\n"
    "               first one; one that exists is never replaced\n"
    "  renew        put a new one in the place of that of the first host, for the same names and\n"
    "               those of the capsule; a running server takes it up. Clients remember\n"
    "               certificates, and most of them take a new one for an attack\n"
    "  fingerprint  the SHA-256 of certificate and key alone; of FILE... when files are named,\n"
    "               such as certificates of readers\n"
    "\n"
    "  --certs DIR    the folder (default: certs)\n"
    "  --capsule DIR  a capsule, whose hosts are meant; again for more (default: capsule, and\n"
    "                 the host `localhost` when there is none)\n"
    "  --host NAME    a host name, an IP address, or a pattern such as *.example.org; again for\n"
    "                 more (default: the hosts of the capsule)\n"
    "  --keep-key     renew: with the key of before, for clients that remember keys\n"
    "  --help         print this text\n"
    "\n"
    "Exit code: 0 done, 1 there is none, one is of no use, or none could be made, 2 called\n"
    "wrongly.\n";

enum option_letter { OPT_CERTS = 256, OPT_CAPSULE, OPT_HOST, OPT_KEEP_KEY };

static const struct option long_options[] = {
    { "capsule", required_argument, NULL, OPT_CAPSULE },
    { "certs", required_argument, NULL, OPT_CERTS },
    { "help", no_argument, NULL, 'h' },
    { "host", required_argument, NULL, OPT_HOST },
    { "keep-key", no_argument, NULL, OPT_KEEP_KEY },
    { NULL, 0, NULL, 0 },
};

struct cert {
    const char *folder;
    bool keep_key;
    struct arena arena;
    struct {
        const char **items;
        size_t count, capacity;
    } capsules;              /* folders */
    struct cert_hosts hosts; /* of --host */
    struct {
        struct cert_hosts *items;
        size_t count, capacity;
    } groups; /* hosts that belong together: those of --host, or of a capsule each */
};

/* --- whose hosts ------------------------------------------------------------------------------ */

/* The hosts of a capsule. False when it has errors, which are printed. `missing` may be NULL: then
 * a capsule that is not there is an error too. */
static bool read_capsule(struct cert *cert, const char *folder, bool *missing,
                         struct cert_hosts *out)
{
    slice path = arena_printf(&cert->arena, "%s/capsule.conf", folder);
    struct source source = { .path = path };
    struct capsule_conf conf;
    struct diags diags;
    *out = (struct cert_hosts){ .from = path };
    if (!file_read(&cert->arena, AT_FDCWD, path.ptr, LIMIT_SOURCE_FILE, &source.text)) {
        if (missing != NULL && (errno == ENOENT || errno == ENOTDIR)) {
            *missing = true;
        } else {
            (void)command_fail("%s: %s", path.ptr, strerror(errno));
        }
        return false;
    }
    diags_init(&diags);
    bool ok = source_normalise(&cert->arena, &source, &diags) &&
              conf_parse(&cert->arena, &source, &conf, &diags);
    if (ok) {
        out->items = conf.hosts;
        out->count = conf.host_count;
    } else {
        command_print_diags(&diags);
    }
    diags_release(&diags);
    return ok;
}

/* Those of --host, else of the capsules named, else of the one that is here, if one is. */
static bool find_hosts(struct cert *cert, bool *none)
{
    *none = false;
    if (cert->hosts.count > 0) {
        *ARRAY_ADD(&cert->arena, &cert->groups) = cert->hosts;
        return true;
    }
    if (cert->capsules.count > 0) {
        bool ok = true;
        for (size_t i = 0; i < cert->capsules.count; i++) {
            ok = read_capsule(cert, cert->capsules.items[i], NULL,
                              ARRAY_ADD(&cert->arena, &cert->groups)) &&
                 ok;
        }
        return ok;
    }
    struct cert_hosts here;
    bool ok = read_capsule(cert, DEFAULT_CAPSULE, none, &here);
    if (*none) {
        here = (struct cert_hosts){ 0 };
        *ARRAY_ADD(&cert->arena, &here) = SLICE("localhost");
    }
    *ARRAY_ADD(&cert->arena, &cert->groups) = here;
    return ok || *none;
}

/* --- what can be done ------------------------------------------------------------------------- */

static int list(struct cert *cert)
{
    bool none = false;
    if (cert->hosts.count > 0) {
        return cert_list(cert->folder, &cert->hosts, NULL, 0);
    }
    /* A capsule that is broken is told of, and keeps nobody from seeing the certificates. */
    bool ok = find_hosts(cert, &none);
    int result = cert_list(cert->folder, NULL, cert->groups.items, none ? 0 : cert->groups.count);
    return ok ? result : EXIT_FAILED;
}

static bool make_one(const struct cert *cert, const struct cert_hosts *hosts, struct buf *error)
{
    return certificate_make(cert->folder, hosts->items, hosts->count, error);
}

static bool renew_one(const struct cert *cert, const struct cert_hosts *hosts, struct buf *error)
{
    return certificate_renew(cert->folder, hosts->items, hosts->count, cert->keep_key, error);
}

/* `write` for each capsule, and show what came out. */
static int write_all(struct cert *cert,
                     bool (*write)(const struct cert *, const struct cert_hosts *, struct buf *))
{
    bool none = false;
    bool ok = find_hosts(cert, &none);
    if (!ok) {
        return EXIT_FAILED;
    }
    struct buf error;
    buf_init(&error, LIMIT_PEM_FILE);
    for (size_t i = 0; i < cert->groups.count; i++) {
        const struct cert_hosts *hosts = &cert->groups.items[i];
        buf_clear(&error);
        if (!write(cert, hosts, &error)) {
            (void)command_fail("%.*s", SLICE_ARG(buf_slice(&error)));
            ok = false;
        } else {
            ok = cert_show(cert->folder, hosts->items[0]) && ok;
        }
    }
    buf_release(&error);
    return fflush(stdout) == 0 && ok ? EXIT_DONE : EXIT_FAILED;
}

static bool print_fingerprints(const char *path, const X509 *leaf)
{
    struct buf out;
    buf_init(&out, LIMIT_PEM_FILE);
    buf_printf(&out, "%s\n  certificate  ", path);
    certificate_put_fingerprint(leaf, '\0', &out);
    buf_puts(&out, "\n  key          ");
    certificate_put_key_fingerprint(leaf, '\0', &out);
    buf_putc(&out, '\n');
    bool ok = !out.failed && fwrite(out.ptr, 1, out.len, stdout) == out.len;
    buf_release(&out);
    return ok;
}

/* The first certificate in a PEM file, wherever it is. */
static bool fingerprint_of(struct cert *cert, const char *path)
{
    struct certificate certificate;
    struct buf error;
    slice text;
    if (!file_read(&cert->arena, AT_FDCWD, path, LIMIT_PEM_FILE, &text)) {
        return command_fail("%s: %s", path, strerror(errno)) == EXIT_DONE;
    }
    buf_init(&error, LIMIT_PEM_FILE);
    bool ok = certificate_read(text, &certificate, &error, path);
    if (!ok) {
        (void)command_fail("%.*s", SLICE_ARG(buf_slice(&error)));
    } else {
        ok = print_fingerprints(path, certificate.leaf);
        certificate_release(&certificate);
    }
    buf_release(&error);
    return ok;
}

static int fingerprint(struct cert *cert, int count, char **paths)
{
    bool none = false;
    bool ok = true;
    for (int i = 0; i < count; i++) {
        ok = fingerprint_of(cert, paths[i]) && ok;
    }
    if (count == 0) {
        ok = find_hosts(cert, &none);
        for (size_t i = 0; ok && i < cert->groups.count; i++) {
            struct buf path;
            buf_init(&path, LIMIT_PEM_FILE);
            buf_printf(&path, "%s/", cert->folder);
            host_put_file_name(cert->groups.items[i].items[0], &path);
            buf_puts(&path, ".crt");
            ok = buf_string(&path) != NULL && fingerprint_of(cert, path.ptr);
            buf_release(&path);
        }
    }
    return fflush(stdout) == 0 && ok ? EXIT_DONE : EXIT_FAILED;
}

/* --- the command ------------------------------------------------------------------------------ */

static bool add_host(struct cert *cert, const char *typed, const char **problem)
{
    struct buf form;
    buf_init(&form, HOST_BYTES);
    bool ok = host_normalise(slice_of(typed), true, &form, problem);
    if (ok) {
        *ARRAY_ADD(&cert->arena, &cert->hosts) = arena_copy(&cert->arena, buf_slice(&form));
    }
    buf_release(&form);
    return ok;
}

static int run_action(struct cert *cert, int argc, char **argv)
{
    slice action = argc > 0 ? slice_of(argv[0]) : SLICE("list");
    bool is_renew = slice_equal(action, SLICE("renew"));
    if (slice_equal(action, SLICE("fingerprint"))) {
        return fingerprint(cert, argc - 1, argv + 1);
    }
    if (argc > 1) {
        return command_usage_error(&command_cert, "too much after `%s`", argv[0]);
    }
    if (cert->keep_key && !is_renew) {
        return command_usage_error(&command_cert, "--keep-key is for `renew` alone");
    }
    if (is_renew) {
        return write_all(cert, renew_one);
    }
    if (slice_equal(action, SLICE("make"))) {
        return write_all(cert, make_one);
    }
    if (slice_equal(action, SLICE("list"))) {
        return list(cert);
    }
    return command_usage_error(
        &command_cert, "`%s` is nothing it can do; list, make, renew, fingerprint are", argv[0]);
}

static int run_options(struct cert *cert, int argc, char **argv)
{
    const char *problem = NULL;
    opterr = 0;
    for (;;) {
        switch (getopt_long(argc, argv, ":", long_options, NULL)) {
        case -1:
            return run_action(cert, argc - optind, argv + optind);
        case OPT_CAPSULE:
            *ARRAY_ADD(&cert->arena, &cert->capsules) = optarg;
            break;
        case OPT_CERTS:
            cert->folder = optarg;
            break;
        case 'h':
            return command_help(&command_cert);
        case OPT_HOST:
            if (!add_host(cert, optarg, &problem)) {
                return command_usage_error(&command_cert, "--host %s: %s", optarg, problem);
            }
            break;
        case OPT_KEEP_KEY:
            cert->keep_key = true;
            break;
        case ':':
            return command_usage_error(&command_cert, "%s needs a value", argv[optind - 1]);
        default:
            return command_usage_error(&command_cert, "unknown option %s", argv[optind - 1]);
        }
    }
}

static int run(int argc, char **argv)
{
    struct cert cert = { .folder = "certs" };
    arena_init(&cert.arena);
    int result = run_options(&cert, argc, argv);
    arena_release(&cert.arena);
    return result;
}

const struct command command_cert = {
    .name = "cert",
    .purpose = "list, make and renew certificates",
    .usage = usage,
    .run = run,
};
