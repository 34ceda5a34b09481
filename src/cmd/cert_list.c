#include "cmd/cert_list.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/limits.h"
#include "cmd/command.h"
#include "gemini/certificate_facts.h"
#include "gemini/certificate_files.h"
#include "gemini/host.h"
#include "text/date.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { DAY_SECONDS = 24 * 60 * 60, WARN_DAYS = 30 };

/* --- one -------------------------------------------------------------------------------------- */

static void put_upper(struct buf *out, slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        buf_putc(out, c >= 'a' && c <= 'f' ? (char)(c - 'a' + 'A') : c);
    }
}

/* Those in another script in that, too. */
static void put_names(struct buf *out, const X509 *leaf)
{
    struct buf names;
    struct buf shown;
    const char *separator = "";
    slice name;
    buf_init(&names, LIMIT_PEM_FILE);
    buf_init(&shown, LIMIT_PEM_FILE);
    certificate_put_names(leaf, &names);
    slice rest = buf_slice(&names);
    while (slice_next_piece(&rest, ',', &name)) {
        name = slice_trim(name);
        buf_clear(&shown);
        host_put_shown(name, &shown);
        buf_printf(out, "%s%.*s", separator, SLICE_ARG(name));
        if (!slice_equal(buf_slice(&shown), name)) {
            buf_printf(out, " (%.*s)", SLICE_ARG(buf_slice(&shown)));
        }
        separator = ", ";
    }
    buf_release(&shown);
    buf_release(&names);
}

static void put_fingerprints(struct buf *out, const X509 *leaf)
{
    struct buf fingerprint;
    buf_init(&fingerprint, 1024);
    certificate_put_fingerprint(leaf, ':', &fingerprint);
    buf_puts(out, "\n  SHA-256      ");
    put_upper(out, buf_slice(&fingerprint));
    buf_puts(out, "\n               ");
    certificate_put_fingerprint(leaf, '\0', out);
    buf_puts(out, "\n  of its key   ");
    certificate_put_key_fingerprint(leaf, '\0', out);
    buf_putc(out, '\n');
    buf_release(&fingerprint);
}

static void put_warnings(struct buf *out, const X509 *leaf)
{
    int64_t now = date_now();
    int64_t begin = 0;
    int64_t end = 0;
    certificate_validity(leaf, &begin, &end);
    if (now > end) {
        buf_puts(out, "  warning: it has expired; `matinee cert renew` makes another\n");
    } else if (end - now < WARN_DAYS * DAY_SECONDS) {
        int64_t days = (end - now) / DAY_SECONDS;
        buf_printf(out, "  warning: it expires in %d day%s; `matinee cert renew` makes another\n",
                   (int)days, days == 1 ? "" : "s");
    }
    if (now < begin) {
        buf_puts(out, "  warning: it is not valid before ");
        date_put_moment(out, begin);
        buf_putc(out, '\n');
    }
    if (certificate_is_costly(leaf)) {
        buf_puts(out, "  warning: a key of this kind costs the server several times the work of "
                      "ECDSA P-256\n");
    }
}

static void put_certificate(const char *folder, slice name, const X509 *leaf, struct buf *out)
{
    buf_printf(out, "%s/", folder);
    host_put_file_name(name, out);
    buf_puts(out, ".crt\n  names        ");
    put_names(out, leaf);
    buf_puts(out, "\n  key          ");
    certificate_put_kind(leaf, out);
    buf_puts(out, "\n  valid until  ");
    date_put_moment(out, certificate_expiry(leaf));
    put_fingerprints(out, leaf);
    put_warnings(out, leaf);
}

bool cert_show(const char *folder, slice name)
{
    struct certificate certificate;
    struct buf out;
    struct buf problem;
    buf_init(&out, LIMIT_PEM_FILE);
    buf_init(&problem, LIMIT_PEM_FILE);
    bool has_key = certificate_load(folder, name, true, &certificate, NULL, &problem);
    bool ok = has_key;
    if (has_key || certificate_load(folder, name, false, &certificate, NULL, &out)) {
        put_certificate(folder, name, certificate.leaf, &out);
        if (!has_key) {
            buf_puts(&out, "  warning: ");
            buf_put(&out, buf_slice(&problem));
            buf_putc(&out, '\n');
        }
        ok = !out.failed && fwrite(out.ptr, 1, out.len, stdout) == out.len && ok;
        certificate_release(&certificate);
    } else {
        (void)command_fail("%.*s", SLICE_ARG(buf_slice(&out)));
    }
    buf_release(&problem);
    buf_release(&out);
    return ok;
}

/* --- all -------------------------------------------------------------------------------------- */

struct found {
    struct arena arena;
    slice *items; /* names without .crt */
    size_t count;
};

static bool is_wanted(const struct cert_hosts *wanted, slice name)
{
    bool is = wanted == NULL;
    for (size_t i = 0; !is && i < wanted->count; i++) {
        struct buf file;
        buf_init(&file, 4 * HOST_BYTES);
        host_put_file_name(wanted->items[i], &file);
        is = slice_equal_nocase(buf_slice(&file), name);
        buf_release(&file);
    }
    return is;
}

static bool is_covered(const char *folder, const struct found *found, slice host)
{
    bool covered = false;
    for (size_t i = 0; !covered && i < found->count; i++) {
        struct certificate certificate;
        struct buf unsaid;
        buf_init(&unsaid, 0);
        if (certificate_load(folder, found->items[i], false, &certificate, NULL, &unsaid)) {
            covered = certificate_covers(certificate.leaf, host);
            certificate_release(&certificate);
        }
        buf_release(&unsaid);
    }
    return covered;
}

static void warn_of_uncovered(const char *folder, const struct found *found,
                              const struct cert_hosts *capsule)
{
    for (size_t i = 0; i < capsule->count; i++) {
        slice host = capsule->items[i];
        if (!is_covered(folder, found, host)) {
            (void)printf("warning: no certificate is for %.*s, a Host of %.*s\n", SLICE_ARG(host),
                         SLICE_ARG(capsule->from));
        }
    }
}

static int list(const char *folder, const struct cert_hosts *wanted, const struct found *found,
                const struct cert_hosts *capsules, size_t capsule_count)
{
    bool ok = true;
    size_t shown = 0;
    for (size_t i = 0; i < found->count; i++) {
        if (is_wanted(wanted, found->items[i])) {
            ok = cert_show(folder, found->items[i]) && ok;
            shown++;
        }
    }
    if (shown == 0) {
        return command_fail("there is no certificate%s in %s; `matinee cert make` makes one",
                            wanted != NULL ? " of that name" : "", folder);
    }
    for (size_t i = 0; i < capsule_count; i++) {
        warn_of_uncovered(folder, found, &capsules[i]);
    }
    return fflush(stdout) == 0 && ok ? EXIT_DONE : EXIT_FAILED;
}

int cert_list(const char *folder, const struct cert_hosts *wanted,
              const struct cert_hosts *capsules, size_t capsule_count)
{
    struct found found = { 0 };
    int result = EXIT_FAILED;
    arena_init(&found.arena);
    if (certificate_list(&found.arena, folder, &found.items, &found.count) || errno == ENOENT) {
        result = list(folder, wanted, &found, capsules, capsule_count);
    } else {
        (void)command_fail("%s: %s", folder, strerror(errno));
    }
    arena_release(&found.arena);
    return result;
}
