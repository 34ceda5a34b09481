#include "cmd/server_user.h"

#include "cmd/command.h"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

static bool find_user(const char *name, struct server_user *out)
{
    unsigned long number = 0;
    const struct passwd *entry = getpwnam(name);
    if (entry == NULL && slice_to_number(slice_of(name), UINT32_MAX - 1, &number)) {
        entry = getpwuid((uid_t)number);
        if (entry == NULL) {
            *out = (struct server_user){ .uid = (uid_t)number, .gid = (gid_t)number };
            return true;
        }
    }
    if (entry == NULL) {
        return false;
    }
    *out = (struct server_user){ .uid = entry->pw_uid, .gid = entry->pw_gid };
    return true;
}

bool server_user_choose(struct arena *arena, const char *name, const char *folder,
                        struct server_user *out)
{
    struct stat status;
    bool is_root = geteuid() == 0;
    *out = (struct server_user){ 0 };
    if (name != NULL && !find_user(name, out)) {
        (void)command_fail("there is no user `%s`", name);
        return false;
    }
    if (name != NULL && !is_root && out->uid != geteuid()) {
        (void)command_fail("only root can become user `%s`", name);
        return false;
    }
    if (name == NULL && is_root && stat(folder, &status) == 0) {
        *out = (struct server_user){ .uid = status.st_uid, .gid = status.st_gid };
    }
    const struct passwd *entry = out->uid != 0 ? getpwuid(out->uid) : NULL;
    if (entry != NULL) {
        out->gid = entry->pw_gid;
        out->name = arena_copy(arena, slice_of(entry->pw_name)).ptr;
    }
    return true;
}
