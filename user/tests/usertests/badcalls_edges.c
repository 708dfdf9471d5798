// Good arguments in awkward places: across page edges, in pages that were never touched, in pages
// shared copy-on-write.
#include "kernel/procinfo.h"
#include "user/tests/usertests/badcalls.h"

static void numbers_at(char *p, struct fixture *f)
{
    struct stat st;
    struct sysinfo system;
    struct procinfo process;
    uint64 now, before;
    expect(fstat(f->file, (struct stat *)p) == 0, "fstat");
    memcpy(&st, p, sizeof(st));
    expect(st.size == FILE_SIZE && st.type == T_FILE && st.nlink == 1, "fstat's result");
    expect(sysinfo((struct sysinfo *)p) == 0, "sysinfo");
    memcpy(&system, p, sizeof(system));
    expect(system.nproc >= 3 && system.ncpu >= 1 && system.blocks < system.totalmem,
           "sysinfo's result");
    expect(procinfo(getpid(), (struct procinfo *)p) == getpid(), "procinfo");
    memcpy(&process, p, sizeof(process));
    expect(process.pid == getpid() && strcmp(process.name, "usertests") == 0, "procinfo's result");
    expect(gettime(&before) == 0 && gettime((uint64 *)p) == 0, "gettime");
    memcpy(&now, p, sizeof(now));
    expect(now >= before && now - before < 10000000000UL, "gettime's result");
}

static void results_at(char *p, struct fixture *f)
{
    int status, ends[2];
    numbers_at(p, f);
    expect(getcwd(p, 100) == p && strcmp(p, test_directory) == 0, "getcwd");
    expect(readlink(LINK_NAME, p, 100) == 9 && memcmp(p, "somewhere", 9) == 0, "readlink");
    int pid = must_fork();
    if (pid == 0)
        exit(99);
    expect(wait((int *)p) == pid, "wait");
    memcpy(&status, p, sizeof(status));
    expect(status == 99, "wait's status");
    expect(pipe((int *)p) == 0, "pipe");
    memcpy(ends, p, sizeof(ends));
    expect(write(ends[1], "x", 1) == 1 && size_of(ends[0]) == 1, "pipe's ends");
    expect(close(ends[0]) == 0 && close(ends[1]) == 0, "close");
}

static void paths_at(char *p)
{
    strcpy(p, FILE_NAME);
    int fd = open(p, O_RDONLY);
    expect(fd >= 0 && size_of(fd) == FILE_SIZE, "open");
    close(fd);
    strcpy(p, SUB_DIR "/other");
    expect(link(FILE_NAME, p) == 0 && unlink(p) == 0, "link, unlink");
    expect(mkdir(p) == 0 && unlink(p) == 0, "mkdir, unlink");
}

static void transfers_at(char *p, struct fixture *f)
{
    lseek(f->file, 0, SEEK_SET);
    expect(read(f->file, p, FILE_SIZE) == FILE_SIZE, "read");
    for (int i = 0; i < FILE_SIZE; i++)
        expect(p[i] == pattern(i), "byte %d", i);
    expect(write(f->pipe_out[1], p, FILE_SIZE) == FILE_SIZE, "write");
    memset(p, 0, FILE_SIZE);
    expect(read_all(f->pipe_out[0], p, FILE_SIZE) == FILE_SIZE, "read");
    for (int i = 0; i < FILE_SIZE; i++)
        expect(p[i] == pattern(i), "byte %d through a pipe", i);
}

static void exec_at(void *arg)
{
    char *p = arg, *argv[] = {p, 0};
    strcpy(p, "/true");
    memcpy(p + 6, argv, sizeof(argv));
    exec(p, (char **)(p + 6));
    exit(9);
}

void across_page_edges(void)
{
    struct fixture f;
    fixture_make(&f);
    char *base = fresh_pages(8, SBRK_EAGER);
    for (int before = 1; before <= 40; before += before < 8 ? 1 : 8) {
        char *p = base + 2 * PGSIZE - before;
        results_at(p, &f);
        paths_at(p);
        transfers_at(p, &f);
        expect(status_of(exec_at, p) == 0, "exec %d bytes before an edge", before);
    }
    fixture_remove(&f);
}

void in_untouched_pages(void)
{
    struct fixture f;
    fixture_make(&f);
    char *p = fresh_pages(64, SBRK_EAGER);
    results_at(p + PGSIZE - 7, &f);
    transfers_at(p + 20 * PGSIZE, &f);
    expect(open(p + 40 * PGSIZE, O_RDONLY) == -1 && errno == ENOENT, "an empty path");
    int zero = open("/zero", O_RDONLY);
    expect(zero >= 0 && read(zero, p + 45 * PGSIZE, 2 * PGSIZE) == 2 * PGSIZE, "read zeroes");
    close(zero);
    expect(write(f.pipe_out[1], p + 50 * PGSIZE, PGSIZE) == PGSIZE, "write untouched memory");
    expect(read_all(f.pipe_out[0], p, PGSIZE) == PGSIZE, "and read it");
    expect_bytes("untouched memory", p, PGSIZE, 0);
    fixture_remove(&f);
}

static char shared_pages[5 * PGSIZE];

static void use_shared(void *arg)
{
    char *p = (char *)PGROUNDUP((uint64)shared_pages + 1) - 13;
    results_at(p, arg);
    paths_at(p);
    transfers_at(p, arg);
}

void in_shared_pages(void)
{
    struct fixture f;
    memset(shared_pages, 's', sizeof(shared_pages));
    fixture_make(&f);
    expect(status_of(use_shared, &f) == 0, "arguments in shared pages");
    expect_bytes("the other process's pages", shared_pages, sizeof(shared_pages), 's');
    fixture_remove(&f);
}
