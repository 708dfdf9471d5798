// Ends of the kernel, on request: the boot argument panic=N has a KTEST=1 kernel do what must end
// in a panic. tests/suites/panics.py looks at what is printed then, and at QEMU's exit status.
//
// The function with the fault is not inlined: the backtrace must name it.
#include "kernel/ktest/ktest.h"

#include "kernel/arch/cpu.h"
#include "kernel/arch/fdt.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/print.h"
#include "kernel/lock/spinlock.h"

// A call before this is not the function's last deed, so its frame stays for the backtrace.
static inline void no_tail_call(void) { __asm__ volatile(""); }

static struct spinlock lock = SPINLOCK_INIT("ktest", SLEEPLOCK);

static __attribute__((noinline)) void panic_plainly(void) { panic("as asked: %d", 1); }

static __attribute__((noinline)) void break_assertion(void) { kassert(ktest_available() < 0); }

// No page is mapped there, on either root, and this is no access to user memory.
static volatile vaddr_t nowhere = 8;

static __attribute__((noinline)) void load_from_nowhere(void) { (void)*(volatile uint64 *)nowhere; }

static uint64 overflow_stack(uint64 depth);

// Through this, so that no compiler sees that it does not end.
static uint64 (*volatile deeper)(uint64) = overflow_stack;

static uint64 overflow_stack(uint64 depth)
{
    volatile uint64 frame[64];
    frame[depth % 64] = depth;
    return deeper(depth + 1) + frame[depth % 64];
}

static void overflow(void)
{
    deeper(0);
    no_tail_call();
}

static __attribute__((noinline)) void lock_twice(void)
{
    spin_lock(&lock);
    spin_lock(&lock);
    no_tail_call();
}

static __attribute__((noinline)) void unlock_unlocked(void)
{
    spin_unlock(&lock);
    no_tail_call();
}

static uint arrived; // a: harts

// All harts go on at the same time, with interrupts off.
static void meet(void)
{
    irq_off();
    __atomic_add_fetch(&arrived, 1, __ATOMIC_SEQ_CST);
    while (__atomic_load_n(&arrived, __ATOMIC_SEQ_CST) < cpu_count)
        ;
}

static void trap_together(uint)
{
    meet();
    load_from_nowhere();
}

static void trap_on_all_harts(void)
{
    ktest_start_crew();
    ktest_on_all_harts(trap_together);
}

// The others wait for a lock that the hart that panics holds, and say so if they get it.
static void panic_with_lock(uint hart)
{
    if (hart == 0)
        spin_lock(&lock);
    meet();
    if (hart == 0)
        panic("with the lock");
    spin_lock(&lock);
    kprintf("hart %u has the lock\n", hart);
}

static void panic_while_others_wait(void)
{
    ktest_start_crew();
    ktest_on_all_harts(panic_with_lock);
}

// The others print as fast as they can.
static void panic_or_print(uint hart)
{
    meet();
    for (uint i = 0; hart != 0 || i < 10; i++)
        kprintf("hart %u prints line %u\n", hart, i);
    panic("while others print");
}

static void panic_while_others_print(void)
{
    ktest_start_crew();
    ktest_on_all_harts(panic_or_print);
}

static void panic_again(void) { panic("within a panic"); }

static __attribute__((noinline)) void panic_within_panic(void)
{
    panic_hooks.context = panic_again;
    panic("the first");
}

void ktest_panic_on_request(void)
{
    static void (*const ends[])(void) = {panic_plainly,
                                         break_assertion,
                                         load_from_nowhere,
                                         overflow,
                                         lock_twice,
                                         unlock_unlocked,
                                         panic_within_panic,
                                         trap_on_all_harts,
                                         panic_while_others_wait,
                                         panic_while_others_print};
    long n = bootarg("panic", 0);
    if (n >= 1 && n <= (long)ARRAY_LEN(ends))
        ends[n - 1]();
}
