// Error numbers. Part of the ABI. A system call returns -ENOENT, say; the stub in user mode puts
// ENOENT into errno and returns -1. The numbers are those of Linux (errno.h of its generic ABI).
#ifndef KERNEL_ERRNO_H
#define KERNEL_ERRNO_H

#define ERRORS(X)                                                                                  \
    X(EPERM, 1, "Operation not permitted")                                                         \
    X(ENOENT, 2, "No such file or directory")                                                      \
    X(ESRCH, 3, "No such process")                                                                 \
    X(EINTR, 4, "Interrupted")                                                                     \
    X(EIO, 5, "Input/output error")                                                                \
    X(ENXIO, 6, "No such device")                                                                  \
    X(E2BIG, 7, "Argument list too long")                                                          \
    X(ENOEXEC, 8, "Exec format error")                                                             \
    X(EBADF, 9, "Bad file descriptor")                                                             \
    X(ECHILD, 10, "No child processes")                                                            \
    X(EAGAIN, 11, "Try again later")                                                               \
    X(ENOMEM, 12, "Out of memory")                                                                 \
    X(EACCES, 13, "Permission denied")                                                             \
    X(EFAULT, 14, "Bad address")                                                                   \
    X(EBUSY, 16, "Resource busy")                                                                  \
    X(EEXIST, 17, "File exists")                                                                   \
    X(EXDEV, 18, "Link across file systems")                                                       \
    X(ENODEV, 19, "No such device driver")                                                         \
    X(ENOTDIR, 20, "Not a directory")                                                              \
    X(EISDIR, 21, "Is a directory")                                                                \
    X(EINVAL, 22, "Invalid argument")                                                              \
    X(ENFILE, 23, "Too many open files in the system")                                             \
    X(EMFILE, 24, "Too many open files")                                                           \
    X(ENOTTY, 25, "Not a terminal")                                                                \
    X(ETXTBSY, 26, "Program is being run")                                                         \
    X(EFBIG, 27, "File too large")                                                                 \
    X(ENOSPC, 28, "No space left on device")                                                       \
    X(ESPIPE, 29, "Cannot seek")                                                                   \
    X(EROFS, 30, "Read-only file system")                                                          \
    X(EMLINK, 31, "Too many links")                                                                \
    X(EPIPE, 32, "Broken pipe")                                                                    \
    X(ERANGE, 34, "Result too large")                                                              \
    X(ENAMETOOLONG, 36, "File name too long")                                                      \
    X(ENOSYS, 38, "No such system call")                                                           \
    X(ENOTEMPTY, 39, "Directory not empty")                                                        \
    X(ELOOP, 40, "Too many symbolic links")                                                        \
    X(ETIMEDOUT, 110, "Timed out")

#define ERRNO_CONST(name, number, text) name = number,
enum { ERRORS(ERRNO_CONST) };
#undef ERRNO_CONST

#endif
