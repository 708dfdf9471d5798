// Opening a path (open.h). The open file is made before anything on disk is created or cut, so that
// nothing has changed if there are too many files or no memory.
#include "kernel/file/open.h"

#include "kernel/dev/dev.h"
#include "kernel/errno.h"
#include "kernel/fcntl.h"
#include "kernel/file/dev_file.h"
#include "kernel/file/inode_file.h"
#include "kernel/fs/path_ops.h"
#include "kernel/fs/truncate.h"

static int follow_flag(int flags) { return flags & O_NOFOLLOW ? PATH_NOFOLLOW : 0; }

// Finds path's inode, which must be only: nothing is made.
static int find_only(struct inode *cwd, const char *path, int flags, const struct inode *only,
                     struct inode **out)
{
    int err = path_lookup(cwd, path, follow_flag(flags), out);
    if (err || *out != only)
        return -EPERM;
    if ((flags & O_CREATE) && (flags & O_EXCL))
        return -EEXIST;
    return 0;
}

// Finds path's inode, or makes it.
static int find_or_make(struct inode *cwd, const char *path, int flags, struct inode **out)
{
    static const struct node file = {.type = T_FILE};
    int how = follow_flag(flags);

    if (!(flags & O_CREATE))
        return path_lookup(cwd, path, how, out);
    if (flags & O_EXCL)
        how = PATH_ENTRY;
    return path_create(cwd, path, &file, how, out);
}

// Counts f among those that write the file, if it does, and cuts the file if it is to be cut.
static int begin_writing(struct file *f, int flags)
{
    struct inode *ip = f->inode;
    const bool cut = flags & O_TRUNC && ip->d.size > 0;
    if (!f->writable && !cut)
        return 0;

    // Cutting is writing: a file that is opened to be read, and cut, is written for that long.
    int err = inode_begin_use(ip, INODE_WRITE);
    if (err)
        return err;
    f->writes = f->writable;
    if (cut)
        err = inode_truncate(ip, 0);
    if (!f->writes)
        inode_end_use(ip, INODE_WRITE);
    return err;
}

// May f->inode be opened that way? Sets what depends on its type. The type never changes: no lock.
static int bind_to_inode(struct file *f, int flags)
{
    struct inode *ip = f->inode;
    const bool changes = f->writable || flags & O_TRUNC;

    switch (ip->d.type) {
    case T_FILE:
        return begin_writing(f, flags);
    case T_DIR:
        f->ops = &directory_ops;
        if (changes || flags & O_CREATE)
            return -EISDIR;
        return 0;
    case T_DEVICE:
        f->ops = &dev_file_ops;
        f->major = ip->d.major;
        if (dev_lookup(f->major) == NULL)
            return -ENXIO;
        return 0;
    default: // a symbolic link, met with O_NOFOLLOW: its target may be read
        if (changes)
            return -ELOOP;
        return 0;
    }
}

int file_open(struct inode *cwd, const char *path, int flags, const struct inode *only,
              struct file **out)
{
    const int mode = flags & (O_WRONLY | O_RDWR);
    struct file *f;

    // 1. The file.
    if (mode == (O_WRONLY | O_RDWR))
        return -EINVAL;
    int err = file_alloc(&inode_file_ops, mode != O_WRONLY, mode != O_RDONLY, &f);
    if (err)
        return err;
    f->append = (flags & O_APPEND) != 0;

    // 2. Its inode.
    if (only != NULL)
        err = find_only(cwd, path, flags, only, &f->inode);
    else
        err = find_or_make(cwd, path, flags, &f->inode);

    // 3. Both together.
    if (err == 0)
        err = bind_to_inode(f, flags);
    if (err)
        file_close(f);
    else
        *out = f;
    return err;
}
