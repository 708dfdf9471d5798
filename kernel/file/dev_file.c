// Device files. A device sees kernel memory: what it reads or writes passes through a bounce
// buffer. No lock is held while it works, which may take long (a line from the console). The
// offset, which only some devices look at, is an atomic count of the bytes that have passed. A
// device that could be opened is there for good.
#include "kernel/file/dev_file.h"

#include "kernel/dev/dev.h"
#include "kernel/errno.h"
#include "kernel/file/bounce.h"
#include "kernel/file/inode_file.h"
#include "kernel/riscv.h"
#include "kernel/vm/fault/uaccess.h"

static int64 read_piece(struct file *f, char *data, uaddr_t addr, size_t n)
{
    uint64 pos = __atomic_load_n(&f->pos, __ATOMIC_RELAXED);

    // The device must not give away what cannot be delivered.
    n = uaccess_writable(addr, n);
    if (n == 0)
        return -EFAULT;
    int64 got = dev_lookup(f->major)->read(data, pos, n);
    if (got <= 0)
        return got;

    size_t out = copyout_partial(addr, data, got);
    __atomic_fetch_add(&f->pos, out, __ATOMIC_RELAXED);
    return transfer_result(out, -EFAULT);
}

static int64 write_piece(struct file *f, char *data, uaddr_t addr, size_t n)
{
    size_t in = copyin_partial(data, addr, n);
    if (in == 0)
        return -EFAULT;
    int64 written = dev_lookup(f->major)->write(data, in);
    if (written > 0)
        __atomic_fetch_add(&f->pos, written, __ATOMIC_RELAXED);
    return written;
}

static int64 dev_read(struct file *f, uaddr_t addr, size_t n)
{
    return bounce(f, addr, n, PGSIZE, read_piece);
}

static int64 dev_write(struct file *f, uaddr_t addr, size_t n)
{
    return bounce(f, addr, n, PGSIZE, write_piece);
}

const struct file_ops dev_file_ops = {
    .read = dev_read,
    .write = dev_write,
    .stat = inode_file_stat,
    .release = inode_file_release,
};
