#include "cmd/capsule_certificate.h"

#include "base/buf.h"
#include "cmd/command.h"
#include "gemini/certificate_files.h"

#include <stdio.h>
#include <time.h>

/* For so long a key waits for its certificate. Making both takes some milliseconds; writing them
 * may take a second where the disk is busy. */
enum { WAIT_TIMES = 100, WAIT_MS = 20 };

/* A certificate that is made for another of the capsule's names, and for `host` too. */
static bool covers(const char *folder, slice name, slice host)
{
    struct certificate certificate;
    struct buf unsaid;
    buf_init(&unsaid, 0);
    bool ok = certificate_load(folder, name, false, &certificate, NULL, &unsaid);
    if (ok) {
        ok = certificate_covers(certificate.leaf, host);
        certificate_release(&certificate);
    }
    buf_release(&unsaid);
    return ok;
}

/* The key is written first: when it is there alone, somebody is writing the certificate now. Or has
 * died, or one was taken away: that is told where it is read. */
static void wait_for_certificate(const char *folder, slice name)
{
    const struct timespec pause = { .tv_nsec = WAIT_MS * 1000000L };
    for (int i = 0;
         i < WAIT_TIMES && certificate_has_key(folder, name) && !certificate_has_crt(folder, name);
         i++) {
        (void)nanosleep(&pause, NULL);
    }
}

/* False, with a message printed, when there is still none. */
static bool make(const char *folder, const slice *names, size_t count)
{
    struct buf error;
    buf_init(&error, 1024);
    bool ok = certificate_make(folder, names, count, &error);
    if (ok) {
        (void)fprintf(stderr, "matinee: made a certificate: %s/%.*s.crt\n", folder,
                      SLICE_ARG(names[0]));
    } else if (certificate_exists(folder, names[0])) {
        ok = true; /* another server was faster */
    } else {
        (void)command_fail("%.*s", SLICE_ARG(buf_slice(&error)));
    }
    buf_release(&error);
    return ok;
}

bool capsule_certificate(const char *folder, const slice *names, size_t count, slice *name)
{
    *name = names[0];
    if (!certificate_exists(folder, names[0])) {
        for (size_t i = 1; i < count; i++) {
            if (covers(folder, names[i], names[0])) {
                *name = names[i];
                return true;
            }
        }
        if (!make(folder, names, count)) {
            return false;
        }
    }
    wait_for_certificate(folder, names[0]);
    return true;
}
