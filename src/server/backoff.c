#include "server/backoff.h"

enum { SETTLED_MS = 10 * 1000, FIRST_MS = 100, DOUBLINGS = 7 };

int64_t backoff_next(struct backoff *backoff, int64_t now)
{
    if (now - backoff->started >= SETTLED_MS) {
        backoff->early = 0;
    }
    int64_t wait = backoff->early == 0 ? 0 : (int64_t)FIRST_MS << backoff->early;
    if (backoff->early < DOUBLINGS) {
        backoff->early++;
    }
    return now + wait;
}
