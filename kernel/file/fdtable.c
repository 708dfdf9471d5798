// File descriptors (fdtable.h). A call that uses a file holds a reference of its own, so that
// another thread's close cannot free it under the call. Files are closed without the table's lock,
// because closing may sleep.
#include "kernel/file/fdtable.h"

#include "kernel/errno.h"

void fdtable_fork(struct fdtable *child, struct fdtable *parent)
{
    spin_lock(&parent->lock);
    for (int fd = 0; fd < NOFILE; fd++)
        if (parent->file[fd] != NULL)
            child->file[fd] = file_dup(parent->file[fd]);
    spin_unlock(&parent->lock);
}

static bool in_range(int fd) { return fd >= 0 && fd < NOFILE; }

// Puts f, which may be NULL, in place of what is at fd, and closes that. False: fd was free.
static bool exchange(struct fdtable *t, int fd, struct file *f)
{
    spin_lock(&t->lock);
    struct file *old = t->file[fd];
    t->file[fd] = f;
    spin_unlock(&t->lock);
    file_close(old);
    return old != NULL;
}

void fdtable_close_all(struct fdtable *t)
{
    for (int fd = 0; fd < NOFILE; fd++)
        if (t->file[fd] != NULL)
            exchange(t, fd, NULL);
}

struct file *fdtable_get(struct fdtable *t, int fd)
{
    if (!in_range(fd))
        return NULL;
    spin_lock(&t->lock);
    struct file *f = file_dup(t->file[fd]);
    spin_unlock(&t->lock);
    return f;
}

// => t->lock held. The lowest free descriptor, or -EMFILE.
static int lowest_free(struct fdtable *t)
{
    for (int fd = 0; fd < NOFILE; fd++)
        if (t->file[fd] == NULL)
            return fd;
    return -EMFILE;
}

int fdtable_add(struct fdtable *t, struct file *f)
{
    spin_lock(&t->lock);
    int fd = lowest_free(t);
    if (fd >= 0)
        t->file[fd] = f;
    spin_unlock(&t->lock);
    return fd;
}

bool fdtable_full(struct fdtable *t)
{
    spin_lock(&t->lock);
    int fd = lowest_free(t);
    spin_unlock(&t->lock);
    return fd < 0;
}

int fdtable_set(struct fdtable *t, int fd, struct file *f)
{
    if (!in_range(fd))
        return -EBADF;
    exchange(t, fd, f);
    return fd;
}

int fdtable_close(struct fdtable *t, int fd)
{
    if (!in_range(fd) || !exchange(t, fd, NULL))
        return -EBADF;
    return 0;
}
