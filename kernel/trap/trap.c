// Traps. The assembly has saved the registers; here the cause decides. System calls go to sys/,
// page faults of a program and of the kernel to vm_fault, interrupts to their handlers. Any other
// trap ends the program; in the kernel it is a bug.
#include "kernel/trap/trap.h"
#include "kernel/arch/cpu.h"
#include "kernel/arch/fdt.h"
#include "kernel/arch/ipi.h"
#include "kernel/arch/layout.h"
#include "kernel/dev/irq.h"
#include "kernel/dev/log.h"
#include "kernel/errno.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/counter.h"
#include "kernel/lib/print.h"
#include "kernel/proc/alarm.h"
#include "kernel/thread/fp.h"
#include "kernel/proc/proc.h"
#include "kernel/thread/sched.h"
#include "kernel/sys/dispatch.h"
#include "kernel/trap/timer.h"
#include "kernel/vm/fault/explain.h"
#include "kernel/vm/fault/fault.h"
#include "kernel/mmu/kstack.h"
#include "kernel/mmu/tlb.h"
#include "kernel/vm/fault/uaccess.h"

extern char trap_vector[], exit_to_user[]; // trampoline.S

static char emergency_stacks[NCPU][4096] __attribute__((aligned(16)));

static bool is_page_fault(uint64 cause)
{
    return cause == CAUSE_FETCH_PAGE || cause == CAUSE_LOAD_PAGE || cause == CAUSE_STORE_PAGE;
}

static enum access access_of(uint64 cause)
{
    if (cause == CAUSE_FETCH_PAGE)
        return ACCESS_EXEC;
    if (cause == CAUSE_STORE_PAGE)
        return ACCESS_WRITE;
    return ACCESS_READ;
}

static void handle_interrupt(uint64 cause)
{
    switch (cause & ~CAUSE_INTERRUPT) {
    case IRQ_S_SOFTWARE:
        csr_clear(sip, SIE_SSIE);
        ipi_receive();
        timer_interrupt();
        break;
    case IRQ_S_EXTERNAL:
        irq_dispatch();
        break;
    default:
        panic("unexpected interrupt %lx", cause);
    }
}

// To user mode. Interrupts are off since the last look at what there is to do.
static noreturn void go_to_user(struct trapframe *tf)
{
    struct cpu *c = this_cpu();
    uaddr_t slot = TRAPFRAME + c->index * SLOT_SIZE;
    if (c->slot->user_satp != 0)
        count_n(C_tlb_flush, 2); // the assembly flushes on the way out and on the way in
    uaddr_t exit = TRAMPOLINE + (uint64)(exit_to_user - trap_vector);
    ((void (*)(struct trapframe *, uaddr_t))exit)(tf, slot);
    __builtin_unreachable();
}

noreturn void user_return(void *running)
{
    struct thread *t = running;

    // With interrupts off, so that nothing new comes between the last look and user mode.
    csr_clear(sstatus, SSTATUS_SIE);
    while (unlikely(__atomic_load_n(&t->killed, __ATOMIC_RELAXED) || this_cpu()->resched)) {
        csr_set(sstatus, SSTATUS_SIE);
        if (t->killed)
            proc_exit(-1);
        sched_yield();
        csr_clear(sstatus, SSTATUS_SIE);
    }
    if (unlikely(t->alarm != 0))
        alarm_deliver(t);
    go_to_user(t->tf);
}

void trap_print(const struct trapframe *tf)
{
    static const char *const name[] = {"epc", "ra", "sp",  "gp",  "tp", "t0", "t1", "t2",
                                       "s0",  "s1", "a0",  "a1",  "a2", "a3", "a4", "a5",
                                       "a6",  "a7", "s2",  "s3",  "s4", "s5", "s6", "s7",
                                       "s8",  "s9", "s10", "s11", "t3", "t4", "t5", "t6"};
    const uint64 *reg = &tf->epc;
    for (uint i = 0; i < ARRAY_LEN(name); i += 4)
        kprintf("%3s %016lx  %3s %016lx  %3s %016lx  %3s %016lx\n", name[i], reg[i], name[i + 1],
                reg[i + 1], name[i + 2], reg[i + 2], name[i + 3], reg[i + 3]);
}

// The program has made a fault that ends it. Tells why, and what it did (deed, perhaps ""). With
// the boot argument registers=1 the other registers are printed, too.
static __attribute__((noinline)) void end_program(struct thread *t, const char *why,
                                                  const char *deed)
{
    const struct trapframe *tf = t->tf;
    if (log_admits()) {
        kprintf("%d %s: %s%s: scause %ld, sepc 0x%lx, stval 0x%lx\n", t->proc->pid, t->name, why,
                deed, tf->cause, tf->epc, tf->tval);
        if (bootarg("registers", 0))
            trap_print(tf);
    }
    __atomic_store_n(&t->killed, true, __ATOMIC_SEQ_CST);
}

static const char *name_of(uint64 cause)
{
    switch (cause) {
    case CAUSE_ILLEGAL:
        return "illegal instruction";
    case CAUSE_BREAKPOINT:
        return "breakpoint";
    case CAUSE_FETCH_MISALIGNED:
    case CAUSE_LOAD_MISALIGNED:
    case CAUSE_STORE_MISALIGNED:
        return "misaligned address";
    default:
        return "illegal access";
    }
}

static const char *why_ended(int err)
{
    switch (err) {
    case -ENOMEM:
        return "out of memory";
    case -ENXIO:
        return "bus error: beyond the end of the file";
    case -ENOSPC:
        return "bus error: no space left on the disk";
    case -EIO:
        return "bus error: input/output error";
    default:
        return "bad address: ";
    }
}

// vm_fault has failed. A function of its own, so that other faults need not save registers for it.
static __attribute__((noinline)) void refuse(struct thread *t, int err)
{
    const struct trapframe *tf = t->tf;
    const char *deed = "";

    if (err == -EINTR)
        return; // it was killed while it waited, and is about to end
    if (err == -ENOMEM && t->proc->pid == 1) {
        sched_yield(); // init is never ended because memory is short: it tries again
        return;
    }
    if (err == -EFAULT)
        deed = vm_explain(t->proc->as, tf->tval, access_of(tf->cause), tf->sp);
    end_program(t, why_ended(err), deed);
}

static void user_fault(struct thread *t, const struct trapframe *tf)
{
    int err = vm_fault(t->proc->as, tf->tval, access_of(tf->cause));
    if (err)
        refuse(t, err);
}

void user_trap(struct trapframe *tf)
{
    struct thread *t = current();
    uint64 cause = tf->cause;
    debug_assert(irq_depth() == 0 && t->tf == tf);
    if (DEBUG_BUILD)
        csr_clear(sstatus, SSTATUS_SUM); // only uaccess.c may touch user memory

    if (cause & CAUSE_INTERRUPT) {
        handle_interrupt(cause);
        user_return(t);
    }

    // All that follows is on behalf of the program, may sleep, and can be interrupted.
    csr_set(sstatus, SSTATUS_SIE);
    if (likely(cause == CAUSE_USER_ECALL)) {
        tf->epc += 4; // behind the ecall
        syscall(tf);
    } else if (is_page_fault(cause)) {
        user_fault(t, tf);
    } else if (cause == CAUSE_ILLEGAL && (tf->sstatus & SSTATUS_FS) == 0) {
        fp_enable(t); // its first floating-point instruction, perhaps: it is executed again
    } else {
        end_program(t, name_of(cause), "");
    }
    user_return(t);
}

static noreturn void unexpected_trap(struct trapframe *tf)
{
    this_cpu()->fatal = tf;
    panic("unexpected trap in the kernel: scause %ld, sepc 0x%lx, stval 0x%lx", tf->cause, tf->epc,
          tf->tval);
}

// The kernel touched user memory: the same handler as for user mode, with interrupts as they were.
static void kernel_fault(struct trapframe *tf, uint64 landing)
{
    count(C_fault_kernel);

    struct addrspace *as =
        as_of(this_cpu()->mmu); // before interrupts, which may lead to another hart
    if (tf->sstatus & SSTATUS_SPIE)
        csr_set(sstatus, SSTATUS_SIE);
    int err = vm_fault(as, tf->tval, access_of(tf->cause));
    csr_clear(sstatus, SSTATUS_SIE);

    // The access cannot be made: the kernel goes on where uaccess.S gives up.
    if (err) {
        count(C_uaccess_fixup);
        tf->epc = landing;
    }
}

void kernel_trap(struct trapframe *tf)
{
    uint64 landing;
    if (DEBUG_BUILD)
        csr_clear(sstatus, SSTATUS_SUM);

    if (tf->cause & CAUSE_INTERRUPT) {
        handle_interrupt(tf->cause);
        struct cpu *c = this_cpu();
        if (c->resched && c->thread != c->idle_thread)
            sched_yield();
    } else if (is_page_fault(tf->cause) && uaccess_pc(tf->epc, &landing)) {
        kernel_fault(tf, landing);
    } else if (is_page_fault(tf->cause) && tf->cause != CAUSE_FETCH_PAGE &&
               kstack_is_mapped(tf->tval)) {
        tlb_flush_local(); // this hart remembered that the page was not there (mmu/kstack.h)
    } else {
        unexpected_trap(tf);
    }
}

noreturn void stack_overflow(uint64 sp, uint64 epc, uint64 cause, uint64 tval)
{
    panic("kernel stack overflow: sp 0x%lx, sepc 0x%lx, scause %ld, stval 0x%lx", sp, epc, cause,
          tval);
}

void trap_init_hart(void)
{
    struct cpu *c = this_cpu();
    c->emergency_sp = (uint64)emergency_stacks[c->index] + sizeof(emergency_stacks[0]);
    csr_write(sscratch, 0);
    csr_write(stvec, TRAMPOLINE);
    csr_write(scounteren, 7);
    if (!DEBUG_BUILD)
        csr_set(sstatus, SSTATUS_SUM);
    csr_write(sie, SIE_SSIE | SIE_SEIE);
}
