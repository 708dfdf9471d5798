// Traced and refused system calls: see watch.h.
#include "kernel/proc/watch.h"
#include "kernel/errno.h"
#include "kernel/lib/string.h"
#include "kernel/mem/kmem.h"
#include "kernel/proc/proc.h"
#include "kernel/proc/tree.h"
#include "kernel/syscall.h"

static struct kmem_cache watch_cache = KMEM_CACHE("watch", struct watch);

static bool in_mask(uint64 mask, uint64 number) { return number < 64 && (mask >> number & 1) != 0; }

bool watch_traces(const struct watch *w, uint64 number) { return in_mask(w->traced, number); }

bool watch_refuses(const struct watch *w, uint64 number, const char *path)
{
    if (w == 0 || !in_mask(w->refused, number))
        return false;
    return path == 0 || path[0] == 0 || strcmp(path, w->path) != 0;
}

static struct watch *make_watch(struct proc *p)
{
    spin_lock(&tree_lock); // other threads of p may be doing the same
    if (p->watch == 0)
        p->watch = kmem_alloc(&watch_cache);
    spin_unlock(&tree_lock);
    return p->watch;
}

int watch_trace(struct proc *p, uint64 mask)
{
    struct watch *w = make_watch(p);
    if (w == 0)
        return -ENOMEM;
    w->traced = mask;
    return 0;
}

int watch_interpose(struct proc *p, uint64 mask, const char *path)
{
    const uint64 by_path = 1UL << SYS_open | 1UL << SYS_exec;
    struct watch *w = make_watch(p);
    int r = -EPERM;
    if (w == 0)
        return -ENOMEM;
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

int watch_fork(struct proc *child, struct proc *parent)
{
    if (parent->watch == 0)
        return 0;
    struct watch *w = make_watch(child);
    if (w == 0)
        return -ENOMEM;
    spin_lock(&tree_lock);
    *w = *parent->watch;
    spin_unlock(&tree_lock);
    return 0;
}

void watch_drop(struct proc *p)
{
    if (p->watch != 0)
        kmem_free(&watch_cache, p->watch);
    p->watch = 0;
}
