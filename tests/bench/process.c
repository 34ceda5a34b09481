#include "process.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Call `visit` with a process and all below it. False when one call says so. */
static bool walk(pid_t pid, bool (*visit)(pid_t, void *), void *into)
{
    char path[64];
    if (!visit(pid, into)) {
        return false;
    }
    (void)snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *tasks = opendir(path);
    if (tasks == NULL) {
        return false;
    }
    bool ok = true;
    for (const struct dirent *task = readdir(tasks); ok && task != NULL; task = readdir(tasks)) {
        char children[512];
        (void)snprintf(children, sizeof children, "/proc/%d/task/%s/children", (int)pid,
                       task->d_name);
        FILE *file = task->d_name[0] != '.' ? fopen(children, "re") : NULL;
        if (file == NULL) {
            continue;
        }
        char *line = NULL;
        size_t room = 0;
        if (getline(&line, &room, file) > 0) {
            char *end = line;
            for (long child = strtol(line, &end, 10); ok && child > 0;
                 child = strtol(end, &end, 10)) {
                ok = walk((pid_t)child, visit, into);
            }
        }
        free(line);
        (void)fclose(file);
    }
    (void)closedir(tasks);
    return ok;
}

static bool add_cpu(pid_t pid, void *into)
{
    int64_t *ns = into;
    clockid_t clock = 0;
    struct timespec t;
    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &t) != 0) {
        return false;
    }
    *ns += (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
    return true;
}

bool process_cpu(pid_t server, int64_t *ns)
{
    *ns = 0;
    return walk(server, add_cpu, ns);
}

static bool add_memory(pid_t pid, void *into)
{
    struct process_memory *memory = into;
    char path[64];
    char line[256];
    (void)snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)pid);
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return false;
    }
    while (fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, "Pss:", 4) == 0) {
            memory->pss += strtoll(line + 4, NULL, 10) * 1024;
        } else if (strncmp(line, "Private_Clean:", 14) == 0 ||
                   strncmp(line, "Private_Dirty:", 14) == 0) {
            memory->private += strtoll(line + 14, NULL, 10) * 1024;
        }
    }
    (void)fclose(file);
    return true;
}

bool process_memory(pid_t server, struct process_memory *out)
{
    *out = (struct process_memory){ 0, 0 };
    return walk(server, add_memory, out);
}
