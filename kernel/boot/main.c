// The order of initialisation. Hart 0 starts here in supervisor mode, in the upper half, on the
// boot root; the others when it lets them.
#include "kernel/arch/cpu.h"
#include "kernel/arch/fdt.h"
#include "kernel/arch/ipi.h"
#include "kernel/boot/start.h"
#include "kernel/dev/console.h"
#include "kernel/dev/disk.h"
#include "kernel/dev/irq.h"
#include "kernel/dev/log.h"
#include "kernel/dev/power.h"
#include "kernel/fs/cache.h"
#include "kernel/fs/inode.h"
#include "kernel/lib/panic.h"
#include "kernel/lib/print.h"
#include "kernel/thread/waitq.h"
#include "kernel/mem/page.h"
#include "kernel/proc/args.h"
#include "kernel/proc/futex.h"
#include "kernel/proc/pgroup.h"
#include "kernel/proc/proc.h"
#include "kernel/thread/sched.h"
#include "kernel/trap/timer.h"
#include "kernel/trap/trap.h"
#include "kernel/vm/kmap.h"
#include "kernel/vm/mapping.h"
#include "kernel/mmu/tlb.h"

extern char kernel_end[]; // kernel.ld

noreturn void early_trap(uint64 cause, uint64 pc, uint64 addr)
{
    panic("trap during boot: scause %ld, sepc 0x%lx, stval 0x%lx", cause, pc, addr);
}

static int hart_number(void) { return this_cpu()->index; }

static bool must_stop(uint hart)
{
    return hart != this_cpu()->index && cpus[hart].idle_thread != 0;
}

// Stops the other harts, as far as they are up, in machine mode: it does not matter what they hold
// and whether they have interrupts off. One that the emulator does not run meanwhile is waited for
// a second.
static void stop_other_harts(void)
{
    irq_off(); // for good
    for (uint i = 0; i < cpu_count; i++) {
        if (!must_stop(i))
            continue;
        __atomic_store_n(&machine_scratch[i].stop, 1, __ATOMIC_RELAXED);
        ipi_raise(i);
    }
    unsigned long start = time_now();
    for (uint i = 0; i < cpu_count; i++)
        while (must_stop(i) && !__atomic_load_n(&machine_scratch[i].stopped, __ATOMIC_ACQUIRE) &&
               time_now() - start < machine.timebase)
            ;
}

static void print_context(void)
{
    const struct thread *t = this_cpu()->thread;
    if (t)
        kprintf("hart %d, process %d (%s)\n", this_cpu()->index, t->tid, t->name);
    if (this_cpu()->fatal)
        trap_print(this_cpu()->fatal);
}

static void begin_panic(void)
{
    stop_other_harts();
    log_take_over();
}

static void end_run(void) { power_off(EXIT_PANIC); }

// What lower folders call in upper ones.
static void set_hooks(void)
{
    panic_hooks = (struct panic_hooks){hart_number, begin_panic, print_context, end_run};
    console_list = proc_list;
    console_interrupt = pgroup_interrupt;
    console_may_read = pgroup_may_read;
    page_may_use_reserve = proc_may_use_reserve;
    trap_init();
}

// The result of a step without which the system cannot start. What is wrong is the machine's or the
// disk's fault, not the kernel's: no panic.
static int need(int result, const char *problem)
{
    if (result < 0) {
        kprintf("Twofold cannot start: %s (error %d)\n", problem, -result);
        power_off(EXIT_NO_START);
    }
    return result;
}

// Process 1, in the kernel: what needs a process because it sleeps; then the program init.
static void first_process(void *)
{
    static char name[] = "init";
    const struct exec_args args = {.argc = 1, .used = sizeof(name), .frame = {name}};
    struct thread *t = current();
    need(disk_init(), "there is no disk");
    cache_init();
    need(fs_mount(), "the disk cannot be mounted");
    ktest_run();
    need(inode_get(ROOTINO, &t->proc->cwd), "there is no root directory");
    t->isolated = bootarg("isolate", 0) != 0;
    need(proc_exec("/init", 0, &args), "/init cannot be run");
    proc_user_return(t);
}

// => on this hart's idle stack: from here on it takes traps and interrupts.
static void hart_main(void)
{
    struct cpu *c = this_cpu();
    kmap_hart();
    sched_begin();
    c->slot = &kmap_trapslots()[c->index];
    c->slot->cpu = (uint64)c;
    trap_init_hart();
    irq_init_hart();
    timer_init_hart();
    csr_set(sstatus, SSTATUS_SIE);
    sched_idle();
}

static void start_other_harts(void)
{
    for (uint i = 1; i < cpu_count; i++) {
        boot_harts[i].satp = kernel_space.mmu.kernel_satp;
        boot_harts[i].stack = sched_make_idle(i);
        boot_harts[i].main = hart_main;
    }
    __atomic_store_n(&boot_harts_go, 1, __ATOMIC_SEQ_CST);
    for (uint i = 1; i < cpu_count; i++)
        ipi_raise(i);
}

static void find_machine(void)
{
    int r = fdt_parse(phys_to_virt(boot_fdt), &machine);
    cpu_count = machine.harts;
    for (uint i = 0; i < NCPU; i++)
        cpus[i].index = i;
    kprintf("Twofold, an xv6-compatible kernel: %d hart%s, %ld MiB%s\n", cpu_count,
            cpu_count == 1 ? "" : "s", (machine.ram_end - machine.ram_start) >> 20,
            r < 0 ? " (no device tree: assumed)" : "");
}

void kernel_main(void)
{
    csr_write(stvec, (uint64)early_vector);
    waitq_init();
    futex_init();
    console_init(); // text from here on
    set_hooks();
    find_machine();
    sched_init();
    // The tree is read: all memory behind the kernel's image is free.
    page_init(virt_to_phys(kernel_end), machine.ram_end);
    kmap_init();
    tlb_init(&kernel_space.mmu);
    mapping_init();
    kmap_hart(); // the boot root does not map kernel stacks
    vaddr_t stack = sched_make_idle(0);
    sched_begin();
    proc_start_init(first_process);
    log_begin();
    start_other_harts();
    tlb_flush_local(); // the idle stack is new
    boot_on_stack(stack, hart_main);
}
