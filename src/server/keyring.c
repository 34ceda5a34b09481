#include "server/keyring.h"

#include "base/limits.h"
#include "gemini/certificate_facts.h"
#include "gemini/certificate_files.h"
#include "gemini/host.h"
#include "server/channel.h"
#include "server/log.h"
#include "server/tls.h"

#include <errno.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* --- as it is sent ---------------------------------------------------------------------------- */

/* On the wire, between two processes of one program: the bytes that follow, the secret, then for
 * each pair this and, without NULs, its name and PEM of leaf, chain and key. */
struct preface {
    uint32_t size;
    uint32_t count;
    uint32_t has_secret;
};
struct pair_preface {
    uint32_t name;
    uint32_t pem;
};

static bool put_pair(BIO *out, slice name, const struct certificate *certificate)
{
    BIO *pem = BIO_new(BIO_s_secmem());
    bool ok = pem != NULL && certificate_put_pem(certificate, pem) &&
              certificate_put_key_pem(certificate, pem);
    if (ok) {
        slice bytes = certificate_bio_bytes(pem);
        const struct pair_preface preface = { (uint32_t)name.len, (uint32_t)bytes.len };
        ok = BIO_write(out, &preface, sizeof preface) == (int)sizeof preface &&
             BIO_write(out, name.ptr, (int)name.len) == (int)name.len &&
             BIO_write(out, bytes.ptr, (int)bytes.len) == (int)bytes.len;
    }
    BIO_free(pem);
    return ok;
}

/* The bytes of that; 0 when memory runs out. */
static size_t pair_size(slice name, const struct certificate *certificate)
{
    BIO *out = BIO_new(BIO_s_secmem());
    size_t size =
        out != NULL && put_pair(out, name, certificate) ? certificate_bio_bytes(out).len : 0;
    BIO_free(out);
    return size;
}

/* --- a ring ----------------------------------------------------------------------------------- */

void keyring_release(struct keyring *ring)
{
    for (size_t i = 0; i < ring->count; i++) {
        free(ring->pairs[i].name);
        certificate_release(&ring->pairs[i].certificate);
    }
    free(ring->pairs);
    OPENSSL_cleanse(ring->secret, sizeof ring->secret);
    *ring = (struct keyring){ 0 };
}

bool keyring_equal(const struct keyring *a, const struct keyring *b)
{
    if (a->count != b->count || a->has_secret != b->has_secret ||
        CRYPTO_memcmp(a->secret, b->secret, sizeof a->secret) != 0) {
        return false;
    }
    for (size_t i = 0; i < a->count; i++) {
        if (strcmp(a->pairs[i].name, b->pairs[i].name) != 0 ||
            !certificate_equal(&a->pairs[i].certificate, &b->pairs[i].certificate)) {
            return false;
        }
    }
    return true;
}

const struct key_pair *keyring_find(const struct keyring *ring, slice name)
{
    for (size_t i = 0; i < ring->count; i++) {
        if (slice_equal(slice_of(ring->pairs[i].name), name)) {
            return &ring->pairs[i];
        }
    }
    return NULL;
}

/* Takes the certificate over, also when it returns false for want of memory. */
static bool add(struct keyring *ring, slice name, struct certificate *certificate)
{
    struct key_pair *pairs = ring->count < LIMIT_CERTIFICATES
                                 ? realloc(ring->pairs, (ring->count + 1) * sizeof *ring->pairs)
                                 : NULL;
    char *copy = pairs != NULL ? malloc(name.len + 1) : NULL;
    if (pairs != NULL) {
        ring->pairs = pairs;
    }
    if (copy == NULL) {
        certificate_release(certificate);
        return false;
    }
    memcpy(copy, name.ptr, name.len);
    copy[name.len] = '\0';
    ring->pairs[ring->count++] = (struct key_pair){ copy, *certificate };
    return true;
}

/* --- from files ------------------------------------------------------------------------------- */

struct reading {
    const struct server_options *options;
    const struct keyring *old; /* NULL: at the start */
    struct keyring *out;
    size_t size; /* of `out` when it is sent */
    struct buf error;
};

static bool load(struct reading *reading, slice name, struct certificate *out)
{
    buf_clear(&reading->error);
    if (!certificate_load(reading->options->certs_folder, name, true, out, NULL, &reading->error)) {
        return false;
    }
    SSL_CTX *check = tls_context_new(out, &reading->error);
    if (check == NULL) {
        certificate_release(out);
    }
    SSL_CTX_free(check);
    return check != NULL;
}

/* One of the names that a capsule had at the start, so that its pair is meant for it. */
static bool is_of_capsule(const struct server_options *options, slice name)
{
    struct buf file;
    bool is = false;
    buf_init(&file, 4 * HOST_BYTES);
    for (size_t i = 0; i < options->site_count; i++) {
        const struct server_site *site = &options->sites[i];
        for (size_t k = 0; !is && k < site->shown_host_count; k++) {
            buf_clear(&file);
            host_put_file_name(site->shown_hosts[k], &file);
            is = slice_equal(buf_slice(&file), name);
        }
    }
    buf_release(&file);
    return is;
}

/* All of them have to fit into one message. */
static bool take_room(struct reading *reading, slice name, const struct certificate *certificate)
{
    size_t size = pair_size(name, certificate);
    if (size > LIMIT_KEYRING - reading->size) {
        buf_printf(&reading->error,
                   "%s/%.*s.crt: all certificates together have more than %u bytes",
                   reading->options->certs_folder, SLICE_ARG(name), LIMIT_KEYRING);
        return false;
    }
    reading->size += size;
    return true;
}

static bool keep(struct reading *reading, const struct key_pair *pair)
{
    struct certificate copy;
    log_problem("keeping the certificate in use: %.*s", SLICE_ARG(buf_slice(&reading->error)));
    return certificate_copy(&pair->certificate, &copy) &&
           add(reading->out, slice_of(pair->name), &copy);
}

/* Read one pair. False when the server cannot do without it, or memory runs out. */
static bool read_pair(struct reading *reading, slice name, bool needed)
{
    struct certificate certificate;
    if (load(reading, name, &certificate)) {
        if (take_room(reading, name, &certificate)) {
            return add(reading->out, name, &certificate);
        }
        certificate_release(&certificate);
    }
    const struct key_pair *before = reading->old != NULL ? keyring_find(reading->old, name) : NULL;
    if (before != NULL && take_room(reading, name, &before->certificate)) {
        return keep(reading, before);
    }
    if (reading->old == NULL && (needed || is_of_capsule(reading->options, name))) {
        log_problem("the certificate cannot be used: %.*s", SLICE_ARG(buf_slice(&reading->error)));
        return false;
    }
    log_problem("a certificate is passed over: %.*s", SLICE_ARG(buf_slice(&reading->error)));
    return true;
}

/* What each capsule needs in any case. */
static bool read_needed(struct reading *reading)
{
    const struct server_options *options = reading->options;
    bool ok = true;
    for (size_t i = 0; ok && i < options->site_count; i++) {
        struct buf file;
        buf_init(&file, 4 * HOST_BYTES);
        host_put_file_name(options->sites[i].certificate_name, &file);
        ok = file.len == 0 || keyring_find(reading->out, buf_slice(&file)) != NULL ||
             read_pair(reading, buf_slice(&file), true);
        buf_release(&file);
    }
    return ok;
}

/* Whatever else is there. One without a key is somebody else's. */
static bool read_others(struct reading *reading, const slice *names, size_t count)
{
    const struct server_options *options = reading->options;
    bool ok = true;
    for (size_t i = 0; ok && i < count; i++) {
        if (keyring_find(reading->out, names[i]) != NULL ||
            !(certificate_has_key(options->certs_folder, names[i]) ||
              is_of_capsule(options, names[i]))) {
            continue;
        }
        if (reading->out->count == LIMIT_CERTIFICATES) {
            log_problem("%s: more than %d certificates; the others are passed over",
                        options->certs_folder, LIMIT_CERTIFICATES);
            break;
        }
        ok = read_pair(reading, names[i], false);
    }
    return ok;
}

static bool read_pairs(struct reading *reading)
{
    struct arena arena;
    slice *names = NULL;
    size_t count = 0;
    arena_init(&arena);
    bool ok = certificate_list(&arena, reading->options->certs_folder, &names, &count);
    if (!ok) {
        log_problem("%s: %s: %s",
                    reading->old == NULL ? "there are no certificates"
                                         : "keeping the certificate in use",
                    reading->options->certs_folder, strerror(errno));
    }
    ok = ok && read_needed(reading) && read_others(reading, names, count);
    arena_release(&arena);
    return ok;
}

static bool wants_tickets(const struct reading *reading)
{
    enum ticket_mode mode = reading->options->settings->tickets;
    bool wants = mode == TICKETS_YES;
    for (size_t i = 0; mode == TICKETS_AUTO && i < reading->out->count; i++) {
        wants = wants || certificate_is_costly(reading->out->pairs[i].certificate.leaf);
    }
    return wants;
}

/* False when the server cannot start. */
static bool read_secret(struct reading *reading)
{
    struct keyring *out = reading->out;
    const struct keyring *old = reading->old;
    bool cannot_be_made = false;
    buf_clear(&reading->error);
    if (!wants_tickets(reading)) {
        return true;
    }
    out->has_secret = true;
    if (ticket_secret_read(reading->options->certs_folder, out->secret, &cannot_be_made,
                           &reading->error)) {
        return true;
    }
    if (old != NULL && old->has_secret) {
        if (!cannot_be_made) {
            log_problem("keeping the secret of session tickets: %.*s",
                        SLICE_ARG(buf_slice(&reading->error)));
        }
        memcpy(out->secret, old->secret, sizeof out->secret);
        return true;
    }
    if (cannot_be_made && RAND_bytes(out->secret, sizeof out->secret) == 1) {
        log_problem("session tickets end with this server: %.*s",
                    SLICE_ARG(buf_slice(&reading->error)));
        return true;
    }
    log_problem("the secret of session tickets cannot be used: %.*s",
                SLICE_ARG(buf_slice(&reading->error)));
    out->has_secret = false;
    return old != NULL;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct key_pair *)a)->name, ((const struct key_pair *)b)->name);
}

bool keyring_load(const struct server_options *options, const struct keyring *old,
                  struct keyring *out)
{
    struct reading reading = { .options = options, .old = old, .out = out, .size = TICKET_SECRET };
    *out = (struct keyring){ 0 };
    buf_init(&reading.error, 4096);
    bool ok = read_pairs(&reading) && read_secret(&reading);
    buf_release(&reading.error);
    if (ok && out->count > 1) {
        qsort(out->pairs, out->count, sizeof *out->pairs, by_name);
    }
    if (!ok) {
        keyring_release(out);
    }
    return ok;
}

/* --- from process to process ------------------------------------------------------------------ */

static bool send_all(int socket, const void *bytes, size_t size)
{
    const char *from = bytes;
    while (size > 0) {
        ssize_t n = send(socket, from, size, MSG_NOSIGNAL);
        if (n < 0 && errno != EINTR) {
            return false;
        }
        from += n < 0 ? 0 : n;
        size -= n < 0 ? 0 : (size_t)n;
    }
    return true;
}

static bool receive_all(int socket, void *bytes, size_t size)
{
    char *into = bytes;
    while (size > 0) {
        ssize_t n = recv(socket, into, size, 0);
        if (n == 0 || (n < 0 && errno != EINTR)) {
            return false;
        }
        into += n < 0 ? 0 : n;
        size -= n < 0 ? 0 : (size_t)n;
    }
    return true;
}

bool keyring_send(int socket, const struct keyring *ring)
{
    BIO *out = BIO_new(BIO_s_secmem());
    bool ok = out != NULL &&
              BIO_write(out, ring->secret, sizeof ring->secret) == (int)sizeof ring->secret;
    for (size_t i = 0; ok && i < ring->count; i++) {
        ok = put_pair(out, slice_of(ring->pairs[i].name), &ring->pairs[i].certificate);
    }
    if (ok) {
        slice bytes = certificate_bio_bytes(out);
        const struct preface preface = { (uint32_t)bytes.len, (uint32_t)ring->count,
                                         ring->has_secret };
        ok = bytes.len <= LIMIT_KEYRING && channel_send(socket, CHANNEL_CREDENTIALS, NULL, 0) &&
             send_all(socket, &preface, sizeof preface) && send_all(socket, bytes.ptr, bytes.len);
    }
    int saved = errno;
    BIO_free(out);
    errno = saved;
    return ok;
}

static bool take(slice *rest, void *out, size_t size)
{
    if (rest->len < size) {
        return false;
    }
    memcpy(out, rest->ptr, size);
    *rest = slice_from(*rest, size);
    return true;
}

static bool take_pair(slice *rest, struct keyring *out)
{
    struct pair_preface preface;
    struct certificate certificate;
    struct buf unsaid;
    if (!take(rest, &preface, sizeof preface) || preface.name > rest->len ||
        preface.pem > rest->len - preface.name) {
        return false;
    }
    slice name = slice_head(*rest, preface.name);
    slice pem = slice_head(slice_from(*rest, preface.name), preface.pem);
    *rest = slice_from(*rest, (size_t)preface.name + preface.pem);
    buf_init(&unsaid, 0);
    bool ok = certificate_read(pem, &certificate, &unsaid, "");
    if (ok && !certificate_read_key(pem, &certificate, &unsaid, "")) {
        certificate_release(&certificate);
        ok = false;
    }
    buf_release(&unsaid);
    return ok && add(out, name, &certificate);
}

static bool take_ring(slice rest, const struct preface *preface, struct keyring *out)
{
    out->has_secret = preface->has_secret != 0;
    if (!take(&rest, out->secret, sizeof out->secret)) {
        return false;
    }
    for (uint32_t i = 0; i < preface->count; i++) {
        if (!take_pair(&rest, out)) {
            return false;
        }
    }
    return rest.len == 0;
}

bool keyring_receive(int socket, struct keyring *out)
{
    struct preface preface;
    *out = (struct keyring){ 0 };
    if (!receive_all(socket, &preface, sizeof preface) || preface.size > LIMIT_KEYRING) {
        return false;
    }
    char *bytes = malloc(preface.size + 1);
    bool ok = bytes != NULL && receive_all(socket, bytes, preface.size) &&
              take_ring((slice){ bytes, preface.size }, &preface, out);
    if (bytes != NULL) {
        OPENSSL_cleanse(bytes, preface.size);
    }
    free(bytes);
    if (!ok) {
        keyring_release(out);
    }
    return ok;
}
