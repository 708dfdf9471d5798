// Upward calls: what a lower folder calls in an upper one.
//
// A folder may include only folders below it. Where it must reach an upper one, it has a variable
// that holds a function, and all these variables are set here, once, before anything can use them.
// kernel/README.md has a table of them.
#include "kernel/arch/cpu.h"
#include "kernel/arch/fdt.h"
#include "kernel/arch/ipi.h"
#include "kernel/boot/start.h"
#include "kernel/dev/console.h"
#include "kernel/dev/log.h"
#include "kernel/dev/power.h"
#include "kernel/fs/cache.h"
#include "kernel/fs/truncate.h"
#include "kernel/fs/journal.h"
#include "kernel/lib/panic.h"
#include "kernel/lib/print.h"
#include "kernel/mem/page.h"
#include "kernel/mmu/tlb.h"
#include "kernel/proc/pgroup.h"
#include "kernel/proc/proc.h"
#include "kernel/trap/trap.h"
#include "kernel/vm/space/mapping.h"

// --- What a panic calls ---

static int hart_number(void) { return this_cpu()->index; }

// True for each other hart that has been started.
static bool must_stop(uint hart)
{
    return hart != this_cpu()->index && cpus[hart].idle_thread != NULL;
}

// Stops the other harts in machine mode (machine_vector in entry.S). There it does not matter which
// locks they hold, and whether they have interrupts off.
static void stop_other_harts(void)
{
    irq_off(); // for good

    for (uint i = 0; i < cpu_count; i++) {
        if (!must_stop(i))
            continue;
        __atomic_store_n(&machine_scratch[i].stop, 1, __ATOMIC_RELAXED);
        ipi_raise(i);
    }

    // The emulator may not run a hart for a while. After a second we go on without it.
    unsigned long start = time_now();
    for (uint i = 0; i < cpu_count; i++)
        while (must_stop(i) && !__atomic_load_n(&machine_scratch[i].stopped, __ATOMIC_ACQUIRE) &&
               time_now() - start < machine.timebase)
            ;
}

static void begin_panic(void)
{
    stop_other_harts();
    log_take_over();
}

static void print_context(void)
{
    const struct cpu *c = this_cpu();

    if (c->thread != NULL)
        kprintf("hart %d, process %d (%s)\n", c->index, c->thread->tid, c->thread->name);
    if (c->fatal != NULL)
        trap_print(c->fatal);
}

static void end_run(void) { power_off(EXIT_PANIC); }

// --- The table ---

void upcalls_set(void)
{
    // lib/
    print_output = log_print;
    panic_hooks = (struct panic_hooks){
        .hart = hart_number, .begin = begin_panic, .context = print_context, .end = end_run};

    // arch/, mem/
    ipi_tlb_hook = tlb_leave_or_catch_up;
    page_may_use_reserve = proc_may_use_reserve;
    page_reclaim_hook = cache_give_back;

    // dev/
    console_list = proc_list;
    console_interrupt = pgroup_interrupt;
    console_may_read = pgroup_may_read;

    // fs/
    inode_cut_hook = mapping_unmap_cut_file;
    journal_stage_hook = mapping_forbid_stores;

    // proc/
    proc_user_return = user_return;
}
