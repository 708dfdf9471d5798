// Device files. A device sees kernel memory: what it reads or writes passes through a bounce
// buffer. No lock is held during its work, which may take long (a line from the console): the
// offset, which only some devices look at, is an atomic count of what has passed. A device that
// could be opened is there for good.
#include "kernel/file/dev_file.h"

#include "kernel/dev/dev.h"
#include "kernel/errno.h"
#include "kernel/file/bounce.h"
#include "kernel/file/inode_file.h"
#include "kernel/riscv.h"
#include "kernel/vm/uaccess.h"

static int64 read_some(struct file *f, char *data, uaddr_t addr, size_t n)
{
    uint64 pos = __atomic_load_n(&f->pos, __ATOMIC_RELAXED);
    n = uaccess_writable(addr, n); // the device must not give away what cannot be delivered
    if (n == 0)
        return -EFAULT;
    int64 r = dev_lookup(f->major)->read(f->minor, data, pos, n);
    if (r <= 0)
        return r;
    size_t out = copyout_partial(addr, data, r);
    __atomic_fetch_add(&f->pos, out, __ATOMIC_RELAXED);
    return out > 0 ? (int64)out : -EFAULT;
}

static int64 write_some(struct file *f, char *data, uaddr_t addr, size_t n)
{
    uint64 pos = __atomic_load_n(&f->pos, __ATOMIC_RELAXED);
    size_t in = copyin_partial(data, addr, n);
    if (in == 0)
        return -EFAULT;
    int64 r = dev_lookup(f->major)->write(f->minor, data, pos, in);
    if (r > 0)
        __atomic_fetch_add(&f->pos, r, __ATOMIC_RELAXED);
    return r;
}

static int64 dev_read(struct file *f, uaddr_t addr, size_t n)
{
    return bounce(f, addr, n, PGSIZE, read_some);
}

static int64 dev_write(struct file *f, uaddr_t addr, size_t n)
{
    return bounce(f, addr, n, PGSIZE, write_some);
}

const struct file_ops dev_file_ops = {
    .read = dev_read,
    .write = dev_write,
    .stat = inode_file_stat,
    .release = inode_file_release,
};
