#include "server/server.h"

#include "gemini/certificate_files.h"
#include "server/listen.h"
#include "server/log.h"
#include "server/master.h"
#include "server/process.h"
#include "server/tls.h"

/* Read certificate and key, and see that OpenSSL takes them, while somebody can read the reason. */
static bool load_certificate(const char *folder, slice name, struct certificate *out)
{
    struct buf error;
    buf_init(&error, 1024);
    bool ok = certificate_load(folder, name, true, out, NULL, &error);
    if (ok) {
        SSL_CTX *check = tls_context_new(out, &error);
        ok = check != NULL;
        SSL_CTX_free(check);
        if (!ok) {
            certificate_release(out);
        }
    }
    if (!ok) {
        log_message("the certificate cannot be used: %.*s", SLICE_ARG(buf_slice(&error)));
    }
    buf_release(&error);
    return ok;
}

static void release_certificates(struct certificate *certificates, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        certificate_release(&certificates[i]);
    }
}

int server_run(const struct server_options *options)
{
    const struct path_list *listen = &options->settings->listen;
    struct certificate certificates[LIMIT_CAPSULES];
    struct listeners listeners;
    process_keep_standard_files();
    process_raise_file_limit();
    if (!log_open(&options->settings->log)) {
        return 1;
    }
    for (size_t i = 0; i < options->site_count; i++) {
        if (!load_certificate(options->certs_folder, options->sites[i].certificate_name,
                              &certificates[i])) {
            release_certificates(certificates, i);
            return 1;
        }
    }
    int code = 1;
    if (listen_open(listen->items, listen->count, options->loopback_only, &listeners)) {
        code = master_run(options, &listeners, certificates);
    }
    release_certificates(certificates, options->site_count);
    return code;
}
