// Calls with a bad pointer. A row has the call's good arguments; at PTR the bad ones go.
//
// Bad places: not mapped at all (null, the guard page, beyond the heap, kernel addresses,
// non-canonical ones); partly mapped (the last byte of the heap, across its end), where all fails
// or exactly what fits is done; read-only, for results.
#include "user/tests/badptr/badptr.h"

#define PTR      (-0x505452L) // where the bad pointer goes
#define FD       (-0x4644L)   // the file
#define PIPE_IN  (-0x4645L)   // a pipe's end with bytes to read
#define PIPE_OUT (-0x4646L)   // a pipe's end to write to
#define S(text)  ((long)(text))

enum use { STRING, IN, OUT, OUT_MAYBE_NULL };
enum effect { NONE, READS, WRITES };

struct row {
    const char *name;
    int number;
    enum use use;
    enum effect effect; // on the descriptor in args[0]
    long args[6];
};

static char scratch[8192];
static char *good_argv[] = {"true", 0};

static const struct row rows[] = {
    {"open", SYS_open, STRING, NONE, {PTR, O_RDONLY}},
    {"open to create", SYS_open, STRING, NONE, {PTR, O_CREATE | O_RDWR}},
    {"unlink", SYS_unlink, STRING, NONE, {PTR}},
    {"mkdir", SYS_mkdir, STRING, NONE, {PTR}},
    {"mknod", SYS_mknod, STRING, NONE, {PTR, 1, 0}},
    {"chdir", SYS_chdir, STRING, NONE, {PTR}},
    {"link, old", SYS_link, STRING, NONE, {PTR, S(DIR_NAME "/x")}},
    {"link, new", SYS_link, STRING, NONE, {S(FILE_NAME), PTR}},
    {"symlink, target", SYS_symlink, STRING, NONE, {PTR, S(DIR_NAME "/x")}},
    {"symlink, path", SYS_symlink, STRING, NONE, {S(FILE_NAME), PTR}},
    {"rename, old", SYS_rename, STRING, NONE, {PTR, S(DIR_NAME "/x")}},
    {"rename, new", SYS_rename, STRING, NONE, {S(FILE_NAME), PTR}},
    {"readlink, path", SYS_readlink, STRING, NONE, {PTR, S(scratch), 100}},
    {"exec, path", SYS_exec, STRING, NONE, {PTR, S(good_argv)}},
    {"exec, argv", SYS_exec, IN, NONE, {S("/true"), PTR}},
    {"write to a file", SYS_write, IN, WRITES, {FD, PTR, 4000}},
    {"write to a pipe", SYS_write, IN, WRITES, {PIPE_OUT, PTR, 4000}},
    {"read from a file", SYS_read, OUT, READS, {FD, PTR, 4000}},
    {"read from a pipe", SYS_read, OUT, READS, {PIPE_IN, PTR, 4000}},
    {"fstat", SYS_fstat, OUT, NONE, {FD, PTR}},
    {"pipe", SYS_pipe, OUT, NONE, {PTR}},
    {"wait", SYS_wait, OUT_MAYBE_NULL, NONE, {PTR}},
    {"waitpid", SYS_waitpid, OUT_MAYBE_NULL, NONE, {-1, PTR, 0}},
    {"sysinfo", SYS_sysinfo, OUT, NONE, {PTR}},
    {"readlink, buffer", SYS_readlink, OUT, NONE, {S(DIR_NAME "/../badlink"), PTR, 100}},
    {"getcwd", SYS_getcwd, OUT, NONE, {PTR, 100}},
    {"gettime", SYS_gettime, OUT, NONE, {PTR}},
    {"procinfo", SYS_procinfo, OUT, NONE, {1, PTR}},
    {"pgtable", SYS_pgtable, OUT, NONE, {1, 0, 0, 2, PTR}},
};

struct place {
    const char *name;
    uint64 address;
    int partly;    // some bytes from there on are good
    int read_only; // good to read
};

#define NPLACES 16
static struct place places[NPLACES];

static void add_place(const char *name, uint64 address, int partly, int read_only)
{
    struct place *p = places;
    while (p->name)
        p++;
    expect(p < places + NPLACES - 1, "room in the table");
    *p = (struct place){name, address, partly, read_only};
}

// The heap ends at a page edge; its last two pages hold 'Z's.
static void make_places(void)
{
    uint64 brk = (uint64)sbrk(0);
    sbrk(PGROUNDUP(brk) - brk);
    char *heap = sbrk(2 * PGSIZE);
    uint64 end = (uint64)heap + 2 * PGSIZE;
    memset(heap, 'Z', 2 * PGSIZE);
    add_place("null", 0, 0, 0);
    add_place("below the program", 0xff8, 0, 0);
    add_place("beyond the heap", end, 0, 0);
    add_place("far beyond the heap", 0x2000000000UL, 0, 0);
    add_place("the heap's last byte", end - 1, 1, 0);
    add_place("across the heap's end", end - 1000, 1, 0);
    add_place("read-only text", USERBASE, 0, 1);
    add_place("TRAPFRAME", TRAPFRAME, 0, 0);
    add_place("just below TRAPFRAME", TRAPFRAME - 4, 0, 0);
    add_place("TRAMPOLINE", TRAMPOLINE, 0, 0);
    add_place("MAXVA", MAXVA, 0, 0);
    add_place("the kernel half", 0xffffffc080000000UL, 0, 0);
    add_place("non-canonical", 1UL << 62, 0, 0);
    add_place("the highest byte", ~0UL, 0, 0);
}

static long resolve(const struct fixture *f, long arg, const struct place *p)
{
    return arg == PTR        ? (long)p->address
           : arg == FD       ? f->file
           : arg == PIPE_IN  ? f->pipe_in[0]
           : arg == PIPE_OUT ? f->pipe_out[1]
                             : arg;
}

static int applies(const struct row *row, const struct place *p)
{
    if (p->read_only)
        return row->use == OUT || row->use == OUT_MAYBE_NULL;
    return p->address != 0 || row->use != OUT_MAYBE_NULL;
}

// Small results may fit where a place is partly good.
static int may_succeed(const struct row *row, const struct place *p)
{
    return p->partly && p->address % PGSIZE != PGSIZE - 1 && row->use >= OUT && row->number != SYS_pgtable;
}

static void check_result(const struct row *row, const struct place *p, long result, const char *what)
{
    long room = PGSIZE - p->address % PGSIZE;
    if (row->effect != NONE && p->partly)
        expect(result < 0 || result <= room, "%s: an error or a short count, not %ld", what, result);
    else if (!may_succeed(row, p))
        expect(result < 0, "%s: an error, not %ld", what, result);
    if (result < 0 && row->number != SYS_exec)
        expect(result == -EFAULT || (row->use == STRING && result == -ENAMETOOLONG), "%s: EFAULT, not %ld", what,
               result);
}

// wait must not reap a child when it cannot tell its status.
static void check_child(const struct row *row, long result, const char *what)
{
    int waits = row->number == SYS_wait || row->number == SYS_waitpid;
    if (waits && result < 0)
        expect(wait(0) > 0, "%s: child still there", what);
}

static void close_new_pipe(const struct place *p, const struct row *row, long result)
{
    if (row->number == SYS_pipe && result == 0) {
        close(((int *)p->address)[0]);
        close(((int *)p->address)[1]);
    }
}

static void try(struct fixture *f, const struct row *row, const struct place *p)
{
    char what[100];
    long args[6], result;
    snprintf(what, sizeof(what), "%s at %s", row->name, p->name);
    if ((row->number == SYS_wait || row->number == SYS_waitpid) && must_fork() == 0)
        exit(0);
    for (int i = 0; i < 6; i++)
        args[i] = resolve(f, row->args[i], p);
    result = raw_syscall(row->number, args);
    check_result(row, p, result, what);
    check_child(row, result, what);
    close_new_pipe(p, row, result);
    if (row->effect == READS)
        fixture_check_read(f, what, args[0], result);
    if (row->effect == WRITES)
        fixture_check_write(f, what, args[0], result);
    fixture_check(f, what);
    if (p->partly)
        memset((void *)p->address, 'Z', PGSIZE - p->address % PGSIZE);
}

void bad_pointers(void)
{
    struct fixture f;
    unlink("/badlink");
    expect(symlink("somewhere", "/badlink") == 0, "symlink");
    make_places();
    fixture_make(&f);
    for (uint i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        for (const struct place *p = places; p->name; p++)
            if (applies(&rows[i], p))
                try(&f, &rows[i], p);
    fixture_remove(&f);
    unlink("/badlink");
}
