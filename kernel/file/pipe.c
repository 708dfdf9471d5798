// Pipes: a ring of PIPESIZE bytes in pages that are allocated when they are first written.
//
// Bytes are copied straight between the ring and user memory, without a lock: an end belongs, from
// the start to the end of a call, to the thread that set its busy flag, and the spinlock guards
// flags and counts only. The writer alone moves in, the reader alone moves out, each after its
// copy; so the bytes being copied are never the other's. Writes are not mixed with each other.
//
//     a life:  pipe_open, read and write, the release of one end (the other sees end of file, or
//              -EPIPE), the release of the other
#include "kernel/errno.h"
#include "kernel/file/file.h"
#include "kernel/lib/string.h"
#include "kernel/lock/spinlock.h"
#include "kernel/lock/waitq.h"
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
    bool busy;      // a call owns the end
    uint16 waiting; // calls that wait for it
    bool starved;   // the owner waits for bytes or room; its address is the channel
    uint64 bytes;   // that have passed here; moved by the owner
};

struct pipe {
    struct spinlock lock;
    struct pipe_end in, out;       // of the writer, of the reader
    struct page *page[PIPE_PAGES]; // owner of in allocates; then immutable
};

static struct kmem_cache pipe_cache = KMEM_CACHE("pipe", struct pipe);
static uint64 pipes; // atomic

uint64 pipes_open(void)
{
    return __atomic_load_n(&pipes, __ATOMIC_RELAXED);
}

// => lock held, let go while waiting. Takes the end for the caller: 0; -EINTR.
static int own(struct pipe *p, struct pipe_end *end)
{
    int e = 0;
    while (e == 0 && end->busy) {
        end->waiting++;
        e = sleep_killable(end, &p->lock);
        end->waiting--;
    }
    if (e == 0)
        end->busy = true;
    return e;
}

static void disown(struct pipe_end *end)
{
    end->busy = false;
    if (end->waiting)
        wakeup(end);
}

// => lock held, let go while waiting. The owner waits for the other end to do something.
static int starve(struct pipe *p, struct pipe_end *end)
{
    end->starved = true;
    int e = sleep_killable(&end->starved, &p->lock);
    end->starved = false;
    return e;
}

static void feed(struct pipe_end *end)
{
    if (end->starved)
        wakeup(&end->starved);
}

// Copies n bytes between user memory and the ring at an end: how many.
typedef size_t (*pipe_copy)(struct pipe *p, uint64 at, uaddr_t addr, size_t n);

static size_t copy_in(struct pipe *p, uint64 at, uaddr_t addr, size_t n)
{
    struct page *page = p->page[at / PGSIZE % PIPE_PAGES];
    return copyin_partial((char *)page_to_virt(page) + at % PGSIZE, addr, n);
}

static size_t copy_out(struct pipe *p, uint64 at, uaddr_t addr, size_t n)
{
    struct page *page = p->page[at / PGSIZE % PIPE_PAGES];
    return copyout_partial(addr, (char *)page_to_virt(page) + at % PGSIZE, n);
}

// => lock held, let go for the copy; end owned. Passes up to n bytes, of one page: how many;
// -EFAULT if addr is bad from the start.
static int64 pass(struct pipe *p, struct pipe_end *end, uaddr_t addr, size_t n, pipe_copy copy)
{
    uint64 at = end->bytes;
    n = min_u64(n, PGSIZE - at % PGSIZE);
    spin_unlock(&p->lock);
    size_t copied = copy(p, at, addr, n);
    spin_lock(&p->lock);
    end->bytes += copied;
    return copied ? (int64)copied : -EFAULT;
}

// => lock held, let go while waiting; in owned. Waits for room: bytes of it; -EPIPE; -EINTR;
// -ENOMEM.
static int64 wait_room(struct pipe *p)
{
    int e = 0;
    while (e == 0 && p->out.open && p->in.bytes - p->out.bytes == PIPESIZE) {
        feed(&p->out);
        e = starve(p, &p->in);
    }
    if (e || !p->out.open)
        return e ? e : -EPIPE;
    struct page **page = &p->page[p->in.bytes / PGSIZE % PIPE_PAGES];
    if (!*page)
        *page = page_alloc(0);
    return *page ? (int64)(PIPESIZE - (p->in.bytes - p->out.bytes)) : -ENOMEM;
}

// => lock held, let go while waiting; out owned. Waits for bytes: how many; 0 at the end; -EINTR.
static int64 wait_bytes(struct pipe *p)
{
    int e = 0;
    while (e == 0 && p->in.open && p->in.bytes == p->out.bytes)
        e = starve(p, &p->out);
    return e ? e : (int64)(p->in.bytes - p->out.bytes);
}

static int64 pipe_write(struct file *f, uaddr_t addr, size_t n)
{
    struct pipe *p = f->pipe;
    size_t done = 0;
    spin_lock(&p->lock);
    int64 r = own(p, &p->in);
    if (r == 0) {
        while (r >= 0 && done < n) {
            r = wait_room(p);
            if (r > 0)
                r = pass(p, &p->in, addr + done, min_u64(n - done, r), copy_in);
            if (r > 0)
                done += r;
        }
        feed(&p->out);
        disown(&p->in);
    }
    spin_unlock(&p->lock);
    return done ? (int64)done : r;
}

static int64 pipe_read(struct file *f, uaddr_t addr, size_t n)
{
    struct pipe *p = f->pipe;
    size_t done = 0;
    spin_lock(&p->lock);
    int64 r = own(p, &p->out);
    if (r == 0) {
        r = wait_bytes(p);
        while (r > 0 && done < n) {
            r = pass(p, &p->out, addr + done, min_u64(n - done, r), copy_out);
            if (r > 0) {
                done += r;
                r = p->in.bytes - p->out.bytes;
            }
        }
        feed(&p->in);
        disown(&p->out);
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
        if (p->page[i])
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
    feed(other);
    bool last = !other->open;
    spin_unlock(&p->lock);
    if (last)
        pipe_free(p);
}

static const struct file_ops pipe_ops = {
    .read = pipe_read,
    .write = pipe_write,
    .stat = pipe_stat,
    .release = pipe_release,
};

static struct pipe *pipe_alloc(void)
{
    struct pipe *p = kmem_alloc(&pipe_cache);
    if (!p)
        return 0;
    spin_init(&p->lock, "pipe", LEVEL_PIPE);
    p->in.open = p->out.open = true;
    __atomic_fetch_add(&pipes, 1, __ATOMIC_RELAXED);
    return p;
}

int pipe_open(struct file **reader, struct file **writer)
{
    int e = file_alloc(&pipe_ops, true, false, reader);
    if (e)
        return e;
    e = file_alloc(&pipe_ops, false, true, writer);
    if (e) {
        file_close(*reader);
        return e;
    }
    struct pipe *p = pipe_alloc();
    if (!p) {
        file_close(*reader);
        file_close(*writer);
        return -ENOMEM;
    }
    (*reader)->pipe = (*writer)->pipe = p;
    return 0;
}
