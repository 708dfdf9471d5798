// interpose: system calls that a process is refused.
#include "kernel/syscall.h"
#include "user/tests/usertests/procs_help.h"

#define BIT(call) (1 << SYS_##call)

struct call {
    const char *name;
    int number;
};

static const struct call calls[] = {
#define CALL(number, name, ...) {#name, number},
    SYSCALLS(CALL, CALL)
#undef CALL
};

static void must_interpose(int mask, const char *path)
{
    expect(interpose(mask, path) == 0, "interpose(0x%x, %s)", mask, path);
}

// open and exec look at their path first.
static int is_refused(int call)
{
    long arg = call == SYS_open || call == SYS_exec ? (long)"/true" : -1;
    return raw_syscall(call, (long[6]){arg, -1, -1}) == -EPERM;
}

// 1 or, if it fails with EPERM and nothing else, 0.
static int may_open(const char *path)
{
    int fd = open(path, O_RDONLY);
    expect(fd >= 0 || errno == EPERM, "open(%s)", path);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

static void exec_or_exit(void *path)
{
    char *argv[] = {"true", 0};
    exec(path, argv);
    exit(errno);
}

static int may_exec(char *path)
{
    int status = status_of(exec_or_exit, path);
    expect(status == 0 || status == EPERM, "exec(%s), status %d", path, status);
    return status == 0;
}

// A call that is not refused must do no harm here.
static int harmless(int call)
{
    return call != SYS_exit && call != SYS_thread_exit && call != SYS_reboot &&
           call != SYS_backtrace;
}

static void refuse_one(void *arg)
{
    const struct call *c = arg;
    must_interpose(1 << c->number, "-");
    if (!is_refused(c->number))
        exit(1);
    exit(c->number == SYS_getpid ? uptime() < 0 : getpid() < 0);
}

static void interpose_each(void)
{
    for (uint i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
        if (harmless(calls[i].number) && calls[i].number < 31)
            expect(status_of(refuse_one, (void *)&calls[i]) == 0, "%s alone is refused",
                   calls[i].name);
}

// Nothing is left but to end; the status tells which call was not refused.
static void refuse_all(void *arg)
{
    (void)arg;
    must_interpose(-1, "-");
    for (uint i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
        if (harmless(calls[i].number) && !is_refused(calls[i].number))
            exit(calls[i].number);
    exit(100);
}

static void interpose_all(void)
{
    int status = status_of(refuse_all, 0);
    expect(status == 100, "all calls but exit are refused, exit status %d", status);
}

static void interpose_high(void)
{
    must_interpose((int)0x80000000, "-");
    expect(ftruncate(0, -1) == -1 && errno == EPERM, "call 31 is refused");
    expect(getcwd(test_directory, MAXPATH) == 0 && errno == EPERM, "call 33 is refused");
    expect(lseek(0, 0, 17) == -1 && errno != EPERM, "call 30 is not");
}

// A call that is refused does nothing.
static void interpose_does_nothing(void)
{
    int ends[2];
    must_pipe(ends);
    if (must_fork() == 0) {
        must_interpose(BIT(open) | BIT(write) | BIT(mkdir), "-");
        exit(open("f", O_CREATE | O_RDWR) != -1 || mkdir("d") != -1 ||
             write(ends[1], "x", 1) != -1);
    }
    expect_children(1);
    close(ends[1]);
    expect_end_of_file(ends[0]);
    expect(open("f", O_RDONLY) == -1 && open("d", O_RDONLY) == -1, "nothing has been made");
}

static void interpose_path_open(void)
{
    close(open("f", O_CREATE | O_RDWR));
    close(open("ff", O_CREATE | O_RDWR));
    must_interpose(BIT(open) | BIT(exec), "f");
    expect(may_open("f"), "the path itself may be opened");
    expect(!may_open("./f") && !may_open("ff") && !may_open("") && !may_open("/README"),
           "no other, of the same file too");
    expect(!may_exec("/true"), "nor may another be executed");
    expect(unlink("f") == 0 && unlink("ff") == 0, "other calls are not concerned");
}

static void interpose_path_exec(void)
{
    must_interpose(BIT(open) | BIT(exec), "/true");
    expect(may_exec("/true") && may_open("/true"), "the path may be executed, and opened");
    expect(!may_exec("//true") && !may_exec("/false") && !may_open("/false"), "no other");
}

// A file "-" is not what "-" means, nor is the empty path.
static void interpose_no_path(void)
{
    close(open("-", O_CREATE | O_RDWR));
    must_interpose(BIT(open), "-");
    expect(!may_open("-") && !may_open(""), "- is no path");
    unlink("-");
}

// Only open and exec know an allowed path.
static void interpose_path_others(void)
{
    must_interpose(BIT(mkdir) | BIT(chdir), "d");
    expect(mkdir("d") == -1 && errno == EPERM && chdir("d") == -1 && errno == EPERM,
           "mkdir and chdir are refused");
}

static void expect_no_open(void *arg)
{
    (void)arg;
    expect(!may_open("/false") && may_open("/README"), "what is refused to the parent");
}

static void interpose_inherited(void)
{
    must_interpose(BIT(open), "/README");
    expect(status_of(expect_no_open, 0) == 0, "is refused to the child");
    char *cat_other[] = {"cat", "/false", 0}, *cat_path[] = {"grep", "xv6", "/README", 0};
    expect(status_of(expect_no_open, 0) == 0, "again");
    char out[4096];
    close(2);
    expect(run_program("/cat", cat_other, out, sizeof(out)) == 1 && out[0] == 0, "and to programs");
    expect(run_program("/grep", cat_path, out, sizeof(out)) == 0 && out[0] != 0,
           "but for the path");
}

static void interpose_parent_free(void)
{
    if (must_fork() == 0) {
        must_interpose(-1, "-");
        exit(0);
    }
    expect_children(1);
    expect(may_open("/README") && getpid() > 0, "a child's restriction is its own");
}

static void interpose_only_adds(void)
{
    must_interpose(BIT(getpid), "-");
    must_interpose(BIT(uptime), "-");
    must_interpose(0, "-");
    expect(is_refused(SYS_getpid) && is_refused(SYS_uptime) && !is_refused(SYS_close),
           "both are refused, no third");
}

static void interpose_path_stays(void)
{
    must_interpose(BIT(open), "/README");
    expect(interpose(0, "/true") == -1 && errno == EPERM, "another path is refused");
    expect(may_open("/README") && !may_open("/true"), "and changes nothing");
    must_interpose(BIT(exec), "/README");
    expect(may_open("/README") && !may_exec("/true"), "the same path may be named again");
    must_interpose(0, "-");
    expect(!may_open("/README"), "it can be dropped");
    expect(interpose(0, "/README") == -1 && errno == EPERM, "and does not come back");
}

static void interpose_path_later(void)
{
    must_interpose(BIT(getpid), "-");
    must_interpose(BIT(open), "/README");
    expect(may_open("/README") && !may_open("/true"),
           "a path can be named while no path is refused");
}

static void interpose_bad_path(void)
{
    static char path[MAXPATH + 1];
    memset(path, 'p', MAXPATH);
    expect(interpose(-1, path) == -1 && errno == ENAMETOOLONG, "a path of MAXPATH bytes");
    expect(interpose(-1, (char *)MAXVA) == -1 && errno == EFAULT, "a bad pointer");
    expect(getpid() > 0 && may_open("/README"), "nothing is refused");
    path[MAXPATH - 1] = 0;
    must_interpose(BIT(open), path);
    expect(open(path, O_RDONLY) == -1 && errno == EPERM,
           "the longest path can be named, and leads nowhere");
}

// The same path to other files, and none.
static void interpose_path_replaced(void)
{
    close(open("f", O_CREATE | O_RDWR));
    close(open("secret", O_CREATE | O_RDWR));
    must_interpose(BIT(open) | BIT(exec), "f");
    expect(may_open("f"), "the file may be opened");
    expect(unlink("f") == 0 && open("f", O_CREATE | O_RDWR) == -1 && errno == EPERM,
           "removed, it cannot be made anew");
    expect(mknod("f", 1, 0) == 0 && !may_open("f") && unlink("f") == 0, "a device instead of it");
    expect(symlink("secret", "f") == 0 && !may_open("f") && unlink("f") == 0,
           "a link to another file");
    expect(link("secret", "f") == 0 && !may_open("f") && !may_exec("f") && unlink("f") == 0,
           "another file");
    expect(symlink("/true", "f") == 0 && !may_exec("f") && unlink("f") == 0, "a link to a program");
    expect(rename("secret", "f") == 0 && !may_open("f"), "another file that was renamed");
    must_interpose(BIT(open), "f");
    expect(!may_open("f"), "though the path is named again");
    unlink("f");
}

// What comes back is the same file.
static void interpose_path_comes_back(void)
{
    close(open("f", O_CREATE | O_RDWR));
    must_interpose(BIT(open), "f");
    expect(rename("f", "g") == 0 && !may_open("f") && !may_open("g"), "elsewhere it is refused");
    expect(symlink("g", "f") == 0 && may_open("f"), "a link that leads to it does as well");
    expect(unlink("f") == 0 && rename("g", "f") == 0 && may_open("f"),
           "back again it may be opened");
    expect(open("f", O_CREATE | O_EXCL) == -1 && errno == EEXIST, "it exists");
    int fd = open("f", O_CREATE | O_TRUNC | O_RDWR);
    expect(fd >= 0, "O_CREATE of what is there");
    close(fd);
    unlink("f");
}

static void interpose_path_elsewhere(void)
{
    expect(mkdir("d") == 0, "mkdir");
    close(open("f", O_CREATE | O_RDWR));
    close(open("d/f", O_CREATE | O_RDWR));
    must_interpose(BIT(open), "f");
    expect(chdir("d") == 0 && !may_open("f"), "from another directory it is another file");
    expect(chdir("..") == 0 && may_open("f"), "from the first one it is the file");
    unlink("d/f");
    unlink("d");
    unlink("f");
}

// A path that leads nowhere: also what is made there later is refused.
static void interpose_path_of_nothing(void)
{
    must_interpose(BIT(open), "f");
    expect(open("f", O_CREATE | O_RDWR) == -1 && errno == EPERM, "it cannot be made by open");
    expect(mknod("f", 3, 0) == 0 && !may_open("f"), "what is made otherwise is refused");
    unlink("f");
}

// The inode's number is not given to another file, as long as a restricted process lives: the child
// does.
static void interpose_path_inode_kept(void)
{
    int fd = open("f", O_CREATE | O_RDWR), gate[2];
    struct stat old, st;
    expect(fd >= 0 && fstat(fd, &old) == 0, "a file");
    close(fd);
    must_pipe(gate);
    int pid = must_fork();
    if (pid == 0) {
        must_interpose(BIT(open), "f");
        read_byte(gate[0]);
        exit(may_open("f"));
    }
    wait_asleep(pid);
    expect(unlink("f") == 0, "unlink");
    for (int i = 0; i < 3; i++) { // the first free number is that of the file, if it is free
        fd = open("f", O_CREATE | O_RDWR);
        expect(fd >= 0 && fstat(fd, &st) == 0 && st.ino != old.ino,
               "a new file has another number");
        close(fd);
        if (i < 2)
            unlink("f");
    }
    expect(write(gate[1], "x", 1) == 1, "write");
    expect_status(pid, 0);
    unlink("f");
}

static void interpose_while_traced(void)
{
    expect(trace(0) == 0, "trace");
    must_interpose((int)0x80000000 | BIT(trace), "-");
    expect(trace(0) == -1 && errno == EPERM, "trace is refused");
    expect(interpose(0, "-") == -1 && errno == EPERM, "and interpose itself");
}

static void interpose_without_memory(void)
{
    for (int i = 0; i < 10; i++) // again and again: caches give back some
        take_memory(0);
    expect(interpose(0, "-") == 0, "interpose without memory");
    expect(trace(0) == 0, "trace, too");
}

const struct test interpose_tests[] = {
    TEST(interpose_each, 0, "", "each system call can be refused: EPERM, and others work"),
    TEST(interpose_all, 0, "", "all calls but exit and thread_exit can be refused"),
    TEST(interpose_high, 0, "", "bit 31 stands for all calls from 31 on"),
    TEST(interpose_does_nothing, 0, "", "a refused call does nothing"),
    TEST(interpose_path_open, 0, "", "the path, spelled so, may be opened"),
    TEST(interpose_path_exec, 0, "", "and executed"),
    TEST(interpose_no_path, 0, "", "the path - is none"),
    TEST(interpose_path_others, 0, "", "the path is for open and exec"),
    TEST(interpose_inherited, 0, "", "children and programs are refused the same"),
    TEST(interpose_parent_free, 0, "", "a child's restriction is not the parent's"),
    TEST(interpose_only_adds, 0, "", "a further call refuses more, never less"),
    TEST(interpose_path_stays, 0, "", "the path can be dropped, not changed"),
    TEST(interpose_path_later, 0, "",
         "it can be named as long as neither open nor exec is refused"),
    TEST(interpose_path_replaced, 0, "",
         "the path to another file than it led to at first is refused"),
    TEST(interpose_path_comes_back, 0, "", "and allowed when it leads to the first one again"),
    TEST(interpose_path_elsewhere, 0, "", "a relative path means the file that it led to at first"),
    TEST(interpose_path_of_nothing, 0, "", "a path that led nowhere is refused for ever"),
    TEST(interpose_path_inode_kept, 0, "", "the number of the file is not given to another"),
    TEST(interpose_bad_path, 0, "",
         "paths that are too long or nowhere: an error, and nothing is refused"),
    TEST(interpose_while_traced, 0, "", "trace and interpose can be refused, too"),
    TEST(interpose_without_memory, ALONE, "",
         "interpose and trace need no memory: they work when there is none"),
    END_OF_TESTS,
};
