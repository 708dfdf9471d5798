// Flags of open, lseek, waitpid, mmap and futex. Part of the ABI.
#ifndef KERNEL_FCNTL_H
#define KERNEL_FCNTL_H

#define O_RDONLY   0x000
#define O_WRONLY   0x001
#define O_RDWR     0x002
#define O_CREATE   0x200
#define O_TRUNC    0x400
#define O_APPEND   0x800
#define O_NOFOLLOW 0x1000
#define O_EXCL     0x2000

#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2

#define WNOHANG 1

#define PROT_NONE  0x0
#define PROT_READ  0x1
#define PROT_WRITE 0x2
#define PROT_EXEC  0x4

#define MAP_SHARED    0x01
#define MAP_PRIVATE   0x02
#define MAP_FIXED     0x10
#define MAP_ANONYMOUS 0x20

#define MS_ASYNC 1
#define MS_SYNC  4

#define MADV_WILLNEED 3
#define MADV_DONTNEED 4

#define FUTEX_WAIT 0
#define FUTEX_WAKE 1

#endif
