// Spinlocks and reader-writer spinlocks, with one thread on each hart. Whatever a wrong lock does,
// a test waits for a limited time. On one hart what needs several is not tested.
#include "kernel/arch/cpu.h"
#include "kernel/arch/fdt.h"
#include "kernel/ktest/ktest.h"
#include "kernel/ktest/rwlock.h"
#include "kernel/lock/spinlock.h"
#include "kernel/thread/self.h"
#include "kernel/thread/waitq.h"
#include "kernel/thread/thread.h"
#include "kernel/thread/sched.h"

#define TURNS 4000 // of each hart, at least
#define BUSY_MS                                                                                    \
    300 // for which each goes on, so that all meet on a host that has few cores for them
#define NESTED  1000000 // reads
#define PATIENT 10      // seconds for what must happen
#define ROUNDS  5

// The threads of the other harts: they do work(hart) each time that round changes.
static struct {
    struct spinlock lock;
    uint64 round;
    void (*work)(uint hart);
    uint busy;
} crew = {.lock = SPINLOCK_INIT("ktest", SLEEPLOCK)};

static struct rwspinlock lock;
static struct {
    volatile uint64 a, b; // guarded by lock: always equal
    uint64 changes;       // a: made by all harts
    uint64 torn;          // a: reads that saw them differ
    uint inside;          // a: readers that are in
    uint seen;            // a: readers that saw all others in
    bool held, asking;    // a: a reader is in; a writer is about to ask
    bool second, wrote;   // a: the second reader, the writer has been in
    uint in_order;        // a: rounds in which the writer was in before that reader
} t;

static void crew_member(void *arg)
{
    uint64 seen = 0;
    sched_bind((uint64)arg);
    for (;;) {
        spin_lock(&crew.lock);
        while (crew.round == seen)
            sleep(&crew.round, &crew.lock);
        seen = crew.round;
        spin_unlock(&crew.lock);
        crew.work((uint64)arg);
        spin_lock(&crew.lock);
        crew.busy--;
        wakeup(&crew.busy);
        spin_unlock(&crew.lock);
    }
}

void ktest_start_crew(void)
{
    for (uint64 hart = 1; hart < cpu_count; hart++)
        thread_start("ktest crew", crew_member, (void *)hart);
}

// work(hart) on all harts at once; returns when all have ended.
void ktest_on_all_harts(void (*work)(uint hart))
{
    sched_bind(0);
    spin_lock(&crew.lock);
    crew.work = work;
    crew.busy = cpu_count - 1;
    crew.round++;
    wakeup(&crew.round);
    spin_unlock(&crew.lock);
    work(0);
    spin_lock(&crew.lock);
    while (crew.busy > 0)
        sleep(&crew.busy, &crew.lock);
    spin_unlock(&crew.lock);
    current()->bound = ANY_HART; // this process becomes init
}

static void set(bool *flag) { __atomic_store_n(flag, true, __ATOMIC_SEQ_CST); }

static bool is_set(const bool *flag) { return __atomic_load_n(flag, __ATOMIC_SEQ_CST); }

// Waits for a flag: what it is after that many milliseconds at most.
static bool wait_for(const bool *flag, uint64 ms)
{
    for (uint64 end = time_now() + machine.timebase / 1000 * ms; !is_set(flag) && time_now() < end;)
        ;
    return is_set(flag);
}

uint64 ktest_end_of_turns(void) { return time_now() + machine.timebase / 1000 * BUSY_MS; }

static void add_changes(uint64 n) { __atomic_fetch_add(&t.changes, n, __ATOMIC_RELAXED); }

static void linger(void)
{
    for (volatile int i = 0; i < 10; i++)
        ;
}

// A change of two words, and a look at them, that take a while.
static void change(void)
{
    t.a++;
    linger();
    t.b++;
}

static bool whole(void)
{
    uint64 a = t.a;
    linger();
    return t.b == a;
}

static struct spinlock spinlock = SPINLOCK_INIT("ktest", SLEEPLOCK);

static void count_up(uint hart)
{
    uint64 n = 0;
    (void)hart;
    for (uint64 end = ktest_end_of_turns(); n < TURNS || time_now() < end; n++) {
        spin_lock(&spinlock);
        change();
        spin_unlock(&spinlock);
    }
    add_changes(n);
}

// Hart 0 lets the others wait for a while.
static void collide(uint hart)
{
    if (hart == 0) {
        spin_lock(&spinlock);
        set(&t.held);
        wait_for(&t.wrote, 100); // nobody sets it
        spin_unlock(&spinlock);
    } else if (wait_for(&t.held, PATIENT * 1000)) {
        spin_lock(&spinlock);
        spin_unlock(&spinlock);
    }
}

KTEST(spinlock_excludes_and_counts)
{
    struct lock_count before[NLOCKLEVEL], after[NLOCKLEVEL];
    t.a = t.b = t.changes = 0;
    lock_counts(before);
    ktest_on_all_harts(count_up);
    lock_counts(after);
    check(t.a == t.changes && t.b == t.a); // no change is lost
    check(after[LEVEL_SLEEPLOCK].acquired - before[LEVEL_SLEEPLOCK].acquired >= t.a);
    t.held = t.wrote = false;
    uint64 failed = after[LEVEL_SLEEPLOCK].failed;
    ktest_on_all_harts(collide);
    lock_counts(after);
    check(cpu_count == 1 || after[LEVEL_SLEEPLOCK].failed > failed);
}

static void read_or_write(uint hart)
{
    uint64 n = 0, writes = 0;
    for (uint64 end = ktest_end_of_turns(); n < TURNS || time_now() < end; n++) {
        if ((n + hart) % 4 == 0) {
            write_acquire(&lock);
            change();
            write_release(&lock);
            writes++;
        } else {
            read_acquire(&lock);
            if (!whole())
                __atomic_fetch_add(&t.torn, 1, __ATOMIC_RELAXED);
            read_release(&lock);
        }
    }
    add_changes(writes);
}

KTEST(rwlock_excludes)
{
    initrwlock(&lock, "ktest", LEVEL_SLEEPLOCK);
    t.a = t.b = t.changes = t.torn = 0;
    ktest_on_all_harts(read_or_write);
    check(t.torn == 0);
    check(t.a == t.changes && t.b == t.a); // no change is lost
}

// Stays in until all are.
static void read_together(uint hart)
{
    (void)hart;
    read_acquire(&lock);
    __atomic_fetch_add(&t.inside, 1, __ATOMIC_SEQ_CST);
    uint64 end = time_now() + machine.timebase * PATIENT;
    while (__atomic_load_n(&t.inside, __ATOMIC_SEQ_CST) < cpu_count && time_now() < end)
        ;
    if (__atomic_load_n(&t.inside, __ATOMIC_SEQ_CST) == cpu_count)
        __atomic_fetch_add(&t.seen, 1, __ATOMIC_SEQ_CST);
    read_release(&lock);
}

KTEST(rwlock_readers_together)
{
    initrwlock(&lock, "ktest", LEVEL_SLEEPLOCK);
    t.inside = t.seen = 0;
    ktest_on_all_harts(read_together);
    check(t.seen == cpu_count);
}

// Hart 0 reads until a writer has been waiting for a while on hart 1; meanwhile hart 2 asks to
// read.
static void writer_first(uint hart)
{
    if (hart == 0) {
        read_acquire(&lock);
        set(&t.held);
        wait_for(&t.asking, PATIENT * 1000);
        wait_for(&t.second, 200);
        read_release(&lock);
    } else if (hart == 1) {
        wait_for(&t.held, PATIENT * 1000);
        set(&t.asking);
        write_acquire(&lock);
        set(&t.wrote);
        write_release(&lock);
    } else if (hart == 2) {
        wait_for(&t.asking, PATIENT * 1000);
        wait_for(&t.second, 50); // nobody sets it: the writer has time to ask
        read_acquire(&lock);
        t.in_order += is_set(&t.wrote);
        set(&t.second);
        read_release(&lock);
    }
}

// A host that stops a hart for long may let one come too late: so most of the rounds count.
KTEST(rwlock_writers_come_first)
{
    if (cpu_count < 3)
        return;
    initrwlock(&lock, "ktest", LEVEL_SLEEPLOCK);
    t.in_order = 0;
    for (uint i = 0; i < ROUNDS; i++) {
        t.held = t.asking = t.second = t.wrote = false;
        ktest_on_all_harts(writer_first);
    }
    check(t.in_order > ROUNDS / 2);
}

static void read_while_writer_waits(uint hart)
{
    if (hart == 0) {
        read_acquire(&lock);
        set(&t.held);
        wait_for(&t.wrote, 100); // it must not; but it waits
        t.in_order = !is_set(&t.wrote);
        read_acquire(&lock);
        read_release(&lock);
        read_release(&lock);
    } else if (hart == 1) {
        wait_for(&t.held, PATIENT * 1000);
        write_acquire(&lock);
        set(&t.wrote);
        write_release(&lock);
    }
}

KTEST(rwlock_nests)
{
    initrwlock(&lock, "ktest", LEVEL_SLEEPLOCK);
    for (uint i = 0; i < NESTED; i++)
        read_acquire(&lock);
    int depth = irq_depth();
    for (uint i = 0; i < NESTED; i++)
        read_release(&lock);
    check(depth == NESTED && irq_enabled());
    write_acquire(&lock); // nobody reads any more
    check(!irq_enabled());
    write_release(&lock);
    check(irq_enabled());
    t.held = t.wrote = false;
    ktest_on_all_harts(read_while_writer_waits);
    check(t.in_order && (t.wrote || cpu_count == 1));
}
