// Opening a path. The open file is made before anything on disk is created or cut, so that a
// lack of files or memory changes nothing.
#include "kernel/dev/dev.h"
#include "kernel/errno.h"
#include "kernel/fcntl.h"
#include "kernel/file/kinds.h"
#include "kernel/fs/path.h"

static int find_inode(struct inode *cwd, const char *path, int flags, struct inode **out)
{
    const bool create = flags & O_CREATE, excl = flags & O_EXCL;
    int e = -ENOENT;
    if (!create || (flags & O_NOFOLLOW && !excl)) // path_create follows links unless excl
        e = path_lookup(cwd, path, flags & O_NOFOLLOW ? PATH_NOFOLLOW : 0, out);
    if (e == -ENOENT && create)
        e = path_create(cwd, path, T_FILE, 0, 0, excl, out);
    return e;
}

// => f->inode locked. Can it be opened that way? Sets what depends on its type.
static int bind_locked(struct file *f, int flags)
{
    struct inode *ip = f->inode;
    if (ip->d.type == T_DIR && (f->writable || flags & (O_TRUNC | O_CREATE)))
        return -EISDIR;
    if (ip->d.type == T_SYMLINK && (f->writable || flags & O_TRUNC))
        return -ELOOP; // O_NOFOLLOW: its target may be read
    if (ip->d.type != T_DEVICE)
        return 0;
    f->ops = &dev_file_ops;
    f->major = ip->d.major;
    f->minor = ip->d.minor;
    return f->major < 0 || f->major >= NDEV || !dev_lookup(f->major) ? -ENXIO : 0;
}

static int bind(struct file *f, int flags)
{
    int e = inode_lock(f->inode);
    if (e)
        return e;
    e = bind_locked(f, flags);
    if (e == 0 && flags & O_TRUNC && f->inode->d.type == T_FILE)
        e = inode_truncate(f->inode, 0);
    inode_unlock(f->inode);
    return e;
}

int file_open(struct inode *cwd, const char *path, int flags, struct file **out)
{
    const int mode = flags & (O_WRONLY | O_RDWR);
    if (mode == (O_WRONLY | O_RDWR))
        return -EINVAL;
    int e = file_alloc(&inode_file_ops, mode != O_WRONLY, mode != O_RDONLY, out);
    if (e)
        return e;
    struct file *f = *out;
    f->append = (flags & O_APPEND) != 0;
    e = find_inode(cwd, path, flags, &f->inode);
    if (e == 0)
        e = bind(f, flags);
    if (e)
        file_close(f);
    return e;
}
