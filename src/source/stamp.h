/* stamp.h: has a file changed since it was read? Layer: source (includes base/).
 *
 * A stamp is what the file system says of a file just before it is read. A file whose stamp is
 * still the same holds what was read, with one exception: times have a grain, so a file that is
 * written twice within one grain, and read in between, may look as it did. A stamp that is so young
 * proves nothing, and the file is read once more. */
#ifndef MATINEE_SOURCE_STAMP_H
#define MATINEE_SOURCE_STAMP_H

#include <stdbool.h>
#include <sys/stat.h>
#include <time.h>

struct stamp {
    dev_t device;
    ino_t number;
    off_t size;
    struct timespec modified;
    struct timespec changed; /* contents, name, owner or mode */
    bool settled;            /* an equal stamp proves that nothing has changed */
};

/**
 * The stamp of a file with `status`, taken at `clock` or later and before the file was read.
 * `clock` is the present by the clock that file systems use (CLOCK_REALTIME); zero when it is not
 * known: then nothing is settled. A file from the future is never settled: another machine's clock,
 * or ours before it was set back, has stamped it.
 */
struct stamp stamp_of(const struct stat *status, struct timespec clock);
/** True when the file was written just before `clock`. */
bool stamp_is_fresh(const struct stamp *stamp, struct timespec clock);
/** True when both say the same of the file, whether or not they are settled. */
bool stamp_equal(const struct stamp *a, const struct stamp *b);

#endif
