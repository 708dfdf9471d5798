// System calls on files and names. Each fetches and checks its arguments and calls the layer that
// does the work; results are copied out last, and undone if that fails.
#include "kernel/errno.h"
#include "kernel/file/file.h"
#include "kernel/fs/journal.h"
#include "kernel/fs/path.h"
#include "kernel/mem/page.h"
#include "kernel/proc/proc.h"
#include "kernel/proc/watch.h"
#include "kernel/sys/dispatch.h"
#include "kernel/vm/uaccess.h"

static struct file *fetch_file(uint64 fd) { return fdtable_get(&current()->proc->fds, (int)fd); }

// What call says of the file behind descriptor a[0]; -EBADF.
static inline int64 on_file(const uint64 *a, int64 (*call)(struct file *f, const uint64 *a))
{
    struct file *f = fetch_file(a[0]);
    if (!f)
        return -EBADF;
    int64 r = call(f, a);
    file_close(f);
    return r;
}

// Gives f, taken over, the lowest free descriptor.
static int64 add_file(struct file *f)
{
    int fd = fdtable_add(&current()->proc->fds, f);
    if (fd < 0)
        file_close(f);
    return fd;
}

// What call does with the path that a[0] tells.
static inline int64 on_path(const uint64 *a, int64 (*call)(const char *path, const uint64 *a))
{
    char path[MAXPATH];
    int e = fetch_path(a[0], path);
    return e ? e : call(path, a);
}

// What call does with the two paths that a[0] and a[1] tell.
static int64 on_paths(const uint64 *a,
                      int (*call)(struct inode *cwd, const char *first, const char *second))
{
    char first[MAXPATH], second[MAXPATH];
    int e = fetch_path(a[0], first);
    if (e == 0)
        e = fetch_path(a[1], second);
    return e ? e : call(proc_cwd(), first, second);
}

static int64 do_read(struct file *f, const uint64 *a) { return file_read(f, a[1], (int)a[2]); }
static int64 do_write(struct file *f, const uint64 *a) { return file_write(f, a[1], (int)a[2]); }
static int64 do_seek(struct file *f, const uint64 *a)
{
    return file_seek(f, (int64)a[1], (int)a[2]);
}
static int64 do_truncate(struct file *f, const uint64 *a) { return file_truncate(f, (int64)a[1]); }
static int64 do_sync(struct file *f, const uint64 *) { return file_sync(f); }

static int64 do_stat(struct file *f, const uint64 *a)
{
    struct stat st;
    int e = file_stat(f, &st);
    return e ? e : copyout(a[1], &st, sizeof st);
}

int64 sys_read(const uint64 *a) { return on_file(a, do_read); }
int64 sys_write(const uint64 *a) { return on_file(a, do_write); }
int64 sys_fstat(const uint64 *a) { return on_file(a, do_stat); }
int64 sys_lseek(const uint64 *a) { return on_file(a, do_seek); }
int64 sys_ftruncate(const uint64 *a) { return on_file(a, do_truncate); }
int64 sys_fsync(const uint64 *a) { return on_file(a, do_sync); }

static int64 do_open(const char *path, const uint64 *a)
{
    struct file *f;
    struct inode *only;
    if (fdtable_full(&current()->proc->fds))
        return -EMFILE;
    int e = watch_permits(&current()->proc->watch, SYS_open, path, &only);
    if (e)
        return e;
    e = file_open(proc_cwd(), path, (int)a[1], only, &f);
    inode_put(only);
    return e ? e : add_file(f);
}

int64 sys_open(const uint64 *a) { return on_path(a, do_open); }

int64 sys_close(const uint64 *a) { return fdtable_close(&current()->proc->fds, (int)a[0]); }

int64 sys_dup(const uint64 *a)
{
    struct file *f = fetch_file(a[0]);
    return f ? add_file(f) : -EBADF;
}

int64 sys_dup2(const uint64 *a)
{
    int old = (int)a[0], new = (int)a[1];
    struct file *f = fetch_file(old);
    if (!f)
        return -EBADF;
    int fd = new == old ? old : fdtable_set(&current()->proc->fds, new, f);
    if (fd < 0 || new == old)
        file_close(f);
    return fd;
}

int64 sys_pipe(const uint64 *a)
{
    struct file *end[2];
    int e = pipe_open(&end[0], &end[1]);
    if (e)
        return e;
    int fd[2] = {add_file(end[0]), add_file(end[1])};
    if (fd[0] < 0 || fd[1] < 0)
        e = -EMFILE;
    else
        e = copyout(a[0], fd, sizeof fd);
    for (int i = 0; e && i < 2; i++)
        fdtable_close(&current()->proc->fds, fd[i]); // one that was not added is no descriptor
    return e;
}

int64 sys_sync(const uint64 *) { return journal_flush(); }

static int make_node(struct inode *cwd, const char *path, const struct node *node)
{
    struct inode *ip;
    int e = path_create(cwd, path, node, PATH_ENTRY, &ip);
    if (e == 0)
        inode_put(ip);
    return e;
}

static int64 do_mkdir(const char *path, const uint64 *)
{
    return make_node(proc_cwd(), path, &(struct node){.type = T_DIR});
}

static int make_symlink(struct inode *cwd, const char *target, const char *path)
{
    if (target[0] == 0)
        return -ENOENT;
    return make_node(cwd, path, &(struct node){.type = T_SYMLINK, .target = target});
}

static int64 do_unlink(const char *path, const uint64 *) { return path_unlink(proc_cwd(), path); }

static int64 do_chdir(const char *path, const uint64 *)
{
    struct inode *dir;
    int e = path_lookup(proc_cwd(), path, PATH_DIRECTORY, &dir);
    if (e == 0)
        proc_set_cwd(dir);
    return e;
}

// The target of the link at path, not ended by a 0: its length; -EINVAL: no link.
static int64 read_link(const char *path, char target[MAXPATH])
{
    struct inode *ip;
    int64 r = path_lookup(proc_cwd(), path, PATH_NOFOLLOW, &ip);
    if (r)
        return r;
    inode_lock(ip);
    r = ip->d.type == T_SYMLINK ? inode_read(ip, target, 0, MAXPATH) : -EINVAL;
    inode_unlock(ip);
    inode_put(ip);
    return r;
}

static int64 do_readlink(const char *path, const uint64 *a)
{
    char target[MAXPATH];
    int n = (int)a[2];
    int64 r = n <= 0 ? -EINVAL : read_link(path, target);
    if (r < 0)
        return r;
    r = min_u64(r, n);
    int e = copyout(a[1], target, r);
    return e ? e : r;
}

int64 sys_mkdir(const uint64 *a) { return on_path(a, do_mkdir); }
int64 sys_unlink(const uint64 *a) { return on_path(a, do_unlink); }
int64 sys_chdir(const uint64 *a) { return on_path(a, do_chdir); }
int64 sys_readlink(const uint64 *a) { return on_path(a, do_readlink); }
int64 sys_symlink(const uint64 *a) { return on_paths(a, make_symlink); }
int64 sys_link(const uint64 *a) { return on_paths(a, path_link); }
int64 sys_rename(const uint64 *a) { return on_paths(a, path_rename); }

int64 sys_mknod(const uint64 *a)
{
    char path[MAXPATH];
    struct node node = {.type = T_DEVICE, .major = (int)a[1], .minor = (int)a[2]};
    if (node.major < 0 || node.major >= NDEV || node.minor != (short)node.minor)
        return -EINVAL;
    int e = fetch_path(a[0], path);
    return e ? e : make_node(proc_cwd(), path, &node);
}

int64 sys_getcwd(const uint64 *a)
{
    int n = (int)a[1];
    if (n <= 0)
        return -EINVAL;
    struct page *page = page_alloc(0);
    if (!page)
        return -ENOMEM;
    char *buf = page_to_virt(page);
    int64 r = path_of_directory(proc_cwd(), buf, min_u64(n, PGSIZE));
    if (r >= 0 && copyout(a[0], buf, r + 1) != 0)
        r = -EFAULT;
    page_put(page);
    return r;
}
