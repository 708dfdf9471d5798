// Pipes (pipe.h): a ring of PIPESIZE bytes, in pages that are allocated when they are first
// written.
//
// Bytes are copied straight between the ring and user memory, without a lock. Each end has an owner
// from the start to the end of a call: the thread that has set the end's busy flag. The spinlock
// guards flags and counts only. Only the writer's owner moves in.bytes, only the reader's owner
// moves out.bytes, each after its copy; so no byte is copied in and out at the same time. Writes
// are not mixed with each other.
#include "kernel/file/pipe.h"

#include "kernel/errno.h"
#include "kernel/lock/spinlock.h"
#include "kernel/thread/self.h"
#include "kernel/thread/waitq.h"
#include "kernel/mem/kmem.h"
#include "kernel/mem/page.h"
#include "kernel/param.h"
#include "kernel/riscv.h"
#include "kernel/vm/fault/uaccess.h"

#define PIPE_PAGES (PIPESIZE / PGSIZE)

static_assert((PIPE_PAGES & (PIPE_PAGES - 1)) == 0, "counts may wrap");

// One end. All guarded by the pipe's lock.
struct pipe_end {
    bool open;
    bool busy;       // a call owns the end
    uint16 sleepers; // calls that wait to own it, and its owner waiting for bytes or room; the end
                     // is their channel
    uint64 bytes;    // that have passed here; moved by the owner
    uint64 ahead;    // I: how many more may have passed here than at the other end
};

struct pipe {
    struct spinlock lock;
    struct pipe_end in, out;       // the writer's, the reader's
    struct page *page[PIPE_PAGES]; // the owner of in allocates each; then immutable
};

static struct kmem_cache pipe_cache = KMEM_CACHE("pipe", struct pipe);
static uint64 pipes; // atomic

uint64 pipes_open(void) { return __atomic_load_n(&pipes, __ATOMIC_RELAXED); }

// => lock held, let go while waiting. Waits until wake_at is called for the end: 0; -EINTR.
static int wait_at(struct pipe *p, struct pipe_end *end)
{
    end->sleepers++;
    int err = sleep_killable(end, &p->lock);
    end->sleepers--;
    return err;
}

// => lock held. Bytes, room or the owner of the end have changed: wakes those that wait there.
static void wake_at(struct pipe_end *end)
{
    if (end->sleepers > 0)
        wakeup(end);
}

// => lock held, let go while waiting. Makes the caller the end's owner: 0; -EINTR.
static int own_end(struct pipe *p, struct pipe_end *end)
{
    int err = 0;

    while (err == 0 && end->busy)
        err = wait_at(p, end);
    if (err == 0)
        end->busy = true;
    return err;
}

// Bytes that can pass at mine: the reader's are those that lie in the ring, the writer's those for
// which there is room.
static uint64 passable(const struct pipe_end *mine, const struct pipe_end *other)
{
    return other->bytes + mine->ahead - mine->bytes;
}

// => lock held, let go while waiting; the caller owns mine. How many bytes can pass there. If there
// are none, the other end is open and wait is set, waits for some. -EINTR.
static int64 wait_passable(struct pipe *p, struct pipe_end *mine, struct pipe_end *other, bool wait)
{
    int err = 0;

    while (err == 0 && wait && other->open && passable(mine, other) == 0) {
        wake_at(other);
        err = wait_at(p, mine);
    }
    if (err)
        return err;
    return passable(mine, other);
}

// => lock held, let go for the copy; the caller owns end. Passes up to n bytes, of one page,
// between the end and user memory. Returns how many; -EFAULT: addr is bad from the start; -ENOMEM.
static int64 pass_bytes(struct pipe *p, struct pipe_end *end, uaddr_t addr, size_t n)
{
    const uint64 at = end->bytes % PGSIZE;
    struct page **page = &p->page[end->bytes / PGSIZE % PIPE_PAGES];

    if (*page == NULL)
        *page = page_alloc(0);
    if (*page == NULL)
        return -ENOMEM;
    char *data = (char *)page_to_virt(*page) + at;
    n = min_u64(n, PGSIZE - at);

    // Nobody else touches these bytes: the other end's owner stays behind end->bytes.
    spin_unlock(&p->lock);
    if (end == &p->in)
        n = copyin_partial(data, addr, n);
    else
        n = copyout_partial(addr, data, n);
    spin_lock(&p->lock);

    end->bytes += n;
    return transfer_result(n, -EFAULT);
}

static struct pipe_end *end_of(struct pipe *p, bool writer)
{
    if (writer)
        return &p->in;
    return &p->out;
}

// Reads or writes, as f can. A writer waits until all is written, a reader for the first bytes
// only.
static int64 pipe_transfer(struct file *f, uaddr_t addr, size_t n)
{
    struct pipe *p = f->pipe;
    struct pipe_end *mine = end_of(p, f->writable), *other = end_of(p, !f->writable);
    size_t done = 0;

    spin_lock(&p->lock);
    int64 passed = own_end(p, mine);
    if (passed == 0) {
        do {
            passed = wait_passable(p, mine, other, f->writable || done == 0);
            if (passed >= 0 && f->writable && !other->open)
                passed = -EPIPE;
            if (passed > 0)
                passed = pass_bytes(p, mine, addr + done, min_u64(n - done, passed));
            if (passed > 0)
                done += passed;
        } while (passed > 0 && done < n && !thread_killed());

        mine->busy = false;
        wake_at(mine);
        wake_at(other);
    }
    spin_unlock(&p->lock);
    return transfer_result(done, passed);
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
    if (p == NULL)
        return; // pipe_open has failed
    struct pipe_end *mine = end_of(p, f->writable), *other = end_of(p, !f->writable);

    spin_lock(&p->lock);
    mine->open = false;
    wake_at(other); // it sees the end of the file, or -EPIPE
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
    struct pipe *p = NULL;

    *reader = *writer = NULL;
    int err = file_alloc(&pipe_ops, true, false, reader);
    if (err == 0)
        err = file_alloc(&pipe_ops, false, true, writer);
    if (err == 0) {
        p = kmem_alloc(&pipe_cache);
        if (p == NULL)
            err = -ENOMEM;
    }
    if (err) {
        file_close(*reader);
        file_close(*writer);
        *reader = *writer = NULL;
        return err;
    }

    spin_init(&p->lock, "pipe", LEVEL_PIPE);
    p->in.open = p->out.open = true;
    p->in.ahead = PIPESIZE;
    __atomic_fetch_add(&pipes, 1, __ATOMIC_RELAXED);
    (*reader)->pipe = (*writer)->pipe = p;
    return 0;
}
