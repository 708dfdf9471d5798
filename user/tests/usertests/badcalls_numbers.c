// Calls with bad numbers and names: descriptors, counts, process numbers, offsets, flags, paths.
#include "user/tests/usertests/badcalls.h"

#define COUNT(array) (sizeof(array) / sizeof(array[0]))
#define INT_LEAST    (-0x80000000L)
#define P            ((long)scratch)
#define S(text)      ((long)(text))

static char scratch[PGSIZE] __attribute__((aligned(8)));
static const long bad_fds[] = {-1, -2, NOFILE, NOFILE + 1, 100000, 0x7fffffff, INT_LEAST, 40};

static void refuse(struct fixture *f, int error, const char *name, int number, const long args[6])
{
    char what[100];
    snprintf(what, sizeof(what), "%s(%ld, %ld, %ld, %ld)", name, args[0], args[1], args[2],
             args[3]);
    long result = raw_syscall(number, args);
    expect(result == -error, "%s: error %d, not %ld", what, error, -result);
    fixture_check(f, what);
}

void refuse_rows(struct fixture *f, const struct number_row *row)
{
    for (; row->name; row++)
        refuse(f, row->error, row->name, row->number, row->args);
    expect(lseek(f->file, 0, SEEK_CUR) == 0, "offset as before");
}

void bad_descriptors(void)
{
    static const struct number_row calls[] = {
        {"read", SYS_read, 0, {0, P, 10}},
        {"read nothing", SYS_read, 0, {0, P, 0}},
        {"write", SYS_write, 0, {0, P, 10}},
        {"close", SYS_close, 0, {0}},
        {"dup", SYS_dup, 0, {0}},
        {"dup2", SYS_dup2, 0, {0, 50}},
        {"fstat", SYS_fstat, 0, {0, P}},
        {"fsync", SYS_fsync, 0, {0}},
        {"lseek", SYS_lseek, 0, {0, 0, SEEK_SET}},
        {"ftruncate", SYS_ftruncate, 0, {0, 0}},
        {"tcsetpgrp", SYS_tcsetpgrp, 0, {0, 0}},
        {"tcshell", SYS_tcshell, 0, {0}},
    };
    struct fixture f;
    fixture_make(&f);
    for (uint i = 0; i < COUNT(calls); i++)
        for (uint j = 0; j < COUNT(bad_fds); j++)
            refuse(&f, EBADF, calls[i].name, calls[i].number,
                   (long[6]){bad_fds[j], calls[i].args[1], calls[i].args[2]});
    for (uint j = 0; j < COUNT(bad_fds) - 1; j++) // the last is free, not out of range
        refuse(&f, EBADF, "dup2", SYS_dup2, (long[6]){f.file, bad_fds[j]});
    expect(dup2(f.file, f.file) == f.file, "dup2 to itself is no error");
    fixture_remove(&f);
}

void bad_counts(void)
{
    struct fixture f;
    fixture_make(&f);
    const long huge = 1L << 62;
    refuse_rows(&f, (const struct number_row[]){
                        {"read", SYS_read, EINVAL, {f.file, P, -1}},
                        {"read", SYS_read, EINVAL, {f.file, P, INT_LEAST}},
                        {"read", SYS_read, EINVAL, {f.pipe_in[0], P, -1}},
                        {"write", SYS_write, EINVAL, {f.file, P, -1}},
                        {"write", SYS_write, EINVAL, {f.file, P, INT_LEAST}},
                        {"write", SYS_write, EINVAL, {f.pipe_out[1], P, -1}},
                        {"read, wrong end", SYS_read, EBADF, {f.pipe_in[1], P, 10}},
                        {"write, wrong end", SYS_write, EBADF, {f.pipe_in[0], P, 10}},
                        {"readlink", SYS_readlink, EINVAL, {S(LINK_NAME), P, -1}},
                        {"readlink", SYS_readlink, EINVAL, {S(LINK_NAME), P, 0}},
                        {"readlink of a file", SYS_readlink, EINVAL, {S(FILE_NAME), P, 10}},
                        {"getcwd", SYS_getcwd, EINVAL, {P, -1}},
                        {"getcwd", SYS_getcwd, EINVAL, {P, 0}},
                        {"getcwd", SYS_getcwd, ERANGE, {P, 1}},
                        {"getcwd", SYS_getcwd, ERANGE, {P, (long)strlen(test_directory)}},
                        {"lseek", SYS_lseek, EINVAL, {f.file, -1, SEEK_SET}},
                        {"lseek", SYS_lseek, EINVAL, {f.file, -1, SEEK_CUR}},
                        {"lseek", SYS_lseek, EINVAL, {f.file, -FILE_SIZE - 1, SEEK_END}},
                        {"lseek", SYS_lseek, EINVAL, {f.file, huge, SEEK_END}},
                        {"lseek", SYS_lseek, EINVAL, {f.file, (long)MAXFILE * BSIZE + 1, SEEK_SET}},
                        {"lseek", SYS_lseek, EINVAL, {f.file, 0, 3}},
                        {"lseek", SYS_lseek, EINVAL, {f.file, 0, -1}},
                        {"lseek", SYS_lseek, ESPIPE, {f.pipe_in[0], 0, SEEK_SET}},
                        {"ftruncate", SYS_ftruncate, EINVAL, {f.file, -1}},
                        {"ftruncate", SYS_ftruncate, EFBIG, {f.file, huge}},
                        {"ftruncate", SYS_ftruncate, EFBIG, {f.file, (long)MAXFILE * BSIZE + 1}},
                        {"ftruncate", SYS_ftruncate, EINVAL, {f.pipe_out[1], 0}},
                        {"ftruncate", SYS_ftruncate, EBADF, {f.pipe_in[0], 0}},
                        {"fsync of a pipe", SYS_fsync, EINVAL, {f.pipe_in[0]}},
                        {0, 0, 0, {0}},
                    });
    fixture_remove(&f);
}

void bad_process_numbers(void)
{
    const long none = 0x7fffffff;
    struct fixture f;
    fixture_make(&f);
    refuse_rows(&f, (const struct number_row[]){
                        {"kill", SYS_kill, EPERM, {1}},
                        {"kill", SYS_kill, ESRCH, {none}},
                        {"kill", SYS_kill, ESRCH, {0}},
                        {"kill", SYS_kill, ESRCH, {-1}},
                        {"kill", SYS_kill, ESRCH, {-none}},
                        {"kill", SYS_kill, ESRCH, {INT_LEAST}},
                        {"wait", SYS_wait, ECHILD, {P}},
                        {"waitpid", SYS_waitpid, ECHILD, {-1, P, 0}},
                        {"waitpid", SYS_waitpid, ECHILD, {-1, P, WNOHANG}},
                        {"waitpid", SYS_waitpid, ECHILD, {getpid(), P, 0}},
                        {"waitpid", SYS_waitpid, ECHILD, {1, P, 0}},
                        {"waitpid", SYS_waitpid, ECHILD, {none, P, 0}},
                        {"waitpid", SYS_waitpid, ECHILD, {-5, P, 0}},
                        {"waitpid", SYS_waitpid, EINVAL, {-1, P, 0x80}},
                        {"setpgid", SYS_setpgid, ESRCH, {none, 0}},
                        {"setpgid", SYS_setpgid, ESRCH, {1, 0}},
                        {"setpgid", SYS_setpgid, EPERM, {0, none}},
                        {"setpgid", SYS_setpgid, EINVAL, {-1, 0}},
                        {"setpgid", SYS_setpgid, EINVAL, {0, -1}},
                        {"tcsetpgrp", SYS_tcsetpgrp, ENOTTY, {f.file, 1}},
                        {"tcsetpgrp", SYS_tcsetpgrp, ENOTTY, {f.pipe_in[0], 1}},
                        {"tcshell", SYS_tcshell, ENOTTY, {f.file}},
                        {"procinfo", SYS_procinfo, ESRCH, {none, P}},
                        {"pgtable", SYS_pgtable, ESRCH, {none, 0, 0, 2, P}},
                        {"pgtable", SYS_pgtable, EINVAL, {1, 2, 0, 2, P}},
                        {"pgtable", SYS_pgtable, EINVAL, {1, -1, 0, 2, P}},
                        {"pgtable", SYS_pgtable, EINVAL, {1, 0, 0, 3, P}},
                        {"pgtable", SYS_pgtable, EINVAL, {1, 0, 0, -1, P}},
                        {"pgtable, no table", SYS_pgtable, ENOENT, {1, 0, 0x2000000000, 0, P}},
                        {"pgtable, no table", SYS_pgtable, ENOENT, {1, 1, 0x2000000000, 1, P}},
                        {"join", SYS_join, ECHILD, {-1, P}},
                        {"join", SYS_join, ESRCH, {none, P}},
                        {"join", SYS_join, ESRCH, {1, P}},
                        {"join", SYS_join, ESRCH, {0, P}},
                        {"join", SYS_join, ESRCH, {INT_LEAST, P}},
                        {"join", SYS_join, EINVAL, {getpid(), P}},
                        {"procmem_write", SYS_procmem_write, ESRCH, {none, P, P, 1}},
                        {"procmem_write", SYS_procmem_write, ESRCH, {0, P, P, 1}},
                        {"procmem_write", SYS_procmem_write, ESRCH, {-1, P, P, 1}},
                        {"procmem_write", SYS_procmem_write, ESRCH, {INT_LEAST, P, P, 1}},
                        {"procmem_write", SYS_procmem_write, EPERM, {1, P, P, 1}},
                        {"procmem_write", SYS_procmem_write, EINVAL, {getpid(), P, P, -1}},
                        {"procmem_write", SYS_procmem_write, EINVAL, {getpid(), P, P, INT_LEAST}},
                        {"isolate", SYS_isolate, EINVAL, {2}},
                        {"isolate", SYS_isolate, EINVAL, {-2}},
                        {"cpupin", SYS_cpupin, EINVAL, {-1}},
                        {"cpupin", SYS_cpupin, EINVAL, {NCPU}},
                        {"cpupin", SYS_cpupin, EINVAL, {INT_LEAST}},
                        {0, 0, 0, {0}},
                    });
    fixture_remove(&f);
}

void bad_names(void)
{
    static char long_name[DIRSIZ + 2], long_path[2 * MAXPATH];
    static char *args[] = {"x", 0};
    struct fixture f;
    memset(long_name, 'n', DIRSIZ + 1);
    for (int i = 0; i < 2 * MAXPATH - 1; i++)
        long_path[i] = "./"[i % 2];
    fixture_make(&f);
    refuse_rows(&f, (const struct number_row[]){
                        {"open", SYS_open, ENOENT, {S(""), O_RDONLY}},
                        {"open", SYS_open, ENAMETOOLONG, {S(long_name), O_CREATE | O_RDWR}},
                        {"open", SYS_open, ENAMETOOLONG, {S(long_path), O_RDONLY}},
                        {"open", SYS_open, ENOTDIR, {S(FILE_NAME "/x"), O_CREATE | O_RDWR}},
                        {"open", SYS_open, EISDIR, {S(SUB_DIR), O_RDWR}},
                        {"open", SYS_open, EISDIR, {S(SUB_DIR), O_TRUNC}},
                        {"open", SYS_open, EISDIR, {S(SUB_DIR), O_CREATE}},
                        {"open", SYS_open, EEXIST, {S(FILE_NAME), O_CREATE | O_EXCL | O_RDWR}},
                        {"open", SYS_open, EEXIST, {S(LINK_NAME), O_CREATE | O_EXCL | O_RDWR}},
                        {"open both ways", SYS_open, EINVAL, {S(FILE_NAME), O_WRONLY | O_RDWR}},
                        {"open", SYS_open, ELOOP, {S(LINK_NAME), O_NOFOLLOW | O_WRONLY}},
                        {"open", SYS_open, ELOOP, {S(LINK_NAME), O_NOFOLLOW | O_TRUNC}},
                        {"mkdir", SYS_mkdir, ENAMETOOLONG, {S(long_path)}},
                        {"mkdir", SYS_mkdir, EEXIST, {S(FILE_NAME)}},
                        {"mkdir", SYS_mkdir, EEXIST, {S("/")}},
                        {"mkdir", SYS_mkdir, ENOENT, {S("none/x")}},
                        {"unlink", SYS_unlink, ENOTEMPTY, {S(SUB_DIR)}},
                        {"unlink", SYS_unlink, EINVAL, {S(".")}},
                        {"unlink", SYS_unlink, EINVAL, {S("d/..")}},
                        {"unlink", SYS_unlink, EBUSY, {S("/")}},
                        {"link", SYS_link, EPERM, {S(SUB_DIR), S("x")}},
                        {"link", SYS_link, EEXIST, {S(FILE_NAME), S(FILE_NAME)}},
                        {"link", SYS_link, ENOENT, {S("none"), S("x")}},
                        {"symlink", SYS_symlink, ENOENT, {S(""), S("x")}},
                        {"symlink", SYS_symlink, EEXIST, {S("x"), S(LINK_NAME)}},
                        {"rename", SYS_rename, EINVAL, {S(SUB_DIR), S(SUB_DIR "/x")}},
                        {"rename", SYS_rename, ENOENT, {S("none"), S("x")}},
                        {"mknod", SYS_mknod, EINVAL, {S("x"), -1, 0}},
                        {"mknod", SYS_mknod, EINVAL, {S("x"), NDEV, 0}},
                        {"mknod", SYS_mknod, EINVAL, {S("x"), 1, 0x8000}},
                        {"mknod", SYS_mknod, EINVAL, {S("x"), 1, -0x8001}},
                        {"chdir", SYS_chdir, ENOTDIR, {S(FILE_NAME)}},
                        {"chdir", SYS_chdir, ENOENT, {S(LINK_NAME)}},
                        {"exec", SYS_exec, EACCES, {S(SUB_DIR), (long)args}},
                        {"exec", SYS_exec, EACCES, {S("/console"), (long)args}},
                        {"interpose", SYS_interpose, ENAMETOOLONG, {-1, S(long_path)}},
                        {"exec", SYS_exec, ETXTBSY, {S(FILE_NAME), (long)args}},
                        {"exec", SYS_exec, ENOENT, {S("none"), (long)args}},
                        {0, 0, 0, {0}},
                    });
    fixture_remove(&f);
}

void bad_mappings(void)
{
    struct fixture f;
    fixture_make(&f);
    refuse_rows(
        &f, (const struct number_row[]){
                {"mmap", SYS_mmap, EINVAL, {0, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0}},
                {"mmap", SYS_mmap, EINVAL, {0, PGSIZE, PROT_READ, MAP_ANONYMOUS, -1, 0}},
                {"mmap", SYS_mmap, EINVAL, {0, PGSIZE, 8, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0}},
                {"mmap W X", SYS_mmap, EINVAL, {0, PGSIZE, 6, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0}},
                {"mmap", SYS_mmap, EINVAL, {0, PGSIZE, PROT_READ, MAP_PRIVATE, f.file, 1}},
                {"mmap", SYS_mmap, EINVAL, {0, PGSIZE, PROT_READ, MAP_PRIVATE, f.file, -PGSIZE}},
                {"mmap",
                 SYS_mmap,
                 EINVAL,
                 {1, PGSIZE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED}},
                {"mmap", SYS_mmap, ENOMEM, {0, -1, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0}},
                {"mmap", SYS_mmap, EBADF, {0, PGSIZE, PROT_READ, MAP_PRIVATE, -1, 0}},
                {"mmap", SYS_mmap, ENODEV, {0, PGSIZE, PROT_READ, MAP_PRIVATE, f.pipe_in[0], 0}},
                {"munmap", SYS_munmap, EINVAL, {1, PGSIZE}},
                {"munmap", SYS_munmap, EINVAL, {TRAPFRAME, PGSIZE}},
                {"mprotect", SYS_mprotect, EINVAL, {PGSIZE, PGSIZE, 8}},
                {"mprotect", SYS_mprotect, ENOMEM, {0, PGSIZE, PROT_READ}},
                {"msync", SYS_msync, EINVAL, {PGSIZE, PGSIZE, 0}},
                {"msync", SYS_msync, ENOMEM, {0, PGSIZE, MS_SYNC}},
                {"madvise", SYS_madvise, EINVAL, {PGSIZE, PGSIZE, 0}},
                {"madvise", SYS_madvise, ENOMEM, {0, PGSIZE, MADV_DONTNEED}},
                {"madvise", SYS_madvise, ENOMEM, {KERNEL_HALF, PGSIZE, MADV_WILLNEED}},
                {0, 0, 0, {0}},
            });
    fixture_remove(&f);
}

// sbrk, poweroff and the console: what they refuse must not happen.
void bad_requests(void)
{
    struct fixture f;
    char *brk = sbrk(0);
    int console = open("/console", O_RDONLY);
    fixture_make(&f);
    refuse_rows(&f, (const struct number_row[]){
                        {"sbrk", SYS_sbrk, EINVAL, {PGSIZE, 0}},
                        {"sbrk", SYS_sbrk, EINVAL, {PGSIZE, 3}},
                        {"sbrk", SYS_sbrk, EINVAL, {PGSIZE, -1}},
                        {"sbrk", SYS_sbrk, ENOMEM, {(long)MAXVA, SBRK_LAZY}},
                        {"sbrk", SYS_sbrk, ENOMEM, {1L << 62, SBRK_LAZY}},
                        {"sbrk", SYS_sbrk, ENOMEM, {~(1L << 63), SBRK_LAZY}},
                        {"sbrk", SYS_sbrk, ENOMEM, {1L << 30, SBRK_EAGER}},
                        {"pgaccess", SYS_pgaccess, EINVAL, {P, -1, P}},
                        {"pgaccess", SYS_pgaccess, EINVAL, {P, INT_LEAST, P}},
                        {"pgaccess", SYS_pgaccess, EINVAL, {P, PGACCESS_MAX + 1, P}},
                        {"pgaccess", SYS_pgaccess, EFAULT, {TRAPFRAME, 1, P}},
                        {"pgaccess", SYS_pgaccess, EFAULT, {TRAPFRAME - PGSIZE, 2, P}},
                        {"pgaccess", SYS_pgaccess, EFAULT, {(long)MAXVA, 1, P}},
                        {"pgaccess", SYS_pgaccess, EFAULT, {KERNEL_HALF, 1, P}},
                        {"pgaccess", SYS_pgaccess, EFAULT, {-PGSIZE, 2, P}},
                        {"tcsetpgrp", SYS_tcsetpgrp, EINVAL, {console, -1}},
                        {"poweroff", SYS_poweroff, EINVAL, {-1}},
                        {"poweroff", SYS_poweroff, EINVAL, {128}},
                        {"sigalarm", SYS_sigalarm, EINVAL, {-1, P}},
                        {"sigalarm", SYS_sigalarm, EINVAL, {INT_LEAST, 0}},
                        {"sigreturn", SYS_sigreturn, EINVAL, {0}},
                        {"clone", SYS_clone, EINVAL, {0, 0, P}},
                        {"clone", SYS_clone, EINVAL, {USERBASE, 0, 0}},
                        {"clone", SYS_clone, EINVAL, {TRAPFRAME, 0, P}},
                        {"clone", SYS_clone, EINVAL, {USERBASE, 0, TRAPFRAME + 1}},
                        {"clone", SYS_clone, EINVAL, {KERNEL_HALF, 0, P}},
                        {"clone", SYS_clone, EINVAL, {USERBASE, 0, KERNEL_HALF}},
                        {"futex", SYS_futex, EINVAL, {P, 2, 0, 0}},
                        {"futex", SYS_futex, EINVAL, {P, -1, 0, 0}},
                        {"futex", SYS_futex, EINVAL, {P, FUTEX_WAIT, 0, -1}},
                        {"futex", SYS_futex, EINVAL, {P + 2, FUTEX_WAIT, 0, 1}},
                        {"futex", SYS_futex, EINVAL, {P + 1, FUTEX_WAKE, 1, 0}},
                        {"futex", SYS_futex, EAGAIN, {P, FUTEX_WAIT, 1, 0}},
                        {"futex", SYS_futex, ETIMEDOUT, {P, FUTEX_WAIT, 0, 1}},
                        {"futex", SYS_futex, EFAULT, {0, FUTEX_WAKE, 1, 0}},
                        {"futex", SYS_futex, EFAULT, {TRAPFRAME, FUTEX_WAKE, 1, 0}},
                        {"futex", SYS_futex, EFAULT, {KERNEL_HALF, FUTEX_WAKE, 1, 0}},
                        {"failalloc", SYS_failalloc, ENOSYS, {1}},
                        {0, 0, 0, {0}},
                    });
    expect(sbrk(0) == brk, "the break is as before");
    for (int i = 0; i < wild_count; i++)
        expect((PTE_FLAGS(pgpte((void *)wild_addresses[i])) & PTE_U) == 0, "pgpte(0x%lx)",
               wild_addresses[i]);
    close(console);
    fixture_remove(&f);
}
