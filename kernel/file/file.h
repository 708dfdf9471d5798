// Open files: what file descriptors refer to.
//
//     a life:  file_open..., fdtable_add, file_dup (fork, dup), file_close, ..., the last
//              file_close runs the kind's release
//
// Policy is a table of functions, one kind a file: inode_file.c, dev_file.c, pipe.c. This folder
// touches user memory: no lock is held while it does.
#ifndef KERNEL_FILE_FILE_H
#define KERNEL_FILE_FILE_H

#include "kernel/lib/kdef.h"
#include "kernel/thread/sleeplock.h"
#include "kernel/stat.h"

struct inode;
struct pipe;
struct file;

// Reads or writes n > 0 bytes at user address addr; returns how many or -E....
typedef int64 (*file_transfer_fn)(struct file *f, uaddr_t addr, size_t n);

struct file_ops {
    file_transfer_fn read, write;
    int64 (*seek)(struct file *f, int64 offset, int whence); // 0: -ESPIPE
    int (*stat)(struct file *f, struct stat *st);
    int (*truncate)(struct file *f, uint64 size); // 0: -EINVAL
    int (*sync)(struct file *f);                  // 0: -EINVAL
    void (*release)(struct file *f);
};

// I immutable; a atomic; p: pos_lock
struct file {
    const struct file_ops *ops; // I
    int32 refs;                 // a
    bool readable, writable;    // I
    bool append;                // I
    bool writes;                // I: counted among those who write the file (inode_begin_use)
    bool seeked;                // p: lseek set pos: a write beyond the end makes a gap
    struct inode *inode;        // I: of inode and device files
    struct pipe *pipe;          // I
    int major, minor;           // I: of device files
    struct sleeplock pos_lock;  // one read or write at a time moves the offset
    uint64 pos;                 // p
};

// A file of that kind, refs = 1, all else 0. *out; 0, -ENFILE, -ENOMEM.
int file_alloc(const struct file_ops *ops, bool readable, bool writable, struct file **out);
// One more reference, and one less; f may be 0.
struct file *file_dup(struct file *f);
void file_close(struct file *f);

// As the system calls, for an open file: n < 0 is -EINVAL, n = 0 returns 0 after the checks;
// -EBADF if not open that way.
int64 file_read(struct file *f, uaddr_t addr, int64 n);
int64 file_write(struct file *f, uaddr_t addr, int64 n);
int64 file_seek(struct file *f, int64 offset, int whence);
int file_stat(struct file *f, struct stat *st);
int file_truncate(struct file *f, int64 size);
int file_sync(struct file *f);

uint64 files_open(void);

#endif
