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

// Other threads of p may be doing the same.
static struct watch *make_watch(struct proc *p)
{
    if (p->watch != 0)
        return p->watch;
    struct watch *w = kmem_alloc(&watch_cache), *unused = w;
    spin_lock(&tree_lock);
    if (w != 0 && p->watch == 0) {
        p->watch = w;
        unused = 0;
    }
    spin_unlock(&tree_lock);
    if (unused != 0)
        kmem_free(&watch_cache, unused);
    return p->watch;
}

// => tree_lock held. The path comes first: no other thread may meet the new mask with the old one.
static int restrict_locked(struct watch *w, uint64 mask, const char *path)
{
    const uint64 by_path = 1UL << SYS_open | 1UL << SYS_exec;
    if ((w->refused & by_path) != 0 && path[0] != 0 && strcmp(path, w->path) != 0)
        return -EPERM;
    strlcpy(w->path, path, sizeof(w->path));
    __atomic_fetch_or(&w->refused, mask & ~(1UL << SYS_exit | 1UL << SYS_thread_exit), __ATOMIC_RELEASE);
    return 0;
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
    struct watch *w = make_watch(p);
    if (w == 0)
        return -ENOMEM;
    if (strcmp(path, "-") == 0)
        path = "";
    spin_lock(&tree_lock);
    int r = restrict_locked(w, mask, path);
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
