/* archive.h: a folder or a zip archive that somebody wants imported: Google's Takeout, or any other
 * with feeds in it. Layer: import (includes base/).
 *
 * A Takeout holds, below Takeout/Blogger/:
 *   Blogs/NAME/feed.atom     the posts, pages and comments of a blog; settings and themes beside it
 *   Albums/NAME/             the pictures of a blog, and what Google knows of each (.json)
 *   Comments/NAME/feed.atom  what its owner wrote on the blogs of others
 * What is a feed is seen from its content, whatever it is called and wherever it is. The content
 * does not tell feeds of a blog from what is below a folder `Comments`, nor the pictures of an
 * album from others: there the names of the folders decide.
 *
 * Nothing is unpacked to the disk, and no name that an archive holds is ever used as one there.
 * Nothing outside of the folder is read: symbolic links that lead out are passed over, and so are
 * names that start with a dot. */
#ifndef MATINEE_IMPORT_ARCHIVE_H
#define MATINEE_IMPORT_ARCHIVE_H

#include "base/arena.h"
#include "base/attributes.h"
#include "base/diag.h"
#include "import/byte_stream.h"
#include "import/unzip.h"

struct archive_file {
    slice path;    /* below the root, with `/` between folders; any bytes in an archive */
    slice shown;   /* the same with the root before it, as problems name it: UTF-8 without control
                      characters */
    uint64_t size; /* as the folder or the archive says */
    size_t number; /* in a zip archive */
};

struct archive_files {
    struct archive_file *items; /* sorted by path */
    size_t count, capacity;
};

struct archive {
    struct arena arena;
    slice path; /* as it was given */
    int fd;     /* of the folder, or of the zip archive */
    bool is_zip;
    struct unzip unzip;
    struct archive_files feeds;  /* of blogs */
    struct archive_files albums; /* all that is below a folder `Albums`: pictures, side files */
    size_t comments;             /* feeds below a folder `Comments`: passed over */
    size_t others;               /* files that are no feed */
    size_t encrypted;            /* passed over, as are */
    size_t odd;                  /* files whose name or entry makes no sense */
};

/**
 * Look at the folder or the zip archive at `path`, NUL-terminated. What is passed over and may be
 * missed is a note or a warning. False, with an error in `diags`, when it cannot be read, or holds
 * no feed; archive_close is not needed then. Time: a look at the begin of each file that is not
 * below `Albums`.
 */
MUST_USE bool archive_open(struct archive *archive, const char *path, struct diags *diags);
void archive_close(struct archive *archive);

/** A file on the way out of the archive. */
struct archive_stream {
    struct archive *archive;
    const struct archive_file *file;
    struct diags *diags; /* or NULL */
    int fd;              /* of a folder's file, or -1 */
    struct unzip_stream unzip;
    uint64_t given; /* bytes, of file->size */
};

/**
 * Begin to read `file`; `*bytes` is valid until archive_end. One file of an archive at a time.
 * False when it cannot be read; that, and what goes wrong while it is read, is an error in `diags`,
 * unless that is NULL.
 */
MUST_USE bool archive_begin(struct archive *archive, const struct archive_file *file,
                            struct archive_stream *stream, struct byte_stream *bytes,
                            struct diags *diags);
void archive_end(struct archive_stream *stream);

/** All of `file`, which lives in `arena` then. False when it has more than `max` bytes (errno
 * EFBIG) or cannot be read. */
MUST_USE bool archive_read(struct archive *archive, const struct archive_file *file,
                           struct arena *arena, size_t max, slice *bytes);

#endif
