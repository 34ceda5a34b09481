/* unzip.h: what is in a zip archive, file by file. Layer: import (includes base/).
 *
 * With libzip. Nothing is ever written to the disk. An archive may mean no good: its list of files
 * is read up to LIMIT_ARCHIVE_DIRECTORY, and what comes out of it is counted, for each file and for
 * all of them: far more than went in is an error, whatever the archive says about sizes. */
#ifndef MATINEE_IMPORT_UNZIP_H
#define MATINEE_IMPORT_UNZIP_H

#include "base/attributes.h"
#include "base/slice.h"

#include <stdint.h>
#include <sys/types.h>

struct zip;
struct zip_file;

struct unzip {
    struct zip *zip;
    int fd; /* of the caller */
    bool listed;
    bool too_long; /* the list of files is */
    uint64_t size; /* of the archive */
    uint64_t position;
    uint64_t listing; /* bytes read for the list of files */
    uint64_t given;   /* bytes that came out of it, in all */
    slice failed;     /* why a read failed: static */
    uint64_t room[4]; /* libzip's struct zip_error */
};

struct unzip_entry {
    slice name;    /* any bytes, of any length; lives as long as the archive is open */
    uint64_t size; /* as the archive says */
    bool is_folder;
    bool is_encrypted;
};

/** One file of an archive, on the way out of it. */
struct unzip_stream {
    struct unzip *unzip;
    struct zip_file *file;
    uint64_t packed; /* bytes that it takes in the archive */
    uint64_t given;
};

/** Open the archive in the regular file `fd`, which is the caller's and has to live as long. False
 * with a static reason. */
MUST_USE bool unzip_open(struct unzip *unzip, int fd, const char **reason);
void unzip_close(struct unzip *unzip);

size_t unzip_count(const struct unzip *unzip);
/** The entry `number`, from 0. False when the archive says nothing sensible about it. */
MUST_USE bool unzip_entry(const struct unzip *unzip, size_t number, struct unzip_entry *entry);

/** Begin to read an entry. False when it cannot be: encrypted, packed in an unknown way, broken. */
MUST_USE bool unzip_begin(struct unzip *unzip, size_t number, struct unzip_stream *stream);
/** At most `room` bytes: how many, 0 at the end. -1 with errno EFBIG when it is a bomb, EIO when it
 * is broken; unzip->failed says it in words. */
ssize_t unzip_read(struct unzip_stream *stream, char *into, size_t room);
void unzip_end(struct unzip_stream *stream);

#endif
