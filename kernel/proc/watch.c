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
    *only = 0;
    if (likely(!in_mask(w->refused, number)))
        return 0;
    spin_lock(&tree_lock);
    if (w->allowed != 0 && strcmp(path, w->path) == 0)
        *only = inode_dup(w->allowed);
    spin_unlock(&tree_lock);
    return *only != 0 ? 0 : -EPERM;
}

int watch_interpose(struct watch *w, uint64 mask, const char *path)
{
    const uint64 by_path = 1UL << SYS_open | 1UL << SYS_exec;
    struct inode *found = 0;
    int r = 0;
    if (strcmp(path, "-") == 0)
        path = "";
    if (path_lookup(proc_cwd(), path, 0, &found) < 0)
        found = 0; // also if the disk fails: what is not known is not allowed

    spin_lock(&tree_lock);
    bool by_now = (w->refused & by_path) != 0, same = strcmp(path, w->path) == 0;
    if (by_now && !same && path[0] != 0)
        r = -EPERM;
    if (r == 0 && !(by_now && same)) { // named again it means what it has meant
        struct inode *before = w->allowed;
        strlcpy(w->path, path, sizeof(w->path));
        w->allowed = found;
        found = before;
    }
    if (r == 0) // last: no other thread meets the new mask with an old path
        w->refused |= mask & ~(1UL << SYS_exit | 1UL << SYS_thread_exit);
    w->at_begin = w->refused != 0 || w->verbose;
    spin_unlock(&tree_lock);
    inode_put(found);
    return r;
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
    if (child->allowed != 0)
        inode_dup(child->allowed);
}

void watch_drop(struct watch *w)
{
    inode_put(w->allowed);
    w->allowed = 0;
}
