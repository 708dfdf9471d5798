// Good arguments in awkward places: across page edges, in pages that were never touched, in pages
// shared copy-on-write.
#include "kernel/procinfo.h"
#include "user/tests/badptr/badptr.h"

// Fresh, untouched pages behind the heap; the break is at a page edge.
static char *fresh_pages(int n)
{
    uint64 brk = (uint64)sbrk(0);
    sbrk(PGROUNDUP(brk) - brk);
    char *p = sbrk(n * PGSIZE);
    expect(p != SBRK_ERROR, "sbrk");
    return p;
}

// Calls that fill in, and calls that read, what is at p.
static void results_at(char *p, struct fixture *f)
{
    struct stat *st = (struct stat *)p;
    expect(fstat(f->file, st) == 0 && st->size == FILE_SIZE && st->type == T_FILE, "fstat");
    expect(sysinfo((struct sysinfo *)p) == 0 && ((struct sysinfo *)p)->nproc >= 3, "sysinfo");
    expect(procinfo(getpid(), (struct procinfo *)p) == getpid() && ((struct procinfo *)p)->pid == getpid(), "procinfo");
    expect(getcwd(p, 50) == p && strcmp(p, "/") == 0, "getcwd");
    expect(gettime((uint64 *)p) == 0, "gettime");
    int status = must_fork();
    if (status == 0)
        exit(99);
    expect(wait((int *)p) == status && *(int *)p == 99, "wait");
    expect(pipe((int *)p) == 0 && close(((int *)p)[0]) == 0 && close(((int *)p)[1]) == 0, "pipe");
}

static void paths_at(char *p)
{
    strcpy(p, FILE_NAME);
    int fd = open(p, O_RDONLY);
    expect(fd >= 0, "open");
    close(fd);
    strcpy(p, DIR_NAME "/other");
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
    char *p = arg;
    char **argv = (char **)(p + 32);
    strcpy(p, "/true");
    argv[0] = p;
    argv[1] = 0;
    exec(p, argv);
    exit(9);
}

void across_edges(void)
{
    struct fixture f;
    fixture_make(&f);
    char *base = fresh_pages(8);
    for (int before = 1; before <= 40; before += before < 8 ? 1 : 8) {
        char *p = base + 2 * PGSIZE - before;
        results_at((char *)((uint64)p & ~7UL), &f);
        paths_at(p);
        transfers_at(p, &f);
        expect(status_of(exec_at, (char *)((uint64)p & ~7UL)) == 0, "exec across an edge");
    }
    fixture_remove(&f);
}

void untouched_arguments(void)
{
    struct fixture f;
    fixture_make(&f);
    char *p = fresh_pages(64);
    results_at(p + PGSIZE - 8, &f);
    transfers_at(p + 20 * PGSIZE, &f);
    // a path of zeroes is empty; reading it maps the page
    expect(open(p + 40 * PGSIZE, O_RDONLY) == -1 && errno == ENOENT, "an empty path");
    int zero = open("/zero", O_RDONLY);
    expect(zero >= 0 && read(zero, p + 45 * PGSIZE, 2 * PGSIZE) == 2 * PGSIZE, "read zeroes");
    close(zero);
    expect(write(f.pipe_out[1], p + 50 * PGSIZE, PGSIZE) == PGSIZE, "write untouched memory");
    fixture_remove(&f);
}

static void use_shared(void *arg)
{
    struct fixture *f = arg;
    static char page[3 * PGSIZE];
    results_at((char *)(((uint64)page + PGSIZE - 1) & ~7UL), f);
    transfers_at(page + 100, f);
}

void shared_arguments(void)
{
    struct fixture f;
    fixture_make(&f);
    expect(status_of(use_shared, &f) == 0, "arguments in shared pages");
    fixture_remove(&f);
}
