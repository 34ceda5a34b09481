/* get.c: `matinee get`, one request from the command line. */

#include "base/limits.h"
#include "cmd/command.h"
#include "gemini/certificate_facts.h"
#include "gemini/client.h"
#include "gemini/known_hosts.h"
#include "gemini/url.h"
#include "text/date.h"
#include "text/uri.h"

#include <errno.h>
#include <getopt.h>
#include <openssl/x509v3.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_TIMEOUT_S 60
#define MAX_TIMEOUT_S 86400

static const char usage[] =
    "usage: matinee get [--insecure] [--follow] [--timeout SECONDS] URL\n"
    "\n"
    "Asks a Gemini server for one page. The answer's header line goes to stderr, its body to\n"
    "stdout. A URL without a scheme is taken for one of gemini.\n"
    "\n"
    "The first certificate a server shows is trusted and remembered in\n"
    "$XDG_DATA_HOME/matinee/known_hosts (else ~/.local/share/matinee/known_hosts). Another one,\n"
    "while that one is valid, is refused, and nothing is asked.\n"
    "\n"
    "  --insecure         take any certificate, remember none\n"
    "  --follow           follow redirects, at most 5\n"
    "  --timeout SECONDS  for everything together (default 60)\n"
    "  --help             print this text\n"
    "\n"
    "Exit code: 0 success (a status that starts with 2), 1 any other status, or no whole answer,\n"
    "2 called wrongly.\n";

static const struct option long_options[] = {
    { "follow", no_argument, NULL, 'f' },
    { "help", no_argument, NULL, 'h' },
    { "insecure", no_argument, NULL, 'i' },
    { "timeout", required_argument, NULL, 't' },
    { NULL, 0, NULL, 0 },
};

struct get {
    const char *known_hosts; /* NULL: --insecure */
    bool to_terminal;
    bool is_text;
    unsigned char last; /* byte that was written to the terminal */
};

/* --- whom to trust ---------------------------------------------------------------------------- */

/* Bare trust on first use does not look at names; that they differ is worth a line all the same. */
static void note_other_names(slice host, X509 *certificate)
{
    char name[256];
    if (host.len >= sizeof name) {
        return;
    }
    memcpy(name, host.ptr, host.len);
    name[host.len] = '\0';
    if (X509_check_ip_asc(certificate, name, 0) != 1 &&
        X509_check_host(certificate, host.ptr, host.len, 0, NULL) != 1) {
        struct buf names;
        buf_init(&names, (size_t)64 * 1024);
        certificate_put_names(certificate, &names);
        (void)fprintf(stderr, "matinee: note: it is a certificate for %.*s\n",
                      SLICE_ARG(buf_slice(&names)));
        buf_release(&names);
    }
}

static void put_changed(struct buf *error, slice host, int port, const char *path,
                        const struct known_host_answer *answer)
{
    buf_printf(error, "%.*s port %d shows another certificate, while the one met before is valid ",
               SLICE_ARG(host), port);
    buf_puts(error, "until ");
    date_put_moment(error, answer->remembered_until);
    buf_printf(error,
               ".\n  met before  sha256 %s\n  shown now   sha256 %s\n"
               "Somebody may be in between. If who runs the server says that it was changed, take\n"
               "its line out of %s.",
               answer->remembered, answer->shown, path);
}

static bool trust(void *context, slice host, int port, X509 *certificate, struct buf *error)
{
    const struct get *get = context;
    struct known_host_answer answer;
    if (!known_hosts_check(get->known_hosts, host, port, certificate, date_now(), &answer, error)) {
        return false;
    }
    switch (answer.verdict) {
    case KNOWN_HOST_SAME:
        return true;
    case KNOWN_HOST_CHANGED:
        put_changed(error, host, port, get->known_hosts, &answer);
        return false;
    case KNOWN_HOST_FIRST:
        (void)fprintf(stderr,
                      "matinee: %.*s port %d is met for the first time; its certificate is trusted "
                      "from now on:\n  sha256 %s\n",
                      SLICE_ARG(host), port, answer.shown);
        break;
    case KNOWN_HOST_RENEWED:
        (void)fprintf(stderr,
                      "matinee: the certificate of %.*s port %d has expired, and it shows a new "
                      "one, which is trusted from now on:\n  sha256 %s\n",
                      SLICE_ARG(host), port, answer.shown);
        break;
    }
    note_other_names(host, certificate);
    return true;
}

/* --- the answer ------------------------------------------------------------------------------- */

static bool print_header(void *context, int status, slice meta)
{
    struct get *get = context;
    get->is_text = slice_starts_with(meta, SLICE("text/"));
    (void)fprintf(stderr, "%d%s%.*s\n", status, meta.len > 0 ? " " : "", SLICE_ARG(meta));
    if (get->to_terminal && status / 10 == 2 && !get->is_text) {
        (void)fputs("matinee: this is no text for a terminal; send it to a file: matinee get … > "
                    "FILE\n",
                    stderr);
        return false;
    }
    return true;
}

/* Text for a terminal: control bytes, which could move its cursor or reprogram it, become `?`; so
 * does the second byte of those that have two in UTF-8 (U+0080 to U+009F). */
static void make_harmless(struct get *get, char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        bool control = (byte < ' ' && byte != '\n' && byte != '\t' && byte != '\r') ||
                       byte == 0x7F || (get->last == 0xC2 && byte >= 0x80 && byte < 0xA0);
        if (control) {
            bytes[i] = '?';
        }
        get->last = byte;
    }
}

static bool print_body(void *context, slice bytes)
{
    struct get *get = context;
    if (!get->to_terminal) {
        return fwrite(bytes.ptr, 1, bytes.len, stdout) == bytes.len;
    }
    char copy[4096];
    while (bytes.len > 0) {
        slice part = slice_head(bytes, sizeof copy);
        memcpy(copy, part.ptr, part.len);
        make_harmless(get, copy, part.len);
        if (fwrite(copy, 1, part.len, stdout) != part.len) {
            return false;
        }
        bytes = slice_from(bytes, part.len);
    }
    return true;
}

/* --- the command ------------------------------------------------------------------------------ */

/* $XDG_DATA_HOME counts only when it is absolute, says its specification. */
static bool put_known_hosts_path(struct buf *path)
{
    const char *data = getenv("XDG_DATA_HOME");
    const char *home = getenv("HOME");
    if (data != NULL && *data == '/') {
        buf_puts(path, data);
    } else if (home != NULL && *home == '/') {
        buf_printf(path, "%s/.local/share", home);
    } else {
        return false;
    }
    buf_puts(path, "/matinee/known_hosts");
    return buf_string(path) != NULL && !path->failed;
}

/* What a person types: the scheme may be left out, and other scripts need no encoding. */
static void put_typed_url(struct buf *url, slice typed)
{
    slice scheme = uri_scheme(typed);
    if (slice_starts_with(typed, SLICE("//"))) {
        buf_puts(url, "gemini:");
    } else if (scheme.len == 0 || !slice_starts_with(slice_from(typed, scheme.len), SLICE("://"))) {
        buf_puts(url, "gemini://"); /* `localhost:1965/` has no scheme, whatever it looks like */
    }
    uri_put_written(url, typed);
}

static bool is_gemini_url(const struct buf *text)
{
    struct url url;
    return !text->failed && url_parse(buf_slice(text), &url) && url.host.len > 0 &&
           url.userinfo.ptr == NULL && slice_equal_nocase(url.scheme, SLICE("gemini"));
}

static int get(slice typed, struct client_options *options, struct get *context)
{
    struct buf url;
    struct buf error;
    struct client_answer answer;
    buf_init(&url, (size_t)16 * 1024);
    buf_init(&error, (size_t)64 * 1024);
    put_typed_url(&url, typed);
    context->to_terminal = isatty(STDOUT_FILENO) == 1;
    options->events = (struct client_events){
        .trust = context->known_hosts != NULL ? trust : NULL,
        .header = print_header,
        .body = print_body,
        .context = context,
    };
    int result = EXIT_FAILED;
    if (!is_gemini_url(&url)) {
        result = command_usage_error(&command_get, "`%.*s` is no gemini URL", SLICE_ARG(typed));
    } else if (!client_get(buf_slice(&url), options, &answer, &error)) {
        (void)command_fail("%s", buf_string(&error));
    } else if (answer.truncated) {
        (void)command_fail("the connection broke off after %llu bytes of the body; there may have "
                           "been more",
                           answer.body);
    } else if (answer.status / 10 == 2) {
        result = EXIT_DONE;
    }
    if (fflush(stdout) != 0) {
        result = command_fail("the body cannot be written: %s", strerror(errno));
    }
    buf_release(&error);
    buf_release(&url);
    return result;
}

static int get_checked(slice typed, struct client_options *options, bool insecure)
{
    struct get context = { 0 };
    struct buf path;
    buf_init(&path, (size_t)16 * 1024);
    int result = EXIT_FAILED;
    if (!insecure && !put_known_hosts_path(&path)) {
        (void)command_fail("there is no place for known hosts: neither XDG_DATA_HOME nor HOME is "
                           "an absolute path (--insecure does without)");
    } else {
        context.known_hosts = insecure ? NULL : buf_string(&path);
        result = get(typed, options, &context);
    }
    buf_release(&path);
    return result;
}

static int run(int argc, char **argv)
{
    struct client_options options = {
        .timeout_ms = DEFAULT_TIMEOUT_S * 1000,
        .max_body = LIMIT_GET_BODY,
    };
    bool insecure = false;
    unsigned long seconds = 0;
    opterr = 0;
    (void)signal(SIGPIPE, SIG_IGN);
    for (;;) {
        switch (getopt_long(argc, argv, ":", long_options, NULL)) {
        case -1:
            if (argc - optind != 1) {
                return command_usage_error(&command_get, argc == optind ? "a URL is missing"
                                                                        : "one URL at a time");
            }
            return get_checked(slice_of(argv[optind]), &options, insecure);
        case 'h':
            return command_help(&command_get);
        case 'f':
            options.redirects = LIMIT_REDIRECTS;
            break;
        case 'i':
            insecure = true;
            break;
        case 't':
            if (!slice_to_number(slice_of(optarg), MAX_TIMEOUT_S, &seconds) || seconds == 0) {
                return command_usage_error(&command_get, "--timeout takes seconds, 1 to %d",
                                           MAX_TIMEOUT_S);
            }
            options.timeout_ms = (int)seconds * 1000;
            break;
        case ':':
            return command_usage_error(&command_get, "%s needs a value", argv[optind - 1]);
        default:
            return command_usage_error(&command_get, "unknown option %s", argv[optind - 1]);
        }
    }
}

const struct command command_get = {
    .name = "get",
    .purpose = "ask a Gemini server for one page",
    .usage = usage,
    .run = run,
};
