// Opening a path. The open file is made before anything on disk is created or cut, so that a
// lack of files or memory changes nothing.
#include "kernel/file/open.h"

#include "kernel/dev/dev.h"
#include "kernel/errno.h"
#include "kernel/fcntl.h"
#include "kernel/file/dev_file.h"
#include "kernel/file/inode_file.h"
#include "kernel/fs/path.h"
#include "kernel/fs/path_ops.h"
#include "kernel/fs/truncate.h"

// Nothing is made: what is to be opened is there.
static int find_only(struct inode *cwd, const char *path, int flags, const struct inode *only,
                     struct inode **out)
{
    int e = path_lookup(cwd, path, flags & O_NOFOLLOW ? PATH_NOFOLLOW : 0, out);
    if (e != 0 || *out != only)
        return -EPERM;
    return (flags & O_CREATE) && (flags & O_EXCL) ? -EEXIST : 0;
}

static int find_inode(struct inode *cwd, const char *path, int flags, struct inode **out)
{
    static const struct node file = {.type = T_FILE};
    const int how = flags & O_NOFOLLOW ? PATH_NOFOLLOW : 0;
    if (flags & O_CREATE)
        return path_create(cwd, path, &file, flags & O_EXCL ? PATH_ENTRY : how, out);
    return path_lookup(cwd, path, how, out);
}

// Can f->inode be opened that way? Sets what depends on its type, which never changes: no lock.
static int bind(struct file *f, int flags)
{
    struct inode *ip = f->inode;
    const int type = ip->d.type;
    if (type == T_DIR && (f->writable || flags & (O_TRUNC | O_CREATE)))
        return -EISDIR;
    if (type == T_SYMLINK && (f->writable || flags & O_TRUNC))
        return -ELOOP; // O_NOFOLLOW: its target may be read
    if (type == T_DEVICE) {
        f->ops = &dev_file_ops;
        f->major = ip->d.major;
        f->minor = ip->d.minor;
        return dev_lookup(f->major) ? 0 : -ENXIO;
    }
    if (type == T_DIR)
        f->ops = &directory_ops;
    if (type != T_FILE)
        return 0;
    // Cutting is writing; a file opened to be read that is cut is written for that long.
    bool cut = flags & O_TRUNC && ip->d.size > 0, writes = f->writable || cut;
    int e = writes ? inode_begin_use(ip, INODE_WRITE) : 0;
    if (e)
        return e;
    f->writes = f->writable;
    if (cut)
        e = inode_truncate(ip, 0);
    if (writes && !f->writes)
        inode_end_use(ip, INODE_WRITE);
    return e;
}

int file_open(struct inode *cwd, const char *path, int flags, const struct inode *only,
              struct file **out)
{
    const int mode = flags & (O_WRONLY | O_RDWR);
    if (mode == (O_WRONLY | O_RDWR))
        return -EINVAL;
    struct file *f;
    int e = file_alloc(&inode_file_ops, mode != O_WRONLY, mode != O_RDONLY, &f);
    if (e)
        return e;
    f->append = (flags & O_APPEND) != 0;
    if (only != 0)
        e = find_only(cwd, path, flags, only, &f->inode);
    else
        e = find_inode(cwd, path, flags, &f->inode);
    if (e == 0)
        e = bind(f, flags);
    if (e)
        file_close(f);
    else
        *out = f;
    return e;
}
