// A process's file descriptors.
#ifndef KERNEL_FILE_FDTABLE_H
#define KERNEL_FILE_FDTABLE_H

#include "kernel/file/file.h"
#include "kernel/lock/spinlock.h"
#include "kernel/param.h"

struct fdtable {
    struct spinlock lock;
    struct file *file[NOFILE]; // guarded by lock
};

// The child's copy: one more reference on every file.
void fdtable_fork(struct fdtable *child, struct fdtable *parent);
void fdtable_close_all(struct fdtable *t);

// The file behind fd with one more reference (file_close it), or 0.
struct file *fdtable_get(struct fdtable *t, int fd);
// Puts f (taking over its reference) at the lowest free descriptor: fd or -EMFILE (the reference
// stays the caller's).
int fdtable_add(struct fdtable *t, struct file *f);
// True if there is none: asked before an open that would create or cut a file in vain.
bool fdtable_full(struct fdtable *t);
// Puts f (taking it over) at fd, closing what was there: fd or -EBADF.
int fdtable_set(struct fdtable *t, int fd, struct file *f);
int fdtable_close(struct fdtable *t, int fd); // 0, -EBADF

#endif
