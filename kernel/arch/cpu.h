// The harts: one struct cpu for each; and how interrupts are turned off.
//
// In the kernel tp always points to the struct cpu of the running hart. User mode uses tp for its
// own purposes. A thread with interrupts on may move to another hart at any moment, so what
// this_cpu() returns is good only while interrupts are off. current() (thread/thread.h) and
// irq_off() read a member through tp in one instruction, so they are safe at any time.
#ifndef KERNEL_ARCH_CPU_H
#define KERNEL_ARCH_CPU_H

// Offsets that assembly uses; checked in cpu.c.
#define CPU_SCRATCH      0 // two words that kernelvec.S may overwrite
#define CPU_EMERGENCY_SP 16
#define CPU_THREAD       24
#define CPU_IRQ_DEPTH    32

#ifndef __ASSEMBLER__
#include "kernel/arch/csr.h"
#include "kernel/lib/kdef.h"
#include "kernel/param.h"

struct held_set;
struct mmu_context;
struct thread;
struct trapframe;
struct trapslot;

// All members are this hart's own and are written with interrupts off. a: atomic, because other
// harts read or write it.
struct cpu {
    uint64 scratch[2];
    uint64 emergency_sp;     // top of the stack for reporting a broken stack
    struct thread *thread;   // the one that runs here, perhaps the idle thread
    int irq_depth;           // irq_off calls without their irq_on
    bool irq_were_on;        // interrupts were on at the outermost irq_off
    bool idle;               // a: nothing runs here, and the hart waits for work (sched)
    uint16 index;            // the hart's number, 0 .. cpu_count - 1
    uint32 ipi_pending;      // a: why it is interrupted, a bit for each reason (ipi.h)
    struct mmu_context *mmu; // a: of the address space whose kernel root is in satp
    bool mmu_in_use;         // a: the thread that runs here belongs to that space (tlb)
    bool resched;            // another thread is to run at the next chance
    // a: the generation of mapped code at which this hart last forgot old instructions (tlb)
    uint64 code_gen;
    // a: the generation of the kernel's half at which this hart last flushed it (tlb)
    uint64 kernel_gen;
    // a: not 0: the timer's interrupt has come (set in machine mode, boot/entry.S)
    uint32 timer_fired;
    const struct trapframe *fatal; // the trap for which this hart panics, or NULL
    struct trapslot *slot;         // this hart's slot of the TRAPFRAME page
    struct thread *idle_thread;    // runs when no other thread does; NULL: not started yet
    struct thread *fp_owner;       // whose floating-point registers are loaded, or NULL
    struct held_set *held;         // debug build: what the thread that runs here holds (lockdep)
    int locks_held;           // spinlocks held: user memory must not be touched while there are any
    uint64 lock_acquired[32]; // a: locks taken here, by level (lock/spinlock.h)
    uint64 lock_failed[32];   // a: attempts that failed
};

extern struct cpu cpus[NCPU];
extern uint cpu_count; // harts in use; set before the others start

static inline struct cpu *this_cpu(void)
{
    struct cpu *c;

    __asm__ volatile("mv %0, tp" : "=r"(c));
    return c;
}

// How many irq_off() are without their irq_on().
static inline int irq_depth(void)
{
    int depth;

    __asm__ volatile("lw %0, %1(tp)" : "=r"(depth) : "i"(CPU_IRQ_DEPTH) : "memory");
    return depth;
}

// Turns interrupts off on this hart until the matching irq_on(). Calls nest: only the outermost one
// changes sstatus, and irq_on() turns interrupts on again only if they were on before that one.
static inline void irq_off(void)
{
    if (irq_depth() == 0) {
        unsigned long before;

        // One instruction reads and clears the bit: no interrupt can come in between.
        __asm__ volatile("csrrci %0, sstatus, 2" : "=r"(before)::"memory");
        this_cpu()->irq_were_on = (before & SSTATUS_SIE) != 0;
    }
    this_cpu()->irq_depth++;
}

static inline void irq_on(void)
{
    struct cpu *c = this_cpu();

    // The compiler must not move what was done with interrupts off behind this.
    __asm__ volatile("" ::: "memory");
    if (--c->irq_depth == 0 && c->irq_were_on)
        csr_set(sstatus, SSTATUS_SIE);
}

// True if interrupts are on.
static inline bool irq_enabled(void)
{
    return irq_depth() == 0 && (csr_read(sstatus) & SSTATUS_SIE) != 0;
}

#endif
#endif
