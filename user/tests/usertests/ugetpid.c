// The process page (kernel/memlayout.h): what the kernel tells a process about itself. The process
// reads it without a system call, and nobody can write to it.
#include "user/tests/usertests/exec_elf.h"
#include "user/tests/usertests/heap_probe.h"
#include "user/tests/usertests/procs_help.h"

extern char end[]; // of data and bss, from user.ld

#define CHILDREN 64

static struct usyscall *process_page(void) { return (struct usyscall *)PGROUNDUP((uint64)end); }

// For children: the page first, so that they see what it holds after a fork.
static void tell_pid(void *arg)
{
    (void)arg;
    int told = ugetpid();
    exit(told == getpid() ? 0 : 1);
}

static void ugetpid_is_getpid(void)
{
    int self = getpid();
    expect(ugetpid() == self, "ugetpid() is %d, not %d", self, ugetpid());
    for (int i = 0; i < CHILDREN; i++)
        expect(status_of(tell_pid, 0) == 0, "child %d knows its pid", i);
    expect(ugetpid() == self, "and this process its own");
}

// Many at a time, of a parent that looked and of one that did not, and their children.
static void tell_with_children(void *arg) { tell_pid(must_fork() == 0 ? arg : 0); }

static void ugetpid_side_by_side(void)
{
    for (int i = 0; i < 20; i++) {
        if (i == 10)
            expect(ugetpid() == getpid(), "the parent looks");
        if (must_fork() == 0)
            tell_with_children(0);
    }
    expect_children(20);
}

static void write_page(void *arg)
{
    (void)arg;
    *(volatile int *)&process_page()->pid = 1;
}

static void process_page_is_read_only(void)
{
    uint64 va = (uint64)process_page();
    int ends[2], self = getpid();
    expect(ugetpid() == self && has_rights((void *)va, PTE_R | PTE_U), "mapped to be read");
    expect(status_of(write_page, 0) == -1, "a store kills");
    expect(store_kills(va + PGSIZE - 1) && fetch_kills(va), "a store to its end, a jump there");
    expect(pipe(ends) == 0 && write(ends[1], "12345678", 8) == 8, "pipe");
    expect(read(ends[0], (void *)va, 8) == -1 && errno == EFAULT, "no system call writes it");
    expect(sysinfo((void *)va) == -1 && errno == EFAULT, "none");
    expect(ugetpid() == self, "it says what it said");
    for (uint64 i = sizeof(struct usyscall); i < PGSIZE; i++)
        expect(((char *)va)[i] == 0, "byte %lu of the rest is 0", i);
}

// Before the first look there is no page; the look, a program's or the kernel's, brings one.
static void first_look(void *arg)
{
    struct procinfo before, after;
    int ends[2], told = 0;
    own_pages();
    before = self_now();
    expect(pgpte(process_page()) == 0, "no page yet");
    if (arg)
        expect(pipe(ends) == 0 && write(ends[1], process_page(), 4) == 4 &&
                   read(ends[0], &told, 4) == 4,
               "pipe");
    else
        told = ugetpid();
    after = self_now();
    expect(told == getpid(), "the page says %d", told);
    expect(pgpte(process_page()) != 0 && after.resident == before.resident + 1,
           "one page more: %lu, %lu", before.resident, after.resident);
}

static void process_page_at_first_look(void)
{
    expect(status_of(first_look, 0) == 0, "the program looks first");
    expect(status_of(first_look, "kernel") == 0, "the kernel looks first");
    expect(ugetpid() == getpid(), "now the parent looks");
    expect(status_of(first_look, 0) == 0, "a child has none of its parent's");
}

static void own_frame(void *arg)
{
    expect(ugetpid() == getpid() && frame_of(process_page()) != (uint64)arg, "a frame of its own");
}

static void process_page_is_not_shared(void)
{
    expect(ugetpid() == getpid(), "looked at");
    uint64 frame = frame_of(process_page()), entry = pgpte(process_page());
    expect(status_of(own_frame, (void *)frame) == 0, "the child's is not the parent's");
    expect(pgpte(process_page()) == entry, "fork leaves the parent's entry alone");
}

// exec keeps the pid; the new program has a page of its own wherever its segments end.
static void process_page_after_exec(void)
{
    static struct program p;
    char *argv[] = {"prog", 0};
    int status;
    program_init(&p, code_ugetpid, code_ugetpid_end);
    program_add_data(&p, SUM_BASE, 10, SUM_SIZE);
    program_save(&p, "prog");
    for (int looked = 0; looked <= 1; looked++) {
        int pid = must_fork();
        if (pid == 0) {
            if (looked)
                ugetpid();
            exec("prog", argv);
            exit(-1);
        }
        expect(waitpid(pid, &status, 0) == pid && status == pid, "pid %d, not %d", pid, status);
    }
    unlink("prog");
}

const struct test ugetpid_tests[] = {
    TEST(ugetpid_is_getpid, BOTH, "", "ugetpid() is getpid(), in a process and in 64 children"),
    TEST(ugetpid_side_by_side, BOTH, "", "the same in 40 processes at a time"),
    TEST(process_page_is_read_only, BOTH, "",
         "neither the program nor a system call writes the process page"),
    TEST(process_page_at_first_look, BOTH, "",
         "the process page takes a frame when it is first looked at, by whom ever"),
    TEST(process_page_is_not_shared, 0, "", "a child's process page is not its parent's"),
    TEST(process_page_after_exec, BOTH, "", "the page lies behind the last segment of any program"),
    END_OF_TESTS,
};
