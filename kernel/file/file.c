// Open files (file.h): their references, and the checks that all kinds share.
#include "kernel/file/file.h"

#include "kernel/errno.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/string.h"
#include "kernel/mem/kmem.h"
#include "kernel/param.h"

static struct kmem_cache file_cache = KMEM_CACHE("file", struct file);
static uint64 open_files; // atomic

uint64 files_open(void) { return __atomic_load_n(&open_files, __ATOMIC_RELAXED); }

static void uncount(void) { __atomic_fetch_sub(&open_files, 1, __ATOMIC_RELAXED); }

int file_alloc(const struct file_ops *ops, bool readable, bool writable, struct file **out)
{
    if (__atomic_fetch_add(&open_files, 1, __ATOMIC_RELAXED) >= NFILE) {
        uncount();
        return -ENFILE;
    }
    struct file *f = kmem_alloc(&file_cache);
    if (f == NULL) {
        uncount();
        return -ENOMEM;
    }

    f->ops = ops;
    f->refs = 1;
    f->readable = readable;
    f->writable = writable;
    sleeplock_init(&f->pos_lock, "file position", LEVEL_FILE_POS);
    *out = f;
    return 0;
}

struct file *file_dup(struct file *f)
{
    if (f != NULL)
        __atomic_fetch_add(&f->refs, 1, __ATOMIC_RELAXED);
    return f;
}

void file_close(struct file *f)
{
    if (f == NULL)
        return;
    int before = __atomic_fetch_sub(&f->refs, 1, __ATOMIC_ACQ_REL);
    kassert(before > 0);
    if (before > 1)
        return;

    f->ops->release(f);
    kmem_free(&file_cache, f);
    uncount();
}

// Reads or writes, if f is open for that.
static int64 transfer(struct file *f, bool open, file_transfer_fn how, uaddr_t addr, int64 n)
{
    if (!open)
        return -EBADF;
    if (n < 0)
        return -EINVAL;
    if (n == 0)
        return 0;
    return how(f, addr, n);
}

int64 file_read(struct file *f, uaddr_t addr, int64 n)
{
    return transfer(f, f->readable, f->ops->read, addr, n);
}

int64 file_write(struct file *f, uaddr_t addr, int64 n)
{
    return transfer(f, f->writable, f->ops->write, addr, n);
}

int64 file_seek(struct file *f, int64 offset, int whence)
{
    if (f->ops->seek == NULL)
        return -ESPIPE;
    return f->ops->seek(f, offset, whence);
}

int file_stat(struct file *f, struct stat *st)
{
    memset(st, 0, sizeof *st);
    return f->ops->stat(f, st);
}

int file_truncate(struct file *f, int64 size)
{
    if (!f->writable)
        return -EBADF;
    if (size < 0 || f->ops->truncate == NULL)
        return -EINVAL;
    return f->ops->truncate(f, size);
}

int file_sync(struct file *f)
{
    if (f->ops->sync == NULL)
        return -EINVAL;
    return f->ops->sync(f);
}
