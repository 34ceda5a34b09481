#include "server/admission.h"

/* Whoever keeps the list needs the fingerprint of who wants to be on it, and few clients show it.
 */
static void put_fingerprint(struct buf *out, const unsigned char fingerprint[32])
{
    for (size_t i = 0; i < sizeof(struct fingerprint); i++) {
        buf_printf(out, "%02x", fingerprint[i]);
    }
}

bool admits(const struct path_area *area, const struct client_identity *client, int64_t now)
{
    return area == NULL ||
           (client->present && now >= client->not_before && now <= client->not_after &&
            (path_admits(area, client->certificate) || path_admits(area, client->key)));
}

bool admit(const struct path_area *area, const struct client_identity *client, int64_t now,
           struct reply *reply)
{
    if (area == NULL) {
        return true;
    }
    if (!client->present) {
        reply_set(reply, STATUS_CERTIFICATE_REQUIRED, "Only some client certificates open this");
        return false;
    }
    if (now < client->not_before) {
        reply_set(reply, STATUS_CERTIFICATE_NOT_VALID, "Your certificate is not valid yet");
        return false;
    }
    if (now > client->not_after) {
        reply_set(reply, STATUS_CERTIFICATE_NOT_VALID, "Your certificate has expired");
        return false;
    }
    if (admits(area, client, now)) {
        return true;
    }
    reply_set(reply, STATUS_CERTIFICATE_NOT_AUTHORISED,
              "Your certificate does not open this; its SHA-256 fingerprint is ");
    put_fingerprint(&reply->meta, client->certificate);
    return false;
}
