#include "server/route.h"

#include "gemini/certificate.h"
#include "gemini/host.h"
#include "gemini/request.h"
#include "pages/sitemap.h"
#include "server/admission.h"
#include "server/books.h"
#include "server/listen.h"
#include "server/log.h"
#include "server/search.h"
#include "server/served_file.h"

#include <errno.h>
#include <openssl/rand.h>
#include <string.h>

void reply_init(struct reply *reply)
{
    *reply = (struct reply){ .status = STATUS_TEMPORARY_FAILURE, .file = -1 };
    buf_init(&reply->meta, LIMIT_META);
    buf_init(&reply->body, LIMIT_PAGE);
}

void reply_release(struct reply *reply)
{
    buf_release(&reply->meta);
    buf_release(&reply->body);
}

void reply_set(struct reply *reply, enum status status, const char *meta)
{
    reply->status = status;
    reply->file = -1;
    reply->file_size = 0;
    buf_clear(&reply->meta);
    buf_puts(&reply->meta, meta);
    buf_clear(&reply->body);
}

/* --- is it for us? ---------------------------------------------------------------------------- */

static bool has_host(const struct site *site, slice host, bool as_pattern)
{
    for (size_t i = 0; i < site->host_count; i++) {
        if (as_pattern ? host_matches(site->hosts[i], host) : slice_equal(site->hosts[i], host)) {
            return true;
        }
    }
    return false;
}

/* A capsule that has the name itself comes before one with a pattern for it. A pattern is no name
 * that anybody could ask for. */
static const struct site *find_site(const struct sites *sites, slice host)
{
    if (host_is_pattern(host)) {
        return NULL;
    }
    for (int as_pattern = 0; as_pattern <= 1; as_pattern++) {
        for (size_t i = 0; i < sites->count; i++) {
            const struct site *site = &sites->items[i];
            if (site->capsule != NULL && has_host(site, host, as_pattern != 0)) {
                return site;
            }
        }
    }
    return NULL;
}

static bool has_port(const struct site *site, int port)
{
    if (port < 0 || port == LISTEN_DEFAULT_PORT) {
        return true;
    }
    for (size_t i = 0; i < site->port_count; i++) {
        if (site->ports[i] == port) {
            return true;
        }
    }
    return false;
}

/* A client that asked TLS for one name and the URL for another was shown a certificate that has to
 * be good for both. */
static bool is_presented(const struct arrival *arrival, slice host)
{
    slice server_name = arrival->server_name;
    if (slice_ends_with(server_name, SLICE("."))) {
        server_name = slice_head(server_name, server_name.len - 1);
    }
    return server_name.len == 0 || slice_equal_nocase(server_name, host) ||
           arrival->certificate == NULL || certificate_covers(arrival->certificate, host);
}

/* --- answers ---------------------------------------------------------------------------------- */

static void reply_not_found(struct reply *reply)
{
    reply_set(reply, STATUS_NOT_FOUND, "Not found");
}

/* META is the target of a redirect, which takes the query along or not. */
static void end_target(const struct request *request, bool takes_query, struct reply *reply)
{
    if (takes_query && request->has_query) {
        buf_putc(&reply->meta, '?');
        buf_put(&reply->meta, request->query);
    }
    if (reply->meta.failed) {
        reply_set(reply, STATUS_BAD_REQUEST, "The URL is too long to be redirected");
    }
}

/* The client resolves the target, so it stays on the host and port that it knows. */
static void reply_to_folder(const struct page_context *context, const struct page *page,
                            const struct request *request, struct reply *reply)
{
    reply_set(reply, STATUS_REDIRECT_PERMANENT, "");
    page_put_url(context, page, &reply->meta);
    end_target(request, true, reply);
}

static void reply_with_file(const struct site *site, const struct page *page, struct reply *reply)
{
    const struct static_file *file = page->file;
    uint64_t size = 0;
    int fd = served_file_open(site->static_folder, file->path, &size);
    if (fd < 0 && errno == ENOENT) {
        reply_not_found(reply);
        return;
    }
    if (fd < 0) {
        log_problem("static/%.*s: %s", SLICE_ARG(file->path), strerror(errno));
        reply_set(reply, STATUS_TEMPORARY_FAILURE, "The file cannot be read");
        return;
    }
    reply_set(reply, STATUS_SUCCESS, "");
    bool is_gemtext = slice_equal(file->media_type, SLICE("text/gemini"));
    response_put_type(&reply->meta, file->media_type,
                      is_gemtext ? page_lang(site->capsule, page) : SLICE_EMPTY);
    reply->file = fd;
    reply->file_size = size;
}

static void reply_with_page(const struct page_context *context, const struct page *page,
                            const struct request *request, struct reply *reply)
{
    struct page_answer answer = { 0 };
    reply_set(reply, STATUS_SUCCESS, "");
    page_render(context, page, &reply->body, &answer);
    if (reply->body.failed) {
        log_problem("a page has become too large, or memory has run out");
        reply_set(reply, STATUS_TEMPORARY_FAILURE, "The page cannot be made");
        return;
    }
    if (answer.status == STATUS_SUCCESS) {
        response_put_type(&reply->meta, answer.media_type, answer.lang);
    } else {
        /* The bytes are where it leads, or what is asked for. */
        reply->status = (enum status)answer.status;
        buf_put(&reply->meta, buf_slice(&reply->body));
        buf_clear(&reply->body);
    }
    if (answer.status == STATUS_REDIRECT || answer.status == STATUS_REDIRECT_PERMANENT) {
        end_target(request, answer.takes_query, reply);
    }
    if (reply->meta.failed) {
        log_problem("the header of a page is longer than %d bytes", LIMIT_META);
        reply_set(reply, STATUS_TEMPORARY_FAILURE, "The page cannot be made");
    }
}

static struct date today(const struct site *site, int64_t now)
{
    return now < site->tomorrow_at ? site->today : date_next(site->today);
}

/* --- the journey of a request ----------------------------------------------------------------- */

/* The part of `path` below the base, with its first slash; false when it is not below it. */
static bool path_below_base(const struct site *site, slice path, slice *below)
{
    *below = slice_from(path, site->base.len);
    return slice_starts_with(path, site->base) && (below->len == 0 || below->ptr[0] == '/');
}

void route(const struct sites *sites, const struct arrival *arrival, struct reply *reply)
{
    struct request request;
    int status = request_parse(arrival->line, &request);
    if (status != STATUS_SUCCESS) {
        reply_set(reply, (enum status)status, "This is not a URL that this server understands");
        return;
    }
    const struct site *site = find_site(sites, request.host);
    reply->host = site != NULL ? site->hosts[0] : SLICE_EMPTY;
    if (!slice_equal(request.scheme, SLICE("gemini")) || site == NULL ||
        !has_port(site, request.port) || !is_presented(arrival, request.host)) {
        reply_set(reply, STATUS_PROXY_REFUSED, "Nothing but this server's own pages is served");
        return;
    }

    slice path;
    if (request.has_encoded_slash || !request.path_is_utf8 ||
        !path_below_base(site, request.path, &path)) {
        reply_not_found(reply);
        return;
    }

    /* Before anything is looked up: what there is in a closed area is nobody's business. */
    const struct path_area *area = path_find_area(&site->capsule->conf.paths, path);
    if (!admit(area, &arrival->client, arrival->now, reply)) {
        return;
    }

    struct page_context context = {
        .capsule = site->capsule,
        .memo = site->memo,
        .shelf = site->books,
        .host = site->authority,
        .base = site->base,
        .today = today(site, arrival->now),
        .now = arrival->now,
    };
    struct page page = { .kind = PAGE_HOME };
    /* The base itself, without its slash, is a folder like any other. */
    enum sitemap_found found =
        path.len == 0 ? SITEMAP_NEEDS_SLASH : sitemap_find(site->capsule, path, &page);
    if (found == SITEMAP_NOT_FOUND) {
        reply_not_found(reply);
        return;
    }
    /* Some pages have more addresses than one: the old ones of a review, say. */
    const struct path_area *own_area = page_area(site->capsule, &page);
    if (own_area != area && !admit(own_area, &arrival->client, arrival->now, reply)) {
        return;
    }
    if (found == SITEMAP_NEEDS_SLASH) {
        reply_to_folder(&context, &page, &request, reply);
        return;
    }
    if (page_is_book(&page)) {
        books_reply(site, &page, reply);
        return;
    }
    if (page.kind == PAGE_STATIC) {
        reply_with_file(site, &page, reply);
        return;
    }
    if (page.kind == PAGE_SEARCH || page.kind == PAGE_SEARCH_MORE) {
        context.results = search_find(site, &page, &request, arrival, reply);
        if (context.results == NULL) {
            return;
        }
    } else if (page_is_dynamic(&page)) {
        (void)RAND_bytes((unsigned char *)&context.random, sizeof context.random);
    }
    reply_with_page(&context, &page, &request, reply);
}
