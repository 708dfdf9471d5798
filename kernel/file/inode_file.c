// Open files, directories and symbolic links: the bytes of an inode behind an offset.
//
// The offset's lock and the inode's are never held while user memory is touched. A read pins the
// cache's blocks and moves the offset under the locks, lets the locks go, and copies out. If a bad
// address cuts that short, the offset goes back, unless somebody else has moved it since. A write
// copies in first, and then writes under the locks. So two processes that share an offset lose
// nothing of each other's, and what a bad address cuts off is not written.
//
// A write of up to a block is one transaction. A longer one may be several, with copies from user
// memory in between. It has a turn (inode_begin_turn), so that the bytes of others come before it
// or behind it. A short write needs no turn of its own, unless somebody has one.
//
// Entries of a directory change while others read it, so they are copied to kernel memory under the
// inode's lock.
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
#include "kernel/vm/fault/uaccess.h"

// --- Reading ---

#define EXTENT_BLOCKS 16 // pinned at a time

// Bytes [pos, pos + n) of a file, pinned.
struct extent {
    uint64 pos;
    size_t n;
    struct block *block[EXTENT_BLOCKS]; // NULL: a hole
};

// => ip locked. Pins up to n bytes at pos; x->n says how many. 0; -EIO; -ENOMEM: none.
static int pin_extent(struct extent *x, struct inode *ip, uint64 pos, size_t n)
{
    int err = 0;

    x->pos = pos;
    x->n = 0;
    if (pos >= ip->d.size)
        return 0;
    n = min_u64(n, min_u64(ip->d.size - pos, EXTENT_BLOCKS * BSIZE - pos % BSIZE));

    for (uint i = 0; x->n < n; i++) {
        uint64 at = pos + x->n;
        err = inode_block(ip, at, &x->block[i]);
        if (err && x->n == 0)
            return err;
        if (err)
            break; // what is pinned already can be read
        x->n += min_u64(BSIZE - at % BSIZE, n - x->n);
    }
    return 0;
}

// Copies the extent to addr and unpins it. Returns how many bytes reached addr.
static size_t copy_extent_out(struct extent *x, uaddr_t addr)
{
    size_t done = 0, out = 0;

    for (struct block **b = x->block; done < x->n; b++) {
        const char *data = *b != NULL ? block_data(*b) : page_to_virt(zero_page);
        size_t at = (x->pos + done) % BSIZE, part = min_u64(BSIZE - at, x->n - done);
        if (out == done) // all has arrived so far
            out += copyout_partial(addr + done, data + at, part);
        cache_put(*b);
        done += part;
    }
    return out;
}

// Pins the next extent of up to n bytes of the file, and moves the offset behind it.
static int take_extent(struct file *f, struct extent *x, size_t n)
{
    sleeplock_lock(&f->pos_lock);
    inode_lock(f->inode);
    int err = pin_extent(x, f->inode, f->pos, n);
    inode_unlock(f->inode);
    if (err == 0 && x->n > 0) {
        f->pos += x->n;
        f->seeked = false;
    }
    sleeplock_unlock(&f->pos_lock);
    return err;
}

// Of the n bytes read at pos only the first out arrived: the offset goes back, unless somebody has
// moved it since.
static void move_back(struct file *f, uint64 pos, size_t n, size_t out)
{
    sleeplock_lock(&f->pos_lock);
    if (f->pos == pos + n)
        f->pos = pos + out;
    sleeplock_unlock(&f->pos_lock);
}

static int64 inode_file_read(struct file *f, uaddr_t addr, size_t n)
{
    size_t done = 0;
    int err = 0;

    while (err == 0 && done < n) {
        struct extent x;
        err = take_extent(f, &x, n - done);
        if (err || x.n == 0)
            break; // an error, or the file's end

        size_t out = copy_extent_out(&x, addr + done);
        done += out;
        if (out < x.n) {
            move_back(f, x.pos, x.n, out);
            err = -EFAULT;
        } else if (done < n && thread_killed()) {
            err = -EINTR;
        }
    }
    return transfer_result(done, err);
}

// One piece of a directory, by way of kernel memory at data.
static int64 read_entries(struct file *f, char *data, uaddr_t addr, size_t n)
{
    sleeplock_lock(&f->pos_lock);
    uint64 pos = f->pos;
    inode_lock(f->inode);
    int64 got = inode_read(f->inode, data, pos, n);
    inode_unlock(f->inode);
    if (got > 0) {
        f->pos += got;
        f->seeked = false;
    }
    sleeplock_unlock(&f->pos_lock);
    if (got <= 0)
        return got;

    size_t out = copyout_partial(addr, data, got);
    if (out < (size_t)got)
        move_back(f, pos, got, out);
    return transfer_result(out, -EFAULT);
}

static int64 directory_read(struct file *f, uaddr_t addr, size_t n)
{
    return bounce(f, addr, n, PGSIZE, read_entries);
}

// --- Writing ---

// => pos_lock held. One transaction of a write at the offset. -EAGAIN: in_turn is not set, and
// somebody else has a turn.
static int64 write_at_offset(struct file *f, const char *src, size_t n, bool in_turn)
{
    struct inode *ip = f->inode;
    int64 written = journal_begin(inode_write_blocks(n));
    if (written < 0)
        return written;

    inode_lock(ip);
    if (f->append)
        f->pos = ip->d.size;
    if (!in_turn && inode_in_turn(ip))
        written = -EAGAIN;
    else if (f->pos > ip->d.size && !f->seeked)
        written = -EINVAL; // a gap is made only if lseek has set the offset
    else
        written = inode_write(ip, src, f->pos, n);
    inode_unlock(ip);
    journal_end();

    if (written > 0) {
        f->pos += written;
        f->seeked = false;
    }
    return written;
}

// Writes up to n bytes at the offset: copies them in, then writes as many as arrived.
static inline int64 write_piece(struct file *f, char *data, uaddr_t addr, size_t n, bool in_turn)
{
    size_t in = copyin_partial(data, addr, n), done = 0;
    int64 written = 1;
    if (in == 0)
        return -EFAULT;

    sleeplock_lock(&f->pos_lock);
    while (written > 0 && done < in) {
        written = write_at_offset(f, data + done, in - done, in_turn);
        if (written > 0)
            done += written;
    }
    sleeplock_unlock(&f->pos_lock);
    return transfer_result(done, written);
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
    int64 written = -EAGAIN;
    if (n <= BSIZE)
        written = bounce(f, addr, n, n, write_at_once);
    if (written != -EAGAIN)
        return written;

    // It is long, or somebody else's long write is under way.
    int err = inode_begin_turn(f->inode);
    if (err)
        return err;
    written = bounce(f, addr, n, n, write_in_turn);
    inode_end_turn(f->inode);
    return written;
}

// --- The rest ---

// => pos_lock held. The offset that whence counts from; -EINVAL.
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
    int64 pos = seek_base(f, whence);
    if (pos >= 0 && (offset < -pos || offset > max - pos))
        pos = -EINVAL;
    else if (pos >= 0)
        pos += offset;
    if (pos >= 0) {
        f->pos = pos;
        f->seeked = true;
    }
    sleeplock_unlock(&f->pos_lock);
    return pos;
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

// The journal keeps the order of all changes: all that is older than f's changes is on disk, too.
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
