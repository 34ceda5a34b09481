/* cert.c: `matinee cert`, the certificates of a capsule. */

#include "base/file.h"
#include "base/limits.h"
#include "cmd/command.h"
#include "gemini/certificate.h"
#include "gemini/host.h"
#include "source/review.h"
#include "text/date.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#define CONF_PATH "capsule/capsule.conf"

static const char usage[] =
    "usage: matinee cert [--certs DIR] [--host NAME]... [make]\n"
    "\n"
    "Shows the certificates in a folder: file, names, expiry and SHA-256 fingerprint, in the two\n"
    "forms in which clients show it.\n"
    "\n"
    "`make` makes one, for all hosts together, in the files HOST.crt and HOST.key of the first\n"
    "one. Without --host the hosts are those of ./" CONF_PATH ", and `localhost` when\n"
    "there is none. A certificate that exists is never replaced: clients remember it, and take\n"
    "another one for an attack.\n"
    "\n"
    "  --certs DIR  the folder (default: certs)\n"
    "  --host NAME  a host name or an IP address; shown: only the certificates of these hosts\n"
    "  --help       print this text\n"
    "\n"
    "Exit code: 0 done, 1 there is none, one cannot be read, or none could be made, 2 called\n"
    "wrongly.\n";

static const struct option long_options[] = {
    { "certs", required_argument, NULL, 'c' },
    { "help", no_argument, NULL, 'h' },
    { "host", required_argument, NULL, 'n' },
    { NULL, 0, NULL, 0 },
};

struct cert {
    const char *folder;
    struct arena arena;
    struct {
        slice *items;
        size_t count, capacity;
    } hosts;
    struct {
        slice *items;
        size_t count, capacity;
    } found; /* names of certificates in the folder */
};

/* --- show ------------------------------------------------------------------------------------- */

static void put_upper(struct buf *out, slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        buf_putc(out, c >= 'a' && c <= 'f' ? (char)(c - 'a' + 'A') : c);
    }
}

static void put_certificate(const struct cert *cert, slice name, const X509 *leaf, struct buf *out)
{
    struct buf fingerprint;
    buf_init(&fingerprint, 1024);
    buf_printf(out, "%s/%.*s.crt\n  names        ", cert->folder, SLICE_ARG(name));
    certificate_put_names(leaf, out);
    int64_t expiry = certificate_expiry(leaf);
    buf_puts(out, "\n  valid until  ");
    date_put_moment(out, expiry);
    buf_puts(out, expiry < date_now() ? " (expired)\n  SHA-256      " : "\n  SHA-256      ");
    certificate_put_fingerprint(leaf, ':', &fingerprint);
    put_upper(out, buf_slice(&fingerprint));
    buf_puts(out, "\n               ");
    certificate_put_fingerprint(leaf, '\0', out);
    buf_putc(out, '\n');
    buf_release(&fingerprint);
}

static bool show_one(const struct cert *cert, slice name)
{
    struct certificate certificate;
    struct buf out;
    buf_init(&out, (size_t)1 << 20);
    bool ok = certificate_load(cert->folder, name, false, &certificate, NULL, &out);
    if (!ok) {
        (void)command_fail("%s", buf_string(&out));
    } else {
        put_certificate(cert, name, certificate.leaf, &out);
        ok = !out.failed && fwrite(out.ptr, 1, out.len, stdout) == out.len;
        certificate_release(&certificate);
    }
    buf_release(&out);
    return ok;
}

static bool add_found(void *context, slice path, UNUSED const struct stat *status)
{
    struct cert *cert = context;
    if (slice_ends_with(path, SLICE(".crt")) && slice_find_byte(path, '/') == path.len) {
        slice name = arena_copy(&cert->arena, slice_head(path, path.len - 4));
        *ARRAY_ADD(&cert->arena, &cert->found) = name;
    }
    return true;
}

static bool is_wanted(const struct cert *cert, slice name)
{
    for (size_t i = 0; i < cert->hosts.count; i++) {
        if (slice_equal_nocase(cert->hosts.items[i], name)) {
            return true;
        }
    }
    return cert->hosts.count == 0;
}

static int show(struct cert *cert)
{
    bool ok = true;
    size_t shown = 0;
    if (!file_walk(cert->folder, add_found, NULL, cert) && errno != ENOENT) {
        return command_fail("%s: %s", cert->folder, strerror(errno));
    }
    for (size_t i = 0; i < cert->found.count; i++) {
        if (is_wanted(cert, cert->found.items[i])) {
            ok = show_one(cert, cert->found.items[i]) && ok;
            shown++;
        }
    }
    if (shown == 0) {
        return command_fail("there is no certificate%s in %s; `matinee cert make` makes one",
                            cert->hosts.count > 0 ? " of that name" : "", cert->folder);
    }
    return fflush(stdout) == 0 && ok ? EXIT_DONE : EXIT_FAILED;
}

/* --- make ------------------------------------------------------------------------------------- */

/* The hosts of the capsule that is here, if one is. False when it has errors, which are printed. */
static bool hosts_of_capsule(struct cert *cert)
{
    struct source source = { .path = SLICE(CONF_PATH) };
    struct capsule_conf conf;
    struct diags diags;
    if (!file_read(&cert->arena, AT_FDCWD, CONF_PATH, LIMIT_SOURCE_FILE, &source.text)) {
        if (errno == ENOENT || errno == ENOTDIR) {
            *ARRAY_ADD(&cert->arena, &cert->hosts) = SLICE("localhost");
            return true;
        }
        (void)command_fail("%s: %s", CONF_PATH, strerror(errno));
        return false;
    }
    diags_init(&diags);
    bool ok = source_normalise(&cert->arena, &source, &diags) &&
              conf_parse(&cert->arena, &source, &conf, &diags);
    if (ok) {
        for (size_t i = 0; i < conf.host_count; i++) {
            *ARRAY_ADD(&cert->arena, &cert->hosts) = conf.hosts[i];
        }
    } else {
        command_print_diags(&diags);
    }
    diags_release(&diags);
    return ok;
}

static int make(struct cert *cert)
{
    if (cert->hosts.count == 0 && !hosts_of_capsule(cert)) {
        return EXIT_FAILED;
    }
    struct buf error;
    buf_init(&error, (size_t)64 * 1024);
    bool ok = certificate_make(cert->folder, cert->hosts.items, cert->hosts.count, &error);
    if (!ok) {
        (void)command_fail("%s", buf_string(&error));
    }
    buf_release(&error);
    return ok && show_one(cert, cert->hosts.items[0]) && fflush(stdout) == 0 ? EXIT_DONE
                                                                             : EXIT_FAILED;
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
    if (argc == 0) {
        return show(cert);
    }
    if (argc == 1 && strcmp(argv[0], "make") == 0) {
        return make(cert);
    }
    if (argc > 1) {
        return command_usage_error(&command_cert, "too much after `%s`", argv[0]);
    }
    return command_usage_error(&command_cert, "`%s` is nothing it can do; `make` is", argv[0]);
}

static int run_options(struct cert *cert, int argc, char **argv)
{
    const char *problem = NULL;
    opterr = 0;
    for (;;) {
        switch (getopt_long(argc, argv, ":", long_options, NULL)) {
        case -1:
            return run_action(cert, argc - optind, argv + optind);
        case 'c':
            cert->folder = optarg;
            break;
        case 'h':
            return command_help(&command_cert);
        case 'n':
            if (!add_host(cert, optarg, &problem)) {
                return command_usage_error(&command_cert, "--host %s: %s", optarg, problem);
            }
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
    .purpose = "show the certificates, or make one",
    .usage = usage,
    .run = run,
};
