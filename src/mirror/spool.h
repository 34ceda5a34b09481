/* spool.h: what is fetched from the web, on the disk until it is read. Layer: mirror (includes
 * base/, import/byte_stream, web/).
 *
 * In a file without a name: a process that is killed leaves nothing behind. */
#ifndef MATINEE_MIRROR_SPOOL_H
#define MATINEE_MIRROR_SPOOL_H

#include "base/arena.h"
#include "base/attributes.h"
#include "base/slice.h"
#include "import/byte_stream.h"
#include "web/fetch.h"

#include <stdint.h>

struct spool {
    int fd;
    int64_t size;
    int64_t read; /* so much of it */
};

/** An empty spool on the disk of the folder `at`. False with errno; there is nothing to close then.
 */
MUST_USE bool spool_open(struct spool *spool, int at);
void spool_close(struct spool *spool);

/** Let `request` put its body into the spool: sets its begin, take and context. */
void spool_take(struct spool *spool, struct fetch_request *request);

/** The stream of its bytes, from the first one; `path` is how problems name it. One at a time. */
struct byte_stream spool_stream(struct spool *spool, slice path);
/** Its first bytes, at most `max`, in `arena`; `*out` ends with a NUL that is not counted. */
MUST_USE bool spool_read(const struct spool *spool, struct arena *arena, size_t max, slice *out);

#endif
