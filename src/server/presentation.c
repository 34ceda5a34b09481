#include "server/presentation.h"

#include "gemini/certificate_facts.h"
#include "gemini/host.h"
#include "server/log.h"
#include "server/tls.h"

#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>

/* A certificate as it is presented. */
struct shown {
    SSL_CTX *context;
    X509 *leaf; /* the context's */
    char *name; /* of its file */
    bool has_tickets;
    unsigned char digest[CERTIFICATE_DIGEST];
};

/* Those of a site: for each of its hosts the index of a certificate in `shown`. */
struct choice {
    size_t *by_host;
    size_t always;
};

struct presentation {
    struct shown *shown;
    size_t count;
    struct tickets tickets;
    const struct sites *sites;
    struct choice *choices; /* one a site */
    size_t choice_count;
};

/* --- making ----------------------------------------------------------------------------------- */

static int on_client_hello(SSL *ssl, int *alert, void *arg);
static int on_client_certificate(X509_STORE_CTX *store, void *arg);

static bool show(struct presentation *presentation, const struct key_pair *pair,
                 const struct keyring *ring, enum ticket_mode mode)
{
    struct buf error;
    struct shown *shown = &presentation->shown[presentation->count];
    buf_init(&error, 512);
    *shown = (struct shown){ .context = tls_context_new(&pair->certificate, &error),
                             .name = strdup(pair->name) };
    if (shown->context == NULL || shown->name == NULL ||
        !certificate_digest(pair->certificate.leaf, shown->digest)) {
        log_problem("the certificate %s cannot be used: %.*s", pair->name,
                    SLICE_ARG(buf_slice(&error)));
        SSL_CTX_free(shown->context);
        free(shown->name);
        buf_release(&error);
        return false;
    }
    buf_release(&error);
    shown->leaf = SSL_CTX_get0_certificate(shown->context);
    shown->has_tickets =
        ring->has_secret &&
        (mode == TICKETS_YES || (mode == TICKETS_AUTO && certificate_is_costly(shown->leaf)));
    SSL_CTX_set_client_hello_cb(shown->context, on_client_hello, presentation);
    SSL_CTX_set_cert_verify_callback(shown->context, on_client_certificate, NULL);
    tickets_install(shown->context, &presentation->tickets);
    presentation->count++;
    return true;
}

struct presentation *presentation_new(const struct keyring *ring, enum ticket_mode mode)
{
    struct presentation *presentation = calloc(1, sizeof *presentation);
    struct shown *shown = calloc(ring->count + 1, sizeof *shown);
    if (presentation == NULL || shown == NULL) {
        free(presentation);
        free(shown);
        return NULL;
    }
    presentation->shown = shown;
    memcpy(presentation->tickets.secret, ring->secret, sizeof ring->secret);
    while (presentation->count < ring->count) {
        if (!show(presentation, &ring->pairs[presentation->count], ring, mode)) {
            presentation_free(presentation);
            return NULL;
        }
    }
    return presentation;
}

static void free_choices(struct choice *choices, size_t count)
{
    for (size_t i = 0; choices != NULL && i < count; i++) {
        free(choices[i].by_host);
    }
    free(choices);
}

void presentation_free(struct presentation *presentation)
{
    if (presentation == NULL) {
        return;
    }
    for (size_t i = 0; i < presentation->count; i++) {
        SSL_CTX_free(presentation->shown[i].context);
        free(presentation->shown[i].name);
    }
    free(presentation->shown);
    free_choices(presentation->choices, presentation->choice_count);
    OPENSSL_cleanse(&presentation->tickets, sizeof presentation->tickets);
    free(presentation);
}

/* --- whose is it ------------------------------------------------------------------------------ */

/* The certificate whose file is named after `host`, or the count. */
static size_t find_named(const struct presentation *presentation, slice host)
{
    struct buf file;
    size_t i = 0;
    buf_init(&file, 4 * HOST_BYTES);
    host_put_file_name(host, &file);
    while (i < presentation->count &&
           !slice_equal(slice_of(presentation->shown[i].name), buf_slice(&file))) {
        i++;
    }
    buf_release(&file);
    return i;
}

static bool covers(const struct presentation *presentation, size_t index, slice host)
{
    return certificate_covers(presentation->shown[index].leaf, host);
}

/* A host has its own, else the first one of its capsule, unless that is not for it and another one
 * is. */
static void choose_by_host(const struct presentation *presentation, const struct site *site,
                           const size_t *named, struct choice *out)
{
    size_t none = presentation->count;
    size_t first = out->always;
    for (size_t i = site->host_count; i-- > 0;) {
        first = named[i] != none ? named[i] : first;
    }
    for (size_t i = 0; i < site->host_count; i++) {
        slice host = site->hosts[i];
        size_t chosen = named[i] != none ? named[i] : first;
        if (named[i] == none && !covers(presentation, first, host)) {
            for (size_t k = 0; k < site->host_count; k++) {
                if (named[k] != none && covers(presentation, named[k], host)) {
                    chosen = named[k];
                    break;
                }
            }
        }
        out->by_host[i] = chosen;
    }
}

static bool choose(const struct presentation *presentation, const struct site *site, slice always,
                   struct choice *out)
{
    size_t room = site->host_count > 0 ? site->host_count : 1;
    out->always = find_named(presentation, always);
    if (out->always == presentation->count) {
        out->always = 0;
    }
    out->by_host = calloc(room, sizeof *out->by_host);
    size_t *named = calloc(room, sizeof *named);
    bool ok = out->by_host != NULL && named != NULL;
    for (size_t i = 0; ok && i < site->host_count; i++) {
        named[i] = find_named(presentation, site->hosts[i]);
    }
    if (ok) {
        choose_by_host(presentation, site, named, out);
    }
    free(named);
    return ok;
}

bool presentation_set_sites(struct presentation *presentation, const struct sites *sites,
                            const struct server_site *asked)
{
    struct choice *choices = calloc(sites->count, sizeof *choices);
    bool ok = choices != NULL;
    for (size_t i = 0; ok && i < sites->count; i++) {
        ok = choose(presentation, &sites->items[i], asked[i].certificate_name, &choices[i]);
    }
    if (!ok) {
        free_choices(choices, sites->count);
        return false;
    }
    free_choices(presentation->choices, presentation->choice_count);
    presentation->choices = choices;
    presentation->choice_count = sites->count;
    presentation->sites = sites;
    return true;
}

/* The first host of the site that is `host`, or a pattern for it; the count when there is none. */
static size_t find_host(const struct site *site, slice host, bool as_pattern)
{
    size_t i = 0;
    while (i < site->host_count &&
           !(as_pattern ? host_matches(site->hosts[i], host) : slice_equal(site->hosts[i], host))) {
        i++;
    }
    return i;
}

bool presentation_covers(const struct presentation *presentation, size_t site, slice host)
{
    const struct choice *choice = &presentation->choices[site];
    size_t i = find_host(&presentation->sites->items[site], host, false);
    size_t chosen =
        i < presentation->sites->items[site].host_count ? choice->by_host[i] : choice->always;
    return certificate_covers(presentation->shown[chosen].leaf, host);
}

/* For who does not say which one is wanted: that of the first capsule there is. */
static const struct shown *shown_by_default(const struct presentation *presentation)
{
    const struct sites *sites = presentation->sites;
    size_t i = 0;
    while (i + 1 < sites->count && sites->items[i].capsule == NULL) {
        i++;
    }
    const struct choice *choice = &presentation->choices[i];
    bool has_hosts = sites->items[i].host_count > 0;
    return &presentation->shown[has_hosts ? choice->by_host[0] : choice->always];
}

SSL_CTX *presentation_context(const struct presentation *presentation)
{
    return shown_by_default(presentation)->context;
}

/* --- a client's hello ------------------------------------------------------------------------- */

/* The host name in a server_name extension: a list with its length, of which the first entry is a
 * host name (type 0) with its length. */
static slice server_name(SSL *ssl)
{
    const unsigned char *bytes = NULL;
    size_t size = 0;
    if (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_server_name, &bytes, &size) != 1 || size < 5 ||
        bytes[2] != TLSEXT_NAMETYPE_host_name) {
        return SLICE_EMPTY;
    }
    size_t length = (size_t)bytes[3] << 8 | bytes[4];
    return length <= size - 5 ? (slice){ (const char *)bytes + 5, length } : SLICE_EMPTY;
}

/* The site and its certificate for a host; false when nobody has it. As in route(): who has the
 * name itself comes before who has a pattern for it. */
static bool find(const struct presentation *presentation, slice host, const struct site **site,
                 const struct shown **shown)
{
    for (int as_pattern = 0; as_pattern <= 1; as_pattern++) {
        for (size_t i = 0; i < presentation->sites->count; i++) {
            *site = &presentation->sites->items[i];
            size_t at = (*site)->capsule != NULL ? find_host(*site, host, as_pattern != 0)
                                                 : (*site)->host_count;
            if (at < (*site)->host_count) {
                *shown = &presentation->shown[presentation->choices[i].by_host[at]];
                return true;
            }
        }
    }
    return false;
}

static bool any_asks(const struct sites *sites)
{
    bool any = false;
    for (size_t i = 0; i < sites->count; i++) {
        any |= sites->items[i].capsule != NULL && sites->items[i].asks_for_certificate;
    }
    return any;
}

/* Readers have certificates of every kind. In TLS 1.2 a client may sign with the curves alone that
 * it was offered for the key exchange (RFC 8422, section 5.1.1). */
static bool ask_for_certificate(SSL *ssl)
{
    SSL_set_verify(ssl, SSL_VERIFY_PEER, NULL);
    return SSL_set1_groups_list(ssl, TLS_GROUPS ":P-384:P-521") == 1;
}

/* What a session is good for: a ticket that was given for one certificate is not taken where
 * another one is shown, nor one that was given without asking where we ask. */
static bool set_context_id(SSL *ssl, const struct shown *shown, bool asks)
{
    unsigned char id[CERTIFICATE_DIGEST];
    memcpy(id, shown->digest, sizeof id);
    id[0] ^= asks;
    return SSL_set_session_id_context(ssl, id, sizeof id) == 1;
}

static int on_client_hello(SSL *ssl, int *alert, void *arg)
{
    const struct presentation *presentation = arg;
    char lower[HOST_BYTES];
    slice host = server_name(ssl);
    const struct site *site = NULL;
    const struct shown *shown = NULL;
    if (slice_ends_with(host, SLICE("."))) {
        host = slice_head(host, host.len - 1);
    }
    host = slice_head(host, sizeof lower);
    for (size_t i = 0; i < host.len; i++) {
        lower[i] = ascii_lower(host.ptr[i]);
    }
    host.ptr = lower;
    bool found = host.len > 0 && !host_is_pattern(host) && find(presentation, host, &site, &shown);
    if (!found) {
        shown = shown_by_default(presentation);
    }
    /* Who does not say which one may want any of them. */
    bool asks = found ? site->asks_for_certificate : any_asks(presentation->sites);
    if ((SSL_get_SSL_CTX(ssl) != shown->context && SSL_set_SSL_CTX(ssl, shown->context) == NULL) ||
        !set_context_id(ssl, shown, asks) || (asks && !ask_for_certificate(ssl))) {
        *alert = SSL_AD_INTERNAL_ERROR;
        return SSL_CLIENT_HELLO_ERROR;
    }
    if (shown->has_tickets) {
        tickets_use(ssl);
    }
    return SSL_CLIENT_HELLO_SUCCESS;
}

/* Every certificate will do: that the client has its key is checked elsewhere, and who may read
 * what is for the capsule to say. No chain is built, however long it is. */
static int on_client_certificate(X509_STORE_CTX *store, UNUSED void *arg)
{
    SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    tickets_take_certificate(ssl);
    X509_STORE_CTX_set_error(store, X509_V_OK);
    return 1;
}
