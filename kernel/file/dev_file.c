// Device files. A device sees kernel memory: what it reads or writes passes through a bounce
// buffer. No lock is held during its work, which may take long (a line from the console): the
// offset, which only some devices look at, is an atomic count of what has passed.
#include "kernel/dev/dev.h"
#include "kernel/errno.h"
#include "kernel/file/bounce.h"
#include "kernel/file/kinds.h"
#include "kernel/fs/inode.h"
#include "kernel/riscv.h"
#include "kernel/vm/uaccess.h"

static int64 read_some(struct file *f, struct bounce *b, uaddr_t addr, size_t n)
{
    const struct dev_ops *dev = dev_lookup(f->major);
    uint64 pos = __atomic_load_n(&f->pos, __ATOMIC_RELAXED);
    if (copyin_partial(b->data, addr, 1) == 0)
        return -EFAULT; // before the device gives away what cannot be delivered
    int64 r = dev ? dev->read(f->minor, b->data, pos, min_u64(n, b->size)) : -ENXIO;
    if (r <= 0)
        return r;
    size_t out = copyout_partial(addr, b->data, r);
    __atomic_fetch_add(&f->pos, out, __ATOMIC_RELAXED);
    return out > 0 ? (int64)out : -EFAULT;
}

static int64 write_some(struct file *f, struct bounce *b, uaddr_t addr, size_t n)
{
    const struct dev_ops *dev = dev_lookup(f->major);
    uint64 pos = __atomic_load_n(&f->pos, __ATOMIC_RELAXED);
    size_t in = copyin_partial(b->data, addr, min_u64(n, b->size));
    if (in == 0)
        return -EFAULT;
    int64 r = dev ? dev->write(f->minor, b->data, pos, in) : -ENXIO;
    if (r > 0)
        __atomic_fetch_add(&f->pos, r, __ATOMIC_RELAXED);
    return r;
}

// Does some() until n bytes have passed, it passes less than a whole buffer, or it fails.
static int64 transfer(struct file *f, uaddr_t addr, size_t n,
                      int64 (*some)(struct file *f, struct bounce *b, uaddr_t addr, size_t n))
{
    struct bounce b;
    size_t done = 0;
    int64 r = bounce_get(&b, min_u64(n, PGSIZE));
    if (r < 0)
        return r;
    do {
        r = some(f, &b, addr + done, n - done);
        if (r > 0)
            done += r;
    } while (r == (int64)b.size && done < n);
    bounce_put(&b);
    return done ? (int64)done : r;
}

static int64 dev_read(struct file *f, uaddr_t addr, size_t n)
{
    return transfer(f, addr, n, read_some);
}

static int64 dev_write(struct file *f, uaddr_t addr, size_t n)
{
    return transfer(f, addr, n, write_some);
}

const struct file_ops dev_file_ops = {
    .read = dev_read,
    .write = dev_write,
    .stat = inode_file_stat,
    .release = inode_file_release,
};
