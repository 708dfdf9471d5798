// The kernel's half (kmap.h): the linear map of RAM and devices, and kernel stacks.
//
// All tables are made at boot. A stack slot is 32 KiB of addresses, its lower half never mapped;
// kstack_alloc puts four frames behind the upper half. A slot's old translation may linger in any
// hart's TLB, and not only the hart that runs on a stack reads it (an interrupt handler finishes
// a request that lies there; fork fills in a trap frame). So slots are used in turn, and before
// any is used again all harts flush: once in some five hundred forks.
//
// A hart may also remember that a page of the slot was not there. Before it runs on the stack it
// flushes, unless it has done so since the stack was mapped (tlb_know_stack); most have, because a
// new process comes with a new address space. Any other access that faults is repeated after a
// flush (trap.c): the handler then runs on another stack, which is known.
#include "kernel/vm/kmap.h"

#include "kernel/arch/fdt.h"
#include "kernel/arch/trapframe.h"
#include "kernel/lock/spinlock.h"
#include "kernel/vm/pagetable.h"
#include "kernel/vm/roots.h"
#include "kernel/vm/tlb.h"

extern char text_start[], text_end[], rodata_start[], rodata_end[], trampoline_start[]; // kernel.ld

#define KSTACKS      (NPROC + NCPU + 8)
#define KSTACK_PAGES (KSTACK_SIZE / PGSIZE)

#define RW (PTE_V | PTE_R | PTE_W | PTE_A | PTE_D)
#define RX (PTE_V | PTE_R | PTE_X | PTE_A)
#define RO (PTE_V | PTE_R | PTE_A)

struct addrspace kernel_space = {.refs = 1};

// The TRAPFRAME page.
static struct trapslot trapslots[PGSIZE / SLOT_SIZE] __attribute__((aligned(PGSIZE)));
static_assert(sizeof(trapslots) == PGSIZE && NCPU <= ARRAY_LEN(trapslots), "one slot a hart");

static struct spinlock kstack_lock = SPINLOCK_INIT("kstack", KSTACK);
static vaddr_t free_stacks[KSTACKS]; // ring of upper ends, longest free first; kstack_lock
static uint64 first, last;           // of them, counted on; kstack_lock
static uint64 usable;                // up to here no hart has old translations; kstack_lock

static pte_t *boot_entry(vaddr_t va, int level)
{
    pte_t *entry = roots_entry(&kernel_space, va, level, false);
    if (!entry)
        panic("not enough memory to boot");
    return entry;
}

// Maps [start, end) of the linear map, by 2 MiB leaves where they fit.
static void map_linear(void *start, void *end, pte_t rights)
{
    vaddr_t va = (vaddr_t)start;
    while (va < (vaddr_t)end) {
        bool super = va % SUPERPGSIZE == 0 && (vaddr_t)end - va >= SUPERPGSIZE;
        *boot_entry(va, super) = PA2PTE(va - KERNEL_OFFSET) | rights;
        va += super ? SUPERPGSIZE : PGSIZE;
    }
}

static void map_device(paddr_t pa, uint64 size)
{
    map_linear(phys_to_virt(pa), phys_to_virt(pa + size), RW);
}

static void map_ram_and_devices(void)
{
    map_linear(phys_to_virt(machine.ram_start), text_start, RW);
    map_linear(text_start, text_end, RX);
    map_linear(text_end, rodata_start, RW);
    map_linear(rodata_start, rodata_end, RO);
    map_linear(rodata_end, phys_to_virt(machine.ram_end), RW);
    map_device(TEST_FINISHER, PGSIZE);
    map_device(GOLDFISH_RTC, PGSIZE);
    map_device(CLINT, 0x10000);
    map_device(PLIC, PLIC_SIZE);
    map_device(UART0, PGSIZE);
    map_device(VIRTIO0, VIRTIO_COUNT * PGSIZE);
}

// TRAMPOLINE and TRAPFRAME, in tables that all spaces share (roots.h).
static void map_corner(void)
{
    pte_t *entry = boot_entry(TRAMPOLINE, 0);
    entry[0] = PA2PTE(virt_to_phys(trampoline_start)) | RX;
    entry[-1] = PA2PTE(virt_to_phys(trapslots)) | RW;
    *boot_entry(TRAMPOLINE, 1) |= PTE_COW;
    pt_table(kernel_space.kernel_root)[pt_index(TRAMPOLINE, 2)] |= PTE_COW;
}

static_assert(TRAPFRAME + PGSIZE == TRAMPOLINE, "neighbours in one table");

// The entries of the stack that ends at top: all in one table, since slots do not straddle 2 MiB.
static pte_t *stack_entries(vaddr_t top)
{
    return pt_walk(kernel_space.kernel_root, top - KSTACK_SIZE, 0);
}

static_assert(SUPERPGSIZE % KSTACK_SLOT == 0, "a slot lies in one table");

static void make_stack_slots(void)
{
    for (vaddr_t top = KSTACK_BASE + KSTACKS * KSTACK_SLOT; top > KSTACK_BASE; top -= KSTACK_SLOT) {
        boot_entry(top - KSTACK_SIZE, 0);
        free_stacks[last++] = top;
    }
    usable = last;
}

void kmap_init(void)
{
    sleeplock_init(&kernel_space.lock, "kernel space", LEVEL_ADDRSPACE);
    list_init(&kernel_space.regions);
    list_init(&kernel_space.table_pages);
    struct page *root = page_alloc(PAGE_ZERO);
    kassert(root);
    kernel_space.kernel_root = kernel_space.user_root = page_to_phys(root);
    map_ram_and_devices();
    make_stack_slots();
    map_corner();
}

void kmap_hart(void) { as_activate(&kernel_space, false); }

struct trapslot *kmap_trapslots(void) { return trapslots; }

// The upper end of a slot without translations anywhere; 0: all are in use.
static vaddr_t take_slot(void)
{
    spin_lock(&kstack_lock);
    while (first < last && first >= usable) {
        uint64 free_until = last;
        spin_unlock(&kstack_lock);
        tlb_flush_kernel();
        spin_lock(&kstack_lock);
        usable = max_u64(usable, free_until);
    }
    vaddr_t top = first < last ? free_stacks[first++ % KSTACKS] : 0;
    spin_unlock(&kstack_lock);
    return top;
}

vaddr_t kstack_alloc(void)
{
    vaddr_t top = take_slot();
    if (!top)
        return 0;
    pte_t *entries = stack_entries(top);
    for (uint i = 0; i < KSTACK_PAGES; i++) {
        struct page *p = page_alloc(0);
        if (!p) {
            kstack_free(top);
            return 0;
        }
        entries[i] = PA2PTE(page_to_phys(p)) | RW;
    }
    return top;
}

void kstack_free(vaddr_t top)
{
    pte_t *entries = stack_entries(top);
    for (uint i = 0; i < KSTACK_PAGES; i++) {
        if (entries[i] & PTE_V)
            page_put(pt_page(entries[i]));
        entries[i] = 0;
    }
    spin_lock(&kstack_lock);
    free_stacks[last++ % KSTACKS] = top;
    spin_unlock(&kstack_lock);
}

bool kstack_is_mapped(vaddr_t va)
{
    const pte_t *entry = va >= KSTACK_BASE ? pt_walk(kernel_space.kernel_root, va, 0) : 0;
    return entry && (*entry & PTE_V);
}
