// System calls on files and names.
//
// Each fetches and checks its arguments and calls the layer that does the work. Results are copied
// out last. If that fails, what the call has made is taken back.
#include "kernel/errno.h"
#include "kernel/file/file.h"
#include "kernel/file/open.h"
#include "kernel/file/pipe.h"
#include "kernel/fs/journal.h"
#include "kernel/fs/path.h"
#include "kernel/fs/path_ops.h"
#include "kernel/mem/page.h"
#include "kernel/proc/proc.h"
#include "kernel/proc/watch.h"
#include "kernel/sys/dispatch.h"
#include "kernel/vm/fault/uaccess.h"

// --- Open files ---

// The process's table of descriptors.
static inline struct fdtable *descriptors(void) { return &current()->proc->fds; }

// Gives f the lowest free descriptor, and takes over the caller's reference. The descriptor;
// -EMFILE.
static int64 add_file(struct file *f)
{
    int fd = fdtable_add(descriptors(), f);

    if (fd < 0)
        file_close(f);
    return fd;
}

int64 sys_read(int fd, uaddr_t buf, int n)
{
    struct file *f = fdtable_get(descriptors(), fd);

    if (f == NULL)
        return -EBADF;
    int64 done = file_read(f, buf, n);
    file_close(f);
    return done;
}

int64 sys_write(int fd, uaddr_t buf, int n)
{
    struct file *f = fdtable_get(descriptors(), fd);

    if (f == NULL)
        return -EBADF;
    int64 done = file_write(f, buf, n);
    file_close(f);
    return done;
}

int64 sys_lseek(int fd, int64 offset, int whence)
{
    struct file *f = fdtable_get(descriptors(), fd);

    if (f == NULL)
        return -EBADF;
    int64 pos = file_seek(f, offset, whence);
    file_close(f);
    return pos;
}

int64 sys_fstat(int fd, uaddr_t st)
{
    struct file *f = fdtable_get(descriptors(), fd);
    struct stat stat;

    if (f == NULL)
        return -EBADF;
    int err = file_stat(f, &stat);
    if (err == 0)
        err = copyout(st, &stat, sizeof(stat));
    file_close(f);
    return err;
}

int64 sys_ftruncate(int fd, int64 size)
{
    struct file *f = fdtable_get(descriptors(), fd);

    if (f == NULL)
        return -EBADF;
    int err = file_truncate(f, size);
    file_close(f);
    return err;
}

int64 sys_fsync(int fd)
{
    struct file *f = fdtable_get(descriptors(), fd);

    if (f == NULL)
        return -EBADF;
    int err = file_sync(f);
    file_close(f);
    return err;
}

int64 sys_sync(void) { return journal_flush(); }

int64 sys_open(uaddr_t path, int flags)
{
    char name[MAXPATH];
    struct inode *only;
    struct file *f;

    int err = fetch_path(path, name);
    if (err)
        return err;

    // Without a free descriptor, a file must not be created or cut in vain.
    if (fdtable_full(descriptors()))
        return -EMFILE;

    // A process that is refused open may have one path left, which must lead to `only`.
    err = watch_permits(&current()->proc->watch, SYS_open, name, &only);
    if (err)
        return err;

    err = file_open(proc_cwd(), name, flags, only, &f);
    inode_put(only);
    if (err)
        return err;
    return add_file(f);
}

int64 sys_close(int fd) { return fdtable_close(descriptors(), fd); }

int64 sys_dup(int fd)
{
    struct file *f = fdtable_get(descriptors(), fd);

    if (f == NULL)
        return -EBADF;
    return add_file(f);
}

int64 sys_dup2(int fd, int to)
{
    struct file *f = fdtable_get(descriptors(), fd);
    int set = fd;

    if (f == NULL)
        return -EBADF;

    // A descriptor that is made a copy of itself stays open, so nothing is to be set.
    if (fd != to)
        set = fdtable_set(descriptors(), to, f);
    if (fd == to || set < 0)
        file_close(f);
    return set;
}

int64 sys_pipe(uaddr_t fds)
{
    struct file *end[2];
    int err = pipe_open(&end[0], &end[1]);

    if (err)
        return err;
    int fd[2] = {add_file(end[0]), add_file(end[1])};
    if (fd[0] < 0 || fd[1] < 0)
        err = -EMFILE;
    else
        err = copyout(fds, fd, sizeof(fd));

    // After an error both ends go. To close an end that got no descriptor does nothing.
    if (err) {
        fdtable_close(descriptors(), fd[0]);
        fdtable_close(descriptors(), fd[1]);
    }
    return err;
}

// --- Names ---

// Makes a file of another kind than a regular one at path. 0 or the error of path_create.
static int make_node(const char *path, const struct node *node)
{
    struct inode *ip;
    int err = path_create(proc_cwd(), path, node, PATH_ENTRY, &ip);

    if (err == 0)
        inode_put(ip);
    return err;
}

int64 sys_mkdir(uaddr_t path)
{
    char name[MAXPATH];
    int err = fetch_path(path, name);

    if (err)
        return err;
    return make_node(name, &(struct node){.type = T_DIR});
}

int64 sys_mknod(uaddr_t path, int major, int minor)
{
    char name[MAXPATH];

    // The disk has 16 bits for each number.
    if (major < 0 || major >= NDEV || minor != (short)minor)
        return -EINVAL;
    int err = fetch_path(path, name);
    if (err)
        return err;
    return make_node(name, &(struct node){.type = T_DEVICE, .major = major, .minor = minor});
}

// Copies two path arguments, each to MAXPATH bytes. 0 or the error of fetch_path.
static int fetch_paths(uaddr_t old, char *from, uaddr_t new, char *to)
{
    int err = fetch_path(old, from);

    if (err == 0)
        err = fetch_path(new, to);
    return err;
}

int64 sys_symlink(uaddr_t target, uaddr_t path)
{
    char to[MAXPATH], name[MAXPATH];
    int err = fetch_paths(target, to, path, name);

    if (err)
        return err;
    if (to[0] == 0)
        return -ENOENT;
    return make_node(name, &(struct node){.type = T_SYMLINK, .target = to});
}

int64 sys_link(uaddr_t old, uaddr_t new)
{
    char from[MAXPATH], to[MAXPATH];
    int err = fetch_paths(old, from, new, to);

    if (err)
        return err;
    return path_link(proc_cwd(), from, to);
}

int64 sys_rename(uaddr_t old, uaddr_t new)
{
    char from[MAXPATH], to[MAXPATH];
    int err = fetch_paths(old, from, new, to);

    if (err)
        return err;
    return path_rename(proc_cwd(), from, to);
}

int64 sys_unlink(uaddr_t path)
{
    char name[MAXPATH];
    int err = fetch_path(path, name);

    if (err)
        return err;
    return path_unlink(proc_cwd(), name);
}

// Copies the target of the symbolic link at path to target, without a 0 at its end. Its length;
// -EINVAL: path is no symbolic link; an error of path_lookup or inode_read.
static int64 read_link(const char *path, char target[MAXPATH])
{
    struct inode *ip;
    int64 n = path_lookup(proc_cwd(), path, PATH_NOFOLLOW, &ip);

    if (n < 0)
        return n;
    inode_lock(ip);
    if (ip->d.type == T_SYMLINK)
        n = inode_read(ip, target, 0, MAXPATH);
    else
        n = -EINVAL;
    inode_unlock(ip);
    inode_put(ip);
    return n;
}

int64 sys_readlink(uaddr_t path, uaddr_t buf, int n)
{
    char name[MAXPATH], target[MAXPATH];
    int err = fetch_path(path, name);

    if (err)
        return err;
    if (n <= 0)
        return -EINVAL;
    int64 length = read_link(name, target);
    if (length < 0)
        return length;

    // A target that is longer than the caller's buffer is cut.
    length = min_u64(length, n);
    err = copyout(buf, target, length);
    if (err)
        return err;
    return length;
}

// --- The working directory ---

int64 sys_chdir(uaddr_t path)
{
    char name[MAXPATH];
    struct inode *dir;
    int err = fetch_path(path, name);

    if (err == 0)
        err = path_lookup(proc_cwd(), name, PATH_DIRECTORY, &dir);
    if (err == 0)
        proc_set_cwd(dir);
    return err;
}

int64 sys_getcwd(uaddr_t buf, int n)
{
    if (n <= 0)
        return -EINVAL;
    struct page *page = page_alloc(0);
    if (page == NULL)
        return -ENOMEM;

    char *path = page_to_virt(page);
    int64 length = path_of_directory(proc_cwd(), path, min_u64(n, PGSIZE));
    if (length >= 0 && copyout(buf, path, length + 1) < 0)
        length = -EFAULT;
    page_put(page);
    return length;
}
