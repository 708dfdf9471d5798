// The system calls. Part of the ABI.
//
// One entry of the table is all that has to be said about a call: its number, its name, and its
// prototype as user mode sees it. Everything else is made from the entry:
//
//     SYS_read                       the number, below
//     sys_read, read                 the stub in user mode (user/lib/usys.c) and its prototype
//                                    (user/user.h)
//     sys_read(fd, buf, n)           the prototype of the kernel's function (kernel/sys/dispatch.h)
//     the way from one to the other  arguments are taken from registers (kernel/sys/dispatch.c)
//     what `trace -v` prints         (kernel/sys/trace.c)
//
// To add a call, write its entry here and its function in a file kernel/sys/sys_*.c. A program that
// includes user/user.h can then call it.
//
// Registers: the number is in a7, the arguments are in a0 to a5. The result comes back in a0: a
// value, or -errno (kernel/errno.h). The stub turns -errno into -1 and errno.
#ifndef KERNEL_SYSCALL_H
#define KERNEL_SYSCALL_H

#include "kernel/types.h"

struct procinfo;
struct stat;
struct sysinfo;

// CALL(number, name, type of the result, arguments...). An argument is ARG(type, name); a call
// without arguments has NO_ARGS. A `const char *` is a path or another string that ends with a 0.
//
// LIBRARY is the same for a call whose function in C is written by hand in user/lib/: the stub is
// then sys_name only.
//
// Who uses the table says what CALL, LIBRARY, ARG and NO_ARGS mean there.
#define SYSCALLS(CALL, LIBRARY)                                                                    \
    LIBRARY(1, fork, int, NO_ARGS)                                                                 \
    CALL(2, exit, int, ARG(int, status))                                                           \
    CALL(3, wait, int, ARG(int *, status))                                                         \
    CALL(4, pipe, int, ARG(int *, fds))                                                            \
    CALL(5, read, int, ARG(int, fd), ARG(void *, buf), ARG(int, n))                                \
    CALL(6, kill, int, ARG(int, pid))                                                              \
    CALL(7, exec, int, ARG(const char *, path), ARG(char **, argv))                                \
    CALL(8, fstat, int, ARG(int, fd), ARG(struct stat *, st))                                      \
    CALL(9, chdir, int, ARG(const char *, path))                                                   \
    CALL(10, dup, int, ARG(int, fd))                                                               \
    CALL(11, getpid, int, NO_ARGS)                                                                 \
    LIBRARY(12, sbrk, char *, ARG(long, n), ARG(int, how))                                         \
    CALL(13, pause, int, ARG(int, ticks))                                                          \
    CALL(14, uptime, int, NO_ARGS)                                                                 \
    CALL(15, open, int, ARG(const char *, path), ARG(int, flags))                                  \
    CALL(16, write, int, ARG(int, fd), ARG(const void *, buf), ARG(int, n))                        \
    CALL(17, mknod, int, ARG(const char *, path), ARG(short, major), ARG(short, minor))            \
    CALL(18, unlink, int, ARG(const char *, path))                                                 \
    CALL(19, link, int, ARG(const char *, old), ARG(const char *, new))                            \
    CALL(20, mkdir, int, ARG(const char *, path))                                                  \
    CALL(21, close, int, ARG(int, fd))                                                             \
    CALL(22, trace, int, ARG(int, mask))                                                           \
    CALL(23, sysinfo, int, ARG(struct sysinfo *, info))                                            \
    CALL(24, fsync, int, ARG(int, fd))                                                             \
    CALL(25, sync, int, NO_ARGS)                                                                   \
    CALL(26, symlink, int, ARG(const char *, target), ARG(const char *, path))                     \
    CALL(27, readlink, int, ARG(const char *, path), ARG(char *, buf), ARG(int, n))                \
    CALL(28, getppid, int, NO_ARGS)                                                                \
    CALL(29, waitpid, int, ARG(int, pid), ARG(int *, status), ARG(int, flags))                     \
    CALL(30, lseek, long, ARG(int, fd), ARG(long, offset), ARG(int, whence))                       \
    CALL(31, ftruncate, int, ARG(int, fd), ARG(long, size))                                        \
    CALL(32, rename, int, ARG(const char *, old), ARG(const char *, new))                          \
    LIBRARY(33, getcwd, int, ARG(char *, buf), ARG(int, n))                                        \
    CALL(34, dup2, int, ARG(int, fd), ARG(int, to))                                                \
    CALL(35, setpgid, int, ARG(int, pid), ARG(int, pgid))                                          \
    CALL(36, tcsetpgrp, int, ARG(int, fd), ARG(int, pgid))                                         \
    CALL(37, gettime, int, ARG(uint64 *, ns))                                                      \
    CALL(38, poweroff, int, ARG(int, status))                                                      \
    CALL(39, reboot, int, NO_ARGS)                                                                 \
    CALL(40, pgpte, uint64, ARG(void *, va))                                                       \
    CALL(41, kpgtbl, void, NO_ARGS)                                                                \
    CALL(42, isolate, int, ARG(int, on))                                                           \
    CALL(43, procinfo, int, ARG(int, pid), ARG(struct procinfo *, info))                           \
    CALL(44, pgtable, int, ARG(int, pid), ARG(int, root), ARG(uint64, va), ARG(int, level),        \
         ARG(uint64 *, table))                                                                     \
    CALL(45, failalloc, int, ARG(int, n))                                                          \
    CALL(46, sigalarm, int, ARG(int, ticks), ARG(void (*)(), handler))                             \
    CALL(47, sigreturn, int, NO_ARGS)                                                              \
    CALL(48, interpose, int, ARG(int, mask), ARG(const char *, path))                              \
    CALL(49, backtrace, int, NO_ARGS)                                                              \
    CALL(50, cpupin, int, ARG(int, cpu))                                                           \
    CALL(51, pgaccess, int, ARG(void *, base), ARG(int, pages), ARG(void *, mask))                 \
    CALL(52, mmap, void *, ARG(void *, addr), ARG(uint64, len), ARG(int, prot), ARG(int, flags),   \
         ARG(int, fd), ARG(long, offset))                                                          \
    CALL(53, munmap, int, ARG(void *, addr), ARG(uint64, len))                                     \
    CALL(54, mprotect, int, ARG(void *, addr), ARG(uint64, len), ARG(int, prot))                   \
    CALL(55, msync, int, ARG(void *, addr), ARG(uint64, len), ARG(int, flags))                     \
    CALL(56, madvise, int, ARG(void *, addr), ARG(uint64, len), ARG(int, advice))                  \
    LIBRARY(57, clone, int, ARG(void (*)(void *), fn), ARG(void *, arg), ARG(void *, stack_top))   \
    CALL(58, join, int, ARG(int, tid), ARG(int *, status))                                         \
    CALL(59, thread_exit, void, ARG(int, status))                                                  \
    CALL(60, futex, int, ARG(int *, addr), ARG(int, op), ARG(int, value), ARG(int, ticks))         \
    CALL(61, procmem_write, int, ARG(int, pid), ARG(void *, addr), ARG(const void *, buf),         \
         ARG(int, n))                                                                              \
    CALL(62, tcshell, int, ARG(int, fd))                                                           \
    CALL(63, trace_verbose, int, ARG(int, on))

enum {
#define SYSCALL_NUMBER(number, name, ...) SYS_##name = number,
    SYSCALLS(SYSCALL_NUMBER, SYSCALL_NUMBER)
#undef SYSCALL_NUMBER
        SYS_sleep = SYS_pause, // its name until 2025
};

// What the calls do that xv6 does not have, or has with fewer cases.

// --- Processes and threads ---
//
// waitpid(pid, &status, flags): waits for the child pid, or for any child if pid is -1. flags: 0,
//     or WNOHANG: do not wait, return 0 if no such child has ended.
//
// kill(pid): if pid is below -1, ends all processes of the group -pid.
//
// clone(fn, arg, stack_top): starts a thread with fn(arg). Its sp is stack_top, rounded down to 16
//     bytes. fn must end with thread_exit(). The thread shares memory, open files, working
//     directory and children with the process; the process ends when its last thread ends. Returns
//     the thread's number, which kill and wait do not know. -EINVAL; -EAGAIN; -ENOMEM.
//     user/lib/thread.h is easier to use.
//
// join(tid, &status): waits until the thread tid of this process has ended; -1: any thread but the
//     first. Returns its number. -ESRCH; -ECHILD: the caller is the only thread; -EINVAL: tid is
//     the caller; -EINTR.
//
// thread_exit(status): ends the calling thread. If it is the last thread, the process ends with
//     this status.
//
// futex(addr, op, value, ticks): FUTEX_WAIT: if *addr == value, sleeps until a FUTEX_WAKE on the
//     same address, at most `ticks` clock ticks (0: no limit). 0: woken; -EAGAIN: *addr was not
//     value; -ETIMEDOUT; -EINTR. FUTEX_WAKE: wakes at most `value` threads that wait at addr, and
//     returns how many.
//
// cpupin(cpu): from now on the calling thread, and what it forks, runs on that hart only. -EINVAL.
//
// sigalarm(ticks, handler): calls handler each time the process has used so many clock ticks (10
//     ms each); 0 ticks: no more. The handler ends with sigreturn(), which restores all registers.
//     It is not called again before that. kernel/proc/alarm.h has the rules.

// --- Process groups and the console (kernel/proc/pgroup.h) ---
//
// setpgid(pid, pgid): moves pid (0: the caller; else the caller or its child) to the group pgid. If
//     pgid is 0 or pid, it becomes the leader of a new group. -ESRCH; -EINVAL; -EPERM: there is no
//     such group, or pid is a shell of the console.
//
// tcsetpgrp(fd, pgid): the group pgid (0: the caller's group) becomes the foreground group of the
//     console that is open as fd. Ctrl-C ends the members of the foreground group, and only they
//     may read from the console; a read by another process fails with EIO. These may call it: the
//     members of the present foreground group; the ancestors of its leader; a process that has
//     called it before and wants the console back; the children of all these until they execute a
//     program; init. -EPERM: the caller is none of them, or there is no such group; -EBADF;
//     -ENOTTY; -EINVAL.
//
// tcshell(fd): the caller, which may call tcsetpgrp, becomes a shell of that console. It leads a
//     group of its own, which becomes the foreground group. Ctrl-C does not end it, but
//     Ctrl-\ does. A child does not inherit this; exec ends it. -EPERM; -EBADF; -ENOTTY.

// --- Memory ---
//
// mmap(addr, len, prot, flags, fd, offset): maps at addr if that place is free, else as high as
//     there is room. MAP_FIXED: exactly at addr, and what is mapped there is unmapped. flags have
//     either MAP_SHARED or MAP_PRIVATE. PROT_WRITE and PROT_EXEC together are refused. -EACCES: fd
//     is not open for that; -ENODEV: fd is no regular file; -EINVAL: len is 0, offset is not that
//     of a page, the flags make no sense, or MAP_FIXED points into the heap; -ENOMEM.
//
// munmap, mprotect, msync, madvise(addr, len, ...): addr is the address of a page; len is rounded
//     up to pages. munmap does not mind pages that are not mapped; the others fail with -ENOMEM
//     then, and change nothing. munmap of nothing or in the heap: -EINVAL. mprotect: -EACCES if the
//     mapped file is not open for that.
//
// pgaccess(base, n, mask): bit i of mask, which has (n + 7) / 8 bytes, tells whether the i-th page
//     from base on was accessed since the last such call. The call clears what it tells. n is at
//     most PGACCESS_MAX. A page that is not mapped tells 0; all pages of a 2 MiB leaf tell the
//     same. -EINVAL; -EFAULT: base or mask, and then nothing is cleared.
//
// pgtable(pid, root, va, level, table): copies one page table of process pid, 512 entries: the one
//     of that level (2: the root page, 1, 0) that translates va in the user root (root 0) or the
//     kernel root (1). Level 2 ignores va. -ENOENT: there is no such table; -ESRCH; -EINVAL;
//     -EFAULT.
//
// procmem_write(pid, addr, buf, n): writes n bytes from buf to the address addr of the caller or of
//     its child, as a debugger does: in a private mapping also where pid may only read, and pid
//     then gets a copy of the page. Returns how many bytes, up to the first bad address. -EINVAL:
//     n; -EPERM, -ESRCH: pid; -EFAULT; -ENOMEM.
//
// isolate(on): 1: user mode of this process, and of children that it makes from now on, runs on the
//     user root; 0: on the kernel root; -1 changes nothing. Returns what was set before.

// --- Looking at the system ---
//
// trace(mask): prints a line when a call returns whose bit (1 << number) is set. Bit 31 stands for
//     all calls from 31 on. Children inherit the mask, and exec keeps it.
//
// trace_verbose(on): 1: a traced call prints its arguments, too, in a line of its own before it
//     begins; 0: it does not. Inherited and kept as the mask is.
//
// interpose(mask, path): from now on the calls whose bit is set in mask (as for trace) fail with
//     EPERM. exit and thread_exit cannot be refused. open and exec stay allowed for exactly this
//     path ("-": for none), as long as it leads to the file that it leads to now. Children inherit
//     it, exec keeps it, and a further call can only refuse more. -EPERM: path is refused already.
//
// procinfo(pid, &info): tells of the process with the least number that is not below pid. Returns
//     that number. -ESRCH: there is none.
//
// backtrace(): prints the functions of the kernel that lead to this call.
//
// gettime(&ns): nanoseconds since 1970 by the machine's clock.
//
// failalloc(n): in test builds: the n-th allocation of this process and its children from now on
//     fails, once (0: none). Returns how many allocations were counted since the last failalloc; a
//     negative number if that one's failure has not come. -ENOSYS in other builds.

#endif
