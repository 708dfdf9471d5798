// Calls with bad numbers: descriptors, counts, process numbers, offsets, flags, call numbers.
#include "user/tests/badptr/badptr.h"

static char scratch[4096];

static const long bad_fds[] = {-1, -2, NOFILE, NOFILE + 1, 100000, 0x7fffffff, -0x80000000L, 40};
#define COUNT(array) (sizeof(array) / sizeof(array[0]))

static void refuse(struct fixture *f, long error, const char *name, int number, const long args[6])
{
    char what[100];
    snprintf(what, sizeof(what), "%s(%ld, %ld, %ld, %ld)", name, args[0], args[1], args[2], args[3]);
    long result = raw_syscall(number, args);
    if (error == 0)
        expect(result < 0, "%s: an error, not %ld", what, result);
    else
        expect(result == -error, "%s: error %ld, not %ld", what, error, result);
    fixture_check(f, what);
}

static void bad_descriptors(struct fixture *f)
{
    static const struct {
        const char *name;
        int number;
        long rest[3];
    } calls[] = {
        {"read", SYS_read, {(long)scratch, 10}},
        {"write", SYS_write, {(long)scratch, 10}},
        {"close", SYS_close, {0}},
        {"dup", SYS_dup, {0}},
        {"dup2", SYS_dup2, {50}},
        {"fstat", SYS_fstat, {(long)scratch}},
        {"fsync", SYS_fsync, {0}},
        {"lseek", SYS_lseek, {0, SEEK_SET}},
        {"ftruncate", SYS_ftruncate, {0}},
        {"tcsetpgrp", SYS_tcsetpgrp, {0}},
    };
    for (uint i = 0; i < COUNT(calls); i++) {
        for (uint j = 0; j < COUNT(bad_fds); j++) {
            const long *rest = calls[i].rest;
            refuse(f, EBADF, calls[i].name, calls[i].number, (long[6]){bad_fds[j], rest[0], rest[1], rest[2]});
        }
    }
    for (uint j = 0; j < COUNT(bad_fds) - 1; j++) // the last is free, not out of range
        refuse(f, EBADF, "dup2", SYS_dup2, (long[6]){f->file, bad_fds[j]});
}

struct number_row {
    const char *name;
    int number;
    long error; // 0: any
    long args[6];
};

static void refuse_rows(struct fixture *f, const struct number_row *row)
{
    for (; row->name; row++)
        refuse(f, row->error, row->name, row->number, row->args);
}

static void bad_counts(struct fixture *f)
{
    const long p = (long)scratch;
    const struct number_row rows[] = {
        {"read", SYS_read, EINVAL, {f->file, p, -1}},
        {"read", SYS_read, EINVAL, {f->file, p, -0x80000000L}},
        {"write", SYS_write, EINVAL, {f->file, p, -1}},
        {"write", SYS_write, EINVAL, {f->file, p, -0x80000000L}},
        {"read", SYS_read, EINVAL, {f->pipe_in[0], p, -1}},
        {"write", SYS_write, EINVAL, {f->pipe_out[1], p, -1}},
        {"read, wrong end", SYS_read, EBADF, {f->pipe_in[1], p, 10}},
        {"write, wrong end", SYS_write, EBADF, {f->pipe_in[0], p, 10}},
        {"readlink", SYS_readlink, 0, {(long)"/badlink", p, -1}},
        {"getcwd", SYS_getcwd, 0, {p, -1}},
        {"getcwd", SYS_getcwd, ERANGE, {p, 1}},
        {"lseek", SYS_lseek, EINVAL, {f->file, -1, SEEK_SET}},
        {"lseek", SYS_lseek, EINVAL, {f->file, -1, SEEK_CUR}},
        {"lseek", SYS_lseek, EINVAL, {f->file, -FILE_SIZE - 1, SEEK_END}},
        {"lseek", SYS_lseek, EINVAL, {f->file, 0, 3}},
        {"lseek", SYS_lseek, ESPIPE, {f->pipe_in[0], 0, SEEK_SET}},
        {"ftruncate", SYS_ftruncate, EINVAL, {f->file, -1}},
        {"ftruncate", SYS_ftruncate, 0, {f->file, 1L << 62}},
        {"ftruncate", SYS_ftruncate, EINVAL, {f->pipe_out[1], 0}},
        {0, 0, 0, {0}},
    };
    refuse_rows(f, rows);
    expect(lseek(f->file, 0, SEEK_CUR) == 0, "offset as before");
}

static void bad_processes(struct fixture *f)
{
    const long p = (long)scratch;
    const struct number_row rows[] = {
        {"kill", SYS_kill, EPERM, {1}},
        {"kill", SYS_kill, ESRCH, {0x7fffffff}},
        {"kill", SYS_kill, 0, {0}},
        {"kill", SYS_kill, 0, {-1}},
        {"kill", SYS_kill, 0, {-0x80000000L}},
        {"wait", SYS_wait, ECHILD, {p}},
        {"waitpid", SYS_waitpid, ECHILD, {-1, p, 0}},
        {"waitpid", SYS_waitpid, ECHILD, {0x7fffffff, p, 0}},
        {"waitpid", SYS_waitpid, 0, {-5, p, 0}},
        {"waitpid", SYS_waitpid, 0, {-1, p, 0x80}},
        {"setpgid", SYS_setpgid, ESRCH, {0x7fffffff, 0}},
        {"setpgid", SYS_setpgid, 0, {-1, 0}},
        {"setpgid", SYS_setpgid, 0, {0, -1}},
        {"tcsetpgrp", SYS_tcsetpgrp, ENOTTY, {f->file, 1}},
        {"procinfo", SYS_procinfo, ESRCH, {0x7fffffff, p}},
        {"pgtable", SYS_pgtable, ESRCH, {0x7fffffff, 0, 0, 2, p}},
        {"pgtable", SYS_pgtable, EINVAL, {1, 2, 0, 2, p}},
        {"pgtable", SYS_pgtable, EINVAL, {1, -1, 0, 2, p}},
        {"pgtable", SYS_pgtable, EINVAL, {1, 0, 0, 3, p}},
        {"pgtable", SYS_pgtable, EINVAL, {1, 0, 0, -1, p}},
        {"isolate", SYS_isolate, EINVAL, {2}},
        {"isolate", SYS_isolate, EINVAL, {-2}},
        {0, 0, 0, {0}},
    };
    refuse_rows(f, rows);
}

static void bad_names(struct fixture *f)
{
    static char long_name[DIRSIZ + 2], long_path[2 * MAXPATH];
    memset(long_name, 'n', DIRSIZ + 1);
    for (int i = 0; i < 2 * MAXPATH - 1; i++)
        long_path[i] = "./"[i % 2];
    const struct number_row rows[] = {
        {"open", SYS_open, ENOENT, {(long)"", O_RDONLY}},
        {"open", SYS_open, ENAMETOOLONG, {(long)long_name, O_CREATE | O_RDWR}},
        {"open", SYS_open, ENAMETOOLONG, {(long)long_path, O_RDONLY}},
        {"mkdir", SYS_mkdir, ENAMETOOLONG, {(long)long_path}},
        {"open", SYS_open, ENOTDIR, {(long)FILE_NAME "/x", O_CREATE | O_RDWR}},
        {"open", SYS_open, EISDIR, {(long)DIR_NAME, O_RDWR}},
        {"open", SYS_open, EEXIST, {(long)FILE_NAME, O_CREATE | O_EXCL | O_RDWR}},
        {"mkdir", SYS_mkdir, EEXIST, {(long)FILE_NAME}},
        {"mkdir", SYS_mkdir, 0, {(long)"/"}},
        {"unlink", SYS_unlink, ENOTEMPTY, {(long)DIR_NAME}},
        {"unlink", SYS_unlink, 0, {(long)"."}},
        {"unlink", SYS_unlink, 0, {(long)"/.."}},
        {"unlink", SYS_unlink, 0, {(long)"/"}},
        {"link", SYS_link, 0, {(long)DIR_NAME, (long)"/x"}},
        {"link", SYS_link, EEXIST, {(long)FILE_NAME, (long)FILE_NAME}},
        {"rename", SYS_rename, EINVAL, {(long)DIR_NAME, (long)DIR_NAME "/x"}},
        {"mknod", SYS_mknod, 0, {(long)DIR_NAME "/x", -1, 0}},
        {"mknod", SYS_mknod, 0, {(long)DIR_NAME "/x", NDEV, 0}},
        {"chdir", SYS_chdir, ENOTDIR, {(long)FILE_NAME}},
        {"exec", SYS_exec, 0, {(long)DIR_NAME, (long)(char *[]){"x", 0}}},
        {"exec", SYS_exec, ENOEXEC, {(long)FILE_NAME, (long)(char *[]){"x", 0}}},
        {0, 0, 0, {0}},
    };
    refuse_rows(f, rows);
}

static void bad_call_numbers(struct fixture *f)
{
    const long numbers[] = {0, 46, 1000, -1, 1L << 31, 1L << 62, -(1L << 62)};
    for (uint i = 0; i < COUNT(numbers); i++) {
        expect(raw_syscall(numbers[i], (long[6]){1, 2, 3}) == -ENOSYS, "no call %ld", numbers[i]);
        fixture_check(f, "unknown call");
    }
}

void bad_numbers(void)
{
    struct fixture f;
    fixture_make(&f);
    bad_descriptors(&f);
    bad_counts(&f);
    bad_processes(&f);
    bad_names(&f);
    bad_call_numbers(&f);
    fixture_remove(&f);
}
