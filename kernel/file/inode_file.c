// Open files, directories and symbolic links: the bytes of an inode behind an offset.
//
// The offset's lock and the inode's are never held while user memory is touched. A read pins the
// cache's blocks and moves the offset under the locks, lets them go, and copies out; if a bad
// address cuts that short, the offset goes back, unless somebody else has moved it since. A write
// copies in first, and then writes under the locks: two processes that share an offset lose
// nothing of each other's, and what a bad address cuts off is not written.
//
// A write of up to a block is one transaction. A longer one may be several, with copies from user
// memory in between: it has a turn (inode_begin_turn), so that the others' bytes come before it or
// behind it. A short write needs no turn of its own unless somebody has one.
//
// Entries of a directory change while others read it, so they are copied to kernel memory under its
// lock.
#include "kernel/file/inode_file.h"

#include "kernel/errno.h"
#include "kernel/fcntl.h"
#include "kernel/file/bounce.h"
#include "kernel/fs/cache.h"
#include "kernel/fs/inode.h"
#include "kernel/fs/journal.h"
#include "kernel/fs/truncate.h"
#include "kernel/thread/self.h"
#include "kernel/mem/page.h"
#include "kernel/vm/uaccess.h"

#define RUN_BLOCKS 16 // pinned at a time

// Bytes [pos, pos + n) of a file, pinned.
struct run {
    uint64 pos;
    size_t n;
    struct block *block[RUN_BLOCKS]; // 0: a hole
};

// => ip locked. Pins up to n bytes at pos: 0 (r->n says how many); -EIO; -ENOMEM.
static int run_pin(struct run *r, struct inode *ip, uint64 pos, size_t n)
{
    int e = 0;
    r->pos = pos;
    r->n = 0;
    if (pos >= ip->d.size)
        return 0;
    n = min_u64(n, min_u64(ip->d.size - pos, RUN_BLOCKS * BSIZE - pos % BSIZE));
    for (uint i = 0; r->n < n; i++) {
        uint64 at = pos + r->n;
        e = inode_block(ip, at, &r->block[i]);
        if (e)
            break;
        r->n += min_u64(BSIZE - at % BSIZE, n - r->n);
    }
    return r->n ? 0 : e;
}

// Copies the run out and lets it go: how many bytes reached addr.
static size_t run_deliver(struct run *r, uaddr_t addr)
{
    size_t done = 0, out = 0;
    for (struct block **b = r->block; done < r->n; b++) {
        const char *data = *b ? block_data(*b) : page_to_virt(zero_page);
        size_t at = (r->pos + done) % BSIZE, m = min_u64(BSIZE - at, r->n - done);
        if (out == done) // all has arrived so far
            out += copyout_partial(addr + done, data + at, m);
        cache_put(*b);
        done += m;
    }
    return out;
}

// Takes the next run of up to n bytes from the file, moving the offset behind it.
static int take_run(struct file *f, struct run *r, size_t n)
{
    sleeplock_lock(&f->pos_lock);
    inode_lock(f->inode);
    int e = run_pin(r, f->inode, f->pos, n);
    inode_unlock(f->inode);
    if (e == 0 && r->n > 0) {
        f->pos += r->n;
        f->seeked = false;
    }
    sleeplock_unlock(&f->pos_lock);
    return e;
}

// Of the n bytes read at pos only the first out arrived.
static void give_back(struct file *f, uint64 pos, size_t n, size_t out)
{
    sleeplock_lock(&f->pos_lock);
    if (f->pos == pos + n)
        f->pos = pos + out;
    sleeplock_unlock(&f->pos_lock);
}

static int64 read_entries(struct file *f, char *data, uaddr_t addr, size_t n)
{
    sleeplock_lock(&f->pos_lock);
    uint64 pos = f->pos;
    inode_lock(f->inode);
    int64 r = inode_read(f->inode, data, pos, n);
    inode_unlock(f->inode);
    if (r > 0) {
        f->pos += r;
        f->seeked = false;
    }
    sleeplock_unlock(&f->pos_lock);
    if (r <= 0)
        return r;

    size_t out = copyout_partial(addr, data, r);
    if (out < (size_t)r)
        give_back(f, pos, r, out);
    return out ? (int64)out : -EFAULT;
}

static int64 directory_read(struct file *f, uaddr_t addr, size_t n)
{
    return bounce(f, addr, n, PGSIZE, read_entries);
}

static int64 inode_file_read(struct file *f, uaddr_t addr, size_t n)
{
    size_t done = 0;
    int e = 0;
    while (e == 0 && done < n) {
        struct run r;
        e = take_run(f, &r, n - done);
        if (e || r.n == 0)
            break;
        size_t out = run_deliver(&r, addr + done);
        done += out;
        if (out < r.n) {
            give_back(f, r.pos, r.n, out);
            e = -EFAULT;
        } else if (done < n && thread_killed()) {
            e = -EINTR;
        }
    }
    return done ? (int64)done : e;
}

// => pos_lock held. One transaction of a write at the offset. -EAGAIN: somebody else has a turn.
static int64 write_step(struct file *f, const char *src, size_t n, bool in_turn)
{
    struct inode *ip = f->inode;
    int64 r = journal_begin(inode_write_blocks(n));
    if (r < 0)
        return r;
    inode_lock(ip);
    if (f->append)
        f->pos = ip->d.size;
    if (!in_turn && inode_in_turn(ip))
        r = -EAGAIN;
    else if (f->pos > ip->d.size && !f->seeked)
        r = -EINVAL; // a gap is made only if lseek has set the offset
    else
        r = inode_write(ip, src, f->pos, n);
    inode_unlock(ip);
    journal_end();
    if (r > 0) {
        f->pos += r;
        f->seeked = false;
    }
    return r;
}

// Writes up to n bytes at the offset.
static inline int64 write_piece(struct file *f, char *data, uaddr_t addr, size_t n, bool in_turn)
{
    size_t in = copyin_partial(data, addr, n), done = 0;
    int64 r = in ? 1 : -EFAULT;
    sleeplock_lock(&f->pos_lock);
    while (r > 0 && done < in) {
        r = write_step(f, data + done, in - done, in_turn);
        if (r > 0)
            done += r;
    }
    sleeplock_unlock(&f->pos_lock);
    return done ? (int64)done : r;
}

static int64 write_at_once(struct file *f, char *data, uaddr_t addr, size_t n)
{
    return write_piece(f, data, addr, n, false);
}

static int64 write_in_turn(struct file *f, char *data, uaddr_t addr, size_t n)
{
    return write_piece(f, data, addr, n, true);
}

static int64 inode_file_write(struct file *f, uaddr_t addr, size_t n)
{
    int64 r = n <= BSIZE ? bounce(f, addr, n, n, write_at_once) : -EAGAIN;
    if (r != -EAGAIN)
        return r;

    // It is long, or somebody else's long write is under way.
    r = inode_begin_turn(f->inode);
    if (r)
        return r;
    r = bounce(f, addr, n, n, write_in_turn);
    inode_end_turn(f->inode);
    return r;
}

static int64 seek_base(struct file *f, int whence)
{
    if (whence == SEEK_SET)
        return 0;
    if (whence == SEEK_CUR)
        return f->pos;
    if (whence != SEEK_END)
        return -EINVAL;
    struct stat st;
    inode_file_stat(f, &st);
    return st.size;
}

static int64 inode_file_seek(struct file *f, int64 offset, int whence)
{
    const int64 max = (int64)MAXFILE * BSIZE;
    sleeplock_lock(&f->pos_lock);
    int64 r = seek_base(f, whence);
    if (r >= 0)
        r = offset < -r || offset > max - r ? -EINVAL : r + offset;
    if (r >= 0) {
        f->pos = r;
        f->seeked = true;
    }
    sleeplock_unlock(&f->pos_lock);
    return r;
}

int inode_file_stat(struct file *f, struct stat *st)
{
    inode_lock(f->inode);
    inode_stat(f->inode, st);
    inode_unlock(f->inode);
    return 0;
}

static int inode_file_truncate(struct file *f, uint64 size)
{
    return inode_truncate(f->inode, size);
}

// The journal keeps the order of all changes: what is older is on disk, too.
static int inode_file_sync(struct file *) { return journal_sync(); }

int file_map(const struct file *f, int prot, bool shared, struct inode **ip, int *denied)
{
    if (f->ops != &inode_file_ops || f->inode->d.type != T_FILE)
        return -ENODEV;
    int refused = shared && !f->writable ? PROT_WRITE : 0;
    if (!f->readable || (prot & refused))
        return -EACCES;
    *ip = f->inode;
    *denied = refused;
    return 0;
}

void inode_file_release(struct file *f)
{
    if (f->writes)
        inode_end_use(f->inode, INODE_WRITE);
    inode_put(f->inode);
}

const struct file_ops inode_file_ops = {
    .read = inode_file_read,
    .write = inode_file_write,
    .seek = inode_file_seek,
    .stat = inode_file_stat,
    .truncate = inode_file_truncate,
    .sync = inode_file_sync,
    .release = inode_file_release,
};

const struct file_ops directory_ops = {
    .read = directory_read,
    .seek = inode_file_seek,
    .stat = inode_file_stat,
    .sync = inode_file_sync,
    .release = inode_file_release,
};
