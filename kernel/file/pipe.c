// Pipes: a ring of PIPESIZE bytes in pages that are allocated when they are first written.
//
// Bytes are copied straight between the ring and user memory, without a lock: an end belongs, from
// the start to the end of a call, to the thread that set its busy flag, and the spinlock guards
// flags and counts only. The writer alone moves in, the reader alone moves out, each after its
// copy; so the bytes being copied are never the other's. Writes are not mixed with each other.
//
//     a life:  pipe_open, read and write, the release of one end (the other sees end of file, or
//              -EPIPE), the release of the other
#include "kernel/file/pipe.h"

#include "kernel/errno.h"
#include "kernel/lock/spinlock.h"
#include "kernel/thread/self.h"
#include "kernel/thread/waitq.h"
#include "kernel/mem/kmem.h"
#include "kernel/mem/page.h"
#include "kernel/param.h"
#include "kernel/riscv.h"
#include "kernel/vm/uaccess.h"

#define PIPE_PAGES (PIPESIZE / PGSIZE)

static_assert((PIPE_PAGES & (PIPE_PAGES - 1)) == 0, "counts may wrap");

// One end. All guarded by the pipe's lock.
struct pipe_end {
    bool open;
    bool busy; // a call owns the end
    // calls that wait for it, or as its owner for bytes or room; it is their channel
    uint16 sleepers;
    uint64 bytes; // that have passed here; moved by the owner
    uint64 ahead; // I: how many more than at the other end may have passed
};

struct pipe {
    struct spinlock lock;
    struct pipe_end in, out;       // of the writer, of the reader
    struct page *page[PIPE_PAGES]; // owner of in allocates; then immutable
};

static struct kmem_cache pipe_cache = KMEM_CACHE("pipe", struct pipe);
static uint64 pipes; // atomic

uint64 pipes_open(void) { return __atomic_load_n(&pipes, __ATOMIC_RELAXED); }

// => lock held, let go while waiting. Waits for a change of what can be done at the end: 0; -EINTR.
static int wait_at(struct pipe *p, struct pipe_end *end)
{
    end->sleepers++;
    int e = sleep_killable(end, &p->lock);
    end->sleepers--;
    return e;
}

// => lock held. There is one.
static void wake_at(struct pipe_end *end)
{
    if (end->sleepers)
        wakeup(end);
}

// => lock held, let go while waiting. Takes the end for the caller: 0; -EINTR.
static int own(struct pipe *p, struct pipe_end *end)
{
    int e = 0;
    while (e == 0 && end->busy)
        e = wait_at(p, end);
    if (e == 0)
        end->busy = true;
    return e;
}

// => lock held, let go while waiting; mine owned. Bytes that can pass there; if there are none and
// the other end is open, waits for some. -EINTR.
static int64 available(struct pipe *p, struct pipe_end *mine, struct pipe_end *other, bool wait)
{
    int e = 0;
    while (e == 0 && wait && other->open && other->bytes + mine->ahead == mine->bytes) {
        wake_at(other);
        e = wait_at(p, mine);
    }
    return e ? e : (int64)(other->bytes + mine->ahead - mine->bytes);
}

// => lock held, let go for the copy; end owned. Passes up to n bytes, of one page, between it and
// user memory: how many; -EFAULT if addr is bad from the start; -ENOMEM.
static int64 pass(struct pipe *p, struct pipe_end *end, uaddr_t addr, size_t n)
{
    const uint64 at = end->bytes % PGSIZE;
    struct page **page = &p->page[end->bytes / PGSIZE % PIPE_PAGES];
    if (!*page)
        *page = page_alloc(0);
    if (!*page)
        return -ENOMEM;
    char *data = (char *)page_to_virt(*page) + at;
    n = min_u64(n, PGSIZE - at);
    spin_unlock(&p->lock);
    n = end == &p->in ? copyin_partial(data, addr, n) : copyout_partial(addr, data, n);
    spin_lock(&p->lock);
    end->bytes += n;
    return n ? (int64)n : -EFAULT;
}

// Reads or writes, as f can. A writer waits until all is written, a reader for the first bytes
// only.
static int64 pipe_transfer(struct file *f, uaddr_t addr, size_t n)
{
    struct pipe *p = f->pipe;
    struct pipe_end *mine = f->writable ? &p->in : &p->out;
    struct pipe_end *other = f->writable ? &p->out : &p->in;
    size_t done = 0;
    spin_lock(&p->lock);
    int64 r = own(p, mine);
    if (r == 0) {
        do {
            r = available(p, mine, other, f->writable || done == 0);
            if (r >= 0 && f->writable && !other->open)
                r = -EPIPE;
            if (r > 0)
                r = pass(p, mine, addr + done, min_u64(n - done, r));
            if (r > 0)
                done += r;
        } while (r > 0 && done < n && !thread_killed());
        mine->busy = false;
        wake_at(mine);
        wake_at(other);
    }
    spin_unlock(&p->lock);
    return done ? (int64)done : r;
}

static int pipe_stat(struct file *f, struct stat *st)
{
    struct pipe *p = f->pipe;
    spin_lock(&p->lock);
    st->type = T_PIPE;
    st->nlink = 1;
    st->size = p->in.bytes - p->out.bytes;
    spin_unlock(&p->lock);
    return 0;
}

static void pipe_free(struct pipe *p)
{
    for (uint i = 0; i < PIPE_PAGES; i++)
        page_put(p->page[i]);
    kmem_free(&pipe_cache, p);
    __atomic_fetch_sub(&pipes, 1, __ATOMIC_RELAXED);
}

static void pipe_release(struct file *f)
{
    struct pipe *p = f->pipe;
    struct pipe_end *mine = f->writable ? &p->in : &p->out;
    struct pipe_end *other = f->writable ? &p->out : &p->in;
    if (!p)
        return;
    spin_lock(&p->lock);
    mine->open = false;
    wake_at(other);
    bool last = !other->open;
    spin_unlock(&p->lock);
    if (last)
        pipe_free(p);
}

static const struct file_ops pipe_ops = {
    .read = pipe_transfer,
    .write = pipe_transfer,
    .stat = pipe_stat,
    .release = pipe_release,
};

int pipe_open(struct file **reader, struct file **writer)
{
    *reader = *writer = 0;
    int e = file_alloc(&pipe_ops, true, false, reader);
    if (e == 0)
        e = file_alloc(&pipe_ops, false, true, writer);
    struct pipe *p = e == 0 ? kmem_alloc(&pipe_cache) : 0;
    if (!p) {
        file_close(*reader);
        file_close(*writer);
        *reader = *writer = 0;
        return e ? e : -ENOMEM;
    }
    spin_init(&p->lock, "pipe", LEVEL_PIPE);
    p->in.open = p->out.open = true;
    p->in.ahead = PIPESIZE;
    __atomic_fetch_add(&pipes, 1, __ATOMIC_RELAXED);
    (*reader)->pipe = (*writer)->pipe = p;
    return 0;
}
