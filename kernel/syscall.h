// The system calls. Part of the ABI.
//
// One line a call: number, name, and one letter an argument. From this table come the SYS_
// numbers, the kernel's dispatch table and the names that trace prints, and the user-side stubs.
//
//     d  a whole number      f  a file descriptor      x  a mask or flags (printed in hex)
//     s  a path or string    p  a pointer              n  a count of bytes
//
// Register convention: number in a7, arguments in a0 to a5; the result comes back in a0:
// a value, or -errno (kernel/errno.h).
#ifndef KERNEL_SYSCALL_H
#define KERNEL_SYSCALL_H

#define SYSCALLS(X)                                                                                \
    X(1, fork, "")                                                                                 \
    X(2, exit, "d")                                                                                \
    X(3, wait, "p")                                                                                \
    X(4, pipe, "p")                                                                                \
    X(5, read, "fpn")                                                                              \
    X(6, kill, "d")                                                                                \
    X(7, exec, "sp")                                                                               \
    X(8, fstat, "fp")                                                                              \
    X(9, chdir, "s")                                                                               \
    X(10, dup, "f")                                                                                \
    X(11, getpid, "")                                                                              \
    X(12, sbrk, "dd")                                                                              \
    X(13, pause, "d")                                                                              \
    X(14, uptime, "")                                                                              \
    X(15, open, "sx")                                                                              \
    X(16, write, "fpn")                                                                            \
    X(17, mknod, "sdd")                                                                            \
    X(18, unlink, "s")                                                                             \
    X(19, link, "ss")                                                                              \
    X(20, mkdir, "s")                                                                              \
    X(21, close, "f")                                                                              \
    X(22, trace, "x")                                                                              \
    X(23, sysinfo, "p")                                                                            \
    X(24, fsync, "f")                                                                              \
    X(25, sync, "")                                                                                \
    X(26, symlink, "ss")                                                                           \
    X(27, readlink, "spn")                                                                         \
    X(28, getppid, "")                                                                             \
    X(29, waitpid, "dpx")                                                                          \
    X(30, lseek, "fdd")                                                                            \
    X(31, ftruncate, "fd")                                                                         \
    X(32, rename, "ss")                                                                            \
    X(33, getcwd, "pn")                                                                            \
    X(34, dup2, "ff")                                                                              \
    X(35, setpgid, "dd")                                                                           \
    X(36, tcsetpgrp, "fd")                                                                         \
    X(37, gettime, "p")                                                                            \
    X(38, poweroff, "d")                                                                           \
    X(39, reboot, "")                                                                              \
    X(40, pgpte, "p")                                                                              \
    X(41, kpgtbl, "")                                                                              \
    X(42, isolate, "d")                                                                            \
    X(43, procinfo, "dp")                                                                          \
    X(44, pgtable, "ddpdp")                                                                        \
    X(45, failalloc, "d")                                                                          \
    X(46, sigalarm, "dp")                                                                          \
    X(47, sigreturn, "")                                                                           \
    X(48, interpose, "xs")                                                                         \
    X(49, backtrace, "")                                                                           \
    X(50, cpupin, "d")                                                                             \
    X(51, pgaccess, "pdp")                                                                         \
    X(52, mmap, "pnxxfd")                                                                          \
    X(53, munmap, "pn")                                                                            \
    X(54, mprotect, "pnx")                                                                         \
    X(55, msync, "pnx")                                                                            \
    X(56, madvise, "pnd")                                                                          \
    X(57, clone, "ppp")                                                                            \
    X(58, join, "dp")                                                                              \
    X(59, thread_exit, "d")                                                                        \
    X(60, futex, "pddd")                                                                           \
    X(61, procmem_write, "dppn")                                                                   \
    X(62, tcshell, "f")

// The user-side stub of each call is sys_name, and, weakly, name: the C library has functions of
// its own for sbrk and getcwd, which call the stub. 13 has an older name, too.
#define SYSCALL_NUMBER(number, name, args) SYS_##name = number,
enum { SYSCALLS(SYSCALL_NUMBER) SYS_sleep = SYS_pause };
#undef SYSCALL_NUMBER

// isolate(on): 1 or 0 sets on which root user mode of this process (and of its future children)
//     runs, -1 asks; returns the value before.
// procinfo(pid, &info): the process with the least number >= pid; returns its pid, -ESRCH.
// pgtable(pid, root, va, level, table): copies the table of 512 entries that translates va at
//     that level (2: the root itself, 1, 0) of the process's user (0) or kernel (1) root.
//     0; -ENOENT no table there; -ESRCH, -EINVAL, -EFAULT. Level 2, root 0 or 1: va is ignored.
// pgaccess(base, n, mask): bit i of mask, of (n + 7) / 8 bytes, tells whether page i from that of
//     base on was accessed since the last such call, which clears what it tells. n is at most
//     PGACCESS_MAX; pages that are not mapped tell 0; one leaf of 2 MiB tells the same for all its
//     pages. 0; -EINVAL; -EFAULT (base or mask; then nothing is cleared).
// mmap(addr, len, prot, flags, fd, offset): addr is a hint, if it is free, else the mapping goes as
// high as
//     there is room. MAP_FIXED: exactly there, replacing what is there. Exactly one of MAP_SHARED
//     and MAP_PRIVATE; PROT_WRITE and PROT_EXEC exclude each other. -EACCES: fd is not open for
//     that; -ENODEV: no regular file; -EINVAL: len 0, no page's offset, flags, MAP_FIXED in the
//     heap; -ENOMEM.
// munmap, mprotect, msync, madvise(addr, len, ...): addr is a page's, len is rounded up to pages.
// munmap of
//     what is not mapped is no error; the others give -ENOMEM there, and have changed nothing.
//     munmap in the heap, or of nothing: -EINVAL. mprotect: -EACCES if the mapping's file is not
//     open for that.
// failalloc(n): test builds only: the n-th allocation of this process from now on fails, once
//     (0: off); inherited by children. Returns how many were counted since it was armed, negative
//     if the failure has not come. -ENOSYS in other builds.
// sigalarm(ticks, handler): calls handler each time that ticks clock ticks (10 ms) met the process
//     running; 0 ticks: no more. The handler ends with sigreturn(), which restores all registers,
//     and is not called again before. kernel/proc/alarm.h has the rules.
// interpose(mask, path): from now on the calls whose bit (1 << number) is set in mask fail with
//     EPERM, but for exit and thread_exit, and for open and exec of exactly path ("-": of none), as
//     long as it leads to what it leads to now. Bit 31: all calls from 31 on. Inherited, kept by
//     exec; a further call can only add to it. -EPERM: path was refused before.
// backtrace(): prints the calls by which the kernel came to run this one.
// kill(pid): pid below -1: all processes of the group -pid.
// setpgid(pid, pgid): pid, the caller (0) or its child, goes to the group pgid, or becomes the
// leader of its own
//     (pgid 0 or pid). -ESRCH; -EINVAL; -EPERM: no such group, or pid is a shell of the console.
// tcsetpgrp(fd, pgid): the group pgid (0: the caller's) becomes the foreground of the console
// behind fd: Ctrl-C
//     ends its members, and they alone may read; others get EIO. Allowed to members of the present
//     one, to who is above its leader in the process tree, to who did this before and wants the
//     console back, to children of these before they execute a program, and to init.
//     kernel/proc/pgroup.h tells the whole. -EPERM: not allowed, or there is no such group; -EBADF;
//     -ENOTTY; -EINVAL.
// tcshell(fd): the caller, who may do the above, becomes a shell of that console: it leads a group
// of its own,
//     which is the foreground, and Ctrl-C does not end it (Ctrl-\ does). Not inherited; exec ends
//     it. -EPERM; -EBADF; -ENOTTY.
// cpupin(cpu): the process, and what it forks, runs on that hart only, from now on. -EINVAL.
// gettime(&ns): nanoseconds since 1970 by the machine's clock.
// clone(fn, arg, stack_top): a thread that begins with fn(arg) and sp at stack_top, rounded down to
//     16 bytes; fn must end with thread_exit. It shares memory, files, working directory and
//     children with the process, which goes on until its last thread ends. Its number, which kill
//     and wait do not know; -EINVAL; -EAGAIN; -ENOMEM. user/lib/thread.h has more comfort.
// join(tid, &status): waits for the end of that thread of the process, -1: of any but the first.
// Its
//     number; -ESRCH; -ECHILD: there is none but the caller; -EINVAL: the caller; -EINTR.
// thread_exit(status): ends the calling thread; the last one ends the process with that status.
// futex(addr, op, value, ticks): FUTEX_WAIT sleeps if *addr == value, for at most ticks (0: no
// limit):
//     0: woken; -EAGAIN: it was not; -ETIMEDOUT; -EINTR. FUTEX_WAKE wakes at most value of those
//     who wait at addr: how many.
// procmem_write(pid, addr, buf, n): writes n bytes from buf to addr of the caller or of a child of
// it, as a
//     debugger does: also where pid may only read, if the mapping is private, and then pid sees a
//     copy. How many bytes, up to the first bad address; -EINVAL: n; -EPERM, -ESRCH: pid; -EFAULT;
//     -ENOMEM.
// waitpid(pid, &status, flags): pid -1: any child; flags 0 or WNOHANG (then 0: none has ended).

#endif
