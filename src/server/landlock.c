#include "server/landlock.h"

#ifdef __linux__

#include "server/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The same on every architecture that is younger than them; alpha counts from 110 more. */
#ifndef SYS_landlock_create_ruleset
#ifdef __alpha__
#define SYS_landlock_create_ruleset 554
#define SYS_landlock_add_rule 555
#define SYS_landlock_restrict_self 556
#else
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule 445
#define SYS_landlock_restrict_self 446
#endif
#endif

/* Documentation/userspace-api/landlock.rst of the kernel. */
enum { ASK_FOR_VERSION = 1, PATH_BENEATH = 1 };

#define WRITE_FILE (UINT64_C(1) << 1)
#define READ_FILE (UINT64_C(1) << 2)
#define READ_DIR (UINT64_C(1) << 3)
#define REMOVE_DIR (UINT64_C(1) << 4)
#define REMOVE_FILE (UINT64_C(1) << 5)
#define MAKE_DIR (UINT64_C(1) << 7)
#define MAKE_REG (UINT64_C(1) << 8)
#define REFER (UINT64_C(1) << 13)
#define TRUNCATE_FILE (UINT64_C(1) << 14)

struct ruleset_attributes {
    uint64_t files;
    uint64_t network;
    uint64_t scopes;
};

struct path_beneath {
    uint64_t allowed;
    int32_t file;
} __attribute__((packed));

/* How many rights over files each version knows; they are numbered from 0. */
static unsigned count_of_file_rights(int version)
{
    static const struct {
        int version;
        unsigned count;
    } known[] = {
        { 9, 17 }, /* connect to a Unix socket */
        { 5, 16 }, /* ioctl on a device */
        { 3, 15 }, /* truncate */
        { 2, 14 }, /* move or link to another folder */
        { 1, 13 }, /* execute, write, read, list, remove (2), make (7) */
    };
    for (size_t i = 0; i < ARRAY_LENGTH(known); i++) {
        if (version >= known[i].version) {
            return known[i].count;
        }
    }
    return 0;
}

static uint64_t all_file_rights(int version)
{
    return (UINT64_C(1) << count_of_file_rights(version)) - 1;
}

int landlock_version(void)
{
    long version = syscall(SYS_landlock_create_ruleset, NULL, (size_t)0, ASK_FOR_VERSION);
    return version > 0 ? (int)version : 0;
}

bool landlock_begin(struct landlock *landlock)
{
    *landlock = (struct landlock){ .version = landlock_version(), .rules = -1 };
    if (landlock->version == 0) {
        return false;
    }
    const struct ruleset_attributes attributes = {
        .files = all_file_rights(landlock->version),
        .network = landlock->version >= 4 ? 3 : 0, /* bind, connect over TCP */
        .scopes = landlock->version >= 6 ? 3 : 0,  /* abstract Unix sockets, signals */
    };
    /* An older kernel takes the longer struct as long as what it does not know is 0. */
    landlock->rules = (int)syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0);
    return landlock->rules >= 0;
}

bool landlock_allow(const struct landlock *landlock, int file, enum landlock_use use)
{
    static const uint64_t rights[] = {
        [LANDLOCK_READ] = READ_FILE,
        [LANDLOCK_LIST] = READ_FILE | READ_DIR,
        [LANDLOCK_CHANGE] = READ_FILE | READ_DIR | WRITE_FILE | REMOVE_DIR | REMOVE_FILE |
                            MAKE_DIR | MAKE_REG | REFER | TRUNCATE_FILE,
    };
    struct stat status;
    if (fstat(file, &status) != 0) {
        return false;
    }
    /* Of a file only what can be done to one; of all only what this kernel knows. */
    const uint64_t possible = S_ISDIR(status.st_mode) ? UINT64_MAX : READ_FILE | WRITE_FILE;
    const struct path_beneath rule = {
        .allowed = rights[use] & possible & all_file_rights(landlock->version),
        .file = file,
    };
    return syscall(SYS_landlock_add_rule, landlock->rules, PATH_BENEATH, &rule, 0) == 0;
}

bool landlock_enforce(struct landlock *landlock)
{
    bool ok = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
              syscall(SYS_landlock_restrict_self, landlock->rules, 0) == 0;
    int saved = errno;
    (void)close(landlock->rules);
    errno = saved;
    return ok;
}

unsigned landlock_protections(int version)
{
    return (version >= 1 ? SANDBOX_FILES : 0u) | (version >= 4 ? SANDBOX_NETWORK : 0u) |
           (version >= 6 ? SANDBOX_SIGNALS : 0u);
}

#endif
