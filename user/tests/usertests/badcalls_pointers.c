// Calls with a bad pointer. A row has the call's good arguments; at PTR the bad ones go.
//
// Bad places: not mapped at all (null, the guard page, beyond the heap, kernel addresses,
// non-canonical ones); partly mapped (the last bytes of the heap), where exactly what fits is
// done; read-only, for results.
#include "kernel/procinfo.h"
#include "user/tests/usertests/badcalls.h"

#define PTR      (-0x505452L) // where the bad pointer goes
#define FD       (-0x4644L)   // the file
#define PIPE_IN  (-0x4645L)   // a pipe's end with bytes to read
#define PIPE_OUT (-0x4646L)   // a pipe's end to write to
#define MYSELF   (-0x4647L)   // the caller's pid
#define S(text)  ((long)(text))

#define CWD_SIZE (-1) // of getcwd's result
#define TRANSFER 4000

enum use { STRING, IN, OUT, OUT_MAYBE_NULL };
enum effect { NONE, READS, WRITES, POKES };

struct row {
    const char *name;
    int number;
    enum use use;
    enum effect effect; // READS, WRITES: on the descriptor in args[0]
    int size;           // bytes of the result, if it comes whole or not at all
    long args[6];
};

static char scratch[8192];
static char *good_argv[] = {"true", 0};

static const struct row rows[] = {
    {"open", SYS_open, STRING, NONE, 0, {PTR, O_RDONLY}},
    {"open to create", SYS_open, STRING, NONE, 0, {PTR, O_CREATE | O_RDWR}},
    {"unlink", SYS_unlink, STRING, NONE, 0, {PTR}},
    {"mkdir", SYS_mkdir, STRING, NONE, 0, {PTR}},
    {"mknod", SYS_mknod, STRING, NONE, 0, {PTR, 1, 0}},
    {"chdir", SYS_chdir, STRING, NONE, 0, {PTR}},
    {"link, old", SYS_link, STRING, NONE, 0, {PTR, S("x")}},
    {"link, new", SYS_link, STRING, NONE, 0, {S(FILE_NAME), PTR}},
    {"symlink, target", SYS_symlink, STRING, NONE, 0, {PTR, S("x")}},
    {"symlink, path", SYS_symlink, STRING, NONE, 0, {S(FILE_NAME), PTR}},
    {"rename, old", SYS_rename, STRING, NONE, 0, {PTR, S("x")}},
    {"rename, new", SYS_rename, STRING, NONE, 0, {S(FILE_NAME), PTR}},
    {"readlink, path", SYS_readlink, STRING, NONE, 0, {PTR, S(scratch), 100}},
    {"exec, path", SYS_exec, STRING, NONE, 0, {PTR, S(good_argv)}},
    {"exec, argv", SYS_exec, IN, NONE, 0, {S("/true"), PTR}},
    {"write to a file", SYS_write, IN, WRITES, 0, {FD, PTR, TRANSFER}},
    {"write to a pipe", SYS_write, IN, WRITES, 0, {PIPE_OUT, PTR, TRANSFER}},
    {"read from a file", SYS_read, OUT, READS, 0, {FD, PTR, TRANSFER}},
    {"read from a pipe", SYS_read, OUT, READS, 0, {PIPE_IN, PTR, PIPE_FILL}},
    {"fstat", SYS_fstat, OUT, NONE, sizeof(struct stat), {FD, PTR}},
    {"fstat of a pipe", SYS_fstat, OUT, NONE, sizeof(struct stat), {PIPE_IN, PTR}},
    {"pipe", SYS_pipe, OUT, NONE, 2 * sizeof(int), {PTR}},
    {"wait", SYS_wait, OUT_MAYBE_NULL, NONE, sizeof(int), {PTR}},
    {"waitpid", SYS_waitpid, OUT_MAYBE_NULL, NONE, sizeof(int), {-1, PTR, 0}},
    {"sysinfo", SYS_sysinfo, OUT, NONE, sizeof(struct sysinfo), {PTR}},
    {"readlink, buffer", SYS_readlink, OUT, NONE, 9, {S(LINK_NAME), PTR, 100}},
    {"getcwd", SYS_getcwd, OUT, NONE, CWD_SIZE, {PTR, 100}},
    {"interpose", SYS_interpose, STRING, NONE, 0, {0, PTR}},
    {"gettime", SYS_gettime, OUT, NONE, sizeof(uint64), {PTR}},
    {"procinfo", SYS_procinfo, OUT, NONE, sizeof(struct procinfo), {1, PTR}},
    {"pgaccess", SYS_pgaccess, OUT, NONE, 5, {S(scratch), 40, PTR}},
    {"pgtable", SYS_pgtable, OUT, NONE, PGSIZE, {MYSELF, 0, 0, 2, PTR}},
    {"procmem_write, buffer", SYS_procmem_write, IN, POKES, 0, {MYSELF, S(scratch), PTR, TRANSFER}},
    {"procmem_write, address",
     SYS_procmem_write,
     IN,
     POKES,
     0,
     {MYSELF, PTR, S(scratch), TRANSFER}},
};

struct place {
    const char *name;
    uint64 address;
    int room;      // how many bytes from there on are good
    int read_only; // good to read
};

#define NPLACES 18
static struct place places[NPLACES];

static void add_place(const char *name, uint64 address, int room, int read_only)
{
    struct place *p = places;
    while (p->name)
        p++;
    expect(p < places + NPLACES - 1, "room in the table");
    *p = (struct place){name, address, room, read_only};
}

// The heap ends at a page edge; its last two pages hold 'Z's.
static void make_places(void)
{
    char *heap = fresh_pages(2, SBRK_EAGER);
    uint64 end = (uint64)heap + 2 * PGSIZE;
    memset(heap, 'Z', 2 * PGSIZE);
    add_place("null", 0, 0, 0);
    add_place("below the program", USERBASE - 8, 0, 0);
    add_place("beyond the heap", end, 0, 0);
    add_place("far beyond the heap", 0x2000000000UL, 0, 0);
    add_place("the heap's last byte", end - 1, 1, 0);
    add_place("the heap's last 7 bytes", end - 7, 7, 0);
    add_place("the heap's last 1000 bytes", end - 1000, 1000, 0);
    add_place("read-only text", USERBASE, 0, 1);
    add_place("just below TRAPFRAME", TRAPFRAME - 4, 0, 0);
    add_place("TRAPFRAME", TRAPFRAME, 0, 0);
    add_place("TRAMPOLINE", TRAMPOLINE, 0, 0);
    add_place("MAXVA", MAXVA, 0, 0);
    add_place("the kernel half", KERNEL_HALF, 0, 0);
    add_place("non-canonical", 1UL << 62, 0, 0);
    add_place("the highest 8 bytes", ~7UL, 0, 0);
    add_place("the highest byte", ~0UL, 0, 0);
}

static long resolve(const struct fixture *f, long arg, const struct place *p)
{
    return arg == PTR        ? (long)p->address
           : arg == FD       ? f->file
           : arg == PIPE_IN  ? f->pipe_in[0]
           : arg == PIPE_OUT ? f->pipe_out[1]
           : arg == MYSELF   ? getpid()
                             : arg;
}

static int applies(const struct row *row, const struct place *p)
{
    if (p->read_only)
        return row->use == OUT || row->use == OUT_MAYBE_NULL;
    return p->address != 0 || row->use != OUT_MAYBE_NULL;
}

static int waits(const struct row *row)
{
    return row->number == SYS_wait || row->number == SYS_waitpid;
}

// The only right answer; 1 stands for any that is no error.
static long wanted(const struct row *row, const struct place *p)
{
    int size = row->size == CWD_SIZE ? (int)strlen(test_directory) + 1 : row->size;
    if (row->effect != NONE)
        return p->room == 0 ? -EFAULT : p->room < TRANSFER ? p->room : TRANSFER;
    if (row->use == STRING)
        return p->room < MAXPATH ? -EFAULT : -ENAMETOOLONG;
    return size > 0 && size <= p->room ? 1 : -EFAULT;
}

// A child that could not tell its status waits on; a pipe that was made is closed.
static void clean_up(const struct row *row, const struct place *p, long result, const char *what)
{
    int ends[2], status;
    if (waits(row) && result < 0)
        expect(wait(&status) > 0 && status == 7, "%s: the child is still there", what);
    if (row->number == SYS_pipe && result == 0) {
        memcpy(ends, (void *)p->address, sizeof(ends));
        expect(close(ends[0]) == 0 && close(ends[1]) == 0, "%s: two descriptors", what);
    }
}

static void try(struct fixture *f, const struct row *row, const struct place *p)
{
    char what[100];
    long args[6], want = wanted(row, p);
    snprintf(what, sizeof(what), "%s at %s", row->name, p->name);
    if (waits(row) && must_fork() == 0)
        exit(7);
    for (int i = 0; i < 6; i++)
        args[i] = resolve(f, row->args[i], p);
    long result = raw_syscall(row->number, args);
    expect(row->effect == NONE && want > 0 ? result >= 0 : result == want, "%s: %ld, not %ld", what,
           want, result);
    clean_up(row, p, result, what);
    if (row->effect == READS)
        fixture_check_read(f, what, args[0], result);
    if (row->effect == WRITES)
        fixture_check_write(f, what, args[0], result);
    fixture_check(f, what);
    memset((void *)p->address, 'Z', p->room);
}

void bad_pointers(void)
{
    struct fixture f;
    make_places();
    fixture_make(&f);
    for (uint i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        for (const struct place *p = places; p->name; p++)
            if (applies(&rows[i], p))
                try(&f, &rows[i], p);
    fixture_remove(&f);
}
