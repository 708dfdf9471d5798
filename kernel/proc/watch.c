// Traced and refused system calls: see watch.h.
#include "kernel/proc/watch.h"
#include "kernel/errno.h"
#include "kernel/lib/string.h"
#include "kernel/proc/tree.h"
#include "kernel/syscall.h"

static bool in_mask(uint64 mask, uint64 number) { return number < 64 && (mask >> number & 1) != 0; }

bool watch_traces(const struct watch *w, uint64 number) { return in_mask(w->traced, number); }

bool watch_refuses(const struct watch *w, uint64 number, const char *path)
{
    return in_mask(w->refused, number) && (path == 0 || path[0] == 0 || strcmp(path, w->path) != 0);
}

int watch_interpose(struct watch *w, uint64 mask, const char *path)
{
    const uint64 by_path = 1UL << SYS_open | 1UL << SYS_exec;
    int r = -EPERM;
    if (strcmp(path, "-") == 0)
        path = "";
    spin_lock(&tree_lock);
    if ((w->refused & by_path) == 0 || path[0] == 0 || strcmp(path, w->path) == 0) {
        strlcpy(w->path, path, sizeof(w->path)); // first: no other thread meets the new mask with an old path
        w->refused |= mask & ~(1UL << SYS_exit | 1UL << SYS_thread_exit);
        r = 0;
    }
    spin_unlock(&tree_lock);
    return r;
}
