// The two roots. For every live process the user halves are equal, the user root has no entry of
// the kernel half, and the kernel root costs one page. No program reaches a kernel address, on
// either root.
#include "user/tests/usertests/heap_probe.h"
#include "user/tests/usertests/procs_help.h"
#include "user/lib/roots.h"

#define KERNEL_OFFSET 0xffffffc000000000UL
#define KERNEL_STACKS 0xffffffff80000000UL

static void check_process(int pid, const char *when)
{
    static struct roots r;
    if (roots_read(pid, &r) < 0)
        return; // gone meanwhile, or a zombie
    expect(r.different == 0, "%s: user halves of %d equal (%d differ)", when, pid, r.different);
    expect(r.kernel_in_user == 0, "%s: no kernel half in the user root of %d", when, pid);
    expect(r.own_kernel == 0, "%s: kernel half of %d shared by all", when, pid);
}

static void check_self(const char *when) { check_process(getpid(), when); }

static int check_all(void)
{
    struct procinfo info;
    int n = 0;
    for (int pid = 1; (pid = procinfo(pid, &info)) > 0; pid++, n++)
        check_process(pid, info.name);
    return n;
}

static void change_heap(int i)
{
    char *p = sys_sbrk(2 * GB, SBRK_LAZY); // more than one root entry
    expect(p != SBRK_ERROR, "sbrklazy");
    p[(uint64)i << 26] = p[GB] = i;
    if (i % 2)
        sys_sbrk(-2 * GB, SBRK_LAZY);
}

// With children that wait and change their heaps.
static void roots_of_every_process(void)
{
    struct gate g = make_gate();
    for (int i = 0; i < 6; i++) {
        if (must_fork() == 0) {
            isolate(i % 2);
            change_heap(i);
            wait_at(&g);
            exit(0);
        }
    }
    for (int i = 0; i < 5; i++)
        expect(check_all() >= 9, "init, a shell, this and 6 children");
    open_gate(&g);
    expect_children(6);
}

static void child_of_changes(void *arg)
{
    (void)arg;
    check_self("a child");
    char *p = sys_sbrk(GB, SBRK_LAZY);
    p[GB - 1] = 1;
    check_self("a child with a heap of its own");
}

static void roots_across_changes(void)
{
    check_self("at first");
    char *argv[] = {"x", 0}, *start = sbrk(0);
    for (int i = 0; i < 5; i++) {
        expect(sys_sbrk(3 * GB, SBRK_LAZY) == start, "grow");
        check_self("after growing");
        start[GB] = start[3 * GB - 1] = 1;
        check_self("after touching");
        expect(status_of(child_of_changes, 0) == 0, "child");
        check_self("after fork");
        expect(exec("/README", argv) == -1 && errno == ENOEXEC, "exec fails");
        expect(exec("/none", argv) == -1 && errno == ENOENT, "exec fails");
        check_self("after exec failed");
        expect(start[GB] == 1 && start[3 * GB - 1] == 1, "memory stays");
        sys_sbrk(-3 * GB, SBRK_LAZY);
        check_self("after shrinking");
    }
}

// The kernel root, at each level, against the user root: one translation, by the same tables.
static void roots_share_tables(void)
{
    static uint64 user[TABLE_ENTRIES], kernel[TABLE_ENTRIES];
    char *p = sys_sbrk(2 * GB, SBRK_LAZY);
    p[0] = p[2 * GB - 1] = 1;
    memset(user, 0, sizeof(user)); // their own entries must not change meanwhile
    memset(kernel, 0, sizeof(kernel));
    const uint64 places[] = {USERBASE, (uint64)p, (uint64)p + 2 * GB - 1, TRAMPOLINE};
    for (int i = 0; i < 4; i++)
        for (int level = 0; level <= 2; level++) {
            expect(pgtable(getpid(), USER_ROOT, places[i], level, user) == 0,
                   "the user root's table");
            expect(pgtable(getpid(), KERNEL_ROOT, places[i], level, kernel) == 0,
                   "the kernel root's table");
            expect(memcmp(user, kernel, sizeof(user) / (level == 2 ? 2 : 1)) == 0, "level %d at %p",
                   level, (void *)places[i]);
        }
    expect(pgtable(getpid(), KERNEL_ROOT, (uint64)p, 0, kernel) == 0, "the leaf's table");
    expect(kernel[(uint64)p >> PGSHIFT & 511] == pgpte(p), "pgpte tells what the kernel root says");
}

// Nothing of the kernel's half can be had by a program, by any kind of access, or through a call.
static void kernel_out_of_reach(void)
{
    static const uint64 forbidden[] = {
        KERNEL_OFFSET + KERNBASE,     KERNEL_OFFSET + KERNBASE + 2 * MB,
        KERNEL_OFFSET + 0x10000000UL, KERNEL_OFFSET + PHYSTOP - PGSIZE,
        KERNEL_STACKS + 0x4000,       KERNEL_OFFSET,
    };
    static uint64 table[TABLE_ENTRIES];
    for (uint i = 0; i < sizeof(forbidden) / sizeof(forbidden[0]); i++) {
        uint64 va = forbidden[i];
        expect(load_kills(va) && store_kills(va) && fetch_kills(va),
               "a load, store or jump at %p kills", (void *)va);
        expect(write(1, (void *)va, 1) == -1 && errno == EFAULT, "no call reads %p", (void *)va);
        expect(pgpte((void *)va) == 0, "pgpte does not tell of %p", (void *)va);
        expect(pgtable(getpid(), USER_ROOT, va, 1, table) == -1 && errno == ENOENT,
               "no user table for %p", (void *)va);
    }
}

// The kernel's half has no U bit anywhere, and is W^X.
static void check_table(uint64 va, int level)
{
    static uint64 tables[2][TABLE_ENTRIES];
    uint64 *table = tables[level], size = level == 1 ? SUPERPGSIZE : PGSIZE;
    expect(pgtable(getpid(), KERNEL_ROOT, va, level, table) == 0, "the table of level %d at %p",
           level, (void *)va);
    for (int i = 0; i < TABLE_ENTRIES; i++) {
        if ((table[i] & PTE_V) == 0)
            continue;
        expect((table[i] & PTE_U) == 0, "no U at %p", (void *)(va + i * size));
        expect((table[i] & (PTE_W | PTE_X)) != (PTE_W | PTE_X), "not W and X at %p",
               (void *)(va + i * size));
        if (level > 0 && !is_leaf(table[i]))
            check_table(va + i * size, level - 1);
    }
}

static void kernel_half_rights(void)
{
    static struct roots r;
    int tables = 0;
    expect(roots_read(getpid(), &r) == 0, "own roots");
    for (int i = USER_ENTRIES; i < TABLE_ENTRIES; i++) {
        if ((r.kernel[i] & PTE_V) == 0)
            continue;
        expect(!is_leaf(r.kernel[i]), "no leaf in the root, as at boot");
        check_table(root_entry_va(i), 1);
        tables++;
    }
    expect(tables >= 2, "RAM and the stacks are mapped");
}

static void mode_switches(void)
{
    static volatile char page[PGSIZE];
    char *heap = grow_heap(64 * PGSIZE, SBRK_EAGER);
    int first = isolate(1);
    expect(first >= 0 && isolate(-1) == 1, "isolate(-1) asks");
    for (int i = 0; i < 60; i++) {
        page[0] = i;
        *word(heap, i) = i;
        expect(isolate(i % 2) == (i + 1) % 2, "isolate tells the mode before");
        expect(page[0] == (char)i && *word(heap, i) == i && self_now().isolated == i % 2,
               "memory stays");
    }
    expect_words(heap, 60, 0);
    expect(isolate(2) == -1 && errno == EINVAL && isolate(-2) == -1 && errno == EINVAL,
           "other modes are refused");
    expect(isolate(first) == 1, "which changed nothing");
}

static void inherit(void *arg)
{
    char *argv[] = {"isolate", (long)arg ? "1" : "0", "/true", 0};
    expect(isolate(-1) == (long)arg, "a child's mode");
    exec("/isolate", argv);
    exit(1);
}

// A cat that waits, as procinfo sees it after exec.
static void exec_keeps_mode(int on)
{
    struct gate g = make_gate();
    struct procinfo info;
    char *argv[] = {"cat", 0};
    int pid = must_fork();
    if (pid == 0) {
        close(0);
        dup(g.ends[0]);
        close(g.ends[1]);
        exec("/cat", argv);
        exit(1);
    }
    wait_called(pid, "cat");
    expect(procinfo(pid, &info) == pid && info.isolated == on,
           "a program after exec runs in mode %d", on);
    check_process(pid, "after exec");
    open_gate(&g);
    expect_children(1);
}

static void mode_is_inherited(void)
{
    for (long on = 0; on <= 1; on++) {
        isolate(on);
        expect(status_of(inherit, (void *)on) == 0, "a child runs in mode %ld", on);
        exec_keeps_mode(on);
        expect(isolate(-1) == on, "this one, too");
    }
}

static void switch_modes(int self)
{
    char *p = grow_heap(8 * PGSIZE, SBRK_EAGER);
    for (int i = 0; i < 60; i++) {
        isolate(i % 2);
        write_words(p, 8, self + i);
        if (i % 10 == 0)
            expect(status_of(child_of_changes, 0) == 0, "child");
        expect_words(p, 8, self + i);
    }
    exit(0);
}

static void modes_side_by_side(void)
{
    for (int i = 0; i < 4; i++)
        if (must_fork() == 0)
            switch_modes(i * 1000);
    expect_children(4);
}

// known 15: a page that the kernel faults in is the program's, and the other way round.
static void faults_meet(void)
{
    int ends[2];
    char *p = grow_heap(3 * GB, SBRK_LAZY);
    expect(pipe(ends) == 0, "pipe");
    for (long i = 0; i < 30; i++) {
        char *place = p + i * 97 * MB, c = i + 1;
        expect(write(ends[1], &c, 1) == 1 && read(ends[0], place, 1) == 1,
               "the kernel writes an untouched page");
        expect(*place == c && frame_of(place) != 0, "the program reads it");
        place[PGSIZE] = c;
        expect(write(ends[1], place + PGSIZE, 1) == 1 && read(ends[0], &c, 1) == 1 && c == i + 1,
               "the other way");
    }
    check_self("after faults of both");
}

static void touch_and_fail_exec(void *arg)
{
    char *argv[] = {"x", 0};
    char *p = grow_heap(2 * GB, SBRK_LAZY);
    p[0] = p[2 * GB - 1] = 1;
    exec("/README", argv);
    exec("/none", argv);
    exec(arg, argv);
    exit(1);
}

// known 25: each of many processes gives back its roots and tables.
static void roots_come_back(void)
{
    expect(status_of(touch_and_fail_exec, "/true") == 0 && status_of(nothing, 0) == 0,
           "once, to fill caches");
    sync();
    struct sysinfo before = system_now();
    for (int i = 0; i < 60; i++) {
        isolate(i % 2);
        expect(status_of(touch_and_fail_exec, "/true") == 0, "child");
    }
    sync();
    struct sysinfo after = system_now();
    expect(after.freemem + 40 * PGSIZE > before.freemem,
           "no page a process is lost: %lu before, %lu after", before.freemem, after.freemem);
}

static void pgtable_arguments(void)
{
    static uint64 table[TABLE_ENTRIES];
    int self = getpid();
    expect(pgtable(self, 0, USERBASE, 0, table) == 0 && table[1] == pgpte((void *)USERBASE),
           "the first text page");
    expect(pgtable(self, 2, 0, 2, table) == -1 && errno == EINVAL, "root 2");
    expect(pgtable(self, -1, 0, 2, table) == -1 && errno == EINVAL, "root -1");
    expect(pgtable(self, 0, 0, 3, table) == -1 && errno == EINVAL, "level 3");
    expect(pgtable(self, 0, 0, -1, table) == -1 && errno == EINVAL, "level -1");
    expect(pgtable(30000, 0, 0, 2, table) == -1 && errno == ESRCH, "no such process");
    expect(pgtable(self, 0, 200 * GB, 1, table) == -1 && errno == ENOENT, "no table there");
    expect(pgtable(self, 0, MAXVA, 0, table) == -1 && errno == ENOENT, "no address of Sv39");
    expect(pgtable(self, 0, 0, 2, (uint64 *)(sbrk(0) + PGSIZE)) == -1 && errno == EFAULT,
           "nowhere to put it");
    uint64 *edge = (uint64 *)(grow_heap(PGSIZE, SBRK_LAZY) + 8);
    expect(pgtable(self, 0, 0, 2, edge) == -1 && errno == EFAULT, "nor all of it");
}

const struct test roots_tests[] = {
    TEST(roots_of_every_process, 0, "labs 23, known 25",
         "user halves equal and no kernel in the user root, for all processes"),
    TEST(roots_across_changes, BOTH, "known 25",
         "the same across fork, exec that fails, growing and shrinking"),
    TEST(roots_share_tables, BOTH, "known 15, known 25",
         "both roots lead to the same tables, at every level"),
    TEST(kernel_out_of_reach, BOTH, "", "no access of a program reaches a kernel address"),
    TEST(kernel_half_rights, 0, "", "the kernel's half has no U bit, and nothing is W and X"),
    TEST(mode_switches, BOTH, "", "isolated and shared mode, back and forth"),
    TEST(mode_is_inherited, 0, "", "fork and exec keep the mode"),
    TEST(modes_side_by_side, 0, "known 21",
         "processes that change modes and heaps do not disturb each other"),
    TEST(faults_meet, BOTH, "known 15, labs 23",
         "pages that the kernel faults in are the program's, and the other way round"),
    TEST(roots_come_back, ALONE, "known 25",
         "roots and tables are given back by exit, exec and exec that fails"),
    TEST(pgtable_arguments, 0, "", "pgtable and pgpte tell what there is and refuse what is not"),
    END_OF_TESTS,
};
