/* admission.h: who may enter a closed area. Layer: server (includes model/). */
#ifndef MATINEE_SERVER_ADMISSION_H
#define MATINEE_SERVER_ADMISSION_H

#include "base/attributes.h"
#include "model/paths.h"
#include "server/route.h"

/**
 * True when `client` may read what is in `area`, which is NULL for what is open to all, at the
 * moment `now`. Else false, and `reply` is what the client gets (Gemini network protocol 0.24.1,
 * "Client certificates"): 60 without a certificate; 62 with one that is not valid now, wherever it
 * is shown; 61 with one that does not open this area.
 */
MUST_USE bool admit(const struct path_area *area, const struct client_identity *client, int64_t now,
                    struct reply *reply);

/** Whether `client` may be told of what is in `area`, which is NULL for what is open to all. */
MUST_USE bool admits(const struct path_area *area, const struct client_identity *client,
                     int64_t now);

#endif
