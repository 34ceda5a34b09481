#include "server/server.h"

#include "gemini/certificate.h"
#include "server/listen.h"
#include "server/log.h"
#include "server/master.h"
#include "server/process.h"
#include "server/tls.h"

/* Read certificate and key, and see that OpenSSL takes them, while somebody can read the reason. */
static bool load_certificate(const struct server_options *options, struct certificate *out)
{
    struct buf error;
    buf_init(&error, 1024);
    bool ok =
        certificate_load(options->certs_folder, options->certificate_name, true, out, NULL, &error);
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

int server_run(const struct server_options *options)
{
    struct certificate certificate;
    struct listeners listeners;
    process_keep_standard_files();
    process_raise_file_limit();
    if (!load_certificate(options, &certificate)) {
        return 1;
    }
    if (!listen_open(options->listen, options->listen_count, options->loopback_only, &listeners)) {
        certificate_release(&certificate);
        return 1;
    }
    int code = master_run(options, &listeners, &certificate);
    certificate_release(&certificate);
    return code;
}
