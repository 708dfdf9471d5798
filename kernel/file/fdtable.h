// A process's file descriptors.
#ifndef KERNEL_FILE_FDTABLE_H
#define KERNEL_FILE_FDTABLE_H

#include "kernel/file/file.h"
#include "kernel/lock/spinlock.h"
#include "kernel/param.h"

struct fdtable {
    struct spinlock lock;
    struct file *file[NOFILE]; // guarded by lock; each a reference; NULL: the descriptor is free
};

// Fills the table of a new child, which nobody else knows yet: one more reference on every file.
void fdtable_fork(struct fdtable *child, struct fdtable *parent);
void fdtable_close_all(struct fdtable *t);

// The file behind fd with one more reference, which the caller gives back by file_close. NULL: fd
// is not open.
struct file *fdtable_get(struct fdtable *t, int fd);
// Puts f at the lowest free descriptor and takes over the caller's reference: fd. -EMFILE: the
// reference stays the caller's.
int fdtable_add(struct fdtable *t, struct file *f);
// True if there is no free descriptor: asked before an open that would create or cut a file in
// vain.
bool fdtable_full(struct fdtable *t);
// Puts f at fd and takes over the caller's reference; closes what was there. fd; -EBADF: the
// reference stays the caller's.
int fdtable_set(struct fdtable *t, int fd, struct file *f);
int fdtable_close(struct fdtable *t, int fd); // 0, -EBADF

#endif
