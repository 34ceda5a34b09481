#include "cmd/server_user.h"

#include "cmd/command.h"

#include <grp.h>
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

/* All groups of the user, with the one that a user without a name has alone. */
static void find_groups(struct arena *arena, struct server_user *user)
{
    int count = 1;
    gid_t *groups = arena_alloc(arena, sizeof *groups);
    groups[0] = user->gid;
    if (user->name != NULL && getgrouplist(user->name, user->gid, groups, &count) < 0 &&
        count > 1) {
        /* Now we know how many there are; should there be more by now, those do. */
        groups = arena_alloc(arena, (size_t)count * sizeof *groups);
        const int room = count;
        (void)getgrouplist(user->name, user->gid, groups, &count);
        count = count < room ? count : room;
    }
    user->groups = groups;
    user->group_count = count > 0 ? (size_t)count : 0;
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
    find_groups(arena, out);
    return true;
}
