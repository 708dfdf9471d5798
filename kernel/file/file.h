// Open files: what file descriptors refer to.
//
//     a life:  file_open or pipe_open, fdtable_add, file_dup (fork, dup), file_close, ..., the last
//              file_close calls the kind's release
//
// Each kind of file has its table of functions: inode_file.c, dev_file.c, pipe.c. This folder
// touches user memory; it holds no lock while it does.
#ifndef KERNEL_FILE_FILE_H
#define KERNEL_FILE_FILE_H

#include "kernel/lib/kdef.h"
#include "kernel/thread/sleeplock.h"
#include "kernel/stat.h"

struct file;

// Reads or writes n > 0 bytes at user address addr. Returns how many, or -E....
typedef int64 (*file_transfer_fn)(struct file *f, uaddr_t addr, size_t n);

struct file_ops {
    file_transfer_fn read, write;
    int64 (*seek)(struct file *f, int64 offset, int whence); // NULL: -ESPIPE
    int (*stat)(struct file *f, struct stat *st);            // *st is zero before
    int (*truncate)(struct file *f, uint64 size);            // NULL: -EINVAL
    int (*sync)(struct file *f);                             // NULL: -EINVAL
    void (*release)(struct file *f);                         // frees what is the kind's
};

// I immutable once it is open; a atomic; p pos_lock
struct file {
    const struct file_ops *ops; // I
    int32 refs;                 // a
    bool readable, writable;    // I
    bool append;                // I: each write goes to the end
    bool writes;                // I: counted among those that write the file (inode_begin_use)
    bool seeked;                // p: lseek has set pos: a write behind the end makes a gap
    struct inode *inode;        // I: of inode and device files
    struct pipe *pipe;          // I: of pipes
    int major;                  // I: of device files
    struct sleeplock pos_lock;  // one read or write at a time moves the offset
    uint64 pos;                 // p; of device files: a
};

// Allocates a file of that kind, with one reference and all else 0. 0; -ENFILE; -ENOMEM.
int file_alloc(const struct file_ops *ops, bool readable, bool writable, struct file **out);
// One reference more, and one less. f may be NULL.
struct file *file_dup(struct file *f);
void file_close(struct file *f);

// The result of a transfer: the bytes that have passed; if there are none, the reason (0, -E...).
static inline int64 transfer_result(size_t done, int64 reason)
{
    if (done > 0)
        return done;
    return reason;
}

// As the system calls of these names, for an open file. n < 0 is -EINVAL; n = 0 returns 0 after the
// checks; -EBADF: f is not open that way.
int64 file_read(struct file *f, uaddr_t addr, int64 n);
int64 file_write(struct file *f, uaddr_t addr, int64 n);
int64 file_seek(struct file *f, int64 offset, int whence);
int file_stat(struct file *f, struct stat *st);
int file_truncate(struct file *f, int64 size);
int file_sync(struct file *f);

uint64 files_open(void);

#endif
