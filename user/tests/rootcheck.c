// The two roots: for every live process the user halves are equal, the user root holds no entry of
// the kernel half, the kernel root costs one page; and no program reaches a kernel address. Each
// test runs on the kernel root (shared) and on the user root (isolated).
#include "kernel/memlayout.h"
#include "kernel/procinfo.h"
#include "user/lib/roots.h"
#include "user/lib/test.h"

#define KERNEL_TEXT 0xffffffc080000000UL

static int check_every_process(void)
{
    static struct roots r;
    struct procinfo info;
    int n = 0;
    for (int pid = 1; (pid = procinfo(pid, &info)) > 0; pid++) {
        if (roots_read(pid, &r) < 0)
            continue; // a zombie, or gone meanwhile
        expect(r.different == 0, "process %d: user halves equal (%d differ)", pid, r.different);
        expect(r.kernel_in_user == 0, "process %d: no kernel half in the user root", pid);
        expect(r.own_kernel == 0, "process %d: kernel half shared by all", pid);
        n++;
    }
    return n;
}

static void in_both_modes(void (*f)(void))
{
    for (int on = 0; on <= 1; on++) {
        expect(isolate(on) >= 0 && isolate(-1) == on, "isolate(%d)", on);
        f();
    }
}

static void change_heap(int i)
{
    char *p = sys_sbrk(2L << 30, SBRK_LAZY); // more than one root entry
    expect(p != SBRK_ERROR, "sbrklazy");
    p[(uint64)i << 26] = p[1L << 30] = i;
    if (i % 2)
        sys_sbrk(-(2L << 30), SBRK_LAZY);
}

// With children that wait, compute and change their heaps.
static void every_process_once(void)
{
    int gate[2], status;
    char c;
    expect(pipe(gate) == 0, "pipe");
    for (int i = 0; i < 8; i++) {
        if (must_fork() == 0) {
            close(gate[1]);
            change_heap(i);
            read(gate[0], &c, 1);
            exit(0);
        }
    }
    for (int i = 0; i < 20; i++)
        expect(check_every_process() >= 10, "init, a shell, this and 8 children");
    close(gate[1]);
    for (int i = 0; i < 8; i++)
        expect(wait(&status) > 0 && status == 0, "children end well");
}

static void every_process(void) { in_both_modes(every_process_once); }

static const uint64 forbidden[] = {
    KERNEL_TEXT,
    KERNEL_TEXT + 0x200000,
    0xffffffc010000000UL,
    0xffffffff80000000UL,
    ~7UL,
    TRAMPOLINE,
    TRAPFRAME,
    MAXVA,
    1UL << 62,
    0,
};
#define NFORBIDDEN (int)(sizeof(forbidden) / sizeof(forbidden[0]))

static void load(void *arg) { exit(*(volatile char *)arg & 1); }

static void store(void *arg) { *(volatile char *)arg = 1; }

static void jump(void *arg) { ((void (*)(void))arg)(); }

static void forbidden_once(void)
{
    for (int i = 0; i < NFORBIDDEN; i++) {
        void *address = (void *)forbidden[i];
        expect(status_of(load, address) == -1, "a load from %p kills", address);
        expect(status_of(store, address) == -1, "a store to %p kills", address);
        expect(status_of(jump, address) == -1, "a jump to %p kills", address);
    }
}

static void kernel_out_of_reach(void) { in_both_modes(forbidden_once); }

static void change_and_check(void)
{
    static char page[PGSIZE];
    for (int i = 0; i < 50; i++) {
        page[0] = i;
        expect(isolate(i % 2) == (i + 1) % 2, "isolate tells the mode before");
        expect(page[0] == i && getpid() > 0, "memory stays");
    }
}

static void mode_switches(void)
{
    isolate(1);
    change_and_check();
    expect(isolate(2) == -1 && isolate(-2) == -1, "other modes are refused");
}

static void inherit(void *arg) { exit(isolate(-1) == (long)arg ? 0 : 1); }

static void mode_is_inherited(void)
{
    for (long on = 0; on <= 1; on++) {
        isolate(on);
        expect(status_of(inherit, (void *)on) == 0, "a child runs in the mode %ld", on);
    }
}

static const struct subtest tests[] = {
    {"every_process", every_process},
    {"kernel_out_of_reach", kernel_out_of_reach},
    {"mode_switches", mode_switches},
    {"mode_is_inherited", mode_is_inherited},
    {0, 0},
};

int main(int argc, char **argv) { return run_subtests("rootcheck", tests, argc, argv); }
