#include "server/site.h"

#include "gemini/url.h"
#include "server/log.h"
#include "text/date.h"

#include <fcntl.h>
#include <unistd.h>

static void set_ports(const struct listeners *listeners, struct site *site, struct buf *authority)
{
    const unsigned long public_port = site->capsule->conf.port;
    bool has_default = false;
    site->port_count = 0;
    if (public_port != 0) {
        site->ports[site->port_count++] = (uint16_t)public_port;
        has_default = public_port == LISTEN_DEFAULT_PORT;
    }
    for (size_t i = 0; i < listeners->count; i++) {
        if (listeners->items[i].port == 0) {
            continue; /* a Unix socket: only who is before it knows what port readers use */
        }
        site->ports[site->port_count++] = listeners->items[i].port;
        has_default |= public_port == 0 && listeners->items[i].port == LISTEN_DEFAULT_PORT;
    }
    buf_clear(authority);
    url_put_host(site->hosts[0], authority);
    if (!has_default && site->port_count > 0) {
        buf_printf(authority, ":%u", site->ports[0]);
    }
    site->authority = buf_slice(authority);
}

static void open_static(const char *folder, struct site *site)
{
    struct buf path;
    buf_init(&path, 4096);
    buf_puts(&path, folder);
    buf_puts(&path, "/static");
    const char *name = path.failed ? NULL : buf_string(&path);
    int fd = name == NULL ? -1 : open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    buf_release(&path);
    if (fd >= 0 && site->static_folder >= 0) {
        (void)close(site->static_folder);
    }
    site->static_folder = fd >= 0 ? fd : site->static_folder;
}

void site_fill(struct site *site, const struct server_site *asked,
               const struct listeners *listeners, struct buf *authority)
{
    const struct capsule_conf *conf = &site->capsule->conf;
    site->asks_for_certificate = conf->paths.area_count > 0;
    site->hosts = asked->host_count > 0 ? asked->hosts : conf->hosts;
    site->host_count = asked->host_count > 0 ? asked->host_count : conf->host_count;
    set_ports(listeners, site, authority);
    open_static(asked->folder, site);
}

int64_t site_set_day(struct site *site)
{
    const struct capsule *capsule = site->capsule;
    site->today = date_of(date_now());
    site->tomorrow_at = date_begin(date_next(site->today));
    return capsule->next_change > 0 && capsule->next_change < site->tomorrow_at
               ? capsule->next_change
               : site->tomorrow_at;
}

/* --- what is said of it ----------------------------------------------------------------------- */

void site_log(const struct site *site, size_t bad_files, const char *event)
{
    const struct capsule *capsule = site->capsule;
    size_t reviews = capsule_count_reviews(capsule);
    struct buf errors;
    buf_init(&errors, 64);
    if (bad_files > 0) {
        buf_printf(&errors, "; %zu %s errors", bad_files,
                   bad_files == 1 ? "file has" : "files have");
    }
    log_message("%s %.*s: %zu review%s, %zu page%s, %zu file%s%.*s", event,
                SLICE_ARG(capsule->conf.title), reviews, reviews == 1 ? "" : "s",
                capsule->page_count, capsule->page_count == 1 ? "" : "s", capsule->static_count,
                capsule->static_count == 1 ? "" : "s", SLICE_ARG(buf_slice(&errors)));
    buf_release(&errors);
}

/* True when names or certificates are not those that were looked at before. */
static bool has_new_names(const struct site *site, const struct presentation *presentation,
                          unsigned long long *looked_at)
{
    const slice certificates = { (const char *)&presentation, sizeof presentation };
    unsigned long long hash = slice_hash(certificates, SLICE_HASH_SEED);
    for (size_t i = 0; i < site->host_count; i++) {
        hash = slice_hash(SLICE(" "), slice_hash(site->hosts[i], hash));
    }
    bool is_new = hash != *looked_at;
    *looked_at = hash;
    return is_new;
}

/* A name that was added after the certificate was made: clients that look at names refuse it. */
static void warn_of_uncovered_hosts(const struct site *site, size_t index,
                                    const struct presentation *presentation)
{
    for (size_t i = 0; i < site->host_count; i++) {
        if (!presentation_covers(presentation, index, site->hosts[i])) {
            log_problem("the certificate is not for %.*s", SLICE_ARG(site->hosts[i]));
        }
    }
}

/* A name that two capsules have: the first one gets its requests. */
static void warn_of_shared_hosts(const struct sites *sites, const struct site *site)
{
    for (const struct site *other = sites->items; other < site; other++) {
        for (size_t i = 0; other->capsule != NULL && i < site->host_count; i++) {
            for (size_t k = 0; k < other->host_count; k++) {
                if (slice_equal(site->hosts[i], other->hosts[k])) {
                    log_problem("%.*s is a name of %.*s already, which gets its requests",
                                SLICE_ARG(site->hosts[i]), SLICE_ARG(other->capsule->conf.title));
                }
            }
        }
    }
}

void site_warn_of_names(const struct sites *sites, size_t index,
                        const struct presentation *presentation, unsigned long long *looked_at)
{
    const struct site *site = &sites->items[index];
    if (site->capsule != NULL && has_new_names(site, presentation, looked_at)) {
        warn_of_uncovered_hosts(site, index, presentation);
        warn_of_shared_hosts(sites, site);
    }
}
