// exec: what reaches the new program, how much of it, and what a failure leaves.
#include "kernel/memlayout.h"
#include "user/tests/usertests/exec.h"
#include "user/tests/usertests/exec_elf.h"
#include "user/tests/usertests/procs_help.h"

// Bytes of argument strings with their ends; ARGMAX counts all pointers that there may be.
#define STRING_BYTES (ARGMAX - (MAXARG + 1) * (int)sizeof(char *))

static char out[ARGMAX + 100];

static void exectest(void)
{
    char *argv[] = {"echo", "OK", 0}, text[8] = "";
    int status, pid = must_fork();
    if (pid == 0) {
        close(1);
        expect(open("echo-ok", O_CREATE | O_WRONLY) == 1, "fd 1 is the lowest free one");
        exec("/echo", argv);
        exit(127);
    }
    expect(wait(&status) == pid && status == 0, "echo works, not %d", status);
    int fd = open("echo-ok", O_RDONLY);
    expect(fd >= 0 && read(fd, text, sizeof(text)) == 3 && memcmp(text, "OK\n", 3) == 0,
           "its output is OK");
    close(fd);
    unlink("echo-ok");
}

static void expect_too_big(char **argv, const char *what)
{
    errno = 0;
    expect(exec("/echo", argv) == -1 && errno == E2BIG, "E2BIG for %s", what);
}

static void bigargtest(void)
{
    static char big[400];
    char *argv[MAXARG];
    memset(big, ' ', sizeof(big) - 1);
    for (int i = 0; i < MAXARG - 1; i++)
        argv[i] = big;
    argv[MAXARG - 1] = 0;
    expect_too_big(argv, "31 arguments of 399 bytes");
}

// Of "echo" and another argument as much as there may be.
static void argument_bytes_limit(void)
{
    static char big[STRING_BYTES];
    char *argv[] = {"echo", big, 0, 0};
    int n = STRING_BYTES - 5 - 1;
    memset(big, 'b', n);
    expect(run_program("/echo", argv, out, sizeof(out)) == 0, "%d bytes can be given",
           STRING_BYTES);
    expect((int)strlen(out) == n + 1 && memcmp(out, big, n) == 0 && out[n] == '\n',
           "all of them arrive");
    argv[2] = "";
    expect_too_big(argv, "an empty argument more");
    argv[2] = 0;
    big[n] = 'b';
    expect_too_big(argv, "a byte more");
}

static void too_many_arguments(void)
{
    char *argv[MAXARG + 2];
    program_write("argc", code_argc, code_argc_end);
    for (int i = 0; i < MAXARG; i++)
        argv[i] = "x";
    argv[MAXARG] = 0;
    expect(run_program("argc", argv, out, sizeof(out)) == MAXARG, "%d arguments arrive", MAXARG);
    argv[MAXARG] = "x";
    argv[MAXARG + 1] = 0;
    expect_too_big(argv, "one more");
    argv[MAXARG] = (char *)MAXVA;
    expect_too_big(argv, "one more at a bad address");
    expect(run_program("argc", argv + MAXARG + 1, out, sizeof(out)) == 0, "none at all is 0");
    unlink("argc");
}

static void argument_bytes(void)
{
    static char all[256];
    char *argv[] = {"echo", "", "a", "", "", all, "z", "", 0};
    for (int i = 1; i < 256; i++)
        all[i - 1] = i;
    expect(run_program("/echo", argv, out, sizeof(out)) == 0, "echo works");
    expect(memcmp(out, " a   ", 5) == 0 && memcmp(out + 5, all, 255) == 0,
           "arguments arrive as they are");
    expect(strcmp(out + 260, " z \n") == 0, "to the last");
}

static void bad_arguments(void)
{
    char *argv[] = {"echo", (char *)MAXVA, 0}, *text = sbrk(PGSIZE);
    char *const bad[] = {(char *)8,     (char *)KERNBASE, (char *)0x3fffffe000,
                         (char *)MAXVA, (char *)-8L,      sbrk(0)};
    for (uint i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        argv[1] = bad[i];
        expect(exec("/echo", argv) == -1 && errno == EFAULT, "EFAULT for an argument at %p",
               bad[i]);
        expect(exec("/echo", (char **)bad[i]) == -1 && errno == EFAULT, "for argv there");
        expect(exec(bad[i], argv) == -1 && errno == EFAULT, "for the path there");
    }
    memset(text, 'x', PGSIZE);
    argv[1] = text + PGSIZE - 10;
    expect(exec("/echo", argv) == -1 && errno == EFAULT,
           "for a string without end in the last page");
    char **last = (char **)(text + PGSIZE) - 2;
    last[0] = last[1] = "x";
    expect(exec("/echo", last) == -1 && errno == EFAULT, "for an argv without end there");
}

// Strings and pointers that lie across page edges arrive whole.
static void arguments_across_pages(void)
{
    char *base = sbrk(3 * PGSIZE), *text = base + PGSIZE - 3;
    char **argv = (char **)(base + 2 * PGSIZE) - 1;
    memcpy(text, "abcdef", 7);
    argv[0] = "echo";
    argv[1] = text;
    argv[2] = 0;
    expect(run_program("/echo", argv, out, sizeof(out)) == 0 && strcmp(out, "abcdef\n") == 0,
           "not %s", out);
}

static void failed_exec_keeps_all(void)
{
    char *argv[] = {"x", 0}, *heap = sbrk(4 * PGSIZE), name[MAXPATH];
    struct procinfo info;
    int ends[2];
    must_pipe(ends);
    memset(heap, 'h', 4 * PGSIZE);
    for (int i = 0; i < 20; i++) {
        expect(exec("/none", argv) == -1 && errno == ENOENT, "no file");
        expect(exec("/README", argv) == -1 && errno == ENOEXEC, "no program");
        expect(exec("/", argv) == -1 && errno == EACCES, "a directory");
        expect(exec("/console", argv) == -1 && errno == EACCES, "a device");
    }
    for (int i = 0; i < 4 * PGSIZE; i++)
        expect(heap[i] == 'h', "heap stays");
    expect(sbrk(0) == heap + 4 * PGSIZE, "break stays");
    expect(write(ends[1], "x", 1) == 1 && read_byte(ends[0]) == 'x', "files stay");
    expect(getcwd(name, sizeof(name)) == name && strcmp(name, test_directory) == 0,
           "directory stays");
    expect(procinfo(getpid(), &info) == getpid() && strcmp(info.name, "usertests") == 0,
           "name stays");
    expect(run_program("/true", argv, out, sizeof(out)) == 0, "fork and exec still work");
}

static void exec_paths(void)
{
    static char path[MAXPATH + 1];
    char *argv[] = {"x", 0};
    program_write("prog", code_argc, code_argc_end);
    expect(symlink("prog", "link") == 0 && symlink("self", "self") == 0, "symlink");
    expect(program_status("prog") == 1 && program_status("./prog") == 1, "relative paths");
    expect(program_status("link") == 1, "through a symbolic link");
    expect(exec("self", argv) == -1 && errno == ELOOP, "a link to itself is ELOOP");
    expect(exec("prog/x", argv) == -1 && errno == ENOTDIR, "a file as a directory is ENOTDIR");
    expect(exec("", argv) == -1 && errno == ENOENT, "an empty path is ENOENT");
    memset(path, 'x', MAXPATH);
    expect(exec(path, argv) == -1 && errno == ENAMETOOLONG, "MAXPATH bytes are ENAMETOOLONG");
    unlink("self");
    unlink("link");
    unlink("prog");
}

static void exec_keeps_files(void)
{
    char *argv[] = {"cat", 0};
    int fd = open("file", O_CREATE | O_RDWR);
    expect(fd >= 0 && write(fd, "0123456789", 10) == 10 && lseek(fd, 4, SEEK_SET) == 4, "a file");
    int stdin = dup(0);
    expect(dup2(fd, 0) == 0, "dup2");
    expect(run_program("/cat", argv, out, sizeof(out)) == 0, "cat works");
    expect(strcmp(out, "456789") == 0, "cat reads on at the offset, not %s", out);
    expect(lseek(fd, 0, SEEK_CUR) == 10, "and moves it");
    dup2(stdin, 0);
    close(fd);
    unlink("file");
}

static void exec_keeps_directory(void)
{
    char *argv[] = {"pwd", 0}, path[MAXPATH + 8];
    expect(mkdir("sub") == 0 && chdir("sub") == 0, "a directory");
    snprintf(path, sizeof(path), "%s/sub\n", test_directory);
    expect(run_program("/pwd", argv, out, sizeof(out)) == 0 && strcmp(out, path) == 0, "not %s",
           out);
    expect(chdir("..") == 0 && unlink("sub") == 0, "and back");
}

static void exec_keeps_pid(void)
{
    char *argv[] = {"getpid", 0};
    program_write("getpid", code_getpid, code_getpid_end);
    int pid = must_fork();
    if (pid == 0) {
        exec("getpid", argv);
        exit(127);
    }
    expect_status(pid, pid);
    unlink("getpid");
}

static void expect_name(const char *path, const char *wanted)
{
    char *argv[] = {"any", 0};
    int pid = must_fork();
    if (pid == 0) {
        exec(path, argv);
        exit(127);
    }
    wait_called(pid, wanted);
    expect_killed(pid);
}

static void exec_names_process(void)
{
    expect(mkdir("sub") == 0, "mkdir");
    program_write("sub/short", code_sleep, code_sleep_end);
    program_write("a_name_that_is_cut", code_sleep, code_sleep_end);
    expect_name("sub/short", "short");
    expect_name("./sub/../a_name_that_is_cut", "a_name_that_is_");
    unlink("a_name_that_is_cut");
    unlink("sub/short");
    unlink("sub");
}

const struct test exec_tests[] = {
    TEST(exectest, 0, "xv6",
         "a program run by exec writes to the file that fd 1 was redirected to"),
    TEST(bigargtest, 0, "xv6", "exec with 12 KiB of arguments fails with E2BIG"),
    TEST(argument_bytes_limit, BOTH, "",
         "arguments of exactly the allowed bytes arrive; one more is E2BIG"),
    TEST(too_many_arguments, 0, "known 17, labs 7", "MAXARG arguments arrive; one more is E2BIG"),
    TEST(argument_bytes, BOTH, "", "arguments arrive byte for byte, empty ones too"),
    TEST(bad_arguments, BOTH, "",
         "bad addresses of path, argv and arguments, and strings without end, are EFAULT"),
    TEST(arguments_across_pages, BOTH, "",
         "strings and argv that lie across page edges arrive whole"),
    TEST(failed_exec_keeps_all, BOTH, "known 25",
         "a failed exec leaves memory, files, directory and name"),
    TEST(exec_paths, 0, "",
         "exec follows paths and symbolic links as open does, with the same errors"),
    TEST(exec_keeps_files, 0, "", "open files and their offsets survive exec"),
    TEST(exec_keeps_directory, 0, "", "the current directory survives exec"),
    TEST(exec_keeps_pid, 0, "", "the pid survives exec"),
    TEST(exec_names_process, 0, "",
         "a process is named after the last part of its program's path, 15 bytes of it"),
    TEST(damaged_headers, 0, "labs 18",
         "each damaged field of an ELF header is ENOEXEC; the undamaged copy runs"),
    TEST(damaged_segments, 0, "labs 18",
         "segments that are wild, wrap, overlap, are too large or W and X are ENOEXEC"),
    TEST(truncated_programs, 0, "", "a program file cut anywhere is ENOEXEC"),
    TEST(no_programs, 0, "", "text and empty files are ENOEXEC; directories, devices are EACCES"),
    TEST(segments_that_are_allowed, 0, "", "empty segments and those of other types are skipped"),
    TEST(unaligned_segment, BOTH, "labs 18",
         "a segment at an unaligned address is loaded there and nowhere else"),
    TEST(bss_is_zero, BOTH, "",
         "memory behind a segment's bytes is zero, on its last page and beyond"),
    TEST(holes_in_programs, 0, "", "holes in a program file load as zeroes"),
    TEST(program_starts_clean, BOTH, "",
         "a program starts with argc, argv, an aligned stack, and registers that are 0"),
    TEST(main_returns, 0, "labs 16", "what main returns is the exit status"),
    TEST(exec_while_others_run, 0, "known 24", "programs load while others read files and write"),
    TEST(exec_own_file, 0, "", "a running program can exec its own file, and so can many"),
    TEST(exec_removed_file, 0, "",
         "a program whose file is removed runs on; none can be written while it runs"),
    TEST(segment_without_rights, BOTH, "",
         "what lies in a segment without rights is mapped, and out of reach"),
    TEST(exec_storm, BOTH, "known 25",
         "processes that exec at the same time all run what they should"),
    TEST(fork_exec_loses_nothing, BOTH | ALONE, "known 25",
         "roots and tables of ended processes and failed execs are given back"),
    TEST(exec_at_low_memory, ALONE, "labs 5",
         "exec with few pages left works, fails or kills; then it works again"),
    TEST(execout, SLOW | ALONE, "xv6, labs 5",
         "exec with 0 to 14 pages left of touched memory does no harm"),
    END_OF_TESTS,
};
