// One struct cpu a hart, and interrupt disabling.
//
// In the kernel, tp points to the running hart's struct cpu, always; user mode has tp for itself.
// A thread with interrupts on may move to another hart at any moment: this_cpu() is good only
// while interrupts are off. current() (thread/thread.h) and irq_off() read through tp in one
// instruction and so are safe at any time.
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

// All fields are this hart's own, written with interrupts off; a: atomic, others read it.
struct cpu {
    uint64 scratch[2];
    uint64 emergency_sp;     // top of the stack for reporting a broken stack
    struct thread *thread;   // that runs here; the idle thread when there is none
    int irq_depth;           // irq_off calls without their irq_on
    bool irq_were_on;        // interrupts were on before the outermost irq_off
    bool idle;               // a: waits for work (sched)
    uint16 index;            // the hart's number, 0 .. cpu_count - 1
    uint32 ipi_pending;      // a: reasons, a bit each (ipi.h)
    struct mmu_context *mmu; // a: of the address space whose kernel root satp holds
    bool mmu_in_use;         // a: the thread that runs here belongs to it (tlb)
    bool resched;            // switch to another thread at the next chance
    // a: state of mapped code up to which it has forgotten old instructions (tlb)
    uint64 code_gen;
    // a: state of the kernel's half up to which it is flushed here (tlb)
    uint64 kernel_gen;
    // a: not 0: the timer's interrupt has come (set by machine mode, boot/entry.S)
    uint32 timer_fired;
    const struct trapframe *fatal; // of a trap for which this hart panics
    struct trapslot *slot;         // this hart's slot of the TRAPFRAME page
    struct thread *idle_thread;    // what runs when nothing else does
    struct thread *fp_owner;       // whose floating-point registers are loaded, or NULL
    struct held_set *held;         // debug build: what the thread that runs here holds (lockdep)
    int locks_held;                // spinlocks held here: user memory must not be touched
    uint64 lock_acquired[32];      // a: locks taken here, by level (lock/spinlock.h)
    uint64 lock_failed[32];        // a: attempts that failed
};

extern struct cpu cpus[NCPU];
extern uint cpu_count; // harts in use; set before the others start

static inline struct cpu *this_cpu(void)
{
    struct cpu *c;
    __asm__ volatile("mv %0, tp" : "=r"(c));
    return c;
}

static inline int irq_depth(void)
{
    int depth;
    __asm__ volatile("lw %0, %1(tp)" : "=r"(depth) : "i"(CPU_IRQ_DEPTH) : "memory");
    return depth;
}

// Turns interrupts off on this hart until the matching irq_on; calls nest. sstatus is touched
// at the outermost level only.
static inline void irq_off(void)
{
    if (irq_depth() == 0) {
        unsigned long before;
        __asm__ volatile("csrrci %0, sstatus, 2" : "=r"(before)::"memory");
        this_cpu()->irq_were_on = (before & SSTATUS_SIE) != 0;
    }
    this_cpu()->irq_depth++;
}

static inline void irq_on(void)
{
    struct cpu *c = this_cpu();
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
