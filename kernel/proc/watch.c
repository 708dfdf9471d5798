// Traced and refused system calls: see watch.h.
#include "kernel/proc/watch.h"
#include "kernel/errno.h"
#include "kernel/fs/path.h"
#include "kernel/lib/string.h"
#include "kernel/proc/proc.h"
#include "kernel/proc/tree.h"
#include "kernel/syscall.h"

// The last bit of a mask stands for all calls from there on.
static bool in_mask(uint64 mask, uint64 number)
{
    return (mask >> min_u64(number, WATCH_BITS - 1) & 1) != 0;
}

bool watch_traces(const struct watch *w, uint64 number) { return in_mask(w->traced, number); }

bool watch_refuses(const struct watch *w, uint64 number) { return in_mask(w->refused, number); }

int watch_permits(const struct watch *w, uint64 number, const char *path, struct inode **only)
{
    *only = NULL;
    if (likely(!in_mask(w->refused, number)))
        return 0;
    spin_lock(&tree_lock);
    if (w->allowed != NULL && strcmp(path, w->path) == 0)
        *only = inode_dup(w->allowed);
    spin_unlock(&tree_lock);
    if (*only == NULL)
        return -EPERM;
    return 0;
}

int watch_interpose(struct watch *w, uint64 mask, const char *path)
{
    const uint64 by_path = 1UL << SYS_open | 1UL << SYS_exec;
    struct inode *found = NULL;
    int err = 0;

    // 1. What does the path mean today? If the disk fails: nothing, and so it is not allowed.
    if (strcmp(path, "-") == 0)
        path = "";
    if (path_lookup(proc_cwd(), path, 0, &found) < 0)
        found = NULL;

    // 2. Once open or exec are refused no other path becomes allowed. The same path, named again,
    //    means the file that it has meant.
    spin_lock(&tree_lock);
    bool restricted = (w->refused & by_path) != 0, same = strcmp(path, w->path) == 0;
    if (restricted && !same && path[0] != 0)
        err = -EPERM;
    if (err == 0 && !(restricted && same)) {
        struct inode *before = w->allowed;
        strlcpy(w->path, path, sizeof(w->path));
        w->allowed = found;
        found = before;
    }

    // 3. The mask comes last: no other thread meets the new mask with an old path.
    if (err == 0)
        w->refused |= mask & ~(1UL << SYS_exit | 1UL << SYS_thread_exit);
    w->at_begin = w->refused != 0 || w->verbose;
    spin_unlock(&tree_lock);
    inode_put(found);
    return err;
}

// Takes the lock, because another thread may call interpose() meanwhile, which must not be missed.
void watch_set_verbose(struct watch *w, bool on)
{
    spin_lock(&tree_lock);
    w->verbose = on;
    w->at_begin = w->refused != 0 || w->verbose;
    spin_unlock(&tree_lock);
}

void watch_fork_locked(struct watch *child, const struct watch *parent)
{
    *child = *parent;
    if (child->allowed != NULL)
        inode_dup(child->allowed);
}

void watch_drop(struct watch *w)
{
    inode_put(w->allowed);
    w->allowed = NULL;
}
