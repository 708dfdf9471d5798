// The order of initialisation.
//
// Hart 0 comes here from start.c: in supervisor mode, at upper-half addresses, on the boot root. It
// sets everything up and makes process 1. Then it lets the other harts start, which go to
// hart_main() at once.
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
#include "kernel/fs/mount.h"
#include "kernel/lib/panic.h"
#include "kernel/lib/print.h"
#include "kernel/mem/page.h"
#include "kernel/mmu/tlb.h"
#include "kernel/proc/args.h"
#include "kernel/proc/futex.h"
#include "kernel/proc/proc.h"
#include "kernel/thread/sched.h"
#include "kernel/thread/waitq.h"
#include "kernel/trap/timer.h"
#include "kernel/trap/trap.h"
#include "kernel/vm/addrspace.h"
#include "kernel/vm/table/kmap.h"

extern char kernel_end[]; // kernel.ld

noreturn void early_trap(uint64 cause, uint64 pc, uint64 addr)
{
    panic("trap during boot: scause %ld, sepc 0x%lx, stval 0x%lx", cause, pc, addr);
}

// Takes the result of a step without which the system cannot start, and returns it if it is no
// error. An error is the fault of the machine or of the disk, not of the kernel, so it is no panic.
static int need(int result, const char *problem)
{
    if (result < 0) {
        kprintf("Twofold cannot start: %s (error %d)\n", problem, -result);
        power_off(EXIT_NO_START);
    }
    return result;
}

// Process 1 begins here, in the kernel. It does what may sleep, which only a process can. Then it
// becomes the program init.
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
    need(proc_exec("/init", NULL, &args), "/init cannot be run");
    proc_user_return(t);
}

// Each hart, on its idle stack: from here on it takes traps and interrupts, and runs threads.
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

    // The harts wait for an interrupt, and then for this word (entry.S).
    __atomic_store_n(&boot_harts_go, 1, __ATOMIC_SEQ_CST);
    for (uint i = 1; i < cpu_count; i++)
        ipi_raise(i);
}

// Reads the device tree, and tells what it says.
static void find_machine(void)
{
    int err = fdt_parse(phys_to_virt(boot_fdt), &machine);
    const char *source = err ? " (no device tree: assumed)" : "";

    cpu_count = machine.harts;
    for (uint i = 0; i < NCPU; i++)
        cpus[i].index = i;

    const char *plural = cpu_count == 1 ? "" : "s";
    kprintf("Twofold, an xv6-compatible kernel: %d hart%s, %ld MiB%s\n", cpu_count, plural,
            (machine.ram_end - machine.ram_start) >> 20, source);
}

void kernel_main(void)
{
    // 1. Text, so that everything from here on can be reported.
    csr_write(stvec, (uint64)early_vector);
    waitq_init();
    futex_init();
    console_init();
    upcalls_set();

    // 2. Memory. All of it behind the kernel's image is free: the device tree, which may lie there,
    //    has been read.
    find_machine();
    sched_init();
    page_init(virt_to_phys(kernel_end), machine.ram_end);
    kmap_init();
    tlb_init(&kernel_space.mmu);
    kmap_hart(); // the boot root does not map kernel stacks

    // 3. Threads: this hart's idle thread, and process 1, which waits for its turn.
    vaddr_t stack = sched_make_idle(0);
    sched_begin();
    proc_start_init(first_process);

    // 4. All harts.
    log_begin();
    start_other_harts();
    tlb_flush_local(); // the idle stack is new
    boot_on_stack(stack, hart_main);
}
