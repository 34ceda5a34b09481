/* capsule_certificate.h: the certificate that a capsule is served with, made when there is none.
 * Layer: cmd. */
#ifndef MATINEE_CMD_CAPSULE_CERTIFICATE_H
#define MATINEE_CMD_CAPSULE_CERTIFICATE_H

#include "base/attributes.h"
#include "base/slice.h"

#include <stddef.h>

/**
 * See to it that a capsule with the hosts `names`, one at least, has a certificate in `folder`.
 * Clients pin the first certificate they see, so one is only made when there is none at all, for
 * any of the names; that is told on stderr. Another server may share the folder and do the same at
 * this moment: then its certificate is waited for. `*name` becomes the name of the one that the
 * capsule has; whether it can be used is not looked at. False when there is none and none could be
 * made, with a message printed.
 */
MUST_USE bool capsule_certificate(const char *folder, const slice *names, size_t count,
                                  slice *name);

#endif
